//! Signs, in Unicode or in ASCII. A status is never told by its sign or its colour alone: a word stands beside them.
//!
//! Those in Unicode are one column wide in every terminal: none is of what the standard calls ambiguous width, which terminals set up for Chinese, Japanese or Korean draw two columns wide (Unicode annex 11). Frames are, so such a terminal is better served by `glyphs = "ascii"`.

use ratatui::symbols::border;

/// What a sign means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// Well.
    Good,
    /// At work.
    Busy,
    /// Worth a look.
    Warn,
    /// Failed.
    Bad,
    /// Not known.
    Unknown,
    /// Nothing to do, nothing to say.
    Idle,
    /// Something would change.
    Change,
    /// A row that is marked.
    Mark,
    /// The row under the cursor.
    Cursor,
    /// A branch that is open.
    Open,
    /// A branch that is closed.
    Closed,
    /// The definition that won.
    Won,
    /// A definition that lost.
    Lost,
    /// Between two things in a row.
    Separator,
    /// More than there is room for.
    Ellipsis,
    /// From the one to the other.
    Arrow,
    /// The part of a list that is shown, at its edge.
    Thumb,
    /// The part of a list that is not shown, at its edge.
    Track,
    /// The part of a bar that is done.
    Done,
    /// The part of a bar that is to do.
    ToDo,
}

/// Which signs the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// All of them.
    #[default]
    Unicode,
    /// Those of 1963.
    Ascii,
}

impl Glyph {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Good,
        Self::Busy,
        Self::Warn,
        Self::Bad,
        Self::Unknown,
        Self::Idle,
        Self::Change,
        Self::Mark,
        Self::Cursor,
        Self::Open,
        Self::Closed,
        Self::Won,
        Self::Lost,
        Self::Separator,
        Self::Ellipsis,
        Self::Arrow,
        Self::Track,
        Self::Thumb,
        Self::Done,
        Self::ToDo,
    ];
}

/// A frame of what every typewriter has.
const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Glyphs {
    /// What a locale can show.
    #[must_use]
    pub fn for_locale(unicode: bool) -> Self {
        if unicode { Self::Unicode } else { Self::Ascii }
    }

    /// What frames are drawn with.
    #[must_use]
    pub fn border(self) -> border::Set<'static> {
        match self {
            Self::Unicode => border::PLAIN,
            Self::Ascii => ASCII_BORDER,
        }
    }

    /// The sign, one column wide.
    #[must_use]
    pub fn of(self, glyph: Glyph) -> &'static str {
        let (unicode, ascii) = match glyph {
            Glyph::Good => ("✓", "+"),
            Glyph::Busy => ("⠶", "~"),
            Glyph::Warn => ("▴", "!"),
            Glyph::Bad => ("✗", "x"),
            Glyph::Unknown => ("?", "?"),
            Glyph::Idle => ("∙", "."),
            Glyph::Change => ("↻", "%"),
            Glyph::Mark => ("◉", "*"),
            Glyph::Cursor => ("❯", ">"),
            Glyph::Open => ("▾", "v"),
            Glyph::Closed => ("▸", ">"),
            Glyph::Won => ("✦", "="),
            Glyph::Lost => ("✧", "-"),
            Glyph::Separator | Glyph::Track => ("╎", "|"),
            Glyph::Ellipsis => ("⋯", "~"),
            Glyph::Arrow => ("➜", ">"),
            Glyph::Thumb => ("▮", "#"),
            Glyph::Done => ("▰", "#"),
            Glyph::ToDo => ("▱", "."),
        };
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_sign_is_one_column_wide_everywhere() {
        for glyph in Glyph::ALL {
            let sign = Glyphs::Unicode.of(glyph);
            assert_eq!((sign.width(), sign.width_cjk()), (1, 1), "{glyph:?} {sign}");
            let sign = Glyphs::Ascii.of(glyph);
            assert!(sign.len() == 1 && sign.bytes().all(|byte| byte.is_ascii_graphic()), "{glyph:?} {sign}");
        }
    }

    #[test]
    fn no_status_looks_like_another() {
        let status = [
            Glyph::Good,
            Glyph::Busy,
            Glyph::Warn,
            Glyph::Bad,
            Glyph::Unknown,
            Glyph::Idle,
            Glyph::Change,
            Glyph::Mark,
        ];
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            assert_eq!(
                status.map(|glyph| glyphs.of(glyph)).iter().collect::<BTreeSet<_>>().len(),
                status.len()
            );
        }
    }

    #[test]
    fn frames_are_one_column_wide() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let border = glyphs.border();
            for sign in [border.top_left, border.top_right, border.bottom_left, border.bottom_right]
                .into_iter()
                .chain([border.vertical_left, border.vertical_right])
                .chain([border.horizontal_top, border.horizontal_bottom])
            {
                assert_eq!(sign.width(), 1);
                assert!(glyphs == Glyphs::Unicode || sign.is_ascii());
            }
        }
    }
}
