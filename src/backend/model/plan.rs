//! What a deployment would do, and what one that has begun says of itself.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{HostName, HostOutcome, HostStatus, Outcome, StorePath};

/// What is done with a system on its host. The words are those of `switch-to-configuration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Activate it now and at every boot.
    #[default]
    Switch,
    /// Activate it now; the next boot starts what it did before.
    Test,
    /// Make it what the next boot starts; nothing changes now.
    Boot,
    /// Say what an activation would do; nothing changes.
    DryActivate,
}

/// Says that a text names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no action: use switch, test, boot or dry-activate")]
pub struct InvalidAction(String);

impl Action {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Test => "test",
            Self::Boot => "boot",
            Self::DryActivate => "dry-activate",
        }
    }

    /// Whether it changes what the host runs now.
    #[must_use]
    pub fn activates(self) -> bool {
        matches!(self, Self::Switch | Self::Test)
    }

    /// Whether it changes what the next boot starts.
    #[must_use]
    pub fn stages(self) -> bool {
        matches!(self, Self::Switch | Self::Boot)
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Switch, Self::Test, Self::Boot, Self::DryActivate]
            .into_iter()
            .find(|action| action.word() == text)
            .ok_or_else(|| InvalidAction(text.to_owned()))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a deployment would do, host by host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What would be done with the systems.
    pub action: Action,
    /// Every selected host.
    pub hosts: BTreeMap<HostName, HostPlan>,
}

impl Plan {
    /// Whether there is anything to apply.
    #[must_use]
    pub fn would_change(&self) -> bool {
        self.hosts.values().any(HostPlan::would_change)
    }
}

/// What a deployment would do on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPlan {
    /// What it comes to.
    pub outcome: HostOutcome,
    /// The last lines of what failed.
    pub detail: Vec<String>,
    /// The derivation that was not built, where it is known: its log has this name.
    pub culprit: Option<StorePath>,
    /// What was read from the host; `None`: nobody got as far as asking it.
    pub status: Option<HostStatus>,
    /// This machine never deployed to the host before.
    pub first_contact: bool,
    /// What changes in the closure. `None`: not known, because nothing was built or the host's closure can't be read.
    pub change: Option<ClosureChange>,
    /// What the activation would do. `None`: not known, because the closure is not on the host.
    pub dry_activation: Option<DryActivation>,
    /// What doesn't keep it from being applied but should be known first: a disk nearly full, a record cut off.
    pub warnings: Vec<String>,
}

impl HostPlan {
    /// Whether applying it would change the host.
    #[must_use]
    pub fn would_change(&self) -> bool {
        matches!(self.outcome.outcome, Outcome::WouldActivate | Outcome::WouldStage)
    }
}

impl From<HostOutcome> for HostPlan {
    /// The plan of a host of which nothing else is known.
    fn from(outcome: HostOutcome) -> Self {
        Self {
            outcome,
            detail: Vec::new(),
            culprit: None,
            status: None,
            first_contact: false,
            change: None,
            dry_activation: None,
            warnings: Vec::new(),
        }
    }
}

/// The difference between what a host runs and what is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureChange {
    /// Packages that came, went, or have other versions, sorted by name.
    pub packages: Vec<PackageChange>,
    /// Size of the closure that runs, in bytes of NAR.
    pub size_before: u64,
    /// Size of the closure that is wanted, in bytes of NAR.
    pub size_after: u64,
    /// Store paths that only the wanted closure has.
    pub paths_added: u64,
    /// Store paths that only the running closure has.
    pub paths_removed: u64,
    /// What the paths that only the wanted closure has take on the host's disk at most, in bytes of NAR.
    pub bytes_added: u64,
}

/// One package in a [`ClosureChange`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageChange {
    /// Its name, without the version.
    pub name: String,
    /// The versions that run, sorted; empty: it comes. A package without a version has the version `""`.
    pub before: Vec<String>,
    /// The versions that are wanted, sorted; empty: it goes.
    pub after: Vec<String>,
}

/// What `switch-to-configuration dry-activate` says it would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DryActivation {
    /// Units that would be stopped.
    pub stop: Vec<String>,
    /// Units that changed but would be left running.
    pub not_stop: Vec<String>,
    /// Units that would be reloaded.
    pub reload: Vec<String>,
    /// Units that changed but would be neither restarted nor reloaded.
    pub not_restart: Vec<String>,
    /// Units that would be restarted.
    pub restart: Vec<String>,
    /// Units that would be started.
    pub start: Vec<String>,
    /// Whether systemd would be executed anew.
    pub reexecute: bool,
    /// Whether the activation scripts would run.
    pub activate: bool,
    /// Other lines, as they were: swap devices, warnings of checks, what a push device prints.
    pub notes: Vec<String>,
    /// Why only a reboot gets the host there.
    pub reboot: Option<String>,
}

/// An activation that was begun on a host, as the host recorded it. The record is gone after a reboot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The random name of this attempt.
    pub token: String,
    /// What was to be done.
    pub action: Action,
    /// The system that was to be activated.
    pub system: StorePath,
    /// What the host ran before; `None`: nothing of ours.
    pub previous: Option<String>,
    /// How far it is.
    pub step: AttemptStep,
    /// Whether the host still works on it.
    pub running: bool,
    /// Exit status of the activation (`test`), once it has ended.
    pub activation_status: Option<i32>,
    /// Exit status of staging (profile and `boot`), once it has ended.
    pub staging_status: Option<i32>,
    /// Units that had failed before.
    pub failed_before: Vec<String>,
}

/// The steps of an attempt on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptStep {
    /// It has been accepted.
    Begun,
    /// `switch-to-configuration test` runs.
    Activating,
    /// Profile and boot loader are being set.
    Staging,
    /// It has come to its end.
    Ended,
}

/// What became of one host in a deployment: the outcome, and what more there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostResult {
    /// What it came to.
    pub outcome: HostOutcome,
    /// The last lines of what failed.
    pub detail: Vec<String>,
    /// Units that failed and had not failed before.
    pub failed_units: Vec<String>,
}

impl From<HostOutcome> for HostResult {
    fn from(outcome: HostOutcome) -> Self {
        Self { outcome, detail: Vec::new(), failed_units: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_action_lists_the_known() {
        assert_eq!("dry-activate".parse(), Ok(Action::DryActivate));
        let error = "reboot".parse::<Action>().unwrap_err().to_string();
        assert!(error.contains("switch, test, boot or dry-activate"), "{error}");
    }
}
