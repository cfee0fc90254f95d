//! Flakes that know nothing of Steading: what their ordinary outputs tell of a fleet.
//!
//! A function over the outputs (`nix/lib/own/adopt.nix`) makes of them what the library's own output would hold, as far as that can be known: the hosts, their systems and options.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{Flake, flake::in_folder};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Source, Sources},
    nix::{
        eval::{Evaluated, Question, eval},
        nix,
    },
    process::capture,
};

/// The outputs that it is made of.
const OUTPUTS: [&str; 5] =
    ["nixosConfigurations", "darwinConfigurations", "homeConfigurations", "colmenaHive", "deploy"];

/// Those of them that name hosts.
const WITH_HOSTS: usize = 4;

/// What makes a fleet of outputs.
pub(super) const ADOPT: &str = include_str!("../../../nix/lib/own/adopt.nix");

/// What is known of such a flake.
#[derive(Debug, Clone)]
pub(super) struct Adopted {
    /// Which of the outputs there are.
    outputs: Vec<String>,
    /// Its inputs' copies in the store.
    pub(super) inputs: Vec<Source>,
}

/// What `nix flake archive --json` prints.
#[derive(Debug, Deserialize)]
struct Archive {
    path: Option<String>,
    #[serde(default)]
    inputs: BTreeMap<String, Self>,
}

impl Adopted {
    /// Looks whether a flake has hosts in its ordinary outputs; `None`: it has none.
    pub(super) async fn of(flake: &Flake, cancel: &CancellationToken) -> Result<Option<Self>> {
        let names = OUTPUTS.map(|name| format!("\"{name}\"")).join(" ");
        let present = format!("outputs: builtins.filter (name: builtins.hasAttr name outputs) [ {names} ]");
        let outputs = whole::<Vec<String>>(flake, &present, &flake.sources(), cancel).await?.value;
        if !outputs.iter().any(|output| OUTPUTS[..WITH_HOSTS].contains(&output.as_str())) {
            return Ok(None);
        }
        let inputs = inputs(flake, cancel).await?;
        Ok(Some(Self { outputs, inputs }))
    }

    /// Evaluates a part of what the flake's outputs were made into.
    pub(super) async fn eval<T: serde::de::DeserializeOwned>(
        flake: &Flake,
        part: &str,
        apply: Option<&str>,
        sources: &Sources,
        cancel: &CancellationToken,
    ) -> Result<Evaluated<T>> {
        let adopted = match part {
            "" => format!("(({ADOPT}\n) outputs)"),
            "host" => format!("(({ADOPT}\n) outputs).host"),
            other => return Err(without_library(flake, other)),
        };
        let apply = apply.unwrap_or("whole: whole");
        whole(flake, &format!("outputs: ({apply}) {adopted}"), sources, cancel).await
    }

    /// The same for a living evaluator, whose variables the outputs are; `adopt` is its name for the function.
    pub(super) fn expression(&self, adopt: &str) -> String {
        format!("{adopt} {{ inherit {}; }}", self.outputs.join(" "))
    }
}

/// Evaluates a function over all outputs.
async fn whole<T: serde::de::DeserializeOwned>(
    flake: &Flake,
    apply: &str,
    sources: &Sources,
    cancel: &CancellationToken,
) -> Result<Evaluated<T>> {
    // The dot is the root; without anything Nix would look for a default package.
    let installable = format!("{}#.", flake.reference());
    let question =
        Question { folder: flake.folder(), installable: &installable, apply: Some(apply), arguments: &[] };
    eval(question, sources, cancel).await
}

/// Where the flake's inputs lie in the store: what can't be found out makes places longer to read, and no more.
async fn inputs(flake: &Flake, cancel: &CancellationToken) -> Result<Vec<Source>> {
    let archive = nix(&["flake", "archive", "--json", "--dry-run", "--no-write-lock-file"]);
    let archive = in_folder(archive, flake.folder()).arg(flake.reference());
    let output = match capture(&archive, cancel).await {
        Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
        Err(_) => return Ok(Vec::new()),
        Ok(output) => output,
    };
    let mut sources = Vec::new();
    if let Ok(archive) = serde_json::from_slice::<Archive>(&output.stdout) {
        archive.list("", &mut sources);
    }
    Ok(sources)
}

impl Archive {
    /// Inputs of inputs are named behind these: `home-manager/nixpkgs`. What was seen already has the shorter name.
    fn list(&self, prefix: &str, sources: &mut Vec<Source>) {
        for (name, input) in &self.inputs {
            let Some(path) = &input.path else { continue };
            if !sources.iter().any(|source| source.path == *path) {
                sources.push(Source { input: Some(format!("{prefix}{name}")), path: path.clone() });
            }
        }
        for (name, input) in &self.inputs {
            input.list(&format!("{prefix}{name}/"), sources);
        }
    }
}

fn without_library(flake: &Flake, part: &str) -> Error {
    let subject = match part.split('.').next().unwrap_or_default() {
        "services" | "network" => "services",
        "secrets" => "secrets",
        _ => "globals",
    };
    let what = format!("{} does not use Steading's library, so it has no {subject}", flake.display());
    Error::new(ErrorKind::Absent, what).hint(
        "hosts and their options are here all the same; for the rest, let its outputs come from `inputs.steading.lib.mkFleet { inherit inputs; root = ./.; }`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_has_its_shortest_name() {
        let archive = r#"{"path":"/s","inputs":{"a":{"path":"/a","inputs":{"n":{"path":"/n","inputs":{}},"m":{"path":"/m","inputs":{}}}},"n":{"path":"/n"}}}"#;
        let mut sources = Vec::new();
        serde_json::from_str::<Archive>(archive).unwrap().list("", &mut sources);
        let names = sources.iter().map(|source| (source.input.as_deref().unwrap(), source.path.as_str()));
        assert_eq!(names.collect::<Vec<_>>(), [("a", "/a"), ("n", "/n"), ("a/m", "/m")]);
    }
}
