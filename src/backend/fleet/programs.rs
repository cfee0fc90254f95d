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

/// What is in the PATH of each program, by the secret's name.
type Inputs = BTreeMap<String, Vec<String>>;

/// A program as the contract tells of it.
#[derive(Debug, Deserialize)]
struct Program {
    derivation: StorePath,
    path: PathBuf,
}

impl Fleet {
    /// Adds to the scripts the names of what they find in their PATH, which are a part of their definitions.
    ///
    /// It takes an evaluation of its own, since the packages come from all of nixpkgs. Where that fails, the scripts have a problem and the other secrets have not.
    pub(super) async fn name_inputs(&self, secrets: &mut Secrets, cancel: &CancellationToken) -> Result<()> {
        let scripts = || secrets.secrets.iter().filter(|secret| secret.engine == SCRIPT);
        if scripts().all(|secret| secret.generation.is_null()) {
            return Ok(());
        }
        let attribute = format!("steading.secretPrograms.{}", system());
        let apply = "builtins.mapAttrs (_: program: program.inputs)";
        let inputs = match self.flake.eval::<Inputs>(&attribute, Some(apply), &self.sources, cancel).await {
            Ok(evaluated) => Ok(evaluated.value),
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => Err(format!("what its script needs can't be evaluated: {}", error.what)),
        };
        for secret in secrets.secrets.iter_mut().filter(|secret| secret.engine == SCRIPT) {
            secret.put_inputs(inputs.as_ref().map(|inputs| inputs.get(&secret.name)));
        }
        Ok(())
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
