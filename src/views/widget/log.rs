//! Logs: the rows in sight, and how much there is besides.

use std::{
    ops::Range,
    time::{SystemTime, UNIX_EPOCH},
};

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use super::{Look, coloured, draw_line, line::start, scrollbar};
use crate::{
    app::{
        glyph::Glyph,
        logview::{Held, LogView, Part, Row, without_colours},
        theme::Role,
    },
    backend::logstore::LogKey,
    views::report::counted,
};

/// What streams are told apart by, beside their names: roles that say nothing of good or bad.
const STREAMS: [Role; 6] = [Role::Name, Role::Unknown, Role::Place, Role::Text, Role::Busy, Role::Faint];

/// Draws the rows of a log that are in sight.
pub fn log(buffer: &mut Buffer, area: Rect, look: Look, view: &LogView, focused: bool) {
    if area.is_empty() {
        return;
    }
    let counts = view.counts();
    let edge = u16::from(counts.shown > area.height.into());
    let area_of_lines = Rect { width: area.width - edge, ..area };
    let (width, height) = (usize::from(area_of_lines.width), usize::from(area.height));
    let columns = view.columns(width).map(|width| u16::try_from(width).unwrap_or(u16::MAX));
    for (y, row) in (area.top()..area.bottom()).zip(view.window(width, height)) {
        draw_row(buffer, Rect { y, height: 1, ..area_of_lines }, look, view, &row, columns);
        if row.marked {
            let role = if focused { Role::Cursor } else { Role::CursorElsewhere };
            buffer.set_style(Rect { y, height: 1, ..area_of_lines }, look.style(role));
        }
    }
    scrollbar(buffer, area, look, view.offset(width, height), counts.shown);
}

fn draw_row(
    buffer: &mut Buffer,
    area: Rect,
    look: Look,
    view: &LogView,
    row: &Row,
    [mark, time, label]: [u16; 3],
) {
    let y = area.y;
    let mut x = area.x;
    let mut draw = |line: Line, columns: u16, blank: u16| {
        let width = columns.min(area.right().saturating_sub(x));
        draw_line(buffer, (x, y), &line, width.saturating_sub(blank), look);
        x += width;
    };
    let Part::Text(range) = &row.part else {
        let Part::Missing(count) = row.part else { return };
        draw(Line::default(), mark, 0);
        let lines = counted(usize::try_from(count).unwrap_or(usize::MAX), "line");
        let text = format!("{} {lines} before this are no longer in memory", look.glyph(Glyph::Ellipsis));
        draw(Line::styled(text, look.style(Role::Faint)), u16::MAX, 0);
        return;
    };
    if range.start > 0 {
        draw(Line::default(), mark.saturating_add(time).saturating_add(label), 0);
    } else {
        let (sign, role) = match (row.marked, row.held.error) {
            (true, _) => (look.glyph(Glyph::Cursor), Role::Cursor),
            (false, true) => (look.glyph(Glyph::Bad), Role::Bad),
            _ => ("", Role::Text),
        };
        draw(Line::styled(sign, look.style(role)), mark, 1);
        draw(Line::styled(clock(row.held.line.at), look.style(Role::Faint)), time, 1);
        let key = &row.held.line.key;
        // Of the role only its colour: a column of underlined names would be no help.
        let style = Style { fg: look.style(stream_role(key)).fg, ..Style::new() };
        draw(Line::styled(key.to_string(), style), label, 1);
    }
    draw(text(look, view, row.held, range), u16::MAX, 0);
}

/// The part of a line's text that stands in a row, with its own colours and what is looked for.
fn text(look: Look, view: &LogView, held: &Held, range: &Range<usize>) -> Line<'static> {
    let plain = without_colours(&held.line.text);
    let skipped = start(&plain[range.clone()], view.left()).0.len();
    let range = range.start + skipped..range.end;
    // Without its underline, if it has one, so that what is looked for can be told in it.
    let base = if held.error {
        Style { fg: look.style(Role::Bad).fg, ..Style::new() }.add_modifier(Modifier::BOLD)
    } else {
        look.style(Role::Text)
    };
    let places = match view.sought() {
        Some(needle) if held.found => needle.places(&plain).collect(),
        _ => Vec::new(),
    };
    let mut spans = Vec::new();
    let mut at = 0;
    for span in coloured(&held.line.text, base, look).spans {
        let end = at + span.content.len();
        let mut push = |from: usize, to: usize, style: Style| {
            let (from, to) = (from.max(range.start).max(at), to.min(range.end).min(end));
            if let Some(text) = span.content.get(from.saturating_sub(at)..to.saturating_sub(at))
                && from < to
            {
                spans.push(Span::styled(text.to_owned(), style));
            }
        };
        let mut drawn = at;
        for place in &places {
            push(drawn, place.start, span.style);
            push(place.start.max(drawn), place.end, span.style.patch(look.style(Role::Match)));
            drawn = drawn.max(place.end);
        }
        push(drawn, end, span.style);
        at = end;
    }
    Line::from(spans)
}

/// The same for a host whatever it does; else by the stream's name.
fn stream_role(key: &LogKey) -> Role {
    let name = key.host.as_ref().map_or_else(|| key.to_string(), ToString::to_string);
    // FNV-1a (Fowler, Noll, Vo), 32 bits: the same on every machine and in every run.
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    STREAMS[hash as usize % STREAMS.len()]
}

/// The time of day in UTC: `21:23:50`.
pub fn clock(at: SystemTime) -> String {
    let second = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// What is to be known of a log besides the rows in sight: whether it is followed, how much there is, what was found, and what is missing.
#[must_use]
pub fn log_status(look: Look, view: &LogView) -> Line<'static> {
    let counts = view.counts();
    let mut parts = Vec::new();
    parts.push(if view.follows() {
        Span::styled(format!("{} following", look.glyph(Glyph::Busy)), look.style(Role::Busy))
    } else if counts.waiting > 0 {
        Span::styled(format!("paused, {} more", counts.waiting), look.style(Role::Warn))
    } else {
        Span::styled("paused", look.style(Role::Warn))
    });
    parts.push(if view.filter_text().is_empty() {
        counted(counts.held, "line").into()
    } else {
        format!("{} of {} match {}", counts.shown, counted(counts.held, "line"), view.filter_text()).into()
    });
    if let Some(needle) = view.sought() {
        parts.push(Span::styled(format!("{} with {}", counts.found, needle.text()), look.style(Role::Match)));
    }
    if counts.errors > 0 {
        let text = format!("{} {}", look.glyph(Glyph::Bad), counted(counts.errors, "error"));
        parts.push(Span::styled(text, look.style(Role::Bad)));
    }
    if counts.missing > 0 {
        parts.push(Span::styled(format!("{} not in memory", counts.missing), look.style(Role::Faint)));
    }
    let separator = Span::styled(format!(" {} ", look.glyph(Glyph::Idle)), look.style(Role::Faint));
    let mut line = Line::default();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            line.push_span(separator.clone());
        }
        line.push_span(part);
    }
    line
}

#[cfg(test)]
mod tests;
