//! Builds the systems of many hosts at once, and says of each what came of it.
//!
//! One `nix build` for all: what hosts share is built once. What it prints and how it ends say little (if one derivation fails, nothing is printed, though
//! the others are there), so the store is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;

use super::{
    activities::derivation_name,
    failure::Failure,
    follow::{Followed, LOG_FORMAT, Listeners, follow},
    nix,
    store::{HostStore, requisites, root, valid},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::{Event, Events},
    logstore::{Colour, LogKey, RunLog, clean_line},
    model::{HostName, StorePath},
};

/// How many of a builder's last lines are kept with its failure.
const LAST_LINES: usize = 25;

/// What a build works with.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Where it is built; `None`: here, and on the builders that this machine's Nix knows.
    pub store: Option<&'a HostStore>,
    /// The folder that gets a link to each host's system, by the host's name, so that it isn't garbage collected. Not used for what is built elsewhere.
    pub roots: &'a Path,
    /// What is said, by derivation.
    pub log: &'a RunLog,
    /// Where progress is told.
    pub events: &'a Events,
    /// Stops it.
    pub cancel: &'a CancellationToken,
}

/// What is to be built for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The derivation of the system.
    pub derivation: StorePath,
    /// What its `out` will be.
    pub output: StorePath,
}

/// Why a host's system was not built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFailure {
    /// The derivation whose builder failed: the host's own, or one that it needs. `None`: Nix names none.
    pub culprit: Option<StorePath>,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
    /// The last lines of the culprit's builder, or else what Nix said; plain text.
    pub lines: Vec<String>,
    /// Where the whole log of the culprit is.
    pub log: Option<PathBuf>,
}

/// What came of a host's build. Where it was built here, the link in [`Site::roots`] is there.
pub type Built = Result<(), BuildFailure>;

impl BuildFailure {
    /// The failure as it is told.
    #[must_use]
    pub fn into_error(self) -> Error {
        let mut error = Error::new(ErrorKind::Build, self.reason).detail(self.lines);
        error.hint = self.hint;
        error.derivation = self.culprit;
        error
    }
}

/// Builds, and keeps what was built. Each host has a result; an error is about all of them: Nix isn't there, or the operator stopped it.
///
/// Nix 2.26 stops at a derivation for a platform that nobody here builds for, `--keep-going` or not. Hosts that were not built though nothing that they
/// need failed are therefore built again without those that did.
pub async fn build(
    site: Site<'_>,
    systems: &BTreeMap<HostName, Wanted>,
) -> Result<BTreeMap<HostName, Built>> {
    let mut results = BTreeMap::new();
    let mut left = systems.clone();
    settle_valid(site, &mut left, &mut results).await?;
    while !left.is_empty() {
        let followed = run(site, left.values().map(|wanted| &wanted.derivation)).await?;
        settle_valid(site, &mut left, &mut results).await?;
        let failed = explain(site, &left, &followed).await?;
        if failed.is_empty() {
            for host in std::mem::take(&mut left).into_keys() {
                results.insert(host, Err(unexplained(&followed)));
            }
        }
        for (host, failure) in failed {
            left.remove(&host);
            results.insert(host, Err(failure));
        }
    }
    Ok(results)
}

/// Moves those that are in the store from `left` to `results`.
///
/// The root comes before the answer counts: in between, a garbage collector could take it.
async fn settle_valid(
    site: Site<'_>,
    left: &mut BTreeMap<HostName, Wanted>,
    results: &mut BTreeMap<HostName, Built>,
) -> Result<()> {
    let valid = valid(site.store, left.values().map(|wanted| &wanted.output), site.cancel).await?;
    let hosts = left.iter().filter(|(_, wanted)| valid.contains(&wanted.output));
    let built = hosts.map(|(host, wanted)| (host.clone(), wanted.output.clone())).collect::<Vec<_>>();
    for (host, output) in built {
        let rooted = match site.store {
            None => root(&output, &site.roots.join(host.as_str()), site.cancel).await,
            Some(_) => Ok(()),
        };
        left.remove(&host);
        results.insert(host, rooted.map_err(|error| not_rooted(&error)));
    }
    if site.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
}

async fn run(site: Site<'_>, derivations: impl Iterator<Item = &StorePath>) -> Result<Followed> {
    let derivations = derivations.collect::<BTreeSet<_>>();
    let mut invocation = nix(&["build", "--keep-going", "--no-link"]).args(LOG_FORMAT);
    if let Some(store) = site.store {
        invocation = store.reach(invocation).args(["--eval-store", "auto", "--store", &store.url]);
    }
    let invocation = invocation.args(derivations.iter().map(|derivation| format!("{derivation}^out")));
    let key = LogKey::step("build");
    let listeners = Listeners { log: site.log, key: &key, events: site.events };
    let followed = follow(&invocation, listeners, site.cancel, |activities, now| {
        site.events.offer(Event::BuildAdvanced(activities.progress(now)));
    })
    .await?;
    if followed.exit.cancelled { Err(Error::cancelled()) } else { Ok(followed) }
}

/// Why hosts were not built, for those which need something that failed.
async fn explain(
    site: Site<'_>,
    left: &BTreeMap<HostName, Wanted>,
    followed: &Followed,
) -> Result<BTreeMap<HostName, BuildFailure>> {
    let (by_dependency, direct): (Vec<_>, Vec<_>) =
        followed.activities.failures().iter().partition(|failure| failure.by_dependency);
    let mut failed = BTreeMap::new();
    for (host, wanted) in left {
        let needs = requisites(&wanted.derivation, site.cancel).await.unwrap_or_default();
        let is_needed = |failure: &&&Failure| {
            let failed = failure.derivation.as_ref();
            failed.is_some_and(|failed| *failed == wanted.derivation || needs.contains(failed))
        };
        let culprits = direct.iter().filter(is_needed).collect::<Vec<_>>();
        if let [culprit, others @ ..] = culprits.as_slice() {
            failed.insert(host.clone(), blame(site.log, &wanted.derivation, culprit, others.len()));
        } else if let Some(failure) = by_dependency.iter().find(is_needed) {
            // What failed was told in words that we don't understand.
            let failure = BuildFailure { reason: failure.reason.clone(), ..unexplained(followed) };
            failed.insert(host.clone(), failure);
        }
    }
    Ok(failed)
}

fn blame(log: &RunLog, system: &StorePath, culprit: &Failure, others: usize) -> BuildFailure {
    let derivation = culprit.derivation.as_ref();
    let name = derivation.map_or("", derivation_name);
    let mut reason = if derivation == Some(system) {
        culprit.reason.clone()
    } else {
        format!("`{name}`, which it needs, was not built: {}", culprit.reason)
    };
    match others {
        0 => {}
        1 => reason += " (and one more)",
        others => reason += &format!(" (and {others} more)"),
    }
    let key = derivation.map(|derivation| LogKey::derivation(derivation.clone()));
    let tail = key.as_ref().map(|key| log.tail(key, LAST_LINES)).unwrap_or_default();
    let lines = tail.lines.iter().map(|line| clean_line(line.as_bytes(), Colour::Drop)).collect();
    let log = key.and_then(|key| log.file(&key));
    let hint = hint(&culprit.reason)
        .or_else(|| log.as_ref().map(|file| format!("the whole log of `{name}` is in {}", file.display())));
    BuildFailure { culprit: culprit.derivation.clone(), reason, hint, lines, log }
}

/// What Nix said last, when it names nothing that a host needs.
fn unexplained(followed: &Followed) -> BuildFailure {
    let failure = followed.activities.failures().last();
    let reason = failure.map_or_else(
        || {
            let end = followed.exit.status;
            if end.success() {
                "Nix says that it is built, but it is not in the store".to_owned()
            } else {
                format!("`nix build` ended with {end}")
            }
        },
        |failure| failure.reason.clone(),
    );
    let hint = hint(&reason);
    BuildFailure { culprit: None, reason, hint, lines: followed.last_words.clone(), log: None }
}

fn not_rooted(error: &Error) -> BuildFailure {
    BuildFailure {
        culprit: None,
        reason: format!("it is built, but can't be kept from being garbage collected: {}", error.what),
        hint: error.hint.clone(),
        lines: error.detail.clone(),
        log: None,
    }
}

/// What to do about failures that aren't the builder's.
fn hint(reason: &str) -> Option<String> {
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let hint = if says(&["platform mismatch", "is required to build", "missing system features"]) {
        "nobody here builds for that platform, or with these features: name a machine that does in `builders` of nix.conf, let this one emulate it (`extra-platforms`, binfmt), or set deployment.buildOn = \"target\""
    } else if says(&["No space left on device", "disk is full"]) {
        "`nix-collect-garbage` makes room"
    } else if says(&["hash mismatch in fixed-output derivation"]) {
        "if what is downloaded was meant to change, put the hash behind `got:` into the fleet"
    } else if says(&["cannot connect to socket", "daemon disconnected"]) {
        "is the Nix daemon running? `systemctl status nix-daemon` tells"
    } else {
        return None;
    };
    Some(hint.to_owned())
}
