//! `nix eval`: one attribute of the flake, as JSON.

use std::path::Path;

use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{
    diagnostic::{Diagnostic, Said},
    nix,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::Sources,
    process::{CAPTURE_LIMIT, Stream, run},
};

/// What came out of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated<T> {
    /// The value.
    pub value: T,
    /// What Nix warned of on the way, each once.
    pub warnings: Vec<String>,
}

/// Evaluates `INSTALLABLE` (`FLAKE#ATTRIBUTE`, seen from a folder), with a function over it if one is given.
///
/// Nothing is written into the flake. Nix's evaluation cache is left out: it remembers failures without their position.
pub async fn eval<T: DeserializeOwned>(
    folder: Option<&Path>,
    installable: &str,
    apply: Option<&str>,
    sources: &Sources,
    cancel: &CancellationToken,
) -> Result<Evaluated<T>> {
    let mut invocation = nix(&["eval", "--json", "--log-format", "internal-json", "--show-trace"]).args([
        "--no-write-lock-file",
        "--option",
        "eval-cache",
        "false",
    ]);
    if let Some(folder) = folder {
        invocation = invocation.folder(folder);
    }
    if let Some(function) = apply {
        invocation = invocation.args(["--apply", function]);
    }
    let (mut json, mut warnings, mut failure, mut last_words) = (Vec::new(), Vec::new(), None, Vec::new());
    let exit = run(&invocation.arg(installable), cancel, |stream, line| match stream {
        Stream::Out if json.len() + line.len() < CAPTURE_LIMIT => json.extend_from_slice(line),
        Stream::Out => {}
        Stream::Err => match Diagnostic::read(line) {
            Said::Error(diagnostic) => failure = Some(diagnostic),
            Said::Warning(warning) if !warnings.contains(&warning) => warnings.push(warning),
            Said::Warning(_) => {}
            Said::Nothing if line.starts_with(b"@nix ") => {}
            Said::Nothing => {
                last_words.truncate(20);
                last_words.push(String::from_utf8_lossy(line).into_owned());
            }
        },
    })
    .await?;
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
