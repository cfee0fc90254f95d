//! The hosts' systems: each evaluated from the snapshot of the globals, in a process of its own that tells what it reads.
//!
//! Where there is no snapshot, they are evaluated in batches, so that what they share is evaluated once, and one by one where a batch fails, so that the others still have theirs.

use std::{collections::BTreeMap, fs, num::NonZero, sync::Arc, thread::available_parallelism};

use serde::Deserialize;
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Fleet, explain::Explainer};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Deployment, HostName, Reads, StorePath, System},
    nix::eval::{Question, TELL_FILES, eval_watched},
};

/// What each host's evaluation came to.
pub type Systems = BTreeMap<HostName, Result<System>>;

/// Hosts that share one process. A NixOS host takes some 500 MiB on top of what they share.
const BATCH: usize = 4;

/// What an evaluation is expected to take of the memory: a NixOS host's is between one and four and a half.
const GIBIBYTES: usize = 2;

/// One host's part of the answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    deployment: Deployment,
    warnings: Vec<String>,
    failed_assertions: Vec<String>,
    derivation: Option<StorePath>,
    toplevel: Option<StorePath>,
}

impl Fleet {
    /// Evaluates the systems of some hosts. Each has a result: a host that does not evaluate leaves the others alone.
    pub async fn systems(&self, names: &[HostName], cancel: &CancellationToken) -> Systems {
        self.systems_each(names, cancel, async |_, _| ()).await
    }

    /// The same; `found` hears of each system as soon as it is there.
    pub async fn systems_each(
        &self,
        names: &[HostName],
        cancel: &CancellationToken,
        mut found: impl AsyncFnMut(&HostName, &Result<System>),
    ) -> Systems {
        let size = match self.snapshot(cancel).await {
            Ok(Some(_)) => 1,
            // What keeps it from being made is told host by host, if it keeps those from being evaluated too.
            Ok(None) | Err(_) => BATCH,
        };
        let permits = Arc::new(Semaphore::new(processes()));
        let mut batches = JoinSet::new();
        for batch in names.chunks(size) {
            let (fleet, batch, cancel, permits) =
                (self.clone(), batch.to_vec(), cancel.clone(), permits.clone());
            batches.spawn(async move {
                let _permit = permits.acquire().await;
                fleet.batch(batch, &cancel).await
            });
        }
        let mut systems = Systems::new();
        let mut explainer = Explainer::of(self);
        while let Some(batch) = batches.join_next().await {
            for (name, mut system) in batch.unwrap_or_default() {
                if let Err(error) = system {
                    system = Err(explainer.explain(error, cancel).await);
                }
                found(&name, &system).await;
                systems.insert(name, system);
            }
        }
        for name in names.iter().filter(|name| !systems.contains_key(name)).collect::<Vec<_>>() {
            let lost = Error::new(ErrorKind::Evaluation, format!("the evaluation of {name} was cut off"));
            let lost = Err(lost);
            found(name, &lost).await;
            systems.insert(name.clone(), lost);
        }
        systems
    }

    /// Evaluates one host from the snapshot. `None` where that is not possible: then the host has to be evaluated with its neighbours, which has the better words for what is wrong with it.
    async fn alone(&self, name: &HostName, cancel: &CancellationToken) -> Option<System> {
        let snapshot = self.snapshot(cancel).await.ok()??;
        let question = Question {
            folder: self.flake.folder(),
            installable: &format!("{}#steading.hostSeeing", self.flake.reference()),
            apply: Some(&question_alone(name, &snapshot.expression())),
            arguments: &[TELL_FILES.to_owned()],
        };
        let (mut reads, mut checking) = (Reads::default(), false);
        let evaluated = eval_watched::<Answer>(question, &self.sources, cancel, |message| {
            checking |= message.contains(CHECKS_BEGIN);
            let list = if checking { &mut reads.checks } else { &mut reads.system };
            snapshot.note(message, list) || message.contains(CHECKS_BEGIN)
        })
        .await
        .ok()?;
        reads.sort();
        let mut answer = evaluated.value;
        answer.warnings.extend(evaluated.warnings);
        Some(System { reads: Some(reads), ..answer.into_system(name).ok()? })
    }

    /// Evaluates hosts in one process; where that fails, halves the batch until the culprit stands alone.
    async fn batch(&self, names: Vec<HostName>, cancel: &CancellationToken) -> Systems {
        let mut systems = Systems::new();
        if let [name] = names.as_slice()
            && let Some(system) = self.alone(name, cancel).await
        {
            systems.insert(name.clone(), Ok(system));
            return systems;
        }
        let mut batches = vec![names];
        while let Some(mut names) = batches.pop() {
            match self.together(&names, cancel).await {
                Ok(answers) => systems.extend(answers),
                Err(error) if names.len() == 1 || error.kind == ErrorKind::Cancelled => {
                    systems.extend(names.into_iter().map(|name| (name, Err(error.clone()))));
                }
                Err(_) => {
                    batches.push(names.split_off(names.len() / 2));
                    batches.push(names);
                }
            }
        }
        systems
    }

    async fn together(&self, names: &[HostName], cancel: &CancellationToken) -> Result<Systems> {
        let evaluated = self
            .flake
            .eval::<BTreeMap<HostName, Answer>>(
                "steading.host",
                Some(&question(names)),
                &self.sources,
                cancel,
            )
            .await?;
        let system = |(name, mut answer): (HostName, Answer)| {
            // What Nix says can't be told apart by host unless there is but one.
            if names.len() == 1 {
                answer.warnings.extend(evaluated.warnings.iter().cloned());
            }
            let system = answer.into_system(&name);
            (name, system)
        };
        Ok(evaluated.value.into_iter().map(system).collect())
    }
}

/// The function that is applied to `steading.host`. A host whose assertions fail has no system: forcing one would only repeat the failure in worse words.
fn question(names: &[HostName]) -> String {
    let names = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
    format!(
        "hosts: builtins.mapAttrs (_: host: {{ inherit (host) deployment warnings; failedAssertions = host.assertions; \
         derivation = if host.assertions == [ ] then host.toplevel.drvPath else null; \
         toplevel = if host.assertions == [ ] then host.toplevel.outPath else null; }}) {{ inherit (hosts) {names}; }}"
    )
}

/// What is said between what the system is made of and the rest.
const CHECKS_BEGIN: &str = "steading: the system is evaluated";

/// The function that is applied to `steading.hostSeeing`: first the system as it is, then what is to be known of it.
fn question_alone(name: &HostName, seen_as: &str) -> String {
    format!(
        "hostSeeing: let host = (hostSeeing ({seen_as})).\"{name}\"; in \
         builtins.seq host.unchecked.drvPath (builtins.trace \"{CHECKS_BEGIN}\" {{ \
         inherit (host) deployment warnings; failedAssertions = host.assertions; \
         derivation = host.unchecked.drvPath; toplevel = host.unchecked.outPath; }})"
    )
}

/// How many evaluations go on at a time: one a processor, as far as there is memory for them (`man 5 proc_meminfo`; where nothing tells of it, two).
fn processes() -> usize {
    let processors = available_parallelism().map_or(1, NonZero::get);
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| fitting(&text)).unwrap_or(2);
    processors.min(memory)
}

/// How many fit into what is available.
fn fitting(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?;
    Some((kibibytes / (GIBIBYTES << 20)).max(1))
}

impl Answer {
    fn into_system(self, name: &HostName) -> Result<System> {
        let Self { deployment, warnings, mut failed_assertions, derivation, toplevel } = self;
        match (derivation, toplevel) {
            (Some(derivation), Some(toplevel)) if failed_assertions.is_empty() => {
                Ok(System { deployment, derivation, toplevel, warnings, reads: None })
            }
            _ => {
                let what = match failed_assertions.len() {
                    0 => format!("{name} has no system"),
                    1 => failed_assertions.remove(0),
                    count => format!("{count} assertions of {name} failed"),
                };
                Err(Error::new(ErrorKind::Evaluation, what).detail(failed_assertions))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluations_are_as_many_as_fit_into_the_memory() {
        let meminfo =
            |kibibytes: u64| format!("MemTotal: 99 kB\nMemAvailable:   {kibibytes} kB\nBuffers: 1 kB\n");
        assert_eq!(fitting(&meminfo(9 << 20)), Some(4));
        assert_eq!(fitting(&meminfo(1 << 10)), Some(1), "one has to go on");
        assert_eq!(fitting("MemFree: 3 kB"), None);
    }
}
