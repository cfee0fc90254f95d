//! Private keys of SSH as identities.

use std::{io::BufReader, path::Path, sync::Arc};

use age::ssh::{Identity, Recipient, UnsupportedKey};
use age_core::format::Stanza;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use sha2::{Digest as _, Sha256};

use super::{
    Key, Rank,
    ask::{Ask, tame},
    locked::{Lock, Locked},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    process::quote,
};

/// The most rounds of bcrypt's key derivation that are accepted. `ssh-keygen` makes keys of 16 or 24, `-a 1000` is some seconds.
const MOST_ROUNDS: u32 = 2000;

/// What is known of a key before it is unlocked: which stanzas are meant for it (the types `ssh-ed25519` and `ssh-rsa` of `age`).
pub(super) struct PublicHalf {
    kind: String,
    tag: String,
}

impl PublicHalf {
    /// The tag is the beginning of the hash of the key, as `age` writes it.
    fn of(recipient: &Recipient) -> Option<Self> {
        let text = recipient.to_string();
        let mut words = text.split(' ');
        let kind = words.next()?.to_owned();
        let key = BASE64_STANDARD.decode(words.next()?).ok()?;
        Some(Self { kind, tag: BASE64_STANDARD_NO_PAD.encode(&Sha256::digest(key)[..4]) })
    }

    pub fn is_meant(&self, stanza: &Stanza) -> bool {
        stanza.tag == self.kind && stanza.args.first() == Some(&self.tag)
    }
}

/// Reads a private key.
pub(super) fn read(text: &str, path: &Path, ask: &Arc<dyn Ask>) -> Result<(Rank, Key)> {
    check_rounds(text, path)?;
    let identity = Identity::from_buffer(BufReader::new(text.as_bytes()), None)
        .map_err(|_| fail(path, "is no private key of SSH that can be read, or not a whole one"))?;
    match identity {
        Identity::Encrypted(key) => {
            let public = Recipient::try_from(Identity::Encrypted(key.clone()))
                .ok()
                .and_then(|recipient| PublicHalf::of(&recipient))
                .ok_or_else(|| unsupported(path, "of its type"))?;
            let lock = Lock::Ssh(Box::new(key), public);
            Ok((Rank::Tagged, Box::new(Locked::new(path.to_owned(), lock, ask.clone()))))
        }
        Identity::Unsupported(unsupported) => Err(refuse(path, &unsupported)),
        identity @ Identity::Unencrypted(_) => Ok((Rank::Plain, Box::new(identity))),
    }
}

fn refuse(path: &Path, key: &UnsupportedKey) -> Error {
    match key {
        UnsupportedKey::EncryptedPem => {
            fail(path, "is locked in the old way of SSH, which can't be opened here")
                .hint(format!("`ssh-keygen -p -f {}` writes it anew in the way of today", quoted(path)))
        }
        UnsupportedKey::EncryptedSsh(cipher) => {
            fail(path, &format!("is locked with {}, which can't be opened here", tame(cipher)))
                .hint(format!("`ssh-keygen -p -Z aes256-ctr -f {}` changes that", quoted(path)))
        }
        UnsupportedKey::Hardware(_) => fail(path, "belongs to a token, which signs but can't decrypt")
            .hint("use an age plugin for the token, such as age-plugin-yubikey"),
        UnsupportedKey::Type(kind) => unsupported(path, &tame(kind)),
    }
}

fn unsupported(path: &Path, kind: &str) -> Error {
    fail(path, &format!("is a key {kind}, which can't decrypt"))
        .hint("use one of ssh-ed25519 or ssh-rsa; `ssh-keygen -t ed25519` makes one")
}

fn fail(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{} {what}", path.display()))
}

fn quoted(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

/// Refuses a key whose passphrase would take hours to try. `PROTOCOL.key` of OpenSSH: magic, cipher, name and options of the key derivation; the options are the salt and the rounds.
fn check_rounds(text: &str, path: &Path) -> Result<()> {
    let base64 = text.lines().skip(1).take_while(|line| !line.starts_with('-')).collect::<String>();
    let Ok(blob) = BASE64_STANDARD.decode(base64.trim()) else { return Ok(()) };
    let rounds = || {
        let rest = blob.strip_prefix(b"openssh-key-v1\0")?;
        let (_cipher, rest) = string(rest)?;
        let (name, rest) = string(rest)?;
        let (options, _) = string(rest)?;
        let (_salt, rounds) = string(options)?;
        (name == b"bcrypt").then(|| rounds.try_into().ok().map(u32::from_be_bytes))?
    };
    match rounds() {
        Some(rounds) if rounds > MOST_ROUNDS => Err(fail(
            path,
            &format!("takes {rounds} rounds of bcrypt to try a passphrase, and {MOST_ROUNDS} are accepted"),
        )
        .hint(format!("`ssh-keygen -p -a 100 -f {}` changes that", quoted(path)))),
        _ => Ok(()),
    }
}

/// SSH's `string` (RFC 4251, section 5): its length, then its bytes.
fn string(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = input.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
