//! What templates and documents may ask for, beside their own data.

use std::sync::Arc;

use super::{
    Buffer, Dialect, Fault, FaultClass, ReadSecret,
    hash::{self, Argon2id},
    random,
};
use crate::backend::secrets::{Entropy, Plaintext};

/// What the languages call. Carried out for real, or traced with stand-ins.
pub trait Functions {
    /// Which behaviour is asked for.
    fn dialect(&self) -> Dialect;

    /// The text of a secret.
    fn read_secret(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault>;

    /// A hash of a password.
    fn bcrypt(&mut self, password: &[u8], cost: i64) -> Result<String, Fault>;

    /// A hash of a password.
    fn argon2id(&mut self, password: &[u8], cost: Argon2id) -> Result<String, Fault>;

    /// Random characters out of at most 256.
    fn random(&mut self, characters: &[u8], length: usize) -> Result<Buffer, Fault>;
}

/// The functions, carried out.
pub struct Real<'a> {
    dialect: Dialect,
    entropy: &'a mut dyn Entropy,
    secrets: &'a mut dyn ReadSecret,
    /// What was read so far: no message may have any of it.
    read: Vec<(String, Arc<Plaintext>)>,
}

impl<'a> Real<'a> {
    /// Takes randomness and the texts of secrets from where they come.
    pub fn new(dialect: Dialect, entropy: &'a mut dyn Entropy, secrets: &'a mut dyn ReadSecret) -> Self {
        Self { dialect, entropy, secrets, read: Vec::new() }
    }

    /// What was read so far, by name.
    pub fn read(&self) -> &[(String, Arc<Plaintext>)] {
        &self.read
    }

    /// Whether a text was made of what was read.
    fn tells(&self, text: &str) -> bool {
        let holds = |part: &[u8]| {
            !part.is_empty() && text.as_bytes().windows(part.len()).any(|window| window == part)
        };
        self.read.iter().any(|(_, secret)| holds(secret.bytes()))
    }
}

impl Functions for Real<'_> {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn read_secret(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        let text = self.secrets.read(name).map_err(|fault| {
            if self.tells(name) {
                Fault::execution(
                    "a secret can't be read; its name was made of the text of another and is not told",
                )
            } else {
                fault
            }
        })?;
        self.read.push((name.to_owned(), Arc::clone(&text)));
        Ok(text)
    }

    fn bcrypt(&mut self, password: &[u8], cost: i64) -> Result<String, Fault> {
        hash::bcrypt(self.dialect, password, cost, self.entropy).map_err(|mut fault| {
            let whose = self.read.iter().find(|(_, text)| text.bytes() == password);
            if let (FaultClass::HashParameter, Some((name, _))) = (&fault.class, whose) {
                fault.what = format!("the secret {name:?}: {}", fault.what);
            }
            fault
        })
    }

    fn argon2id(&mut self, password: &[u8], cost: Argon2id) -> Result<String, Fault> {
        hash::argon2id(self.dialect, password, cost, self.entropy)
    }

    fn random(&mut self, characters: &[u8], length: usize) -> Result<Buffer, Fault> {
        random::characters_of(characters, length, self.entropy)
    }
}
