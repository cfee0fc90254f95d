//! UTF-8 and classes of characters, as Go has them.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// Letters and digits of Unicode 17, which Go 1.27 knows and the crate does not.
const NEW_LETTERS: [(char, char); 26] = [
    ('\u{88f}', '\u{88f}'),
    ('\u{c5c}', '\u{c5c}'),
    ('\u{cdc}', '\u{cdc}'),
    ('\u{a7ce}', '\u{a7cf}'),
    ('\u{a7d2}', '\u{a7d2}'),
    ('\u{a7d4}', '\u{a7d4}'),
    ('\u{a7f1}', '\u{a7f1}'),
    ('\u{10940}', '\u{10959}'),
    ('\u{10ec5}', '\u{10ec7}'),
    ('\u{11db0}', '\u{11ddb}'),
    ('\u{11de0}', '\u{11de9}'),
    ('\u{16ea0}', '\u{16eb8}'),
    ('\u{16ebb}', '\u{16ed3}'),
    ('\u{16ff2}', '\u{16ff3}'),
    ('\u{187f8}', '\u{187ff}'),
    ('\u{18d09}', '\u{18d1e}'),
    ('\u{18d80}', '\u{18df2}'),
    ('\u{1e6c0}', '\u{1e6de}'),
    ('\u{1e6e0}', '\u{1e6e2}'),
    ('\u{1e6e4}', '\u{1e6e5}'),
    ('\u{1e6e7}', '\u{1e6ed}'),
    ('\u{1e6f0}', '\u{1e6f4}'),
    ('\u{1e6fe}', '\u{1e6ff}'),
    ('\u{2b73a}', '\u{2b73f}'),
    ('\u{2cea2}', '\u{2cead}'),
    ('\u{323b0}', '\u{33479}'),
];

/// What else of Unicode 17 is printed as it is.
const NEW_SIGNS: [(char, char); 29] = [
    ('\u{1acf}', '\u{1add}'),
    ('\u{1ae0}', '\u{1aeb}'),
    ('\u{20c1}', '\u{20c1}'),
    ('\u{2b96}', '\u{2b96}'),
    ('\u{fbc3}', '\u{fbd2}'),
    ('\u{fd90}', '\u{fd91}'),
    ('\u{fdc8}', '\u{fdce}'),
    ('\u{10ed0}', '\u{10ed8}'),
    ('\u{10efa}', '\u{10efb}'),
    ('\u{11b60}', '\u{11b67}'),
    ('\u{16ff4}', '\u{16ff6}'),
    ('\u{1ccfa}', '\u{1ccfc}'),
    ('\u{1ceba}', '\u{1ced0}'),
    ('\u{1cee0}', '\u{1cef0}'),
    ('\u{1e6e3}', '\u{1e6e3}'),
    ('\u{1e6e6}', '\u{1e6e6}'),
    ('\u{1e6ee}', '\u{1e6ef}'),
    ('\u{1e6f5}', '\u{1e6f5}'),
    ('\u{1f6d8}', '\u{1f6d8}'),
    ('\u{1f777}', '\u{1f77a}'),
    ('\u{1f8d0}', '\u{1f8d8}'),
    ('\u{1fa54}', '\u{1fa57}'),
    ('\u{1fa8a}', '\u{1fa8a}'),
    ('\u{1fa8e}', '\u{1fa8e}'),
    ('\u{1fac8}', '\u{1fac8}'),
    ('\u{1facd}', '\u{1facd}'),
    ('\u{1faea}', '\u{1faea}'),
    ('\u{1faef}', '\u{1faef}'),
    ('\u{1fbfa}', '\u{1fbfa}'),
];

fn is_among(ranges: &[(char, char)], character: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// The first character, and how many bytes it has. What is no UTF-8 counts byte by byte, as the replacement character; of no bytes there is none.
pub fn first(bytes: &[u8]) -> Option<(char, usize)> {
    let start = &bytes[..bytes.len().min(4)];
    if start.is_empty() {
        return None;
    }
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    Some(valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8())))
}

/// Every character with the bytes it is made of. Those of the replacement character may be no UTF-8.
pub fn characters(bytes: &[u8]) -> impl Iterator<Item = (char, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (character, size) = first(rest)?;
        let (these, others) = rest.split_at(size);
        rest = others;
        Some((character, these))
    })
}

/// How many characters there are.
pub fn count(bytes: &[u8]) -> usize {
    characters(bytes).count()
}

/// Whether Go prints it as it is: letters, marks, numbers, punctuation, symbols and the space.
pub fn is_printable(character: char) -> bool {
    use Category::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate, Unassigned,
    };
    match get_general_category(character) {
        SpaceSeparator => character == ' ',
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate => false,
        Unassigned => is_among(&NEW_LETTERS, character) || is_among(&NEW_SIGNS, character),
        _ => true,
    }
}

/// Whether it can be part of a name in a template.
pub fn is_alphanumeric(character: char) -> bool {
    use Category::{
        DecimalNumber, LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, Unassigned,
        UppercaseLetter,
    };
    match get_general_category(character) {
        DecimalNumber | LowercaseLetter | ModifierLetter | OtherLetter | TitlecaseLetter
        | UppercaseLetter => true,
        Unassigned => is_among(&NEW_LETTERS, character),
        _ => character == '_',
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_is_no_utf8_counts_byte_by_byte() {
        assert_eq!(first(b""), None);
        assert_eq!(first("üb".as_bytes()), Some(('ü', 2)));
        assert_eq!(first(b"a\xff"), Some(('a', 1)));
        assert_eq!(first(b"\xe2\x82"), Some(('\u{fffd}', 1)));
        assert_eq!(count(b"\xed\xa0\x80 \xf0\x9f\x98\x80\xf0"), 6);
    }

    /// The digest was made by Go 1.27.3: of `IsPrint` and of `IsLetter`, `IsDigit` or the underscore, two digits for each character.
    /// Where it is another, there are characters that would come out in another form: for somebody that is a new password.
    #[test]
    fn classes_are_go_s() {
        let digit = |is_so: bool| if is_so { '1' } else { '0' };
        let classes = |character| [digit(is_printable(character)), digit(is_alphanumeric(character))];
        let classes = ('\0'..=char::MAX).flat_map(classes).collect::<String>();
        let digest = hex::encode(Sha256::digest(classes));
        assert_eq!(digest, "cdf2b2962bb3fc8405cf5d9afa7bcc389c93a6c73b7fef17f166695968c20f76");
    }
}
