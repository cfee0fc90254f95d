//! The secrets' pane: its list, what is being done about secrets, and what is asked about one.

mod acting;
mod answering;
mod proposal;
mod run;
mod viewing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) use self::{
    acting::{agreed, edited, meant_hosts, perform},
    answering::{about, advanced, began, ended, learnt, question_due, told},
    viewing::{conceal, perform as perform_in_view, tick},
};
pub use self::{
    proposal::{Consequences, Proposal, cascade, meant, propose},
    run::{Doing, Run, Stand},
    viewing::{REVEALED_FOR, Text, View},
};
use super::{
    input::Input,
    listing::Listing,
    logview::LogView,
    state::{Pane, Part, State},
};
use crate::backend::{
    error::Result,
    job::JobId,
    logstore::{LogKey, Scope},
    model::{Outline, PlannedSecret, SecretState, SecretsPlan},
    secrets::{SecretResult, identity::Question},
};

/// What the secrets' pane keeps.
#[derive(Debug, Clone)]
pub struct Vault {
    /// The secrets, and the files that nobody declares.
    pub list: Listing,
    /// What stands beside the list where there is room for one thing only.
    pub second: Part,
    /// What programs say that make secrets.
    pub log: LogView,
    /// Whether anything was ever written from here, so that there is a log: a look leaves the last one as it is.
    pub logged: bool,
    /// What is searched or filtered for in it.
    pub search: Input,
    /// The marks that a run left for a deployment. While they are what is marked, no other verb means them.
    pub offered: BTreeSet<String>,
    /// What is being done, or was done last.
    pub run: Option<Run>,
    /// What secrets are made of, as far as that was asked.
    pub outlines: BTreeMap<String, Result<Outline>>,
    /// What was asked for about a secret and did not come yet.
    wanted: BTreeMap<JobId, Wanted>,
    /// Questions of the backend that are not on the screen yet.
    questions: VecDeque<Asked>,
}

impl Default for Vault {
    fn default() -> Self {
        Self {
            list: Listing::new(Pane::Secrets as u32),
            second: Part::Detail,
            log: LogView::default(),
            logged: false,
            search: Input::default(),
            offered: BTreeSet::new(),
            run: None,
            outlines: BTreeMap::new(),
            wanted: BTreeMap::new(),
            questions: VecDeque::new(),
        }
    }
}

/// Something that was asked for about a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    name: String,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Outline,
    /// Its text, to be seen.
    Sight,
    /// Its text, for the clipboard.
    Copy,
    /// Its text, to be edited.
    Editing,
}

/// A question of the backend.
#[derive(Debug, Clone)]
struct Asked {
    job: JobId,
    number: u64,
    question: Question,
}

impl Vault {
    /// Whether something goes on whose time is shown in seconds.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_running)
    }

    /// What the operator marked.
    #[must_use]
    pub fn marks(&self) -> Option<&BTreeSet<String>> {
        Some(&self.list.marks).filter(|marks| !marks.is_empty() && **marks != self.offered)
    }

    /// The operator is about to mark something: what a run left is not part of it.
    pub fn mark_anew(&mut self) {
        if self.marks().is_none() {
            self.list.marks.clear();
        }
        self.offered.clear();
    }

    /// Leaves marks for a deployment, beside those that were left before; the operator's own stay as they are.
    fn offer(&mut self, names: Vec<String>) {
        if self.marks().is_none() {
            self.list.marks.extend(names);
            self.offered.clone_from(&self.list.marks);
        }
    }

    /// Whether something was asked for about a secret that did not come yet.
    #[must_use]
    pub fn waits_for(&self, name: &str) -> bool {
        self.wanted.values().any(|wanted| wanted.name == name)
    }
}

/// How it stands with the secrets, or why that is not known.
pub fn plan(state: &State) -> std::result::Result<&SecretsPlan, String> {
    let facts = state.known.secrets.value.as_ref();
    match facts.map(|facts| &facts.plan) {
        Some(Ok(plan)) => Ok(plan),
        Some(Err(error)) => Err(format!("how it stands with the secrets is not known: {}", error.what)),
        None => Err("the secrets are not evaluated yet".to_owned()),
    }
}

/// How it stands with a secret.
#[must_use]
pub fn planned<'a>(state: &'a State, name: &str) -> Option<&'a PlannedSecret> {
    find(plan(state).ok()?, name)
}

/// What came of a secret a moment ago, in the run that goes on; the plan does not know of it yet.
#[must_use]
pub fn just_done<'a>(state: &'a State, name: &str) -> Option<&'a SecretResult> {
    state.secrets.run.as_ref()?.just_done(name)
}

/// A secret of a plan: they are sorted by name.
#[must_use]
pub fn find<'a>(plan: &'a SecretsPlan, name: &str) -> Option<&'a PlannedSecret> {
    let at = plan.secrets.binary_search_by(|secret| secret.name.as_str().cmp(name)).ok();
    at.and_then(|at| plan.secrets.get(at)).or_else(|| plan.secrets.iter().find(|secret| secret.name == name))
}

/// The names in the list: what is declared, and what files there are besides. With each, what else it is found by.
#[must_use]
pub fn rows(state: &State) -> (Vec<String>, Vec<String>) {
    let Some(facts) = &state.known.secrets.value else { return Default::default() };
    let mut rows =
        facts.declared.secrets.iter().map(|secret| (&*secret.name, "")).collect::<BTreeMap<_, _>>();
    if let Ok(plan) = &facts.plan {
        rows.extend(plan.secrets.iter().map(|secret| (&*secret.name, secret.state.word())));
    }
    rows.into_iter()
        .map(|(name, word)| (name.to_owned(), format!("{name} {word}").trim_end().to_owned()))
        .unzip()
}

/// The secrets that could not be made, as far as that is known, and those that nothing can be done about before they are repaired.
#[must_use]
pub fn failed(state: &State) -> Vec<String> {
    let run = state.secrets.run.iter().flat_map(Run::failed);
    let run = run
        .filter(|(name, result)| matches!(result, SecretResult::Failed(_)) && planned(state, name).is_some());
    let found = plan(state).map(|plan| plan.secrets.as_slice()).unwrap_or_default().iter();
    let found =
        found.filter(|secret| matches!(secret.state, SecretState::Failed(_) | SecretState::Unreadable(_)));
    let mut names = Vec::new();
    for name in run.map(|(name, _)| name).chain(found.map(|secret| secret.name.as_str())) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The stream of what was said about the secret under the cursor, where it is worked on.
#[must_use]
pub fn log_of_selected(state: &State) -> Option<Scope> {
    let name = state.secrets.list.selected()?;
    state.secrets.run.as_ref()?.stand(name)?;
    Some(Scope::Stream(LogKey::step(name)))
}

#[cfg(test)]
mod tests;
