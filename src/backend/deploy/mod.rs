//! From evaluated systems to what runs on the hosts, and back: what runs there, read again.
//!
//! - [`status`] asks the hosts;
//! - [`plan`] builds, copies, and says what would happen; it changes no profile, boot entry, unit, nor anything under `/run`;
//! - [`apply`] does it.
//!
//! A host that fails never stops the others, and every host that was asked for ends with exactly one outcome.

mod activate;
mod apply;
mod build;
mod consider;
mod copy;
mod diff;
mod dry_activate;
mod follow;
mod history;
mod plan;
mod push;
mod reach;
mod run;
mod scripts;
mod space;
mod stops;
mod verify;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use self::stops::HostStops;
use self::{
    history::History,
    plan::Draft,
    run::{Run, each},
};
use super::{
    error::{Error, ErrorKind, Result},
    event::{Events, Phase},
    logstore::{Colour, Limits, RunLog, clean_line},
    model::{
        Action, BuildOn, Deployment, HostName, HostPlan, HostResult, HostStatus, Kind, Outcome, Plan, System,
    },
    ssh::{Login, Password, Script},
};

/// How long a link that was lost is waited for, until what runs counts as unknown.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How many hosts are asked at once what they run. Asking costs little, and one that is off keeps its place for ten seconds.
const ASKED_AT_ONCE: usize = 32;

/// How long sudo may take to try a password. A wrong one costs some seconds by design, three times.
const PASSWORD_DEADLINE: Duration = Duration::from_secs(60);

/// How many of the last lines of a failed step are told.
const LAST_LINES: usize = 20;

/// What every run works with.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where this machine keeps what it knows of this fleet's deployments. Records are by host name, so two fleets need two folders.
    pub state: PathBuf,
    /// How many hosts are worked on at once, at least 1.
    pub limit: usize,
    /// Where progress is told.
    pub events: Events,
    /// Stops the run. Hosts on which an activation has begun go on by themselves.
    pub cancel: CancellationToken,
    /// Stops single hosts.
    pub hosts: HostStops,
    /// Where what programs and hosts say is kept.
    pub log: RunLog,
    /// What is told to a `sudo` that asks for a password.
    pub sudo_password: Option<Password>,
    /// How long a link that was lost is waited for.
    pub patience: Duration,
}

impl Context {
    /// A context with a log of its own below `state`, no password, and the usual patience.
    #[must_use]
    pub fn new(state: PathBuf, limit: usize, events: Events, cancel: CancellationToken) -> Self {
        let log = RunLog::begin(&state.join("logs"), Limits::default());
        Self::with_log(state, limit, events, cancel, log)
    }

    /// A context with a given log.
    #[must_use]
    pub fn with_log(
        state: PathBuf,
        limit: usize,
        events: Events,
        cancel: CancellationToken,
        log: RunLog,
    ) -> Self {
        let hosts = HostStops::new(&cancel);
        Self { state, limit, events, cancel, hosts, log, sudo_password: None, patience: PATIENCE }
    }
}

/// A host to work on.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it is.
    pub kind: Kind,
    /// What is known of reaching it without evaluating it.
    pub deployment: Option<Deployment>,
    /// Its evaluated system, or why there is none. `None`: nobody evaluated it, which is enough for the status of anything but a push device.
    pub system: Option<Result<System>>,
}

impl Target {
    /// How it is reached: as the evaluated system says, or else `meta.nix`.
    #[must_use]
    pub fn deployment(&self) -> Option<&Deployment> {
        match &self.system {
            Some(Ok(system)) => Some(&system.deployment),
            _ => self.deployment.as_ref(),
        }
    }
}

/// The hosts to work on, by name.
pub type Targets = BTreeMap<HostName, Target>;

/// How to plan and apply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// What is done with the systems.
    pub action: Action,
    /// Plan without copying anything to the hosts: what an activation would do stays unknown.
    pub no_copy: bool,
    /// Hosts that are deployed to even if somebody else deployed there meanwhile.
    pub force: BTreeSet<HostName>,
}

/// Asks the hosts what they run; with `ask_sudo` also whether the user that logs in may become root, which their logs will show.
pub async fn status(context: &Context, targets: &Targets, ask_sudo: bool) -> BTreeMap<HostName, HostStatus> {
    let (answers, mut answered) = mpsc::channel(targets.len().max(1));
    status_each(context, targets, ask_sudo, answers).await;
    let mut statuses = BTreeMap::new();
    while let Some((host, status)) = answered.recv().await {
        statuses.insert(host, status);
    }
    statuses
}

/// The same, each host as soon as it answers.
pub async fn status_each(
    context: &Context,
    targets: &Targets,
    ask_sudo: bool,
    answers: mpsc::Sender<(HostName, HostStatus)>,
) {
    let run = Run::begin(context, targets, &Options::default());
    let work = |host: HostName| {
        let (run, answers) = (run.clone(), answers.clone());
        async move {
            run.enter(&host, Phase::Reach).await;
            let status = match run.target(&host).map(|target| target.kind) {
                Some(Kind::Push) => push::status(&run, &host).await,
                Some(kind @ (Kind::Darwin | Kind::Home)) => HostStatus {
                    not_asked: true,
                    ..unreached(format!("hosts of kind `{}` can't be asked yet", kind.word()))
                },
                _ => reach(&run, &host, ask_sudo).await.unwrap_or_else(|error| unreached(error.to_string())),
            };
            let _ = answers.send((host, status)).await;
            None
        }
    };
    let lost = |_: &HostName, why| Some(unreached(why));
    let lost = each(targets.keys().cloned(), ASKED_AT_ONCE, &context.hosts, work, lost).await;
    for (host, status) in lost.into_iter().filter_map(|(host, status)| Some((host, status?))) {
        let _ = answers.send((host, status)).await;
    }
}

/// Finds out what deploying would do on each host.
pub async fn plan(context: &Context, targets: &Targets, options: &Options) -> Plan {
    let run = Run::begin(context, targets, options);
    let mut hosts = BTreeMap::new();
    let mut drafts = BTreeMap::new();
    for (host, begun) in consider_all(&run).await {
        match begun {
            Ok(draft) => {
                drafts.insert(host, draft);
            }
            Err(plan) => {
                run.settle(&host, &plan.outcome).await;
                hosts.insert(host, *plan);
            }
        }
    }
    let (built, mut stopped) = build_all(&run, &drafts).await;
    let mut ready = BTreeMap::new();
    for (host, draft) in drafts {
        if let Some(plan) = stopped.remove(&host) {
            hosts.insert(host, *plan);
            continue;
        }
        match built.get(&host) {
            Some(Err(error)) => {
                let plan = draft.fail(&run, Outcome::BuildFailed, error);
                run.settle(&host, &plan.outcome).await;
                hosts.insert(host, *plan);
            }
            _ => {
                ready.insert(host, draft);
            }
        }
    }
    let ready = Arc::new(ready);
    let work = |host: HostName| {
        let (run, ready) = (run.clone(), ready.clone());
        async move {
            let Some(draft) = ready.get(&host).cloned() else {
                return plan::lost(&run, &host, "it was lost on the way".to_owned());
            };
            let is_push = run.target(&host).is_some_and(|target| target.kind == Kind::Push);
            let plan = if is_push { push::plan(&run, draft).await } else { draft.finish(&run).await };
            run.settle(&host, &plan.outcome).await;
            *plan
        }
    };
    let lost = |host: &HostName, why| plan::lost(&run, host, why);
    hosts.extend(each(ready.keys().cloned(), context.limit, &context.hosts, work, lost).await);
    Plan { action: options.action, hosts }
}

/// Carries out a plan. Hosts that it would not change keep the plan's outcome.
pub async fn apply(
    context: &Context,
    targets: &Targets,
    plan: &Plan,
    options: &Options,
) -> BTreeMap<HostName, HostResult> {
    let run = Run::begin(context, targets, &Options { action: plan.action, ..options.clone() });
    let plan = Arc::new(plan.clone());
    let work = |host: HostName| {
        let (run, plan) = (run.clone(), plan.clone());
        async move {
            let Some(host_plan) = plan.hosts.get(&host) else {
                return run.outcome(&host, Outcome::Skipped, None, "it is not in the plan").into();
            };
            let result = if !host_plan.would_change() || plan.action == Action::DryActivate {
                HostResult { detail: host_plan.detail.clone(), ..HostResult::from(host_plan.outcome.clone()) }
            } else if run.target(&host).is_some_and(|target| target.kind == Kind::Push) {
                push::apply(&run, &host, host_plan).await
            } else {
                apply::Deployment::carry_out(&run, &host, host_plan).await
            };
            run.settle(&host, &result.outcome).await;
            result
        }
    };
    let lost = |host: &HostName, why: String| {
        let reason = format!("{why}; `steading status` tells what runs");
        run.outcome(host, Outcome::Unknown, None, reason).into()
    };
    each(plan.hosts.keys().cloned(), context.limit, &context.hosts, work, lost).await
}

/// What was last deployed to a host from this machine. A record that can't be read tells nothing here; the next plan says why.
#[must_use]
pub fn last_deployed(state: &Path, host: &HostName) -> Option<String> {
    Some(History::of(state).read(host).ok()??.system)
}

/// Drops what [`plan`] keeps on the hosts from being garbage collected: the plan was declined.
pub async fn decline(context: &Context, targets: &Targets, plan: &Plan) {
    let run = Run::begin(context, targets, &Options::default());
    let held = plan.hosts.iter().filter(|(_, host)| host.would_change() && host.dry_activation.is_some());
    let held = held.filter_map(|(name, host)| {
        let login = run.root(host.status.as_ref()?)?;
        Some((name.clone(), (login, host.outcome.wanted.clone()?)))
    });
    let held = Arc::new(held.collect::<BTreeMap<_, _>>());
    let work = |host: HostName| {
        let (run, held) = (run.clone(), held.clone());
        async move {
            let (Ok(ssh), Some((login, system))) = (run.ssh(), held.get(&host)) else { return };
            // What can't be let go of now is let go of by the next plan.
            if let Ok(session) = ssh.session(&host).await {
                let _ = copy::release(&session, login, system).await;
            }
        }
    };
    each(held.keys().cloned(), context.limit, &context.hosts, work, |_, _| ()).await;
}

/// Asks every host, and looks at what that means for it.
async fn consider_all(run: &Arc<Run>) -> BTreeMap<HostName, std::result::Result<Draft, Box<HostPlan>>> {
    let work = |host: HostName| {
        let run = run.clone();
        async move {
            let is_push = run.target(&host).is_some_and(|target| target.kind == Kind::Push);
            if is_push {
                // Its program has to be built before it can be asked.
                let draft = Draft::begin(&run, &host, Ok(&HostStatus::default()))?;
                return Ok(Draft { status: None, ..draft });
            }
            run.enter(&host, Phase::Reach).await;
            let draft = Draft::begin(&run, &host, reach(&run, &host, true).await.as_ref())?;
            match try_password(&run, &draft).await {
                Ok(()) => Ok(draft),
                Err(error) => Err(draft.fail(&run, Outcome::Unreachable, &error)),
            }
        }
    };
    let lost = |host: &HostName, why| Err(Box::new(plan::lost(run, host, why)));
    each(run.targets.keys().cloned(), ASKED_AT_ONCE, &run.context.hosts, work, lost).await
}

/// Builds what the drafts need: on this machine all at once, and on those that build for themselves. Comes with the plans of the hosts that were stopped meanwhile, which have been told.
async fn build_all(
    run: &Arc<Run>,
    drafts: &BTreeMap<HostName, Draft>,
) -> (BTreeMap<HostName, Result<()>>, BTreeMap<HostName, Box<HostPlan>>) {
    let (mut here, mut there) = (BTreeMap::new(), BTreeMap::new());
    for (host, draft) in drafts {
        let Some(system) = run.system(host) else { continue };
        run.enter(host, Phase::Build).await;
        let is_push = run.target(host).is_some_and(|target| target.kind == Kind::Push);
        match draft.status.clone().filter(|_| system.deployment.build_on == BuildOn::Target && !is_push) {
            Some(status) => there.insert(host.clone(), (system.clone(), status)).map(drop),
            None => here.insert(host.clone(), system.clone()).map(drop),
        };
    }
    let there = Arc::new(there);
    let work = |host: HostName| {
        let (run, there) = (run.clone(), there.clone());
        async move {
            let Some((system, status)) = there.get(&host) else { return Ok(()) };
            let store = copy::store_of(&run, &host, status)?;
            let system = BTreeMap::from([(host.clone(), system.clone())]);
            let stop = run.stop_of(&host);
            let built = build::build(&run, Some(&store), &system, &stop).await.remove(&host);
            built.ok_or_else(|| Error::new(ErrorKind::Process, "its build came to nothing"))?
        }
    };
    let lost = |_: &HostName, why| Err(Error::new(ErrorKind::Process, why));
    let on_hosts = each(there.keys().cloned(), run.context.limit, &run.context.hosts, work, lost);
    let (stop, mut stopped) = (run.context.cancel.child_token(), BTreeMap::new());
    let drafts = here.keys().filter_map(|host| drafts.get(host));
    let building = async {
        tokio::select! {
            built = build::build(run, None, &here, &stop) => built,
            never = build::settle_stopped(run, drafts, &stop, &mut stopped) => match never {},
        }
    };
    let (mut built, on_hosts) = tokio::join!(building, on_hosts);
    built.extend(on_hosts);
    (built, stopped)
}

async fn reach(run: &Run, host: &HostName, ask_sudo: bool) -> Result<HostStatus> {
    if run.target(host).is_none_or(|target| target.deployment().is_none()) {
        let what = "how it is reached is not known, since it did not evaluate and has no meta.nix";
        return Err(Error::new(ErrorKind::Unreachable, what));
    }
    run.unless_stopped(host, async { reach::survey(run.ssh()?, host, ask_sudo).await }).await
}

/// A wrong password is better known before anything is built.
async fn try_password(run: &Run, draft: &Draft) -> Result<()> {
    let login = draft.status.as_ref().and_then(|status| run.root(status));
    let Some(login @ Login::SudoPassword(_)) = login else { return Ok(()) };
    let tried = async {
        run.ssh()?
            .session(&draft.host)
            .await?
            .run(&login, &Script::new("true", "true"), PASSWORD_DEADLINE)
            .await
    };
    run.unless_stopped(&draft.host, tried).await.map(drop)
}

fn unreached(problem: String) -> HostStatus {
    HostStatus { problem: Some(problem), ..HostStatus::default() }
}

/// The last lines of an output that aren't empty, made fit to be shown.
fn last_lines(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.rsplit(|&byte| byte == b'\n').map(|line| clean_line(line, Colour::Drop));
    let mut lines = lines.filter(|line| !line.trim().is_empty()).take(LAST_LINES).collect::<Vec<_>>();
    lines.reverse();
    lines
}
