//! `secrets/steading.lock.json`: what is known of the files of secrets without a key.
//!
//! It holds no plaintext and no hash of one. Losing it costs nothing but a look into every file: what it says of them can be found out again, except for
//! dates. It is written in one order and one shape, a secret's lines together, so that git merges two branches that are about different secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    SecretName,
    digest::Digest,
    engines::Dialect,
    tree::{Lock, Tree},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{File, Place},
};

/// Where it is; relative to the fleet.
pub const FILE: &str = "secrets/steading.lock.json";
/// Version of its format.
const VERSION: u64 = 1;
/// Version of the engines: another one means that the same entropy may give other bytes, and is replayed to see.
pub const ENGINES: u32 = 1;

/// What is recorded of all secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    version: u64,
    /// The secrets as they are.
    #[serde(default)]
    pub secrets: BTreeMap<SecretName, Record>,
    /// Those that are being written, as they will be. What a stopped run leaves here tells the next one what it meant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub next: BTreeMap<SecretName, Record>,
    /// Of these, those that a run before had given new entropy already when it was stopped, as it meant them to be. Until the next one puts something of its own in place, that is how they are finished.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub begun: BTreeMap<SecretName, Record>,
}

/// What is recorded of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// What made it: `random`, `template`, …, or `manual`.
    pub engine: String,
    /// The version of that engine; another one may give other bytes.
    pub engine_version: u32,
    /// The dialect in which it is replayed.
    pub dialect: Dialect,
    /// The digest of its definition.
    pub definition: Digest,
    /// Which value it is: the digest of the ciphertext that had it first. Encrypting it anew leaves this as it is, a new value never does.
    pub value: Digest,
    /// Whether the value was made by hand and then kept: its entropy says nothing of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub adopted: bool,
    /// The digest of its file.
    pub data: Digest,
    /// The digest of the file with its entropy, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy: Option<Digest>,
    /// The digest of its public half, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Digest>,
    /// The values that it was made from ([`value`](Self::value) of each).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reads: BTreeMap<SecretName, Digest>,
    /// Who can read it: public keys.
    pub recipients: BTreeSet<String>,
    /// Who can read its entropy.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub admins: BTreeSet<String>,
    /// Who could read this value and can't any more; from git's history they still can.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former: BTreeSet<String>,
    /// Whether the value was found and not made here: then it may be older than it says.
    #[serde(default, skip_serializing_if = "is_false")]
    pub found: bool,
    /// Since when it has this value, in seconds since 1970.
    pub since: u64,
    /// When the files were last written or found, in seconds since 1970.
    pub changed_at: u64,
}

/// The digests of a secret's files, as they are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// Of the secret.
    pub data: Option<Digest>,
    /// Of its entropy.
    pub entropy: Option<Digest>,
    /// Of its public half.
    pub public: Option<Digest>,
}

/// What the records say of files as they are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<'a> {
    /// No run was stopped on the way. The record, if there is one, need not be right about the files.
    Settled(Option<&'a Record>),
    /// A run was stopped before it changed any file but to remove the entropy of a value that the next one does without.
    NotBegun(Option<&'a Record>),
    /// A run was stopped when it had put the secret in its place: this is its record.
    Landed(&'a Record),
    /// A run was stopped when it had put the new entropy in its place, but not yet the secret.
    Between {
        /// What the secret was.
        old: Option<&'a Record>,
        /// What it was to become.
        next: &'a Record,
    },
}

impl Default for Sidecar {
    fn default() -> Self {
        Self { version: VERSION, secrets: BTreeMap::new(), next: BTreeMap::new(), begun: BTreeMap::new() }
    }
}

impl Sidecar {
    /// Reads that of a tree; an empty one where there is none.
    pub fn load(tree: &Tree) -> Result<Self> {
        tree.read(FILE)?.map_or_else(|| Ok(Self::default()), |bytes| Self::parse(&bytes))
    }

    /// Reads one.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is no text", None))?;
        let marker = |line: &str| ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
        if let Some(line) = text.lines().position(marker) {
            let place = Place {
                file: File::Fleet(FILE.to_owned()),
                line: u32::try_from(line + 1).ok(),
                column: None,
            };
            return Err(Error::new(ErrorKind::Configuration, "git left a merge conflict here")
                .at(place)
                .hint("take either side of it: what does not fit the files is found out by the next run"));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| damaged("", Some(&error)))?;
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => serde_json::from_value(value).map_err(|error| damaged("", Some(&error))),
            Some(version) if version > VERSION => {
                let what = format!(
                    "{FILE} was written by a newer Steading: its version is {version}, known is {VERSION}"
                );
                Err(Error::new(ErrorKind::Refused, what).hint("update Steading"))
            }
            _ => Err(damaged("it has no version", None)),
        }
    }

    /// The file's text.
    pub fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| damaged("", Some(&error)))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Writes it, whole or not at all.
    pub(super) fn save(&self, tree: &Tree, lock: &Lock) -> Result<()> {
        let text = self.text()?;
        let written = tree.stage(lock, FILE, &text).and_then(|()| tree.place(lock, FILE));
        if written.is_err() {
            // What could not be written must not take room either.
            let _ = tree.discard(lock, FILE);
        }
        written.and_then(|()| tree.settle(lock, FILE))
    }

    /// What the records say of a secret whose files are these.
    #[must_use]
    pub fn known(&self, name: &SecretName, found: Found) -> Known<'_> {
        let meant = [&self.begun, &self.next].into_iter().filter_map(|meant| meant.get(name));
        let mut known = meant.map(|next| self.side(name, next, found));
        let told = known.find(|known| !matches!(known, Known::Settled(_)));
        told.unwrap_or_else(|| Known::Settled(self.secrets.get(name)))
    }

    /// Says that a secret whose files are these is to become that. What a stopped run left of it is not forgotten over it.
    pub fn intend(&mut self, name: &SecretName, found: Found, next: Record) {
        match self.known(name, found) {
            Known::Landed(landed) => {
                let landed = landed.clone();
                self.secrets.insert(name.clone(), landed);
                self.begun.remove(name);
            }
            Known::Between { next: begun, .. } => {
                let begun = begun.clone();
                self.begun.insert(name.clone(), begun);
            }
            Known::Settled(_) | Known::NotBegun(_) => drop(self.begun.remove(name)),
        }
        self.next.insert(name.clone(), next);
    }

    /// Says how a secret is: whatever was meant has come, or will not.
    pub fn settle(&mut self, name: &SecretName, record: Option<Record>) {
        self.next.remove(name);
        self.begun.remove(name);
        match record {
            Some(record) => drop(self.secrets.insert(name.clone(), record)),
            None => drop(self.secrets.remove(name)),
        }
    }

    /// On which side of a change the files are.
    fn side<'a>(&'a self, name: &SecretName, next: &'a Record, found: Found) -> Known<'a> {
        let old = self.secrets.get(name);
        let entropy_landed = next.entropy == found.entropy;
        let (old_data, old_entropy) = (old.map(|old| old.data), old.and_then(|old| old.entropy));
        // The secret comes after its entropy: what is gone of that by now has been lost since.
        if Some(next.data) == found.data && (entropy_landed || old_data != found.data) {
            Known::Landed(next)
        } else if old_data == found.data && (old_entropy == found.entropy || next.entropy.is_none()) {
            Known::NotBegun(old)
        } else if (old_data == found.data || found.data.is_none()) && entropy_landed && next.entropy.is_some()
        {
            Known::Between { old, next }
        } else {
            Known::Settled(old)
        }
    }
}

fn damaged(what: &str, error: Option<&serde_json::Error>) -> Error {
    let why = error.map_or_else(|| what.to_owned(), ToString::to_string);
    Error::new(ErrorKind::Configuration, format!("{FILE} can't be read: {why}"))
        .hint("take it from git's history, or remove it: then every file is looked into once")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        Record {
            engine: "random".to_owned(),
            engine_version: 1,
            dialect: Dialect::Mended,
            definition: Digest::of(b"definition"),
            value: Digest::of(text.as_bytes()),
            adopted: false,
            data: Digest::of(text.as_bytes()),
            entropy: Some(Digest::of(format!("{text} entropy").as_bytes())),
            public: None,
            reads: BTreeMap::new(),
            recipients: BTreeSet::from(["age1".to_owned()]),
            admins: BTreeSet::from(["age1".to_owned()]),
            former: BTreeSet::new(),
            found: false,
            since: 1,
            changed_at: 2,
        }
    }

    fn found(data: Option<&str>, entropy: Option<&str>) -> Found {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let entropy = entropy.map(|text| digest(&format!("{text} entropy")));
        Found { data: data.map(digest), entropy, public: None }
    }

    #[test]
    fn it_is_written_and_read() {
        let mut sidecar = Sidecar::default();
        sidecar.secrets.insert("b/c".parse().unwrap(), record("b"));
        sidecar.secrets.insert("a".parse().unwrap(), record("a"));
        let text = sidecar.text().unwrap();
        assert_eq!(Sidecar::parse(&text).unwrap(), sidecar);
        let text = String::from_utf8(text).unwrap();
        assert!(text.find("\"a\"") < text.find("\"b/c\""));
        assert!(text.ends_with("}\n"));
        assert!(!text.contains("next"));
    }

    #[test]
    fn what_is_none_is_told() {
        for (text, says) in [
            ("", "can't be read"),
            ("{}", "no version"),
            ("{\"version\":0}", "no version"),
            ("{\"version\":2}", "newer Steading"),
            ("{\"version\":1,\"secrets\":{\"../x\":{}}}", "can't be the name"),
            ("{\"version\":1,\"secrets\":{\"x\":{}}}", "missing field"),
            ("{\n<<<<<<< ours\n", "steading.lock.json:2: git left a merge conflict"),
        ] {
            let error = Sidecar::parse(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert!(error.hint.is_some());
        }
        assert!(Sidecar::parse(&[0xff]).is_err());
    }

    #[test]
    fn a_stopped_run_is_told_from_its_files() {
        let name: SecretName = "a".parse().unwrap();
        let (old, next) = (record("old"), record("next"));
        let mut sidecar = Sidecar::default();
        sidecar.secrets.insert(name.clone(), old.clone());
        assert_eq!(sidecar.known(&name, found(Some("x"), None)), Known::Settled(Some(&old)));
        sidecar.next.insert(name.clone(), next.clone());
        let old = Some(&old);
        for (data, entropy, known) in [
            (Some("old"), Some("old"), Known::NotBegun(old)),
            (Some("old"), Some("next"), Known::Between { old, next: &next }),
            (Some("next"), Some("next"), Known::Landed(&next)),
            (Some("next"), Some("old"), Known::Landed(&next)),
            (Some("next"), None, Known::Landed(&next)),
            (Some("other"), Some("next"), Known::Settled(old)),
            (None, Some("next"), Known::Between { old, next: &next }),
            (None, Some("old"), Known::Settled(old)),
        ] {
            assert_eq!(sidecar.known(&name, found(data, entropy)), known, "{data:?} {entropy:?}");
        }
        // What is not made from entropy has nothing to be between.
        sidecar.next.insert(name.clone(), Record { entropy: None, ..next.clone() });
        for (data, entropy, known) in [
            (Some("old"), Some("old"), Known::NotBegun(old)),
            (Some("old"), None, Known::NotBegun(old)),
            (None, None, Known::Settled(old)),
        ] {
            assert_eq!(sidecar.known(&name, found(data, entropy)), known, "{data:?} {entropy:?}");
        }
        sidecar.next.insert(name.clone(), next.clone());
        sidecar.secrets.clear();
        assert_eq!(sidecar.known(&name, found(None, None)), Known::NotBegun(None));
        let between = Known::Between { old: None, next: &next };
        assert_eq!(sidecar.known(&name, found(None, Some("next"))), between);
    }
}
