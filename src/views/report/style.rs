//! The roles of colour on the command line. A status is always a glyph and a word as well.

use anstyle::{AnsiColor, Style};

/// Titles and column heads.
pub const HEAD: Style = Style::new().bold();
/// Names of hosts, options, services.
pub const NAME: Style = AnsiColor::Cyan.on_default();
/// Good.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Worth a look.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Bad.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Beside the point.
pub const FAINT: Style = Style::new().dimmed();
/// Nothing special.
pub const PLAIN: Style = Style::new();

/// A text in a style.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    if style == PLAIN { text.to_owned() } else { format!("{style}{text}{style:#}") }
}
