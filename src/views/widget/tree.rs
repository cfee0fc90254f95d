//! Branches of a tree, as cells of a table.

use ratatui::text::{Line, Span};

use super::Look;
use crate::app::{glyph::Glyph, theme::Role};

/// Columns by which each level is indented.
const INDENT: usize = 2;

/// The cell of a branch or a leaf: indented by its depth, with the sign for open or closed where it has children (`open` is `None` for a leaf).
#[must_use]
pub fn branch<'a>(look: Look, depth: usize, open: Option<bool>, label: Line<'a>) -> Line<'a> {
    let sign = match open {
        Some(true) => look.glyph(Glyph::Open),
        Some(false) => look.glyph(Glyph::Closed),
        None => " ",
    };
    let indent = Span::styled(format!("{}{sign} ", " ".repeat(depth * INDENT)), look.style(Role::Faint));
    let style = label.style;
    let spans = label.spans.into_iter().map(|span| Span::styled(span.content, style.patch(span.style)));
    std::iter::once(indent).chain(spans).collect()
}
