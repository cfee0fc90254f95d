//! The commands that reach out to hosts: plan, deploy, status.

use std::{collections::BTreeMap, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    cli::{self, Cli},
    consent,
    exit::Exit,
    inspect::Answer,
    password,
    paths::Paths,
    progress::Progress,
};
use crate::{
    backend::{
        deploy::{self, Context, Options, Target, Targets},
        error::{Error, ErrorKind, Result},
        event::{Event, Events, Phase},
        fleet::{Fleet, Selection, Systems},
        model::{HostName, HostOutcome, HostResult, HostStatus, Plan},
        nix::build::{Site, Wanted, build},
    },
    views::report::{self, BuildRow, StatusRow, counted, json},
};

/// What the commands of this room share: the fleet, the hosts that are meant, and where to tell of progress.
pub struct Rollout<'a> {
    cli: &'a Cli,
    fleet: Fleet,
    names: Vec<HostName>,
    context: Context,
    progress: Progress,
}

impl<'a> Rollout<'a> {
    /// Chooses the hosts and starts to show progress.
    pub fn begin(
        cli: &'a Cli,
        fleet: Fleet,
        hosts: &cli::Hosts,
        limit: &cli::Limit,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        let names = Selection::parse(&hosts.hosts)?.of(fleet.hosts())?;
        let (events, receiver) = Events::channel();
        let state = Paths::find()?.fleet_state(&fleet.flake().display());
        let context = Context::new(state, limit.limit.into(), events, cancel.clone());
        Ok(Self { cli, fleet, names, context, progress: Progress::show(receiver) })
    }

    /// `steading plan`.
    pub async fn plan(mut self, arguments: &cli::Plan) -> Result<(Answer, Exit)> {
        self.equip(&arguments.rollout).await?;
        let options = options(&self.fleet, &arguments.rollout, arguments.no_copy)?;
        let targets = self.evaluate().await;
        let plan = deploy::plan(&self.context, &targets, &options).await;
        self.end().await;
        Ok((planned(&plan), exit(plan.hosts.values().map(|host| &host.outcome))))
    }

    /// `steading deploy`.
    pub async fn deploy(mut self, arguments: &cli::Deploy) -> Result<(Answer, Exit)> {
        self.equip(&arguments.rollout).await?;
        let options = options(&self.fleet, &arguments.rollout, false)?;
        let targets = self.evaluate().await;
        let plan = deploy::plan(&self.context, &targets, &options).await;
        if arguments.dry_run || !plan.would_change() {
            self.end().await;
            let exit = exit(plan.hosts.values().map(|host| &host.outcome));
            return Ok(if arguments.dry_run {
                (planned(&plan), exit)
            } else {
                (done(&results(&plan)), exit)
            });
        }
        if !arguments.yes && !self.agreed(&plan).await? {
            deploy::decline(&self.context, &targets, &plan).await;
            self.end().await;
            return Err(Error::new(ErrorKind::Cancelled, "declined: nothing was changed"));
        }
        let results = deploy::apply(&self.context, &targets, &plan, &options).await;
        self.end().await;
        Ok((done(&results), exit(results.values().map(|result| &result.outcome))))
    }

    /// `steading build`: on this machine, whatever `buildOn` says.
    pub async fn build(self) -> Result<(Answer, Exit)> {
        let targets = self.evaluate().await;
        let system = |(name, target): (&HostName, &Target)| {
            let system = target.system.as_ref()?.as_ref().ok()?;
            Some((
                name.clone(),
                Wanted { derivation: system.derivation.clone(), output: system.toplevel.clone() },
            ))
        };
        let wanted = targets.iter().filter_map(system).collect::<BTreeMap<_, _>>();
        let roots = self.context.state.join("roots");
        let Context { log, events, cancel, .. } = &self.context;
        let built = build(Site { store: None, roots: &roots, log, events, cancel }, &wanted).await;
        self.end().await;
        let mut built = built?;
        let row = |(name, target): (HostName, Target)| {
            let (system, mut error) = match target.system {
                Some(Ok(system)) => (Some(system), None),
                Some(Err(error)) => (None, Some(error)),
                None => (None, None),
            };
            if let Some(Err(failure)) = built.remove(&name) {
                error = Some(failure.into_error());
            }
            let (derivation, system) = system.map(|system| (system.derivation, system.toplevel)).unzip();
            (name, BuildRow { derivation, system, error })
        };
        let rows = targets.into_iter().map(row).collect::<BTreeMap<_, _>>();
        let exit =
            if rows.values().all(|row| row.error.is_none()) { Exit::Done } else { Exit::SomeHostsFailed };
        Ok((Answer { text: report::build(&rows), json: json::build(&rows) }, exit))
    }

    /// `steading status`.
    pub async fn status(self, arguments: &cli::Status) -> Result<(Answer, Exit)> {
        let targets = if arguments.no_eval { self.targets(None) } else { self.evaluate().await };
        let statuses = deploy::status(&self.context, &targets, false).await;
        self.end().await;
        let row = |(name, status): (HostName, _)| {
            let system = targets.get(&name).and_then(|target| target.system.as_ref());
            let wanted = system.and_then(|system| system.as_ref().ok()).map(|system| system.toplevel.clone());
            (name, StatusRow { status, wanted })
        };
        let rows = statuses.into_iter().map(row).collect::<BTreeMap<_, _>>();
        let exit =
            if rows.values().all(|row| row.status.reachable) { Exit::Done } else { Exit::SomeHostsFailed };
        Ok((Answer { text: report::status(&rows), json: json::status(&rows) }, exit))
    }

    /// What the hosts say, without what is wanted, but with what our user may do there.
    pub async fn ask(self) -> BTreeMap<HostName, HostStatus> {
        let statuses = deploy::status(&self.context, &self.targets(None), true).await;
        self.end().await;
        statuses
    }

    /// Takes what the operator says about the way to the hosts.
    async fn equip(&mut self, rollout: &cli::Rollout) -> Result<()> {
        self.context.patience = Duration::from_secs(rollout.link_timeout);
        self.ask_password(rollout).await
    }

    /// Asks for the password of `sudo`, where that is wanted. It is read from the terminal, past every pipe.
    async fn ask_password(&mut self, rollout: &cli::Rollout) -> Result<()> {
        if !rollout.ask_sudo_password {
            return Ok(());
        }
        if self.cli.no_input {
            return Err(Error::new(
                ErrorKind::Usage,
                "--ask-sudo-password and --no-input contradict each other",
            ));
        }
        let question = "password for sudo on the hosts: ";
        self.context.sudo_password = Some(password::ask(question, &self.context.cancel).await?);
        Ok(())
    }

    /// Evaluates the chosen hosts.
    async fn evaluate(&self) -> Targets {
        for host in &self.names {
            self.context
                .events
                .send(Event::PhaseEntered { host: host.clone(), phase: Phase::Evaluate })
                .await;
        }
        let systems = self.fleet.systems(&self.names, &self.context.cancel).await;
        for (host, system) in &systems {
            for warning in system.iter().flat_map(|system| &system.warnings) {
                self.context
                    .events
                    .send(Event::Warned { host: Some(host.clone()), warning: warning.clone() })
                    .await;
            }
        }
        self.targets(Some(systems))
    }

    fn targets(&self, mut systems: Option<Systems>) -> Targets {
        let target = |name: &HostName| {
            let host = self.fleet.hosts().get(name)?;
            let system = systems.as_mut().and_then(|systems| systems.remove(name));
            Some((name.clone(), Target { kind: host.kind, deployment: host.deployment.clone(), system }))
        };
        self.names.iter().filter_map(target).collect()
    }

    /// Shows the plan and asks. Whoever can't be asked has to say `--yes`.
    async fn agreed(&self, plan: &Plan) -> Result<bool> {
        consent::somebody(self.cli, "this deployment", "steading plan")?;
        let hosts = plan.hosts.iter().filter(|(_, host)| host.would_change()).map(|(name, _)| name.as_str());
        let hosts = hosts.collect::<Vec<_>>();
        let question =
            format!("{} {}: {}? [y/N] ", plan.action, counted(hosts.len(), "host"), hosts.join(", "));
        self.progress.rest().await;
        // Who is interrupted here did not agree: what the plan keeps on the hosts is let go of.
        let agreed = consent::agreed(&report::plan(plan), &question, &self.context.cancel).await;
        Ok(agreed.unwrap_or_default())
    }

    /// Lets the last events be shown, and clears the progress lines.
    async fn end(self) {
        drop(self.context);
        self.progress.finish().await;
    }
}

fn options(fleet: &Fleet, rollout: &cli::Rollout, no_copy: bool) -> Result<Options> {
    for name in &rollout.force_host {
        Selection::parse(&[name.as_str()])?.of(fleet.hosts())?;
    }
    Ok(Options { action: rollout.action, no_copy, force: rollout.force_host.iter().cloned().collect() })
}

fn planned(plan: &Plan) -> Answer {
    Answer { text: report::plan(plan), json: json::plan(plan) }
}

fn done(results: &BTreeMap<HostName, HostResult>) -> Answer {
    Answer { text: report::outcomes(results), json: json::outcomes(results) }
}

/// What a plan that has nothing to do came to, as results.
fn results(plan: &Plan) -> BTreeMap<HostName, HostResult> {
    let result = |(name, host): (&HostName, &crate::backend::model::HostPlan)| {
        let result = HostResult { detail: host.detail.clone(), ..HostResult::from(host.outcome.clone()) };
        (name.clone(), result)
    };
    plan.hosts.iter().map(result).collect()
}

fn exit<'a>(mut outcomes: impl Iterator<Item = &'a HostOutcome>) -> Exit {
    if outcomes.all(|outcome| outcome.outcome.is_fine()) { Exit::Done } else { Exit::SomeHostsFailed }
}
