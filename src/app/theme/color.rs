//! Colours as they are written, and what is left of them on terminals of few.

use ratatui::style::Color;

use crate::{
    app::settings::{Setting, unknown},
    backend::error::Result,
};

/// The sixteen colours whose looks the operator chooses, and the terminal's own.
const NAMED: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// The steps of red, green and blue in xterm's cube of 216 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Reads `#rrggbb` or the name of one of the sixteen.
pub(super) fn parse(setting: &Setting) -> Result<Color> {
    let text = setting.text()?;
    if let Some((_, color)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Ok(*color);
    }
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if let Some(rgb) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        return Ok(Color::from_u32(rgb));
    }
    let error = setting.error(format!("{text:?} is no color"));
    if text.starts_with('#') {
        return Err(error.hint("six hexadecimal digits follow the #, as in #7cc7ff"));
    }
    Err(unknown(error, text, &NAMED.map(|(name, _)| name)))
}

/// Whether a colour is not one of the sixteen.
pub(super) fn is_beyond_sixteen(color: Color) -> bool {
    matches!(color, Color::Rgb(..) | Color::Indexed(16..))
}

/// The colour of xterm's palette that comes nearest; not one of its first sixteen, which may look like anything.
pub(super) fn indexed(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else { return color };
    let nearest = |index: &u8| {
        let (r, g, b) = rgb(*index);
        [(r, red), (g, green), (b, blue)].map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).iter().sum::<u32>()
    };
    (16..=u8::MAX).min_by_key(nearest).map_or(color, Color::Indexed)
}

/// What xterm shows for a number from 16 on: the cube, then 24 greys.
pub(super) fn rgb(index: u8) -> (u8, u8, u8) {
    match index.saturating_sub(16) {
        cube @ ..216 => {
            let step = |of: u8| STEPS[usize::from(of % 6)];
            (step(cube / 36), step(cube / 6), step(cube))
        }
        grey => {
            let grey = 8 + 10 * (grey - 216);
            (grey, grey, grey)
        }
    }
}
