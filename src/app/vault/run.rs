//! One thing that is done about secrets, from the key that starts it to what came of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use crate::backend::{
    error::Error,
    event::SecretEvent,
    job::{End, JobId},
    model::SecretStep,
    secrets::{SecretResult, SecretsChange},
};

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// The files are looked into.
    Look,
    /// What was agreed to.
    Change(SecretsChange),
    /// A text that was typed becomes the value of a secret.
    Enter(String),
}

impl Doing {
    /// What it is, for progress lines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Look => "looking into the files",
            Self::Change(change) => change.verb.doing(),
            Self::Enter(_) => "entering",
        }
    }

    /// Whether it writes.
    #[must_use]
    pub fn writes(&self) -> bool {
        *self != Self::Look
    }
}

/// How far a secret is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand<'a> {
    /// Its turn has not come.
    Waits,
    /// It is worked on, since then.
    Works(Option<SecretStep>, SystemTime),
    /// It is done.
    Done(&'a SecretResult),
}

/// One thing that is done.
#[derive(Debug, Clone)]
pub struct Run {
    /// The job.
    pub job: JobId,
    /// What.
    pub doing: Doing,
    /// Since when.
    pub began: SystemTime,
    /// When it was over.
    pub ended: Option<SystemTime>,
    /// How many secrets there are to work on.
    pub count: usize,
    /// What came of each that is done.
    pub results: BTreeMap<String, SecretResult>,
    /// What was said about none in particular.
    pub warnings: Vec<String>,
    /// Why it came to nothing.
    pub failure: Option<Error>,
    /// Whether it is being stopped.
    pub stopping: bool,
    /// Whether it was stopped.
    pub cancelled: bool,
    expected: BTreeSet<String>,
    working: BTreeMap<String, (Option<SecretStep>, SystemTime)>,
}

impl Run {
    /// Begins.
    #[must_use]
    pub fn begin(job: JobId, doing: Doing, now: SystemTime) -> Self {
        let expected = match &doing {
            Doing::Look => BTreeSet::new(),
            Doing::Change(change) => change.names.iter().chain(&change.follow).cloned().collect(),
            Doing::Enter(name) => BTreeSet::from([name.clone()]),
        };
        Self {
            job,
            doing,
            began: now,
            ended: None,
            count: expected.len(),
            results: BTreeMap::new(),
            warnings: Vec::new(),
            failure: None,
            stopping: false,
            cancelled: false,
            expected,
            working: BTreeMap::new(),
        }
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// How far a secret is; nothing, where it is not part of it.
    #[must_use]
    pub fn stand(&self, name: &str) -> Option<Stand<'_>> {
        if let Some(result) = self.results.get(name) {
            return Some(Stand::Done(result));
        }
        if let Some((step, since)) = self.working.get(name) {
            return Some(Stand::Works(*step, *since));
        }
        (self.is_running() && self.expected.contains(name)).then_some(Stand::Waits)
    }

    /// What came of a secret that is as it was asked for, while the run goes on: what was found before is not how it stands any more.
    #[must_use]
    pub fn just_done(&self, name: &str) -> Option<&SecretResult> {
        self.results.get(name).filter(|result| self.is_running() && result.is_good())
    }

    /// What is worked on right now.
    pub fn working(&self) -> impl Iterator<Item = &str> {
        self.working.keys().map(String::as_str)
    }

    /// What went wrong.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &SecretResult)> {
        self.results
            .iter()
            .filter(|(_, result)| result.is_bad())
            .map(|(name, result)| (name.as_str(), result))
    }

    /// What went wrong by itself, rather than because of something else.
    #[must_use]
    pub fn first_failed(&self) -> Option<(&str, &SecretResult)> {
        let itself = |(_, result): &(&str, &SecretResult)| matches!(result, SecretResult::Failed(_));
        self.failed().find(itself).or_else(|| self.failed().next())
    }

    /// Secrets whose files are other ones now.
    pub fn changed(&self) -> impl Iterator<Item = &str> {
        self.results.iter().filter(|(_, result)| result.changes_files()).map(|(name, _)| name.as_str())
    }

    /// Something happened. What comes late changes nothing.
    pub fn advanced(&mut self, event: SecretEvent, now: SystemTime) {
        if !self.is_running() {
            return;
        }
        match event {
            SecretEvent::Counted(count) => self.count = count,
            SecretEvent::Began { name, step } => {
                if !self.results.contains_key(&name) {
                    self.working.entry(name).or_insert((step, now));
                }
            }
            SecretEvent::Settled { name, result } => {
                self.working.remove(&name);
                self.results.insert(name, result);
            }
            SecretEvent::Told(_) => {}
        }
        self.count = self.count.max(self.results.len() + self.working.len());
    }

    /// It is known what came of each.
    pub fn changed_to(&mut self, results: BTreeMap<String, SecretResult>) {
        self.working.clear();
        self.count = results.len();
        self.results = results;
    }

    /// It is over.
    pub fn over(&mut self, end: End, now: SystemTime) {
        if !self.is_running() {
            return;
        }
        match end {
            End::Done => {}
            End::Cancelled => self.cancelled = true,
            End::Failed(error) => self.failure = Some(error),
        }
        self.working.clear();
        self.ended = Some(now);
    }
}
