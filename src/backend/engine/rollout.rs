//! The jobs that reach into hosts: planning, carrying out, declining.

use std::collections::BTreeSet;

use tokio_util::sync::CancellationToken;

use super::job::Desk;
use crate::backend::{
    deploy::{self, Context, HostStops, Options, Target, Targets},
    error::{Error, ErrorKind},
    event::{Event, Phase},
    fleet::Fleet,
    job::{End, JobId, Part, Report},
    model::{HostName, HostOutcome, HostPlan, Outcome, Plan},
};

/// A plan with what it takes to carry it out.
#[derive(Debug)]
pub struct Made {
    targets: Targets,
    plan: Plan,
    options: Options,
}

impl Desk {
    /// Finds out what deploying would do.
    pub async fn plan(&self, names: Vec<HostName>, options: Options) -> End {
        let fleet = match self.open().await {
            Ok(fleet) => fleet,
            Err(end) => return end,
        };
        let (known, unknown) =
            names.into_iter().partition::<BTreeSet<_>, _>(|name| fleet.hosts().contains_key(name));
        let targets = self.evaluate_hosts(&fleet, known).await;
        let mut plan = deploy::plan(&self.context, &targets, &options).await;
        for name in unknown {
            let row = not_in_the_fleet(&name);
            let settled = Event::Settled { host: name.clone(), outcome: row.outcome.clone() };
            self.context.events.send(settled).await;
            plan.hosts.insert(name, row);
        }
        for (host, row) in &plan.hosts {
            if let Some(status) = &row.status {
                self.saw(host.clone(), status.clone()).await;
            }
        }
        self.shared.report(Report::Planned(self.number, plan.clone())).await;
        if self.stopped() {
            self.let_go(&targets, &plan).await;
        } else {
            self.shared.keep(self.number, Made { targets, plan, options });
        }
        self.end()
    }

    /// Carries out a plan. What the hosts run then is for whoever asks them.
    pub async fn apply(&self, plan: JobId) -> End {
        let made = self.shared.plans().remove(&plan);
        let Some(Made { targets, plan, options }) = made else { return no_plan(plan) };
        let results = deploy::apply(&self.context, &targets, &plan, &options).await;
        self.shared.report(Report::Applied(self.number, results)).await;
        self.end()
    }

    /// Lets go of a plan.
    pub async fn decline(&self, plan: JobId) -> End {
        let made = self.shared.plans().remove(&plan);
        let Some(Made { targets, plan, .. }) = made else { return no_plan(plan) };
        deploy::decline(&self.context, &targets, &plan).await;
        self.end()
    }

    /// Evaluates hosts and tells of each. One that was stopped meanwhile is left out of what follows.
    async fn evaluate_hosts(&self, fleet: &Fleet, names: BTreeSet<HostName>) -> Targets {
        let events = &self.context.events;
        for host in names.iter().cloned() {
            events.send(Event::PhaseEntered { host, phase: Phase::Evaluate }).await;
        }
        let names = names.into_iter().collect::<Vec<_>>();
        let systems = fleet.systems_each(&names, &self.context.cancel, async |host, system| {
            for warning in system.iter().flat_map(|system| &system.warnings).cloned() {
                events.send(Event::Warned { host: Some(host.clone()), warning }).await;
            }
            self.read(Part::System(host.clone(), Box::new(system.clone()))).await;
        });
        let target = |(name, mut system)| {
            let host = fleet.hosts().get(&name)?;
            if self.context.hosts.of(&name).is_cancelled() {
                system = Err(Error::cancelled());
            }
            let target =
                Target { kind: host.kind, deployment: host.deployment.clone(), system: Some(system) };
            Some((name, target))
        };
        systems.await.into_iter().filter_map(target).collect()
    }

    /// Lets go of what a plan that was stopped keeps on hosts. What stopped the plan must not stop that.
    async fn let_go(&self, targets: &Targets, plan: &Plan) {
        let cancel = CancellationToken::new();
        let context = Context { hosts: HostStops::new(&cancel), cancel, ..self.context.clone() };
        deploy::decline(&context, targets, plan).await;
    }
}

fn no_plan(plan: JobId) -> End {
    let what = format!("there is no plan of job {plan} (any more)");
    End::Failed(Error::new(ErrorKind::Usage, what).hint("plan again"))
}

fn not_in_the_fleet(name: &HostName) -> HostPlan {
    let reason = format!("the fleet has no host `{name}`");
    HostOutcome { outcome: Outcome::Refused, running: None, wanted: None, reason }.into()
}
