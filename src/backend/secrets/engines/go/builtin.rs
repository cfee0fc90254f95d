//! The functions of templates: Go's own, and those of the reference generator.

mod collection;
mod compare;
mod escape;
pub mod password;

use super::{format, value::Value};
use crate::backend::secrets::engines::{Buffer, Fault, Functions};

/// What a function takes in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// `any`
    Any,
    /// `reflect.Value`
    Reflected,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `uint32`
    Uint32,
    /// `uint8`
    Uint8,
}

impl Parameter {
    /// What to tell somebody who gave something else.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any | Self::Reflected => "a value",
            Self::Text => "a string",
            Self::Int => "an int",
            Self::Uint32 | Self::Uint8 => "an unsigned int",
        }
    }
}

type Call = fn(&mut dyn Functions, &mut [Value]) -> Result<Value, Fault>;

/// A function.
pub struct Function {
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it takes after that, any number of times.
    pub more: Option<Parameter>,
    /// For `and` and `or`: the truth of an argument after which no other is looked at.
    pub decides: Option<bool>,
    /// What it does.
    pub call: Call,
}

const fn function(parameters: &'static [Parameter], more: Option<Parameter>, call: Call) -> Function {
    Function { parameters, more, decides: None, call }
}

/// The function of a name.
pub fn named(name: &str) -> Option<Function> {
    use Parameter::{Any, Int, Reflected, Text, Uint8, Uint32};
    let two: &[Parameter] = &[Reflected, Reflected];
    Some(match name {
        "and" | "or" => Function {
            decides: Some(name == "or"),
            ..function(&[Reflected], Some(Reflected), |_, values| Ok(take(values, 0)))
        },
        "not" => function(&[Reflected], None, |_, values| Ok(Value::Bool(!values[0].is_true()))),
        "len" => function(&[Reflected], None, |_, values| collection::length(&values[0])),
        "index" => function(&[Reflected], Some(Reflected), |_, values| collection::index(values)),
        "slice" => function(&[Reflected], Some(Reflected), |_, values| collection::slice(values)),
        "call" => function(&[Reflected], Some(Reflected), |_, _| {
            Err(Fault::execution("there is no value here that could be called"))
        }),
        "eq" => function(&[Reflected], Some(Reflected), compare::equal),
        "ne" => function(two, None, |functions, values| {
            compare::equal(functions, values).map(|value| Value::Bool(!value.is_true()))
        }),
        "lt" => {
            function(two, None, |functions, values| compare::ordered(functions, values, compare::Order::Less))
        }
        "le" => function(two, None, |functions, values| {
            compare::ordered(functions, values, compare::Order::LessOrEqual)
        }),
        "gt" => function(two, None, |functions, values| {
            compare::ordered(functions, values, compare::Order::Greater)
        }),
        "ge" => function(two, None, |functions, values| {
            compare::ordered(functions, values, compare::Order::GreaterOrEqual)
        }),
        "print" => function(&[], Some(Any), |functions, values| {
            formatted(format::sprint(functions.dialect(), values))
        }),
        "println" => function(&[], Some(Any), |functions, values| {
            formatted(format::sprintln(functions.dialect(), values))
        }),
        "fmt" | "printf" => function(&[Text], Some(Any), |functions, values| {
            let (format, arguments) = values.split_at(1);
            let format = format[0].bytes().unwrap_or_default();
            formatted(format::sprintf(functions.dialect(), format, arguments))
        }),
        "html" => {
            function(&[], Some(Any), |functions, values| escape::escaped(functions, values, escape::html))
        }
        "js" => function(&[], Some(Any), |functions, values| escape::escaped(functions, values, escape::js)),
        "urlquery" => function(&[], Some(Any), |functions, values| {
            escape::escaped(functions, values, escape::url_query)
        }),
        "base64" => function(&[Any], None, password::base64),
        "hashArgon2id" => function(&[Any, Uint32, Uint32, Uint8], None, password::argon2id),
        "hashBcrypt" => function(&[Any, Int], None, password::bcrypt),
        "readSecret" => function(&[Text], None, password::read_secret),
        "stringReplace" => function(&[Text, Text, Text, Int], None, |_, values| Ok(escape::replaced(values))),
        _ => return None,
    })
}

/// Whether there is a function of a name. The reference knows less than new definitions do.
pub fn is_known_to_reference(name: &str) -> bool {
    name != "base64" && is_known(name)
}

/// Whether there is a function of a name.
pub fn is_known(name: &str) -> bool {
    named(name).is_some()
}

fn take(values: &mut [Value], index: usize) -> Value {
    values.get_mut(index).map_or(Value::Absent, |value| std::mem::replace(value, Value::Absent))
}

fn formatted(text: Result<Buffer, String>) -> Result<Value, Fault> {
    text.map(Value::from).map_err(Fault::execution)
}

/// What a value is as a whole number, where it is one.
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Byte(number) => Some((*number).into()),
        Value::Float(number) => format::whole(*number),
        _ => None,
    }
}
