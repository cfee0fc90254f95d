//! Moving about: from row to row, from part to part, from pane to pane.

use super::{
    command::Action,
    comparison,
    cursor::{Cursor, Move},
    effect::Effect,
    failures,
    history::{self, Spot},
    layers::{self, Layer},
    logging,
    pathtree::PathTree,
    perform,
    state::{Pane, Part, State},
};
use crate::{
    backend::model::OptionPath,
    views::{
        document::{self, Target},
        overlay, secrets,
    },
};

/// Does what a command does that only moves.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Back => return back(state),
        Action::NextPane => step_pane(state, 1),
        Action::PreviousPane => step_pane(state, Pane::TABS.len() - 1),
        Action::ShowHosts => show(state, Pane::Hosts),
        Action::ShowGlobals => show(state, Pane::Globals),
        Action::ShowServices => show(state, Pane::Services),
        Action::ShowSecrets => show(state, Pane::Secrets),
        Action::ShowDeploy => show(state, Pane::Deploy),
        Action::ShowLog => show_log(state),
        Action::FirstError => failures::first_error(state),
        Action::GoToHost => {
            if let Some(host) = state.host_of_selection() {
                follow(state, &Target::Host(host));
            }
        }
        Action::OpenOptions => {
            if let Some(host) = state.selected_host() {
                follow(state, &Target::Option(host, OptionPath::default()));
            }
        }
        Action::GoBack => history::back(state),
        Action::GoForward => history::forward(state),
        Action::Up => go(state, Move::By(-1)),
        Action::Down => go(state, Move::By(1)),
        Action::HalfPageUp => go(state, Move::HalfPages(-1)),
        Action::HalfPageDown => go(state, Move::HalfPages(1)),
        Action::PageUp => go(state, Move::HalfPages(-2)),
        Action::PageDown => go(state, Move::HalfPages(2)),
        Action::Top => go(state, Move::Top),
        Action::Bottom => go(state, Move::Bottom),
        Action::Enter => return enter(state),
        Action::Leave => leave(state),
        _ => {}
    }
    Vec::new()
}

/// One step back, and never out.
pub fn back(state: &mut State) -> Vec<Effect> {
    if !state.layers.is_empty() {
        return layers::dismiss(state);
    }
    match state.part {
        Part::Log if state.log().0.has_search() || !state.log().0.filter_text().is_empty() => {
            logging::look_for_nothing(state);
        }
        Part::Log => state.part = Part::Detail,
        Part::Detail if state.comparison().is_some() => return comparison::end(state),
        Part::Detail => state.part = Part::List,
        Part::List => return back_in_list(state),
    }
    Vec::new()
}

fn back_in_list(state: &mut State) -> Vec<Effect> {
    let unfiltered = state.paths(state.pane).is_some_and(|paths| paths.filter.value().is_empty());
    if state.pane == Pane::Options && unfiltered {
        let host = state.options.host.as_ref().map(ToString::to_string);
        show(state, Pane::Hosts);
        _ = host.is_some_and(|host| state.hosts.select(&host));
        return Vec::new();
    }
    if let Some(paths) = state.paths_mut(state.pane) {
        paths.show_all();
        return Vec::new();
    }
    let Some(list) = state.list_mut(state.pane) else { return Vec::new() };
    if list.filter.value().is_empty() {
        list.marks.clear();
        return Vec::new();
    }
    list.filter.clear();
    list.question().map(Effect::Filter).into_iter().collect()
}

/// Shows a pane.
pub fn show(state: &mut State, pane: Pane) {
    if state.pane != pane {
        state.history.left(Spot::of(state));
    }
    turn_to(state, pane);
}

fn turn_to(state: &mut State, pane: Pane) {
    if state.pane != pane {
        state.pane = pane;
        state.part = Part::List;
    }
    state.detail = Cursor::default();
}

/// Shows the pane so many places on.
pub fn step_pane(state: &mut State, by: usize) {
    let at = (state.pane.tab() as usize + by) % Pane::TABS.len();
    show(state, Pane::TABS[at]);
}

/// How many rows of the list are in sight: its head takes one.
pub fn list_height(state: &State) -> usize {
    state.rows_of(Part::List).saturating_sub(1)
}

/// Makes a step in what has the keys.
pub fn go(state: &mut State, step: Move) {
    if let Some(Layer::Reader(reader)) = state.layers.last_mut() {
        let height = overlay::reader_rows(state.size);
        reader.cursor.go(step, reader.lines.len(), height);
        return;
    }
    if let Some(Layer::Secret(view)) = state.layers.last() {
        let (height, len) = (overlay::secret_rows(state.size), secrets::view_rows(state, view).len());
        if let Some(Layer::Secret(view)) = state.layers.last_mut() {
            view.cursor.go(step, len, height);
        }
        return;
    }
    go_in(state, state.part, step);
}

/// Makes a step in a part of the pane.
pub fn go_in(state: &mut State, part: Part, step: Move) {
    match part {
        Part::List => {
            let height = list_height(state);
            if let Some(paths) = state.paths_mut(state.pane) {
                paths.tree.go(step, height);
            } else if let Some(list) = state.list_mut(state.pane) {
                list.go(step, height);
            }
            state.detail = Cursor::default();
            if state.pane == Pane::Deploy {
                logging::host_selected(state);
            }
        }
        Part::Detail => {
            let height = state.rows_of(Part::Detail);
            let len = document::of(state).rows.len();
            state.detail.go(step, len, height);
        }
        Part::Log => state.log_mut().0.go(step),
    }
}

/// Opens what is under the cursor, or goes into it.
pub fn enter(state: &mut State) -> Vec<Effect> {
    match state.part {
        Part::List => {
            let height = list_height(state);
            let is_branch =
                |paths: &&mut PathTree| paths.tree.selected_row().is_some_and(|row| row.open.is_some());
            if let Some(paths) = state.paths_mut(state.pane).filter(is_branch) {
                paths.tree.enter(height);
            } else if state.selected_name().is_some() || !document::of(state).rows.is_empty() {
                state.part = Part::Detail;
            }
        }
        Part::Detail => match state.target() {
            Some(target) => follow(state, &target),
            None => return perform::edit(state),
        },
        Part::Log => {}
    }
    Vec::new()
}

/// Goes out of it again.
pub fn leave(state: &mut State) {
    match state.part {
        Part::List => {
            let height = list_height(state);
            if let Some(paths) = state.paths_mut(state.pane) {
                paths.tree.leave(height);
            }
        }
        Part::Detail => state.part = Part::List,
        Part::Log => state.part = Part::Detail,
    }
}

/// Goes to something of the console.
pub fn follow(state: &mut State, target: &Target) {
    let here = Spot::of(state);
    let (pane, found) = match target {
        Target::Host(host) => (Pane::Hosts, state.hosts.reveal(host.as_str())),
        Target::Global(path) => {
            let globals = &mut state.globals;
            (Pane::Globals, globals.reveal(path) || globals.paths.select_nearest(path))
        }
        Target::Option(host, path) => {
            let there = state.known.host(host).is_some();
            if there {
                state.options.open(host, path);
            }
            (Pane::Options, there)
        }
        Target::Service(name) => (Pane::Services, state.services.reveal(name)),
        Target::Secret(name) => (Pane::Secrets, state.secrets.list.reveal(name)),
        Target::Log(scope) => {
            logging::show(state, scope);
            show(state, Pane::Deploy);
            state.part = Part::Log;
            return;
        }
    };
    if !found {
        state.complain("the fleet has no such thing (any more)");
        return;
    }
    state.history.left(here);
    turn_to(state, pane);
}

/// Goes on to the log: to that of what the line speaks of, or else as it was.
fn show_log(state: &mut State) {
    if let Some(target @ Target::Log(_)) = state.target() {
        return follow(state, &target);
    }
    if !state.has_log(state.pane) {
        show(state, Pane::Deploy);
    }
    state.part = Part::Log;
}
