//! What commands do.

use super::{
    command::{self, Action},
    comparison,
    cursor::Move,
    deploying,
    effect::Effect,
    filter::Answer,
    layers::{self, Agreed, Confirm, Layer},
    logging, moving,
    state::{Pane, Part, State},
    vault, wouldmove,
};
use crate::backend::{
    job::{Order, Work},
    model::HostName,
};

/// Does what a command does, once it is known that it can be done.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(state),
        Action::Help | Action::Palette => layers::open_chooser(state, action == Action::Palette),
        Action::Refresh => return refresh(state),
        Action::CopyTwin => return copy_twin(state),
        Action::NextTheme => next_theme(state),
        Action::ToggleReadOnly => toggle_read_only(state),
        Action::Commands => return vec![Effect::ReadCommands],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Filter => state.layers.push(Layer::Filter(state.pane)),
        Action::Mark => mark(state),
        Action::MarkAll => {
            mark_anew(state);
            if let Some(list) = state.list_mut(state.pane) {
                list.toggle_all();
            }
        }
        Action::Edit => return edit(state),
        Action::CopyName => return state.selected_name().map_or_else(Vec::new, |name| copy(state, name)),
        Action::CopyValue => {
            let value = state.selected_value().map(|value| format!("{value:#}"));
            return value.map_or_else(Vec::new, |value| copy(state, value));
        }
        Action::CopyDefinition => {
            return state.selected_definition().map_or_else(|_| Vec::new(), |text| copy(state, text));
        }
        Action::Compare => return comparison::toggle(state),
        Action::WouldMove => return wouldmove::ask(state),
        Action::ShowDetail => state.part = Part::Detail,
        Action::ExpandAll => {
            if let Some(paths) = state.paths_mut(state.pane) {
                paths.tree.expand_below();
            }
        }
        Action::CollapseAll => {
            if let Some(paths) = state.paths_mut(state.pane) {
                paths.tree.collapse_all();
            }
        }
        Action::ShowAll => {
            if state.pane == Pane::Options {
                state.options.all = !state.options.all;
                return Vec::new();
            }
            state.globals.all = !state.globals.all;
            return super::reports::refill(state);
        }
        Action::AskHosts => return ask(state, state.meant_hosts()),
        Action::DeployFleet
        | Action::DeployHosts
        | Action::DeploySelection
        | Action::Apply
        | Action::Cancel
        | Action::CancelHost
        | Action::RetryFailed => return deploying::perform(state, action),
        Action::SudoPassword => layers::ask_password(state),
        Action::Follow
        | Action::Wrap
        | Action::Timestamps
        | Action::LogScope
        | Action::Search
        | Action::LogFilter
        | Action::NextMatch
        | Action::PreviousMatch
        | Action::FirstErrorLine
        | Action::NextErrorLine
        | Action::PreviousErrorLine
        | Action::ScrollLeft
        | Action::ScrollRight
        | Action::SaveLog => logging::perform(state, action),
        Action::EditText
        | Action::CopyText
        | Action::Accept
        | Action::ChooseUp
        | Action::ChooseDown
        | Action::ToggleAnswer
        | Action::Yes
        | Action::No => return layers::perform(state, action),
        Action::ChangeSecrets(_)
        | Action::LookIntoSecrets
        | Action::StopSecrets
        | Action::EnterSecret
        | Action::ViewSecret
        | Action::AuditSecrets
        | Action::DeployMounts => return vault::perform(state, action),
        Action::Reveal | Action::CopySecret => return vault::perform_in_view(state, action),
        moving => return moving::perform(state, moving),
    }
    Vec::new()
}

/// Ends the program; asks first where something is being deployed.
pub fn quit(state: &mut State) -> Vec<Effect> {
    let writing = state.secrets.run.as_ref().filter(|run| run.is_running() && run.doing.writes());
    let deployment = state.deployment.as_ref().filter(|_| state.is_deploying());
    if state.layout().is_none() && (writing.is_some() || deployment.is_some()) {
        // The question can't be shown.
        return Vec::new();
    }
    let Some(deployment) = deployment else {
        let Some(run) = writing else { return vec![Effect::Quit] };
        let question = format!("quit while {} secrets is under way?", run.doing.word());
        let effects = vec!["what is written is whole; the others stay as they are".to_owned()];
        state.layers.push(Layer::Confirm(Confirm::new(question, effects, Agreed::Quit)));
        return Vec::new();
    };
    let busy = deployment.hosts.iter().filter(|(_, run)| run.outcome.is_none());
    let effects = busy.map(|(host, run)| match run.phase {
        Some((phase, _)) => format!("{host} is {}", phase.word()),
        None => format!("{host} waits"),
    });
    let effects = effects.chain(["hosts on which an activation has begun go on by themselves".to_owned()]);
    let question = "quit while a deployment is under way?";
    state.layers.push(Layer::Confirm(Confirm::new(question, effects.collect(), Agreed::Quit)));
    Vec::new()
}

fn refresh(state: &mut State) -> Vec<Effect> {
    let mut effects = super::update::begin(state);
    let hosts = state.known.hosts().map(|host| host.name.clone()).collect();
    effects.extend(ask(state, hosts));
    effects
}

/// Asks hosts what they run.
pub fn ask(state: &mut State, hosts: Vec<HostName>) -> Vec<Effect> {
    if hosts.is_empty() {
        return Vec::new();
    }
    let job = state.next_job();
    state.known.asking.extend(hosts.iter().map(|host| (host.clone(), job)));
    vec![Effect::Order(Order::Begin(job, Work::Ask(hosts)))]
}

/// Opens the editor where what is selected is written.
pub fn edit(state: &mut State) -> Vec<Effect> {
    let folder = state.known.fleet.value.as_ref().and_then(|fleet| fleet.folder.clone());
    let place = match state.layers.last() {
        Some(Layer::Reader(text)) => text.place.clone(),
        _ => state.place(),
    };
    if let (Some(folder), Some(place)) = (folder, place) {
        return vec![Effect::Edit { folder, place }];
    }
    state.complain("not now: nothing here is written in the fleet");
    Vec::new()
}

/// Puts a text into the clipboard.
pub fn copy(state: &mut State, text: String) -> Vec<Effect> {
    let shown = text.lines().next().unwrap_or_default().chars().take(60).collect::<String>();
    state.tell(format!("copied: {shown}"));
    vec![Effect::Copy(text)]
}

fn copy_twin(state: &mut State) -> Vec<Effect> {
    let twin = match layers::chosen(state) {
        Some(command) => command.cli.map(|cli| cli(state)),
        None => command::twin(state),
    };
    if let Some(twin) = twin {
        return copy(state, twin);
    }
    state.complain("it has no command line of its own");
    Vec::new()
}

fn toggle_read_only(state: &mut State) {
    let read_only = &mut state.settings.read_only;
    *read_only = !*read_only;
    let now = if *read_only {
        "read-only: nothing is deployed and no file written"
    } else {
        "read-only mode is off"
    };
    state.tell(now);
}

/// What the console marked itself is no part of what the operator marks.
fn mark_anew(state: &mut State) {
    if state.pane == Pane::Secrets {
        state.secrets.mark_anew();
    }
}

fn mark(state: &mut State) {
    mark_anew(state);
    let height = moving::list_height(state);
    if let Some(list) = state.list_mut(state.pane) {
        list.toggle_mark();
        list.go(Move::By(1), height);
    }
}

fn next_theme(state: &mut State) {
    let themes = state.settings.themes.clone();
    if themes.len() < 2 {
        state.tell("this terminal shows one theme only: it has no colours, or wants none");
        return;
    }
    let at = themes.iter().position(|(_, theme)| *theme == state.settings.theme);
    if let Some((name, theme)) = themes.get(at.map_or(0, |at| (at + 1) % themes.len())) {
        state.settings.theme = theme.clone();
        state.tell(format!("theme: {name}"));
    }
}

/// A filter found what it found.
pub fn filtered(state: &mut State, answer: Answer) {
    let Some(pane) = Pane::ALL.into_iter().find(|pane| *pane as u32 == answer.list) else { return };
    if let Some(paths) = state.paths_mut(pane) {
        paths.answered(answer);
    } else if let Some(list) = state.list_mut(pane) {
        list.answered(answer);
    }
}
