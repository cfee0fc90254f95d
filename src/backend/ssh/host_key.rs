//! Public keys of hosts, and their fingerprints.

use std::fmt;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use sha2::{Digest as _, Sha256};

/// A public key of SSH: its type, and the key in base 64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostKey {
    kind: String,
    key: String,
}

impl HostKey {
    /// Reads a line in the format of public key files (sshd(8), `AUTHORIZED_KEYS` and `SSH_KNOWN_HOSTS`); a comment is left out.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (kind, key) = (words.next()?, words.next()?);
        let kind_is_fine = kind.chars().all(|c| c.is_ascii_alphanumeric() || "-@.".contains(c));
        let key_is_fine = key.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c));
        // The key repeats its type behind a 32 bit length, so its base 64 begins with zeros.
        let fits = kind_is_fine && key_is_fine && key.starts_with("AAAA") && !line.contains(['\n', '\r']);
        fits.then(|| Self { kind: kind.to_owned(), key: key.to_owned() })
    }

    /// Its type: `ssh-ed25519`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its fingerprint, as `ssh-keygen -l` prints it: `SHA256:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // What is no base 64 has no fingerprint that anything could be compared with.
        let key = BASE64_STANDARD.decode(&self.key).unwrap_or_default();
        format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(Sha256::digest(key)))
    }

    /// Whether that is its fingerprint, as one may have typed it.
    #[must_use]
    pub fn has_fingerprint(&self, typed: &str) -> bool {
        let bare = |text: &str| text.trim().trim_start_matches("SHA256:").trim_end_matches('=').to_owned();
        bare(typed) == bare(&self.fingerprint())
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_ssh_keygen() {
        // `ssh-keygen -lf` of the public key of `gate` in the example fleet.
        let key = HostKey::parse(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1 root@gate",
        )
        .unwrap();
        assert_eq!(key.fingerprint(), "SHA256:GUt5awVLYQyimXtFGpeAHGITZh0LCQUzTUD35xmPhKk");
        assert!(key.has_fingerprint(&key.fingerprint()));
        assert!(key.has_fingerprint(&format!(" {}= ", key.fingerprint().trim_start_matches("SHA256:"))));
        assert!(!key.has_fingerprint("SHA256:"));
        assert_eq!(key.kind(), "ssh-ed25519");
    }
}
