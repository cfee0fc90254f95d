//! The JSON of the command line, version 1. `docs/json/` describes it; a test holds every answer against the schemas there.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Adopted, BuildRow, Information, SecretRow, StatusRow};
use crate::backend::{
    adoption::{Adoption, Standing, file_of},
    doctor::Check,
    error::Error,
    model::{
        Affected, Form, Host, HostName, HostOutcome, HostPlan, HostResult, Leaf, OptionPath, OptionsAnswer,
        Outline, Plan, Readers, SecretsPlan, Service, Written,
    },
    secrets::{Audit, Outcome, SecretName},
    ssh::HostKey,
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
    document(
        "hosts",
        hosts.into_iter().map(|each| (each.name.clone(), host(each))).collect::<BTreeMap<_, _>>(),
    )
}

/// `steading globals`.
#[must_use]
pub fn globals(leaves: &[&Leaf], readers: &Readers) -> Value {
    let leaf = |leaf: &&Leaf| {
        let mut document = serde_json::to_value(leaf).unwrap_or(Value::Null);
        document["readers"] = json!(readers.of(&leaf.path).collect::<Vec<_>>());
        document
    };
    let mut document = document("leaves", leaves.iter().map(leaf).collect::<Vec<_>>());
    document["unknownReaders"] = json!(readers.unknown().collect::<Vec<_>>());
    document
}

/// `steading globals PATH --affected`.
#[must_use]
pub fn affected(path: &OptionPath, affected: &Affected) -> Value {
    let Affected { hosts, through, unknown } = affected;
    document("affected", json!({ "path": path, "hosts": hosts, "through": through, "unknown": unknown }))
}

/// `steading options HOST [PATH]`: the host, and `set`, `names` or `look`.
#[must_use]
pub fn options(host: &HostName, answer: &OptionsAnswer) -> Value {
    let mut document = document("host", host);
    match answer {
        OptionsAnswer::Set(options) => document["set"] = json!(options),
        OptionsAnswer::Names(names) => document["names"] = json!(names),
        OptionsAnswer::Look(node) => document["look"] = json!(node),
    }
    document
}

/// `steading services`.
#[must_use]
pub fn services(services: &[Service]) -> Value {
    document("services", services)
}

/// `steading services --as FORM`.
#[must_use]
pub fn written(form: Form, written: &Written) -> Value {
    document(form.name(), written)
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
            "standing": row.planned,
            "mounts": row.mounts,
            "recipients": row.recipients,
            "definedAt": row.secret.defined_at,
        })
    };
    document("secrets", rows.iter().map(row).collect::<Vec<_>>())
}

/// `steading secrets plan`, `check`, and what a verb would do.
#[must_use]
pub fn secrets_plan(plan: &SecretsPlan) -> Value {
    let mut document = document("secrets", &plan.secrets);
    document["withKey"] = plan.with_key.into();
    document
}

/// What a secret is made of.
#[must_use]
pub fn secret_outline(name: &str, outline: &Outline) -> Value {
    let mut document = document("parts", &outline.parts);
    document["secret"] = name.into();
    document
}

/// What a verb did: the plan that it carried out, and how it ended with each secret.
#[must_use]
pub fn secrets_outcome(plan: &SecretsPlan, outcome: &Outcome) -> Value {
    let mut document = secrets_plan(plan);
    let results = outcome.results.iter().map(|(name, result)| (name.as_str(), result));
    document["results"] = json!(results.collect::<BTreeMap<_, _>>());
    document["created"] = json!(outcome.created);
    document
}

/// `steading secrets audit`.
#[must_use]
pub fn audit(audit: &Audit) -> Value {
    let secrets = audit
        .secrets
        .iter()
        .map(|(name, access)| (name.as_str(), json!({ "readers": access.readers, "former": access.former })));
    let mut document = document("secrets", secrets.collect::<BTreeMap<_, _>>());
    document["unknown"] = json!(audit.unknown.iter().map(SecretName::as_str).collect::<Vec<_>>());
    document["stray"] = json!(audit.stray.iter().map(SecretName::derived_file).collect::<Vec<_>>());
    document["alike"] = json!(audit.alike);
    document
}

/// `steading plan`: the outcomes, and what is known of the change on each host.
#[must_use]
pub fn plan(plan: &Plan) -> Value {
    let host = |(name, planned): (&HostName, &HostPlan)| {
        let mut host = outcome(&planned.outcome, &planned.detail);
        host["firstContact"] = planned.first_contact.into();
        host["change"] = json!(planned.change);
        host["dryActivation"] = json!(planned.dry_activation);
        host["warnings"] = json!(planned.warnings);
        (name.to_string(), host)
    };
    let mut document = document("hosts", plan.hosts.iter().map(host).collect::<BTreeMap<_, _>>());
    document["action"] = plan.action.word().into();
    document
}

/// `steading deploy`.
#[must_use]
pub fn outcomes(results: &BTreeMap<HostName, HostResult>) -> Value {
    let host = |(name, result): (&HostName, &HostResult)| {
        let mut host = outcome(&result.outcome, &result.detail);
        if !result.failed_units.is_empty() {
            host["failedUnits"] = json!(result.failed_units);
        }
        (name.to_string(), host)
    };
    document("hosts", results.iter().map(host).collect::<BTreeMap<_, _>>())
}

fn outcome(outcome: &HostOutcome, detail: &[String]) -> Value {
    let mut host = json!(outcome);
    if !detail.is_empty() {
        host["detail"] = json!(detail);
    }
    host
}

/// `steading build`.
#[must_use]
pub fn build(rows: &BTreeMap<HostName, BuildRow>) -> Value {
    let host = |(name, row): (&HostName, &BuildRow)| {
        let mut host = json!({
            "state": row.state(),
            "derivation": row.derivation,
            "system": row.system,
            "reason": row.reason(),
        });
        if let Some(error) = row.error.as_ref().filter(|error| !error.detail.is_empty()) {
            host["detail"] = json!(error.detail);
        }
        (name.to_string(), host)
    };
    document("hosts", rows.iter().map(host).collect::<BTreeMap<_, _>>())
}

/// `steading status`.
#[must_use]
pub fn status(rows: &BTreeMap<HostName, StatusRow>) -> Value {
    let host = |(name, row): (&HostName, &StatusRow)| {
        let StatusRow { status, wanted } = row;
        let host = json!({
            "asked": !status.not_asked,
            "reachable": status.reachable,
            "problem": status.problem,
            "running": status.running,
            "wanted": wanted,
            "profile": status.profile,
            "generation": status.generation,
            "booted": status.booted,
            "rebootPending": status.reboot_pending,
            "bootId": status.boot_id,
            "uptimeSeconds": status.uptime_seconds,
            "nixSpace": status.nix_space,
            "bootSpace": status.boot_space,
            "failedUnits": status.failed_units,
            "attempt": status.attempt,
        });
        (name.to_string(), host)
    };
    document("hosts", rows.iter().map(host).collect::<BTreeMap<_, _>>())
}

/// `steading adopt`.
#[must_use]
pub fn adoption(adoption: &Adoption, done: &Adopted) -> Value {
    let key = |key: &HostKey| json!({ "type": key.kind(), "fingerprint": key.fingerprint(), "key": key.to_string() });
    let standing = match adoption.standing {
        Standing::New => "new",
        Standing::Known => "known",
        Standing::Declared => "declared",
        Standing::Changed => "changed",
    };
    json!({
        "version": VERSION,
        "host": adoption.host,
        "standing": standing,
        "key": key(&adoption.key),
        "shown": adoption.offered.iter().map(key).collect::<Vec<_>>(),
        "knownBefore": adoption.known.iter().map(key).collect::<Vec<_>>(),
        "file": file_of(&adoption.host),
        "recorded": done.recorded,
        "rekeyed": done.rekeyed,
        "left": done.left,
    })
}

/// `steading doctor`.
#[must_use]
pub fn doctor(checks: &[Check]) -> Value {
    let check = |check: &Check| {
        let state = format!("{:?}", check.state).to_lowercase();
        json!({ "subject": check.subject, "state": state, "found": check.found, "hint": check.hint })
    };
    document("checks", checks.iter().map(check).collect::<Vec<_>>())
}

/// `steading info`.
#[must_use]
pub fn info(information: &Information) -> Value {
    let fleet = information.fleet.as_ref().map(|(flake, revision, hosts)| {
        json!({
            "flake": flake,
            "commit": revision.commit,
            "dirty": revision.dirty,
            "untracked": revision.untracked,
            "hosts": hosts,
        })
    });
    json!({
        "version": VERSION,
        "steading": information.version,
        "nix": information.nix.as_ref().ok(),
        "configuration": information.config,
        "cache": information.cache,
        "state": information.state,
        "fleet": fleet.ok(),
    })
}

/// What any command answers when it can't answer.
#[must_use]
pub fn failure(error: &Error) -> Value {
    let Error { kind, what, place, hint, detail, derivation: _, trail: _ } = error;
    let kind = format!("{kind:?}").to_lowercase();
    document("error", json!({ "kind": kind, "what": what, "place": place, "hint": hint, "detail": detail }))
}
