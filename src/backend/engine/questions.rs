//! What a job can't go on without asking the operator: passphrases, PINs, whether a plugin may go on.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::{Event, SecretEvent},
    job::{JobId, Report},
    secrets::{
        Handover,
        identity::{Ask, Passphrase, Question},
    },
};

/// How often a passphrase is asked for before its identity is refused.
const ATTEMPTS: u64 = 3;

/// The questions of the job that works on secrets: there is one at a time.
#[derive(Debug)]
pub struct Questions {
    reports: mpsc::Sender<Report>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// Who asks.
    job: Option<JobId>,
    /// The number of the next question.
    next: u64,
    /// Whether the operator left one.
    left: bool,
    waiting: BTreeMap<u64, oneshot::Sender<Option<Handover>>>,
}

impl Questions {
    /// None yet.
    pub fn new(reports: mpsc::Sender<Report>) -> Self {
        Self { reports, open: Mutex::default() }
    }

    /// From now on it is this job that asks, or none. What was asked before is not waited for any more.
    pub fn belong_to(&self, job: Option<JobId>) {
        *self.open() = Open { job, ..Open::default() };
    }

    /// Whether a question was left, or so many were asked that the answers may have been wrong: an identity that was refused so is not asked about again, unless it is opened anew.
    pub fn were_in_vain(&self) -> bool {
        let open = self.open();
        open.left || !open.waiting.is_empty() || open.next >= ATTEMPTS
    }

    /// Takes an answer. One that nobody waits for is dropped.
    pub fn answer(&self, job: JobId, number: u64, text: Option<Handover>) {
        let mut open = self.open();
        if open.job == Some(job)
            && let Some(waiting) = open.waiting.remove(&number)
        {
            open.left |= text.is_none();
            let _ = waiting.send(text);
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ask for Questions {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        let (sender, answer) = oneshot::channel();
        let (job, number) = {
            let mut open = self.open();
            let job = open.job.ok_or_else(Error::cancelled)?;
            let number = open.next;
            open.next += 1;
            open.waiting.insert(number, sender);
            (job, number)
        };
        let asks = Report::Asks { job, number, question: question.clone() };
        self.reports.blocking_send(asks).map_err(|_| Error::cancelled())?;
        let declined = || Error::new(ErrorKind::Cancelled, "the question was not answered");
        let text = answer.blocking_recv().map_err(|_| Error::cancelled())?.ok_or_else(declined)?;
        let text = text.take().ok_or_else(declined)?;
        let line = std::str::from_utf8(text.bytes())
            .map_err(|_| Error::new(ErrorKind::Usage, "the answer is no text"))?;
        Ok(Passphrase::from(Zeroizing::new(line.to_owned())))
    }

    fn tell(&self, message: &str) {
        if let Some(job) = self.open().job {
            let told = Event::Secret(SecretEvent::Told(message.to_owned()));
            let _ = self.reports.try_send(Report::Advanced(job, told));
        }
    }

    fn is_over(&self) -> bool {
        self.open().job.is_none()
    }
}
