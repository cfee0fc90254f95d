//! What is to be done about secrets, and what came of it. Nothing here ever holds a plaintext.

use serde::{Deserialize, Serialize};

use crate::backend::error::Error;

/// What is done about secrets that is not only looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretsVerb {
    /// Bring up to date what is due.
    Generate,
    /// Make new values, and what is made from them.
    Rotate,
    /// Make lost values again from their entropy.
    Restore,
    /// Encrypt the same values to who should read them now.
    Rekey,
    /// Keep a value that somebody wrote by hand.
    Adopt,
    /// Delete files that nobody declares.
    Prune,
}

impl SecretsVerb {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Rotate => "rotate",
            Self::Restore => "restore",
            Self::Rekey => "rekey",
            Self::Adopt => "adopt",
            Self::Prune => "prune",
        }
    }

    /// What is being done, for progress lines.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Generate => "generating",
            Self::Rotate => "rotating",
            Self::Restore => "restoring",
            Self::Rekey => "rekeying",
            Self::Adopt => "adopting",
            Self::Prune => "pruning",
        }
    }
}

/// What the operator agreed to: this, and nothing beyond it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretsChange {
    /// What is done.
    pub verb: SecretsVerb,
    /// To which secrets.
    pub names: Vec<String>,
    /// Which others get new values because of it, as it was shown. If there are more of them by now, nothing is done at all.
    pub follow: Vec<String>,
    /// Those of them that are protected, and whose names were typed.
    pub typed: Vec<String>,
}

/// What came of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "outcome", content = "why")]
pub enum SecretResult {
    /// It has a new value.
    Made,
    /// It has its lost value again.
    Restored,
    /// It has the value that it had, for other readers.
    Rekeyed,
    /// It was found to be as it should, and that was written down.
    Recorded,
    /// The value that somebody wrote by hand is its value now.
    Adopted,
    /// The value that was entered is its value now.
    Entered,
    /// Its files are deleted.
    Pruned,
    /// There was nothing to do.
    Unchanged,
    /// It was not done; the secret is as it was.
    Failed(Error),
    /// It was not tried: these failed, which it is made from.
    Skipped(Vec<String>),
    /// It was not tried, for the run was stopped.
    Cancelled,
}

impl SecretResult {
    /// The result in a word or two.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Made => "new value",
            Self::Restored => "restored",
            Self::Rekeyed => "rekeyed",
            Self::Recorded => "recorded",
            Self::Adopted => "adopted",
            Self::Entered => "entered",
            Self::Pruned => "pruned",
            Self::Unchanged => "unchanged",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether hosts that mount it have another file now than before: they want a deployment.
    #[must_use]
    pub fn changes_files(&self) -> bool {
        matches!(self, Self::Made | Self::Restored | Self::Rekeyed | Self::Adopted | Self::Entered)
    }

    /// Whether the secret is as it was asked for, so that what was due before is due no more.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.is_bad() && !matches!(self, Self::Cancelled)
    }

    /// Whether what was told of the old text, such as its age, is told of none that is there.
    #[must_use]
    pub fn is_other_text(&self) -> bool {
        matches!(self, Self::Made | Self::Entered | Self::Pruned)
    }

    /// Whether something went wrong.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Skipped(_))
    }
}
