//! `len`, `index` and `slice`.

use super::{super::value::Part, take, whole};
use crate::backend::secrets::engines::{Fault, go::value::Value};

/// `len VALUE`.
pub fn length(value: &Value) -> Result<Value, Fault> {
    value
        .length()
        .and_then(|length| i64::try_from(length).ok())
        .map(Value::Int)
        .ok_or_else(|| Fault::execution(format!("a value of type {} has no length", value.type_name())))
}

/// An index that is at most so large.
fn position(index: &Value, most: usize) -> Result<usize, Fault> {
    if !matches!(index, Value::Int(_) | Value::Byte(_)) {
        let what = format!("a value of type {} is no index", index.type_name());
        return Err(Fault::execution(what));
    }
    let position = whole(index).and_then(|index| usize::try_from(index).ok());
    position.filter(|index| *index <= most).ok_or_else(out_of_range)
}

fn out_of_range() -> Fault {
    Fault::execution("the index is out of range")
}

/// `index VALUE KEY…`: how it is asked whether there is a key, in new definitions too.
pub fn index(values: &mut [Value]) -> Result<Value, Fault> {
    let mut item = take(values, 0);
    if item.is_nothing() {
        return Err(Fault::execution("there is nothing to index"));
    }
    for index in &values[1..] {
        item = match &item {
            Value::Text(_) | Value::Bytes(_) => {
                let bytes = item.bytes().unwrap_or_default();
                let at = position(index, bytes.len())?;
                bytes.get(at).map(|byte| Value::Byte(*byte)).ok_or_else(out_of_range)?
            }
            Value::List(part) => {
                let at = position(index, part.len())?;
                part.values().get(at).cloned().ok_or_else(out_of_range)?
            }
            Value::Map(map) => {
                let Value::Text(key) = index else {
                    let what = format!("a value of type {} is no key", index.type_name());
                    return Err(Fault::execution(what));
                };
                let key = std::str::from_utf8(key.bytes()).ok();
                key.and_then(|key| map.entries.get(key)).cloned().unwrap_or(Value::Nil)
            }
            other => {
                let what = format!("a value of type {} can't be indexed", other.type_name());
                return Err(Fault::execution(what));
            }
        };
    }
    Ok(item)
}

/// `slice VALUE START END LIMIT`. Beyond the end of a list Go would show what memory it has in reserve: that is an error here.
pub fn slice(values: &mut [Value]) -> Result<Value, Fault> {
    let item = take(values, 0);
    let indexes = &values[1..];
    if indexes.len() > 3 {
        return Err(Fault::execution("slice takes at most three indexes"));
    }
    match item {
        Value::Text(_) if indexes.len() == 3 => Err(Fault::execution("a string takes at most two indexes")),
        Value::Text(text) => {
            let length = text.bytes().len();
            let part = Part::whole(text, length);
            let part = narrowed(part, indexes)?;
            Ok(Value::text(part.bytes()))
        }
        Value::Bytes(part) => Ok(Value::Bytes(narrowed(part, indexes)?)),
        Value::List(part) => Ok(Value::List(narrowed(part, indexes)?)),
        other => Err(Fault::execution(format!("a value of type {} can't be sliced", other.type_name()))),
    }
}

fn narrowed<T>(part: Part<T>, indexes: &[Value]) -> Result<Part<T>, Fault> {
    let most = part.limit - part.start;
    let positions = indexes.iter().map(|index| position(index, most)).collect::<Result<Vec<_>, _>>()?;
    let start = positions.first().copied().unwrap_or(0);
    let end = positions.get(1).copied().unwrap_or(part.len());
    let limit = positions.get(2).copied().unwrap_or(most);
    if start > end || end > limit {
        return Err(Fault::execution("the indexes of slice are not in order"));
    }
    let first = part.start;
    Ok(Part { whole: part.whole, start: first + start, end: first + end, limit: first + limit })
}
