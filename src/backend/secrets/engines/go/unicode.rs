//! UTF-8 and classes of characters, as Go has them.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

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
    character == ' '
        || !matches!(
            get_general_category(character),
            Control
                | Format
                | LineSeparator
                | ParagraphSeparator
                | PrivateUse
                | SpaceSeparator
                | Surrogate
                | Unassigned
        )
}

/// Whether it can be part of a name in a template.
pub fn is_alphanumeric(character: char) -> bool {
    use Category::{
        DecimalNumber, LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter,
    };
    character == '_'
        || matches!(
            get_general_category(character),
            DecimalNumber
                | LowercaseLetter
                | ModifierLetter
                | OtherLetter
                | TitlecaseLetter
                | UppercaseLetter
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_counts_byte_by_byte() {
        assert_eq!(first(b""), None);
        assert_eq!(first("üb".as_bytes()), Some(('ü', 2)));
        assert_eq!(first(b"a\xff"), Some(('a', 1)));
        assert_eq!(first(b"\xe2\x82"), Some(('\u{fffd}', 1)));
        assert_eq!(count(b"\xed\xa0\x80 \xf0\x9f\x98\x80\xf0"), 6);
    }

    #[test]
    fn classes_are_go_s() {
        assert!("aé~ 語\u{301}".chars().all(is_printable));
        assert!(!"\u{ad}\u{a0}\u{2028}\u{7f}\u{e000}".chars().any(is_printable));
        assert!("aé_9語".chars().all(is_alphanumeric));
        assert!(!"½Ⅷ\u{301}-".chars().any(is_alphanumeric));
    }
}
