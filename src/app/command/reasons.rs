//! Why a command can't be given now.

use crate::{
    app::{
        deployment::Stage,
        failures,
        layers::Layer,
        state::{Pane, Part, State},
        vault,
    },
    backend::{
        model::{File, SecretState},
        secrets::SecretsVerb,
    },
};

type Allowed = Result<(), String>;

fn unless(wrong: bool, reason: &str) -> Allowed {
    if wrong { Err(reason.to_owned()) } else { Ok(()) }
}

#[expect(clippy::unnecessary_wraps, reason = "the others have something to say")]
pub(super) fn always(_: &State) -> Allowed {
    Ok(())
}

pub(super) fn fleet_known(state: &State) -> Allowed {
    unless(state.known.fleet.value.is_none(), "the fleet's hosts are not known yet")
}

/// A plan that waits is applied, else one is begun.
pub(super) fn can_plan_or_apply(state: &State) -> Allowed {
    if state.has_plan() { can_apply(state) } else { can_plan(state) }
}

pub(super) fn can_plan(state: &State) -> Allowed {
    match state.deployment.as_ref().map(|deployment| deployment.stage) {
        Some(Stage::Planning) => Err("a plan is being made: wait for it, or cancel it".to_owned()),
        Some(Stage::Applying) => Err("a deployment is under way: wait for it, or cancel it".to_owned()),
        _ => fleet_known(state),
    }
}

pub(super) fn can_plan_hosts(state: &State) -> Allowed {
    can_plan(state)?;
    let hosts = state.meant_hosts();
    unless(hosts.is_empty(), "there is no host under the cursor")?;
    match hosts.iter().find(|host| state.is_read_only(host)) {
        Some(host) => Err(format!("{host} is read-only by the configuration file")),
        None => Ok(()),
    }
}

pub(super) fn can_apply(state: &State) -> Allowed {
    match state.deployment.as_ref().map(|deployment| deployment.stage) {
        Some(Stage::Planned) => Ok(()),
        Some(Stage::Planning) => Err("the plan is not ready yet".to_owned()),
        Some(Stage::Applying) => Err("it is being applied".to_owned()),
        Some(Stage::Ended) => Err("this deployment is over; plan another one".to_owned()),
        None => Err("there is no plan".to_owned()),
    }
}

pub(super) fn can_cancel(state: &State) -> Allowed {
    unless(!state.is_deploying() && !state.has_plan(), "nothing is under way")
}

pub(super) fn can_cancel_host(state: &State) -> Allowed {
    unless(!state.is_deploying(), "nothing is under way")?;
    let run = state.selected_host();
    let run = run.and_then(|host| state.deployment.as_ref()?.hosts.get(&host));
    match run {
        None => Err("there is no host under the cursor".to_owned()),
        Some(run) if run.outcome.is_some() => Err("that host is done".to_owned()),
        Some(_) => Ok(()),
    }
}

pub(super) fn can_retry(state: &State) -> Allowed {
    let failed = state.deployment.as_ref().is_some_and(|deployment| deployment.to_retry().next().is_some());
    unless(!failed, "no host failed")?;
    unless(state.is_deploying(), "wait until the deployment is over")
}

pub(super) fn can_ask(state: &State) -> Allowed {
    unless(state.meant_hosts().is_empty(), "there is no host under the cursor")
}

pub(super) fn has_place(state: &State) -> Allowed {
    unless(state.place().is_none(), "nothing here is written in the fleet")?;
    let folder = state.known.fleet.value.as_ref().and_then(|fleet| fleet.folder.as_ref());
    unless(folder.is_none(), "the fleet is not in a folder on this machine")
}

pub(super) fn has_selection(state: &State) -> Allowed {
    unless(state.selected_name().is_none(), "nothing is selected")
}

pub(super) fn has_value(state: &State) -> Allowed {
    unless(state.selected_value().is_none(), "it has no value")
}

/// Nix has no words for some values, and no value means no words.
pub(super) fn has_definition(state: &State) -> Allowed {
    has_value(state)?;
    state.selected_definition().map(|_| ())
}

pub(super) fn was_elsewhere(state: &State) -> Allowed {
    unless(state.history.is_empty().0, "there is nothing to go back to")
}

pub(super) fn came_back(state: &State) -> Allowed {
    unless(state.history.is_empty().1, "there is nothing to go forward to: go back first")
}

pub(super) fn has_host(state: &State) -> Allowed {
    unless(state.host_of_selection().is_none(), "no host is named here")
}

pub(super) fn has_error(state: &State) -> Allowed {
    unless(!failures::any(state), "nothing failed")
}

/// Secrets are worked on by one job at a time.
fn no_run(state: &State) -> Allowed {
    unless(state.secrets.is_busy(), "secrets are being worked on: wait for it, or stop it")
}

fn can_change(state: &State, verb: SecretsVerb) -> Allowed {
    no_run(state)?;
    let names = vault::meant(state, verb)?;
    vault::propose(state, verb, &names).map(|_| ())
}

pub(super) fn can_generate(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Generate)
}

pub(super) fn can_rotate(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Rotate)
}

pub(super) fn can_restore(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Restore)
}

pub(super) fn can_rekey(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Rekey)
}

pub(super) fn can_adopt(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Adopt)
}

pub(super) fn can_prune(state: &State) -> Allowed {
    can_change(state, SecretsVerb::Prune)
}

pub(super) fn can_enter(state: &State) -> Allowed {
    no_run(state)?;
    let plan = vault::plan(state)?;
    let secret = state.secrets.list.selected().and_then(|name| vault::find(plan, name));
    match secret {
        None => Err("there is no secret under the cursor".to_owned()),
        Some(secret) if secret.engine != "manual" => {
            Err(format!("{} is made by its definition, not entered by hand", secret.name))
        }
        Some(secret) => match &secret.state {
            SecretState::Failed(why) | SecretState::Unreadable(why) => Err(format!("{}: {why}", secret.name)),
            _ => Ok(()),
        },
    }
}

pub(super) fn can_look(state: &State) -> Allowed {
    no_run(state)?;
    unless(state.known.secrets.value.is_none(), "the secrets are not evaluated yet")
}

pub(super) fn can_deploy_mounts(state: &State) -> Allowed {
    can_plan(state)?;
    let hosts = vault::meant_hosts(state);
    unless(hosts.is_empty(), "no host has it mounted")?;
    match hosts.iter().find(|host| state.is_read_only(host)) {
        Some(host) => Err(format!("{host} is read-only by the configuration file")),
        None => Ok(()),
    }
}

pub(super) fn can_stop_secrets(state: &State) -> Allowed {
    unless(!state.secrets.is_busy(), "nothing is being done about secrets")
}

pub(super) fn has_secrets_plan(state: &State) -> Allowed {
    vault::plan(state).map(|_| ())
}

pub(super) fn has_text(state: &State) -> Allowed {
    unless(
        !matches!(state.layers.last(), Some(Layer::Reader(text)) if !text.lines.is_empty()),
        "there is no text",
    )
}

pub(super) fn has_text_place(state: &State) -> Allowed {
    let place = match state.layers.last() {
        Some(Layer::Reader(text)) => text.place.as_ref(),
        _ => None,
    };
    unless(
        !place.is_some_and(|place| matches!(place.file, File::Fleet(_))),
        "what it tells of is written nowhere in the fleet",
    )
}

pub(super) fn has_twin(state: &State) -> Allowed {
    unless(super::twin(state).is_none(), "nothing here has a command line of its own")
}

pub(super) fn has_log(state: &State) -> Allowed {
    if state.pane == Pane::Secrets && state.has_log(Pane::Secrets) {
        return Ok(());
    }
    unless(
        state.deployment.as_ref().is_none_or(|deployment| deployment.logs.is_empty()),
        "there is no deployment, so there is no log",
    )
}

pub(super) fn has_secrets_log(state: &State) -> Allowed {
    unless(!state.secrets.logged, "nothing was done about secrets from here, so there is no log")
}

pub(super) fn has_search(state: &State) -> Allowed {
    unless(!state.log().0.has_search(), "nothing is searched for; / begins")
}

pub(super) fn can_leave(state: &State) -> Allowed {
    let at_the_left = state.part == Part::List && state.paths(state.pane).is_none();
    unless(at_the_left, "there is nothing to the left")
}
