//! Key pairs of SSH: the same for ever from the same entropy, and read by OpenSSH.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::vectors::{StandIns, class_of};
use steading::backend::secrets::{
    Generation, Plaintext, Replay,
    engines::{Dialect, Made, make},
};

fn pair(kind: &str, comment: &str, entropy: &[u8]) -> Result<Made, String> {
    let generation = json!({"ssh-key": {"type": kind, "comment": comment}});
    let generation = serde_json::from_value::<Generation>(generation).unwrap();
    let recorded = Plaintext::from(entropy.to_vec());
    make(&generation, Dialect::Mended, &mut Replay::of(&recorded), &mut StandIns::default())
        .map_err(|fault| class_of(&fault))
}

/// A change of these would be a new key for whoever replays an old one: a crate that was updated must not bring it.
#[test]
fn the_same_entropy_is_the_same_key_for_ever() {
    for (kind, [factor, first], public, private) in [
        (
            "ed25519",
            [1, 0],
            "d3aca59e9fc22768d64d8a917803aae6732a0b92506806d9fa9dad874aec5892",
            "2f38cbd1a63dd783f786423ea27ebdd803f7270ec759a8610e0732b89aca34dd",
        ),
        (
            "rsa",
            // Of this one two primes are found soon.
            [7, 3],
            "3eb306690e86fa85673cb07648a70b047610768df1933833708e196b790e5a9a",
            "349a116c2d0a4c8193db3c85f64d6b2303ac79360219f87034b2cb4ac828ae3a",
        ),
    ] {
        let entropy = (0..32).map(|index| factor * index + first).collect::<Vec<u8>>();
        let made = pair(kind, "ada@nas", &entropy).unwrap();
        let made_public = made.public.unwrap();
        let digests =
            [made_public.as_bytes(), made.text.bytes()].map(|half| hex::encode(Sha256::digest(half)));
        assert_eq!(digests, [public, private], "{made_public}");
        assert_eq!(pair(kind, "", &entropy[1..]).unwrap_err(), "entropy-exhausted");
        openssh_reads(made.text.bytes(), &made_public);
    }
    assert_eq!(pair("ed25519", "a\nb", &[0; 32]).unwrap_err(), "execution");
}

/// Where there is an OpenSSH, it finds the same public half.
fn openssh_reads(private: &[u8], public: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, private).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let Ok(read) = Command::new("ssh-keygen").arg("-y").arg("-f").arg(&file).output() else {
        return;
    };
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert_eq!(String::from_utf8(read.stdout).unwrap(), public);
}
