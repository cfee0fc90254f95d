//! Asking the operator for what only they know: a passphrase, a PIN, whether to go on.

use std::fmt;

use zeroize::Zeroizing;

use crate::backend::error::{Error, ErrorKind, Result};

/// A line that was typed. It is wiped when it is dropped, and says nothing of itself to a log.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Passphrase {
    fn from(line: String) -> Self {
        Self(Zeroizing::new(line))
    }
}

impl From<Zeroizing<String>> for Passphrase {
    fn from(line: Zeroizing<String>) -> Self {
        Self(line)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// What is asked. The text may be a plugin's; control characters were taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The question, without a colon.
    pub text: String,
    /// What sort of answer it wants.
    pub answer: Answer,
}

/// Sorts of answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A line that nobody else may see.
    Hidden,
    /// A line that may be shown.
    Shown,
    /// One of two: the answer is `yes` or `no`.
    Choice {
        /// What `yes` is called.
        yes: String,
        /// What `no` is called, if it has a name.
        no: Option<String>,
    },
}

impl Question {
    pub(super) fn hidden(text: impl Into<String>) -> Self {
        Self { text: text.into(), answer: Answer::Hidden }
    }
}

/// Somebody who can ask the operator. Called from whichever thread needs the answer, and waited for there.
pub trait Ask: Send + Sync {
    /// Waits for the answer. An error says why there is none; it is not asked again then.
    fn ask(&self, question: &Question) -> Result<Passphrase>;

    /// Shows a message, such as `touch the key`.
    fn tell(&self, message: &str);

    /// Whether the operator has stopped waiting: then what may never end is given up.
    fn is_over(&self) -> bool {
        false
    }
}

/// Nobody to ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Ask for Nobody {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        Err(Error::new(ErrorKind::Usage, format!("nobody is there to answer: {}", question.text))
            .hint("run it on a terminal and without --no-input, or use an identity that needs no answer"))
    }

    fn tell(&self, _: &str) {}
}

/// A stranger's text in one line, without what a terminal would obey or what turns the direction of writing.
pub(in super::super) fn tame(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = text.chars().take(500).map(|c| if odd(c) { ' ' } else { c }).collect::<String>();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_not_told() {
        assert_eq!(format!("{:?}", Passphrase::from("hunter2".to_owned())), "Passphrase(..)");
    }

    #[test]
    fn a_strangers_text_is_tamed() {
        assert_eq!(tame("touch\x1b[2J the\r\nkey\u{202e}!"), "touch [2J the key !");
        assert!(tame(&"x".repeat(10_000)).len() <= 500);
    }
}
