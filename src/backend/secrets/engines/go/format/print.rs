//! How values are printed, by their sort and the verb.

use super::Printer;
use crate::backend::secrets::engines::go::value::{Map, Value};

impl Printer {
    /// Prints what was given as an argument.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Absent | Value::Nil, 'T' | 'v') => {
                self.complains_of_nothing();
                self.pad(b"<nil>");
            }
            // Of a list for `w`, Go asks for an error before it looks into it.
            (Value::Absent | Value::Nil, _) | (Value::List(_) | Value::Map(_), 'w') => {
                self.bad_verb(value, verb);
            }
            (_, 'T') => self.string(value.type_name().as_bytes(), 's'),
            (Value::Bytes(_) | Value::List(_) | Value::Map(_), 'p') => {
                self.fails("an address (%p) would be different in every run".to_owned());
            }
            (_, 'p') => self.bad_verb(value, verb),
            (Value::Bytes(part), 'v') if self.flags.as_source => {
                self.sequence(b"[]byte{", each_byte(part.bytes()), b"}", verb);
            }
            _ => self.value(value, verb),
        }
    }

    /// Prints a value, alone or inside of another.
    fn value(&mut self, value: &Value, verb: char) {
        match value {
            Value::Absent | Value::Nil => {
                self.complains_of_nothing();
                let nil: &[u8] = if self.flags.as_source { b"interface {}(nil)" } else { b"<nil>" };
                self.write(nil);
            }
            Value::Bool(truth) if matches!(verb, 't' | 'v') => {
                self.pad(if *truth { b"true" } else { b"false" });
            }
            Value::Bool(_) => self.bad_verb(value, verb),
            Value::Int(number) => self.integer(value, *number, verb),
            Value::Byte(number) => self.byte(value, *number, verb),
            Value::Float(number) => self.number(value, *number, verb),
            Value::Complex(real, imaginary) => self.complex(value, *real, *imaginary, verb),
            Value::Text(text) => match verb {
                'v' | 's' | 'x' | 'X' | 'q' => self.string(text.bytes(), verb),
                _ => self.bad_verb(value, verb),
            },
            Value::Bytes(part) => match verb {
                's' | 'x' | 'X' | 'q' => self.string(part.bytes(), verb),
                _ if self.flags.as_source => {
                    self.sequence(b"[]uint8{", each_byte(part.bytes()), b"}", verb);
                }
                _ => self.sequence(b"[", each_byte(part.bytes()), b"]", verb),
            },
            Value::List(part) => {
                let values = part.values().iter().cloned();
                if self.flags.as_source {
                    self.sequence(b"[]interface {}{", values, b"}", verb);
                } else {
                    self.sequence(b"[", values, b"]", verb);
                }
            }
            Value::Map(map) => self.map(map, verb),
        }
    }

    fn separator(&self) -> &'static [u8] {
        if self.flags.as_source { b", " } else { b" " }
    }

    fn sequence(&mut self, open: &[u8], values: impl Iterator<Item = Value>, close: &[u8], verb: char) {
        self.write(open);
        for (number, value) in values.enumerate() {
            if number > 0 {
                self.write(self.separator());
            }
            self.value(&value, verb);
        }
        self.write(close);
    }

    fn map(&mut self, map: &Map, verb: char) {
        let open: &[u8] = match (self.flags.as_source, map.nil) {
            (true, true) => return self.write(b"map[string]interface {}(nil)"),
            (true, false) => b"map[string]interface {}{",
            (false, _) => b"map[",
        };
        self.write(open);
        for (number, (key, value)) in map.entries.iter().enumerate() {
            if number > 0 {
                self.write(self.separator());
            }
            self.value(&Value::text(key.as_bytes()), verb);
            self.write(b":");
            self.value(value, verb);
        }
        self.write(if self.flags.as_source { b"}" } else { b"]" });
    }

    /// A verb that says nothing about such a value: told inside the text, or a mistake.
    pub(super) fn bad_verb(&mut self, value: &Value, verb: char) {
        let name = value.type_name();
        self.complains(&format!("does not fit a value of type {name}"));
        self.write(format!("%!{verb}(").as_bytes());
        if value.is_nothing() {
            self.write(b"<nil>");
        } else {
            self.write(name.as_bytes());
            self.write(b"=");
            self.argument(value, 'v');
        }
        self.write(b")");
    }

    fn complains_of_nothing(&mut self) {
        if self.mended() {
            self.fails("there is no value to print".to_owned());
        }
    }
}

fn each_byte(bytes: &[u8]) -> impl Iterator<Item = Value> {
    bytes.iter().map(|byte| Value::Byte(*byte))
}
