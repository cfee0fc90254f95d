//! Encrypting to those who may read, and decrypting with what the operator has.

#[cfg(test)]
mod damage_tests;
pub(super) mod file;
#[cfg(test)]
mod testkit_tests;

use std::{
    collections::BTreeMap,
    fmt,
    io::{Read, Write},
    sync::Arc,
};

use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use super::{
    Plaintext,
    identity::{Plugins, Trouble, tame},
};
use crate::backend::error::{Error, ErrorKind, Result};

/// The largest secret, in bytes.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// What is encrypted to: public keys of people and hosts, each once, in the order of their texts.
#[derive(Default)]
pub struct Recipients {
    keys: BTreeMap<String, Key>,
    plugins: Plugins,
}

enum Key {
    Known(Box<dyn age::Recipient + Send + Sync>),
    Plugin(age::plugin::Recipient),
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

impl Recipients {
    /// Understands public keys: `age1…`, `age1tag1…`, those of plugins (`age1NAME1…`), `ssh-ed25519 …`, `ssh-rsa …`. Comments after a key are left out, so the same key counts once.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut recipients = BTreeMap::new();
        for key in keys {
            let text = canonical(key);
            let recipient = understand(&text).map_err(|why| {
                Error::new(ErrorKind::Configuration, format!("{:?} can't be encrypted to: {why}", shortened(key)))
                    .hint("x.global.agenix.adminKeys and publicKeys take age1…, ssh-ed25519 … and ssh-rsa …, and the age1NAME1… of a plugin")
            })?;
            recipients.insert(text, recipient);
        }
        Ok(Self { keys: recipients, plugins: Plugins::default() })
    }

    /// Says which plugins may be run for the recipients that need one: those of the identities, see [`Identities::plugins`].
    #[must_use]
    pub fn with_plugins(mut self, plugins: &Plugins) -> Self {
        self.plugins = plugins.clone();
        self
    }

    /// The keys as texts.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// Encrypts a text to all of them.
    pub fn seal(&self, text: &Plaintext) -> Result<Vec<u8>> {
        let failed = |why: age::EncryptError| {
            let error =
                Error::new(ErrorKind::Refused, format!("nothing was encrypted: {}", tame(&why.to_string())));
            match why {
                age::EncryptError::MissingRecipients => {
                    error.hint("define x.global.agenix.adminKeys and publicKeys")
                }
                _ => error,
            }
        };
        if text.bytes().len() > LARGEST {
            let what = format!("nothing was encrypted: the text has more than {LARGEST} bytes");
            return Err(Error::new(ErrorKind::Refused, what));
        }
        let plugged = self.plugged()?;
        let known = self.keys.values().filter_map(|key| match key {
            Key::Known(recipient) => Some(&**recipient as &dyn age::Recipient),
            Key::Plugin(_) => None,
        });
        let recipients = known.chain(plugged.iter().map(|recipient| &**recipient));
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(failed)?;
        let mut sealed = Vec::new();
        let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
            writer.write_all(text.bytes())?;
            writer.finish().map(drop)
        });
        written.map_err(|error| Error::io("encryption", &error))?;
        Ok(sealed)
    }

    /// The recipients that plugins know, one for each plugin.
    fn plugged(&self) -> Result<Vec<Box<dyn age::Recipient>>> {
        let mut of = BTreeMap::<&str, Vec<age::plugin::Recipient>>::new();
        for key in self.keys.values() {
            if let Key::Plugin(recipient) = key {
                of.entry(recipient.plugin()).or_default().push(recipient.clone());
            }
        }
        of.into_iter().map(|(name, recipients)| self.plugins.recipient(name, &recipients)).collect()
    }
}

/// A public key without its comment: two texts of the same key are equal then.
#[must_use]
pub fn canonical(key: &str) -> String {
    let words = if key.trim_start().starts_with("age1") { 1 } else { 2 };
    key.split_whitespace().take(words).collect::<Vec<_>>().join(" ")
}

fn understand(key: &str) -> Result<Key, &'static str> {
    use age::ssh::ParseRecipientKeyError as Ssh;
    if key.starts_with("AGE-SECRET-KEY-") || key.starts_with("AGE-PLUGIN-") {
        return Err("it is a private key, which must not be in the fleet");
    }
    if let Some(kind) =
        key.split(' ').next().filter(|kind| kind.contains("ssh-") || kind.starts_with("ecdsa-"))
    {
        return match key.parse::<age::ssh::Recipient>() {
            Ok(key) => Ok(Key::Known(Box::new(key))),
            Err(Ssh::RsaModulusTooSmall) => Err("it has less than 2048 bits"),
            Err(Ssh::RsaModulusTooLarge) => Err("it has more than 4096 bits"),
            Err(_) if matches!(kind, "ssh-ed25519" | "ssh-rsa") => Err("it is not a whole key of SSH"),
            Err(_) => Err("keys of SSH of this type only sign"),
        };
    }
    if let Ok(key) = key.parse::<age::x25519::Recipient>() {
        return Ok(Key::Known(Box::new(key)));
    }
    if let Ok(key) = key.parse::<age::tag::Recipient>() {
        return Ok(Key::Known(Box::new(key)));
    }
    match key.parse::<age::plugin::Recipient>() {
        Ok(key) if matches!(key.plugin(), "pq" | "tagpq") => {
            Err("it is a post-quantum key, which age does not mix with the keys of hosts")
        }
        Ok(key) if key.plugin() == "tag" => Err("it is not a whole key"),
        Ok(key) => Ok(Key::Plugin(key)),
        Err(_) => Err("it is no public key of age or SSH, or not a whole one"),
    }
}

/// The beginning of a key: enough to find it. What looks like a private key is not repeated.
fn shortened(key: &str) -> String {
    let shown = if key.starts_with("AGE-") { 16 } else { 40 };
    match key.char_indices().nth(shown) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.to_owned(),
    }
}

/// What the operator can decrypt with. A clone is the same: what one of them unlocked is unlocked in all.
#[derive(Clone, Default)]
pub struct Identities {
    keys: Arc<Vec<Box<dyn age::Identity + Send + Sync>>>,
    tried: Vec<String>,
    files: Vec<String>,
    plugins: Plugins,
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.keys.len())
    }
}

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
    /// Takes identities together. They are tried in this order.
    #[must_use]
    pub fn of(identities: Vec<Box<dyn age::Identity + Send + Sync>>) -> Self {
        Self { keys: Arc::new(identities), ..Self::default() }
    }

    pub(super) fn having_tried(mut self, tried: Vec<String>) -> Self {
        self.tried = tried;
        self
    }

    pub(super) fn found_in(mut self, files: Vec<String>) -> Self {
        self.files = files;
        self
    }

    /// What to do about a file that they don't open, with the files that they are from: who named none does not know which were found.
    #[must_use]
    pub fn advice(&self) -> String {
        let advice = "give an identity that it is encrypted to";
        if self.files.is_empty() {
            return advice.to_owned();
        }
        format!("{advice}; tried: {}", self.files.join(", "))
    }

    pub(super) fn with_plugins(mut self, plugins: Plugins) -> Self {
        self.plugins = plugins;
        self
    }

    /// The plugins that may be run, which recipients need as well.
    #[must_use]
    pub fn plugins(&self) -> &Plugins {
        &self.plugins
    }

    /// Whether there is nothing to decrypt with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Passes if there is something to decrypt with, and otherwise tells where it was looked for.
    pub fn required(&self) -> Result<()> {
        if !self.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Usage, "there is no identity to decrypt with")
            .hint("name one with --identity FILE, STEADING_IDENTITY, or identities = [\"FILE\"] below [secrets] in config.toml")
            .detail(self.tried.iter().map(|place| format!("looked for: {place}"))))
    }

    /// Decrypts a whole age file, armored or not. May ask for a passphrase, and waits for the answer then.
    pub fn unseal(&self, sealed: &[u8]) -> Result<Plaintext, Unreadable> {
        let damaged = |error: &dyn fmt::Display| Unreadable::Damaged(error.to_string());
        let file = file::disarmed(sealed).map_err(Unreadable::Damaged)?;
        let decryptor = file::decryptor(&file).map_err(Unreadable::Damaged)?;
        if self.keys.is_empty() {
            return Err(Unreadable::NoKey);
        }
        let all = std::iter::once(self as &dyn age::Identity);
        let reader = decryptor.decrypt(all).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => Unreadable::NotForUs,
            error if is_of_the_key(&error) => Unreadable::Key(
                Trouble::arrived(&error).map_or_else(|| tame(&error.to_string()), ToString::to_string),
            ),
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

/// All of them as one: a key that can't be used does not keep the next one from being tried.
impl age::Identity for Identities {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, age::DecryptError>> {
        let mut unusable = None;
        for key in self.keys.iter() {
            match key.unwrap_stanzas(stanzas) {
                None => {}
                Some(Err(error)) if is_of_the_key(&error) => {
                    unusable.get_or_insert(error);
                }
                answer => return answer,
            }
        }
        unusable.map(Err)
    }
}

/// Whether it says something of the key, and nothing of the file.
fn is_of_the_key(error: &age::DecryptError) -> bool {
    // A plugin that dies is an error of its pipes: the file itself is in memory.
    matches!(
        error,
        age::DecryptError::KeyDecryptionFailed | age::DecryptError::Plugin(_) | age::DecryptError::Io(_)
    )
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
