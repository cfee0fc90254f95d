//! A deployment on the screen: from the key that plans it to what runs on the hosts.

mod failure;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

pub use failure::{BuildError, Failure};

use crate::backend::{
    deploy::Options,
    error::Error,
    event::{BuildProgress, Event, Phase, Transfer},
    job::{End, JobId},
    logstore::RunLog,
    model::{HostName, HostOutcome, HostPlan, HostResult, Outcome, Plan, StorePath},
};

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is found out what would be done.
    Planning,
    /// The plan is there, and waits to be applied.
    Planned,
    /// It is being done.
    Applying,
    /// It is over.
    Ended,
}

/// One host of a deployment.
#[derive(Debug, Clone, Default)]
pub struct HostRun {
    /// What it is at, and since when.
    pub phase: Option<(Phase, SystemTime)>,
    /// The steps that it is through with.
    pub done: BTreeSet<Phase>,
    /// The step at which it failed.
    pub stuck: Option<Phase>,
    /// How much of its closure went over.
    pub transfer: Option<Transfer>,
    /// What the plan, or the deployment, came to there.
    pub outcome: Option<HostOutcome>,
    /// The last lines of what failed.
    pub detail: Vec<String>,
    /// The derivation that was not built, where it is known.
    pub culprit: Option<StorePath>,
    /// Units that failed and had not failed before.
    pub failed_units: Vec<String>,
    /// What Nix, or a step, said that fails nothing.
    pub warnings: Vec<String>,
    /// What would be done there.
    pub plan: Option<HostPlan>,
    /// Whether the operator gave it up.
    pub cancelled: bool,
}

/// A deployment.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own; no two make a state together")]
pub struct Deployment {
    /// The job that plans.
    pub plan_job: JobId,
    /// The job that applies.
    pub apply_job: Option<JobId>,
    /// How far it is.
    pub stage: Stage,
    /// Whether all hosts of the fleet were asked for.
    pub whole_fleet: bool,
    /// How.
    pub options: Options,
    /// The hosts.
    pub hosts: BTreeMap<HostName, HostRun>,
    /// When the plan, or the application once there is one, began.
    pub began: SystemTime,
    /// When it was over.
    pub ended: Option<SystemTime>,
    /// Where the build is.
    pub build: Option<BuildProgress>,
    /// What was said about no host in particular.
    pub warnings: Vec<String>,
    /// What the programs say: of the plan, and of the application once that began.
    pub logs: Vec<RunLog>,
    /// Why it came to nothing.
    pub failure: Option<Error>,
    /// Whether it is being stopped.
    pub stopping: bool,
    /// Whether it was stopped.
    pub cancelled: bool,
    /// Whether files of the fleet changed since it was planned.
    pub outdated: bool,
    /// Derivations that were not built, in the order of time.
    pub failed_builds: Vec<BuildError>,
    /// Hosts that failed, in the order of time.
    failing: Vec<HostName>,
}

impl Deployment {
    /// Begins with the plan.
    #[must_use]
    pub fn begin(
        job: JobId,
        hosts: impl IntoIterator<Item = HostName>,
        whole_fleet: bool,
        options: Options,
        now: SystemTime,
    ) -> Self {
        Self {
            plan_job: job,
            apply_job: None,
            stage: Stage::Planning,
            whole_fleet,
            options,
            hosts: hosts.into_iter().map(|host| (host, HostRun::default())).collect(),
            began: now,
            ended: None,
            build: None,
            warnings: Vec::new(),
            logs: Vec::new(),
            failure: None,
            stopping: false,
            cancelled: false,
            outdated: false,
            failed_builds: Vec::new(),
            failing: Vec::new(),
        }
    }

    /// Whether a report is about this deployment as it is now.
    #[must_use]
    pub fn is_about(&self, job: JobId) -> bool {
        self.apply_job.unwrap_or(self.plan_job) == job
    }

    /// The job that runs; `None` where none does.
    #[must_use]
    pub fn running_job(&self) -> Option<JobId> {
        match self.stage {
            Stage::Planning => Some(self.plan_job),
            Stage::Applying => self.apply_job,
            Stage::Planned | Stage::Ended => None,
        }
    }

    /// Hosts that applying would change.
    pub fn changing(&self) -> impl Iterator<Item = &HostName> {
        let would_change = |run: &HostRun| run.plan.as_ref().is_some_and(HostPlan::would_change);
        self.hosts.iter().filter(move |(_, run)| would_change(run)).map(|(name, _)| name)
    }

    /// Hosts where something went wrong.
    pub fn failed(&self) -> impl Iterator<Item = &HostName> {
        self.to_retry().filter(|host| !self.was_cancelled(host))
    }

    /// Hosts where it did not come to a good end: those that failed, and those that the operator stopped.
    pub fn to_retry(&self) -> impl Iterator<Item = &HostName> {
        let failed = |run: &HostRun| run.outcome.as_ref().is_some_and(|outcome| !outcome.outcome.is_fine());
        self.hosts.iter().filter(move |(_, run)| failed(run)).map(|(name, _)| name)
    }

    fn was_cancelled(&self, host: &HostName) -> bool {
        let outcome = self.hosts.get(host).and_then(|run| run.outcome.as_ref());
        outcome.is_some_and(|outcome| outcome.outcome == Outcome::Cancelled)
    }

    /// Something happened on the way. What comes late, of a host that is done or a deployment that is over, changes nothing.
    pub fn advanced(&mut self, event: Event, now: SystemTime) {
        let running = self.running_job().is_some();
        let at_work = |run: &&mut HostRun| running && run.outcome.is_none();
        match event {
            Event::PhaseEntered { host, phase } => {
                if let Some(run) = self.hosts.get_mut(&host).filter(at_work) {
                    run.done.extend(run.phase.map(|(before, _)| before));
                    run.phase = Some((phase, now));
                    run.transfer = None;
                }
            }
            Event::Settled { host, outcome } if running => self.settled(&host, outcome),
            Event::BuildAdvanced(progress) if running => self.built(progress),
            Event::CopyAdvanced { host, transfer } => {
                if let Some(run) = self.hosts.get_mut(&host).filter(at_work) {
                    run.transfer = Some(transfer);
                }
            }
            Event::Warned { host, warning } => match host.and_then(|host| self.hosts.get_mut(&host)) {
                Some(run) => run.warnings.push(warning),
                None => self.warnings.push(warning),
            },
            Event::Settled { .. } | Event::BuildAdvanced(_) | Event::Secret(_) => {}
        }
    }

    fn settled(&mut self, host: &HostName, outcome: HostOutcome) {
        let named = self.named_in(&outcome.reason).filter(|_| outcome.outcome == Outcome::BuildFailed);
        let Some(run) = self.hosts.get_mut(host) else { return };
        if let Some((culprit, last_words)) = named.filter(|_| run.culprit.is_none()) {
            run.culprit = Some(culprit);
            run.detail = last_words;
        }
        let fine = outcome.outcome.is_fine();
        if let Some((phase, _)) = run.phase.take() {
            if fine {
                run.done.insert(phase);
            } else {
                run.stuck = Some(phase);
            }
        }
        run.transfer = None;
        if !fine && outcome.outcome != Outcome::Cancelled && !self.failing.contains(host) {
            self.failing.push(host.clone());
        }
        run.outcome = Some(outcome);
    }

    /// The plan is there.
    pub fn planned(&mut self, plan: Plan) {
        if self.stage != Stage::Planning {
            return;
        }
        self.stage = Stage::Planned;
        for (host, planned) in plan.hosts {
            self.settled(&host, planned.outcome.clone());
            let Some(run) = self.hosts.get_mut(&host) else { continue };
            run.detail.clone_from(&planned.detail);
            run.culprit.clone_from(&planned.culprit);
            run.plan = Some(planned);
        }
        self.rest();
    }

    /// Nothing goes on any more, at any host.
    fn rest(&mut self) {
        self.build = None;
        for run in self.hosts.values_mut() {
            run.stuck = run.phase.take().map(|(phase, _)| phase).or(run.stuck);
            run.transfer = None;
        }
    }

    /// It is being applied, by another job.
    pub fn applying(&mut self, job: JobId, now: SystemTime) {
        if self.stage != Stage::Planned {
            return;
        }
        self.began = now;
        self.stage = Stage::Applying;
        self.apply_job = Some(job);
        // What failed in the plan has its outcome already, and is not tried.
        let changing = self.changing().cloned().collect::<BTreeSet<_>>();
        for (host, run) in &mut self.hosts {
            if changing.contains(host) {
                run.outcome = None;
            }
        }
    }

    /// It was applied.
    pub fn applied(&mut self, results: BTreeMap<HostName, HostResult>) {
        if self.stage != Stage::Applying {
            return;
        }
        for (host, result) in results {
            self.settled(&host, result.outcome);
            let Some(run) = self.hosts.get_mut(&host) else { continue };
            run.detail = result.detail;
            run.failed_units = result.failed_units;
        }
    }

    /// The job is over. A plan that was made stays, and waits.
    pub fn job_ended(&mut self, end: End, now: SystemTime) {
        if self.stage == Stage::Ended {
            return;
        }
        match end {
            End::Done => {}
            End::Cancelled => self.cancelled = true,
            End::Failed(error) => self.failure = Some(error),
        }
        let nothing_to_apply = self.changing().next().is_none();
        if self.stage != Stage::Planned || self.cancelled || self.failure.is_some() || nothing_to_apply {
            self.stage = Stage::Ended;
            self.ended = Some(now);
        }
        self.rest();
    }

    /// The plan was declined.
    pub fn declined(&mut self, now: SystemTime) {
        if self.stage == Stage::Planned {
            self.stage = Stage::Ended;
            self.cancelled = true;
            self.ended = Some(now);
        }
    }

    /// What should be known before it is applied: hosts and why.
    #[must_use]
    pub fn risks(&self) -> Vec<(HostName, String)> {
        let mut risks = Vec::new();
        for (host, run) in &self.hosts {
            let Some(plan) = run.plan.as_ref().filter(|plan| plan.would_change()) else { continue };
            if plan.first_contact {
                risks.push((host.clone(), "first deployment from here".to_owned()));
            }
            if let Some(reboot) = plan.dry_activation.as_ref().and_then(|dry| dry.reboot.as_ref()) {
                risks.push((host.clone(), reboot.clone()));
            }
            if plan.dry_activation.is_none() {
                risks.push((host.clone(), "what an activation would do is not known".to_owned()));
            }
            risks.extend(plan.warnings.iter().map(|warning| (host.clone(), warning.clone())));
        }
        risks
    }
}

#[cfg(test)]
mod tests;
