//! Something that is asked of the backend: whether it is being asked, and what is known of it.

use crate::backend::{
    error::{Error, ErrorKind, Result},
    job::{End, JobId},
};

/// A question to the backend, with the latest answer to it.
#[derive(Debug, Clone)]
pub struct Inquiry<T> {
    job: Option<JobId>,
    value: Option<T>,
    error: Option<Error>,
    /// Whether what is known is to be asked anew.
    outdated: bool,
}

impl<T> Default for Inquiry<T> {
    fn default() -> Self {
        Self { job: None, value: None, error: None, outdated: false }
    }
}

impl<T> Inquiry<T> {
    /// The job that asks.
    #[must_use]
    pub fn job(&self) -> Option<JobId> {
        self.job
    }

    /// The latest that was answered; it stays while it is asked anew.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Why there is no answer.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Whether it should be asked, once somebody wants to know.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        self.job.is_none() && (self.outdated || (self.value.is_none() && self.error.is_none()))
    }

    /// It is being asked.
    pub fn asked(&mut self, job: JobId) {
        self.job = Some(job);
        self.outdated = false;
    }

    /// What is known may not be so any more; an answer that is under way counts no more.
    pub fn outdated(&mut self) {
        self.job = None;
        self.outdated = true;
    }

    /// Nobody waits for the answer; hands back the job that looked for it.
    pub fn abandon(&mut self) -> Option<JobId> {
        let job = self.job.take()?;
        self.outdated = true;
        Some(job)
    }

    /// Takes an answer; `false`: it is an older question's.
    pub fn answered(&mut self, job: JobId, answer: Result<T>) -> bool {
        if self.job != Some(job) {
            return false;
        }
        self.job = None;
        match answer {
            Ok(value) => (self.value, self.error) = (Some(value), None),
            // What was known before is not so any more.
            Err(error) => (self.value, self.error) = (None, Some(error)),
        }
        true
    }

    /// The job that asks is over: if it didn't answer, nothing does.
    pub fn ended(&mut self, job: JobId, end: &End) {
        let error = match end {
            End::Failed(error) => error.clone(),
            End::Done | End::Cancelled => nothing(),
        };
        self.answered(job, Err(error));
    }
}

/// Says that a question was not answered.
#[must_use]
pub fn nothing() -> Error {
    Error::new(ErrorKind::Evaluation, "no answer came").hint("r evaluates the fleet again, and asks again")
}
