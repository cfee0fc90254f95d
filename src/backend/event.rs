//! What the backend tells while it works.
//!
//! Few and small messages over a bounded channel: how far things are. Log lines are no messages; they go to the log store.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{
    model::{HostName, HostOutcome, SecretStep, StorePath},
    secrets::SecretResult,
};

/// How many events may wait to be read before the sender waits too.
pub const EVENT_CAPACITY: usize = 1024;

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A host entered a step of its run.
    PhaseEntered {
        /// The host.
        host: HostName,
        /// The step.
        phase: Phase,
    },
    /// A host is done.
    Settled {
        /// The host.
        host: HostName,
        /// How it ended.
        outcome: HostOutcome,
    },
    /// The build is at another point than before (sent at most every 100 ms).
    BuildAdvanced(BuildProgress),
    /// A copy to a host is at another point than before (sent at most every 100 ms).
    CopyAdvanced {
        /// The host.
        host: HostName,
        /// How much of it went.
        transfer: Transfer,
    },
    /// Nix, or a step, has something to say that fails nothing.
    Warned {
        /// The host that it is about, where it is about one.
        host: Option<HostName>,
        /// What.
        warning: String,
    },
    /// A change of secrets is at another point than before.
    Secret(SecretEvent),
}

/// Something happened to secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretEvent {
    /// There are so many to work on.
    Counted(usize),
    /// One is worked on.
    Began {
        /// Its name.
        name: String,
        /// What is done; nothing, where it is none of the steps.
        step: Option<SecretStep>,
    },
    /// One is done.
    Settled {
        /// Its name.
        name: String,
        /// What came of it.
        result: SecretResult,
    },
    /// The operator has to know or to do something, such as touching a key. The text may be a stranger's.
    Told(String),
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nix evaluates its configuration.
    Evaluate,
    /// SSH is tried.
    Reach,
    /// Its system is built.
    Build,
    /// What it runs is compared with what is wanted.
    Compare,
    /// The closure is copied to it.
    Copy,
    /// It says what an activation would do.
    DryActivate,
    /// It is activated.
    Activate,
    /// What it runs is read again.
    Verify,
}

impl Phase {
    /// The word for it in tables and progress lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluating",
            Self::Reach => "reaching",
            Self::Build => "building",
            Self::Compare => "comparing",
            Self::Copy => "copying",
            Self::DryActivate => "dry-activating",
            Self::Activate => "activating",
            Self::Verify => "verifying",
        }
    }
}

/// Where a build stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildProgress {
    /// Derivations that are built.
    pub builds_done: u64,
    /// Derivations to build in all, as far as Nix knows yet.
    pub builds_expected: u64,
    /// Paths that were copied or downloaded.
    pub copies: Transfer,
    /// What is being built right now, oldest first.
    pub running: Vec<RunningBuild>,
    /// What is being copied or downloaded right now, oldest first.
    pub copying: Vec<RunningCopy>,
    /// What was not built, in the order in which it failed; without what only needs something that failed.
    pub failed: Vec<FailedBuild>,
}

/// A derivation that was not built: known long before the build of the others ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedBuild {
    /// The derivation: its log has this name. `None`: Nix names none.
    pub derivation: Option<StorePath>,
    /// Why, in one line.
    pub reason: String,
}

/// A derivation that is being built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningBuild {
    /// The derivation: its log has this name.
    pub derivation: StorePath,
    /// Name of the derivation, without hash and `.drv`.
    pub name: String,
    /// The phase it says it is in (`buildPhase`); empty before the first.
    pub phase: String,
    /// The machine that builds it; empty for this one.
    pub machine: String,
    /// For how long.
    pub elapsed: Duration,
}

/// A store path on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningCopy {
    /// Name of the path, without hash.
    pub name: String,
    /// The store that it comes from: `local`, `https://cache.nixos.org`.
    pub from: String,
    /// Bytes that arrived.
    pub bytes_done: u64,
    /// Bytes in all; 0: not known yet.
    pub bytes_expected: u64,
}

/// Paths and bytes on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transfer {
    /// Paths that arrived.
    pub paths_done: u64,
    /// Paths in all, as far as known.
    pub paths_expected: u64,
    /// Bytes that arrived.
    pub bytes_done: u64,
    /// Bytes in all, as far as known.
    pub bytes_expected: u64,
}

/// Where events are sent to. Cheap to clone. Nobody listening is no failure.
#[derive(Debug, Clone)]
pub struct Events(mpsc::Sender<Event>);

impl Events {
    /// A bounded channel for events.
    #[must_use]
    pub fn channel() -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(EVENT_CAPACITY);
        (Self(sender), receiver)
    }

    /// Sends one that must not get lost; waits while the listener is behind.
    pub async fn send(&self, event: Event) {
        let _ = self.0.send(event).await;
    }

    /// Sends one that the next of its kind makes obsolete; dropped while the listener is behind.
    pub fn offer(&self, event: Event) {
        let _ = self.0.try_send(event);
    }
}
