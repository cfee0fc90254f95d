//! What became of a host.

use serde::{Deserialize, Serialize};

use super::StorePath;

/// What a plan or a deployment came to on one host. There is exactly one per host, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The host already runs what is wanted.
    Unchanged,
    /// The host runs what is wanted.
    Activated,
    /// The host runs what is wanted, but units failed that had not failed before.
    ActivatedUnitsFailed,
    /// The host will run what is wanted after a reboot.
    StagedRebootPending,
    /// The host was taken back to what it ran before.
    RolledBack,
    /// The host's configuration did not evaluate.
    EvaluationFailed,
    /// The system was not built.
    BuildFailed,
    /// The closure did not reach the host.
    CopyFailed,
    /// The activation failed; what runs now is read from the host.
    ActivationFailed,
    /// SSH did not get through.
    Unreachable,
    /// It was not safe to go on.
    Refused,
    /// It was left out by request.
    Skipped,
    /// The operator stopped it.
    Cancelled,
    /// The link was lost and what runs can't be read yet.
    Unknown,
    /// A plan: it would be activated.
    WouldActivate,
    /// A plan: it would be made the default for the next boot.
    WouldStage,
}

impl Outcome {
    /// The word for it in tables and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Activated => "activated",
            Self::ActivatedUnitsFailed => "activated-units-failed",
            Self::StagedRebootPending => "staged-reboot-pending",
            Self::RolledBack => "rolled-back",
            Self::EvaluationFailed => "evaluation-failed",
            Self::BuildFailed => "build-failed",
            Self::CopyFailed => "copy-failed",
            Self::ActivationFailed => "activation-failed",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::WouldActivate => "would-activate",
            Self::WouldStage => "would-stage",
        }
    }

    /// Whether a run with this outcome counts as done: only then is its exit status 0.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(
            self,
            Self::Unchanged
                | Self::Activated
                | Self::StagedRebootPending
                | Self::Skipped
                | Self::WouldActivate
                | Self::WouldStage
        )
    }
}

/// One host's row in the table that closes a plan or a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostOutcome {
    /// What it came to.
    pub outcome: Outcome,
    /// What the host was seen to run at the end: a store path, or what a push device says of itself. `None`: it could not be read, or runs nothing of ours.
    pub running: Option<String>,
    /// The system that the fleet wants there. `None`: it did not evaluate.
    pub wanted: Option<StorePath>,
    /// Why, in a sentence; empty where the outcome says it all.
    pub reason: String,
}
