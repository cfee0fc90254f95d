//! From evaluated systems to what runs on the hosts, and back: what runs there, read again.
//!
//! - [`status`] asks the hosts;
//! - [`plan`] builds, copies, and says what would happen; it changes no profile, boot entry, unit, nor anything under `/run`;
//! - [`apply`] does it.
//!
//! A host that fails never stops the others, and every host that was asked for ends with exactly one outcome.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use tokio_util::sync::CancellationToken;

use super::{
    error::Result,
    event::Events,
    model::{
        Action, Deployment, HostName, HostOutcome, HostPlan, HostResult, HostStatus, Kind, Outcome, Plan,
        System,
    },
};

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

/// Asks the hosts what they run.
pub async fn status(context: &Context, targets: &Targets) -> BTreeMap<HostName, HostStatus> {
    let _ = context;
    targets.keys().map(|name| (name.clone(), HostStatus::default())).collect()
}

/// Finds out what deploying would do on each host.
pub async fn plan(context: &Context, targets: &Targets, options: &Options) -> Plan {
    let _ = context;
    let hosts = targets.keys().map(|name| (name.clone(), unread())).collect();
    Plan { action: options.action, hosts }
}

/// Carries out a plan. Hosts that it would not change keep the plan's outcome.
pub async fn apply(
    context: &Context,
    targets: &Targets,
    plan: &Plan,
    options: &Options,
) -> BTreeMap<HostName, HostResult> {
    let _ = (context, targets, options);
    plan.hosts.iter().map(|(name, host)| (name.clone(), host.outcome.clone().into())).collect()
}

/// Drops what [`plan`] keeps on the hosts from being garbage collected: the plan was declined.
pub async fn decline(context: &Context, targets: &Targets, plan: &Plan) {
    let _ = (context, targets, plan);
}

fn unread() -> HostPlan {
    HostPlan {
        outcome: HostOutcome {
            outcome: Outcome::Unknown,
            running: None,
            wanted: None,
            reason: String::new(),
        },
        detail: Vec::new(),
        status: None,
        first_contact: false,
        change: None,
        dry_activation: None,
        warnings: Vec::new(),
    }
}
