//! Identity files as texts: written elsewhere, cut off, changed.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock},
};

use proptest::prelude::*;

use super::{super::*, Prepared, Room, open, sealed, x25519};

/// As editors of other systems write it.
#[tokio::test]
async fn ends_of_lines_and_a_byte_order_mark_do_no_harm() {
    let room = Room::new();
    let (public, key) = x25519();
    let (ssh_public, ssh) = room.ssh("ed25519", &["-t", "ed25519", "-N", ""]).await;
    let (locked_public, locked) = room.ssh("locked", &["-t", "ed25519", "-a", "1", "-N", "correct"]).await;
    let (ssh, locked) = (fs::read_to_string(ssh).unwrap(), fs::read_to_string(locked).unwrap());
    for (name, public, text) in [
        ("age", public, format!("# mine\n{key}\n")),
        ("ssh", ssh_public, ssh),
        ("locked", locked_public, locked),
    ] {
        for (how, text) in [
            ("CRLF", text.replace('\n', "\r\n")),
            ("trailing spaces", text.replace('\n', " \t\n")),
            ("no last end", text.trim_end().to_owned()),
            ("a mark", format!("\u{feff}{text}")),
            ("lines before", format!("\n\n{text}\n\n")),
        ] {
            let ask = Prepared::with(&["correct"]);
            let opened = open(room.write("file", text), &ask);
            let opened = opened.map(|identities| identities.unseal(&sealed(&public)));
            assert_eq!(opened.unwrap().unwrap().bytes(), b"text", "{name}, {how}");
        }
    }
}

/// A locked private key.
static LOCKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let room = Room::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, path) = runtime.block_on(room.ssh("id", &["-t", "ed25519", "-a", "1", "-N", "correct"]));
    fs::read(path).unwrap()
});

proptest! {
    #[test]
    fn any_file_is_an_identity_or_a_mistake(
        start in prop::sample::select(vec!["", "AGE-SECRET-KEY-1", "AGE-PLUGIN-X-1", "age1", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN AGE ENCRYPTED FILE-----\n", "age-encryption.org/v1\n-> scrypt "]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [start.as_bytes(), &rest].concat();
        let ask: Arc<dyn Ask> = Arc::new(Nobody);
        let _ = parse::identities(&bytes, Path::new("x"), &Plugins::default(), &ask);
    }

    #[test]
    fn a_key_that_was_changed_is_no_panic(at in 0..10_000usize, to in any::<u8>(), cut in 0..2000usize) {
        let mut bytes = LOCKED.clone();
        let length = bytes.len();
        bytes[at % length] = to;
        bytes.truncate(length.saturating_sub(cut));
        let ask: Arc<dyn Ask> = Arc::new(Nobody);
        let _ = parse::identities(&bytes, Path::new("x"), &Plugins::default(), &ask);
    }
}
