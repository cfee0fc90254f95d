//! `eq`, `lt` and their like.

use std::cmp::Ordering;

use crate::backend::secrets::engines::{Dialect, Fault, Functions, go::value::Value};

/// What is asked of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

fn incompatible(one: &Value, other: &Value) -> Fault {
    let (one, other) = (one.type_name(), other.type_name());
    Fault::execution(format!("values of type {one} and {other} can't be compared"))
}

/// What a number is for a comparison. Go compares `int` and `uint8` with each other, but neither with `float64`.
enum Compared {
    Whole(i64),
    Float(f64),
}

fn number(value: &Value) -> Option<Compared> {
    match value {
        Value::Int(number) => Some(Compared::Whole(*number)),
        Value::Byte(number) => Some(Compared::Whole((*number).into())),
        Value::Float(number) => Some(Compared::Float(*number)),
        _ => None,
    }
}

/// The order of two numbers, where they can be compared. None of them is ever infinite or no number.
#[allow(clippy::cast_precision_loss, reason = "mended, numbers are compared as what they print as")]
fn compared(dialect: Dialect, one: &Value, other: &Value) -> Option<Ordering> {
    match (number(one)?, number(other)?, dialect) {
        (Compared::Whole(one), Compared::Whole(other), _) => Some(one.cmp(&other)),
        (Compared::Float(one), Compared::Float(other), _) => one.partial_cmp(&other),
        (Compared::Whole(one), Compared::Float(other), Dialect::Mended) => (one as f64).partial_cmp(&other),
        (Compared::Float(one), Compared::Whole(other), Dialect::Mended) => one.partial_cmp(&(other as f64)),
        _ => None,
    }
}

/// `eq VALUE OTHER…`: whether it is one of the others.
pub fn equal(functions: &mut dyn Functions, values: &mut [Value]) -> Result<Value, Fault> {
    let (one, others) = values.split_at(1);
    if others.is_empty() {
        return Err(Fault::execution("there is nothing to compare with"));
    }
    for other in others {
        if equals(functions.dialect(), &one[0], other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn equals(dialect: Dialect, one: &Value, other: &Value) -> Result<bool, Fault> {
    if let Some(order) = compared(dialect, one, other) {
        return Ok(order == Ordering::Equal);
    }
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => Ok(one == other),
        (Value::Text(one), Value::Text(other)) => Ok(one.bytes() == other.bytes()),
        #[allow(clippy::float_cmp, reason = "as Go does")]
        (Value::Complex(real, imaginary), Value::Complex(other_real, other_imaginary)) => {
            Ok(real == other_real && imaginary == other_imaginary)
        }
        (Value::Absent | Value::Nil, other) | (other, Value::Absent | Value::Nil) => Ok(is_nil(other)),
        // Two lists or two maps: only nil ones can be compared.
        (Value::Map(_), Value::Map(_)) if is_nil(one) || is_nil(other) => Ok(is_nil(one) == is_nil(other)),
        _ => Err(incompatible(one, other)),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Absent | Value::Nil => true,
        Value::Map(map) => map.nil,
        _ => false,
    }
}

/// `lt`, `le`, `gt`, `ge`.
pub fn ordered(functions: &mut dyn Functions, values: &mut [Value], order: Order) -> Result<Value, Fault> {
    let (one, other) = (&values[0], &values[1]);
    let ordering = match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.bytes().cmp(other.bytes()),
        _ => compared(functions.dialect(), one, other).ok_or_else(|| incompatible(one, other))?,
    };
    Ok(Value::Bool(match order {
        Order::Less => ordering.is_lt(),
        Order::LessOrEqual => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterOrEqual => ordering.is_ge(),
    }))
}
