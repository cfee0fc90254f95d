//! Plays the script: what is going to happen, in the order of its time, on a clock of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime},
};

use super::{
    Script,
    data::Data,
    secrets::changes,
    step::{Act, Step},
    vault::Vault,
    world::World,
};
use crate::backend::{
    deploy::Options,
    error::{Error, ErrorKind, Result},
    event::{Event, Phase},
    job::{End, JobId, Order, Part, Remembered, Report, Work},
    logstore::{Limits, RunLog},
    model::{HostName, HostOutcome, HostPlan, HostResult, Outcome, Plan},
    secrets::{Handover, SecretResult},
};

/// How long before the demo the fleet was last looked at.
const LAST_LOOK: Duration = Duration::from_secs(2 * 3600 + 300);

/// The demo, one step after the other. Nothing here waits, and nothing depends on anything but the orders: the same orders at the same points make the same reports.
#[derive(Debug)]
pub struct Player {
    pub(super) data: Data,
    pub(super) script: Script,
    pub(super) world: World,
    pub(super) vault: Vault,
    pub(super) evaluations: usize,
    now: Duration,
    queue: BTreeMap<(Duration, u64), Step>,
    steps: u64,
    latest: Option<JobId>,
    jobs: BTreeMap<JobId, Playing>,
    plans: BTreeMap<JobId, (Plan, Options)>,
}

/// A job that is going on.
#[derive(Debug)]
pub(super) struct Playing {
    pub work: Work,
    pub log: RunLog,
    pub options: Options,
    /// What it works on; each host's entry goes when it is settled.
    pub hosts: BTreeSet<HostName>,
    /// What it comes to on hosts, or what is carried out.
    pub planned: BTreeMap<HostName, HostPlan>,
    /// The hosts that an activation has begun on.
    pub activated: BTreeSet<HostName>,
    pub applied: BTreeMap<HostName, HostResult>,
    /// What came of secrets.
    pub changed: BTreeMap<String, SecretResult>,
}

impl Player {
    /// Sets the stage.
    pub fn new(script: Script) -> Result<Self> {
        let data = Data::read()?;
        let mut player = Self {
            world: World::new(&data),
            vault: Vault::read(script.begins)?,
            data,
            evaluations: 0,
            now: Duration::ZERO,
            queue: BTreeMap::new(),
            steps: 0,
            latest: None,
            jobs: BTreeMap::new(),
            plans: BTreeMap::new(),
            script,
        };
        if player.script.remembers {
            let remembered = Report::Remembered(Box::new(player.remembered()));
            player.schedule(JobId::default(), None, Duration::ZERO, Act::Tell(remembered));
        }
        Ok(player)
    }

    /// When the next thing happens, counted from the beginning; `None`: nothing is going on.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.queue.keys().next().map(|(due, _)| *due)
    }

    /// The time of the demo's clock.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.script.begins + self.now
    }

    /// Lets the next thing happen. `None`: it is nothing that is reported, such as a line of a log, or there is none ([`Player::due`] tells).
    pub fn step(&mut self) -> Option<Report> {
        let ((due, _), Step { job, act, .. }) = self.queue.pop_first()?;
        self.now = self.now.max(due);
        match act {
            Act::Tell(report) => Some(report),
            Act::Say(key, lines) => {
                let log = &self.jobs.get(&job)?.log;
                for line in lines {
                    log.append(&key, line.as_bytes());
                }
                None
            }
            Act::Answer(host) => {
                let seen = Box::new(self.world.seen(self.data.hosts.get(&host)?, self.time()));
                Some(Report::Asked { job, host, seen })
            }
            Act::Activate(host) => {
                self.jobs.get_mut(&job)?.activated.insert(host.clone());
                Some(Report::Advanced(job, Event::PhaseEntered { host, phase: Phase::Activate }))
            }
            Act::Settle(host) => self.settle(job, &host),
            Act::Secrets => Some(Report::Read(job, Part::Secrets(Ok(self.vault.facts())))),
            Act::Look => {
                self.vault.look();
                None
            }
            Act::Reveal(name) => {
                let text = self.vault.text(&name).map(Handover::from);
                Some(Report::Revealed { job, name, text })
            }
            Act::Change(verb, name) => self.change_secret(job, verb, name),
            Act::Enter(name, text) => self.enter_secret(job, name, &text),
            Act::Conclude => self.conclude(job),
            Act::End(end) => {
                self.jobs.remove(&job);
                Some(Report::Ended(job, end))
            }
        }
    }

    /// Lets everything happen that is going on.
    pub fn play(&mut self) -> Vec<Report> {
        self.play_until(Duration::MAX)
    }

    /// Lets everything happen up to a time, counted from the beginning.
    pub fn play_until(&mut self, time: Duration) -> Vec<Report> {
        let mut reports = Vec::new();
        while self.due().is_some_and(|due| due <= time) {
            reports.extend(self.step());
        }
        if time < Duration::MAX {
            self.now = self.now.max(time);
        }
        reports
    }

    /// Takes time on where nothing happens.
    pub(super) fn pass(&mut self, time: Duration) {
        self.now = self.now.max(time);
    }

    /// Takes an order. What follows happens in [`Player::step`].
    pub fn order(&mut self, order: Order) {
        match order {
            Order::Begin(job, work) => self.begin(job, work),
            Order::Cancel(job) => self.cancel(job),
            Order::CancelHost(job, host) => self.cancel_host(job, &host),
            Order::Answer(job, _, answer) => self.answered(job, answer.is_some()),
            Order::Password(_) => {}
        }
    }

    fn begin(&mut self, job: JobId, work: Work) {
        if self.latest.is_some_and(|latest| job <= latest) {
            if !self.jobs.contains_key(&job) {
                self.refuse(job, format!("there was a job {job} already"));
            }
            return;
        }
        self.latest = Some(job);
        if work == Work::Evaluate {
            let older = self.jobs.iter().filter(|(_, playing)| playing.work == Work::Evaluate);
            for older in older.map(|(job, _)| *job).collect::<Vec<_>>() {
                self.cancel(older);
            }
        }
        let (mut hosts, mut options) = (Vec::new(), Options::default());
        let mut plan = None;
        match &work {
            Work::Evaluate | Work::Affected(_) | Work::Secrets(_) => {}
            Work::Ask(asked) | Work::Options { hosts: asked, .. } => hosts.clone_from(asked),
            Work::Plan { hosts: chosen, options: how } => {
                (hosts, options) = (chosen.clone(), how.clone());
            }
            Work::Apply(of) | Work::Decline(of) => match self.plans.remove(of) {
                Some((kept, how)) => {
                    hosts = kept.hosts.keys().cloned().collect();
                    options = how;
                    plan = Some(kept);
                }
                None => return self.refuse(job, format!("there is no plan of job {of} (any more)")),
            },
        }
        let log = RunLog::in_memory(Limits::default());
        self.schedule(job, None, Duration::ZERO, Act::Tell(Report::Began { job, log: log.clone() }));
        let playing = Playing {
            work: work.clone(),
            log,
            options,
            hosts: hosts.iter().cloned().collect(),
            planned: BTreeMap::new(),
            activated: BTreeSet::new(),
            applied: BTreeMap::new(),
            changed: BTreeMap::new(),
        };
        self.jobs.insert(job, playing);
        match (work, plan) {
            (Work::Evaluate, _) => self.evaluate(job),
            (Work::Ask(_), _) => self.ask(job, &hosts),
            (Work::Plan { .. }, _) => self.plan(job, &hosts),
            (Work::Apply(_), Some(plan)) => self.apply(job, plan),
            (Work::Affected(path), _) => self.affected(job, path),
            (Work::Options { question, .. }, _) => self.options(job, &hosts, &question),
            (Work::Secrets(work), _) => self.secrets(job, work),
            (Work::Apply(_) | Work::Decline(_), _) => {
                self.schedule(job, None, Duration::from_millis(400), Act::End(End::Done));
            }
        }
    }

    fn refuse(&mut self, job: JobId, what: String) {
        let end = End::Failed(Error::new(ErrorKind::Usage, what));
        self.schedule(job, None, Duration::ZERO, Act::Tell(Report::Ended(job, end)));
    }

    fn cancel(&mut self, job: JobId) {
        let Some(playing) = self.jobs.get(&job) else {
            if self.latest.is_none_or(|latest| job > latest) {
                self.refuse(job, format!("there is no job {job}"));
            }
            return;
        };
        let began = match &playing.work {
            Work::Plan { .. } | Work::Apply(_) => true,
            Work::Secrets(work) => changes(work),
            _ => false,
        };
        for host in playing.hosts.clone() {
            self.stop_host(job, &host);
        }
        self.forget(|step| {
            step.job == job && !matches!(step.act, Act::Settle(_) | Act::Tell(Report::Began { .. }))
        });
        if began {
            self.schedule(job, None, Duration::ZERO, Act::Conclude);
        }
        self.schedule(job, None, Duration::ZERO, Act::End(End::Cancelled));
    }

    fn cancel_host(&mut self, job: JobId, host: &HostName) {
        let Some(playing) = self.jobs.get(&job) else { return self.cancel(job) };
        if !playing.hosts.contains(host) {
            return;
        }
        let alone = playing.hosts.len() == 1;
        self.stop_host(job, host);
        if alone {
            self.forget(|step| step.job == job && !step.act.frames_the_job());
        }
    }

    /// Drops what a host would still do, and settles it.
    fn stop_host(&mut self, job: JobId, host: &HostName) {
        self.forget(|step| step.job == job && step.host.as_ref() == Some(host));
        let Some(playing) = self.jobs.get_mut(&job) else { return };
        let under_way = playing.activated.contains(host);
        let outcome = |running: Option<String>, reason: &str| HostOutcome {
            outcome: Outcome::Cancelled,
            running,
            wanted: self.data.hosts.get(host).map(|host| host.system.toplevel.clone()),
            reason: reason.to_owned(),
        };
        match playing.work {
            Work::Plan { .. } => {
                let outcome = outcome(None, "stopped on request");
                playing.planned.insert(host.clone(), outcome.into());
            }
            Work::Apply(_) => {
                if under_way
                    && let (Some(of), Some(plan)) = (self.data.hosts.get(host), playing.planned.get(host))
                {
                    self.world.apply(of, plan);
                }
                let reason = if under_way {
                    "you stopped waiting; the host goes on by itself: `steading status` tells what it came to"
                } else {
                    "stopped before it was activated; nothing was changed"
                };
                playing.applied.insert(host.clone(), outcome(None, reason).into());
            }
            _ => {
                playing.hosts.remove(host);
                return;
            }
        }
        self.schedule(job, Some(host.clone()), Duration::ZERO, Act::Settle(host.clone()));
    }

    fn settle(&mut self, job: JobId, host: &HostName) -> Option<Report> {
        let playing = self.jobs.get_mut(&job)?;
        playing.hosts.remove(host);
        let plan = playing.planned.get(host);
        let outcome = if matches!(playing.work, Work::Apply(_)) {
            let result = match playing.applied.get(host) {
                Some(stopped) => stopped.clone(),
                None if playing.activated.contains(host) => {
                    self.world.apply(self.data.hosts.get(host)?, plan?)
                }
                None => {
                    let HostPlan { outcome, detail, .. } = plan?.clone();
                    HostResult { detail, ..HostResult::from(outcome) }
                }
            };
            let outcome = result.outcome.clone();
            playing.applied.insert(host.clone(), result);
            outcome
        } else {
            plan?.outcome.clone()
        };
        Some(Report::Advanced(job, Event::Settled { host: host.clone(), outcome }))
    }

    fn conclude(&mut self, job: JobId) -> Option<Report> {
        let playing = self.jobs.get(&job)?;
        match playing.work {
            Work::Plan { .. } => {
                let plan = Plan { action: playing.options.action, hosts: playing.planned.clone() };
                let stopped = self
                    .queue
                    .values()
                    .any(|step| step.job == job && matches!(step.act, Act::End(End::Cancelled)));
                if !stopped {
                    self.plans.insert(job, (plan.clone(), playing.options.clone()));
                }
                Some(Report::Planned(job, plan))
            }
            Work::Apply(_) => Some(Report::Applied(job, playing.applied.clone())),
            Work::Secrets(_) => Some(Report::SecretsChanged(job, self.secrets_changed(job)?)),
            _ => None,
        }
    }

    pub(super) fn schedule(&mut self, job: JobId, host: Option<HostName>, after: Duration, act: Act) {
        self.steps += 1;
        self.queue.insert((self.now + after, self.steps), Step { job, host, act });
    }

    pub(super) fn job(&mut self, job: JobId) -> Option<&mut Playing> {
        self.jobs.get_mut(&job)
    }

    pub(super) fn playing(&self, job: JobId) -> Option<&Playing> {
        self.jobs.get(&job)
    }

    /// Whether nothing is going to happen in a job by itself.
    pub(super) fn queue_is_empty_of(&self, job: JobId) -> bool {
        self.queue.values().all(|step| step.job != job)
    }

    fn forget(&mut self, which: impl Fn(&Step) -> bool) {
        self.queue.retain(|_, step| !which(step));
    }

    fn remembered(&self) -> Remembered {
        let at = self.script.begins - LAST_LOOK;
        Remembered {
            fleet: Some((self.data.facts(), at)),
            globals: Some((self.data.globals.clone(), at)),
            services: Some((self.data.services.clone(), at)),
            secrets: Some((self.vault.facts(), at)),
            systems: self
                .data
                .hosts
                .iter()
                .map(|(name, host)| (name.clone(), (host.system.clone(), at)))
                .collect(),
            statuses: self
                .data
                .hosts
                .iter()
                .map(|(name, host)| (name.clone(), self.world.seen(host, at)))
                .collect(),
        }
    }
}

/// A report that a part was read.
pub(super) fn read(job: JobId, part: Part) -> Act {
    Act::Tell(Report::Read(job, part))
}
