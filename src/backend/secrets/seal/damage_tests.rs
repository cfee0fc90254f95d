//! Files that were cut off, changed, or were never files of age.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

const TEXT: &[u8] = b"a text that is long enough to be recognised";

struct Sealed {
    ours: Identities,
    binary: Vec<u8>,
    armored: Vec<u8>,
}

/// A file for several recipients of ours and others.
static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let ours = age::x25519::Identity::generate();
    let host = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1";
    let keys = [age::x25519::Identity::generate().to_public().to_string(), ours.to_public().to_string()];
    let recipients = Recipients::parse(keys.iter().map(String::as_str).chain([host])).unwrap();
    let binary = recipients.seal(&Plaintext::from(TEXT.to_vec())).unwrap();
    let mut armored = Vec::new();
    let mut writer =
        age::armor::ArmoredWriter::wrap_output(&mut armored, age::armor::Format::AsciiArmor).unwrap();
    writer.write_all(&binary).unwrap();
    writer.finish().unwrap();
    Sealed { ours: Identities::of(vec![Box::new(ours)]), binary, armored }
});

/// It is the text, or it says what is wrong; another text is never made of it.
fn is_known_as_damaged(file: &[u8]) -> bool {
    matches!(SEALED.ours.unseal(file), Err(Unreadable::Damaged(_) | Unreadable::NotForUs))
}

#[test]
fn a_file_that_was_cut_off_is_damaged_wherever_the_cut_is() {
    for file in [&SEALED.binary, &SEALED.armored] {
        assert_eq!(SEALED.ours.unseal(file).unwrap().bytes(), TEXT);
        for length in 0..file.len() - 1 {
            let cut = &file[..length];
            assert!(
                matches!(SEALED.ours.unseal(cut), Err(Unreadable::Damaged(_))),
                "{length} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn every_changed_bit_is_noticed() {
    for at in 0..SEALED.binary.len() {
        for bit in 0..8 {
            let mut file = SEALED.binary.clone();
            file[at] ^= 1 << bit;
            assert!(is_known_as_damaged(&file), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_changed_byte_of_an_armored_file_is_noticed_or_means_nothing() {
    for at in 0..SEALED.armored.len() {
        let mut file = SEALED.armored.clone();
        file[at] ^= 1;
        let unsealed = SEALED.ours.unseal(&file);
        assert!(is_known_as_damaged(&file) || unsealed.unwrap().bytes() == TEXT, "byte {at}");
    }
}

proptest! {
    #[test]
    fn no_file_is_a_panic(start in prop::sample::select(vec!["", "age-encryption.org/v1\n", "age-encryption.org/v1\n-> X25519 ", "age-encryption.org/v1\n-> scrypt ", "-----BEGIN AGE ENCRYPTED FILE-----\n"]), rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = [start.as_bytes(), &rest].concat();
        prop_assert!(is_known_as_damaged(&file));
    }

    #[test]
    fn no_mixture_of_two_files_is_a_text_of_its_own(at in any::<prop::sample::Index>(), other_at in any::<prop::sample::Index>()) {
        let other = Recipients::parse(["age1lrv8kt8uxwxt4mffzfp25kganyngcxdxm50psfxdr9v5lpcf9vzs9ngtyg"]).unwrap();
        let other = other.seal(&Plaintext::from(b"something else".to_vec())).unwrap();
        let file = [&SEALED.binary[..at.index(SEALED.binary.len())], &other[other_at.index(other.len())..]].concat();
        prop_assert!(is_known_as_damaged(&file));
    }

    #[test]
    fn any_text_is_a_recipient_or_a_mistake(start in prop::sample::select(vec!["", "age1", "age1tag1", "age1yubikey1", "ssh-ed25519 ", "ssh-rsa AAAAB3NzaC1yc2EAAAA", "ecdsa-sha2-nistp256 "]), rest in any::<String>()) {
        let key = format!("{start}{rest}");
        if let Ok(recipients) = Recipients::parse([key.as_str()]) {
            let text = recipients.keys().next().unwrap().to_owned();
            prop_assert_eq!(canonical(&text), text.clone());
            prop_assert!(Recipients::parse([text.as_str()]).is_ok());
        }
    }
}
