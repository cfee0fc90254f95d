//! Random characters, chosen as the reference generator does: by Go's `crypto/rand.Int` over the sets of characters in a row.

use std::collections::BTreeMap;

use super::{Buffer, Fault, FaultClass, Functions};
use crate::backend::secrets::{Entropy, Random, seal::LARGEST};

/// The sets of characters, without those that are easily taken for others.
const CHARSETS: [(&str, &str); 4] = [
    ("lowercase", "abcdefghijkmnpqrstuvwxyz"),
    ("numbers", "123456789"),
    ("special", "#$%&@^`~.,:;\"'\\/|_-<>*+!?={[()]}"),
    ("uppercase", "ABCDEFGHJKLMNPQRSTUVWXYZ"),
];

/// Makes a text of random characters.
pub fn make(random: &Random, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let characters = characters(&random.charsets)?;
    functions.random(&characters, random.length)
}

/// The characters of some sets, in the order of their names. An unknown set is a mistake even where it is switched off.
pub fn characters(charsets: &BTreeMap<String, bool>) -> Result<Vec<u8>, Fault> {
    let mut characters = Vec::new();
    for (name, used) in charsets {
        let known = CHARSETS.iter().find(|(charset, _)| charset == name);
        let (_, charset) = known.ok_or_else(|| {
            let known = CHARSETS.map(|(name, _)| name).join(", ");
            Fault::new(FaultClass::BadCharset, format!("there is no charset {name:?}; there are {known}"))
        })?;
        if *used {
            characters.extend_from_slice(charset.as_bytes());
        }
    }
    if characters.is_empty() {
        return Err(Fault::new(FaultClass::BadCharset, "no charset is switched on"));
    }
    Ok(characters)
}

/// Chooses among at most 256 characters, a byte of entropy at a time: masked to as many bits as the last index has, and rejected where that is still too large.
pub fn characters_of(characters: &[u8], length: usize, entropy: &mut dyn Entropy) -> Result<Buffer, Fault> {
    let mut text = Buffer::new();
    let last = characters.len().saturating_sub(1);
    let mask = last.checked_ilog2().map_or(0, |highest| u8::MAX >> (7 - highest.min(7)));
    while text.len() < length {
        // Only here: where there is less entropy than that, the reference says so.
        if text.len() == LARGEST {
            return Err(Fault::execution(format!("a length of {length} is more than a secret can have")));
        }
        // Where there is nothing to choose from, nothing is read.
        let mut byte = [0];
        if last > 0 {
            entropy.fill(&mut byte)?;
        }
        if let Some(character) = characters.get(usize::from(byte[0] & mask)) {
            text.push(*character);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::secrets::{Plaintext, Replay};

    fn chosen(characters: &[u8], length: usize, entropy: &[u8]) -> (Result<Vec<u8>, FaultClass>, usize) {
        let recorded = Plaintext::from(entropy.to_vec());
        let mut replay = Replay::of(&recorded);
        let text = characters_of(characters, length, &mut replay);
        (text.map(|text| text.bytes().to_vec()).map_err(|fault| fault.class), replay.consumed())
    }

    #[test]
    fn one_character_needs_no_entropy() {
        assert_eq!(chosen(b"x", 3, &[]), (Ok(b"xxx".to_vec()), 0));
    }

    #[test]
    fn the_highest_bits_are_not_looked_at() {
        assert_eq!(chosen(b"ab", 3, &[0xfe, 0xff, 2]), (Ok(b"aba".to_vec()), 3));
        assert_eq!(chosen(b"abc", 2, &[3, 7, 0x82, 1]), (Ok(b"cb".to_vec()), 4));
    }

    #[test]
    fn a_length_is_not_refused_before_there_is_too_little_entropy() {
        assert_eq!(chosen(b"ab", usize::MAX, &[0; 9]), (Err(FaultClass::EntropyExhausted), 9));
    }

    proptest! {
        #[test]
        fn one_byte_less_is_too_little_and_more_changes_nothing(
            number in 1..=256_usize,
            length in 0..20_usize,
            entropy: [u8; 32],
            more: Vec<u8>,
        ) {
            let characters = (0..=255).take(number).collect::<Vec<u8>>();
            let plenty = [entropy.as_slice(), &[0; 20]].concat();
            let (text, consumed) = chosen(&characters, length, &plenty);
            prop_assert_eq!(text.as_ref().map(Vec::len), Ok(length));
            let exact = &plenty[..consumed];
            prop_assert_eq!(chosen(&characters, length, &[exact, &more].concat()), (text, consumed));
            if consumed > 0 {
                let short = chosen(&characters, length, &exact[..consumed - 1]);
                prop_assert_eq!(short, (Err(FaultClass::EntropyExhausted), consumed - 1));
            }
        }
    }
}
