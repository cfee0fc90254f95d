//! The JSON of the command line, version 1. `docs/json/` describes it; a test holds every answer against the schemas there.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::SecretRow;
use crate::backend::{
    error::Error,
    model::{Host, HostName, HostOutcome, Leaf, Service},
};

/// The version that every document carries.
pub const VERSION: u64 = 1;

fn document(name: &str, content: impl Serialize) -> Value {
    let mut document = json!({ "version": VERSION });
    document[name] = serde_json::to_value(content).unwrap_or(Value::Null);
    document
}

/// `steading hosts`.
pub fn hosts<'a>(hosts: impl IntoIterator<Item = &'a Host>) -> Value {
    let host = |host: &Host| json!({ "kind": host.kind, "system": host.system, "folder": host.folder, "deployment": host.deployment });
    document("hosts", hosts.into_iter().map(|each| (each.name.clone(), host(each))).collect::<BTreeMap<_, _>>())
}

/// `steading globals`.
#[must_use]
pub fn globals(leaves: &[&Leaf]) -> Value {
    document("leaves", leaves)
}

/// `steading services`.
#[must_use]
pub fn services(services: &[Service]) -> Value {
    document("services", services)
}

/// `steading secrets`.
#[must_use]
pub fn secrets(rows: &[SecretRow<'_>]) -> Value {
    let row = |row: &SecretRow<'_>| {
        json!({
            "name": row.secret.name,
            "engine": row.secret.engine,
            "generation": row.secret.generation,
            "file": { "path": row.file, "present": row.present },
            "mounts": row.mounts,
            "recipients": row.recipients,
            "definedAt": row.secret.defined_at,
        })
    };
    document("secrets", rows.iter().map(row).collect::<Vec<_>>())
}

/// `steading plan`, `deploy` and `build`.
#[must_use]
pub fn outcomes(outcomes: &BTreeMap<HostName, HostOutcome>) -> Value {
    document("hosts", outcomes)
}

/// What any command answers when it can't answer.
#[must_use]
pub fn failure(error: &Error) -> Value {
    let Error { kind, what, place, hint, detail } = error;
    let kind = format!("{kind:?}").to_lowercase();
    document("error", json!({ "kind": kind, "what": what, "place": place, "hint": hint, "detail": detail }))
}
