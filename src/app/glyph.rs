//! Signs, in Unicode or in ASCII. A status is never told by its sign or its colour alone: a word stands beside them.

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

impl Glyphs {
    /// The sign, one column wide.
    #[must_use]
    pub fn of(self, glyph: Glyph) -> &'static str {
        let (unicode, ascii) = match glyph {
            Glyph::Good => ("✓", "+"),
            Glyph::Busy => ("◐", "~"),
            Glyph::Warn => ("▲", "!"),
            Glyph::Bad => ("✗", "x"),
            Glyph::Unknown => ("?", "?"),
            Glyph::Idle => ("·", "."),
            Glyph::Change => ("±", "%"),
            Glyph::Mark => ("●", "*"),
            Glyph::Cursor => ("▌", ">"),
            Glyph::Open => ("▾", "v"),
            Glyph::Closed => ("▸", ">"),
            Glyph::Won => ("★", "="),
            Glyph::Lost => ("☆", "-"),
            Glyph::Separator | Glyph::Track => ("│", "|"),
            Glyph::Ellipsis => ("…", "~"),
            Glyph::Arrow => ("→", ">"),
            Glyph::Thumb => ("┃", "#"),
            Glyph::Done => ("█", "#"),
            Glyph::ToDo => ("░", "."),
        };
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}
