//! How a child is made to end.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::{Instant, sleep_until};

/// How long a cancelled child is waited for, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From SIGINT to SIGTERM.
    pub interrupt: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate: Duration,
    /// How long a pipe is read that somebody else keeps open after the child has ended.
    pub pipes: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            interrupt: Duration::from_secs(10),
            terminate: Duration::from_secs(5),
            pipes: Duration::from_secs(1),
        }
    }
}

/// The steps by which a child is made to end: SIGINT, SIGTERM, SIGKILL, to its whole group.
pub(super) struct Stopping {
    group: Option<Pid>,
    patience: Patience,
    steps: u8,
    next: Option<Instant>,
}

impl Stopping {
    pub(super) fn new(group: Option<Pid>, patience: Patience) -> Self {
        Self { group, patience, steps: 0, next: None }
    }

    pub(super) fn begun(&self) -> bool {
        self.steps > 0
    }

    pub(super) fn step(&mut self) {
        let (signal, wait) = match self.steps {
            0 => (Signal::INT, Some(self.patience.interrupt)),
            1 => (Signal::TERM, Some(self.patience.terminate)),
            _ => (Signal::KILL, None),
        };
        if let Some(group) = self.group {
            // Gone already is as good as stopped. A child that the kernel stopped, because it asked the terminal something from the
            // background, takes no notice of a signal before it goes on.
            let _ = kill_process_group(group, signal);
            let _ = kill_process_group(group, Signal::CONT);
        }
        self.steps = self.steps.saturating_add(1);
        self.next = wait.map(|wait| Instant::now() + wait);
    }

    /// Waits until the next step is due; for ever before the first and after the last.
    pub(super) async fn due(&self) {
        match self.next {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// Kills what is left of the group after a cancelled run, or when the caller loses interest (its future is dropped), so that no grandchild lives on.
/// What a program leaves behind when it ends by itself is its own affair, as in a shell.
#[derive(Debug)]
pub(super) struct GroupGuard(pub(super) Option<Pid>);

impl Drop for GroupGuard {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
