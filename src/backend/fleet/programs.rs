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
    nix::{nix, repl::Evaluator},
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
    /// One evaluation tells all of it. Where it fails, the declarations are evaluated alone and each script is asked about by itself: the packages come from all of nixpkgs, and what is wrong with those of one is a problem of no other secret.
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
        match both {
            Ok(both) => {
                let WithInputs { mut secrets, mut inputs } = both.value;
                for secret in scripts(&mut secrets) {
                    if let Some(inputs) = inputs.remove(&secret.name) {
                        secret.put_inputs(inputs);
                    }
                }
                Ok(secrets)
            }
            Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
            Err(_) => {
                let mut secrets = self.part("secrets", cancel).await?;
                self.ask_for_inputs(&mut secrets, cancel).await?;
                Ok(secrets)
            }
        }
    }

    /// One after the other, by one evaluator: what it evaluated of nixpkgs for one it need not for the next, and it survives what Nix can't catch.
    async fn ask_for_inputs(&self, secrets: &mut Secrets, cancel: &CancellationToken) -> Result<()> {
        let (folder, reference) = (self.flake.folder(), self.flake.reference());
        let mut evaluator = Evaluator::of_flake(folder, reference, None, self.sources.clone());
        for secret in scripts(secrets) {
            let question =
                format!("steading.secretPrograms.{}.{}.inputs", quoted(&system()), quoted(&secret.name));
            match evaluator.ask(&question, cancel).await {
                Ok(inputs) => secret.put_inputs(inputs.value),
                Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
                Err(error) => {
                    secret.problem = Some(format!("what its script needs can't be evaluated: {error}"));
                    secret.generation = Value::Null;
                }
            }
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

/// Those of the secrets that scripts make, and of which that is all that there is to say.
fn scripts(secrets: &mut Secrets) -> impl Iterator<Item = &mut Secret> {
    secrets.secrets.iter_mut().filter(|secret| secret.engine == SCRIPT && secret.generation.is_object())
}

impl Secret {
    fn put_inputs(&mut self, names: Vec<String>) {
        if let Value::Object(settings) = &mut self.generation {
            settings.insert("runtimeInputs".to_owned(), names.into());
        }
    }
}

/// What Nix calls this machine's kind.
fn system() -> String {
    let kernel = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    format!("{}-{kernel}", std::env::consts::ARCH)
}
