//! What is going to happen in the demo.

use crate::backend::{
    job::{End, JobId, Report},
    logstore::LogKey,
    model::HostName,
    secrets::{Handover, SecretsVerb},
};

/// Something that is going to happen.
#[derive(Debug)]
pub(super) struct Step {
    pub job: JobId,
    pub host: Option<HostName>,
    pub act: Act,
}

/// What happens.
#[derive(Debug)]
pub(super) enum Act {
    /// Something is told.
    Tell(Report),
    /// Lines are logged.
    Say(LogKey, Vec<String>),
    /// A host says what it runs.
    Answer(HostName),
    /// An activation begins.
    Activate(HostName),
    /// A host is done.
    Settle(HostName),
    /// It is told how it stands with the secrets.
    Secrets,
    /// The files of secrets are looked into.
    Look,
    /// The text of a secret is handed over.
    Reveal(String),
    /// A secret is changed.
    Change(SecretsVerb, String),
    /// A text becomes the value of a secret.
    Enter(String, Handover),
    /// The job's result is told.
    Conclude,
    /// The job is over.
    End(End),
}

impl Act {
    /// Whether it belongs to the job as a whole, and happens even when nobody is left to work on.
    pub fn frames_the_job(&self) -> bool {
        matches!(self, Self::Tell(Report::Began { .. }) | Self::Settle(_) | Self::Conclude | Self::End(_))
    }
}
