//! What a template is made of.

use std::collections::BTreeMap;

/// A parsed template with those that are defined in it.
pub struct Template {
    /// By name; the template itself has none.
    pub named: BTreeMap<Vec<u8>, Vec<Node>>,
}

/// A part of a template.
pub enum Node {
    /// Text as it is.
    Text(Vec<u8>),
    /// A pipeline whose value is printed, unless it is assigned.
    Action(Pipe),
    /// `{{ if }}`.
    If(Branch),
    /// `{{ with }}`.
    With(Branch),
    /// `{{ range }}`.
    Range(Branch),
    /// `{{ template }}`, and what `{{ block }}` leaves where it stands.
    Template { at: usize, name: Vec<u8>, data: Option<Pipe> },
    /// `{{ break }}`.
    Break,
    /// `{{ continue }}`.
    Continue,
}

/// What depends on a pipeline.
pub struct Branch {
    /// The condition, or what is iterated over.
    pub pipe: Pipe,
    /// What is done.
    pub body: Vec<Node>,
    /// What is done instead.
    pub otherwise: Vec<Node>,
}

/// Commands, each of which gets the value of the one before.
pub struct Pipe {
    /// Where it starts, in bytes.
    pub at: usize,
    /// Variables that get the value.
    pub variables: Vec<String>,
    /// Whether they are there already.
    pub assigns: bool,
    /// The commands.
    pub commands: Vec<Command>,
}

/// A word with its arguments.
pub struct Command {
    /// The words; there is at least one.
    pub words: Vec<Operand>,
}

/// A word, and where it stands.
pub struct Operand {
    /// In bytes.
    pub at: usize,
    /// The word.
    pub word: Word,
}

/// A word.
pub enum Word {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text in quotes.
    Text(Vec<u8>),
    /// `.a.b`
    Field(Vec<String>),
    /// `$a.b`
    Variable(String, Vec<String>),
    /// The name of a function.
    Function(String),
    /// A pipeline in parentheses.
    Pipe(Box<Pipe>),
    /// Fields of a function's value, or of a pipeline in parentheses.
    Chain(Box<Operand>, Vec<String>),
}

impl Word {
    /// Whether it can get no value from a pipeline.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Dot | Self::Nil | Self::Bool(_) | Self::Number(_) | Self::Text(_))
    }
}

/// A number, as whatever it can be.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Number {
    /// As an `int`.
    pub int: Option<i64>,
    /// As a `uint`.
    pub uint: Option<u64>,
    /// As a `float64`.
    pub float: Option<f64>,
    /// As a `complex128`: then it is nothing else, unless an argument asks for it.
    pub complex: Option<(f64, f64)>,
    /// Whether it was written as a `float64`.
    pub is_float: bool,
}
