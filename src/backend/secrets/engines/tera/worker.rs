//! The thread that a template is rendered in: its functions have to outlive everything else, so they only ask the one who waits.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::mpsc::{self, SyncSender},
    thread,
};

use serde_json::Value as Json;
use tera::{Context, Error, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::filters;
use crate::backend::secrets::{
    Plaintext, Text,
    engines::{Buffer, Fault, FaultClass, hash::Argon2id},
    seal::LARGEST,
};

/// As much as the parser of Tera is known to need for what it accepts, and more.
const STACK: usize = 16 * 1024 * 1024;

/// What a template asks for.
pub enum Call {
    /// The text of a secret.
    Read(String),
    /// A hash of a text, and its cost.
    Bcrypt(Plaintext, i64),
    /// A hash of a text, and its cost.
    Argon2id(Plaintext, Argon2id),
    /// Characters out of these sets, so many.
    Random(Vec<String>, usize),
}

/// What the thread says.
pub enum Message {
    /// It wants something, and waits for it.
    Call(Call, SyncSender<Option<Buffer>>),
    /// It is at its end.
    Done(Result<Buffer, Stopped>),
}

/// Why a template failed.
pub struct Stopped {
    /// In our terms.
    pub class: FaultClass,
    /// Line and column.
    pub place: Option<(usize, usize)>,
    /// In Tera's words.
    pub what: String,
}

/// Starts to render.
pub fn start(text: &Text, messages: SyncSender<Message>) -> Result<(), Fault> {
    let context = context(&text.data)?;
    let source = text.content.clone();
    let render = move || {
        let mut output = Output(Buffer::new());
        let rendered = tera(&messages).render_str_to(&source, &context, false, &mut output);
        let result = rendered.map(|()| output.0).map_err(|error| stopped(&error));
        // Nobody may be waiting any more.
        let _ = messages.send(Message::Done(result));
    };
    let thread = thread::Builder::new().name("tera".to_owned()).stack_size(STACK);
    thread.spawn(render).map(drop).map_err(|error| Fault::execution(format!("no thread for Tera: {error}")))
}

/// What comes out, up to the size of the largest secret.
struct Output(Buffer);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn context(data: &Json) -> Result<Context, Fault> {
    let mut context = Context::new();
    match data {
        Json::Null => {}
        Json::Object(fields) => {
            for (name, value) in fields.iter().collect::<BTreeMap<_, _>>() {
                context.insert_value(name.clone(), value_of(value));
            }
        }
        _ => return Err(Fault::execution("the data of a template is an object or null")),
    }
    Ok(context)
}

/// A value whose maps are in the order of their keys.
fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::none(),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(values) => Value::from(values.iter().map(value_of).collect::<Vec<_>>()),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), value_of(value)));
            Value::from(fields.collect::<BTreeMap<_, _>>())
        }
    }
}

fn tera(messages: &SyncSender<Message>) -> Tera {
    let mut tera = Tera::new();
    filters::register(&mut tera);
    let to = messages.clone();
    tera.register_function("read_secret", move |arguments: Kwargs, _: &State| {
        asked(&to, Call::Read(arguments.must_get::<String>("name")?))
    });
    let to = messages.clone();
    tera.register_function("hash_bcrypt", move |arguments: Kwargs, _: &State| {
        let cost = arguments.get::<i64>("cost")?.unwrap_or(10);
        asked(&to, Call::Bcrypt(password(&arguments)?, cost))
    });
    let to = messages.clone();
    tera.register_function("hash_argon2id", move |arguments: Kwargs, _: &State| {
        let cost = Argon2id {
            memory: arguments.must_get::<u32>("memory")?,
            iterations: arguments.must_get::<u32>("iterations")?,
            parallelism: arguments.must_get::<u8>("parallelism")?,
        };
        asked(&to, Call::Argon2id(password(&arguments)?, cost))
    });
    let to = messages.clone();
    tera.register_function("random_string", move |arguments: Kwargs, _: &State| {
        let charsets = arguments
            .get::<Vec<String>>("charsets")?
            .unwrap_or_else(|| ["lowercase", "numbers", "special", "uppercase"].map(str::to_owned).to_vec());
        asked(&to, Call::Random(charsets, arguments.must_get::<usize>("length")?))
    });
    tera
}

fn password(arguments: &Kwargs) -> TeraResult<Plaintext> {
    let password = arguments.must_get::<String>("password")?;
    Ok(Plaintext::from(password.into_bytes()))
}

/// Asks, and waits for the answer. Why there is none is told by the one who was asked.
fn asked(to: &SyncSender<Message>, call: Call) -> TeraResult<Value> {
    let (answer, answered) = mpsc::sync_channel(1);
    let refused = || Error::message("refused");
    to.send(Message::Call(call, answer)).map_err(|_| refused())?;
    let text = answered.recv().ok().flatten().ok_or_else(refused)?;
    let text = std::str::from_utf8(text.bytes())
        .map_err(|_| Error::message("the secret is no text: Tera can't hold it"))?;
    Ok(Value::from(text))
}

fn stopped(error: &Error) -> Stopped {
    let (class, report) = match error.kind() {
        ErrorKind::SyntaxError(report) => (FaultClass::Syntax, Some(report)),
        ErrorKind::RenderingError(report) => (FaultClass::Execution, Some(report)),
        _ => (FaultClass::Execution, None),
    };
    let what = report.map_or_else(|| error.to_string(), |report| report.message().to_owned());
    let place = report.map(|report| (report.span().start_line, report.span().start_col + 1));
    // What is unknown is found out before anything is rendered, and told in a report of several lines.
    let unknown = what.lines().find_map(|line| line.find("Unknown ").map(|at| line[at..].to_owned()));
    if let (Some(what), None) = (unknown, place) {
        let is_function = what.starts_with("Unknown function");
        let class = if is_function { FaultClass::UnknownFunction } else { FaultClass::Syntax };
        return Stopped { class, place, what };
    }
    Stopped { class, place, what }
}
