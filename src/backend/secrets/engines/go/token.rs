//! Words of a template.

/// A word of a template.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// What is written.
    pub text: &'a str,
    /// Where, in bytes.
    pub at: usize,
}

/// Sorts of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text outside of actions.
    Text,
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// The end of the template.
    End,
    /// No word at all.
    Mistake(Mistake),
    /// `true`, `false`
    Bool,
    /// Some character that means nothing by itself, but for the comma.
    Character,
    /// `'a'`
    CharacterConstant,
    /// `1+2i`
    Complex,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// `.name`
    Field,
    /// A name.
    Identifier,
    /// `(`
    OpenParenthesis,
    /// `)`
    CloseParenthesis,
    /// A number.
    Number,
    /// `|`
    Pipe,
    /// A text in back quotes.
    RawString,
    /// A text in quotes.
    String,
    /// White space between words.
    Space,
    /// `$name`
    Variable,
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// A word that begins or ends something.
    Keyword(Keyword),
}

/// Words that begin or end something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// What can be wrong with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum Mistake {
    #[error("unclosed action")]
    UnclosedAction,
    #[error("unclosed comment")]
    UnclosedComment,
    #[error("comment ends before closing delimiter")]
    CommentNotAlone,
    #[error("unclosed left parenthesis")]
    UnclosedParenthesis,
    #[error("unexpected right parenthesis")]
    UnopenedParenthesis,
    #[error("expected :=")]
    LoneColon,
    #[error("a character that means nothing here")]
    BadCharacter,
    #[error("unterminated character constant")]
    UnterminatedCharacter,
    #[error("unterminated quoted string")]
    UnterminatedString,
    #[error("malformed number")]
    BadNumber,
}
