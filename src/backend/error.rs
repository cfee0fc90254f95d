//! What goes wrong, told to somebody in a hurry: what, where, and what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::model::{OptionPath, Place, StorePath};

/// A failure of the backend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub struct Error {
    /// What sort of failure: decides the exit status.
    pub kind: ErrorKind,
    /// What happened, in a sentence without a full stop.
    pub what: String,
    /// Where it is written, if it is.
    pub place: Option<Place>,
    /// What to do next.
    pub hint: Option<String>,
    /// The last lines of the program that failed, as they were.
    pub detail: Vec<String>,
    /// The derivation that was not built, where it is one: its log has this name.
    #[serde(default)]
    pub derivation: Option<StorePath>,
    /// How Nix came to it, where it tells.
    #[serde(skip)]
    pub trail: Option<Box<Trail>>,
}

/// The options that were being evaluated, from the one that failed to the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail(pub Vec<Through>);

/// An option whose evaluation led to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The option: `x.global.netsrv.mtu`.
    pub option: OptionPath,
    /// Where, in the fleet's own files, it asks for what failed.
    pub place: Option<Place>,
    /// The host that does, where Nix tells.
    pub host: Option<String>,
}

/// Sorts of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The request makes no sense: an unknown host, a malformed path.
    Usage,
    /// The fleet, or a configuration file, is at fault.
    Configuration,
    /// The fleet has none of what was asked for, and need not have: it does without the library.
    Absent,
    /// Nix could not evaluate.
    Evaluation,
    /// Nix could not build.
    Build,
    /// A program that is needed isn't there.
    Missing,
    /// A host did not answer.
    Unreachable,
    /// Going on would not have been safe.
    Refused,
    /// A program failed.
    Process,
    /// Reading or writing failed on this machine.
    Io,
    /// The operator stopped it.
    Cancelled,
}

/// The usual result here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Says what happened.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            place: None,
            hint: None,
            detail: Vec::new(),
            derivation: None,
            trail: None,
        }
    }

    /// Reading or writing `subject` failed.
    #[must_use]
    pub fn io(subject: impl fmt::Display, error: &std::io::Error) -> Self {
        let failure = Self::new(ErrorKind::Io, format!("{subject}: {error}"));
        match error.kind() {
            std::io::ErrorKind::StorageFull => failure.hint("make room on that disk and run it again"),
            std::io::ErrorKind::PermissionDenied => failure.hint("check who owns it"),
            _ => failure,
        }
    }

    /// The operator stopped it.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "stopped on request")
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds where it is written.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds the last lines of the program that failed.
    #[must_use]
    pub fn detail(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.detail = lines.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Display for Error {
    /// One line: place, what, hint. The detail is left to whoever has room for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.what)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}
