//! Errors.

use super::{
    style::{self, paint},
    text::printable,
};
use crate::backend::error::Error;

/// An error for a terminal: what and where, the program's last lines, what to do next.
#[must_use]
pub fn failure(error: &Error) -> String {
    let mut text = paint(style::BAD, "✗ error: ");
    if let Some(place) = &error.place {
        text.push_str(&paint(style::NAME, &printable(&place.to_string())));
        text.push_str(": ");
    }
    text.push_str(&printable(&error.what));
    text.push('\n');
    for line in &error.detail {
        text.push_str(&paint(style::FAINT, "  │ "));
        text.push_str(&printable(line));
        text.push('\n');
    }
    if let Some(hint) = &error.hint {
        text.push_str(&paint(style::WARN, "  → "));
        text.push_str(&printable(hint));
        text.push('\n');
    }
    text
}

/// Something that fails nothing but should be known.
#[must_use]
pub fn warning(text: &str) -> String {
    let text = text.lines().map(printable).collect::<Vec<_>>().join("\n  ");
    format!("{}{text}\n", paint(style::WARN, "▲ warning: "))
}
