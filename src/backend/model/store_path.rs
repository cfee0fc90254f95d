//! Paths in the Nix store.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The top level path of one object in the Nix store: `/nix/store/HASH-NAME`.
///
/// Hash: 32 characters of Nix's base 32 (`libutil/hash.cc`); name: 1 to 211 of `[A-Za-z0-9+._?=-]` (`libstore/path.cc`). A text that passes is safe on a command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StorePath(String);

/// Says that a text is no store path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no path of the Nix store")]
pub struct InvalidStorePath(String);

const STORE: &str = "/nix/store/";
const HASH_LENGTH: usize = 32;

impl StorePath {
    /// The whole path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the hash: `linux-gate-1.0`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0[STORE.len() + HASH_LENGTH + 1..]
    }

    /// The first 7 characters of the hash, enough to tell two generations of a host apart.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        &self.0[STORE.len()..STORE.len() + 7]
    }

    /// The store object that a path lies in, and the rest behind it (without a leading `/`).
    #[must_use]
    pub fn split(path: &str) -> Option<(Self, &str)> {
        let rest = path.strip_prefix(STORE)?;
        let end = rest.find('/').map_or(path.len(), |at| STORE.len() + at);
        let store_path = path[..end].parse().ok()?;
        Some((store_path, path[end..].trim_start_matches('/')))
    }

    /// Whether it is a derivation.
    #[must_use]
    pub fn is_derivation(&self) -> bool {
        self.0.as_bytes().ends_with(b".drv")
    }
}

impl FromStr for StorePath {
    type Err = InvalidStorePath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.strip_prefix(STORE).is_some_and(|rest| {
            let bytes = rest.as_bytes();
            let in_hash = |b: &u8| (b.is_ascii_lowercase() || b.is_ascii_digit()) && !b"eotu".contains(b);
            let in_name = |b: &u8| b.is_ascii_alphanumeric() || b"+-._?=".contains(b);
            bytes.len() > HASH_LENGTH + 1
                && bytes.len() <= HASH_LENGTH + 1 + 211
                && bytes[..HASH_LENGTH].iter().all(in_hash)
                && bytes[HASH_LENGTH] == b'-'
                && bytes[HASH_LENGTH + 1..].iter().all(in_name)
        });
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidStorePath(text.to_owned())) }
    }
}

impl TryFrom<String> for StorePath {
    type Error = InvalidStorePath;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<StorePath> for String {
    fn from(path: StorePath) -> Self {
        path.0
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: &str = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-linux-gate-1.0";

    #[test]
    fn a_path_inside_an_object_is_split() {
        let program = format!("{GATE}/bin/switch-to-configuration");
        let (object, rest) = StorePath::split(&program).unwrap();
        assert_eq!((object.as_str(), rest), (GATE, "bin/switch-to-configuration"));
        assert_eq!(StorePath::split(GATE).unwrap().1, "");
        assert_eq!(object.name(), "linux-gate-1.0");
    }

    #[test]
    fn what_a_shell_could_trip_over_is_refused() {
        for bad in ["", "/nix/store", "/nix/store/", "/etc/passwd", "/nix/store/short-x"] {
            assert!(bad.parse::<StorePath>().is_err(), "{bad}");
        }
        for suffix in ["", " ", "$(reboot)", "'", "\n", "/x", ";", "ü"] {
            let path = format!("/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-{suffix}");
            assert!(path.parse::<StorePath>().is_err(), "{path}");
        }
        assert!("/nix/store/eeeezlqb4l9v3n5w1x2c0y6m8k4j3g1f-x".parse::<StorePath>().is_err());
    }
}
