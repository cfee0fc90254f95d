//! `nix eval`: one attribute of the flake, as JSON.

use std::path::Path;

use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{
    diagnostic::{Diagnostic, LONGEST_MESSAGE, Said},
    nix,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::Sources,
    process::{CAPTURE_LIMIT, Lines, Stream, run_raw},
};

/// What came out of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated<T> {
    /// The value.
    pub value: T,
    /// What Nix warned of on the way, each once.
    pub warnings: Vec<String>,
}

/// What is to be evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where Nix runs.
    pub folder: Option<&'a Path>,
    /// `FLAKE#ATTRIBUTE`, seen from there.
    pub installable: &'a str,
    /// A function over it.
    pub apply: Option<&'a str>,
    /// Further arguments of `nix eval`.
    pub arguments: &'a [String],
}

/// The argument that makes Nix tell of every file that it evaluates, as `evaluating file 'FILE'`.
pub const TELL_FILES: &str = "--verbose";

/// Evaluates something.
///
/// Nothing is written into the flake. Nix's evaluation cache is left out: it remembers failures without their position.
pub async fn eval<T: DeserializeOwned>(
    question: Question<'_>,
    sources: &Sources,
    cancel: &CancellationToken,
) -> Result<Evaluated<T>> {
    eval_watched(question, sources, cancel, |_| false).await
}

/// The same; `is_mine` hears everything that Nix says on the way, and takes from it what is no warning for the operator.
pub async fn eval_watched<T: DeserializeOwned>(
    question: Question<'_>,
    sources: &Sources,
    cancel: &CancellationToken,
    mut is_mine: impl FnMut(&str) -> bool + Send,
) -> Result<Evaluated<T>> {
    let Question { folder, installable, apply, arguments } = question;
    let mut invocation = nix(&["eval", "--json", "--log-format", "internal-json", "--show-trace"]).args([
        "--no-write-lock-file",
        "--option",
        "eval-cache",
        "false",
    ]);
    invocation = invocation.args(arguments);
    if let Some(folder) = folder {
        invocation = invocation.folder(folder);
    }
    if let Some(function) = apply {
        invocation = invocation.args(["--apply", function]);
    }
    let (mut json, mut warnings, mut failure, mut last_words) = (Vec::new(), Vec::new(), None, Vec::new());
    let mut hear = |line: &[u8]| {
        if Diagnostic::message(line).is_some_and(|message| is_mine(&message)) {
            return;
        }
        match Diagnostic::read(line) {
            Said::Error(diagnostic) => failure = Some(diagnostic),
            Said::Warning(warning) if !warnings.contains(&warning) => warnings.push(warning),
            Said::Warning(_) => {}
            Said::Nothing if line.starts_with(b"@nix ") => {}
            Said::Nothing => {
                last_words.truncate(20);
                last_words.push(String::from_utf8_lossy(line).into_owned());
            }
        }
    };
    let mut lines = Lines::new(LONGEST_MESSAGE);
    let exit = run_raw(&invocation.arg(installable), cancel, |stream, bytes| match stream {
        Stream::Out if json.len() + bytes.len() < CAPTURE_LIMIT => json.extend_from_slice(bytes),
        Stream::Out => {}
        Stream::Err => lines.push(bytes, |piece| hear(piece.bytes)),
    })
    .await?;
    lines.finish(|piece| hear(piece.bytes));
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    if !exit.status.success() {
        return Err(failure.map_or_else(
            || {
                Error::new(ErrorKind::Evaluation, format!("`nix eval` ended with {}", exit.status))
                    .detail(last_words)
            },
            |diagnostic| diagnostic.into_error(sources),
        ));
    }
    let value = serde_json::from_slice(&json).map_err(|error| {
        Error::new(
            ErrorKind::Evaluation,
            format!("what `{installable}` evaluates to is not what was expected: {error}"),
        )
        .hint("the flake's Steading library and this program may be of different versions")
    })?;
    Ok(Evaluated { value, warnings })
}
