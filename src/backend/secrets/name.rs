//! Names of secrets, and the files that follow from them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::backend::error::{Error, ErrorKind};

/// The longest name, in bytes: with its ending, each part still fits into a file name.
const LONGEST: usize = 1000;
/// The longest part of a name, in bytes: 255, less what is added to it while its file is being written.
const LONGEST_PART: usize = 200;

/// The name of a secret: parts between single slashes, each of which can be a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretName(String);

impl SecretName {
    /// The name as it is declared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file with the secret, encrypted to its recipients; relative to the fleet.
    #[must_use]
    pub fn data_file(&self) -> String {
        format!("secrets/data/{}.age", self.0)
    }

    /// The file with the randomness that went into it, encrypted to the admins; relative to the fleet.
    #[must_use]
    pub fn entropy_file(&self) -> String {
        format!("secrets/entropy/{}.age", self.0)
    }

    /// The file with its public half, where it has one; relative to the fleet.
    #[must_use]
    pub fn derived_file(&self) -> String {
        format!("secrets/derived/{}.pub", self.0)
    }
}

impl FromStr for SecretName {
    type Err = Error;

    /// Refuses what could lead out of the folder of secrets, or be no file name.
    fn from_str(name: &str) -> Result<Self, Error> {
        let odd = |part: &str| {
            part.is_empty()
                || part == "."
                || part == ".."
                || part.len() > LONGEST_PART
                || part.contains(char::is_control)
        };
        if name.len() > LONGEST || name.split('/').any(odd) {
            let what = format!("{name:?} can't be the name of a secret");
            return Err(Error::new(ErrorKind::Configuration, what)
                .hint("use parts of at most 200 bytes without `.`, `..` or control characters, separated by single slashes"));
        }
        Ok(Self(name.to_owned()))
    }
}

impl TryFrom<String> for SecretName {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        name.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> Self {
        name.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_between_slashes() {
        for name in ["a", "a/b", "restic/pass word", "ü/..b/c..", "a.b"] {
            assert_eq!(name.parse::<SecretName>().unwrap().as_str(), name);
        }
        let long = "x".repeat(201);
        for name in ["", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.", "a\nb", "a/\u{1b}[m", &long] {
            assert!(name.parse::<SecretName>().is_err(), "{name:?}");
        }
    }
}
