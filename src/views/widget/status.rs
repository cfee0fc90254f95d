//! How things stand: a sign, a word, a colour.

use ratatui::text::{Line, Span};

use super::Look;
use crate::app::{glyph::Glyph, theme::Role};

/// A status: its sign and its word, in the colour of its role. The word is what tells; sign and colour make it quick to find.
#[must_use]
pub fn status<'a>(look: Look, glyph: Glyph, word: &str, role: Role) -> Line<'a> {
    Line::from(Span::styled(format!("{} {word}", look.glyph(glyph)), look.style(role)))
}
