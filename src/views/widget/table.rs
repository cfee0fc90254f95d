//! Tables with a cursor: any number of rows, of which those in sight are built.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{Look, draw_line, scrollbar};
use crate::app::{cursor::Cursor, glyph::Glyph, theme::Role};

mod columns;

pub use columns::Column;
use columns::lay_out;

/// A row of cells, one for each column.
#[derive(Debug, Clone, Default)]
pub struct Row<'a> {
    /// What stands in the columns.
    pub cells: Vec<Line<'a>>,
    /// Whether it is marked.
    pub marked: bool,
}

impl<'a, L: Into<Line<'a>>> FromIterator<L> for Row<'a> {
    fn from_iter<I: IntoIterator<Item = L>>(cells: I) -> Self {
        Self { cells: cells.into_iter().map(Into::into).collect(), marked: false }
    }
}

impl Row<'_> {
    /// The same row, marked or not.
    #[must_use]
    pub fn marked(self, marked: bool) -> Self {
        Self { marked, ..self }
    }
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// How many rows it has.
    pub len: usize,
    /// Where one is.
    pub cursor: Cursor,
    /// Whether the keys go here.
    pub focused: bool,
    /// Whether rows can be marked.
    pub marks: bool,
    /// What is said in place of rows where there are none, and what to do about it.
    pub empty: &'a str,
}

/// How many rows of a table are in sight in an area of so many lines: the heads take one.
#[must_use]
pub fn rows_in_sight(height: u16) -> usize {
    usize::from(height - heads(height))
}

/// A table of one line shows a row rather than its heads.
fn heads(height: u16) -> u16 {
    u16::from(height > 1)
}

impl Table<'_> {
    /// Draws it. `row` is called for the rows in sight, and for nothing else.
    pub fn draw<'r>(&self, buffer: &mut Buffer, area: Rect, look: Look, row: impl FnMut(usize) -> Row<'r>) {
        if area.is_empty() {
            return;
        }
        let body = Rect { y: area.y + heads(area.height), height: area.height - heads(area.height), ..area };
        let mut cursor = self.cursor;
        cursor.fit(self.len, body.height.into());
        let shown = cursor.offset..(cursor.offset + usize::from(body.height)).min(self.len);
        let rows = shown.clone().map(row).collect::<Vec<_>>();
        let gutter = if self.marks { 3 } else { 2 };
        let edge = u16::from(self.len > body.height.into());
        let columns = self.places(&rows, area.width.saturating_sub(gutter + edge));
        if heads(area.height) > 0 {
            for (column, place) in self.columns.iter().zip(&columns) {
                let Some(place) = place else { continue };
                let title = Line::styled(column.title, look.style(Role::Head));
                draw_cell(buffer, (area.x + gutter, area.y), look, (column, &title), place);
            }
        }
        if rows.is_empty() {
            for (y, text) in (body.top()..body.bottom()).zip(self.empty.lines()) {
                let text = Line::styled(text, look.style(Role::Faint));
                draw_line(buffer, (area.x + gutter, y), &text, area.width.saturating_sub(gutter), look);
            }
        }
        for ((y, index), row) in (body.top()..).zip(shown).zip(&rows) {
            let line = Rect { y, height: 1, width: area.width - edge, ..area };
            if row.marked {
                buffer.set_stringn(
                    area.x + 1,
                    y,
                    look.glyph(Glyph::Mark),
                    line.width.saturating_sub(1).into(),
                    look.style(Role::Marked),
                );
            }
            for ((column, cell), place) in self.columns.iter().zip(&row.cells).zip(&columns) {
                let Some(place) = place else { continue };
                draw_cell(buffer, (area.x + gutter, y), look, (column, cell), place);
            }
            if index == cursor.selected {
                buffer.set_stringn(area.x, y, look.glyph(Glyph::Cursor), 1, look.style(Role::Cursor));
                let role = if self.focused { Role::Cursor } else { Role::CursorElsewhere };
                buffer.set_style(line, look.style(role));
            }
        }
        scrollbar(buffer, body, look, cursor.offset, self.len);
    }

    /// Where the columns are, as ranges behind the gutter, as wide as what is in sight needs.
    fn places(&self, rows: &[Row], room: u16) -> Vec<Option<Range<u16>>> {
        let widest = |index: usize, column: &Column| {
            let cells = rows.iter().filter_map(|row| row.cells.get(index)).map(Line::width);
            let widest = cells.chain([Line::raw(column.title).width()]).max().unwrap_or(0);
            u16::try_from(widest).unwrap_or(u16::MAX)
        };
        let natural =
            self.columns.iter().enumerate().map(|(at, column)| widest(at, column)).collect::<Vec<_>>();
        lay_out(self.columns, &natural, room)
    }
}

/// Draws a cell into its column, which begins `place.start` behind `x`.
fn draw_cell(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    look: Look,
    (column, cell): (&Column, &Line),
    place: &Range<u16>,
) {
    let width = place.end - place.start;
    let taken = u16::try_from(cell.width()).unwrap_or(u16::MAX).min(width);
    let indent = if column.right { width - taken } else { 0 };
    draw_line(buffer, (x + place.start + indent, y), cell, width - indent, look);
}

#[cfg(test)]
mod tests;
