//! Whole numbers.

use super::{Printer, float, text, unicode};
use crate::backend::secrets::engines::go::value::Value;

impl Printer {
    /// An `int`. Mended, it is printed by the verbs of other numbers too.
    pub(super) fn integer(&mut self, value: &Value, number: i64, verb: char) {
        if self.mended() && matches!(verb, 'e' | 'E' | 'f' | 'F' | 'g' | 'G') {
            #[allow(clippy::cast_precision_loss, reason = "as the verb asks")]
            return self.number(value, number as f64, verb);
        }
        self.whole(value, number.cast_unsigned(), true, verb);
    }

    /// A `uint8`.
    pub(super) fn byte(&mut self, value: &Value, number: u8, verb: char) {
        if verb == 'v' && self.flags.as_source {
            let sharp = std::mem::replace(&mut self.flags.sharp, true);
            self.digits(number.into(), 16, false, 'v');
            self.flags.sharp = sharp;
        } else {
            self.whole(value, number.into(), false, verb);
        }
    }

    fn whole(&mut self, value: &Value, number: u64, signed: bool, verb: char) {
        match verb {
            'v' | 'd' => self.digits(number, 10, signed, verb),
            'b' => self.digits(number, 2, signed, verb),
            'o' | 'O' => self.digits(number, 8, signed, verb),
            'x' | 'X' => self.digits(number, 16, signed, verb),
            'c' => self.pad(character(number).encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => {
                let quoted = text::quoted_character(character(number), self.flags.plus);
                self.pad(quoted.bytes());
            }
            'U' => self.code_point(number),
            _ => self.bad_verb(value, verb),
        }
    }

    fn digits(&mut self, number: u64, base: u8, signed: bool, verb: char) {
        let flags = self.flags;
        let negative = signed && number.cast_signed().is_negative();
        let mut left = if negative { number.wrapping_neg() } else { number };
        if flags.precision == Some(0) && left == 0 {
            let zero = std::mem::replace(&mut self.flags.zero, false);
            self.fill(flags.width.unwrap_or(0));
            self.flags.zero = zero;
            return;
        }
        let least = match (flags.precision, flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => {
                width.saturating_sub(usize::from(negative || flags.plus || flags.space))
            }
            _ => 0,
        };
        if !self.room_for(least) {
            return;
        }
        let letters: &[u8; 16] = if verb == 'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        // From the last digit to the first.
        let mut digits = Vec::with_capacity(least + 4);
        loop {
            digits.push(letters[usize::try_from(left % u64::from(base)).unwrap_or_default()]);
            left /= u64::from(base);
            if left == 0 {
                break;
            }
        }
        digits.resize(digits.len().max(least), b'0');
        match base {
            2 if flags.sharp => digits.extend_from_slice(b"b0"),
            8 if flags.sharp && digits.last() != Some(&b'0') => digits.push(b'0'),
            16 if flags.sharp => digits.extend_from_slice(if verb == 'X' { b"X0" } else { b"x0" }),
            _ => {}
        }
        if verb == 'O' {
            digits.extend_from_slice(b"o0");
        }
        if negative {
            digits.push(b'-');
        } else if flags.plus {
            digits.push(b'+');
        } else if flags.space {
            digits.push(b' ');
        }
        digits.reverse();
        self.pad_with_spaces(&digits);
    }

    fn code_point(&mut self, number: u64) {
        let least = self.flags.precision.unwrap_or(4).max(4);
        if !self.room_for(least) {
            return;
        }
        let mut written = format!("U+{number:0least$X}");
        let known = u32::try_from(number).ok().filter(|code| *code <= u32::from(char::MAX));
        // Half a pair of UTF-16 is no character that could be printed.
        if let Some(known) =
            known.and_then(char::from_u32).filter(|c| self.flags.sharp && unicode::is_printable(*c))
        {
            written.push_str(&format!(" '{known}'"));
        }
        self.pad_with_spaces(written.as_bytes());
    }

    /// A `float64`.
    pub(super) fn number(&mut self, value: &Value, number: f64, verb: char) {
        let whole = self.mended().then(|| float::whole(number)).flatten();
        match (verb, whole) {
            ('d' | 'c' | 'q' | 'U' | 'o' | 'O', Some(whole)) => {
                self.whole(value, whole.cast_unsigned(), true, verb);
            }
            ('v', Some(_)) => self.float(number, 'f', Some(0)),
            ('v', None) => self.float(number, 'g', None),
            ('b' | 'g' | 'G' | 'x' | 'X', _) => self.float(number, verb, None),
            ('f' | 'e' | 'E', _) => self.float(number, verb, Some(6)),
            ('F', _) => self.float(number, 'f', Some(6)),
            _ => self.bad_verb(value, verb),
        }
    }

    /// A `complex128`.
    pub(super) fn complex(&mut self, value: &Value, real: f64, imaginary: f64, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.write(b"(");
        self.number(value, real, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.number(value, imaginary, verb);
        self.write(b"i)");
        self.flags.plus = plus;
    }
}

fn character(number: u64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}
