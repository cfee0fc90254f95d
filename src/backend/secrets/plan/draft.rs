//! What is decided about one secret.

use std::collections::BTreeSet;

use crate::backend::{
    model::{SecretState, SecretStep},
    secrets::{Digest, SecretName, engines::Dialect, sidecar::Record},
};

/// What is decided about one secret.
#[derive(Debug, Clone)]
pub struct Draft {
    /// How it stands.
    pub state: SecretState,
    /// What is done about it.
    pub task: Option<Task>,
    /// Which value it has when that is done; `None`: one that nobody knows yet.
    pub value: Option<Digest>,
    /// Whether others can be made from it then.
    pub available: bool,
    /// What is known of its files as they are.
    pub record: Option<Record>,
}

/// What is done about a secret.
#[derive(Debug, Clone)]
pub enum Task {
    /// Make a new value; unless `anew`, only if its entropy does not make the present one.
    Make {
        /// Whether it is wanted in any case.
        anew: bool,
        /// How.
        dialect: Dialect,
    },
    /// Make the value that its entropy gives.
    Restore {
        /// How.
        dialect: Dialect,
    },
    /// Encrypt the same value anew.
    Rekey,
    /// Write down what is known.
    Record,
    /// Take the value that was entered.
    Enter,
}

impl Task {
    /// The same in the words of the model.
    pub fn step(&self) -> SecretStep {
        match self {
            Self::Make { .. } | Self::Enter => SecretStep::Make,
            Self::Restore { .. } => SecretStep::Restore,
            Self::Rekey => SecretStep::Rekey,
            Self::Record => SecretStep::Record,
        }
    }

    /// Whether its value changes, as far as one can tell before.
    pub fn changes_value(&self) -> bool {
        matches!(self, Self::Make { .. } | Self::Enter)
    }
}

impl Draft {
    /// A secret about which nothing can be done.
    pub fn stuck(state: SecretState, record: Option<&Record>, value: Option<Digest>) -> Self {
        let value = record.map(|record| record.value).or(value);
        Self { state, task: None, value, available: false, record: record.cloned() }
    }

    /// A secret that waits for others.
    pub fn skipped(waits_for: BTreeSet<&SecretName>, record: Option<&Record>, value: Option<Digest>) -> Self {
        let names = waits_for.into_iter().map(ToString::to_string).collect();
        Self::stuck(SecretState::Skipped(names), record, value)
    }

    /// A secret that keeps its value.
    pub fn kept(state: SecretState, task: Option<Task>, record: Record) -> Self {
        Self { state, task, value: Some(record.value), available: true, record: Some(record) }
    }

    /// A secret that gets a new value.
    pub fn made(state: SecretState, anew: bool, dialect: Dialect, record: Option<&Record>) -> Self {
        let task = Some(Task::Make { anew, dialect });
        Self { state, task, value: None, available: true, record: record.cloned() }
    }
}
