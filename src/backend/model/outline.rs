//! What a secret looks like, without any of its text.

use serde::{Deserialize, Serialize};

/// The structure of a secret: what of it is written in its definition, and where the rest comes from. It is found without any key, with stand-ins for what is secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outline {
    /// The parts, in the order of the text.
    pub parts: Vec<OutlinePart>,
}

/// A part of a secret's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutlinePart {
    /// Text that its definition says, which is no secret.
    Literal(String),
    /// The text of another secret.
    Secret(String),
    /// A hash.
    Hash {
        /// Of which kind, such as `bcrypt`.
        kind: String,
        /// The secrets whose texts are in what is hashed.
        of: Vec<String>,
    },
    /// So many random characters.
    Random(usize),
    /// What a program, a person or a key generator makes: nothing more is known of it. The text says what it is.
    Opaque(String),
}

impl OutlinePart {
    /// What stands in its place where it is shown. A text that is no secret stands for itself.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Secret(name) => format!("<{name}>"),
            Self::Hash { kind, of } if of.is_empty() => format!("<{kind}>"),
            Self::Hash { kind, of } => format!("<{kind} of {}>", of.join(", ")),
            Self::Random(length) => format!("<{length} random characters>"),
            Self::Opaque(what) => format!("<{what}>"),
        }
    }
}
