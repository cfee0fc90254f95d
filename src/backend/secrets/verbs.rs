//! What is asked about secrets besides bringing them up to date: a text, who can read what, what follows from a plan.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use super::{
    Generation, Plaintext, SecretName, alike,
    context::Context,
    engines::{self, Dialect},
    sidecar::Sidecar,
    tree::{Part, Tree},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{
        HostName, Outline, OutlinePart, PlannedSecret, SecretReader, SecretState, SecretStep, SecretsPlan,
    },
    process::{Invocation, capture},
};

/// The text of a secret.
pub fn reveal(context: &Context, name: &SecretName) -> Result<Plaintext> {
    context.declared.get(name)?;
    let Some(sealed) = context.tree.read(&Part::Data.file(name))? else {
        let what = format!("{name} has no file yet");
        return Err(
            Error::new(ErrorKind::Refused, what).hint("`steading secrets plan` says what is due about it")
        );
    };
    context.identities.required()?;
    context.identities.unseal(&sealed).map_err(|why| {
        Error::new(ErrorKind::Refused, format!("{name} can't be read: {why}"))
            .hint(context.identities.advice())
    })
}

/// What a plan changes beyond the secrets that were named: shown before it is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cascade {
    /// The secrets that get a new value.
    pub secrets: BTreeSet<String>,
    /// The hosts whose files change, and that want a deployment.
    pub hosts: BTreeSet<HostName>,
}

impl Cascade {
    /// That of a plan.
    #[must_use]
    pub fn of(plan: &SecretsPlan) -> Self {
        let mut cascade = Self::default();
        for secret in &plan.secrets {
            if secret.step == Some(SecretStep::Make) {
                cascade.secrets.insert(secret.name.clone());
            }
            if matches!(secret.step, Some(SecretStep::Make | SecretStep::Restore | SecretStep::Rekey)) {
                cascade.hosts.extend(secret.hosts.iter().cloned());
            }
        }
        cascade
    }
}

/// What a secret is made of, without any of its text. Needs no key.
pub fn outline(context: &Context, name: &SecretName) -> Result<Outline> {
    let Some(generation) = &context.declared.get(name)?.generation else {
        return Ok(Outline { parts: vec![OutlinePart::Opaque("entered by hand".to_owned())] });
    };
    engines::outline(generation, Dialect::Mended)
        .map_err(|fault| Error::new(ErrorKind::Configuration, format!("{name} can't be made: {fault}")))
}

/// What a check finds wanting: everything that is not as it is declared, and everything that a run would still write down.
pub fn findings(plan: &SecretsPlan) -> impl Iterator<Item = &PlannedSecret> {
    plan.secrets.iter().filter(|secret| secret.state != SecretState::Ok || secret.step.is_some())
}

/// Who can read what, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// By secret.
    pub secrets: BTreeMap<SecretName, Access>,
    /// By key: the secrets that it opens.
    pub readers: BTreeMap<SecretReader, BTreeSet<SecretName>>,
    /// Keys that no longer open a secret, but the value that it has is in git's history for them: until it is rotated.
    pub former: BTreeMap<SecretReader, BTreeSet<SecretName>>,
    /// Secrets with a file whose readers aren't recorded.
    pub unknown: BTreeSet<SecretName>,
    /// Public halves, by name, of no secret's value as it is recorded, and that no script is declared to write.
    pub stray: BTreeSet<SecretName>,
    /// Secrets with a file that would share it, or a folder, with another one's where letter case is ignored.
    pub alike: BTreeMap<SecretName, SecretName>,
}

/// Who can read a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// Who can.
    pub readers: BTreeSet<SecretReader>,
    /// Who can, from git's history.
    pub former: BTreeSet<SecretReader>,
}

/// Says who can read what. No key is needed for that; what somebody encrypted by other means is only noticed as unknown.
pub fn audit(context: &Context) -> Result<Audit> {
    let sidecar = Sidecar::load(&context.tree)?;
    let reader = |key: &String| context.declared.reader(key);
    let mut audit = Audit::default();
    let files = context.tree.digests(Part::Data)?;
    audit.alike = alike::alike(files.keys());
    for (name, digest) in files {
        let record = sidecar.secrets.get(&name).filter(|record| digest.as_ref().ok() == Some(&record.data));
        let Some(record) = record else {
            audit.unknown.insert(name);
            continue;
        };
        let access = Access {
            readers: record.recipients.iter().map(reader).collect(),
            former: record.former.iter().map(reader).collect(),
        };
        for reader in &access.readers {
            audit.readers.entry(reader.clone()).or_default().insert(name.clone());
        }
        for reader in &access.former {
            audit.former.entry(reader.clone()).or_default().insert(name.clone());
        }
        audit.secrets.insert(name, access);
    }
    audit.stray = stray(context, &sidecar)?;
    Ok(audit)
}

/// The public halves that nobody has a use for, as far as that can be told.
fn stray(context: &Context, sidecar: &Sidecar) -> Result<BTreeSet<SecretName>> {
    let declared = &context.declared.secrets;
    let written = declared.values().flat_map(|declaration| match &declaration.generation {
        Some(Generation::Script(script)) => script.writes.as_slice(),
        _ => &[],
    });
    let written = written.collect::<BTreeSet<_>>();
    let by_a_script = |name: &SecretName| {
        let file = Part::Derived.file(name);
        let mut above = file.match_indices('/').map(|(at, _)| &file[..at]);
        above.any(|folder| written.contains(&folder.to_owned()))
    };
    let mut found = context.tree.digests(Part::Derived)?;
    found.retain(|name, digest| {
        let record = sidecar.secrets.get(name).filter(|_| declared.contains_key(name));
        let is_of_it = record.is_some_and(|record| record.public.as_ref() == digest.as_ref().ok());
        !is_of_it && !by_a_script(name)
    });
    Ok(found.into_keys().collect())
}

/// Tells git of new files, if the fleet is in one of its work trees: Nix sees no file of a flake that git does not know. Nothing is staged but that they exist.
///
/// `older` are files that git should know by now, and may not, since the run that wrote them was stopped. Those that it is told to ignore stay so.
pub async fn track(
    tree: &Tree,
    files: &[String],
    older: &BTreeSet<String>,
    cancel: &CancellationToken,
) -> Result<()> {
    let git = || Invocation::new("git").folder(tree.fleet());
    if files.is_empty() && older.is_empty() {
        return Ok(());
    }
    let asked = capture(&git().args(["rev-parse", "--is-inside-work-tree"]), cancel).await;
    let inside = match asked {
        Ok(output) => output.exit.status.success() && output.stdout.trim_ascii() == b"true",
        Err(error) if error.kind == ErrorKind::Missing => false,
        Err(error) => return Err(error),
    };
    if !inside {
        return Ok(());
    }
    let unknown = git().args(["ls-files", "--others", "--exclude-standard", "-z", "--", "secrets"]);
    let unknown = capture(&unknown, cancel).await?.stdout;
    let forgotten = unknown.split(|byte| *byte == 0).filter_map(|file| std::str::from_utf8(file).ok());
    let forgotten = forgotten.filter(|file| older.contains(*file));
    let list = files.iter().map(String::as_str).chain(forgotten);
    let list = list.flat_map(|file| [file.as_bytes(), b"\0"]).collect::<Vec<_>>().concat();
    if list.is_empty() {
        return Ok(());
    }
    let add = git()
        .args([
            "--literal-pathspecs",
            "add",
            "--intent-to-add",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
        ])
        .input(list);
    let output = capture(&add, cancel).await?;
    if output.exit.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Error::new(
        ErrorKind::Process,
        "git does not take the new files of secrets, so Nix will not see them",
    )
    .hint("look whether .gitignore leaves them out")
    .detail(said.lines()))
}

#[cfg(test)]
mod tests;
