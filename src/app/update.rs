//! What follows from what happened. No clock, no input or output: a function from a state and a message to a state and effects.

use super::{
    command::{self, Danger},
    effect::Effect,
    keymap::Resolved,
    keys::{Chord, Key},
    layers::Layer,
    msg::Msg,
    perform::perform,
    reports::reported,
    state::{Part, State},
};
use crate::{
    backend::job::{Order, Work},
    views::{overlay, rows_above_list, secrets},
};

/// What the console does first.
pub fn begin(state: &mut State) -> Vec<Effect> {
    let job = state.next_job();
    state.known.evaluation_began(job);
    vec![Effect::Order(Order::Begin(job, Work::Evaluate))]
}

/// Takes in what happened.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Ticked(now) => return ticked(state, now),
        Msg::Pressed(key) => pressed(state, key),
        Msg::Pasted(text) => pasted(state, &text),
        Msg::Scrolled { column, row, lines } => super::mouse::scrolled(state, (column, row), lines),
        Msg::Clicked { column, row } => super::mouse::clicked(state, (column, row)),
        Msg::Resized { width, height } => {
            state.size = (width, height);
            Vec::new()
        }
        Msg::Reported(report) => reported(state, *report),
        Msg::LogAdvanced => {
            state.deploy.log.refresh();
            state.secrets.log.refresh();
            Vec::new()
        }
        Msg::Filtered(answer) => {
            super::perform::filtered(state, answer);
            Vec::new()
        }
        Msg::Edited(result) => {
            if let Err(error) = result {
                state.complain(error.to_string());
            }
            Vec::new()
        }
        Msg::SecretEdited(name, text) => super::vault::edited(state, name, *text),
        Msg::LeavingScreen => {
            super::vault::conceal(state, true);
            Vec::new()
        }
        Msg::Saved(path, result) => {
            match result {
                Ok(saved) if saved.whole => {
                    state.tell(format!("{} lines are in {}", saved.lines, path.display()));
                }
                Ok(saved) => state.complain(format!(
                    "{} lines are in {}; what fell out of memory and is not on disk is missing",
                    saved.lines,
                    path.display()
                )),
                Err(error) => state.complain(error.to_string()),
            }
            Vec::new()
        }
        Msg::Commands(commands) => {
            super::layers::read_commands(state, &commands);
            Vec::new()
        }
        Msg::EndRequested => vec![Effect::Quit],
    };
    state.stale = true;
    let leaves = effects.iter().any(|effect| {
        matches!(effect, Effect::Edit { .. } | Effect::EditSecret { .. } | Effect::Suspend | Effect::Quit)
    });
    super::vault::conceal(state, leaves);
    super::vault::question_due(state);
    effects.extend(super::wouldmove::follow_up(state));
    effects.extend(super::comparison::follow_up(state));
    effects.extend(super::options::follow_up(state));
    settle(state);
    effects
}

/// Time passed. Only what shows time makes a new frame: seconds while something runs, minutes otherwise.
fn ticked(state: &mut State, now: std::time::SystemTime) -> Vec<Effect> {
    let grain = if state.is_busy() { 1 } else { 60 };
    let slot = |time: std::time::SystemTime| {
        time.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs() / grain)
    };
    state.stale |= slot(now) != slot(state.clock);
    state.clock = now;
    state.stale |= super::vault::tick(state);
    Vec::new()
}

fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    if state.layout().is_none() {
        return too_small(state, key);
    }
    state.notice = None;
    let scopes = command::scopes(state);
    let mut chord = std::mem::take(&mut state.pending);
    let in_chord = !chord.0.is_empty();
    chord.0.push(key);
    match state.settings.keymap.resolve(&chord, &scopes) {
        Resolved::Command(command) => run(state, command),
        Resolved::Begun => {
            state.pending = chord;
            Vec::new()
        }
        // A chord that came to nothing is over; its last key is not another's.
        Resolved::Nothing if in_chord => {
            state.tell(format!("{chord} does nothing here; ? shows what does"));
            Vec::new()
        }
        Resolved::Nothing => super::layers::typed(state, key),
    }
}

/// Nothing but the end can be asked for where nothing can be seen.
fn too_small(state: &mut State, key: Key) -> Vec<Effect> {
    let quit = command::find("app.quit");
    let pressed = Chord(vec![key]);
    match quit {
        Some(quit) if state.settings.keymap.keys(quit).contains(&pressed) => super::perform::quit(state),
        _ => Vec::new(),
    }
}

/// Gives a command, if it can be given.
pub(super) fn run(state: &mut State, command: &'static command::Command) -> Vec<Effect> {
    match command.check(state) {
        Ok(()) => perform(state, command.action),
        Err(reason) => {
            let about = if command.danger == Danger::Writes { "" } else { "not now: " };
            state.complain(format!("{about}{reason}"));
            Vec::new()
        }
    }
}

fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    super::layers::pasted(state, text)
}

/// Keeps everything within its bounds, whatever happened.
fn settle(state: &mut State) {
    if state.part == Part::Log && !state.parts().contains(&Part::Log) {
        state.part = Part::Detail;
    }
    if state.pane == super::state::Pane::Deploy && state.part != Part::List {
        state.deploy.second = state.part;
    }
    if state.pane == super::state::Pane::Secrets && state.part != Part::List {
        state.secrets.second = state.part;
    }
    let Some(layout) = state.layout() else { return };
    let rows = layout.rows(Part::List);
    for pane in super::state::Pane::ALL {
        let height = layout.part(Part::List).map_or(0, |area| area.height.saturating_sub(2));
        let above = rows_above_list(state, pane, height);
        if let Some(list) = state.list_mut(pane) {
            let len = list.len();
            // The head of the table takes a row.
            list.cursor.fit(len, rows.saturating_sub(1 + usize::from(above)));
        }
    }
    if let Some(log) = layout.part(Part::Log) {
        let height = log.height.saturating_sub(2);
        let above = crate::views::deploy::rows_above_log(state, height);
        state.log_mut().0.resize(log.width.saturating_sub(2), height - above);
    }
    let len = crate::views::document::of(state).rows.len();
    state.detail.fit(len, layout.rows(Part::Detail));
    let height = overlay::reader_rows(state.size);
    let mut layers = std::mem::take(&mut state.layers);
    for layer in &mut layers {
        match layer {
            Layer::Reader(reader) => reader.cursor.fit(reader.lines.len(), height),
            Layer::Secret(view) => {
                let len = secrets::view_rows(state, view).len();
                view.cursor.fit(len, height);
            }
            Layer::Confirm(question) => {
                question.scrolled = question.scrolled.min(overlay::confirm_scroll_limit(state, question));
            }
            _ => {}
        }
    }
    state.layers = layers;
}

#[cfg(test)]
mod tests;
