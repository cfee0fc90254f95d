//! What the backend tells, taken in.

use super::{
    comparison, deploying, effect::Effect, logging, options, perform::ask, state::State, vault, wouldmove,
};
use crate::backend::{
    job::{End, JobId, Part, Report},
    model::HostName,
};

/// Takes in a report. What belongs to a job that counts no more is dropped.
pub fn reported(state: &mut State, report: Report) -> Vec<Effect> {
    match report {
        Report::Remembered(remembered) => {
            state.known.remember(*remembered);
            refill(state)
        }
        Report::Began { job, log } => {
            vault::began(state, job, &log);
            if let Some(deployment) = state.deployment.as_mut().filter(|deployment| deployment.is_about(job))
            {
                deployment.logs.push(log.clone());
                logging::add(state, log);
            }
            Vec::new()
        }
        Report::Read(job, part) => read(state, job, part),
        Report::Asked { job, host, seen } => {
            if state.known.asking.get(&host) == Some(&job) {
                state.known.asking.remove(&host);
            }
            let newer = state.known.seen.get(&host).is_none_or(|known| known.at <= seen.at);
            if newer && state.known.host(&host).is_some() {
                state.known.seen.insert(host, *seen);
            }
            Vec::new()
        }
        Report::Advanced(job, event) => {
            let now = state.clock;
            if vault::about(state, job) {
                vault::advanced(state, job, event);
            } else if let Some(deployment) = about(state, job) {
                deployment.advanced(event, now);
            }
            Vec::new()
        }
        Report::Planned(job, plan) => {
            match about(state, job) {
                Some(deployment) => deployment.planned(plan),
                None => return Vec::new(),
            }
            Vec::new()
        }
        Report::Applied(job, results) => {
            if let Some(deployment) = about(state, job) {
                deployment.applied(results);
            }
            Vec::new()
        }
        Report::Options { job, host, question, answer } => {
            if comparison::answered(state, job, &host, &answer) {
                return Vec::new();
            }
            options::answered(state, job, &question, answer)
        }
        Report::Affected(job, _, answer) => {
            wouldmove::answered(state, job, answer);
            Vec::new()
        }
        report @ (Report::Outlined { .. }
        | Report::Revealed { .. }
        | Report::SecretsChanged(..)
        | Report::Asks { .. }) => vault::told(state, report),
        Report::Ended(job, end) => ended(state, job, end),
        Report::FleetChanged => {
            state.known.outdated = true;
            if let Some(deployment) = &mut state.deployment {
                deployment.outdated = true;
            }
            super::update::begin(state)
        }
    }
}

fn about(state: &mut State, job: JobId) -> Option<&mut super::deployment::Deployment> {
    state.deployment.as_mut().filter(|deployment| deployment.is_about(job))
}

fn read(state: &mut State, job: JobId, part: Part) -> Vec<Effect> {
    let of_a_plan = state.deployment.as_ref().is_some_and(|deployment| deployment.plan_job == job);
    if state.known.evaluation != Some(job) && !of_a_plan && !vault::about(state, job) {
        return Vec::new();
    }
    let before = state.known.hosts().map(|host| host.name.clone()).collect::<Vec<_>>();
    let first = state.known.fleet.value.is_none() || state.known.fleet.remembered;
    let fills_a_list = !matches!(part, Part::System(..));
    let tells_of_secrets = matches!(part, Part::Secrets(Ok(_)));
    let is_fleet = state.known.read(part, state.clock);
    let mut effects = if fills_a_list { refill(state) } else { Vec::new() };
    if tells_of_secrets {
        effects.extend(vault::learnt(state));
    }
    if is_fleet {
        // What was found out about the fleet as it was is not so any more.
        effects.extend(wouldmove::forget(state));
        effects.extend(comparison::again(state));
        state.options.outdated();
        // Hosts that are new here are asked; the others are when the operator wants it.
        let new = |host: &HostName| first || !before.contains(host);
        let hosts = state.known.hosts().map(|host| host.name.clone()).filter(new).collect();
        effects.extend(ask(state, hosts));
    }
    effects
}

fn ended(state: &mut State, job: JobId, end: End) -> Vec<Effect> {
    state.known.asking.retain(|_, asking| *asking != job);
    wouldmove::ended(state, job, &end);
    comparison::ended(state, job, &end);
    options::ended(state, job, &end);
    vault::ended(state, job, &end);
    if state.known.evaluation == Some(job) {
        state.known.evaluation_ended(end);
        return Vec::new();
    }
    let now = state.clock;
    let Some(deployment) = about(state, job) else { return Vec::new() };
    let applied = deployment.apply_job == Some(job);
    deployment.job_ended(end, now);
    if applied {
        // What the hosts run now is read anew.
        let hosts = deployment.hosts.keys().cloned().collect();
        return ask(state, hosts);
    }
    if state.has_plan() { deploying::planned(state) } else { Vec::new() }
}

/// Fills the lists from what is known.
pub fn refill(state: &mut State) -> Vec<Effect> {
    let known = &state.known;
    let hosts = known.hosts().map(|host| host.name.to_string()).collect();
    let services = known.services.value.iter().flatten().map(|service| service.name.clone()).collect();
    let (secrets, sought) = vault::rows(state);
    let globals = known.globals.value.as_ref().and_then(|globals| state.globals.set(globals));
    let questions = [
        state.hosts.set(hosts),
        state.services.set(services),
        state.secrets.list.set_sought(secrets, sought),
        globals,
    ];
    questions.into_iter().flatten().map(Effect::Filter).collect()
}
