//! What the backend tells about secrets, taken in.

use super::{
    Asked, Doing, Wanted, What,
    viewing::{self, ask_again},
};
use crate::{
    app::{
        effect::Effect,
        input::Input,
        layers::{Agreed, Confirm, Layer, Prompt, Purpose, read_error},
        state::{Pane, State},
    },
    backend::{
        error::{Error, ErrorKind, Result},
        event::{Event, SecretEvent},
        job::{End, JobId, Order, Report},
        logstore::RunLog,
        model::{HostName, SecretState},
        secrets::{Handover, identity::Answer},
    },
    views::report::counted,
};

/// Whether a job is one of the pane's.
#[must_use]
pub fn about(state: &State, job: JobId) -> bool {
    state.secrets.run.as_ref().is_some_and(|run| run.job == job) || state.secrets.wanted.contains_key(&job)
}

/// Something happened in one of the pane's jobs.
pub fn advanced(state: &mut State, job: JobId, event: Event) {
    let now = state.clock;
    match event {
        Event::Secret(SecretEvent::Told(message)) => state.tell(message),
        Event::Secret(event) => {
            if let Some(run) = state.secrets.run.as_mut().filter(|run| run.job == job) {
                run.advanced(event, now);
            }
        }
        Event::Warned { warning, .. } => {
            if let Some(run) = state.secrets.run.as_mut().filter(|run| run.job == job) {
                run.warnings.push(warning);
            }
        }
        _ => {}
    }
}

/// Takes in what only the pane's jobs report.
pub fn told(state: &mut State, report: Report) -> Vec<Effect> {
    match report {
        Report::Outlined { job, name, outline } => {
            let wanted = state.secrets.wanted.remove(&job);
            state.secrets.outlines.extend(wanted.map(|_| (name, outline)));
        }
        Report::Revealed { job, text, .. } => return text_came(state, job, text),
        Report::SecretsChanged(job, results) => {
            if let Some(run) = state.secrets.run.as_mut().filter(|run| run.job == job) {
                run.changed_to(results);
            }
        }
        Report::Asks { job, number, question } => {
            if !about(state, job) {
                return vec![Effect::Order(Order::Answer(job, number, None))];
            }
            state.secrets.questions.push_back(Asked { job, number, question });
        }
        _ => {}
    }
    Vec::new()
}

/// A job began: what programs say that it runs is shown.
pub fn began(state: &mut State, job: JobId, log: &RunLog) {
    if state.secrets.run.as_ref().is_some_and(|run| run.job == job && run.doing.writes()) {
        state.secrets.log.add(log.clone());
    }
}

fn text_came(state: &mut State, job: JobId, text: Result<Handover>) -> Vec<Effect> {
    let Some(Wanted { name, what }) = state.secrets.wanted.remove(&job) else { return Vec::new() };
    let gone =
        || Error::new(ErrorKind::Process, "an error in Steading itself: the text was taken by somebody else");
    let text = text.and_then(|text| text.take().ok_or_else(gone));
    match (what, text) {
        (What::Outline, _) => {}
        (What::Sight, text) => viewing::show(state, &name, &text),
        (What::Copy | What::Editing, Err(error)) => read_error(state, &name, &error),
        (What::Copy, Ok(text)) => {
            let is_viewed = |layer: &Layer| matches!(layer, Layer::Secret(view) if view.name == name);
            if state.layers.last().is_some_and(is_viewed) {
                return viewing::copy(state, &name, text);
            }
            state.complain(format!("the text of {name} came too late to be copied"));
        }
        (What::Editing, Ok(text)) => {
            // Nobody wants an editor to open under their fingers.
            if state.pane == Pane::Secrets && state.layers.is_empty() && !state.secrets.is_busy() {
                return vec![Effect::EditSecret { name, text: Handover::from(text) }];
            }
            state.complain(format!("the text of {name} came too late for the editor; try again"));
        }
    }
    Vec::new()
}

/// A job is over.
pub fn ended(state: &mut State, job: JobId, end: &End) {
    state.secrets.questions.retain(|asked| asked.job != job);
    state.layers.retain(|layer| match layer {
        Layer::Prompt(Prompt { purpose: Purpose::Answer(of, _), .. })
        | Layer::Confirm(Confirm { agreed: Agreed::Answer(of, _), .. }) => *of != job,
        _ => true,
    });
    if let Some(Wanted { name, what }) = state.secrets.wanted.remove(&job) {
        match (what, end) {
            (What::Outline, End::Failed(error)) => {
                state.secrets.outlines.insert(name, Err(error.clone()));
            }
            (What::Sight, End::Failed(error)) => viewing::show(state, &name, &Err(error.clone())),
            (What::Sight, _) => viewing::gave_up(state, &name),
            (What::Copy | What::Editing, End::Failed(error)) => read_error(state, &name, error),
            _ => {}
        }
    }
    let now = state.clock;
    let Some(run) = state.secrets.run.as_mut().filter(|run| run.job == job && run.is_running()) else {
        return;
    };
    run.over(end.clone(), now);
    let Some(run) = &state.secrets.run else { return };
    let (changed, failed) = (run.changed().count(), run.failed().count());
    if run.doing == Doing::Look && *end == End::Done {
        return tell_of_look(state);
    }
    if changed + failed == 0 {
        return;
    }
    // What a deployment is for now is marked, so that one key plans it.
    let is_mounted = |name: &&str| super::planned(state, name).is_some_and(|secret| !secret.hosts.is_empty());
    let mounted = run.changed().filter(is_mounted).map(str::to_owned).collect::<Vec<_>>();
    state.secrets.offer(mounted);
    let hosts = super::meant_hosts(state);
    let mut text = format!("{} changed", counted(changed, "secret"));
    if failed > 0 {
        text.push_str(&format!(", {failed} failed"));
    }
    if changed > 0 && !hosts.is_empty() && !state.secrets.offered.is_empty() {
        let key = super::super::command::find("secrets.deploy")
            .map(|command| state.settings.keymap.written(command));
        let names = hosts.iter().map(HostName::as_str).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("; {} plans to deploy to {names}", key.unwrap_or_default()));
    }
    if failed > 0 { state.complain(text) } else { state.tell(text) }
}

/// Says what a look into the files came to, also where nothing on the screen is another than before.
fn tell_of_look(state: &mut State) {
    let Ok(plan) = super::plan(state) else { return };
    let count = |is: fn(&SecretState) -> bool| plan.secrets.iter().filter(|secret| is(&secret.state)).count();
    let unreadable = count(|state| matches!(state, SecretState::Unreadable(_)));
    let by_hand = count(|state| *state == SecretState::EditedByHand);
    let found = [(unreadable, "can't be read"), (by_hand, "edited by hand")];
    let found = found.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let found = found.collect::<Vec<_>>().join(", ");
    if found.is_empty() {
        state.tell("looked into the files: none is another than it should be by its record");
    } else {
        state.complain(format!("looked into the files: {found}"));
    }
}

/// Puts the next question on the screen, where nothing else has the keys but what waits for its answer.
pub fn question_due(state: &mut State) {
    let free = matches!(state.layers.last(), None | Some(Layer::Secret(_))) && state.pending.0.is_empty();
    if !free {
        return;
    }
    let Some(Asked { job, number, question }) = state.secrets.questions.pop_front() else { return };
    let title = question.text;
    state.layers.push(match question.answer {
        Answer::Choice { yes, no } => Layer::Confirm(Confirm {
            words: (no.unwrap_or_else(|| "no".to_owned()), yes),
            ..Confirm::new(title, Vec::new(), Agreed::Answer(job, number))
        }),
        Answer::Hidden | Answer::Shown => {
            let input = if question.answer == Answer::Hidden { Input::hidden() } else { Input::default() };
            Layer::Prompt(Prompt { title, input, purpose: Purpose::Answer(job, number) })
        }
    });
}

/// Other secrets are known, or other things about them.
pub fn learnt(state: &mut State) -> Vec<Effect> {
    state.secrets.outlines.clear();
    ask_again(state)
}
