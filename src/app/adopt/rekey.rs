//! A host that was adopted reads its secrets: they are encrypted anew, with the same values.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio_util::sync::CancellationToken;

use crate::{
    backend::{
        blocking::blocking,
        error::{Error, ErrorKind, Result},
        model::{HostName, SecretState, Secrets},
        secrets::{
            Context, Plaintext, Request, RunScript, Script, SecretName, SecretResult, Wish, apply, plan,
            seal::Identities, track, tree::Tree,
        },
    },
    views::report::{Adopted, counted},
};

/// What it takes.
pub struct Rekey {
    /// The fleet's folder.
    pub folder: PathBuf,
    /// What is declared, read after the key was recorded.
    pub secrets: Secrets,
    /// What there is to decrypt with.
    pub identities: Identities,
    /// The host.
    pub host: HostName,
}

impl Rekey {
    /// Encrypts what is mounted on the host to its key as well, and adds to `done` what was done and what is left.
    pub async fn carry_out(self, done: &mut Adopted, cancel: &CancellationToken) -> Result<()> {
        let tree = Tree::open(&self.folder)?;
        let stop = cancel.clone();
        let came_to = blocking(move || self.work(&stop)).await?;
        track(&tree, &came_to.created, &BTreeSet::new(), cancel).await?;
        done.rekeyed = came_to.rekeyed;
        done.left.extend(came_to.left);
        Ok(())
    }

    fn work(self, cancel: &CancellationToken) -> Result<CameTo> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let context = Arc::new(Context::new(&self.folder, &self.secrets, self.identities, now)?);
        let looked = plan(&context, Wish::default())?;
        if cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mounted = || looked.report().secrets.iter().filter(|secret| secret.hosts.contains(&self.host));
        let mut came_to = CameTo::default();
        let without_value = mounted()
            .filter(|secret| matches!(secret.state, SecretState::Missing | SecretState::ValueLost))
            .count();
        if without_value > 0 {
            let many = counted(without_value, "secret");
            came_to.left.push(format!("{many} without a value yet: `steading secrets generate`"));
        }
        let due = mounted().filter(|secret| secret.state == SecretState::RecipientsChanged);
        let names = due.map(|secret| secret.name.parse()).collect::<Result<BTreeSet<SecretName>>>()?;
        if names.is_empty() {
            return Ok(came_to);
        }
        if context.identities.is_empty() {
            let many = counted(names.len(), "secret");
            came_to.left.push(format!(
                "{many} to be encrypted to it, for which an identity is needed: `steading secrets rekey --identity FILE`"
            ));
            return Ok(came_to);
        }
        let planned = plan(&context, Wish::to(Request::Rekey { names: names.clone() }))?;
        let outcome = apply(&planned, &NoScript, cancel, &|_| {})?;
        came_to.created = outcome.created;
        for name in names {
            match outcome.results.get(&name) {
                Some(SecretResult::Rekeyed) => came_to.rekeyed.push(name.to_string()),
                Some(SecretResult::Failed(error)) => {
                    came_to.left.push(format!("{name} was not encrypted anew: {error}"));
                }
                _ => came_to
                    .left
                    .push(format!("{name} was not encrypted anew: `steading secrets plan` says why")),
            }
        }
        Ok(came_to)
    }
}

#[derive(Default)]
struct CameTo {
    rekeyed: Vec<String>,
    left: Vec<String>,
    created: Vec<String>,
}

/// The same values are encrypted: there is nothing to be made.
struct NoScript;

impl RunScript for NoScript {
    fn run(&self, name: &SecretName, _: &Script, _: &BTreeMap<String, Arc<Plaintext>>) -> Result<Plaintext> {
        Err(Error::new(ErrorKind::Refused, format!("{name} would have been made anew")))
    }
}

/// The names of the secrets that a host mounts.
pub fn mounted<'a>(secrets: &'a Secrets, host: &HostName) -> BTreeSet<&'a str> {
    let here = secrets.mounts.iter().filter(|mount| mount.host.as_deref() == Some(host.as_str()));
    here.filter_map(|mount| mount.secret.as_deref()).collect()
}
