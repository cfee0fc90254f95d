//! Encrypting to those who may read, and decrypting with what the operator has.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use zeroize::Zeroizing;

use super::Plaintext;
use crate::backend::error::{Error, ErrorKind, Result};

/// The largest secret, in bytes.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// What is encrypted to: public keys of people and hosts, each once, in the order of their texts.
#[derive(Default)]
pub struct Recipients(BTreeMap<String, Box<dyn age::Recipient + Send + Sync>>);

impl Recipients {
    /// Understands public keys: `age1…`, `ssh-ed25519 …`, `ssh-rsa …`. Comments after an SSH key are left out, so the same key counts once.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut recipients = BTreeMap::new();
        for key in keys {
            let text = key.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            let recipient: Box<dyn age::Recipient + Send + Sync> = if text.starts_with("ssh-") {
                Box::new(text.parse::<age::ssh::Recipient>().map_err(|_| unknown_key(key))?)
            } else {
                Box::new(text.parse::<age::x25519::Recipient>().map_err(|_| unknown_key(key))?)
            };
            recipients.insert(text, recipient);
        }
        Ok(Self(recipients))
    }

    /// The keys as texts.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Encrypts a text to all of them.
    pub fn seal(&self, text: &Plaintext) -> Result<Vec<u8>> {
        let failed = |why: String| {
            Error::new(ErrorKind::Refused, format!("nothing was encrypted: {why}"))
                .hint("define x.global.agenix.adminKeys and publicKeys")
        };
        let recipients = self.0.values().map(|recipient| &**recipient as &dyn age::Recipient);
        let encryptor =
            age::Encryptor::with_recipients(recipients).map_err(|error| failed(error.to_string()))?;
        let mut sealed = Vec::new();
        let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
            writer.write_all(text.bytes())?;
            writer.finish().map(drop)
        });
        written.map_err(|error| Error::io("encryption", &error))?;
        Ok(sealed)
    }
}

fn unknown_key(key: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{key:?} is no public key of age or SSH"))
        .hint("write age1…, ssh-ed25519 … or ssh-rsa … in x.global.agenix.adminKeys and publicKeys")
}

/// What the operator can decrypt with.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

/// Why a file was not decrypted. Neither is ever a reason to write it anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is encrypted to others.
    #[error("it is not encrypted to this key")]
    NotForUs,
    /// There is nothing to decrypt with.
    #[error("there is no key to decrypt it with")]
    NoKey,
    /// It is no age file, or not a whole one.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// The key could not be used: a wrong passphrase, a plugin that failed.
    #[error("{0}")]
    Key(String),
}

impl Identities {
    /// Takes identities together.
    #[must_use]
    pub fn of(identities: Vec<Box<dyn age::Identity + Send + Sync>>) -> Self {
        Self(identities)
    }

    /// Whether there is nothing to decrypt with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Decrypts a whole age file, armored or not.
    pub fn unseal(&self, sealed: &[u8]) -> Result<Plaintext, Unreadable> {
        let damaged = |error: &dyn std::fmt::Display| Unreadable::Damaged(error.to_string());
        let input = age::armor::ArmoredReader::new(sealed);
        let decryptor = age::Decryptor::new_buffered(input).map_err(|error| damaged(&error))?;
        if self.0.is_empty() {
            return Err(Unreadable::NoKey);
        }
        let identities = self.0.iter().map(|identity| &**identity as &dyn age::Identity);
        let reader = decryptor.decrypt(identities).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => Unreadable::NotForUs,
            age::DecryptError::KeyDecryptionFailed | age::DecryptError::Plugin(_) => {
                Unreadable::Key(error.to_string())
            }
            error => damaged(&error),
        })?;
        // Of one size from the start: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(sealed.len()));
        let read = reader.take(LARGEST as u64 + 1).read_to_end(&mut text).map_err(|error| damaged(&error))?;
        if read > LARGEST {
            return Err(Unreadable::Damaged(format!("it holds more than {LARGEST} bytes")));
        }
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_unsealed_by_its_recipients_alone() {
        let key = age::x25519::Identity::generate();
        let recipients = Recipients::parse([key.to_public().to_string().as_str()]).unwrap();
        let sealed = recipients.seal(&Plaintext::from(b"text".to_vec())).unwrap();
        let ours = Identities::of(vec![Box::new(key)]);
        assert_eq!(ours.unseal(&sealed).unwrap().bytes(), b"text");
        let others = Identities::of(vec![Box::new(age::x25519::Identity::generate())]);
        assert_eq!(others.unseal(&sealed), Err(Unreadable::NotForUs));
        assert_eq!(Identities::default().unseal(&sealed), Err(Unreadable::NoKey));
        assert!(matches!(ours.unseal(&sealed[..sealed.len() - 1]), Err(Unreadable::Damaged(_))));
        assert!(matches!(ours.unseal(b"no age file"), Err(Unreadable::Damaged(_))));
    }

    #[test]
    fn a_key_counts_once() {
        let key = age::x25519::Identity::generate().to_public().to_string();
        let recipients = Recipients::parse([key.as_str(), key.as_str()]).unwrap();
        assert_eq!(recipients.keys().collect::<Vec<_>>(), [key]);
        assert!(Recipients::default().seal(&Plaintext::default()).is_err());
        assert!(Recipients::parse(["age1nonsense"]).is_err());
    }
}
