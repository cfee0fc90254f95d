//! Reads the lines of `--log-format internal-json` (`libutil/logging.cc`, `JSONLogger`).
//!
//! A line is `@nix {…}`; any other comes from somebody else who writes to the same pipe, such as `ssh`. The format is Nix's own affair and grows: codes that
//! are not known, and fields that are missing or of another type, make a message that says less, never a failure.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

/// Names an activity while it lasts.
pub type ActivityId = u64;

/// A message of Nix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// An activity begins. An id may come again: messages of a remote Nix are passed on with the ids that they had there.
    Start {
        /// Names it from now on.
        id: ActivityId,
        /// The activity that it is part of; 0: none.
        parent: ActivityId,
        /// How much it matters, as for [`Message::Said`].
        level: u64,
        /// What is done, in words; may be empty.
        text: Cow<'a, str>,
        /// What is done.
        activity: Activity<'a>,
    },
    /// An activity ends. Whether it came to what was wanted isn't told.
    Stop {
        /// Which.
        id: ActivityId,
    },
    /// An activity has something to tell.
    Result {
        /// Which.
        id: ActivityId,
        /// What.
        report: Report<'a>,
    },
    /// Nix says something.
    Said {
        /// 0 error, 1 warning, 2 notice, 3 info, 4 talkative, and so on to 7.
        level: u64,
        /// What, possibly in colours and several lines.
        text: Cow<'a, str>,
    },
    /// Something that was not known when this was written.
    Unknown,
}

/// What an activity does, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity<'a> {
    /// A path is copied from store to store (100).
    CopyPath {
        /// The path.
        path: Cow<'a, str>,
        /// The store that it comes from.
        from: Cow<'a, str>,
    },
    /// A file is downloaded or uploaded (101).
    FileTransfer,
    /// Paths are copied (103): counts them.
    CopyPaths,
    /// Derivations are built (104): counts them.
    Builds,
    /// A derivation is built (105), or the hook runs on it afterwards (110).
    Build {
        /// The derivation.
        derivation: Cow<'a, str>,
        /// The store of the machine that builds it; empty for this one.
        machine: Cow<'a, str>,
    },
    /// A path is fetched instead of built (108).
    Substitute {
        /// The path.
        path: Cow<'a, str>,
        /// The store that it comes from.
        from: Cow<'a, str>,
    },
    /// Anything else.
    Other,
}

/// What an activity tells, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report<'a> {
    /// A line of the builder (101), or of the hook after it (107).
    Line(Cow<'a, str>),
    /// The builder enters a phase (104).
    Phase(Cow<'a, str>),
    /// How far it is (105): bytes, paths or builds.
    Progress {
        /// Done.
        done: u64,
        /// In all, as far as known.
        expected: u64,
        /// Going on.
        running: u64,
        /// Failed.
        failed: u64,
    },
    /// How much of another kind of activity is to come (106).
    Expect {
        /// The kind, by its code.
        kind: u64,
        /// How much.
        amount: u64,
    },
    /// Anything else.
    Other,
}

/// Codes of activities that are counted.
pub mod code {
    /// A path is copied; counts bytes of NAR.
    pub const COPY_PATH: u64 = 100;
    /// Paths are copied; counts paths.
    pub const COPY_PATHS: u64 = 103;
    /// Derivations are built; counts derivations.
    pub const BUILDS: u64 = 104;
}

const PREFIX: &str = "@nix ";

/// How many of a message's fields are looked at.
const FIELDS: usize = 8;

/// What one line of standard error says; `None`: it is not in the format. Bytes that are no UTF-8 are taken for U+FFFD by the caller.
#[must_use]
pub fn read(line: &str) -> Option<Message<'_>> {
    let raw = serde_json::from_str::<Raw<'_>>(line.strip_prefix(PREFIX)?).ok()?;
    Some(raw.into_message().unwrap_or(Message::Unknown))
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    id: Option<ActivityId>,
    parent: Option<ActivityId>,
    level: Option<u64>,
    #[serde(rename = "type")]
    code: Option<u64>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "msg")]
    said: Option<Cow<'a, str>>,
    /// The text without `error:` and indentation; only in errors of this very process.
    #[serde(borrow, rename = "raw_msg")]
    said_plainly: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    fields: Fields<'a>,
}

impl<'a> Raw<'a> {
    fn into_message(self) -> Option<Message<'a>> {
        Some(match self.action.as_ref() {
            "start" => Message::Start {
                id: self.id?,
                parent: self.parent.unwrap_or(0),
                level: self.level.unwrap_or(0),
                text: self.text.unwrap_or_default(),
                activity: self.fields.into_activity(self.code?),
            },
            "stop" => Message::Stop { id: self.id? },
            "result" => Message::Result { id: self.id?, report: self.fields.into_report(self.code?) },
            "msg" => Message::Said { level: self.level.unwrap_or(0), text: self.said_plainly.or(self.said)? },
            _ => return None,
        })
    }
}

/// The first [`FIELDS`] of a message's fields.
#[derive(Default)]
struct Fields<'a>(Vec<Field<'a>>);

enum Field<'a> {
    Number(u64),
    Text(Cow<'a, str>),
    Other,
}

impl<'a> Fields<'a> {
    fn text(&mut self, at: usize) -> Cow<'a, str> {
        match self.0.get_mut(at) {
            Some(Field::Text(text)) => std::mem::take(text),
            _ => Cow::Borrowed(""),
        }
    }

    fn number(&self, at: usize) -> u64 {
        match self.0.get(at) {
            Some(Field::Number(number)) => *number,
            _ => 0,
        }
    }

    fn into_activity(mut self, code: u64) -> Activity<'a> {
        match code {
            code::COPY_PATH => Activity::CopyPath { path: self.text(0), from: self.text(1) },
            101 => Activity::FileTransfer,
            code::COPY_PATHS => Activity::CopyPaths,
            code::BUILDS => Activity::Builds,
            105 => Activity::Build { derivation: self.text(0), machine: self.text(1) },
            108 => Activity::Substitute { path: self.text(0), from: self.text(1) },
            110 => Activity::Build { derivation: self.text(0), machine: Cow::Borrowed("") },
            _ => Activity::Other,
        }
    }

    fn into_report(mut self, code: u64) -> Report<'a> {
        match code {
            101 | 107 => Report::Line(self.text(0)),
            104 => Report::Phase(self.text(0)),
            105 => Report::Progress {
                done: self.number(0),
                expected: self.number(1),
                running: self.number(2),
                failed: self.number(3),
            },
            106 => Report::Expect { kind: self.number(0), amount: self.number(1) },
            _ => Report::Other,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Fields::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < FIELDS {
            match fields.next_element()? {
                Some(field) => kept.push(field),
                None => return Ok(Fields(kept)),
            }
        }
        while fields.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Fields(kept))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number or a text")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Field::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Field::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Field::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Field::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }
}

#[cfg(test)]
mod tests;
