//! What keys do where something lies over the panes.

use super::{Agreed, Chooser, Confirm, Layer, Prompt, Purpose, Reader};
use crate::{
    app::{
        command::{self, Action, COMMANDS, Command, Scope},
        cursor::{Cursor, Move},
        deploying,
        effect::Effect,
        input::Input,
        keys::Key,
        logging,
        moving::{self, list_height},
        perform::{copy, edit},
        state::{Pane, State},
        update,
    },
    backend::{
        error::Error,
        job::Order,
        process::journal::Ran,
        secrets::{Handover, Plaintext},
        ssh::Password,
    },
    views::{journal, overlay},
};

/// Opens the help of what has the keys, or the palette.
pub fn open_chooser(state: &mut State, palette: bool) {
    let scopes = if palette { Vec::new() } else { command::scopes(state) };
    let mut chooser = Chooser { scopes, ..Chooser::default() };
    chooser.choose(state);
    state.layers.push(if palette { Layer::Palette(chooser) } else { Layer::Help(chooser) });
}

impl Chooser {
    /// Whether a command belongs into the list: help has those of the scopes it was asked in, the palette all that are given by name.
    fn offers(&self, command: &Command) -> bool {
        if self.scopes.is_empty() {
            !matches!(
                command.scope,
                Scope::Rows
                    | Scope::Typing
                    | Scope::Chooser
                    | Scope::Confirm
                    | Scope::Prompt
                    | Scope::Reader
                    | Scope::Secret
            )
        } else {
            self.scopes.contains(&command.scope)
        }
    }

    /// Finds the rows anew for what is typed: by id, description or key.
    fn choose(&mut self, state: &State) {
        let typed = self.input.value().to_lowercase();
        let words = typed.split_whitespace().collect::<Vec<_>>();
        let matches = |command: &&Command| {
            let keys = state.settings.keymap.written(command);
            let text = format!("{} {} {keys}", command.id, command.doc).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let offered = COMMANDS.iter().filter(|command| self.offers(command));
        self.rows = offered.filter(matches).collect();
        // The innermost scope's keys are what was asked about.
        let rank = |command: &Command| self.scopes.iter().position(|scope| *scope == command.scope);
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|command| rank(command));
        if let Some(exact) = rows.iter().position(|command| command.id == typed.trim()) {
            rows[..=exact].rotate_right(1);
        }
        self.rows = rows;
        self.cursor.go(Move::Top, self.rows.len(), overlay::chooser_rows(state.size));
    }
}

/// The command under the cursor of help or palette, where one of them is open.
#[must_use]
pub fn chosen(state: &State) -> Option<&'static Command> {
    match state.layers.last()? {
        Layer::Help(chooser) | Layer::Palette(chooser) => chooser.rows.get(chooser.cursor.selected).copied(),
        _ => None,
    }
}

/// Takes the top layer away, with what it was about to do.
pub fn dismiss(state: &mut State) -> Vec<Effect> {
    match state.layers.pop() {
        Some(Layer::Filter(pane)) => {
            if let Some(list) = state.list_mut(pane) {
                list.filter.clear();
                return list.question().map(Effect::Filter).into_iter().collect();
            }
            if let Some(paths) = state.paths_mut(pane) {
                paths.show_all();
            }
            Vec::new()
        }
        Some(Layer::LogSearch { .. }) => {
            logging::look_for_nothing(state);
            Vec::new()
        }
        Some(Layer::Prompt(Prompt { purpose: Purpose::Answer(job, number), .. })) => {
            vec![Effect::Order(Order::Answer(job, number, None))]
        }
        _ => Vec::new(),
    }
}

/// A key that gives no command: it is typed, where something is being typed.
pub fn typed(state: &mut State, key: Key) -> Vec<Effect> {
    let taken = input(state).is_some_and(|input| input.key(key));
    if taken { changed(state) } else { Vec::new() }
}

/// A text is put where one is being typed.
pub fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(input) = input(state) else { return Vec::new() };
    input.paste(text);
    changed(state)
}

fn input(state: &mut State) -> Option<&mut Input> {
    if let Some(&Layer::Filter(pane)) = state.layers.last() {
        if state.paths(pane).is_some() {
            return state.paths_mut(pane).map(|paths| &mut paths.filter);
        }
        return state.list_mut(pane).map(|list| &mut list.filter);
    }
    if let Some(Layer::LogSearch { .. }) = state.layers.last() {
        return Some(state.log_mut().1);
    }
    match state.layers.last_mut()? {
        Layer::Help(chooser) | Layer::Palette(chooser) => Some(&mut chooser.input),
        Layer::Prompt(prompt) => Some(&mut prompt.input),
        Layer::Confirm(Confirm { typing: Some((_, input)), .. }) => Some(input),
        Layer::Filter(_)
        | Layer::LogSearch { .. }
        | Layer::Confirm(_)
        | Layer::Reader(_)
        | Layer::Secret(_) => None,
    }
}

/// What was typed is another text than before.
fn changed(state: &mut State) -> Vec<Effect> {
    match state.layers.last() {
        Some(Layer::Filter(pane)) => {
            let pane = *pane;
            let question = match state.paths_mut(pane) {
                Some(paths) => paths.question(),
                None => state.list_mut(pane).and_then(|list| {
                    list.cursor = Cursor::default();
                    list.question()
                }),
            };
            return question.map(Effect::Filter).into_iter().collect();
        }
        Some(Layer::LogSearch { filters }) => {
            let filters = *filters;
            logging::look_for(state, filters);
        }
        Some(Layer::Help(_) | Layer::Palette(_)) => {
            let Some(mut layer) = state.layers.pop() else { return Vec::new() };
            if let Layer::Help(chooser) | Layer::Palette(chooser) = &mut layer {
                chooser.choose(state);
            }
            state.layers.push(layer);
        }
        _ => {}
    }
    Vec::new()
}

/// The commands that only layers have.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::ChooseUp => choose(state, Move::By(-1)),
        Action::ChooseDown => choose(state, Move::By(1)),
        Action::ToggleAnswer => {
            if let Some(Layer::Confirm(confirm)) = state.layers.last_mut() {
                confirm.yes = !confirm.yes;
            }
        }
        Action::Accept => return accept(state),
        Action::EditText => return edit(state),
        Action::CopyText => {
            if let Some(Layer::Reader(text)) = state.layers.last() {
                let text = text.lines.join("\n");
                return copy(state, text);
            }
        }
        Action::Yes => return answer(state, true),
        Action::No => return answer(state, false),
        _ => {}
    }
    Vec::new()
}

fn choose(state: &mut State, step: Move) {
    let rows = overlay::chooser_rows(state.size);
    let height = list_height(state);
    match state.layers.last_mut() {
        Some(Layer::Help(chooser) | Layer::Palette(chooser)) => {
            chooser.cursor.go(step, chooser.rows.len(), rows);
        }
        Some(Layer::Confirm(confirm)) => match step {
            Move::By(by) => confirm.scrolled = confirm.scrolled.saturating_add_signed(by),
            _ => confirm.scrolled = 0,
        },
        Some(Layer::Filter(pane)) => {
            let pane = *pane;
            if let Some(paths) = state.paths_mut(pane) {
                paths.tree.go(step, height);
            } else if let Some(list) = state.list_mut(pane) {
                list.go(step, height);
            }
        }
        _ => {}
    }
}

fn accept(state: &mut State) -> Vec<Effect> {
    match state.layers.last() {
        Some(Layer::Confirm(confirm)) if confirm.typing.is_some() => {
            if confirm.is_typed() {
                return answer(state, true);
            }
            state.complain("type what is asked for, as it is written; Esc leaves it");
            Vec::new()
        }
        Some(Layer::Confirm(confirm)) => {
            let yes = confirm.yes;
            answer(state, yes)
        }
        Some(Layer::Help(_) | Layer::Palette(_)) => {
            let Some(command) = chosen(state) else { return Vec::new() };
            state.layers.pop();
            if matches!(command.action, Action::Help | Action::Palette) {
                return Vec::new();
            }
            let shown = pane_of(command.scope);
            if let Some(pane) = shown {
                moving::show(state, pane);
            }
            update::run(state, command)
        }
        Some(Layer::Prompt(_)) => {
            let Some(Layer::Prompt(prompt)) = state.layers.pop() else { return Vec::new() };
            prompted(state, prompt)
        }
        _ => {
            state.layers.pop();
            Vec::new()
        }
    }
}

/// The pane that a command belongs to, where it belongs to one.
fn pane_of(scope: Scope) -> Option<Pane> {
    match scope {
        Scope::Hosts => Some(Pane::Hosts),
        Scope::Globals => Some(Pane::Globals),
        Scope::Options => Some(Pane::Options),
        Scope::Services => Some(Pane::Services),
        Scope::Secrets => Some(Pane::Secrets),
        Scope::Deploy | Scope::Log => Some(Pane::Deploy),
        _ => None,
    }
}

fn answer(state: &mut State, yes: bool) -> Vec<Effect> {
    let Some(Layer::Confirm(Confirm { agreed, .. })) = state.layers.pop() else { return Vec::new() };
    match agreed {
        Agreed::Answer(job, number) => {
            let word = Plaintext::from(if yes { b"yes".to_vec() } else { b"no".to_vec() });
            vec![Effect::Order(Order::Answer(job, number, Some(Handover::from(word))))]
        }
        agreed if yes => deploying::agreed(state, agreed),
        _ => Vec::new(),
    }
}

fn prompted(state: &mut State, prompt: Prompt) -> Vec<Effect> {
    let text = prompt.input.value();
    match prompt.purpose {
        Purpose::Password if text.is_empty() => Vec::new(),
        Purpose::Password => match Password::new(text.to_owned()) {
            Ok(password) => {
                state.tell("it is used from the next plan on, and forgotten when the program ends");
                vec![Effect::Order(Order::Password(password))]
            }
            Err(error) => {
                state.complain(error.to_string());
                Vec::new()
            }
        },
        Purpose::Answer(job, number) => {
            let text = Plaintext::from(text.as_bytes().to_vec());
            vec![Effect::Order(Order::Answer(job, number, Some(Handover::from(text))))]
        }
        Purpose::Hosts => deploying::plan_selection(state, text),
        Purpose::SaveLog { .. } if text.trim().is_empty() => Vec::new(),
        Purpose::SaveLog { logs, scope, folder } => {
            vec![Effect::Save { logs, scope, path: folder.join(text.trim()) }]
        }
    }
}

/// Asks for the password of `sudo`.
pub fn ask_password(state: &mut State) {
    state.layers.push(Layer::Prompt(Prompt {
        title: "password for sudo on the hosts".to_owned(),
        input: Input::hidden(),
        purpose: Purpose::Password,
    }));
}

/// Shows the commands that were run, the latest in sight.
pub fn read_commands(state: &mut State, commands: &[Ran]) {
    let mut lines = commands.iter().map(journal::line).collect::<Vec<_>>();
    if lines.is_empty() {
        lines.push("no command was run yet".to_owned());
    }
    let mut cursor = Cursor::default();
    cursor.go(Move::Bottom, lines.len(), overlay::reader_rows(state.size));
    let title = "commands that were run (times in UTC)".to_owned();
    state.layers.push(Layer::Reader(Reader { title, lines, cursor, place: None }));
}

/// Shows an error that belongs to no row.
pub fn read_error(state: &mut State, about: &str, error: &Error) {
    let place = error.place.as_ref().map(|place| format!("at {place}"));
    let lines = [Some(error.what.clone()), place, error.hint.clone()].into_iter().flatten();
    let lines = lines.chain(error.detail.iter().cloned());
    state.layers.push(Layer::Reader(Reader {
        title: format!("error: {about}"),
        lines: lines.flat_map(|line| line.lines().map(str::to_owned).collect::<Vec<_>>()).collect(),
        cursor: Cursor::default(),
        place: error.place.clone(),
    }));
}
