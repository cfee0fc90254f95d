//! What a format is made of: texts, and verbs with their flags, widths and arguments.

use super::{Flags, Printer, unicode};
use crate::backend::secrets::engines::go::value::Value;

/// Go refuses larger widths and precisions.
const LARGEST_NUMBER: i64 = 1_000_000;

/// Where a format is being read.
struct Reader<'a> {
    format: &'a [u8],
    at: usize,
    arguments: &'a [Value],
    /// The next argument.
    next: usize,
    /// Whether the format said itself which argument it wants.
    reordered: bool,
    /// Whether what it said made sense.
    sensible: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Reads digits. A number that is too large takes all the rest of the format with it, as Go's does.
    fn number(&mut self) -> Option<i64> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            if number.is_some_and(|number| number > LARGEST_NUMBER) {
                self.at = self.format.len();
                return None;
            }
            number = Some(number.unwrap_or(0) * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// Reads `[3]`: which argument is wanted. Says whether there was a number.
    fn choice(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let closed = if rest.len() < 3 { None } else { rest.iter().position(|byte| *byte == b']') };
        let Some(end) = closed else {
            self.sensible = false;
            self.at += 1;
            return false;
        };
        let mut inner = Reader { format: &rest[..end], at: 1, ..*self };
        let wanted = inner.number().filter(|_| inner.at == end);
        self.at += end + 1;
        let index = wanted.and_then(|wanted| usize::try_from(wanted - 1).ok());
        match index.filter(|index| *index < self.arguments.len()) {
            Some(index) => self.next = index,
            None => self.sensible = false,
        }
        wanted.is_some()
    }

    /// The argument for `*`.
    fn number_of_argument(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        let number = match argument {
            Value::Int(number) => *number,
            Value::Byte(number) => i64::from(*number),
            _ => return None,
        };
        (-LARGEST_NUMBER..=LARGEST_NUMBER).contains(&number).then_some(number)
    }
}

impl Printer {
    /// Writes a format with its verbs replaced.
    pub(super) fn printf(&mut self, format: &[u8], arguments: &[Value]) {
        let mut reader = Reader { format, at: 0, arguments, next: 0, reordered: false, sensible: true };
        while reader.at < format.len() {
            let text = format[reader.at..].iter().position(|byte| *byte == b'%');
            let end = text.map_or(format.len(), |length| reader.at + length);
            self.write(&format[reader.at..end]);
            reader.at = end + 1;
            if text.is_some() {
                self.verb += 1;
                self.directive(&mut reader);
            }
        }
        if !reader.reordered && reader.next < arguments.len() {
            self.surplus(&arguments[reader.next..]);
        }
    }

    fn directive(&mut self, reader: &mut Reader<'_>) {
        self.flags = Flags::default();
        reader.sensible = true;
        while let Some(byte) = reader.peek() {
            match byte {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                _ => break,
            }
            reader.at += 1;
        }
        let chosen = reader.choice();
        let chosen = self.width(reader, chosen);
        let chosen = self.precision(reader, chosen);
        if !chosen {
            reader.choice();
        }
        let Some((verb, size)) = unicode::first(reader.format.get(reader.at..).unwrap_or_default()) else {
            self.complains("is missing at the end");
            return self.write(b"%!(NOVERB)");
        };
        reader.at += size;
        if verb == '%' {
            return self.write(b"%");
        }
        if !reader.sensible {
            self.complains("asks for an argument that there is none of");
            return self.write(format!("%!{verb}(BADINDEX)").as_bytes());
        }
        let Some(argument) = reader.arguments.get(reader.next) else {
            self.complains("has no argument");
            return self.write(format!("%!{verb}(MISSING)").as_bytes());
        };
        if matches!(verb, 'v' | 'w') {
            self.flags.as_source = std::mem::replace(&mut self.flags.sharp, false);
            self.flags.plus = false;
        }
        self.argument(argument, verb);
        reader.next += 1;
    }

    fn width(&mut self, reader: &mut Reader<'_>, chosen: bool) -> bool {
        if !reader.take(b'*') {
            let width = reader.number();
            if chosen && width.is_some() {
                reader.sensible = false;
            }
            self.flags.width = width.and_then(|width| usize::try_from(width).ok());
            return chosen;
        }
        let width = reader.number_of_argument();
        if width.is_none() {
            self.complains("has no whole number for its width");
            self.write(b"%!(BADWIDTH)");
        }
        if width.is_some_and(i64::is_negative) {
            self.flags.minus = true;
            self.flags.zero = false;
        }
        self.flags.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
        false
    }

    fn precision(&mut self, reader: &mut Reader<'_>, chosen: bool) -> bool {
        // A point at the very end of the format is its verb.
        if reader.peek() != Some(b'.') || reader.at + 1 >= reader.format.len() {
            return chosen;
        }
        reader.at += 1;
        if chosen {
            reader.sensible = false;
        }
        let chosen = reader.choice();
        if !reader.take(b'*') {
            let precision = reader.number().unwrap_or(0);
            self.flags.precision = usize::try_from(precision).ok();
            return chosen;
        }
        let precision = reader.number_of_argument();
        self.flags.precision = precision.and_then(|precision| usize::try_from(precision).ok());
        if self.flags.precision.is_none() {
            self.complains("has no whole number for its precision");
            self.write(b"%!(BADPREC)");
        }
        false
    }

    fn surplus(&mut self, arguments: &[Value]) {
        if self.mended() {
            self.fails("the format has less verbs than arguments".to_owned());
        }
        self.flags = Flags::default();
        self.write(b"%!(EXTRA ");
        for (number, argument) in arguments.iter().enumerate() {
            if number > 0 {
                self.write(b", ");
            }
            if argument.is_nothing() {
                self.write(b"<nil>");
            } else {
                self.write(argument.type_name().as_bytes());
                self.write(b"=");
                self.argument(argument, 'v');
            }
        }
        self.write(b")");
    }
}
