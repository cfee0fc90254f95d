//! The log of the deployment, as commands and events move it.

use std::path::PathBuf;

use super::{
    command::Action,
    input::Input,
    layers::{Layer, Prompt, Purpose},
    state::{Pane, State},
    vault,
};
use crate::backend::logstore::{RunLog, Scope};

/// Columns that a step to the side goes.
const STEP: isize = 8;

/// Forgets the log of an older deployment.
pub(super) fn begin(state: &mut State) {
    state.deploy.log.begin();
    state.deploy.search.clear();
}

/// The deployment has a log, or another one.
pub(super) fn add(state: &mut State, log: RunLog) {
    state.deploy.log.add(log);
}

/// Another host is under the cursor: if the log is of one host, it is of that one.
pub(super) fn host_selected(state: &mut State) {
    if state.deploy.log.scope() != &Scope::All
        && let Some(scope) = scope_of_selected(state)
    {
        state.deploy.log.set_scope(scope);
    }
}

/// Where to read of the host under the cursor.
pub(super) fn scope_of_selected(state: &State) -> Option<Scope> {
    Some(state.deployment.as_ref()?.scope_of(&state.selected_host()?))
}

/// Shows streams of the log, and the first line of them that tells of an error, unless they are shown already.
pub(super) fn show(state: &mut State, scope: &Scope) {
    let log = &mut state.deploy.log;
    if log.scope() != scope || log.follows() {
        log.set_scope(scope.clone());
        log.first_error();
    }
}

pub(super) fn perform(state: &mut State, action: Action) {
    let (host, told) = (state.selected_host(), scope_of_selected(state));
    let of_secret = (state.pane == Pane::Secrets).then(|| vault::log_of_selected(state)).flatten();
    let (log, search) = state.log_mut();
    match action {
        Action::Follow => log.toggle_follow(),
        Action::Wrap => log.toggle_wrap(),
        Action::Timestamps => log.toggle_times(),
        Action::NextMatch if !log.next_match() => state.tell("no line has it"),
        Action::PreviousMatch if !log.previous_match() => state.tell("no line has it"),
        Action::FirstErrorLine if !log.first_error() => state.tell("no line tells of an error"),
        Action::NextErrorLine if !log.next_error() => state.tell("no line tells of an error"),
        Action::PreviousErrorLine if !log.previous_error() => state.tell("no line tells of an error"),
        Action::ScrollLeft => log.scroll(-STEP),
        Action::ScrollRight => log.scroll(STEP),
        Action::LogScope => {
            let scope = match (log.scope(), host) {
                (Scope::All, _) if of_secret.is_some() => of_secret.unwrap_or_default(),
                (Scope::All, Some(_)) => told.unwrap_or_default(),
                (Scope::Stream(_), Some(host)) => Scope::Host(host),
                _ => Scope::All,
            };
            log.set_scope(scope);
        }
        Action::Search | Action::LogFilter => {
            search.clear();
            state.layers.push(Layer::LogSearch { filters: action == Action::LogFilter });
        }
        Action::SaveLog => save(state),
        _ => {}
    }
}

/// What is typed is looked for at once.
pub(super) fn look_for(state: &mut State, filters: bool) {
    let (log, search) = state.log_mut();
    if filters {
        log.filter(search.value());
    } else {
        log.search(search.value());
    }
}

/// Shows all lines again, none of them as found.
pub(super) fn look_for_nothing(state: &mut State) {
    let (log, search) = state.log_mut();
    log.clear_search();
    log.filter("");
    search.clear();
}

fn save(state: &mut State) {
    let (log, _) = state.log();
    let logs = log.logs().cloned().collect::<Vec<_>>();
    let (scope, name) = (log.scope().clone(), log.file_name());
    let folder: PathBuf = state.settings.folder.clone();
    state.layers.push(Layer::Prompt(Prompt {
        title: format!("save the log as (in {})", folder.display()),
        input: Input::new(&name),
        purpose: Purpose::SaveLog { logs, scope, folder },
    }));
}
