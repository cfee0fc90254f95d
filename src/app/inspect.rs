//! The commands that only look: hosts, globals, services, secrets.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{
        error::{Error, ErrorKind, Result},
        fleet::{Fleet, Selection, nearest},
        model::{Leaf, OptionPath, Secrets},
    },
    views::report::{self, SecretRow, json},
};

/// An answer in both forms.
pub struct Answer {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
}

/// `steading hosts`.
pub fn hosts(fleet: &Fleet, terms: &[String]) -> Result<Answer> {
    let names = Selection::parse(terms)?.of(fleet.hosts())?;
    let hosts = names.iter().filter_map(|name| fleet.hosts().get(name)).collect::<Vec<_>>();
    Ok(Answer { text: report::hosts(hosts.iter().copied()), json: json::hosts(hosts) })
}

/// `steading globals [PATH]`.
pub async fn globals(
    fleet: &Fleet,
    path: Option<&OptionPath>,
    all: bool,
    cancel: &CancellationToken,
) -> Result<Answer> {
    let globals = fleet.globals(cancel).await?;
    let whole = OptionPath::default();
    // `x.global.netsrv` is how it is written in a module, `netsrv` how it is called everywhere else.
    let asked = path.unwrap_or(&whole);
    let asked = if asked.is_within(&globals.namespace) {
        OptionPath(asked.0[globals.namespace.0.len()..].to_vec())
    } else {
        asked.clone()
    };
    let leaves = globals.leaves.iter().filter(|leaf| leaf.path.is_within(&asked)).collect::<Vec<_>>();
    if leaves.is_empty() && !asked.is_empty() {
        return Err(unknown_global(&asked, &globals.leaves));
    }
    Ok(Answer { text: report::globals(&leaves, all), json: json::globals(&leaves) })
}

/// Says that a path names nothing, with the nearest that does.
fn unknown_global(path: &OptionPath, leaves: &[Leaf]) -> Error {
    let error = Error::new(ErrorKind::Usage, format!("there is no global {path}"));
    let branches = leaves
        .iter()
        .flat_map(|leaf| (1..=leaf.path.0.len()).map(|depth| OptionPath(leaf.path.0[..depth].to_vec())));
    let known = branches.map(|branch| branch.to_string()).collect::<BTreeSet<_>>();
    match nearest(&path.to_string(), known.iter().map(String::as_str)) {
        Some(guess) => error.hint(format!("did you mean {guess}?")),
        None => error.hint("`steading globals` lists them all"),
    }
}

/// `steading services`.
pub async fn services(fleet: &Fleet, cancel: &CancellationToken) -> Result<Answer> {
    let services = fleet.services(cancel).await?;
    Ok(Answer { text: report::services(&services), json: json::services(&services) })
}

/// `steading secrets`.
pub async fn secrets(fleet: &Fleet, cancel: &CancellationToken) -> Result<Answer> {
    let secrets = fleet.secrets(cancel).await?;
    let rows = secret_rows(fleet, &secrets)?;
    Ok(Answer { text: report::secrets(&rows), json: json::secrets(&rows) })
}

fn secret_rows<'a>(fleet: &Fleet, secrets: &'a Secrets) -> Result<Vec<SecretRow<'a>>> {
    let row = |secret| -> Result<SecretRow<'a>> {
        let file = Fleet::secret_file(secret)?;
        let present = fleet.flake().folder().is_some_and(|folder| folder.join(&file).is_file());
        let mounts = secrets
            .mounts
            .iter()
            .filter(|mount| mount.secret.as_ref() == Some(&secret.name))
            .collect::<Vec<_>>();
        let of_hosts =
            mounts.iter().filter_map(|mount| secrets.host_keys.get(mount.host.as_ref()?)).flatten();
        let recipients =
            secrets.admin_keys.iter().chain(of_hosts).map(String::as_str).collect::<BTreeSet<_>>();
        Ok(SecretRow { secret, file, present, mounts, recipients: recipients.into_iter().collect() })
    };
    secrets.secrets.iter().map(row).collect()
}
