//! A deployment on the screen: from the key that plans it to what runs on the hosts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use crate::backend::{
    deploy::Options,
    error::Error,
    event::{BuildProgress, Event, Phase, Transfer},
    job::{End, JobId},
    logstore::RunLog,
    model::{HostName, HostOutcome, HostPlan, HostResult, Outcome, Plan},
};

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// How much of its closure went over.
    pub transfer: Option<Transfer>,
    /// What the plan, or the deployment, came to there.
    pub outcome: Option<HostOutcome>,
    /// The last lines of what failed.
    pub detail: Vec<String>,
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
    /// When it began, and when what it is at ended.
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
    /// Whether it was stopped.
    pub cancelled: bool,
    /// Whether files of the fleet changed since it was planned.
    pub outdated: bool,
    /// The first host that failed, in the order of time.
    pub first_failure: Option<HostName>,
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
            cancelled: false,
            outdated: false,
            first_failure: None,
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

    /// Hosts where it did not come to a good end.
    pub fn failed(&self) -> impl Iterator<Item = &HostName> {
        let failed = |run: &HostRun| run.outcome.as_ref().is_some_and(|outcome| !outcome.outcome.is_fine());
        self.hosts.iter().filter(move |(_, run)| failed(run)).map(|(name, _)| name)
    }

    /// Something happened on the way.
    pub fn advanced(&mut self, event: Event, now: SystemTime) {
        match event {
            Event::PhaseEntered { host, phase } => {
                if let Some(run) = self.hosts.get_mut(&host) {
                    run.phase = Some((phase, now));
                    run.transfer = None;
                }
            }
            Event::Settled { host, outcome } => self.settled(&host, outcome),
            Event::BuildAdvanced(progress) => self.build = Some(progress),
            Event::CopyAdvanced { host, transfer } => {
                if let Some(run) = self.hosts.get_mut(&host) {
                    run.transfer = Some(transfer);
                }
            }
            Event::Warned { host, warning } => match host.and_then(|host| self.hosts.get_mut(&host)) {
                Some(run) => run.warnings.push(warning),
                None => self.warnings.push(warning),
            },
        }
    }

    fn settled(&mut self, host: &HostName, outcome: HostOutcome) {
        let Some(run) = self.hosts.get_mut(host) else { return };
        run.phase = None;
        run.transfer = None;
        let failed = !outcome.outcome.is_fine() && outcome.outcome != Outcome::Cancelled;
        run.outcome = Some(outcome);
        if failed {
            self.first_failure.get_or_insert_with(|| host.clone());
        }
    }

    /// The plan is there.
    pub fn planned(&mut self, plan: Plan) {
        self.stage = Stage::Planned;
        self.build = None;
        for (host, planned) in plan.hosts {
            self.settled(&host, planned.outcome.clone());
            let Some(run) = self.hosts.get_mut(&host) else { continue };
            run.detail.clone_from(&planned.detail);
            run.plan = Some(planned);
        }
    }

    /// It is being applied, by another job.
    pub fn applying(&mut self, job: JobId) {
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
        for (host, result) in results {
            self.settled(&host, result.outcome);
            let Some(run) = self.hosts.get_mut(&host) else { continue };
            run.detail = result.detail;
            run.failed_units = result.failed_units;
        }
    }

    /// The job is over. A plan that was made stays, and waits.
    pub fn job_ended(&mut self, end: End, now: SystemTime) {
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
        self.build = None;
        self.hosts.values_mut().for_each(|run| run.phase = None);
    }

    /// The plan was declined.
    pub fn declined(&mut self, now: SystemTime) {
        self.stage = Stage::Ended;
        self.cancelled = true;
        self.ended = Some(now);
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
