//! One option or global over all hosts.

use std::collections::BTreeMap;

use super::{
    cursor::Cursor,
    effect::Effect,
    inquiry,
    state::{Pane, Part, State},
};
use crate::backend::{
    error::{Error, Result},
    job::{End, JobId, Order, Work},
    model::{HostName, OptionNode, OptionPath, OptionsAnswer, OptionsQuestion},
};

/// What is compared. It is shown in place of the detail, as long as the same path is selected.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The pane it was asked for in.
    pub pane: Pane,
    /// The option or global.
    pub path: OptionPath,
    /// What hosts answered; for globals all is known without asking.
    pub answers: BTreeMap<HostName, Result<OptionNode>>,
    /// The job that asks the hosts, while it does.
    pub job: Option<JobId>,
    /// Why hosts that did not answer will not.
    pub error: Option<Error>,
}

/// Compares what is selected over all hosts; again: shows its detail as before.
pub fn toggle(state: &mut State) -> Vec<Effect> {
    let Some(path) = state.selected_path() else { return Vec::new() };
    if state.comparison().is_some() {
        return end(state);
    }
    let mut effects = end(state);
    let mut job = None;
    if state.pane == Pane::Options {
        let number = state.next_job();
        let hosts = state.known.hosts().map(|host| host.name.clone()).collect();
        let work = Work::Options { hosts, question: OptionsQuestion::Look(path.clone()) };
        effects.push(Effect::Order(Order::Begin(number, work)));
        job = Some(number);
    }
    let pane = state.pane;
    state.comparing = Some(Comparison { pane, path, answers: BTreeMap::new(), job, error: None });
    state.part = Part::Detail;
    state.detail = Cursor::default();
    effects
}

/// The fleet is another one: the hosts are asked again.
pub fn again(state: &mut State) -> Vec<Effect> {
    if state.pane != Pane::Options || state.comparison().is_none() {
        return Vec::new();
    }
    let (part, detail) = (state.part, state.detail);
    let mut effects = end(state);
    effects.extend(toggle(state));
    (state.part, state.detail) = (part, detail);
    effects
}

/// Ends the comparison, and what asks for it.
pub fn end(state: &mut State) -> Vec<Effect> {
    let job = state.comparing.take().and_then(|comparison| comparison.job);
    job.map(|job| Effect::Order(Order::Cancel(job))).into_iter().collect()
}

/// A comparison of something that is not selected any more is over.
pub fn follow_up(state: &mut State) -> Vec<Effect> {
    if state.comparing.is_some() && state.comparison().is_none() { end(state) } else { Vec::new() }
}

/// A host answered. `false`: the answer is none of this.
pub fn answered(state: &mut State, job: JobId, host: &HostName, answer: &Result<OptionsAnswer>) -> bool {
    let Some(comparison) = state.comparing.as_mut().filter(|comparison| comparison.job == Some(job)) else {
        return false;
    };
    let node = match answer {
        Ok(OptionsAnswer::Look(node)) => Ok((**node).clone()),
        Ok(_) => Err(inquiry::nothing()),
        Err(error) => Err(error.clone()),
    };
    comparison.answers.insert(host.clone(), node);
    true
}

/// The job is over: who did not answer by now will not.
pub fn ended(state: &mut State, job: JobId, end: &End) {
    let comparison = state.comparing.as_mut().filter(|comparison| comparison.job == Some(job));
    if let Some(comparison) = comparison {
        comparison.job = None;
        comparison.error = Some(match end {
            End::Failed(error) => error.clone(),
            End::Done | End::Cancelled => inquiry::nothing(),
        });
    }
}

impl State {
    /// The comparison that is shown in place of the detail.
    #[must_use]
    pub fn comparison(&self) -> Option<&Comparison> {
        let path = self.selected_path()?;
        self.comparing.as_ref().filter(|comparison| comparison.pane == self.pane && comparison.path == path)
    }
}

#[cfg(test)]
mod tests;
