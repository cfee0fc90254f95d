//! Planning, applying and stopping deployments from the screen.

use super::{
    command::Action,
    config::Confirm as Asked,
    deployment::{Deployment, Stage},
    effect::Effect,
    layers::{Agreed, Confirm, Layer, Prompt, Purpose},
    logging,
    moving::show,
    state::{Pane, State},
    vault,
};
use crate::backend::{
    deploy::Options,
    fleet::Selection,
    job::{Order, Work},
    model::HostName,
};

pub(super) fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::DeployFleet if state.has_plan() => apply(state),
        Action::DeployFleet => {
            let hosts = state.known.hosts().map(|host| host.name.clone()).collect::<Vec<_>>();
            let kept = hosts.iter().filter(|host| state.is_read_only(host)).count();
            let hosts = hosts.into_iter().filter(|host| !state.is_read_only(host)).collect();
            let effects = plan(state, hosts, kept == 0);
            if kept > 0 {
                state.tell(format!("{kept} read-only by the configuration file: left out"));
            }
            effects
        }
        Action::DeployHosts => {
            let hosts = state.meant_hosts();
            state.hosts.marks.clear();
            plan(state, hosts, false)
        }
        Action::DeploySelection => {
            state.layers.push(Layer::Prompt(Prompt {
                title: "deploy to (names, web-*, @tag, !not)".to_owned(),
                input: super::input::Input::default(),
                purpose: Purpose::Hosts,
            }));
            Vec::new()
        }
        Action::Apply => apply(state),
        Action::Cancel => cancel(state),
        Action::CancelHost => {
            if let Some(host) = state.selected_host() {
                ask(state, format!("give up {host}?"), Vec::new(), Agreed::CancelHost(host));
            }
            Vec::new()
        }
        Action::RetryFailed => {
            let failed = state.deployment.iter().flat_map(|deployment| deployment.to_retry().cloned());
            let failed = failed.collect();
            plan(state, failed, false)
        }
        _ => Vec::new(),
    }
}

/// Begins a plan, and shows it.
pub(super) fn plan(state: &mut State, hosts: Vec<HostName>, whole_fleet: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    // What an older plan keeps on the hosts is let go of.
    if state.has_plan()
        && let Some(old) = &state.deployment
    {
        let decline = Work::Decline(old.plan_job);
        let job = state.next_job();
        effects.push(Effect::Order(Order::Begin(job, decline)));
    }
    let job = state.next_job();
    let options = Options::default();
    let names = hosts.iter().map(ToString::to_string).collect();
    state.deployment = Some(Deployment::begin(job, hosts.clone(), whole_fleet, options.clone(), state.clock));
    state.deploy.list.filter.clear();
    state.deploy.list.set(names);
    state.deploy.list.cursor = super::cursor::Cursor::default();
    logging::begin(state);
    show(state, Pane::Deploy);
    effects.push(Effect::Order(Order::Begin(job, Work::Plan { hosts, options })));
    effects
}

/// Plans for hosts in the words of the command line.
pub(super) fn plan_selection(state: &mut State, words: &str) -> Vec<Effect> {
    let Some(fleet) = &state.known.fleet.value else { return Vec::new() };
    let words = words.split_whitespace().collect::<Vec<_>>();
    match Selection::parse(&words).and_then(|selection| selection.of(&fleet.hosts)) {
        Err(error) => {
            state.complain(error.to_string());
            Vec::new()
        }
        Ok(hosts) => match hosts.iter().find(|host| state.is_read_only(host)) {
            Some(host) => {
                state.complain(format!("{host} is read-only by the configuration file"));
                Vec::new()
            }
            None => plan(state, hosts, words.is_empty()),
        },
    }
}

/// Applies the plan. The plan on the screen is what is agreed to.
pub(super) fn apply(state: &mut State) -> Vec<Effect> {
    let (job, now) = (state.next_job(), state.clock);
    let Some(deployment) = state.deployment.as_mut().filter(|deployment| deployment.stage == Stage::Planned)
    else {
        return Vec::new();
    };
    let plan = deployment.plan_job;
    deployment.applying(job, now);
    show(state, Pane::Deploy);
    vec![Effect::Order(Order::Begin(job, Work::Apply(plan)))]
}

/// A plan is there: it is applied at once where the configuration file says so.
pub(super) fn planned(state: &mut State) -> Vec<Effect> {
    let Some(deployment) = &state.deployment else { return Vec::new() };
    let failed = deployment.failed().next().is_some();
    let go_on = match state.settings.config.confirm_deploy {
        Asked::Always => false,
        Asked::Risky => deployment.risks().is_empty() && !failed,
        Asked::Never => true,
    };
    if go_on && !state.settings.read_only { apply(state) } else { Vec::new() }
}

fn cancel(state: &mut State) -> Vec<Effect> {
    let job = state.next_job();
    let now = state.clock;
    let Some(deployment) = &mut state.deployment else { return Vec::new() };
    match deployment.stage {
        Stage::Planning => {
            deployment.stopping = true;
            vec![Effect::Order(Order::Cancel(deployment.plan_job))]
        }
        Stage::Planned => {
            deployment.declined(now);
            let plan = deployment.plan_job;
            state.tell("declined: nothing was changed");
            vec![Effect::Order(Order::Begin(job, Work::Decline(plan)))]
        }
        Stage::Applying => {
            let activating =
                "hosts on which an activation has begun go on by themselves; the others are left as they are";
            ask(
                state,
                "stop the deployment?".to_owned(),
                vec![activating.to_owned()],
                Agreed::CancelDeployment,
            );
            Vec::new()
        }
        Stage::Ended => Vec::new(),
    }
}

fn ask(state: &mut State, question: String, effects: Vec<String>, agreed: Agreed) {
    state.layers.push(Layer::Confirm(Confirm::new(question, effects, agreed)));
}

/// A question was answered with yes.
pub(super) fn agreed(state: &mut State, agreed: Agreed) -> Vec<Effect> {
    let running = state.deployment.as_ref().and_then(Deployment::running_job);
    match (agreed, running) {
        (Agreed::Quit, _) => vec![Effect::Quit],
        (Agreed::CancelDeployment, Some(job)) => {
            if let Some(deployment) = &mut state.deployment {
                deployment.stopping = true;
            }
            vec![Effect::Order(Order::Cancel(job))]
        }
        (Agreed::CancelHost(host), Some(job)) => {
            if let Some(run) =
                state.deployment.as_mut().and_then(|deployment| deployment.hosts.get_mut(&host))
            {
                run.cancelled = true;
            }
            vec![Effect::Order(Order::CancelHost(job, host))]
        }
        // It ended while the question stood there.
        (Agreed::CancelDeployment | Agreed::CancelHost(_), None) => Vec::new(),
        (agreed, _) => vault::agreed(state, agreed),
    }
}
