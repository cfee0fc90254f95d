//! What runs on the demo's hosts: it changes with what is deployed.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use super::data::{Data, DemoHost};
use crate::backend::{
    deploy::Options,
    job::Seen,
    model::{
        Action, ClosureChange, HostName, HostOutcome, HostPlan, HostResult, HostStatus, Kind, Outcome,
        PackageChange, Privilege, Space,
    },
};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// What is the case on the hosts.
#[derive(Debug, Clone)]
pub struct World(BTreeMap<HostName, Now>);

#[derive(Debug, Clone)]
struct Now {
    running: Option<String>,
    profile: Option<String>,
    deployed: Option<String>,
    generation: Option<u64>,
    failed_units: Vec<String>,
    reboot_pending: bool,
}

impl World {
    /// As it is when the demo begins.
    pub fn new(data: &Data) -> Self {
        let now = |host: &DemoHost| Now {
            running: host.running.clone(),
            profile: host.running.clone().filter(|_| host.host.kind.switches()),
            deployed: host.deployed.clone(),
            generation: host.script.generation,
            failed_units: host.script.failed_units.clone(),
            reboot_pending: host.script.reboot_pending,
        };
        Self(data.hosts.iter().map(|(name, host)| (name.clone(), now(host))).collect())
    }

    /// What a host says when it is asked.
    pub fn seen(&self, host: &DemoHost, at: SystemTime) -> Seen {
        let now = self.0.get(&host.host.name);
        Seen { status: status(host, now), deployed: now.and_then(|now| now.deployed.clone()), at }
    }

    /// What a plan comes to on a host.
    pub fn plan(&self, host: &DemoHost, options: &Options, at: SystemTime) -> HostPlan {
        let Seen { status, .. } = self.seen(host, at);
        let (script, wanted) = (&host.script.plan, &host.system.toplevel);
        let running = status.running.clone();
        let current = running.as_deref() == Some(wanted.as_str());
        let staged = status.profile.as_deref() == Some(wanted.as_str());
        let (mut outcome, mut reason) =
            match script.forced.filter(|_| options.force.contains(&host.host.name)) {
                _ if current => (Outcome::Unchanged, String::new()),
                _ if staged => (Outcome::StagedRebootPending, script.reason.clone()),
                Some(forced) => (forced, String::new()),
                None => {
                    let running = running.as_deref().unwrap_or("nothing of ours");
                    (script.outcome, script.reason.replace("{running}", running))
                }
            };
        match (outcome, options.action) {
            (Outcome::WouldStage, Action::Test) => {
                outcome = Outcome::Refused;
                reason = format!("only a reboot gets there, since {reason}: use the action `boot`");
            }
            (Outcome::WouldActivate, Action::Boot) => {
                (outcome, reason) = (Outcome::WouldStage, "as asked for".to_owned());
            }
            _ => {}
        }
        let goes_on = matches!(outcome, Outcome::WouldActivate | Outcome::WouldStage);
        let built = goes_on && !script.packages.is_empty();
        HostPlan {
            outcome: HostOutcome { outcome, running, wanted: Some(wanted.clone()), reason },
            detail: script.detail.clone(),
            culprit: host
                .builds
                .iter()
                .find(|(_, build)| build.fails.is_some())
                .map(|(derivation, _)| derivation.clone()),
            status: Some(status).filter(|status| status.reachable),
            first_contact: false,
            change: built.then(|| change(host)),
            dry_activation: script.dry.clone().filter(|_| goes_on && !options.no_copy),
            warnings: if goes_on { script.warnings.clone() } else { Vec::new() },
        }
    }

    /// Carries out what a plan says of a host, and tells what came of it.
    pub fn apply(&mut self, host: &DemoHost, plan: &HostPlan) -> HostResult {
        let script = &host.script.apply;
        let wanted = host.system.toplevel.to_string();
        let staged = plan.outcome.outcome == Outcome::WouldStage;
        let outcome =
            if staged { Outcome::StagedRebootPending } else { script.outcome.unwrap_or(Outcome::Activated) };
        let reason = if staged { plan.outcome.reason.clone() } else { script.reason.clone() };
        let failed_units = if staged { Vec::new() } else { script.failed_units.clone() };
        let mut running = plan.outcome.running.clone();
        if let Some(now) = self.0.get_mut(&host.host.name) {
            if !staged {
                now.running = Some(wanted.clone());
                now.failed_units.clone_from(&failed_units);
            }
            now.reboot_pending |= staged;
            now.profile = Some(wanted.clone()).filter(|_| host.host.kind.switches());
            now.generation = now.generation.map(|generation| generation + 1);
            now.deployed = Some(wanted);
            running.clone_from(&now.running);
        }
        HostResult {
            outcome: HostOutcome { outcome, running, wanted: Some(host.system.toplevel.clone()), reason },
            detail: if outcome.is_fine() { Vec::new() } else { script.detail.clone() },
            failed_units,
        }
    }
}

fn status(host: &DemoHost, now: Option<&Now>) -> HostStatus {
    let script = &host.script;
    let Some(now) = now else { return HostStatus::default() };
    if let Some(problem) = script.unreachable.as_ref().or(script.not_asked.as_ref()) {
        return HostStatus {
            not_asked: script.not_asked.is_some(),
            problem: Some(problem.clone()),
            ..HostStatus::default()
        };
    }
    if host.host.kind == Kind::Push {
        return HostStatus { reachable: true, running: now.running.clone(), ..HostStatus::default() };
    }
    let day = Duration::from_secs(86_400).as_secs();
    HostStatus {
        reachable: true,
        running: now.running.clone(),
        profile: now.profile.clone(),
        booted: now.running.clone(),
        generation: now.generation,
        boot_id: Some("5f0c9d6e-7a51-4f0e-9a55-3f2f6f1f4c11".to_owned()),
        uptime_seconds: script.days_up.map(|days| days * day + 4000),
        nix_space: script.nix_free_gib.map(|free| Space { free: free * GIB, total: 512 * GIB }),
        boot_space: script.boot_free_mib.map(|free| Space { free: free * MIB, total: 511 * MIB }),
        failed_units: now.failed_units.clone(),
        reboot_pending: now.reboot_pending,
        systemd: true,
        nix: Some("/run/current-system/sw/bin/nix-daemon".to_owned()),
        privilege: if script.is_root() { Privilege::Root } else { Privilege::Sudo },
        ..HostStatus::default()
    }
}

fn change(host: &DemoHost) -> ClosureChange {
    let versions = |version: &str| Some(version.to_owned()).filter(|version| !version.is_empty());
    let script = &host.script.plan;
    let package = |(name, before, after): &(String, String, String)| {
        let nameless = before.is_empty() && after.is_empty();
        let of =
            |version: &str| versions(version).or_else(|| nameless.then(String::new)).into_iter().collect();
        PackageChange { name: name.clone(), before: of(before), after: of(after) }
    };
    ClosureChange {
        packages: script.packages.iter().map(package).collect(),
        paths_added: script.paths.0,
        paths_removed: script.paths.1,
        size_before: 3 * GIB,
        size_after: 3 * GIB + script.mib * MIB / 4,
        bytes_added: script.mib * MIB,
    }
}
