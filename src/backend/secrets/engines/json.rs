//! JSON documents with calls in them.

mod encode;

use super::{
    Buffer, Dialect, Fault, FaultClass, Functions,
    go::{format, password, value::Value},
    hash::Argon2id,
};
use crate::backend::secrets::JsonDocument;

/// The field that makes an object a call.
const MARK: &str = "__secretsGeneratorType";
/// What it holds then.
const CALL: &[u8] = b"functionCall";

/// Makes what a document says: the values in the order of their keys' bytes, each once, then all of it in one line.
pub fn make(document: &JsonDocument, functions: &mut dyn Functions) -> Result<Buffer, Fault> {
    let dialect = functions.dialect();
    let value = walk(&Value::of(&document.content, dialect), functions)?;
    let mut text = encode::encoded(&value);
    text.push(b'\n');
    Ok(text)
}

fn walk(value: &Value, functions: &mut dyn Functions) -> Result<Value, Fault> {
    match value {
        Value::Map(map) => {
            let mark = map.entries.get(MARK);
            if mark.is_some_and(|mark| matches!(mark, Value::Text(text) if text.bytes() == CALL)) {
                return call(&|name| map.entries.get(name), functions);
            }
            let walked = |(key, value): (&String, &Value)| Ok((key.clone(), walk(value, functions)?));
            map.entries.iter().map(walked).collect::<Result<_, Fault>>().map(Value::map)
        }
        Value::List(part) => {
            let walked = part.values().iter().map(|value| walk(value, functions));
            walked.collect::<Result<_, Fault>>().map(Value::list)
        }
        other => Ok(other.clone()),
    }
}

/// The arguments of a call.
struct Arguments<'a> {
    function: &'a str,
    values: Value,
}

impl Arguments<'_> {
    fn wrong(&self, name: &str, wanted: &str) -> Fault {
        Fault::execution(format!("{}: the argument {name:?} is {wanted}", self.function))
    }

    fn any(&self, name: &str) -> Result<&Value, Fault> {
        let value = match &self.values {
            Value::Map(map) => map.entries.get(name),
            _ => None,
        };
        value.ok_or_else(|| self.wrong(name, "missing"))
    }

    fn text(&self, name: &str) -> Result<&[u8], Fault> {
        match self.any(name)? {
            Value::Text(text) => Ok(text.bytes()),
            _ => Err(self.wrong(name, "no text")),
        }
    }

    fn list(&self, name: &str) -> Result<&Value, Fault> {
        match self.any(name)? {
            list @ Value::List(_) => Ok(list),
            _ => Err(self.wrong(name, "no list")),
        }
    }

    /// A number, cut to a whole one as Go does on the machines that the reference runs on; mended, it must be one.
    fn number(&self, name: &str, functions: &dyn Functions) -> Result<i64, Fault> {
        match (self.any(name)?, functions.dialect()) {
            (Value::Int(number), _) => Ok(*number),
            (Value::Float(number), Dialect::Reference) => Ok(cut(*number)),
            (Value::Float(_), Dialect::Mended) => Err(self.wrong(name, "no whole number")),
            _ => Err(self.wrong(name, "no number")),
        }
    }
}

/// What amd64 makes of a number without its fraction: the lowest where it does not fit.
#[allow(clippy::cast_possible_truncation, reason = "the range is looked at")]
fn cut(number: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

fn call<'a>(
    field: &dyn Fn(&str) -> Option<&'a Value>,
    functions: &mut dyn Functions,
) -> Result<Value, Fault> {
    let name = field("name").ok_or_else(|| Fault::execution("a call has no name"))?;
    let Value::Text(name) = name else { return Err(Fault::execution("the name of a call is no text")) };
    let name = std::str::from_utf8(name.bytes()).unwrap_or_default();
    let arguments =
        field("arguments").ok_or_else(|| Fault::execution(format!("{name}: the call has no arguments")))?;
    let values = walk(arguments, functions)?;
    if !matches!(values, Value::Map(_)) {
        return Err(Fault::execution(format!("{name}: the arguments of a call are an object")));
    }
    let arguments = Arguments { function: name, values };
    match name {
        "fmt" => {
            let format = arguments.text("format")?;
            // The reference walks them a second time: a call that was put together by calls is carried out.
            let values = walk(arguments.list("args")?, functions)?;
            let values = match &values {
                Value::List(part) => part.values(),
                _ => &[],
            };
            let text = format::sprintf(functions.dialect(), format, values);
            text.map(Value::from).map_err(Fault::execution)
        }
        "hashBcrypt" => {
            let data = password::plain(functions, arguments.any("data")?)?;
            let rounds = arguments.number("rounds", functions)?;
            functions.bcrypt(data.bytes().unwrap_or_default(), rounds).map(Value::text)
        }
        "hashArgon2id" => {
            let data = password::plain(functions, arguments.any("data")?)?;
            let cost = argon2id(&arguments, functions)?;
            functions.argon2id(data.bytes().unwrap_or_default(), cost).map(Value::text)
        }
        "readSecret" => {
            let name = std::str::from_utf8(arguments.text("name")?)
                .map_err(|_| Fault::execution("the name of the secret is no text"))?;
            let text = functions.read_secret(name)?;
            Ok(Value::secret(text, functions.dialect()))
        }
        "base64" if functions.dialect() == Dialect::Mended => {
            password::base64(functions, &mut [arguments.any("data")?.clone()])
        }
        _ => Err(Fault::new(FaultClass::UnknownFunction, format!("there is no function {name:?}"))),
    }
}

fn argon2id(arguments: &Arguments<'_>, functions: &dyn Functions) -> Result<Argon2id, Fault> {
    let number = |name| arguments.number(name, functions);
    let (memory, iterations, parallelism) =
        (number("memory")?, number("iterations")?, number("parallelism")?);
    if functions.dialect() == Dialect::Mended {
        let too_large = |name| move |_| arguments.wrong(name, "out of range");
        return Ok(Argon2id {
            memory: u32::try_from(memory).map_err(too_large("memory"))?,
            iterations: u32::try_from(iterations).map_err(too_large("iterations"))?,
            parallelism: u8::try_from(parallelism).map_err(too_large("parallelism"))?,
        });
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the reference does so")]
    Ok(Argon2id {
        memory: memory as u32,
        iterations: iterations as u32,
        // By way of 32 bits, of which a number that does not fit leaves none behind.
        parallelism: i32::try_from(parallelism).map_or(0, |parallelism| parallelism as u8),
    })
}
