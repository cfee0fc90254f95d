//! What there is to say of one host of the deployment.

use crate::{
    app::{deployment::HostRun, logview::tells_error, state::State, theme::Role},
    backend::model::{ClosureChange, DryActivation, HostName, HostPlan, PackageChange},
    views::{
        document::{Document, Target},
        report::{bytes, printable},
        words::{outcome_mark, since},
    },
};

/// What there is to say of the selected host.
pub(in crate::views) fn document(state: &State) -> Document {
    let mut document = Document::default();
    let Some(deployment) = &state.deployment else { return document };
    if let Some(failure) = &deployment.failure {
        document.head("It came to nothing");
        document.error(failure);
    }
    for warning in &deployment.warnings {
        document.row([(Role::Warn, printable(warning))]);
    }
    let host = state.deploy.list.selected().and_then(|name| name.parse::<HostName>().ok());
    let Some((host, run)) = host.and_then(|host| deployment.hosts.get_key_value(&host)) else {
        return document;
    };
    document.head(host.to_string()).to(Target::Host(host.clone()));
    came_to(&mut document, state, host, run);
    if !run.warnings.is_empty() {
        document.head("Warnings");
        run.warnings.iter().for_each(|warning| {
            document.item(Role::Warn, warning);
        });
    }
    if let Some(plan) = &run.plan {
        planned(&mut document, plan);
    }
    document
}

fn came_to(document: &mut Document, state: &State, host: &HostName, run: &HostRun) {
    let steps = super::row::steps_in_words(state.settings.glyphs, run);
    // So many in a line that none is broken at its sign.
    for steps in steps.chunks(3) {
        document.row(steps.iter().cloned());
    }
    if let Some((phase, began)) = run.phase {
        document.field("at", Role::Busy, &format!("{} for {}", phase.word(), since(state.clock, began)));
    }
    if let Some(settled) = &run.outcome {
        let (_, role) = outcome_mark(settled.outcome);
        document.field("outcome", role, settled.outcome.word());
        if !settled.reason.is_empty() {
            document.field("why", Role::Text, &settled.reason);
        }
        if let Some(running) = &settled.running {
            document.path("runs", Role::Value, running);
        }
        if let Some(wanted) = &settled.wanted {
            document.path("wanted", Role::Value, wanted.as_str());
        }
    }
    let scope = state.deployment.as_ref().map(|deployment| deployment.scope_of(host));
    let log = Target::Log(scope.unwrap_or_default());
    let error = state.known.systems.get(host).and_then(|system| system.error.as_ref());
    if let Some(error) = error {
        document.head("Its evaluation failed");
        document.error(error);
    } else if !run.detail.is_empty() {
        document.head("Last words").to(log.clone());
        for line in &run.detail {
            let role = if tells_error(line) { Role::Bad } else { Role::Text };
            document.item(role, line).to(log.clone());
        }
    }
    if !run.failed_units.is_empty() {
        document.head("Units that failed");
        for unit in &run.failed_units {
            document.item(Role::Bad, unit).to(log.clone());
        }
    }
}

fn planned(document: &mut Document, plan: &HostPlan) {
    if plan.first_contact && plan.would_change() {
        document.row([(Role::Warn, "first deployment from here".to_owned())]);
    }
    for warning in &plan.warnings {
        document.row([(Role::Warn, printable(warning))]);
    }
    if let Some(dry) = &plan.dry_activation {
        units(document, dry);
    }
    if let Some(change) = &plan.change {
        packages(document, change);
    }
}

fn units(document: &mut Document, dry: &DryActivation) {
    if let Some(reboot) = &dry.reboot {
        document.head("Only a reboot gets it there");
        document.item(Role::Warn, reboot);
    }
    let kinds = [
        ("To stop", Role::Warn, &dry.stop),
        ("To restart", Role::Warn, &dry.restart),
        ("To reload", Role::Text, &dry.reload),
        ("To start", Role::Good, &dry.start),
        ("Changed, but not to be stopped", Role::Faint, &dry.not_stop),
        ("Changed, but not to be restarted", Role::Faint, &dry.not_restart),
        ("It also says", Role::Text, &dry.notes),
    ];
    for (title, role, units) in kinds {
        if !units.is_empty() {
            document.head(title);
            for unit in units {
                document.item(role, unit);
            }
        }
    }
}

fn packages(document: &mut Document, change: &ClosureChange) {
    let sizes = format!("{} before, {} after", bytes(change.size_before), bytes(change.size_after));
    document.head(format!("Closure: {sizes}"));
    document.item(
        Role::Faint,
        &format!(
            "{} new paths ({}), {} not needed any more",
            change.paths_added,
            bytes(change.bytes_added),
            change.paths_removed
        ),
    );
    let has_version = |package: &&PackageChange| {
        package.before.iter().chain(&package.after).any(|version| !version.is_empty())
    };
    let (packages, others) = change.packages.iter().partition::<Vec<_>, _>(has_version);
    for package in packages {
        let (before, after) = (package.before.join(", "), package.after.join(", "));
        let (sign, role, versions) = match (package.before.is_empty(), package.after.is_empty()) {
            (true, _) => ("+", Role::Good, after),
            (_, true) => ("-", Role::Bad, before),
            _ => ("~", Role::Warn, format!("{before} -> {after}")),
        };
        document.push(
            2,
            [(role, format!("{sign} {} ", printable(&package.name))), (Role::Faint, printable(&versions))],
        );
    } // What has no version is the system's own files, mostly.
    if !others.is_empty() {
        let come = others.iter().filter(|other| other.before.is_empty()).count();
        let go = others.iter().filter(|other| other.after.is_empty()).count();
        let rest = others.len() - come - go;
        document.item(Role::Faint, &format!("without a version: {come} come, {go} go, {rest} change"));
    }
}
