//! Aligned columns.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::{
    style::{self, paint},
    text::printable,
};

/// One cell: a text in a style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A text in a style.
    #[must_use]
    pub fn new(style: Style, text: impl AsRef<str>) -> Self {
        Self { text: printable(text.as_ref()), style }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(style::PLAIN, text)
    }
}

/// A table with heads. Columns are as wide as their widest cell; nothing is cut, so that a row can be copied.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these column heads.
    #[must_use]
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| Cell::new(style::HEAD, head)).collect()] }
    }

    /// Whether it has no row yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text, a line a row.
    #[must_use]
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.text.width()).max().unwrap_or_default()
        };
        let widths = (0..columns).map(width).collect::<Vec<_>>();
        let mut text = String::new();
        for row in &self.rows {
            let last = row.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or_default();
            for (column, cell) in row.iter().enumerate().take(last + 1) {
                text.push_str(&paint(cell.style, &cell.text));
                if column < last {
                    text.push_str(&" ".repeat(widths[column] - cell.text.width() + 2));
                }
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_keep_columns_aligned_and_rows_end_without_spaces() {
        let mut table = Table::new(&["NAME", "WHAT", "NOTE"]);
        table.row(["日本".into(), "x".into(), "".into()]);
        table.row(["a".into(), "\u{1b}[2J".into(), "n".into()]);
        let plain = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(plain, "NAME  WHAT  NOTE\n日本  x\na     ·[2J  n\n");
    }
}
