//! The demo's secrets, and how it stands with them: it changes with what is done about them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;

use super::data::{damaged, read, seconds};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    job::SecretFacts,
    model::{
        HostName, KeyHolder, Outline, OutlinePart, PlannedSecret, SecretReader, SecretState, SecretStep,
        Secrets, SecretsPlan,
    },
    secrets::{Plaintext, SecretResult, SecretsVerb},
};

const DAY: Duration = Duration::from_secs(86_400);

/// The secrets of the demo as they are now.
#[derive(Debug, Clone)]
pub struct Vault {
    declared: Secrets,
    found: BTreeMap<String, Found>,
    /// Whether the operator has given the key.
    pub unlocked: bool,
    /// Whether the last look was one into the files.
    pub with_key: bool,
}

/// What is found of a secret, as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    name: String,
    state: SecretState,
    /// What a look into the files tells.
    inside: Option<SecretState>,
    step: Option<SecretStep>,
    #[serde(default)]
    reads: Vec<String>,
    #[serde(default)]
    gains: Vec<String>,
    #[serde(default)]
    loses: Vec<String>,
    /// In days before the demo begins.
    made: Option<u32>,
    text: String,
    #[serde(default)]
    outline: Vec<OutlinePart>,
    /// How long it takes to make it.
    #[serde(default, deserialize_with = "seconds")]
    pub seconds: Duration,
    /// What its program says.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Why it can't be made.
    fails: Option<String>,
    hint: Option<String>,
    /// When it was made in the demo.
    #[serde(skip)]
    made_at: Option<SystemTime>,
    /// How often it was made in the demo.
    #[serde(skip)]
    times: u32,
}

#[derive(Deserialize)]
struct File {
    facts: Secrets,
    found: Vec<Found>,
}

impl Vault {
    /// Reads the file, which is part of the program.
    pub fn read(begins: SystemTime) -> Result<Self> {
        let File { facts, found } = read("secrets.toml", include_str!("secrets.toml"))?;
        let dated = |mut found: Found| {
            found.made_at = found.made.map(|days| begins - DAY * days);
            (found.name.clone(), found)
        };
        let found = found.into_iter().map(dated).collect::<BTreeMap<_, _>>();
        if let Some(secret) = facts.secrets.iter().find(|secret| !found.contains_key(&secret.name)) {
            return Err(damaged(format_args!("secrets.toml: nothing is found of {}", secret.name)));
        }
        Ok(Self { declared: facts, found, unlocked: false, with_key: false })
    }

    /// What is known of the secrets.
    pub fn facts(&self) -> SecretFacts {
        let secrets = self.found.values().map(|found| self.planned(found)).collect();
        SecretFacts {
            declared: self.declared.clone(),
            plan: Ok(SecretsPlan { secrets, with_key: self.with_key }),
        }
    }

    fn planned(&self, found: &Found) -> PlannedSecret {
        let declared = self.declared.secrets.iter().find(|secret| secret.name == found.name);
        let mounts = self.declared.mounts.iter().filter(|mount| mount.secret.as_ref() == Some(&found.name));
        let hosts = mounts.filter_map(|mount| mount.host.as_ref()?.parse().ok()).collect::<BTreeSet<_>>();
        let of_host = |host: &str| {
            let holder = host.parse().ok().map(KeyHolder::Host);
            let keys = self.declared.host_keys.get(host).into_iter().flatten();
            keys.map(move |key| SecretReader { key: key.clone(), who: holder.clone() })
        };
        let of = |hosts: &[String]| hosts.iter().flat_map(|host| of_host(host)).collect::<Vec<_>>();
        let admins = self.declared.admin_keys.iter();
        let admins = admins.map(|key| SecretReader { key: key.clone(), who: Some(KeyHolder::Admin) });
        let readers = admins.chain(hosts.iter().flat_map(|host: &HostName| of_host(host.as_str())));
        let since = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let made_at = found.made_at.map(since);
        let rotate_after = declared.and_then(|secret| secret.rotate_after);
        PlannedSecret {
            name: found.name.clone(),
            engine: declared.map(|secret| secret.engine.clone()).unwrap_or_default(),
            state: found.state.clone(),
            step: found.step,
            reads: found.reads.clone(),
            read_by: self
                .found
                .values()
                .filter(|other| other.reads.contains(&found.name))
                .map(|other| other.name.clone())
                .collect(),
            readers: readers.collect(),
            gains: of(&found.gains),
            loses: of(&found.loses),
            hosts: hosts.into_iter().collect(),
            protected: declared.is_some_and(|secret| secret.protect),
            made_at,
            rotate_at: made_at.zip(rotate_after).map(|(at, days)| at + DAY.as_secs() * u64::from(days)),
            defined_at: declared.and_then(|secret| secret.defined_at.clone()),
        }
    }

    /// A secret.
    pub fn get(&self, name: &str) -> Result<&Found> {
        self.found
            .get(name)
            .ok_or_else(|| Error::new(ErrorKind::Usage, format!("there is no secret {name:?} in this fleet")))
    }

    /// What a secret is made from.
    pub fn reads(&self, name: &str) -> Vec<String> {
        self.found.get(name).map(|found| found.reads.clone()).unwrap_or_default()
    }

    /// Looks into the files.
    pub fn look(&mut self) {
        self.with_key = true;
        for found in self.found.values_mut() {
            if let Some(inside) = found.inside.take() {
                found.state = inside;
            }
        }
    }

    /// What a secret is made of.
    pub fn outline(&self, name: &str) -> Result<Outline> {
        self.get(name).map(|found| Outline { parts: found.outline.clone() })
    }

    /// The text of a secret.
    pub fn text(&self, name: &str) -> Result<Plaintext> {
        let found = self.get(name)?;
        if matches!(found.state, SecretState::Missing | SecretState::DataLost | SecretState::Skipped(_)) {
            let what = format!("{name} has no text: {}", found.state.meaning());
            return Err(Error::new(ErrorKind::Refused, what));
        }
        let mut text = found.text.clone();
        if found.times > 0 {
            text.push_str(&format!(" ({} in the demo)", found.times + 1));
        }
        Ok(Plaintext::from(text.into_bytes()))
    }

    /// Does what a verb does to a secret, and tells what came of it.
    pub fn change(&mut self, verb: SecretsVerb, name: &str, now: SystemTime) -> SecretResult {
        let Some(found) = self.found.get_mut(name) else { return SecretResult::Unchanged };
        let makes = match verb {
            SecretsVerb::Generate => found.step == Some(SecretStep::Make),
            SecretsVerb::Rotate => true,
            _ => false,
        };
        if let Some(why) = found.fails.as_ref().filter(|_| makes) {
            let error = Error::new(ErrorKind::Process, format!("{name}: {why}"));
            return SecretResult::Failed(match &found.hint {
                Some(hint) => error.hint(hint.clone()),
                None => error,
            });
        }
        let result = match (verb, found.step) {
            (SecretsVerb::Rotate, _) | (SecretsVerb::Generate, Some(SecretStep::Make)) => SecretResult::Made,
            (SecretsVerb::Restore, _) | (SecretsVerb::Generate, Some(SecretStep::Restore)) => {
                SecretResult::Restored
            }
            (SecretsVerb::Rekey, _) | (SecretsVerb::Generate, Some(SecretStep::Rekey)) => {
                SecretResult::Rekeyed
            }
            (SecretsVerb::Generate, Some(SecretStep::Record)) => SecretResult::Recorded,
            (SecretsVerb::Generate, None) => SecretResult::Unchanged,
            (SecretsVerb::Adopt, _) => SecretResult::Adopted,
            (SecretsVerb::Prune, _) | (SecretsVerb::Generate, Some(SecretStep::Remove)) => {
                SecretResult::Pruned
            }
        };
        if result == SecretResult::Made {
            found.times += u32::from(found.made_at.is_some());
            found.made_at = Some(now);
        }
        if result == SecretResult::Pruned {
            self.found.remove(name);
        } else if result != SecretResult::Unchanged {
            found.settle();
        }
        result
    }

    /// Takes a text that was entered by hand.
    pub fn enter(&mut self, name: &str, text: Option<&Plaintext>, now: SystemTime) -> SecretResult {
        let Some((found, text)) = self.found.get_mut(name).zip(text) else { return SecretResult::Unchanged };
        found.text = String::from_utf8_lossy(text.bytes()).into_owned();
        found.made_at = Some(now);
        found.settle();
        // What waited for it can be made now.
        for other in self.found.values_mut().filter(|other| other.reads.iter().any(|read| read == name)) {
            if matches!(other.state, SecretState::Skipped(_)) {
                other.state = SecretState::Missing;
                other.step = Some(SecretStep::Make);
            }
        }
        SecretResult::Entered
    }
}

impl Found {
    fn settle(&mut self) {
        self.state = SecretState::Ok;
        self.inside = None;
        self.step = None;
        self.gains.clear();
        self.loses.clear();
    }
}
