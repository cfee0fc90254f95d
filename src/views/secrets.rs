//! The secrets: how it stands with each and why, what makes it, who gets it, and what is being done about it. No plaintext comes near, but that of the one that is looked at.

mod access;
mod detail;
mod progress;
mod view;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

pub use self::{
    access::{audit, who},
    view::rows as view_rows,
};
pub(super) use self::{detail::document, view::draw as draw_view};
use super::{
    widget::{self, Column, Look, Row, Table, highlighted, status},
    words::{ago, span},
};
use crate::{
    app::{
        command,
        glyph::Glyph,
        state::State,
        theme::Role,
        vault::{self, Stand},
    },
    backend::{
        model::{PlannedSecret, SecretState, SecretStep},
        secrets::SecretResult,
    },
    views::report::printable,
};

const COLUMNS: [Column; 7] = [
    Column::new("SECRET", 10, 40).whole(),
    Column::new("STATE", 14, 22).whole(),
    Column::new("DUE", 7, 8).whole().expendable(4),
    Column::new("ENGINE", 8, 10).whole().expendable(0),
    Column::new("AGE", 4, 6).right().whole().expendable(1),
    Column::new("ROTATE", 6, 10).right().whole().expendable(2),
    Column::new("HOSTS", 5, 30).expendable(3),
];

/// The list.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let listing = &state.secrets.list;
    let secrets = &state.known.secrets;
    let empty = if !listing.filter.value().is_empty() {
        "no secret matches; Esc takes the filter away"
    } else if secrets.is_absent() {
        "this fleet does without secrets: enter shows how to have them"
    } else if secrets.error.is_some() {
        "the secrets can't be read: E shows why"
    } else if secrets.reading {
        "evaluating the secrets ..."
    } else {
        "no secret is declared: define x.global.agenix.secrets.NAME"
    };
    let above = rows_above_list(state, area.height);
    for (y, line) in (area.top()..area.top() + above).zip(progress::head(look, state)) {
        widget::draw_line(buffer, (area.x, y), &line, area.width, look);
    }
    let area = Rect { y: area.y + above, height: area.height - above, ..area };
    let marks = !listing.marks.is_empty();
    let says = telling(state);
    let columns = COLUMNS.iter().zip(says).filter_map(|(column, says)| says.then_some(*column));
    let columns = &*columns.collect::<Vec<_>>();
    let table = Table { columns, len: listing.len(), cursor: listing.cursor, focused, marks, empty };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        let mut row = row(look, state, name, found);
        row.marked = listing.marks.contains(name);
        let mut says = says.into_iter();
        row.cells.retain(|_| says.next().unwrap_or_default());
        row
    });
}

/// Which columns say anything of any secret: an empty one would take the room of another.
fn telling(state: &State) -> [bool; COLUMNS.len()] {
    let Ok(plan) = vault::plan(state) else { return [true; COLUMNS.len()] };
    let any = |says: fn(&PlannedSecret) -> bool| plan.secrets.iter().any(says);
    [
        true,
        true,
        any(|secret| due(secret).is_some()),
        true,
        any(|secret| secret.made_at.is_some()),
        any(|secret| secret.rotate_at.is_some()),
        any(|secret| !secret.hosts.is_empty()),
    ]
}

/// How many rows of so many above the list's head say what is being done.
#[must_use]
pub fn rows_above_list(state: &State, height: u16) -> u16 {
    let look = Look { theme: &state.settings.theme, glyphs: state.settings.glyphs };
    let lines = u16::try_from(progress::head(look, state).len()).unwrap_or(u16::MAX);
    lines.min(height.saturating_sub(4))
}

fn row<'a>(look: Look, state: &State, name: &str, found: &[usize]) -> Row<'a> {
    let found = found.iter().copied().filter(|at| *at < name.chars().count()).collect::<Vec<_>>();
    let shown = printable(name);
    // What is not shown as it is has its letters elsewhere.
    let head = highlighted(look, Role::Name, &shown, if shown == name { &found } else { &[] });
    let head = Line::from(
        head.spans
            .into_iter()
            .map(|span| Span::styled(span.content.into_owned(), span.style))
            .collect::<Vec<_>>(),
    );
    let (glyph, word, role) = condition(state, name);
    let stands = status(look, glyph, word, role);
    let Some(secret) = vault::planned(state, name) else {
        let engine = declared_engine(state, name).unwrap_or_default();
        return [head, stands, Line::default(), Line::raw(engine)].into_iter().collect();
    };
    let done = vault::just_done(state, name);
    let works = matches!(stand(state, name), Some(Stand::Works(..)));
    let due = due(secret).filter(|_| done.is_none() && !works);
    let due = due.map(|due| Line::styled(due, look.style(Role::Warn))).unwrap_or_default();
    let time = |seconds: u64| std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let dated = !done.is_some_and(SecretResult::is_other_text);
    let age = secret.made_at.filter(|_| dated).map(|at| span(state.clock, time(at))).unwrap_or_default();
    let rotate = secret.rotate_at.filter(|_| dated).map(|at| match time(at) {
        at if at <= state.clock => Line::styled("overdue", look.style(Role::Warn)),
        at => Line::raw(format!("in {}", span(at, state.clock))),
    });
    let hosts =
        secret.hosts.iter().map(crate::backend::model::HostName::as_str).collect::<Vec<_>>().join(" ");
    [
        head,
        stands,
        due,
        Line::raw(printable(&secret.engine)),
        Line::raw(age),
        rotate.unwrap_or_default(),
        Line::styled(hosts, look.style(Role::Faint)),
    ]
    .into_iter()
    .collect()
}

fn declared_engine(state: &State, name: &str) -> Option<String> {
    let declared = &state.known.secrets.value.as_ref()?.declared.secrets;
    declared.iter().find(|secret| secret.name == name).map(|secret| printable(&secret.engine))
}

/// What bringing all up to date does about it, in a word; or that nobody but the operator can.
fn due(secret: &PlannedSecret) -> Option<&'static str> {
    Some(match secret.step {
        Some(SecretStep::Make) => "make",
        Some(SecretStep::Restore) => "restore",
        Some(SecretStep::Rekey) => "rekey",
        Some(SecretStep::Record) => "record",
        Some(SecretStep::Remove) => "delete",
        None if is_to_enter(secret) => "by hand",
        None => return None,
    })
}

/// Whether somebody has to enter it.
fn is_to_enter(secret: &PlannedSecret) -> bool {
    let wants = matches!(secret.state, SecretState::Missing | SecretState::Expired | SecretState::ValueLost);
    wants && secret.engine == "manual"
}

/// The same while it is done.
fn doing(step: Option<SecretStep>) -> &'static str {
    match step {
        Some(SecretStep::Make) => "being made",
        Some(SecretStep::Restore) => "being restored",
        Some(SecretStep::Rekey) => "being rekeyed",
        Some(SecretStep::Record) => "being recorded",
        Some(SecretStep::Remove) => "being deleted",
        None => "being worked on",
    }
}

/// The sign and the role of a state.
pub(super) fn mark(secret: &PlannedSecret) -> (Glyph, Role) {
    match &secret.state {
        SecretState::Ok => (Glyph::Good, Role::Good),
        SecretState::Unverified => (Glyph::Unknown, Role::Unknown),
        SecretState::Unreadable(_) | SecretState::Failed(_) => (Glyph::Bad, Role::Bad),
        SecretState::Skipped(_) => (Glyph::Idle, Role::Warn),
        _ if secret.step.is_some() => (Glyph::Change, Role::Warn),
        _ => (Glyph::Warn, Role::Warn),
    }
}

/// How it stands with a secret now, as a sign, a word and a role: what is being done about it, or else what was found.
fn condition(state: &State, name: &str) -> (Glyph, &'static str, Role) {
    if let Some(result) = vault::just_done(state, name) {
        return (Glyph::Good, result.word(), Role::Good);
    }
    match stand(state, name) {
        Some(Stand::Waits) => return (Glyph::Idle, "waits", Role::Faint),
        Some(Stand::Works(step, _)) => return (Glyph::Busy, doing(step), Role::Busy),
        Some(Stand::Done(SecretResult::Skipped(_))) => return (Glyph::Idle, "skipped", Role::Warn),
        Some(Stand::Done(result)) if result.is_bad() => return (Glyph::Bad, result.word(), Role::Bad),
        _ => {}
    }
    vault::planned(state, name).map_or((Glyph::Unknown, "unknown", Role::Unknown), |secret| {
        let (glyph, role) = mark(secret);
        (glyph, secret.state.word(), role)
    })
}

/// How far it is in the run that goes on, or what came of it in the last one.
fn stand<'a>(state: &'a State, name: &str) -> Option<Stand<'a>> {
    state.secrets.run.as_ref()?.stand(name)
}

/// The keys of a command.
fn key(state: &State, id: &str) -> String {
    let keys = command::find(id).and_then(|command| state.settings.keymap.keys(command).first().cloned());
    keys.map_or_else(|| format!(":{id}"), |chord| chord.to_string())
}

/// How long ago, or in how long.
fn when(state: &State, seconds: u64) -> String {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    if at <= state.clock { ago(state.clock, at) } else { format!("in {}", span(at, state.clock)) }
}
