//! The backend of a real fleet: takes orders, works on them side by side, and reports.
//!
//! A job is a task of its own. What it learns goes to the console at once, and into the [`Memory`] that is kept for the next start.

mod browse;
mod job;
mod look;
mod looked;
mod memory;
mod questions;
mod rollout;
mod secrets;

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::mpsc,
    task::{Id, JoinSet, LocalSet},
};
use tokio_util::sync::CancellationToken;

use self::{job::Job, looked::Looked, memory::Memory, questions::Questions, rollout::Made};
use super::{
    deploy::HostStops,
    error::{Error, ErrorKind, Result},
    fleet::{Browser, cache, watch::Watch},
    job::{Backend, CAPACITY, End, JobId, Order, Report, Work},
    secrets::{identity::Sources, seal::Identities},
    ssh::Password,
};

/// How many plans are kept that were neither carried out nor declined. The oldest go first.
const PLANS: usize = 8;

/// Which fleet, and where what belongs to it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The flake: a folder, or a reference.
    pub flake: String,
    /// Where this machine keeps what it knows of this fleet's deployments.
    pub state: PathBuf,
    /// Where what was last known of it is kept for the next start.
    pub cache: PathBuf,
    /// How many hosts are worked on at once.
    pub limit: usize,
    /// Where the operator's identities are looked for.
    pub keys: Sources,
}

/// What all jobs share.
#[derive(Debug)]
struct Shared {
    site: Site,
    reports: mpsc::Sender<Report>,
    memory: Mutex<Memory>,
    plans: Mutex<BTreeMap<JobId, Made>>,
    password: Mutex<Option<Password>>,
    /// What answers about hosts' own options; held by whoever asks.
    browser: tokio::sync::Mutex<Option<Browser>>,
    /// Held by whoever works on secrets.
    keeping: tokio::sync::Mutex<()>,
    /// What can't be gone on without.
    questions: Arc<Questions>,
    /// What secrets are decrypted with, once it was looked for.
    identities: Mutex<Option<Identities>>,
    /// What the last look into the files told.
    looked: Mutex<Option<Looked>>,
    /// Held by whoever writes the cache.
    saving: tokio::sync::Mutex<()>,
}

/// A job that is going on.
#[derive(Debug)]
struct Running {
    task: Id,
    evaluates: bool,
    cancel: CancellationToken,
    hosts: HostStops,
}

/// Starts the engine. What was known of the fleet is reported first, before Nix is started for anything.
///
/// It has a thread of its own, so that whatever it reads or computes keeps no screen waiting. The thread ends when nobody orders any more and what was going on has come to its end.
pub fn start(site: Site) -> Result<Backend> {
    let (orders, ordered) = mpsc::channel(CAPACITY);
    let (reporting, reports) = mpsc::channel(CAPACITY);
    let shared = Arc::new(Shared {
        site,
        keeping: tokio::sync::Mutex::default(),
        questions: Arc::new(Questions::new(reporting.clone())),
        identities: Mutex::default(),
        looked: Mutex::default(),
        reports: reporting,
        memory: Mutex::default(),
        plans: Mutex::default(),
        password: Mutex::default(),
        browser: tokio::sync::Mutex::default(),
        saving: tokio::sync::Mutex::default(),
    });
    let failed = |error| Error::io("can't start the backend", &error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let thread = std::thread::Builder::new().name("engine".to_owned());
    let work = move || {
        let engine = Engine {
            shared,
            latest: None,
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
            waiting: VecDeque::new(),
            watch: None,
        };
        LocalSet::new().block_on(&runtime, engine.run(ordered));
    };
    thread.spawn(work).map_err(failed)?;
    Ok(Backend { orders, reports })
}

#[derive(Debug)]
struct Engine {
    shared: Arc<Shared>,
    /// The highest number of a job so far.
    latest: Option<JobId>,
    running: BTreeMap<JobId, Running>,
    tasks: JoinSet<JobId>,
    /// The engine's own reports, until there is room: it must go on reading orders meanwhile.
    waiting: VecDeque<Report>,
    watch: Option<Watch>,
}

impl Engine {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        self.remember().await;
        let flake = self.shared.site.flake.clone();
        self.watch = Path::new(&flake).canonicalize().ok().filter(|folder| folder.is_dir()).map(Watch::begin);
        let reports = self.shared.reports.clone();
        let mut open = true;
        while open || !self.tasks.is_empty() || !self.waiting.is_empty() {
            tokio::select! {
                order = orders.recv(), if open => if let Some(order) = order {
                    self.take(order);
                } else {
                    open = false;
                    self.watch = None;
                    self.running.values().for_each(|job| job.cancel.cancel());
                },
                Some(ended) = self.tasks.join_next_with_id() => match ended {
                    Ok((_, job)) => drop(self.running.remove(&job)),
                    Err(error) => self.lost(error.id()),
                },
                room = reports.reserve(), if !self.waiting.is_empty() => match room {
                    Ok(room) => {
                        if let Some(report) = self.waiting.pop_front() {
                            room.send(report);
                        }
                    }
                    Err(_) => self.waiting.clear(),
                },
                () = changed(self.watch.as_mut()) => {
                    if !self.waiting.iter().any(|report| matches!(report, Report::FleetChanged)) {
                        self.waiting.push_back(Report::FleetChanged);
                    }
                }
            }
        }
    }

    /// Reports what was known when the fleet was last looked at.
    async fn remember(&self) {
        let folder = self.shared.site.cache.clone();
        let read = tokio::task::spawn_blocking(move || cache::read(&folder));
        if let Ok(Some(remembered)) = read.await {
            self.shared.memory().know(remembered.clone());
            let _ = self.shared.reports.send(Report::Remembered(Box::new(remembered))).await;
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Begin(job, work) => self.begin(job, work),
            Order::Cancel(job) => match self.running.get(&job) {
                Some(running) => running.cancel.cancel(),
                None => self.refuse_unknown(job),
            },
            Order::CancelHost(job, host) => match self.running.get(&job) {
                Some(running) => running.hosts.of(&host).cancel(),
                None => self.refuse_unknown(job),
            },
            // No job asks yet.
            Order::Answer(job, number, text) => self.shared.questions.answer(job, number, text),
            Order::Password(password) => {
                *self.shared.password.lock().unwrap_or_else(PoisonError::into_inner) = Some(password);
            }
        }
    }

    fn begin(&mut self, number: JobId, work: Work) {
        if self.latest.is_some_and(|latest| number <= latest) {
            // One that goes on ends once, by itself.
            if !self.running.contains_key(&number) {
                self.refuse(number, format!("there was a job {number} already"));
            }
            return;
        }
        self.latest = Some(number);
        let evaluates = work == Work::Evaluate;
        if evaluates {
            self.running.values().filter(|job| job.evaluates).for_each(|job| job.cancel.cancel());
        }
        let job = Job::new(self.shared.clone(), number, &work);
        let (cancel, hosts) = (job.context.cancel.clone(), job.context.hosts.clone());
        let task = self.tasks.spawn_local(job.carry_out(work)).id();
        self.running.insert(number, Running { task, evaluates, cancel, hosts });
    }

    /// A job that ended already needs no answer: its end is on its way. One that never began would be waited for in vain.
    fn refuse_unknown(&mut self, job: JobId) {
        if self.latest.is_none_or(|latest| job > latest) {
            self.refuse(job, format!("there is no job {job}"));
        }
    }

    fn refuse(&mut self, job: JobId, what: String) {
        self.waiting.push_back(Report::Ended(job, End::Failed(Error::new(ErrorKind::Usage, what))));
    }

    /// A job whose task is gone, though it catches what goes wrong in it.
    fn lost(&mut self, task: Id) {
        let job = self.running.iter().find(|(_, running)| running.task == task).map(|(job, _)| *job);
        if let Some(job) = job {
            self.running.remove(&job);
            self.waiting.push_back(Report::Ended(job, job::failed_in_steading("its task was lost")));
        }
    }
}

/// Waits for a change in the fleet's folder; for ever where nobody watches.
async fn changed(watch: Option<&mut Watch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plans(&self) -> MutexGuard<'_, BTreeMap<JobId, Made>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looked(&self) -> MutexGuard<'_, Option<Looked>> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports. Nobody listening is no failure.
    async fn report(&self, report: Report) {
        let _ = self.reports.send(report).await;
    }

    /// Keeps a plan until it is carried out or declined.
    fn keep(&self, job: JobId, made: Made) {
        let mut plans = self.plans();
        plans.insert(job, made);
        while plans.len() > PLANS {
            plans.pop_first();
        }
    }

    /// Writes down what is known, if that changed. What can't be written is asked for again next time.
    async fn save(&self) {
        let _turn = self.saving.lock().await;
        let Some(known) = self.memory().take_changes() else { return };
        let folder = self.site.cache.clone();
        let _ = tokio::task::spawn_blocking(move || cache::write(&folder, &known)).await;
    }
}

#[cfg(test)]
mod tests;
