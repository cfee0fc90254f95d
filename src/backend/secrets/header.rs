//! Who an age file is encrypted to, as far as its header tells without a key.
//!
//! Each recipient has a stanza (`-> TYPE ARGUMENTS…`, <https://age-encryption.org/v1>). Those of SSH keys carry four bytes of the key's SHA-256; those
//! of age's own keys tell nothing but that there is one.

use std::{collections::BTreeMap, io::Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

/// How far a header is looked for, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// The type of stanza of age's own keys.
const X25519: &str = "X25519";
/// What stands for the types of plugins.
const OTHER: &str = "other";

/// How many stanzas of each sort there are: by type, and for SSH keys by their tag.
pub type Stanzas = BTreeMap<String, usize>;

/// The stanzas of a file, armored or not; `None`: it is no age file.
#[must_use]
pub fn stanzas(sealed: &[u8]) -> Option<Stanzas> {
    let mut text = Vec::new();
    // What follows the header is no text; a damaged armor may end early.
    let _ = age::armor::ArmoredReader::new(sealed).take(LONGEST).read_to_end(&mut text);
    let mut lines = text.split(|&byte| byte == b'\n');
    if lines.next()? != b"age-encryption.org/v1" {
        return None;
    }
    let mut stanzas = Stanzas::new();
    for line in lines {
        if line.starts_with(b"--- ") {
            return Some(stanzas);
        }
        let line = String::from_utf8_lossy(line);
        let Some(stanza) = line.strip_prefix("-> ") else { continue };
        let mut words = stanza.split(' ');
        let (sort, first) = (words.next()?, words.next().unwrap_or_default());
        // Meant to be ignored: it keeps programs from relying on the types that there are.
        if sort.ends_with("-grease") {
            continue;
        }
        let sort = match sort {
            "ssh-ed25519" | "ssh-rsa" => format!("{sort} {first}"),
            X25519 => X25519.to_owned(),
            _ => OTHER.to_owned(),
        };
        *stanzas.entry(sort).or_default() += 1;
    }
    None
}

/// The stanzas that a file for these public keys has.
pub fn expected<'a>(keys: impl IntoIterator<Item = &'a str>) -> Stanzas {
    let mut stanzas = Stanzas::new();
    for key in keys {
        let sort = match key.split_once(' ') {
            Some((sort @ ("ssh-ed25519" | "ssh-rsa"), key)) => format!("{sort} {}", tag(key)),
            // The part after the last 1 has none in it; a plugin's recipient (`age1NAME1…`) has two, and stanzas of the plugin's own.
            _ if key.rfind('1') == Some(3) => X25519.to_owned(),
            _ => OTHER.to_owned(),
        };
        *stanzas.entry(sort).or_default() += 1;
    }
    stanzas
}

/// Whether stanzas tell whom they are for: one that says nothing is that of the key which opened the file, two may be anybody's.
pub fn tells(stanzas: &Stanzas) -> bool {
    let silent = [X25519, OTHER].iter().filter_map(|sort| stanzas.get(*sort));
    silent.sum::<usize>() <= 1
}

/// The tag of an SSH key in its wire form.
fn tag(key: &str) -> String {
    let wire = STANDARD_NO_PAD.decode(key.trim_end_matches('=')).unwrap_or_default();
    STANDARD_NO_PAD.encode(&Sha256::digest(wire)[..4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::secrets::{Plaintext, seal::Recipients};

    const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICPwANEdFArjtEIaa+SUDB7cQhAECwHG++B13oVcjmPM";

    #[test]
    fn a_header_tells_what_was_encrypted_to() {
        let keys = [(); 2].map(|()| age::x25519::Identity::generate().to_public().to_string());
        let all = [keys[0].as_str(), keys[1].as_str(), SSH];
        let sealed = Recipients::parse(all).unwrap().seal(&Plaintext::from(b"text".to_vec())).unwrap();
        let found = stanzas(&sealed).unwrap();
        assert_eq!(found, expected(all));
        assert_eq!(found["X25519"], 2);
        assert_ne!(found, expected([keys[0].as_str(), SSH]));
        assert_eq!(stanzas(&sealed[..60]), None);
        assert_eq!(stanzas(b"text"), None);
    }
}
