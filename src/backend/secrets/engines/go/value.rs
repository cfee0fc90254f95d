//! Values as Go's templates see them.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use serde_json::Value as Json;

use crate::backend::secrets::{
    Plaintext,
    engines::{Buffer, Dialect},
};

/// A value. Texts are bytes, as Go's are.
#[derive(Clone)]
pub enum Value {
    /// Nothing at all, not even nil: what a missing key gives.
    Absent,
    /// Nil in a place that could hold anything.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `uint8`: what a text is made of.
    Byte(u8),
    /// `float64`: any number of the data, in the reference.
    Float(f64),
    /// `complex128`.
    Complex(f64, f64),
    /// `string`.
    Text(Arc<Plaintext>),
    /// `[]byte`: what the reference's `readSecret` gives.
    Bytes(Part<Arc<Plaintext>>),
    /// `[]any`.
    List(Part<Rc<Vec<Value>>>),
    /// `map[string]any`.
    Map(Rc<Map>),
}

/// A slice: a part of what is shared.
#[derive(Clone)]
pub struct Part<T> {
    /// What it is a part of.
    pub whole: T,
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Up to where it may be extended again.
    pub limit: usize,
}

impl<T> Part<T> {
    /// The whole of something with a length.
    pub fn whole(whole: T, length: usize) -> Self {
        Self { whole, start: 0, end: length, limit: length }
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

impl Part<Arc<Plaintext>> {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.whole.bytes()[self.start..self.end]
    }
}

impl Part<Rc<Vec<Value>>> {
    /// The values.
    pub fn values(&self) -> &[Value] {
        &self.whole[self.start..self.end]
    }
}

/// A map, in the order of its keys' bytes.
pub struct Map {
    /// What is in it.
    pub entries: BTreeMap<String, Value>,
    /// Whether it is Go's nil map: empty, but not the same as an empty one.
    pub nil: bool,
}

impl Value {
    /// A text of these bytes.
    pub fn text(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Text(Arc::new(Plaintext::from(bytes.into())))
    }

    /// The text of a secret, as a dialect has it.
    pub fn secret(text: Arc<Plaintext>, dialect: Dialect) -> Self {
        match dialect {
            Dialect::Reference => {
                let length = text.bytes().len();
                Self::Bytes(Part::whole(text, length))
            }
            Dialect::Mended => Self::Text(text),
        }
    }

    /// A list of values.
    pub fn list(values: Vec<Value>) -> Self {
        let length = values.len();
        Self::List(Part::whole(Rc::new(values), length))
    }

    /// A map of values.
    pub fn map(entries: BTreeMap<String, Value>) -> Self {
        Self::Map(Rc::new(Map { entries, nil: false }))
    }

    /// What `encoding/json` makes of a document. Mended, whole numbers are integers.
    pub fn of(json: &Json, dialect: Dialect) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (dialect, number.as_i64()) {
                (Dialect::Mended, Some(whole)) => Self::Int(whole),
                _ => number.as_f64().map_or(Self::Nil, Self::Float),
            },
            Json::String(text) => Self::text(text.as_bytes()),
            Json::Array(values) => Self::list(values.iter().map(|value| Self::of(value, dialect)).collect()),
            Json::Object(fields) => Self::map(
                fields.iter().map(|(name, value)| (name.clone(), Self::of(value, dialect))).collect(),
            ),
        }
    }

    /// What a template's data is: an object, or nothing.
    pub fn data(json: &Json, dialect: Dialect) -> Option<Self> {
        match json {
            Json::Null => Some(Self::Map(Rc::new(Map { entries: BTreeMap::new(), nil: true }))),
            Json::Object(_) => Some(Self::of(json, dialect)),
            _ => None,
        }
    }

    /// What Go calls its type. Nothing has none.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Absent | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Byte(_) => "uint8",
            Self::Float(_) => "float64",
            Self::Complex(..) => "complex128",
            Self::Text(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// Whether there is nothing, of either sort.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Absent | Self::Nil)
    }

    /// What a pipeline makes of nil: nothing at all.
    pub fn settled(self) -> Self {
        if matches!(self, Self::Nil) { Self::Absent } else { self }
    }

    /// Whether it counts as true: not zero, not empty.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Absent | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Byte(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Text(_) | Self::Bytes(_) | Self::List(_) | Self::Map(_) => self.length() != Some(0),
        }
    }

    /// How many bytes, values or entries it has, where it is of a sort that has any.
    pub fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.bytes().len()),
            Self::Bytes(part) => Some(part.len()),
            Self::List(part) => Some(part.len()),
            Self::Map(map) => Some(map.entries.len()),
            _ => None,
        }
    }

    /// The bytes of a text.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.bytes()),
            Self::Bytes(part) => Some(part.bytes()),
            _ => None,
        }
    }
}

impl From<Buffer> for Value {
    fn from(buffer: Buffer) -> Self {
        Self::Text(Arc::new(buffer.into()))
    }
}
