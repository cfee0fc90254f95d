//! Who reads a global, and what would move if it changed.

use super::document::{Document, Target, WOULD_MOVE};
use crate::{
    app::{readers::Readers, state::State, theme::Role},
    backend::model::{HostName, OptionPath},
    views::report::counted,
};

/// Paths that are listed; more are counted.
const LISTED: usize = 100;

/// The hosts that read something.
pub(super) fn read_by(document: &mut Document, state: &State, path: &OptionPath, title: &str) {
    let Readers { system, checks, unknown } = state.known.readers(path);
    document.head(title);
    for host in &system {
        document.item(Role::Name, host.as_str()).to(Target::Host(host.clone()));
    }
    for host in &checks {
        let row = document.push(2, [(Role::Faint, format!("{host}  its checks alone"))]);
        row.to(Target::Host(host.clone()));
    }
    if !unknown.is_empty() {
        let everybody =
            system.is_empty() && checks.is_empty() && unknown.len() == state.known.hosts().count();
        let yet = if state.known.evaluation.is_some() { " yet" } else { "" };
        let text = if everybody {
            format!("not known{yet}")
        } else {
            format!("not known{yet} of {}", names(&unknown))
        };
        document.push(2, [(Role::Unknown, text)]).hanging(2);
    } else if system.is_empty() && checks.is_empty() {
        document.item(Role::Faint, "nobody");
    }
}

fn names(hosts: &[HostName]) -> String {
    hosts.iter().map(HostName::as_str).collect::<Vec<_>>().join(", ")
}

/// What would move, as far as it was asked.
pub(super) fn would_move(document: &mut Document, state: &State, path: &OptionPath) {
    document.head(WOULD_MOVE);
    let Some(asked) = state.would_move.as_ref().filter(|asked| asked.path == *path) else {
        document.item(Role::Faint, "not asked: w finds out, with an evaluation of what reads it");
        return;
    };
    let affected = match &asked.answer {
        None => {
            document.item(Role::Busy, "asking Nix ...");
            return;
        }
        Some(Err(error)) => return document.error(error),
        Some(Ok(affected)) => affected,
    };
    for host in &affected.hosts {
        document.item(Role::Name, host.as_str()).to(Target::Host(host.clone()));
    }
    if affected.hosts.is_empty() {
        document.item(Role::Text, "no host");
    }
    for host in &affected.unknown {
        let text = format!("{host}  not known: it does not evaluate");
        document.push(2, [(Role::Unknown, text)]).to(Target::Host(host.clone()));
    }
    if !affected.through.is_empty() {
        document.push(2, [(Role::Faint, format!("through {}:", counted(affected.through.len(), "global")))]);
        paths(document, &affected.through);
    }
}

/// Globals, each a line that leads there.
pub(super) fn paths(document: &mut Document, paths: &[OptionPath]) {
    for path in paths.iter().take(LISTED) {
        document
            .push(4, [(Role::Name, super::report::printable(&path.to_string()))])
            .to(Target::Global(path.clone()));
    }
    if paths.len() > LISTED {
        document.push(4, [(Role::Faint, format!("and {} more", paths.len() - LISTED))]);
    }
}
