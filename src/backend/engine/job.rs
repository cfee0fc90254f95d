//! One job, from its beginning to its end.

use std::{any::Any, future::Future, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::backend::{
    deploy::Context,
    error::{Error, ErrorKind, Result},
    event::{Event, Events},
    fleet::Fleet,
    job::{End, FleetFacts, JobId, Part, Report, Work},
    logstore::{Limits, RunLog},
};

/// What a job works with.
#[derive(Debug)]
pub struct Job {
    pub shared: Arc<Shared>,
    pub number: JobId,
    pub context: Context,
    events: mpsc::Receiver<Event>,
}

/// What its work sees of it.
#[derive(Debug)]
pub struct Desk {
    pub shared: Arc<Shared>,
    pub number: JobId,
    pub context: Context,
}

impl Job {
    /// Prepares a job. Only what plans and deployments say is worth a place on the disk.
    pub fn new(shared: Arc<Shared>, number: JobId, work: &Work) -> Self {
        let (events, told) = Events::channel();
        let (state, limit) = (shared.site.state.clone(), shared.site.limit);
        let log = match work {
            Work::Plan { .. } | Work::Apply(_) => RunLog::begin(&state.join("logs"), Limits::default()),
            _ => RunLog::in_memory(Limits::default()),
        };
        let mut context = Context::with_log(state, limit, events, CancellationToken::new(), log);
        context.sudo_password = shared.password.lock().map_or(None, |password| password.clone());
        Self { shared, number, context, events: told }
    }

    /// Works, and tells of it from the beginning to the end.
    pub async fn carry_out(self, work: Work) -> JobId {
        let Self { shared, number, context, mut events } = self;
        let log = context.log.clone();
        shared.report(Report::Began { job: number, log: log.clone() }).await;
        let desk = Desk { shared: shared.clone(), number, context };
        let telling = async {
            while let Some(event) = events.recv().await {
                tell_problems(&shared, number, &log).await;
                shared.report(Report::Advanced(number, event)).await;
            }
        };
        let (end, ()) = tokio::join!(guarded(desk.work(work)), telling);
        tell_problems(&shared, number, &log).await;
        shared.save().await;
        shared.report(Report::Ended(number, end)).await;
        number
    }
}

/// Why the log on disk is not whole: the operator must not look for what isn't there.
async fn tell_problems(shared: &Shared, job: JobId, log: &RunLog) {
    while let Some(warning) = log.take_problem() {
        shared.report(Report::Advanced(job, Event::Warned { host: None, warning })).await;
    }
}

/// A panic ends the job, not the program.
async fn guarded(work: impl Future<Output = End>) -> End {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|payload| failed_in_steading(words(&*payload)))
}

/// The end of a job that met a mistake of ours.
pub fn failed_in_steading(what: &str) -> End {
    let error = Error::new(ErrorKind::Process, format!("an error in Steading itself: {what}"));
    End::Failed(error.hint("please report it; what hosts run is read again by asking them"))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a task was lost")
}

impl Desk {
    async fn work(self, work: Work) -> End {
        match work {
            Work::Evaluate => self.evaluate().await,
            Work::Ask(hosts) => self.ask(hosts).await,
            Work::Plan { hosts, options } => self.plan(hosts, options).await,
            Work::Apply(plan) => self.apply(plan).await,
            Work::Decline(plan) => self.decline(plan).await,
            Work::Affected(path) => self.affected(path).await,
            Work::Options { hosts, question } => self.options(hosts, question).await,
            Work::Secrets(work) => self.secrets(work).await,
        }
    }

    /// Whether the job was stopped.
    pub fn stopped(&self) -> bool {
        self.context.cancel.is_cancelled()
    }

    /// How a job ends that came to its end, or was stopped on its way.
    pub fn end(&self) -> End {
        if self.stopped() { End::Cancelled } else { End::Done }
    }

    /// Opens the fleet and tells of it.
    pub async fn open(&self) -> Result<Fleet, End> {
        let opened = Fleet::open(&self.shared.site.flake, &self.context.cancel).await;
        if self.stopped() {
            return Err(End::Cancelled);
        }
        match opened {
            Ok(fleet) => {
                let facts = facts(&fleet);
                self.shared.memory().opened(&fleet, &facts);
                self.shared.report(Report::Read(self.number, Part::Fleet(Ok(facts)))).await;
                Ok(fleet)
            }
            Err(error) => {
                self.shared.report(Report::Read(self.number, Part::Fleet(Err(error.clone())))).await;
                Err(End::Failed(error))
            }
        }
    }

    /// Takes a part that was read, and tells of it. What comes after the job was stopped may be older than what another has read meanwhile.
    pub async fn read(&self, part: Part) {
        {
            let mut memory = self.shared.memory();
            if self.stopped() {
                return;
            }
            memory.read(&part);
        }
        self.shared.report(Report::Read(self.number, part)).await;
    }
}

fn facts(fleet: &Fleet) -> FleetFacts {
    FleetFacts {
        name: fleet.flake().display(),
        folder: fleet.flake().folder().map(std::path::Path::to_owned),
        revision: fleet.flake().revision().clone(),
        hosts: fleet.hosts().clone(),
        warnings: fleet.warnings().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_the_end_of_the_job_alone() {
        let end = guarded(async { panic!("seven is odd") }).await;
        let End::Failed(error) = end else { panic!("{end:?}") };
        assert!(error.what.contains("in Steading itself: seven is odd"), "{error:?}");
        assert_eq!(guarded(async { End::Done }).await, End::Done);
    }
}
