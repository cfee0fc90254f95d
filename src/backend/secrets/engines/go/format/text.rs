//! Texts: cut, in hexadecimal, in quotes.

use super::Printer;
use crate::backend::secrets::engines::{Buffer, go::unicode};

impl Printer {
    /// A text, by one of the verbs `v s x X q`.
    pub(super) fn string(&mut self, bytes: &[u8], verb: char) {
        match verb {
            'x' | 'X' => self.hexadecimal(bytes, verb),
            'q' => self.in_quotes(bytes),
            'v' if self.flags.as_source => self.in_quotes(bytes),
            _ => {
                let bytes = self.cut(bytes);
                self.pad(bytes);
            }
        }
    }

    /// As many characters as the precision says.
    fn cut<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(longest) = self.flags.precision else { return bytes };
        let end = unicode::characters(bytes).take(longest).map(|(_, bytes)| bytes.len()).sum::<usize>();
        &bytes[..end]
    }

    fn in_quotes(&mut self, bytes: &[u8]) {
        let bytes = self.cut(bytes);
        let text = if self.flags.sharp && can_be_raw(bytes) {
            let mut raw = Buffer::new();
            raw.push(b'`');
            raw.extend(bytes);
            raw.push(b'`');
            raw
        } else {
            quoted(bytes, '"', self.flags.plus)
        };
        self.pad(text.bytes());
    }

    fn hexadecimal(&mut self, bytes: &[u8], verb: char) {
        let flags = self.flags;
        let bytes = &bytes[..bytes.len().min(flags.precision.unwrap_or(usize::MAX))];
        if bytes.is_empty() {
            return self.fill(flags.width.unwrap_or(0));
        }
        let prefix: &[u8] = match (flags.sharp, verb) {
            (false, _) => b"",
            (true, 'X') => b"0X",
            (true, _) => b"0x",
        };
        let digits: &[u8; 16] = if verb == 'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let mut text = Buffer::new();
        for (number, byte) in bytes.iter().enumerate() {
            if flags.space && number > 0 {
                text.push(b' ');
            }
            if flags.space || number == 0 {
                text.extend(prefix);
            }
            text.extend(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
        self.pad(text.bytes());
    }
}

/// Whether a text can stand between back quotes.
fn can_be_raw(bytes: &[u8]) -> bool {
    unicode::characters(bytes).all(|(character, bytes)| match character {
        '\u{feff}' | '`' | '\u{7f}' => false,
        char::REPLACEMENT_CHARACTER => bytes.len() > 1,
        '\t' => true,
        other => other >= ' ',
    })
}

/// Go's `strconv.Quote`, with either sort of quotes.
pub fn quoted(bytes: &[u8], quote: char, only_ascii: bool) -> Buffer {
    let mut text = Buffer::new();
    text.character(quote);
    for (character, bytes) in unicode::characters(bytes) {
        if character == char::REPLACEMENT_CHARACTER && bytes.len() == 1 {
            text.extend(format!("\\x{:02x}", bytes[0]).as_bytes());
        } else {
            escaped(&mut text, character, quote, only_ascii);
        }
    }
    text.character(quote);
    text
}

/// Go's `strconv.QuoteRune`.
pub fn quoted_character(character: char, only_ascii: bool) -> Buffer {
    quoted(character.encode_utf8(&mut [0; 4]).as_bytes(), '\'', only_ascii)
}

fn escaped(text: &mut Buffer, character: char, quote: char, only_ascii: bool) {
    let code = u32::from(character);
    let letter = match character {
        '\u{7}' => Some('a'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{b}' => Some('v'),
        '\\' => Some('\\'),
        _ if character == quote => Some(quote),
        _ => None,
    };
    if let Some(letter) = letter {
        text.character('\\');
        text.character(letter);
    } else if unicode::is_printable(character) && (character.is_ascii() || !only_ascii) {
        text.character(character);
    } else if code < 0x80 {
        text.extend(format!("\\x{code:02x}").as_bytes());
    } else if code < 0x1_0000 {
        text.extend(format!("\\u{code:04x}").as_bytes());
    } else {
        text.extend(format!("\\U{code:08x}").as_bytes());
    }
}
