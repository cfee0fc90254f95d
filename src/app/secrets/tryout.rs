//! `steading secrets try`: how the author of a generation tries it, and how the reference cases are run.

mod reading;

use std::{collections::BTreeMap, io::Read, sync::Arc, thread};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{exit::Exit, inspect::Answer},
    backend::{
        error::{Error, ErrorKind, Result},
        secrets::{
            Entropy, Generation, Plaintext, Replay,
            engines::{Dialect, Fault, FaultClass, ReadSecret, make},
        },
    },
    views::report::printable,
};

/// The kinds of generation that are tried.
const KINDS: [&str; 5] = ["random", "template", "tera", "json", "ssh-key"];

/// The kinds that the reference knows, in the order in which it looks for them where there are several.
const OF_THE_REFERENCE: [&str; 4] = ["json", "random", "script", "template"];

/// The stack on which cases are tried, in bytes: a document may be nested as deep as the reference reads it. What is not used of it is never there.
const STACK: usize = 256 << 20;

/// How the error of what is no case is called.
const MALFORMED: &str = "malformed";

/// A case: what to make, of which secrets and entropy.
#[derive(Debug, Deserialize)]
struct Case {
    generation: Value,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    entropy_hex: String,
}

/// Cases that were not looked into: what can't be read of one is told in its place.
type Cases<'a> = Vec<&'a RawValue>;

/// A file of recorded cases.
#[derive(Debug, Deserialize)]
struct Recorded<'a> {
    #[serde(borrow)]
    vectors: Cases<'a>,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Tried {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    /// Why it would not be encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspicious: Option<String>,
    consumed: usize,
}

struct StandIns(BTreeMap<String, Arc<Plaintext>>);

impl ReadSecret for StandIns {
    fn read(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        self.0.get(name).cloned().ok_or_else(|| Fault {
            class: FaultClass::Secret(name.to_owned()),
            what: format!("the case has no secret {name:?}"),
        })
    }
}

/// Reads the cases from standard input, and tries them one after the other.
pub async fn answer(mended: bool, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    let input = standard_input(cancel).await?;
    let dialect = if mended { Dialect::Mended } else { Dialect::Reference };
    // Hashes take their time: the screen's thread is not held up, and Ctrl-C is heard.
    let (sender, tried) = oneshot::channel();
    let attempts = move || {
        let input = reading::text(&input);
        let tried = cases(&input)
            .map(|cases| cases.into_iter().map(|case| attempt(case.get(), dialect)).collect::<Vec<_>>());
        sender.send(tried)
    };
    let begun = thread::Builder::new().stack_size(STACK).spawn(attempts);
    begun.map_err(|error| Error::io("a thread", &error))?;
    let tried = tokio::select! {
        () = cancel.cancelled() => return Err(Error::cancelled()),
        tried = tried => tried.map_err(|_| Error::new(ErrorKind::Io, "the cases were not tried"))??,
    };
    let text = tried.iter().enumerate().map(|(index, tried)| shown(index + 1, tried)).collect();
    let json = serde_json::to_value(&tried).unwrap_or_default();
    Ok((Answer { text, json }, Exit::Done))
}

/// The cases of an input, alone or as a file of recorded ones has them.
fn cases(input: &str) -> Result<Cases<'_>> {
    let recorded = input.trim_ascii_start().starts_with('{');
    let cases = if recorded {
        serde_json::from_str::<Recorded>(input).map(|recorded| recorded.vectors)
    } else {
        serde_json::from_str(input)
    };
    cases.map_err(|error| {
        Error::new(ErrorKind::Usage, format!("standard input is no array of cases: {error}"))
            .hint("write [{\"generation\": {\"template\": {\"content\": \"…\"}}, \"secrets\": {}, \"entropy_hex\": \"\"}]")
    })
}

/// All of standard input, in a thread of its own: the end of the program waits for every task, but the input may never end.
async fn standard_input(cancel: &CancellationToken) -> Result<Vec<u8>> {
    let (sender, input) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = Vec::new();
        sender.send(std::io::stdin().lock().read_to_end(&mut input).map(|_| input))
    });
    tokio::select! {
        () = cancel.cancelled() => Err(Error::cancelled()),
        input = input => match input {
            Ok(input) => input.map_err(|error| Error::io("standard input", &error)),
            Err(_) => Err(Error::new(ErrorKind::Io, "standard input was not read")),
        },
    }
}

/// Tries one. What is no case is told in its place, and keeps no other from being tried.
fn attempt(case: &str, dialect: Dialect) -> Tried {
    let case = reading::value(case);
    let id = case.as_ref().ok().and_then(|case| case["id"].as_str()).map(ToOwned::to_owned);
    let tried = case.and_then(|case| tried(case, dialect));
    let tried =
        tried.unwrap_or_else(|what| Tried { error: Some(MALFORMED), what: Some(what), ..Tried::default() });
    Tried { id, ..tried }
}

fn tried(case: Value, dialect: Dialect) -> Result<Tried, String> {
    let case = serde_json::from_value::<Case>(case).map_err(|error| error.to_string())?;
    let generation = generation(&case.generation, dialect)?;
    let entropy = hex::decode(&case.entropy_hex)
        .map_err(|error| format!("entropy_hex is no hexadecimal text: {error}"))?;
    let entropy = Plaintext::from(entropy);
    let mut replay = Replay::of(&entropy);
    let texts = case.secrets.into_iter();
    let mut secrets =
        StandIns(texts.map(|(name, text)| (name, Arc::new(text.into_bytes().into()))).collect());
    let made = make(&generation, dialect, &mut replay, &mut secrets);
    let tried = Tried { consumed: replay.consumed(), ..Tried::default() };
    Ok(match made {
        Ok(made) => Tried {
            output_hex: Some(hex::encode(made.text.bytes())),
            public: made.public,
            suspicious: made.suspicious.map(|fault| fault.what),
            ..tried
        },
        Err(fault) => Tried { error: Some(fault.class.name()), what: Some(fault.what), ..tried },
    })
}

/// A generation of one kind. Which kinds there are is said better here than by the reader of JSON.
fn generation(value: &Value, dialect: Dialect) -> Result<Generation, String> {
    let fields = value.as_object().ok_or("`generation` is an object")?;
    // As Nix writes a declaration: what is not asked for is null.
    let asked = fields.iter().filter(|(_, value)| !value.is_null());
    let asked = asked.map(|(kind, settings)| (kind.as_str(), settings)).collect::<Vec<_>>();
    let of_the_reference = || match dialect {
        Dialect::Reference => OF_THE_REFERENCE.iter().find_map(|kind| {
            Some((*kind, asked.iter().rev().find(|(asked, _)| reading::is_field(asked, kind))?.1))
        }),
        Dialect::Mended => None,
    };
    let one = || if let [one] = asked[..] { Some(one) } else { None };
    let Some((kind, settings)) = of_the_reference().or_else(one) else {
        return Err(format!("`generation` has exactly one of {}", KINDS.join(", ")));
    };
    if kind == "script" {
        return Err("a script can't be tried: it is run in its sandbox when the secret is made".to_owned());
    }
    if !KINDS.contains(&kind) {
        return Err(format!("there is no generation {kind:?}; there are {}", KINDS.join(", ")));
    }
    let mut settings = settings.clone();
    if dialect == Dialect::Reference {
        read_as_by_the_reference(kind, &mut settings);
    }
    serde_json::from_value(json!({ kind: settings })).map_err(|error| format!("{kind}: {error}"))
}

/// Settings in another letter case, which are the same to the reference; and those that are missing or null: to the reference, whose declarations always have all of them, they are nothing of their sort.
fn read_as_by_the_reference(kind: &str, settings: &mut Value) {
    let nothing = match kind {
        "random" => json!({"length": 0, "charsets": {}}),
        "template" => json!({"content": ""}),
        "json" => json!({"content": null}),
        _ => return,
    };
    let (Some(settings), Value::Object(nothing)) = (settings.as_object_mut(), nothing) else { return };
    for name in ["charsets", "length", "content", "data"] {
        let other = settings.keys().rfind(|key| *key != name && reading::is_field(key, name)).cloned();
        if let Some(setting) =
            other.filter(|_| !settings.contains_key(name)).and_then(|other| settings.remove(&other))
        {
            settings.insert(name.to_owned(), setting);
        }
    }
    for (name, nothing) in nothing {
        let setting = settings.entry(name).or_insert(Value::Null);
        if setting.is_null() {
            *setting = nothing;
        }
    }
    for used in settings.get_mut("charsets").and_then(Value::as_object_mut).into_iter().flatten() {
        if used.1.is_null() {
            *used.1 = Value::Bool(false);
        }
    }
}

fn shown(number: usize, tried: &Tried) -> String {
    let id = tried.id.as_ref().map_or_else(|| format!("case {number}"), |id| printable(id));
    let mut text = format!("{id}: {} bytes of entropy\n", tried.consumed);
    if let Some(hex) = &tried.output_hex {
        let output = hex::decode(hex).unwrap_or_default();
        for line in String::from_utf8_lossy(&output).lines() {
            text.push_str(&format!("  {}\n", printable(line)));
        }
    }
    if let (Some(class), Some(what)) = (tried.error, &tried.what) {
        text.push_str(&format!("  failed ({class}): {}\n", printable(what)));
    }
    if let Some(why) = &tried.suspicious {
        text.push_str(&format!("  it would not be encrypted: {}\n", printable(why)));
    }
    text
}
