//! What failed, one after the other: in the deployment, in the evaluation, about secrets.

use super::{
    cursor::Move,
    deployment::{Deployment, Failure},
    layers, logging,
    logview::tells_error,
    moving::{follow, show},
    state::{Pane, Part, State},
    vault,
};
use crate::{
    backend::{
        logstore::{LogKey, Scope},
        model::HostName,
    },
    views::document::{self, Row, Target},
};

/// Something that failed.
enum Failed {
    InDeployment(Failure),
    InEvaluation,
    Secret(String),
    /// What was to be done about secrets, as a whole.
    Secrets,
}

/// What failed, in the order in which it is gone to. Where a deployment is to be repaired, the evaluation behind it was another one.
fn failures(state: &State) -> Vec<Failed> {
    let deployment = state.deployment.as_ref().map(Deployment::failures).unwrap_or_default();
    let mut failures = deployment.into_iter().map(Failed::InDeployment).collect::<Vec<_>>();
    let evaluation = state.known.errors().next().is_some() || state.globals.first_broken().is_some();
    if failures.is_empty() && evaluation {
        failures.push(Failed::InEvaluation);
    }
    failures.extend(vault::failed(state).into_iter().map(Failed::Secret));
    if state.secrets.run.as_ref().is_some_and(|run| run.failure.is_some()) {
        failures.push(Failed::Secrets);
    }
    failures
}

/// Whether there is anything to go to.
pub fn any(state: &State) -> bool {
    let whole = state.deployment.as_ref().is_some_and(|deployment| deployment.failure.is_some());
    whole || !failures(state).is_empty()
}

/// Goes to what failed first. Where that is shown already, to what failed next.
pub fn first_error(state: &mut State) {
    let failures = failures(state);
    let shown = failures.iter().position(|failure| is_shown(state, failure));
    let next = shown.map_or(0, |shown| (shown + 1) % failures.len());
    match failures.get(next) {
        Some(Failed::InDeployment(Failure::Host(host))) => show_host(state, host),
        Some(Failed::InDeployment(Failure::Build(derivation))) => {
            follow(state, &Target::Log(Scope::Stream(LogKey::derivation(derivation.clone()))));
        }
        Some(Failed::InEvaluation) => show_evaluation(state),
        Some(Failed::Secret(name)) => {
            follow(state, &Target::Secret(name.clone()));
            into_detail(state);
        }
        Some(Failed::Secrets) => {
            let run = state.secrets.run.as_ref();
            let failure = run.and_then(|run| Some((run.doing.word(), run.failure.clone()?)));
            if let Some((doing, error)) = failure {
                layers::read_error(state, doing, &error);
            }
        }
        None => show(state, Pane::Deploy),
    }
}

fn show_evaluation(state: &mut State) {
    let error = state.known.errors().next().map(|(about, error)| (about, error.clone()));
    let Some((about, error)) = error else {
        if let Some(path) = broken_global(state) {
            follow(state, &path);
            into_detail(state);
        }
        return;
    };
    if state.hosts.select(&about) {
        show(state, Pane::Hosts);
        into_detail(state);
    } else {
        layers::read_error(state, &about, &error);
    }
}

fn broken_global(state: &State) -> Option<Target> {
    let leaves = &state.known.globals.value.as_ref()?.leaves;
    Some(Target::Global(leaves.get(state.globals.first_broken()?)?.path.clone()))
}

/// Whether something that failed is what has the keys.
fn is_shown(state: &State, failed: &Failed) -> bool {
    let in_detail = |pane| state.pane == pane && state.part == Part::Detail;
    match failed {
        Failed::InDeployment(failure) => is_shown_in_deployment(state, failure),
        Failed::InEvaluation => match state.known.errors().next() {
            Some((about, _)) => in_detail(Pane::Hosts) && state.hosts.selected() == Some(&*about),
            None => in_detail(Pane::Globals),
        },
        Failed::Secret(name) => {
            in_detail(Pane::Secrets) && state.secrets.list.selected() == Some(name.as_str())
        }
        Failed::Secrets => false,
    }
}

fn is_shown_in_deployment(state: &State, failure: &Failure) -> bool {
    let part = if state.pane == Pane::Deploy { state.part } else { Part::List };
    match failure {
        Failure::Host(host) => {
            let its_log = logging::scope_of_selected(state).as_ref() == Some(state.deploy.log.scope());
            let shown = part == Part::Detail || part == Part::Log && its_log;
            shown && state.selected_host().as_ref() == Some(host)
        }
        Failure::Build(derivation) => {
            let stream = LogKey::derivation(derivation.clone());
            part == Part::Log && *state.deploy.log.scope() == Scope::Stream(stream)
        }
    }
}

fn show_host(state: &mut State, host: &HostName) {
    show(state, Pane::Deploy);
    if !state.deploy.list.select(host.as_str()) {
        // The filter hides it, and an error is never to be hidden.
        state.deploy.list.filter.clear();
        state.deploy.list.question();
        state.deploy.list.select(host.as_str());
    }
    logging::host_selected(state);
    into_detail(state);
}

/// Goes into the detail, to its first line that is written somewhere, or tells of an error in the log.
fn into_detail(state: &mut State) {
    state.part = Part::Detail;
    let document = document::of(state);
    let place = |row: &Row| row.place.is_some();
    let tells = |row: &Row| {
        let text = row.spans.iter().map(|(_, text)| text.as_str()).collect::<String>();
        matches!(row.target, Some(Target::Log(_))) && tells_error(&text)
    };
    let log = |row: &Row| matches!(row.target, Some(Target::Log(_)));
    let rows = &document.rows;
    let row = rows.iter().position(place).or_else(|| rows.iter().position(tells));
    let row = row.or_else(|| rows.iter().position(log));
    let height = state.rows_of(Part::Detail);
    state.detail.go(Move::To(row.unwrap_or(0)), document.rows.len(), height);
}
