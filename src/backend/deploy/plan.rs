//! The plan of one host, from what it runs to what an activation would do.

use super::{
    build::closure_here,
    consider::{Course, Situation, consider},
    copy::{copy, hold, store_of},
    diff::{Closure, closure_on_host, compare},
    dry_activate::{DryRun, dry_activate},
    run::Run,
    space::{boot_files, shortages},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::Phase,
    model::{BuildOn, ClosureChange, DryActivation, HostName, HostPlan, HostStatus, Outcome, StorePath},
    ssh::Login,
};

/// A host on its way through the plan.
#[derive(Debug, Clone)]
pub struct Draft {
    pub host: HostName,
    /// What it says of itself; `None`: nobody could ask it.
    pub status: Option<HostStatus>,
    pub first_contact: bool,
    pub warnings: Vec<String>,
    pub change: Option<ClosureChange>,
    pub dry_activation: Option<DryActivation>,
}

impl Draft {
    /// Looks at what was read, and begins the draft. What is settled by it is settled.
    pub fn begin(
        run: &Run,
        host: &HostName,
        status: Result<&HostStatus, &Error>,
    ) -> std::result::Result<Self, Box<HostPlan>> {
        let record = run.history.read(host);
        let mut draft = Self {
            host: host.clone(),
            status: status.ok().cloned(),
            first_contact: matches!(record, Ok(None)),
            warnings: Vec::new(),
            change: None,
            dry_activation: None,
        };
        let Some(target) = run.target(host) else {
            return Err(draft.fail(
                run,
                Outcome::Refused,
                &Error::new(ErrorKind::Usage, "it is not among the hosts of this run"),
            ));
        };
        let course = consider(&Situation {
            target,
            status,
            record: record.as_ref().map(Option::as_ref),
            password: run.context.sudo_password.is_some(),
            forced: run.options.force.contains(host),
            options: &run.options,
        });
        match course {
            Course::Build { warnings } => {
                draft.warnings = warnings;
                Ok(draft)
            }
            Course::Stage { reason } => Err(draft.end(run, Outcome::WouldStage, reason, Vec::new())),
            Course::Settled { outcome, reason, detail } => {
                if let (Outcome::Unchanged, Some(running)) =
                    (outcome, status.ok().and_then(|status| status.running.as_ref()))
                {
                    // Whoever brought it there, it is what we want. If that can't be noted, it is looked at again next time.
                    let _ = run.history.recognize(host, running);
                }
                Err(draft.end(run, outcome, reason, detail))
            }
        }
    }

    /// The plan, as far as it came.
    pub fn end(
        self,
        run: &Run,
        outcome: Outcome,
        reason: impl Into<String>,
        detail: Vec<String>,
    ) -> Box<HostPlan> {
        let running = self.status.as_ref().and_then(|status| status.running.clone());
        Box::new(HostPlan {
            outcome: run.outcome(&self.host, outcome, running.as_deref(), reason),
            detail,
            culprit: None,
            status: self.status,
            first_contact: self.first_contact,
            change: self.change,
            dry_activation: self.dry_activation,
            warnings: self.warnings,
        })
    }

    /// The plan of a host at which a step failed.
    pub fn fail(self, run: &Run, outcome: Outcome, error: &Error) -> Box<HostPlan> {
        let outcome = match error.kind {
            ErrorKind::Cancelled => Outcome::Cancelled,
            ErrorKind::Refused => Outcome::Refused,
            _ => outcome,
        };
        let mut plan = self.end(run, outcome, error.to_string(), error.detail.clone());
        plan.culprit.clone_from(&error.derivation);
        plan
    }

    /// The rest of the plan, once the system is built.
    pub async fn finish(mut self, run: &Run) -> Box<HostPlan> {
        let Some(wanted) = run.system(&self.host).map(|system| system.toplevel.clone()) else {
            return self.end(run, Outcome::EvaluationFailed, "it was not evaluated", Vec::new());
        };
        let Some((status, login)) =
            self.status.clone().and_then(|status| run.root(&status).map(|login| (status, login)))
        else {
            return self.end(run, Outcome::Refused, "nobody can become root there", Vec::new());
        };
        match self.compare(run, &status, &login, &wanted).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Cancelled => {
                return self.fail(run, Outcome::Cancelled, &error);
            }
            // A plan without the difference is still a plan.
            Err(error) => self.warnings.push(format!("what changes is not known: {error}")),
        }
        if run.options.no_copy {
            let (outcome, reason) = run.would(None);
            return self.end(run, outcome, reason, Vec::new());
        }
        if let Err(error) = bring(run, &self.host, &status, &login, &wanted).await {
            return self.fail(run, Outcome::CopyFailed, &error);
        }
        run.enter(&self.host, Phase::DryActivate).await;
        let said = run.unless_stopped(&self.host, async {
            let session = run.ssh()?.session(&self.host).await?;
            dry_activate(&session, &login, &wanted).await
        });
        match said.await {
            Ok(DryRun::Said(dry)) => {
                let (mut outcome, reason) = run.would(Some(&dry));
                if outcome == Outcome::WouldStage && status.profile.as_deref() == Some(wanted.as_str()) {
                    // An earlier deployment has left it to a reboot already.
                    outcome = Outcome::StagedRebootPending;
                }
                self.dry_activation = Some(dry);
                self.end(run, outcome, reason, Vec::new())
            }
            Ok(DryRun::Locked) => {
                self.end(run, Outcome::Refused, "another activation runs there", Vec::new())
            }
            Ok(DryRun::Refused(words)) => {
                let last = words.last().cloned().unwrap_or_default();
                self.end(
                    run,
                    Outcome::Refused,
                    format!("the host would refuse to activate it: {last}"),
                    words,
                )
            }
            Err(error) => self.fail(run, Outcome::Unreachable, &error),
        }
    }

    async fn compare(
        &mut self,
        run: &Run,
        status: &HostStatus,
        login: &Login,
        wanted: &StorePath,
    ) -> Result<()> {
        run.enter(&self.host, Phase::Compare).await;
        let on_host =
            run.system(&self.host).is_some_and(|system| system.deployment.build_on == BuildOn::Target);
        let host = self.host.clone();
        let change = run.unless_stopped(&host, async {
            let session = run.ssh()?.session(&self.host).await?;
            let before = match &status.running {
                Some(running) => closure_on_host(&session, login, running).await?,
                None => Closure::new(),
            };
            let after = if on_host {
                closure_on_host(&session, login, wanted.as_str()).await?
            } else {
                closure_here(run, wanted).await?
            };
            Ok((compare(&before, &after), boot_files(wanted, &before)))
        });
        let (change, boot_files) = change.await?;
        self.warnings.extend(shortages(status, &change, boot_files));
        self.change = Some(change);
        Ok(())
    }
}

impl Run {
    /// What a dry run promises.
    fn would(&self, dry: Option<&DryActivation>) -> (Outcome, String) {
        let action = self.options.action;
        match dry.and_then(|dry| dry.reboot.as_ref()) {
            Some(reason) if action.stages() => (Outcome::WouldStage, reason.clone()),
            Some(reason) => {
                (Outcome::Refused, format!("only a reboot gets there, since {reason}: use the action `boot`"))
            }
            None if action.activates() || !action.stages() => (Outcome::WouldActivate, String::new()),
            None => (Outcome::WouldStage, "as asked for".to_owned()),
        }
    }
}

/// Brings a system to its host and keeps it there. One that was built there is there.
pub async fn bring(
    run: &Run,
    host: &HostName,
    status: &HostStatus,
    login: &Login,
    system: &StorePath,
) -> Result<()> {
    run.enter(host, Phase::Copy).await;
    let built_there = run.system(host).is_some_and(|system| system.deployment.build_on == BuildOn::Target);
    if !built_there {
        copy(run, host, &store_of(run, host, status)?, system).await?;
    }
    run.unless_stopped(host, async {
        let session = run.ssh()?.session(host).await?;
        hold(&session, login, system).await
    })
    .await
}

/// A host whose task was lost.
pub fn lost(run: &Run, host: &HostName, why: String) -> HostPlan {
    run.outcome(host, Outcome::Unknown, None, why).into()
}
