//! What failed of a deployment, and where to read why.

use super::{Deployment, HostRun};
use crate::{
    app::logview::{tells_error, without_colours},
    backend::{
        event::BuildProgress,
        logstore::{LogKey, Scope},
        model::{HostName, Outcome, StorePath},
    },
};

/// How many of a builder's last lines are looked at for an error.
const LAST_LINES: usize = 50;

/// A derivation that was not built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The derivation: its log has this name.
    pub derivation: StorePath,
    /// What its builder said went wrong, or else what Nix says.
    pub line: String,
}

/// Something that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A host.
    Host(HostName),
    /// The build of a derivation; the hosts that need it still wait for the other builds.
    Build(StorePath),
}

impl HostRun {
    /// What went wrong, in a line: the first of its last words that tells of an error, or else the reason of its outcome.
    #[must_use]
    pub fn error_line(&self) -> &str {
        let reason = self.outcome.as_ref().map_or("", |outcome| &outcome.reason);
        self.detail.iter().find(|line| tells_error(line)).map_or(reason, String::as_str)
    }
}

impl Deployment {
    /// What failed to be built stays known when the build is over.
    pub(super) fn built(&mut self, progress: BuildProgress) {
        for failed in &progress.failed {
            let Some(derivation) = &failed.derivation else { continue };
            if self.failed_builds.iter().all(|known| known.derivation != *derivation) {
                let line = self.error_line(derivation).unwrap_or_else(|| failed.reason.clone());
                self.failed_builds.push(BuildError { derivation: derivation.clone(), line });
            }
        }
        self.build = Some(progress);
    }

    /// The first of the last lines of a builder that tells of an error.
    fn error_line(&self, derivation: &StorePath) -> Option<String> {
        self.last_words(derivation).into_iter().find(|line| tells_error(line))
    }

    /// The last lines of a builder.
    fn last_words(&self, derivation: &StorePath) -> Vec<String> {
        let key = LogKey::derivation(derivation.clone());
        let lines = self.logs.last().map(|log| log.tail(&key, LAST_LINES).lines).unwrap_or_default();
        lines.iter().map(|line| without_colours(line).into_owned()).collect()
    }

    /// The failed build that a reason names, and its last words. The plan says which it is, but only when all of it is made.
    pub(super) fn named_in(&self, reason: &str) -> Option<(StorePath, Vec<String>)> {
        let name = |build: &&BuildError| {
            let name = build.derivation.name();
            reason.contains(&format!("`{}`", name.strip_suffix(".drv").unwrap_or(name)))
        };
        let derivation = &self.failed_builds.iter().find(name)?.derivation;
        Some((derivation.clone(), self.last_words(derivation)))
    }

    /// What failed, the most telling first: hosts at which something went wrong, in the order of time; builds whose hosts don't know of it yet; then hosts
    /// that were not tried at all.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        let outcome = |host: &HostName| Some(self.hosts.get(host)?.outcome.as_ref()?.outcome);
        let wrong = |came: Outcome| !came.is_fine() && came != Outcome::Cancelled;
        let failed = self.failing.iter().filter(|host| outcome(host).is_some_and(wrong));
        let (not_tried, failed) = failed.partition::<Vec<_>, _>(|host| {
            outcome(host).is_some_and(|came| matches!(came, Outcome::Unreachable | Outcome::Refused))
        });
        let blamed = |build: &BuildError| {
            let culprit = Some(&build.derivation);
            self.hosts.values().any(|run| run.culprit.as_ref() == culprit)
        };
        let builds = self.failed_builds.iter().filter(|build| !blamed(build));
        let builds = builds.map(|build| Failure::Build(build.derivation.clone()));
        let hosts = |hosts: Vec<&HostName>| hosts.into_iter().cloned().map(Failure::Host).collect::<Vec<_>>();
        hosts(failed).into_iter().chain(builds).chain(hosts(not_tried)).collect()
    }

    /// Where to read of a host: in the log of what was not built for it, or else in its own.
    #[must_use]
    pub fn scope_of(&self, host: &HostName) -> Scope {
        match self.hosts.get(host).and_then(|run| run.culprit.clone()) {
            Some(culprit) => Scope::Stream(LogKey::derivation(culprit)),
            None => Scope::Host(host.clone()),
        }
    }
}
