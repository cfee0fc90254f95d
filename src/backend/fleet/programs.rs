//! The programs that make secrets: built when one is due, and not before.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
};

use serde::Deserialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Fleet;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Secret, Secrets, StorePath, quoted},
    nix::nix,
    process::run,
};

/// How many of the last lines of a build that failed are told.
const LAST_LINES: usize = 20;

/// The engine of secrets that a program makes.
const SCRIPT: &str = "script";

/// The declarations, and what is in the PATH of each program, by the secret's name.
#[derive(Debug, Deserialize)]
struct WithInputs {
    secrets: Secrets,
    inputs: BTreeMap<String, Vec<String>>,
}

/// A program as the contract tells of it.
#[derive(Debug, Deserialize)]
struct Program {
    derivation: StorePath,
    path: PathBuf,
}

impl Fleet {
    /// The secrets as they are declared. Those that scripts make have the names of what they find in their PATH, which are a part of their definitions.
    ///
    /// One evaluation tells all of it. Where it fails, the declarations are evaluated alone: the packages come from all of nixpkgs, and what is wrong there is a problem of the scripts and of no other secret.
    pub(super) async fn declared_secrets(&self, cancel: &CancellationToken) -> Result<Secrets> {
        if self.flake.adopted.is_some() {
            return self.part("secrets", cancel).await;
        }
        let apply = format!(
            "fleet: {{ inherit (fleet) secrets; inputs = if builtins.all (secret: secret.engine != {script}) fleet.secrets.secrets then {{ }} else builtins.mapAttrs (_: program: program.inputs) fleet.secretPrograms.{system}; }}",
            script = quoted(SCRIPT),
            system = quoted(&system()),
        );
        let both = self.flake.eval::<WithInputs>("steading", Some(&apply), &self.sources, cancel).await;
        let (mut secrets, inputs) = match both {
            Ok(both) => (both.value.secrets, Ok(both.value.inputs)),
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                let problem = format!("what its script needs can't be evaluated: {}", error.what);
                (self.part::<Secrets>("secrets", cancel).await?, Err(problem))
            }
        };
        for secret in secrets.secrets.iter_mut().filter(|secret| secret.engine == SCRIPT) {
            secret.put_inputs(inputs.as_ref().map(|inputs| inputs.get(&secret.name)));
        }
        Ok(secrets)
    }

    /// Builds the program of a secret that a script makes, for this machine, and says where it is. `line` hears what the build says.
    pub async fn secret_program(
        &self,
        name: &str,
        cancel: &CancellationToken,
        mut line: impl FnMut(&str) + Send,
    ) -> Result<PathBuf> {
        let attribute = format!("steading.secretPrograms.{}", system());
        let apply = format!(
            "programs: let program = programs.{}; in {{ inherit (program) path; derivation = program.derivation.drvPath; }}",
            quoted(name)
        );
        let evaluated = self.flake.eval::<Program>(&attribute, Some(&apply), &self.sources, cancel).await;
        let Program { derivation, path } = match evaluated {
            Ok(evaluated) => evaluated.value,
            Err(error) => return Err(self.explained(error, cancel).await),
        };
        let call = nix(&["build", "--no-link", "--print-build-logs", "--log-format", "raw"])
            .arg(format!("{derivation}^out"));
        let mut last = VecDeque::new();
        let exit = run(&call, cancel, |_, said| {
            let said = String::from_utf8_lossy(said).into_owned();
            line(&said);
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(said);
        })
        .await?;
        if exit.cancelled {
            return Err(Error::cancelled());
        }
        if !exit.status.success() {
            let what = format!("the program that makes the secret {name:?} was not built");
            return Err(Error::new(ErrorKind::Build, what).detail(last));
        }
        Ok(path)
    }
}

impl Secret {
    fn put_inputs(&mut self, inputs: Result<Option<&Vec<String>>, &String>) {
        match (inputs, &mut self.generation) {
            (Ok(Some(names)), Value::Object(settings)) => {
                settings.insert("runtimeInputs".to_owned(), names.clone().into());
            }
            (Err(problem), Value::Object(_)) => {
                self.problem = Some(problem.clone());
                self.generation = Value::Null;
            }
            _ => {}
        }
    }
}

/// What Nix calls this machine's kind.
fn system() -> String {
    let kernel = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    format!("{}-{kernel}", std::env::consts::ARCH)
}
