//! Texts that stand for secrets and hashes while a template is looked through.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::backend::{
    model::OutlinePart as Part,
    secrets::{
        Plaintext,
        engines::{
            Buffer, Dialect, Fault, Functions,
            hash::{self, Argon2id},
        },
    },
};

/// How many digits tell one stand-in from the others.
const DIGITS: usize = 5;
/// How often a stand-in repeats itself: as long together as the usual secret, so that parts of it are recognised too.
const TIMES: usize = 8;

/// Functions that give stand-ins: short marks of letters and digits, which no escaping changes.
pub struct StandIns {
    dialect: Dialect,
    /// Three letters that stand nowhere in the declaration.
    mark: String,
    /// What each stand-in stands for.
    sources: Vec<Part>,
    /// The names of all secrets that were asked for.
    secrets: BTreeSet<String>,
}

impl StandIns {
    /// Stand-ins that can be told from a text.
    pub fn beside(text: &str, dialect: Dialect) -> Self {
        let text = text.to_ascii_lowercase();
        let letters = || "qxzjkvwy".chars();
        let mut marks = letters().flat_map(|a| {
            letters().flat_map(move |b| letters().map(move |c| [a, b, c].iter().collect::<String>()))
        });
        let mark = marks.find(|mark| !text.contains(mark)).unwrap_or_else(|| "qxz".to_owned());
        Self { dialect, mark, sources: Vec::new(), secrets: BTreeSet::new() }
    }

    /// The secrets that were asked for.
    pub fn secrets(&self) -> BTreeSet<String> {
        self.secrets.clone()
    }

    fn block(&self, number: usize) -> String {
        format!("{}{number:0DIGITS$}", self.mark)
    }

    fn stand_in(&mut self, source: Part) -> String {
        let known = self.sources.iter().position(|known| *known == source);
        let number = known.unwrap_or_else(|| {
            self.sources.push(source);
            self.sources.len() - 1
        });
        self.block(number).repeat(TIMES)
    }

    /// What a text was made of: the names of the secrets in it.
    fn names_in(&self, text: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for part in self.parts(text) {
            let found = match part {
                Part::Secret(name) => vec![name],
                Part::Hash { of, .. } => of,
                _ => Vec::new(),
            };
            for name in found {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The parts of a text.
    pub fn parts(&self, text: &[u8]) -> Vec<Part> {
        let text = self.decoded(text);
        let lower = text.to_ascii_lowercase();
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let found = lower[at..].find(&self.mark).map_or(text.len(), |found| at + found);
            if found > at {
                add(&mut parts, Part::Literal(text[at..found].to_owned()));
            }
            if found == text.len() {
                break;
            }
            let digits = lower[found + self.mark.len()..].bytes().take(DIGITS);
            let digits = digits.take_while(u8::is_ascii_digit).map(char::from).collect::<String>();
            let number = (digits.len() == DIGITS).then(|| digits.parse::<usize>().ok()).flatten();
            let source = number.and_then(|number| self.sources.get(number));
            // What is left of a stand-in that was cut off belongs to the one before it.
            let is_rest = source.is_none() && !matches!(parts.last(), None | Some(Part::Literal(_)));
            if !is_rest {
                let cut_off = || Part::Opaque("a part of a secret".to_owned());
                add(&mut parts, source.cloned().unwrap_or_else(cut_off));
            }
            at = found + self.mark.len() + digits.len();
        }
        parts
    }

    /// A text in which stand-ins that were encoded as a whole are as they were.
    fn decoded(&self, text: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(text).into_owned();
        // Each begins with the mark, and its first three letters are a unit of every encoding.
        let begins = encodings(&self.mark).map(|begin| begin.trim_matches(['[', ']']).to_owned());
        if !begins.iter().any(|begin| text.contains(begin)) {
            return text;
        }
        for number in 0..self.sources.len() {
            let whole = self.block(number).repeat(TIMES);
            for encoded in encodings(&whole) {
                if text.contains(&encoded) {
                    text = text.replace(&encoded, &whole);
                }
            }
        }
        text
    }
}

/// A text as Go prints bytes, in hexadecimal of both sorts, and in base64.
fn encodings(text: &str) -> [String; 4] {
    let bytes = text.as_bytes().iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
    let hexadecimal = hex::encode(text);
    [format!("[{bytes}]"), hexadecimal.to_ascii_uppercase(), hexadecimal, STANDARD.encode(text)]
}

/// Adds a part, or goes on with the last.
fn add(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), &part) {
        (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(text),
        (Some(last), _) if *last == part => {}
        _ => parts.push(part),
    }
}

impl Functions for StandIns {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn read_secret(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        if !self.names_in(name.as_bytes()).is_empty() {
            return Err(Fault::execution("the name of a secret is made of the text of another"));
        }
        self.secrets.insert(name.to_owned());
        let text = self.stand_in(Part::Secret(name.to_owned()));
        Ok(Arc::new(Plaintext::from(text.into_bytes())))
    }

    fn bcrypt(&mut self, password: &[u8], cost: i64) -> Result<String, Fault> {
        let of = self.names_in(password);
        // How long the text of a secret is, is not known.
        let length = if of.is_empty() { password.len() } else { 0 };
        hash::bcrypt_cost(self.dialect, length, cost)?;
        Ok(self.stand_in(Part::Hash { kind: "bcrypt".to_owned(), of }))
    }

    fn argon2id(&mut self, password: &[u8], cost: Argon2id) -> Result<String, Fault> {
        cost.check(self.dialect)?;
        let of = self.names_in(password);
        Ok(self.stand_in(Part::Hash { kind: "argon2id".to_owned(), of }))
    }

    fn random(&mut self, _characters: &[u8], length: usize) -> Result<Buffer, Fault> {
        let mut text = Buffer::new();
        text.extend(self.stand_in(Part::Random(length)).as_bytes());
        Ok(text)
    }
}
