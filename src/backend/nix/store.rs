//! Questions to a store, here or on a host, and roots in the one here.

use std::{collections::BTreeSet, ffi::OsString, fs, path::Path};

use tokio_util::sync::CancellationToken;

use super::nix;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    logstore::{Colour, clean_line},
    model::StorePath,
    process::{Invocation, Output, capture},
};

/// How many paths one call asks about: what fits into the arguments of a process many times over.
const AT_ONCE: usize = 500;

/// How many lines of a failed call are kept.
const LAST_LINES: usize = 20;

/// The store of a host, as Nix reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostStore {
    /// `ssh-ng://NAME`, with parameters where they are needed.
    pub url: String,
    /// The value of `NIX_SSHOPTS`, such as `-F FILE`. Nix splits it at blanks.
    pub ssh_options: String,
}

impl HostStore {
    /// Gives a call of Nix the way to the host.
    #[must_use]
    pub(super) fn reach(&self, invocation: Invocation) -> Invocation {
        // What `ssh` and the libraries say is read: it has to be in English.
        invocation.env("NIX_SSHOPTS", self.ssh_options.as_str()).env("LC_ALL", "C")
    }
}

/// Those of the paths that are valid in a store (`None`: in the one here). No substituter is asked.
pub async fn valid<'p>(
    store: Option<&HostStore>,
    paths: impl IntoIterator<Item = &'p StorePath>,
    cancel: &CancellationToken,
) -> Result<BTreeSet<StorePath>> {
    let mut valid = paths.into_iter().cloned().collect::<BTreeSet<_>>();
    let asked = valid.iter().cloned().collect::<Vec<_>>();
    for paths in asked.chunks(AT_ONCE) {
        let query = nix_store(store, ["--check-validity", "--print-invalid"]);
        let invalid = ask(&query.args(paths.iter().map(StorePath::as_str)), cancel).await?;
        for path in invalid {
            valid.remove(&path);
        }
    }
    Ok(valid)
}

/// The hash of a folder's contents, as `narHash` has it.
pub async fn hash(folder: &Path, cancel: &CancellationToken) -> Result<String> {
    let output = ask_raw(&nix(&["hash", "path"]).arg(folder), cancel).await?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A derivation with all that building it needs, derivations and sources, as far as this machine's store knows.
pub async fn requisites(derivation: &StorePath, cancel: &CancellationToken) -> Result<BTreeSet<StorePath>> {
    let query = nix_store(None, ["--query", "--requisites", derivation.as_str()]);
    Ok(ask(&query, cancel).await?.into_iter().collect())
}

/// Keeps a path of this machine's store from being garbage collected as long as `link` points to it. A link that is there is replaced.
///
/// A path that isn't valid (any more) is fetched from a substituter, or is an error.
pub async fn root(path: &StorePath, link: &Path, cancel: &CancellationToken) -> Result<()> {
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Error::io(format_args!("can't make {}", folder.display()), &error))?;
    }
    let query = nix_store(None, ["--realise", path.as_str(), "--add-root"]).arg(link);
    ask_raw(&query, cancel).await.map(drop)
}

fn nix_store<const N: usize>(store: Option<&HostStore>, arguments: [&str; N]) -> Invocation {
    let invocation = Invocation::new("nix-store").args(arguments);
    match store {
        Some(store) => store.reach(invocation).args([OsString::from("--store"), store.url.as_str().into()]),
        None => invocation,
    }
}

/// The store paths that a call prints.
async fn ask(query: &Invocation, cancel: &CancellationToken) -> Result<Vec<StorePath>> {
    let output = ask_raw(query, cancel).await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let paths = text.lines().filter(|line| !line.is_empty()).map(str::parse);
    paths.collect::<Result<_, _>>().map_err(|error| {
        Error::new(ErrorKind::Process, format!("`{}` says what was not expected: {error}", query.program()))
    })
}

async fn ask_raw(query: &Invocation, cancel: &CancellationToken) -> Result<Output> {
    let output = capture(query, cancel).await?;
    if output.exit.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().map(|line| clean_line(line.as_bytes(), Colour::Drop)).collect::<Vec<_>>();
    let error = lines.iter().rev().find_map(|line| line.trim_start().strip_prefix("error: "));
    let what = error.map_or_else(
        || format!("`{}` ended with {}", query.program(), output.exit.status),
        |error| format!("`{}`: {error}", query.program()),
    );
    Err(Error::new(ErrorKind::Process, what).detail(&lines[lines.len().saturating_sub(LAST_LINES)..]))
}
