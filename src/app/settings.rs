//! TOML that remembers where everything is written, so that a mistake in it is met with file and line.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::backend::{
    error::{Error, ErrorKind, Result},
    fleet::nearest,
    model::{File, Place},
};

/// One setting: its name, its value, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its key in the table that it stands in; empty at the top and in a list.
    pub name: String,
    /// The line of its key, or of its value in a list.
    pub place: Place,
    value: Value,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
    List(Vec<Setting>),
    Table(Vec<Setting>),
    /// A date or a fraction: no setting is one.
    Other,
}

impl Setting {
    /// Reads a whole file; `file` is its name in errors.
    pub fn read(file: &str, text: &str) -> Result<Self> {
        let source = Source { file, text };
        let table = DeTable::parse(text).map_err(|error| {
            let what = error.message().lines().next().unwrap_or_default();
            Error::new(ErrorKind::Configuration, what)
                .at(source.place(&error.span().unwrap_or_default()))
                .hint("see https://toml.io for how to write it")
        })?;
        Ok(Self { name: String::new(), place: source.place(&(0..0)), value: source.table(table.get_ref()) })
    }

    /// The text that it must be.
    pub fn text(&self) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.expected("a text in quotes")),
        }
    }

    /// The `true` or `false` that it must be.
    pub fn flag(&self) -> Result<bool> {
        match self.value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.expected("true or false")),
        }
    }

    /// The number from `least` on that it must be.
    pub fn number(&self, least: u16) -> Result<u16> {
        let number = match self.value {
            Value::Number(number) => u16::try_from(number).ok().filter(|number| *number >= least),
            _ => None,
        };
        number.ok_or_else(|| self.expected(&format!("a number from {least} to {}", u16::MAX)))
    }

    /// The one of these words that it must be.
    pub fn word<'a>(&self, known: &[&'a str]) -> Result<&'a str> {
        let text = self.text()?;
        let found = known.iter().find(|word| **word == text);
        found
            .copied()
            .ok_or_else(|| unknown(self.error(format!("{} can't be {text:?}", self.name)), text, known))
    }

    /// What is in the table that it must be, in the order of the file.
    pub fn entries(&self) -> Result<&[Self]> {
        match &self.value {
            Value::Table(entries) => Ok(entries),
            _ => Err(self.expected("a table")),
        }
    }

    /// The texts of the list that it must be; a text alone is a list of one.
    pub fn texts(&self) -> Result<Vec<(&str, &Place)>> {
        match &self.value {
            Value::Text(text) => Ok(vec![(text, &self.place)]),
            Value::List(items) => items.iter().map(|item| Ok((item.text()?, &item.place))).collect(),
            _ => Err(self.expected("a text in quotes, or a list of them")),
        }
    }

    /// Something is wrong with it.
    #[must_use]
    pub fn error(&self, what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Configuration, what).at(self.place.clone())
    }

    /// Its name is none of those that may stand here; `what` they are is said, and which was meant is guessed.
    #[must_use]
    pub fn unexpected(&self, what: &str, known: &[&str]) -> Error {
        unknown(self.error(format!("there is no {what} {:?}", self.name)), &self.name, known)
    }

    fn expected(&self, what: &str) -> Error {
        let found = match self.value {
            Value::Text(_) => "a text",
            Value::Flag(_) => "true or false",
            Value::Number(number) => {
                return self.error(format!("{} must be {what}, not {number}", self.called()));
            }
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other => "a date or a fraction",
        };
        self.error(format!("{} must be {what}, not {found}", self.called()))
    }

    fn called(&self) -> &str {
        if self.name.is_empty() { "this" } else { &self.name }
    }
}

/// Adds to an error about `word` the known one that it is most like, or all of them.
#[must_use]
pub fn unknown(error: Error, word: &str, known: &[&str]) -> Error {
    match nearest(word, known.iter().copied()) {
        Some(guess) => error.hint(format!("did you mean {guess:?}?")),
        None => error.hint(format!("there are {}", known.join(", "))),
    }
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.as_bytes().iter().take(span.start);
        let breaks = before.filter(|byte| **byte == b'\n').count();
        let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
        Place { file: File::Fleet(self.file.to_owned()), line: Some(line), column: None }
    }

    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries = table.iter().collect::<Vec<_>>();
        entries.sort_by_key(|(key, _)| key.span().start);
        let setting = |name: &str, span, value| Setting {
            name: name.to_owned(),
            place: self.place(&span),
            value: self.value(value),
        };
        let entries = entries.into_iter();
        Value::Table(
            entries.map(|(key, value)| setting(key.get_ref(), key.span(), value.get_ref())).collect(),
        )
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(number) => {
                let digits = number.as_str();
                i64::from_str_radix(digits, number.radix()).map_or(Value::Other, Value::Number)
            }
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Setting {
                        name: String::new(),
                        place: self.place(&item.span()),
                        value: self.value(item.get_ref()),
                    })
                    .collect(),
            ),
            DeValue::Table(table) => self.table(table),
            DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Setting> {
        Setting::read("a.toml", text)
    }

    #[test]
    fn everything_knows_its_line() {
        let top = read("a = 1\n\n[z]\nd = [\n 'x',\n 'y',\n]\nc = true\n").unwrap();
        let [a, z] = top.entries().unwrap() else { panic!("{top:?}") };
        assert_eq!((a.place.to_string(), a.number(1).unwrap()), ("a.toml:1".to_owned(), 1));
        assert_eq!(z.place.to_string(), "a.toml:3");
        let [d, c] = z.entries().unwrap() else { panic!("{z:?}") };
        let texts = d.texts().unwrap().into_iter().map(|(text, place)| format!("{place} {text}"));
        assert_eq!(texts.collect::<Vec<_>>(), ["a.toml:5 x", "a.toml:6 y"]);
        assert_eq!((c.place.line, c.flag().unwrap()), (Some(8), true));
    }

    #[test]
    fn a_mistake_is_met_with_its_line() {
        for (text, says) in [
            ("a = 1\nb = \n", "a.toml:2: "),
            ("a = 1\na = 2\n", "a.toml:2: duplicate key"),
            ("\n x = {", "a.toml:2: "),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{text:?}: {error}");
        }
        let top = read("a = 1\nb = 'x'\nc = 1.5\nd = [1]\nhuge = 99999999999999999999\n").unwrap();
        let [a, b, c, d, huge] = top.entries().unwrap() else { panic!("{top:?}") };
        assert_eq!(a.text().unwrap_err().to_string(), "a.toml:1: a must be a text in quotes, not 1");
        assert_eq!(
            a.number(2).unwrap_err().to_string(),
            "a.toml:1: a must be a number from 2 to 65535, not 1"
        );
        assert_eq!(b.flag().unwrap_err().to_string(), "a.toml:2: b must be true or false, not a text");
        assert_eq!(b.entries().unwrap_err().to_string(), "a.toml:2: b must be a table, not a text");
        assert_eq!(b.texts().unwrap()[0].0, "x");
        assert!(c.number(0).is_err() && huge.number(0).is_err());
        assert_eq!(d.texts().unwrap_err().to_string(), "a.toml:4: this must be a text in quotes, not 1");
        let error = b.word(&["xx", "yy"]).unwrap_err().to_string();
        assert_eq!(error, "a.toml:2: b can't be \"x\"; did you mean \"xx\"?");
        let error = c.unexpected("setting", &["limit"]).to_string();
        assert_eq!(error, "a.toml:3: there is no setting \"c\"; there are limit");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(\\PC|[\n\"'=\\[\\]{}.,#]){0,40}") {
            let _ = read(&text);
        }
    }
}
