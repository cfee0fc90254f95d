//! Go's `fmt`: what `Sprintf`, `Sprint` and `Sprintln` make of values, quirks included.
//!
//! Mended, what Go would write as `%!d(string=x)` into the text is a mistake. No message has a value in it.

mod directive;
mod float;
mod integer;
mod print;
mod text;

use super::{unicode, value::Value};
use crate::backend::secrets::{
    engines::{Buffer, Dialect},
    seal::LARGEST,
};
pub use float::{shortest, whole};

/// Replaces the verbs of a format.
pub fn sprintf(dialect: Dialect, format: &[u8], arguments: &[Value]) -> Result<Buffer, String> {
    let mut printer = Printer::new(dialect);
    printer.printf(format, arguments);
    printer.finish()
}

/// One after the other, with spaces between two that are no texts.
pub fn sprint(dialect: Dialect, arguments: &[Value]) -> Result<Buffer, String> {
    let mut printer = Printer::new(dialect);
    let mut after_text = false;
    for (number, argument) in arguments.iter().enumerate() {
        let is_text = matches!(argument, Value::Text(_));
        if number > 0 && !is_text && !after_text {
            printer.write(b" ");
        }
        printer.argument(argument, 'v');
        after_text = is_text;
    }
    printer.finish()
}

/// One after the other, with spaces between and the end of a line after them.
pub fn sprintln(dialect: Dialect, arguments: &[Value]) -> Result<Buffer, String> {
    let mut printer = Printer::new(dialect);
    for (number, argument) in arguments.iter().enumerate() {
        if number > 0 {
            printer.write(b" ");
        }
        printer.argument(argument, 'v');
    }
    printer.write(b"\n");
    printer.finish()
}

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a character of the format")]
struct Flags {
    width: Option<usize>,
    precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%#v`: as Go's source has it.
    as_source: bool,
}

/// A text that is being formatted.
struct Printer {
    out: Buffer,
    flags: Flags,
    dialect: Dialect,
    /// The verb that is being carried out, counted from 1.
    verb: usize,
    /// The first thing that was wrong.
    problem: Option<String>,
}

impl Printer {
    fn new(dialect: Dialect) -> Self {
        Self { out: Buffer::new(), flags: Flags::default(), dialect, verb: 0, problem: None }
    }

    fn finish(self) -> Result<Buffer, String> {
        self.problem.map_or(Ok(self.out), Err)
    }

    fn mended(&self) -> bool {
        self.dialect == Dialect::Mended
    }

    /// Notes what is wrong, in any dialect. What comes first is told.
    fn fails(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// Notes what the reference tells inside of the text.
    fn complains(&mut self, problem: &str) {
        if self.mended() {
            self.fails(format!("verb {} of the format {problem}", self.verb));
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.room_for(bytes.len()) {
            self.out.extend(bytes);
        }
    }

    fn room_for(&mut self, bytes: usize) -> bool {
        let enough = self.out.len() + bytes <= LARGEST;
        if !enough {
            self.fails(format!("a text of more than {LARGEST} bytes came out"));
        }
        enough
    }

    /// Fills up with zeros or spaces.
    fn fill(&mut self, number: usize) {
        let zeros = self.flags.zero && !self.flags.minus;
        if self.room_for(number) {
            self.out.repeat(if zeros { b'0' } else { b' ' }, number);
        }
    }

    /// Writes, filled up to the width on the side that is asked for.
    fn pad(&mut self, bytes: &[u8]) {
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(unicode::count(bytes)));
        if self.flags.minus {
            self.write(bytes);
            self.fill(missing);
        } else {
            self.fill(missing);
            self.write(bytes);
        }
    }

    /// As [`Self::pad`], but never with zeros.
    fn pad_with_spaces(&mut self, bytes: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(bytes);
        self.flags.zero = zero;
    }
}
