//! What would move if a global changed: asked of the backend, which evaluates for it.

use super::{
    cursor::Move,
    effect::Effect,
    state::{Pane, Part, State},
};
use crate::{
    backend::{
        error::{Error, ErrorKind, Result},
        job::{End, JobId, Order, Work},
        model::{Affected, OptionPath},
    },
    views::document,
};

/// A question, and its answer.
#[derive(Debug, Clone)]
pub struct WouldMove {
    /// What is thought to change.
    pub path: OptionPath,
    /// The job that finds out.
    pub job: JobId,
    /// What it found; `None`: it has not yet.
    pub answer: Option<Result<Affected>>,
}

/// Asks about the path under the cursor, and goes to where the answer will be. What was asked before counts no more.
pub fn ask(state: &mut State) -> Vec<Effect> {
    let Some(path) = state.globals.selected() else { return Vec::new() };
    let mut effects = forget(state);
    let job = state.next_job();
    effects.push(Effect::Order(Order::Begin(job, Work::Affected(path.clone()))));
    state.would_move = Some(WouldMove { path, job, answer: None });
    state.part = Part::Detail;
    to_title(state);
    effects
}

/// The answer is below its title: as much of it is shown as there is room for.
fn to_title(state: &mut State) {
    let document = document::of(state);
    let title = document.rows.iter().position(|row| row.is_titled(document::WOULD_MOVE)).unwrap_or(0);
    let height = state.rows_of(Part::Detail);
    state.detail.go(Move::Bottom, document.rows.len(), height);
    state.detail.go(Move::To(title), document.rows.len(), height);
}

/// Drops question and answer; what is still being found out is stopped.
pub fn forget(state: &mut State) -> Vec<Effect> {
    let asked = state.would_move.take().filter(|asked| asked.answer.is_none());
    asked.map(|asked| Effect::Order(Order::Cancel(asked.job))).into_iter().collect()
}

/// Nobody waits for an answer about something that is not shown.
pub fn follow_up(state: &mut State) -> Vec<Effect> {
    let Some(asked) = &state.would_move else { return Vec::new() };
    let shown = state.pane == Pane::Globals && state.globals.selected().as_ref() == Some(&asked.path);
    if shown || asked.answer.is_some() { Vec::new() } else { forget(state) }
}

/// The answer came.
pub fn answered(state: &mut State, job: JobId, answer: Result<Affected>) {
    if let Some(asked) = state.would_move.as_mut().filter(|asked| asked.job == job) {
        asked.answer = Some(answer);
        let document = document::of(state);
        let row = document.rows.get(state.detail.selected);
        if state.part == Part::Detail && row.is_some_and(|row| row.is_titled(document::WOULD_MOVE)) {
            to_title(state);
        }
    }
}

/// The job is over, maybe without an answer.
pub fn ended(state: &mut State, job: JobId, end: &End) {
    let asked = state.would_move.as_mut().filter(|asked| asked.job == job && asked.answer.is_none());
    if let Some(asked) = asked {
        let none = || Error::new(ErrorKind::Evaluation, "no answer came").hint("ask again");
        asked.answer = Some(Err(match end {
            End::Failed(error) => error.clone(),
            End::Done | End::Cancelled => none(),
        }));
    }
}

#[cfg(test)]
mod tests;
