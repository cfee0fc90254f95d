//! The deployment: what would be done, what is being done, and what came of it, host by host.

mod detail;
mod row;
mod summary;

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Line};

pub(super) use detail::document;
use row::{columns, row, step, steps};
use summary::summary;

use super::widget::{self, Look, Row, Table};
use crate::{
    app::{
        state::{Pane, Part, State},
        theme::Role,
    },
    backend::{logstore::Scope, model::HostName},
    views::report::printable,
};

/// The hosts of the deployment.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let Some(deployment) = &state.deployment else {
        let empty =
            "nothing is deployed\n\nF plans the whole fleet\nd plans the marked hosts, in the hosts' pane";
        let table = Table {
            columns: columns(None),
            len: 0,
            cursor: crate::app::cursor::Cursor::default(),
            focused,
            marks: false,
            empty,
        };
        table.draw(buffer, area, look, |_| Row::default());
        return;
    };
    let above = rows_above_list(state, area.height);
    let area = headed(buffer, area, look, &summary(look, state, deployment), above);
    let listing = &state.deploy.list;
    let table = Table {
        columns: columns(Some(deployment.stage)),
        len: listing.len(),
        cursor: listing.cursor,
        focused,
        marks: false,
        empty: "no host matches; Esc takes the filter away",
    };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        let run = name.parse::<HostName>().ok().and_then(|host| deployment.hosts.get(&host));
        run.map_or_else(Row::default, |run| row(look, deployment, (name, run), found))
    });
}

/// Draws lines above something, and hands back what is left for it.
fn headed(buffer: &mut Buffer, area: Rect, look: Look, lines: &[Line], rows: u16) -> Rect {
    for (y, line) in (area.top()..area.top() + rows).zip(lines) {
        widget::draw_line(buffer, (area.x, y), line, area.width, look);
    }
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

fn heading_len(state: &State) -> u16 {
    let look = Look { theme: &state.settings.theme, glyphs: state.settings.glyphs };
    let lines = state.deployment.as_ref().map_or(0, |deployment| summary(look, state, deployment).len());
    u16::try_from(lines).unwrap_or(u16::MAX)
}

/// How many rows of so many above the list's head say what the deployment as a whole is at.
#[must_use]
pub fn rows_above_list(state: &State, height: u16) -> u16 {
    heading_len(state).min(height.saturating_sub(4))
}

/// The same above the log, where the list is not in sight and something goes on: what is being built is never out of sight.
#[must_use]
pub fn rows_above_log(state: &State, height: u16) -> u16 {
    let list = state.layout().is_some_and(|layout| layout.part(Part::List).is_some());
    if list || state.pane != Pane::Deploy || !state.is_deploying() {
        0
    } else {
        heading_len(state).min(height / 3)
    }
}

/// The log.
pub(super) fn log(frame: &mut Frame, area: Rect, look: Look, state: &State) {
    let focused = state.part == Part::Log && state.layers.is_empty();
    let above = rows_above_log(state, area.height);
    let lines = state.deployment.as_ref().filter(|_| above > 0);
    let lines = lines.map(|deployment| summary(look, state, deployment)).unwrap_or_default();
    let area = headed(frame.buffer_mut(), area, look, &lines, above);
    let view = state.log().0;
    if view.counts().shown == 0 {
        let text = if !view.filter_text().is_empty() && view.counts().missing > 0 {
            "no line that is still in memory passes the filter; Esc takes it away, S saves all lines"
        } else if !view.filter_text().is_empty() {
            "no line passes the filter; Esc takes it away"
        } else if view.scope() == &Scope::All {
            "nothing was said yet"
        } else {
            "nothing was said here; m shows what others said"
        };
        let line = Line::styled(text, look.style(Role::Faint));
        widget::draw_line(
            frame.buffer_mut(),
            (area.x + 2, area.y),
            &line,
            area.width.saturating_sub(2),
            look,
        );
    }
    widget::log(frame.buffer_mut(), area, look, view, focused);
}

/// The title of the log's frame.
pub(super) fn log_title(state: &State) -> String {
    let log = state.log().0;
    let counts = log.counts();
    let mut title = match log.scope() {
        Scope::All => "Log".to_owned(),
        Scope::Host(host) => format!("Log of {host}"),
        Scope::Stream(key) => format!("Log of {key}"),
    };
    if !log.filter_text().is_empty() {
        title.push_str(&format!(" &{} {} of {}", printable(log.filter_text()), counts.shown, counts.held));
    }
    if let Some(sought) = log.sought() {
        title.push_str(&format!(" /{} {}", printable(sought.text()), counts.found));
    }
    if counts.missing > 0 {
        title.push_str(&format!(", {} only on disk", counts.missing));
    }
    if !log.follows() {
        title.push_str(", paused");
        if counts.waiting > 0 {
            title.push_str(&format!(", {} more", counts.waiting));
        }
    }
    title
}

/// The deployment beside another pane: what it is at, and the end of its log.
pub(super) fn activity(frame: &mut Frame, area: Rect, look: Look, state: &State) {
    let buffer = frame.buffer_mut();
    let Some(deployment) = &state.deployment else {
        let line = Line::styled("nothing is deployed; F plans the whole fleet", look.style(Role::Faint));
        widget::draw_line(buffer, (area.x, area.y), &line, area.width, look);
        return;
    };
    let mut lines = summary(look, state, deployment);
    lines.push(Line::default());
    for (host, run) in &deployment.hosts {
        let mut line = Line::styled(format!("{:<14} ", host.as_str()), look.style(Role::Name));
        line.extend(steps(look, run).spans);
        line.push_span("  ");
        line.extend(step(look, deployment, run).spans);
        lines.push(line);
    }
    let used = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX).min(area.height);
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        widget::draw_line(buffer, (area.x, y), line, area.width, look);
    }
    let rest = Rect { y: area.y + used, height: area.height - used, ..area };
    widget::log(buffer, rest, look, &state.deploy.log, false);
}
