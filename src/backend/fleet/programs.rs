//! The programs that make secrets: built when one is due, and not before.

use std::{collections::VecDeque, path::PathBuf};

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::Fleet;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{StorePath, quoted},
    nix::nix,
    process::run,
};

/// How many of the last lines of a build that failed are told.
const LAST_LINES: usize = 20;

/// A program as the contract tells of it.
#[derive(Debug, Deserialize)]
struct Program {
    derivation: StorePath,
    path: PathBuf,
}

impl Fleet {
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

/// What Nix calls this machine's kind.
fn system() -> String {
    let kernel = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    format!("{}-{kernel}", std::env::consts::ARCH)
}
