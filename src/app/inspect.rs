//! The commands that only look: hosts, globals, services.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{
        error::{Error, ErrorKind, Result},
        fleet::{Fleet, Selection, Systems, nearest},
        model::{Form, Globals, Leaf, OptionPath, Readers},
    },
    views::report::{self, json},
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
    readers: bool,
    cancel: &CancellationToken,
) -> Result<Answer> {
    let globals = fleet.globals(cancel).await?;
    let asked = known_global(&globals, path.unwrap_or(&OptionPath::default()))?;
    let readers = if readers { Some(readers_of(&systems(fleet, cancel).await?)) } else { None };
    let leaves = globals.within(&asked).iter().collect::<Vec<_>>();
    let text = report::globals(&leaves, all, readers.as_ref());
    Ok(Answer { text, json: json::globals(&leaves, &readers.unwrap_or_default()) })
}

/// `steading globals PATH --affected`.
pub async fn affected(fleet: &Fleet, path: &OptionPath, cancel: &CancellationToken) -> Result<Answer> {
    let globals = fleet.globals(cancel).await?;
    let asked = known_global(&globals, path)?;
    let affected = fleet.affected(&asked, &systems(fleet, cancel).await?, cancel).await?;
    Ok(Answer { text: report::affected(&affected), json: json::affected(&asked, &affected) })
}

async fn systems(fleet: &Fleet, cancel: &CancellationToken) -> Result<Systems> {
    let hosts = fleet.hosts().keys().cloned().collect::<Vec<_>>();
    let systems = fleet.systems(&hosts, cancel).await;
    if cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(systems) }
}

fn readers_of(systems: &Systems) -> Readers {
    let reads = systems.iter().map(|(host, system)| {
        let reads = system.as_ref().ok().and_then(|system| system.reads.clone());
        (host.clone(), reads)
    });
    Readers(reads.collect())
}

/// The path in the namespace that is asked about: `x.global.netsrv` is how it is written in a module, `netsrv` how it is called everywhere else.
fn known_global(globals: &Globals, asked: &OptionPath) -> Result<OptionPath> {
    let path = if asked.is_within(&globals.namespace) {
        OptionPath(asked.0[globals.namespace.0.len()..].to_vec())
    } else {
        asked.clone()
    };
    if globals.within(&path).is_empty() && !path.is_empty() {
        return Err(unknown_global(&path, &globals.leaves));
    }
    Ok(path)
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

/// `steading services --as FORM`.
pub async fn written(fleet: &Fleet, form: Form, cancel: &CancellationToken) -> Result<Answer> {
    let written = fleet.written(form, cancel).await?;
    Ok(Answer { text: report::written(form, &written), json: json::written(form, &written) })
}
