//! A document on the screen: its rows wrapped, the one under the cursor in sight.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{Look, draw_line, scrollbar, wrap_hanging};
use crate::{
    app::{cursor::Cursor, glyph::Glyph, theme::Role},
    views::document::Row,
};

/// Columns before the text: for the sign of the cursor.
const GUTTER: u16 = 2;

/// Draws the rows from the first in sight on. Rows are wrapped, so fewer may fit than the cursor believed: then it is the upper ones that go.
pub fn document(buffer: &mut Buffer, area: Rect, look: Look, rows: &[Row], cursor: Cursor, focused: bool) {
    if area.width <= GUTTER + 1 || area.height == 0 {
        return;
    }
    let height = usize::from(area.height);
    let edge = u16::from(rows.len() > height);
    let width = area.width - GUTTER - edge;
    let end = (cursor.offset + height).min(rows.len());
    let in_sight = rows.get(cursor.offset..end).unwrap_or_default();
    let mut shown =
        (cursor.offset..end).zip(in_sight.iter().map(|row| lines(look, row, width))).collect::<Vec<_>>();
    let lines_to_cursor = |shown: &[(usize, Vec<Line>)]| {
        let until = shown.iter().take_while(|(at, _)| *at <= cursor.selected);
        until.map(|(_, lines)| lines.len()).sum::<usize>()
    };
    while shown.len() > 1 && shown[0].0 < cursor.selected && lines_to_cursor(&shown) > height {
        shown.remove(0);
    }
    let rows_of_text =
        shown.into_iter().flat_map(|(at, lines)| lines.into_iter().map(move |line| (at, line)));
    for (y, (at, line)) in (area.top()..area.bottom()).zip(rows_of_text) {
        draw_line(buffer, (area.x + GUTTER, y), &line, width, look);
        if focused && at == cursor.selected {
            buffer.set_string(area.x, y, look.glyph(Glyph::Cursor), look.style(Role::Cursor));
            let line = Rect { y, height: 1, width: area.width - edge, ..area };
            buffer.set_style(line, look.style(Role::Cursor));
        }
    }
    scrollbar(buffer, area, look, cursor.offset, rows.len());
}

/// A row as lines of so many columns, each as far to the right as the row says.
fn lines(look: Look, row: &Row, width: u16) -> Vec<Line<'static>> {
    let spans = row.spans.iter().map(|(role, text)| Span::styled(text.clone(), look.style(*role)));
    let line = spans.collect::<Line>();
    let indent = row.indent.min(width / 2);
    let hang = row.hang.min((width - indent) / 2);
    let wrapped = wrap_hanging(&line, width - indent, hang);
    let lines = wrapped.into_iter().enumerate().map(|(at, line)| {
        let blank = " ".repeat(usize::from(if at == 0 { indent } else { indent + hang }));
        let spans = line.spans.into_iter().map(|span| Span::styled(span.content.into_owned(), span.style));
        std::iter::once(Span::raw(blank)).chain(spans).collect::<Line>()
    });
    lines.collect()
}

/// A text with the characters that a filter found standing out.
#[must_use]
pub fn highlighted(look: Look, role: Role, text: &str, found: &[usize]) -> Line<'static> {
    if found.is_empty() {
        return Line::styled(text.to_owned(), look.style(role));
    }
    let mut spans: Vec<Span> = Vec::new();
    for (at, character) in text.chars().enumerate() {
        let role = if found.contains(&at) { Role::Match } else { role };
        let style = look.style(role);
        match spans.last_mut() {
            Some(span) if span.style == style => span.content.to_mut().push(character),
            _ => spans.push(Span::styled(character.to_string(), style)),
        }
    }
    Line::from(spans)
}
