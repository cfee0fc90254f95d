//! How it stands with the secrets, and what one command would do about it. Nothing here ever holds a plaintext.

use serde::{Deserialize, Serialize};

use super::{HostName, Place};

/// What was found out about the secrets of a fleet, and what bringing them up to date would do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretsPlan {
    /// The declared secrets, and the files that nobody declares; sorted by name.
    pub secrets: Vec<PlannedSecret>,
    /// Whether there was a key to look into the files with.
    pub with_key: bool,
}

/// A secret, as it is and as it will be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedSecret {
    /// Its name.
    pub name: String,
    /// What makes it: `random`, `template`, …, or `manual`.
    pub engine: String,
    /// How it stands.
    pub state: SecretState,
    /// What bringing all up to date does about it; nothing where it is as it should be, or where that is not for a machine to do.
    pub step: Option<SecretStep>,
    /// The secrets that it is made from.
    pub reads: Vec<String>,
    /// The secrets that are made from it.
    pub read_by: Vec<String>,
    /// Who will be able to read it.
    pub readers: Vec<SecretReader>,
    /// Who can then and could not before.
    pub gains: Vec<SecretReader>,
    /// Who could and can then not any more; what is in git's history stays readable.
    pub loses: Vec<SecretReader>,
    /// The hosts on which it is mounted.
    pub hosts: Vec<HostName>,
    /// Whether a new value needs the name typed.
    pub protected: bool,
    /// When its value was made, in seconds since 1970.
    pub made_at: Option<u64>,
    /// When it should be rotated, in seconds since 1970.
    pub rotate_at: Option<u64>,
    /// Where it is declared.
    pub defined_at: Option<Place>,
}

impl PlannedSecret {
    /// One of which nothing is known but its name and how it stands.
    #[must_use]
    pub fn bare(name: &str, state: SecretState) -> Self {
        Self {
            name: name.to_owned(),
            engine: String::new(),
            state,
            step: None,
            reads: Vec::new(),
            read_by: Vec::new(),
            readers: Vec::new(),
            gains: Vec::new(),
            loses: Vec::new(),
            hosts: Vec::new(),
            protected: false,
            made_at: None,
            rotate_at: None,
            defined_at: None,
        }
    }
}

/// Who can read a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretReader {
    /// The public key.
    pub key: String,
    /// Whose it is; nobody's that the fleet knows, if none.
    pub who: Option<KeyHolder>,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyHolder {
    /// One of the admins'.
    Admin,
    /// A host's.
    Host(HostName),
}

/// How it stands with a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is", content = "why")]
pub enum SecretState {
    /// As it is declared.
    Ok,
    /// Not there yet.
    Missing,
    /// Made from another definition than today's.
    DefinitionChanged,
    /// Made from other values of these secrets than today's.
    DependencyChanged(Vec<String>),
    /// Encrypted to others than those who should read it.
    RecipientsChanged,
    /// Not what its entropy and definition give: somebody wrote it by hand.
    EditedByHand,
    /// Its file is there, but not the entropy that it was made from: should the file be lost, so is the value.
    EntropyLost,
    /// Its file is gone, but what it is made from is there.
    DataLost,
    /// Its file is gone, and it can't be made again.
    ValueLost,
    /// The files differ from what was recorded of them; a look inside, which needs a key, tells why.
    Unverified,
    /// A run was stopped in the middle; the next one finishes it.
    Interrupted,
    /// Older than it should become.
    Expired,
    /// Can't be decrypted, or is damaged; never overwritten.
    Unreadable(String),
    /// A file that nobody declares.
    Orphan,
    /// Would be made anew for this reason, but its name must be typed for that.
    Protected(Box<SecretState>),
    /// Nothing can be done about it before this is repaired.
    Failed(String),
    /// Waits for these, which failed or must be entered by hand.
    Skipped(Vec<String>),
}

/// What bringing it up to date does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretStep {
    /// Makes a new value.
    Make,
    /// Makes the same value again from the recorded entropy.
    Restore,
    /// Encrypts the same value to other recipients.
    Rekey,
    /// Only records what was found.
    Record,
    /// Removes the files that nobody declares.
    Remove,
}

impl SecretState {
    /// The state in a word or two.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::DefinitionChanged => "definition changed",
            Self::DependencyChanged(_) => "dependency changed",
            Self::RecipientsChanged => "recipients changed",
            Self::EditedByHand => "edited by hand",
            Self::EntropyLost => "entropy lost",
            Self::DataLost => "data lost",
            Self::ValueLost => "value lost",
            Self::Unverified => "unverified",
            Self::Interrupted => "interrupted",
            Self::Expired => "expired",
            Self::Unreadable(_) => "unreadable",
            Self::Orphan => "orphan",
            Self::Protected(_) => "protected",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What it means, in a sentence without a full stop.
    #[must_use]
    pub fn meaning(&self) -> String {
        match self {
            Self::Ok => "as it is declared".to_owned(),
            Self::Missing => "has no value yet".to_owned(),
            Self::DefinitionChanged => "is made in another way than when its value was made".to_owned(),
            Self::DependencyChanged(names) => {
                format!("its value was made from other values of {}", names.join(", "))
            }
            Self::RecipientsChanged => "is not encrypted to those who should read it".to_owned(),
            Self::EditedByHand => {
                "its value is not what its entropy gives: somebody wrote it by hand".to_owned()
            }
            Self::EntropyLost => "its value is there, but not the entropy that it was made from".to_owned(),
            Self::DataLost => "its file is gone, but its entropy is there".to_owned(),
            Self::ValueLost => {
                "it had a value, and its files are gone: only git's history may have them".to_owned()
            }
            Self::Unverified => "its files differ from what was recorded of them".to_owned(),
            Self::Interrupted => "a run was stopped while it was written".to_owned(),
            Self::Expired => "is older than it should become".to_owned(),
            Self::Unreadable(why) | Self::Failed(why) => why.clone(),
            Self::Orphan => "there is a file, but nobody declares it".to_owned(),
            Self::Protected(state) => format!("{}; it is protected", state.meaning()),
            Self::Skipped(names) => format!("waits for {}", names.join(", ")),
        }
    }

    /// What to do about it, where bringing all up to date does not.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::EditedByHand => Some("adopt it to keep that value, or rotate it to have a new one"),
            Self::EntropyLost => Some(
                "bring its entropy back from git; or adopt it to keep that value as it is, or rotate it to have a new one",
            ),
            Self::ValueLost => Some("bring its files back from git, or give it a new value"),
            Self::Unverified => Some("give a key, and a look inside tells why"),
            Self::Expired => Some("rotate it"),
            Self::Unreadable(_) => Some(
                "give the key that can read it, or bring the file back from git; to give the value up, delete the file",
            ),
            Self::Orphan => Some("prune deletes it"),
            _ => None,
        }
    }
}

impl SecretStep {
    /// What is done, in a few words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Make => "makes a new value",
            Self::Restore => "makes the same value again",
            Self::Rekey => "encrypts it to others",
            Self::Record => "takes note of it",
            Self::Remove => "deletes its files",
        }
    }
}
