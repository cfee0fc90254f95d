//! The engines: from a declaration, entropy and other secrets to a text. Pure: the same input gives the same bytes, in any process, locale and order of threads.

mod functions;
mod go;
pub mod hash;
mod json;
mod outline;
mod random;
mod ssh_key;
mod suspicion;
mod tera;

use std::sync::Arc;

use super::{Entropy, Exhausted, Generation, Plaintext, buffer::Buffer};
use functions::{Functions, Real};

pub use outline::{outline, trace};
pub use ssh_key::public_half;
pub use suspicion::suspicion;

/// Which of two behaviours an engine has where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Byte for byte that of the reference generator, quirks included: for secrets that were adopted from it.
    Reference,
    /// That of new definitions: what is never wanted inside a secret is an error.
    Mended,
}

/// Gives an engine the texts of other secrets.
pub trait ReadSecret {
    /// The text of a secret.
    fn read(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault>;
}

/// Why nothing was made. The text never has a part of a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// The class of failure.
    pub class: FaultClass,
    /// What happened, and where in the template.
    pub what: String,
}

/// Classes of failure. Their names are those of `steading secrets try --json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultClass {
    /// More entropy was asked for than was recorded. The only fault that leads to a new value.
    EntropyExhausted,
    /// A set of characters that there is none of.
    BadCharset,
    /// A hash function refuses its input: a cost out of range, a password that is too long.
    HashParameter,
    /// A call of a function that there is none of.
    UnknownFunction,
    /// The template makes no sense.
    Syntax,
    /// The template failed while it was carried out.
    Execution,
    /// A secret that can't be read.
    Secret(String),
    /// What came out can't be a secret: empty, `<no value>`, `%!`.
    Suspicious,
}

impl FaultClass {
    /// The name of the class alone.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::EntropyExhausted => "entropy-exhausted",
            Self::BadCharset => "bad-charset",
            Self::HashParameter => "hash-parameter",
            Self::UnknownFunction => "unknown-function",
            Self::Syntax => "syntax",
            Self::Execution => "execution",
            Self::Secret(_) => "secret",
            Self::Suspicious => "suspicious",
        }
    }
}

impl Fault {
    /// Says what happened.
    #[must_use]
    pub fn new(class: FaultClass, what: impl Into<String>) -> Self {
        Self { class, what: what.into() }
    }

    /// Says what failed while something was carried out.
    fn execution(what: impl Into<String>) -> Self {
        Self::new(FaultClass::Execution, what)
    }
}

impl From<Exhausted> for Fault {
    fn from(exhausted: Exhausted) -> Self {
        Self { class: FaultClass::EntropyExhausted, what: exhausted.to_string() }
    }
}

/// What is made of a declaration.
#[derive(Debug)]
pub struct Made {
    /// The secret.
    pub text: Plaintext,
    /// Its public half, where it has one: a line, as its file has it.
    pub public: Option<String>,
    /// Why it should not be encrypted, where it is a new definition and there is a reason.
    pub suspicious: Option<Fault>,
}

/// Makes a secret, of all kinds but scripts.
pub fn make(
    generation: &Generation,
    dialect: Dialect,
    entropy: &mut dyn Entropy,
    secrets: &mut dyn ReadSecret,
) -> Result<Made, Fault> {
    if let Generation::SshKey(key) = generation {
        return ssh_key::make(key, entropy);
    }
    let mut functions = Real::new(dialect, entropy, secrets);
    let text = match generation {
        Generation::Random(random) => random::make(random, &mut functions)?,
        Generation::Template(text) => go::make(text, &mut functions)?,
        Generation::Tera(text) => tera::make(text, &mut functions)?,
        Generation::Json(document) => json::make(document, &mut functions)?,
        Generation::Script(_) | Generation::SshKey(_) => {
            return Err(Fault::execution("a script is run, not made"));
        }
    };
    let made_of = functions.read().iter().map(|(_, text)| text.bytes());
    let suspicious = if dialect == Dialect::Mended { suspicion(text.bytes(), made_of) } else { None };
    Ok(Made { text: text.into(), public: None, suspicious })
}
