//! What is being done about secrets, and what came of it, in a few lines.

use ratatui::text::Line;

use super::key;
use crate::{
    app::{
        glyph::Glyph,
        state::State,
        theme::Role,
        vault::{Doing, Run},
    },
    backend::{model::SecretState, secrets::SecretResult},
    views::{
        report::{counted, printable},
        widget::{Look, gauge, status},
        words::since,
    },
};

/// How wide bars are.
const BAR: u16 = 12;

/// The lines above the list: what goes on or went on last, and what keeps the list from being the whole truth.
pub(super) fn head(look: Look, state: &State) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(run) = &state.secrets.run {
        lines.extend(of_run(look, state, run));
    }
    let Some(facts) = &state.known.secrets.value else { return lines };
    if let Some(error) = &state.known.secrets.error {
        let key = key(state, "error.first");
        let text = format!("not evaluated anew, {key} shows why: {}", printable(&error.to_string()));
        lines.push(status(look, Glyph::Bad, &text, Role::Bad));
    }
    match &facts.plan {
        Err(error) => {
            let text = format!("how it stands is not known: {}", printable(&error.to_string()));
            lines.push(status(look, Glyph::Bad, &text, Role::Bad));
        }
        Ok(plan) if !plan.with_key && !state.secrets.is_busy() => {
            let unsure = plan.secrets.iter().filter(|secret| secret.state == SecretState::Unverified).count();
            if unsure > 0 {
                let key = key(state, "secrets.look");
                let text = format!("{unsure} unverified: {key} looks inside, with your key");
                lines.push(status(look, Glyph::Unknown, &text, Role::Unknown));
            }
        }
        Ok(_) => {}
    }
    lines
}

fn of_run(look: Look, state: &State, run: &Run) -> Vec<Line<'static>> {
    let elapsed = since(run.ended.unwrap_or(state.clock), run.began);
    let word = run.doing.word();
    if run.is_running() {
        let mut lines = Vec::new();
        let text = if run.stopping { format!("stopping, {elapsed}") } else { format!("{word}, {elapsed}") };
        lines.push(status(look, Glyph::Busy, &text, Role::Busy));
        if run.count > 0 {
            let done = run.results.len();
            let working = run.working().map(printable).collect::<Vec<_>>().join(", ");
            let mut words = format!("{done} of {}", run.count);
            if !working.is_empty() {
                words.push_str(&format!(": {working}"));
            }
            let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            lines.push(gauge(look, count(done), count(run.count), BAR, &words));
        }
        return lines;
    }
    if let Some(failure) = &run.failure {
        let text = format!("{word}: {}", printable(&failure.to_string()));
        return vec![status(look, Glyph::Bad, &text, Role::Bad)];
    }
    let changed = run.changed().count();
    let mut lines = Vec::new();
    if run.cancelled {
        let text = format!("stopped after {elapsed}; {} changed", counted(changed, "secret"));
        lines.push(status(look, Glyph::Unknown, &text, Role::Unknown));
    } else if run.failed().next().is_none() && run.doing != Doing::Look {
        let pruned = run.results.values().filter(|result| **result == SecretResult::Pruned).count();
        let what = if pruned > 0 {
            format!("{} deleted", counted(pruned, "secret"))
        } else {
            format!("{} changed", counted(changed, "secret"))
        };
        lines.push(status(look, Glyph::Good, &format!("{what} in {elapsed}"), Role::Good));
    }
    if let Some((name, result)) = run.first_failed() {
        let more = match run.failed().count() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let key = key(state, "error.first");
        let text = format!("{}: {}{more}; {key} shows why", printable(name), printable(&why(name, result)));
        lines.push(status(look, Glyph::Bad, &text, Role::Bad));
        if changed > 0 {
            let text = format!("{} changed all the same", counted(changed, "secret"));
            lines.push(status(look, Glyph::Good, &text, Role::Good));
        }
    }
    lines
}

/// What came of a secret, in a line.
pub(super) fn why(name: &str, result: &SecretResult) -> String {
    match result {
        SecretResult::Failed(error) => told(name, &error.what).to_owned(),
        SecretResult::Skipped(names) => format!("not tried, for it needs {}", names.join(", ")),
        SecretResult::Cancelled => "not tried, for it was stopped".to_owned(),
        result => result.word().to_owned(),
    }
}

/// What an error says, without the name before it where that stands there already.
fn told<'a>(name: &str, what: &'a str) -> &'a str {
    what.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(what)
}
