//! Identities behind a passphrase: asked for when the first file needs it, and once for the run.

use std::{
    io::{self, Read},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use age::{DecryptError, secrecy::SecretString, ssh::EncryptedKey};
use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use super::{
    ask::{Ask, Passphrase, Question},
    parse,
    plugin::Plugins,
    ssh::PublicHalf,
};
use crate::backend::{error::Result, secrets::seal::file};

/// How often a passphrase may be wrong.
const ATTEMPTS: usize = 3;

/// The largest work factor of scrypt that is accepted, as the binary logarithm of N: 1 GiB of memory and some seconds. `age` itself makes files of 18.
pub const LARGEST_WORK_FACTOR: u8 = 20;

/// Identities.
type Unlocked = Arc<Vec<Box<dyn age::Identity + Send + Sync>>>;

/// An identity that its passphrase makes usable.
pub(super) struct Locked {
    pub path: PathBuf,
    pub lock: Lock,
    pub ask: Arc<dyn Ask>,
    state: Mutex<State>,
}

/// What is locked.
pub(super) enum Lock {
    /// A private key of SSH. It tells which files are for it before it is unlocked.
    Ssh(Box<EncryptedKey>, PublicHalf),
    /// A file of identities, encrypted with a passphrase.
    Wrapped(Vec<u8>, Plugins),
}

enum State {
    Closed,
    Open(Unlocked),
    Refused(Trouble),
}

/// Why a key could not be used. Travels through `age` as an error of reading.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(in super::super) struct Trouble(pub String);

impl Trouble {
    pub(super) fn travel(&self) -> DecryptError {
        DecryptError::Io(io::Error::other(self.clone()))
    }

    /// The one that travelled in an error of `age`.
    pub(in super::super) fn arrived(error: &DecryptError) -> Option<&Self> {
        match error {
            DecryptError::Io(error) => error.get_ref()?.downcast_ref(),
            _ => None,
        }
    }
}

impl Locked {
    pub fn new(path: PathBuf, lock: Lock, ask: Arc<dyn Ask>) -> Self {
        Self { path, lock, ask, state: Mutex::new(State::Closed) }
    }

    /// The identities, after asking where they are locked still. Other threads wait for the answer meanwhile.
    fn open(&self) -> Result<Unlocked, Trouble> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Closed = *state {
            *state = match self.unlock() {
                Ok(identities) => State::Open(Arc::new(identities)),
                Err(trouble) => State::Refused(trouble),
            };
        }
        match &*state {
            State::Open(identities) => Ok(identities.clone()),
            State::Refused(trouble) => Err(trouble.clone()),
            State::Closed => Err(Trouble(format!("{} stays locked", self.path.display()))),
        }
    }

    fn unlock(&self) -> Result<Vec<Box<dyn age::Identity + Send + Sync>>, Trouble> {
        let path = self.path.display();
        let mut wrong = "";
        for _ in 0..ATTEMPTS {
            let question = Question::hidden(format!("{wrong}passphrase of {path}"));
            let passphrase =
                self.ask.ask(&question).map_err(|error| Trouble(format!("{path} stays locked: {error}")))?;
            if let Some(identities) = self.try_passphrase(&passphrase)? {
                return Ok(identities);
            }
            wrong = "that was not it; ";
        }
        Err(Trouble(format!("{path} stays locked: the passphrase was wrong {ATTEMPTS} times")))
    }

    /// The identities; none if that is not the passphrase.
    fn try_passphrase(
        &self,
        passphrase: &Passphrase,
    ) -> Result<Option<Vec<Box<dyn age::Identity + Send + Sync>>>, Trouble> {
        match &self.lock {
            Lock::Ssh(key, _) => match key.decrypt(SecretString::from(passphrase.text().to_owned())) {
                Ok(key) => Ok(Some(vec![Box::new(age::ssh::Identity::from(key))])),
                Err(_) => Ok(None),
            },
            Lock::Wrapped(sealed, plugins) => {
                let refused = |why: &dyn std::fmt::Display| {
                    Trouble(format!("{} can't be used: {why}", self.path.display()))
                };
                let text = match unwrap(sealed, passphrase) {
                    Ok(text) => text,
                    Err(Unwrapping::WrongPassphrase) => return Ok(None),
                    Err(Unwrapping::NoPassphrase) => return Err(refused(&"it is encrypted to keys")),
                    Err(Unwrapping::Damaged(why)) => return Err(refused(&why)),
                };
                let keys = parse::lines(&text, plugins).map_err(|error| refused(&error))?;
                Ok(Some(keys.into_iter().map(|(_, key)| key).collect()))
            }
        }
    }

    /// Whether it may be what a file with these stanzas is encrypted to: nobody is asked in vain.
    fn concerns(&self, stanzas: &[Stanza]) -> bool {
        match &self.lock {
            Lock::Ssh(_, public) => stanzas.iter().any(|stanza| public.is_meant(stanza)),
            Lock::Wrapped(..) => true,
        }
    }
}

impl age::Identity for Locked {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        if !self.concerns(stanzas) {
            return None;
        }
        match self.open() {
            Ok(identities) => identities.iter().find_map(|identity| identity.unwrap_stanzas(stanzas)),
            Err(trouble) => Some(Err(trouble.travel())),
        }
    }
}

/// Why a file did not open with a passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Unwrapping {
    /// It is the wrong one.
    WrongPassphrase,
    /// None opens it: it is encrypted to keys.
    NoPassphrase,
    /// It is not a whole file that a passphrase opens, or wants too much work.
    Damaged(String),
}

/// Decrypts a file that is encrypted with a passphrase.
pub(in super::super) fn unwrap(
    sealed: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, Unwrapping> {
    let damaged = |error: &dyn std::fmt::Display| Unwrapping::Damaged(error.to_string());
    let file = file::disarmed(sealed).map_err(Unwrapping::Damaged)?;
    check_work(&file).map_err(Unwrapping::Damaged)?;
    let decryptor = file::decryptor(&file).map_err(Unwrapping::Damaged)?;
    if !decryptor.is_scrypt() {
        return Err(Unwrapping::NoPassphrase);
    }
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.text().to_owned()));
    identity.set_max_work_factor(LARGEST_WORK_FACTOR);
    let only = std::iter::once(&identity as &dyn age::Identity);
    let mut reader = decryptor.decrypt(only).map_err(|error| match error {
        // The tag is wrong for both a wrong passphrase and a changed stanza.
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            Unwrapping::WrongPassphrase
        }
        // Its text computes a duration that overflows.
        DecryptError::ExcessiveWork { required, .. } => Unwrapping::Damaged(too_much_work(required)),
        error => damaged(&error),
    })?;
    let mut text = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut text).map_err(|error| damaged(&error))?;
    Ok(text)
}

/// Refuses a file whose passphrase takes more work to try than any honest one, before anybody types it.
pub(super) fn check_work(file: &[u8]) -> Result<(), String> {
    let stanza = file.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
    let stanza = String::from_utf8_lossy(stanza);
    let factor = stanza.strip_prefix("-> scrypt ").and_then(|arguments| arguments.split(' ').nth(1));
    // What is no number is refused with the header.
    match factor.and_then(|factor| factor.parse::<u8>().ok()) {
        Some(factor) if factor > LARGEST_WORK_FACTOR => Err(too_much_work(factor)),
        _ => Ok(()),
    }
}

fn too_much_work(factor: u8) -> String {
    format!(
        "its passphrase takes 2^{factor} steps of scrypt to try, and 2^{LARGEST_WORK_FACTOR} are accepted"
    )
}
