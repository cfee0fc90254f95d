//! What the tests of widgets look with.

use std::{path::Path, sync::LazyLock};

use ratatui::{buffer::Buffer, layout::Rect};

use super::Look;
use crate::app::{glyph::Glyphs, theme::Theme};

static SIXTEEN: LazyLock<Theme> = LazyLock::new(|| named("ansi16"));
static MONO: LazyLock<Theme> = LazyLock::new(|| named("mono"));

fn named(name: &str) -> Theme {
    Theme::named(name, Path::new("")).unwrap()
}

pub fn sixteen() -> Look<'static> {
    Look { theme: &SIXTEEN, glyphs: Glyphs::Unicode }
}

pub fn ascii() -> Look<'static> {
    Look { theme: &SIXTEEN, glyphs: Glyphs::Ascii }
}

/// Without colours, as `NO_COLOR` asks for.
pub fn mono() -> Look<'static> {
    Look { theme: &MONO, glyphs: Glyphs::Unicode }
}

/// The text of each row, without the blanks at its end.
pub fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y| {
        let mut text = String::new();
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol)).unwrap().max(1);
        }
        text.trim_end().to_owned()
    };
    (area.top()..area.bottom()).map(row).collect()
}

/// What is drawn: the text, and below it each stretch of a row that has a style of its own.
pub fn drawn(width: u16, height: u16, draw: impl FnOnce(&mut Buffer, Rect)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(&mut buffer, area);
    let mut shown = format!("|{}\n", rows(&buffer).join("\n|"));
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let style = buffer[(x, y)].style();
            let end = (x..width).find(|x| buffer[(*x, y)].style() != style).unwrap_or(width);
            let cell = &buffer[(x, y)];
            let mut words = Vec::new();
            if cell.fg != ratatui::style::Color::Reset {
                words.push(cell.fg.to_string());
            }
            if cell.bg != ratatui::style::Color::Reset {
                words.push(format!("on {}", cell.bg));
            }
            if !cell.modifier.is_empty() {
                words.push(format!("{:?}", cell.modifier));
            }
            if !words.is_empty() {
                shown.push_str(&format!("{y}:{x}-{} {}\n", end - 1, words.join(" ")));
            }
            x = end;
        }
    }
    shown
}
