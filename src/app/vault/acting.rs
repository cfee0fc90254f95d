//! What is done about secrets from the screen.

use std::collections::BTreeSet;

use super::{
    Consequences, Doing, Proposal, Run, Wanted, What, meant, plan, planned,
    proposal::consequences,
    propose,
    viewing::{self, drop_views},
};
use crate::{
    app::{
        command::Action,
        cursor::Cursor,
        deploying,
        effect::Effect,
        input::Input,
        layers::{Agreed, Confirm, Layer, Reader},
        state::State,
    },
    backend::{
        error::Result,
        job::{JobId, Order, SecretsWork, Work},
        model::{HostName, SecretState},
        secrets::{Handover, Plaintext, SecretsVerb},
    },
    views::secrets,
};

/// Does what a command of the pane does.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::ChangeSecrets(verb) => ask(state, verb),
        Action::LookIntoSecrets => return begin(state, Doing::Look, SecretsWork::Look),
        Action::StopSecrets => stop(state),
        Action::EnterSecret => return enter(state),
        Action::ViewSecret => return viewing::open(state),
        Action::AuditSecrets => audit(state),
        Action::DeployMounts => {
            let hosts = meant_hosts(state);
            state.secrets.list.marks.clear();
            return deploying::plan(state, hosts, false);
        }
        _ => {}
    }
    Vec::new()
}

/// The hosts of the fleet that mount the marked secrets, or the one under the cursor.
#[must_use]
pub fn meant_hosts(state: &State) -> Vec<HostName> {
    let names = state.secrets.list.meant();
    let hosts = names.iter().filter_map(|name| planned(state, name)).flat_map(|secret| &secret.hosts);
    let hosts = hosts.filter(|host| state.known.host(host).is_some()).collect::<BTreeSet<_>>();
    hosts.into_iter().cloned().collect()
}

/// Shows what a verb would do, and asks.
fn ask(state: &mut State, verb: SecretsVerb) {
    match meant(state, verb).and_then(|names| propose(state, verb, &names)) {
        Err(reason) => state.complain(format!("not now: {reason}")),
        Ok(proposal) => {
            let typed = &proposal.change.typed;
            let typing = (!typed.is_empty()).then(|| (typed.clone(), Input::default()));
            let (question, effects) = (proposal.question.clone(), proposal.effects.clone());
            let question = Confirm::new(question, effects, Agreed::Secrets(Box::new(proposal)));
            state.layers.push(Layer::Confirm(Confirm { typing, ..question }));
        }
    }
}

/// A question of the pane was answered with yes.
pub fn agreed(state: &mut State, agreed: Agreed) -> Vec<Effect> {
    match agreed {
        Agreed::Secrets(proposal) => change(state, *proposal),
        Agreed::Entered { name, text, consequences: shown } => {
            if let Some(reason) = no_writing(state) {
                state.complain(reason);
            } else if consequences(state, &name) == shown {
                return take(state, name, text, shown);
            } else {
                state.complain(STALE);
            }
            Vec::new()
        }
        Agreed::StopSecrets(job) => {
            match state.secrets.run.as_mut().filter(|run| run.job == job && run.is_running()) {
                None => Vec::new(),
                Some(run) => {
                    run.stopping = true;
                    vec![Effect::Order(Order::Cancel(job))]
                }
            }
        }
        _ => Vec::new(),
    }
}

/// The operator agreed. What would be done now must be what was shown: a plan may have come meanwhile.
fn change(state: &mut State, proposal: Proposal) -> Vec<Effect> {
    if let Some(reason) = no_writing(state) {
        state.complain(reason);
        return Vec::new();
    }
    let Proposal { change, .. } = &proposal;
    match propose(state, change.verb, &change.names) {
        Ok(now) if now == proposal => {
            if state.secrets.marks().is_some() {
                state.secrets.list.marks.clear();
            }
            begin(state, Doing::Change(proposal.change.clone()), SecretsWork::Change(proposal.change))
        }
        Ok(_) => {
            state.complain(STALE);
            Vec::new()
        }
        Err(reason) => {
            state.complain(format!("nothing was done: {reason}"));
            Vec::new()
        }
    }
}

/// What is said when the secrets are not any more as they were when the question was asked.
const STALE: &str = "nothing was done: the secrets changed while the question stood there; ask again";

/// Why nothing can be written now.
fn no_writing(state: &State) -> Option<&'static str> {
    if state.settings.read_only {
        return Some("the console is in read-only mode");
    }
    state.secrets.is_busy().then_some("secrets are being worked on: wait for it, or stop it")
}

fn begin(state: &mut State, doing: Doing, work: SecretsWork) -> Vec<Effect> {
    let job = state.next_job();
    if doing.writes() {
        state.secrets.logged = true;
        state.secrets.log.begin();
        state.secrets.search.clear();
    }
    state.secrets.run = Some(Run::begin(job, doing, state.clock));
    order(job, work)
}

pub(super) fn order(job: JobId, work: SecretsWork) -> Vec<Effect> {
    vec![Effect::Order(Order::Begin(job, Work::Secrets(work)))]
}

/// Asks for something about a secret.
pub(super) fn want(state: &mut State, name: &str, what: What) -> Vec<Effect> {
    let job = state.next_job();
    state.secrets.wanted.insert(job, Wanted { name: name.to_owned(), what });
    let name = name.to_owned();
    order(job, if what == What::Outline { SecretsWork::Outline(name) } else { SecretsWork::Reveal(name) })
}

/// Stops what is being done; asks first where something is being written.
fn stop(state: &mut State) {
    let Some(run) = state.secrets.run.as_mut().filter(|run| run.is_running()) else { return };
    let effects = if run.doing.writes() {
        vec!["what is written is whole; the others stay as they are".to_owned()]
    } else {
        Vec::new()
    };
    let agreed = Agreed::StopSecrets(run.job);
    let question = format!("stop {}?", run.doing.word());
    state.layers.push(Layer::Confirm(Confirm::new(question, effects, agreed)));
}

/// Opens the editor on the text of a secret that is entered by hand: at once where there is none yet, or else when it is here.
fn enter(state: &mut State) -> Vec<Effect> {
    let Some(secret) = state.secrets.list.selected().and_then(|name| planned(state, name)) else {
        return Vec::new();
    };
    let name = secret.name.clone();
    if matches!(secret.state, SecretState::Missing | SecretState::ValueLost) {
        return vec![Effect::EditSecret { name, text: Handover::from(Plaintext::default()) }];
    }
    state.tell(format!("getting the text of {name} for the editor"));
    want(state, &name, What::Editing)
}

/// The editor was closed. `None`: the text is as it was.
pub fn edited(state: &mut State, name: String, text: Result<Option<Handover>>) -> Vec<Effect> {
    match text {
        Err(error) => state.complain(error.to_string()),
        Ok(None) => state.tell(format!("{name} was left as it is")),
        Ok(Some(_)) if state.settings.read_only => state.complain("the console is in read-only mode"),
        Ok(Some(_)) if state.secrets.is_busy() => {
            state.complain(format!("{name} was left as it is: secrets are being worked on"));
        }
        Ok(Some(text)) => {
            let consequences = consequences(state, &name);
            let Consequences { effects, typed, .. } = consequences.clone();
            if effects.is_empty() {
                return take(state, name, text, consequences);
            }
            let question = format!("take what you typed as the value of {name}?");
            let agreed = Agreed::Entered { name, text, consequences };
            let typing = (!typed.is_empty()).then(|| (typed, Input::default()));
            state.layers.push(Layer::Confirm(Confirm { typing, ..Confirm::new(question, effects, agreed) }));
        }
    }
    Vec::new()
}

fn take(state: &mut State, name: String, text: Handover, consequences: Consequences) -> Vec<Effect> {
    let Consequences { follow, typed, .. } = consequences;
    let work = SecretsWork::Enter { name: name.clone(), text, follow, typed };
    begin(state, Doing::Enter(name), work)
}

/// Shows who can read what.
fn audit(state: &mut State) {
    drop_views(state);
    let lines = match plan(state) {
        Ok(plan) => secrets::audit(plan),
        Err(reason) => vec![reason],
    };
    let title = "who can read what".to_owned();
    state.layers.push(Layer::Reader(Reader { title, lines, cursor: Cursor::default(), place: None }));
}
