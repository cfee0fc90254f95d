//! `steading secrets try`: how the author of a generation tries it, and how the reference cases are run.

use std::{collections::BTreeMap, io::Read, sync::Arc};

use serde::{Deserialize, Serialize};
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
};

/// A case: what to make, of which secrets and entropy.
#[derive(Debug, Deserialize)]
struct Case {
    id: Option<String>,
    generation: Generation,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    entropy_hex: String,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Tried {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FaultClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
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
    let cases = serde_json::from_slice::<Vec<Case>>(&input).map_err(|error| {
        Error::new(ErrorKind::Usage, format!("standard input is no array of cases: {error}"))
            .hint("write [{\"generation\": {\"template\": {\"content\": \"…\"}}, \"secrets\": {}, \"entropy_hex\": \"\"}]")
    })?;
    let dialect = if mended { Dialect::Mended } else { Dialect::Reference };
    let tried = cases.into_iter().map(|case| attempt(case, dialect)).collect::<Result<Vec<_>>>()?;
    let text = tried.iter().map(shown).collect();
    let json = serde_json::to_value(&tried).unwrap_or_default();
    Ok((Answer { text, json }, Exit::Done))
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

fn attempt(case: Case, dialect: Dialect) -> Result<Tried> {
    let entropy = Plaintext::from(hex::decode(&case.entropy_hex).map_err(|error| {
        Error::new(ErrorKind::Usage, format!("entropy_hex is no hexadecimal text: {error}"))
    })?);
    let mut replay = Replay::of(&entropy);
    let texts = case.secrets.into_iter();
    let mut secrets =
        StandIns(texts.map(|(name, text)| (name, Arc::new(text.into_bytes().into()))).collect());
    let made = make(&case.generation, dialect, &mut replay, &mut secrets);
    let consumed = replay.consumed();
    let (output_hex, error, what) = match made {
        Ok(made) => (Some(hex::encode(made.text.bytes())), None, None),
        Err(fault) => (None, Some(fault.class), Some(fault.what)),
    };
    Ok(Tried { id: case.id, output_hex, error, what, consumed })
}

fn shown(tried: &Tried) -> String {
    let id = tried.id.as_deref().unwrap_or("case");
    let outcome = match (&tried.output_hex, &tried.what) {
        (Some(hex), _) => hex.clone(),
        (None, what) => what.clone().unwrap_or_default(),
    };
    format!("{id}  {} bytes of entropy  {outcome}\n", tried.consumed)
}
