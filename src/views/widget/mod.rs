//! What panes are made of: pure functions that draw into a [`Buffer`](ratatui::buffer::Buffer). Of long lists only the rows in sight are ever built.

mod ansi;
mod document;
mod gauge;
mod input;
mod line;
mod log;
mod scroll;
mod status;
mod table;
mod text;
mod tree;

pub use ansi::coloured;
pub use document::{document, highlighted};
pub use gauge::{gauge, share};
pub use input::input;
pub use line::{cut, draw_line, end, plain};
pub(super) use log::clock;
pub use log::{log, log_status};
pub use scroll::{position, scrollbar};
pub use status::status;
pub use table::{Column, Row, Table, rows_in_sight};
pub use text::{Block, lay_out, scroll_limit, scrolled, wrap, wrap_hanging};
pub use tree::branch;

use ratatui::style::Style;

use crate::app::{
    glyph::{Glyph, Glyphs},
    theme::{Role, Theme},
};

/// What things look like: the colours and the signs.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// The signs.
    pub glyphs: Glyphs,
}

impl Look<'_> {
    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A sign, one column wide.
    #[must_use]
    pub fn glyph(self, glyph: Glyph) -> &'static str {
        self.glyphs.of(glyph)
    }
}

#[cfg(test)]
pub(super) mod testing;
