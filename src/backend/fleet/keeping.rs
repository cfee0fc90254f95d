//! Carrying out what was planned about the fleet's secrets: its programs are built and run, and git is told of new files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::Fleet;
use crate::backend::{
    blocking::blocking,
    error::{Error, ErrorKind, Result},
    secrets::{Outcome, Plaintext, Planned, Progress, RunScript, Script, SecretName, apply, script, track},
};

impl Fleet {
    /// Carries out a plan of its secrets. `say` hears what scripts, and the builds of their programs, say of which secret; `progress` how it goes on.
    ///
    /// Git knows of all new files afterwards, also where `cancel` fired meanwhile: what is written is written. Whether that went well is told beside the outcome.
    pub async fn carry_out(
        &self,
        planned: Arc<Planned>,
        cancel: &CancellationToken,
        say: impl Fn(&SecretName, &str) + Send + Sync + 'static,
        progress: impl Fn(Progress<'_>) + Send + Sync + 'static,
    ) -> Result<(Outcome, Result<()>)> {
        let folder = self.flake.folder().map(ToOwned::to_owned).ok_or_else(|| {
            let what = format!("{} is no folder of this machine", self.flake.display());
            Error::new(ErrorKind::Usage, what)
        })?;
        let scripts = Scripts {
            fleet: self.clone(),
            folder: folder.clone(),
            cancel: cancel.clone(),
            runtime: Handle::current(),
            say,
            beside: Mutex::default(),
        };
        let cancel = cancel.clone();
        let carried_out = planned.clone();
        let work = move || {
            let mut outcome = apply(&carried_out, &scripts, &cancel, &progress)?;
            outcome.created.extend(scripts.beside.into_inner().unwrap_or_else(PoisonError::into_inner));
            Ok(outcome)
        };
        let outcome = blocking(work).await?;
        let tracked = self.tell_git(&planned, &outcome.created).await;
        Ok((outcome, tracked))
    }

    /// Tells git of files that are new, and of those of the plan's that it does not know for whatever reason.
    pub async fn tell_git(&self, planned: &Planned, created: &[String]) -> Result<()> {
        let cancel = CancellationToken::new();
        track(planned.tree(), created, &planned.declared_files(), &cancel).await
    }
}

/// Runs the scripts of a fleet.
struct Scripts<S> {
    fleet: Fleet,
    folder: PathBuf,
    cancel: CancellationToken,
    runtime: Handle,
    say: S,
    /// Files that scripts wrote beside their secrets.
    beside: Mutex<BTreeSet<String>>,
}

impl<S: Fn(&SecretName, &str) + Sync> RunScript for Scripts<S> {
    fn run(
        &self,
        name: &SecretName,
        script: &Script,
        secrets: &BTreeMap<String, Arc<Plaintext>>,
    ) -> Result<Plaintext> {
        let say = |line: &str| (self.say)(name, line);
        self.runtime.block_on(async {
            let program = self.fleet.secret_program(name.as_str(), &self.cancel, say).await?;
            let ready = script::Ready { program: &program, script, folder: &self.folder, secrets };
            let made = script::run(&ready, &self.cancel, say).await?;
            let files = script::files_beside(&self.folder, script)?;
            self.beside.lock().unwrap_or_else(PoisonError::into_inner).extend(files);
            Ok(made)
        })
    }
}
