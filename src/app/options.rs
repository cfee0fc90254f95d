//! The options of one host: which are shown, as a tree, and what is known of them. Each thing is asked of the backend when it comes into sight; no key waits for an answer.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    effect::Effect,
    filter::Question,
    inquiry::Inquiry,
    layers::Layer,
    pathtree::PathTree,
    state::{Pane, Part, State},
};
use crate::backend::{
    error::Result,
    job::{End, JobId, Order, Work},
    model::{
        HostName, Leaf, OptionDetail, OptionNode, OptionPath, OptionsAnswer, OptionsQuestion, SetOption,
    },
};

/// Rows that the tree may have when it is shown first: so many levels are open.
const FIRST_ROWS: usize = 40;

/// Places that are kept; beyond, those are forgotten that the tree can do without.
const KEPT: usize = 2000;

/// The pane of a host's own options.
#[derive(Debug, Clone)]
pub struct OptionsPane {
    /// Whose; `None`: nobody's were looked at yet.
    pub host: Option<HostName>,
    /// Those that are shown, as a tree.
    pub paths: PathTree,
    /// Whether options that nobody set are shown, too.
    pub all: bool,
    /// What is really set.
    pub set: Inquiry<Vec<SetOption>>,
    /// The names of all.
    pub names: Inquiry<Vec<OptionPath>>,
    /// Places that were looked at.
    looks: BTreeMap<OptionPath, Inquiry<OptionNode>>,
    /// Places that one jumped to: they are shown whatever else is.
    visited: BTreeSet<OptionPath>,
    /// What the tree was made of, and of which of them.
    shown: Vec<OptionPath>,
    made_of: Extent,
    /// Jobs that nobody waits for any more.
    abandoned: Vec<JobId>,
}

/// Which options a tree is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Extent {
    /// Those that are set.
    #[default]
    Set,
    /// All.
    All,
    /// All, because something is searched for among them.
    Search,
}

impl Default for OptionsPane {
    fn default() -> Self {
        Self {
            host: None,
            paths: PathTree::new(Pane::Options as u32),
            all: false,
            set: Inquiry::default(),
            names: Inquiry::default(),
            looks: BTreeMap::new(),
            visited: BTreeSet::new(),
            shown: Vec::new(),
            made_of: Extent::Set,
            abandoned: Vec::new(),
        }
    }
}

impl OptionsPane {
    /// Turns to a host, and to one of its options. What is known of another host is forgotten.
    pub fn open(&mut self, host: &HostName, path: &OptionPath) {
        if self.host.as_ref() != Some(host) {
            let abandoned = self.jobs();
            *self = Self { host: Some(host.clone()), all: self.all, abandoned, ..Self::default() };
        }
        if path.is_empty() || self.paths.select(path) {
            return;
        }
        self.paths.show_all();
        self.visited.insert(path.clone());
        self.fill();
        self.paths.select(path);
    }

    /// What is being asked.
    fn jobs(&self) -> Vec<JobId> {
        let looks = self.looks.values().filter_map(Inquiry::job);
        looks.chain(self.set.job()).chain(self.names.job()).chain(self.abandoned.iter().copied()).collect()
    }

    /// The fleet is another one: what is known may not be so any more, and is asked anew when it comes into sight.
    pub fn outdated(&mut self) {
        self.abandoned = self.jobs();
        self.set.outdated();
        self.names.outdated();
        self.looks.values_mut().for_each(Inquiry::outdated);
    }

    /// What is known of a place.
    #[must_use]
    pub fn look(&self, path: &OptionPath) -> Option<&Inquiry<OptionNode>> {
        self.looks.get(path)
    }

    /// The option at a place that was looked at.
    #[must_use]
    pub fn option(&self, path: &OptionPath) -> Option<&OptionDetail> {
        self.looks.get(path)?.value()?.option.as_ref()
    }

    /// Type, value and definitions of the option at a place that was looked at.
    #[must_use]
    pub fn leaf(&self, path: &OptionPath) -> Option<&Leaf> {
        self.option(path).map(|option| &option.leaf)
    }

    /// An option that is set, in short.
    #[must_use]
    pub fn set_at(&self, path: &OptionPath) -> Option<&SetOption> {
        let set = self.set.value()?;
        let at = set.binary_search_by(|option| option.path.cmp(path)).ok()?;
        set.get(at)
    }

    /// Which options are wanted.
    fn extent(&self) -> Extent {
        match (self.all, self.paths.filter.value().is_empty()) {
            (_, false) => Extent::Search,
            (true, true) => Extent::All,
            (false, true) => Extent::Set,
        }
    }

    /// Makes the tree anew where another one is wanted.
    fn refill(&mut self) -> Option<Question> {
        let extent = self.extent();
        let found = self.paths.selected();
        let is_set = |path: &OptionPath| self.set_at(path).is_some() || self.visited.contains(path);
        if (self.made_of, extent) == (Extent::Search, Extent::Set) && found.is_some_and(|path| !is_set(&path))
        {
            // What was found stays in sight.
            self.all = true;
        }
        if self.made_of == self.extent() { None } else { self.fill() }
    }

    /// Makes the tree of what is known.
    fn fill(&mut self) -> Option<Question> {
        self.made_of = self.extent();
        let set = self.set.value().into_iter().flatten().map(|option| &option.path);
        let names = self.names.value().filter(|_| self.made_of != Extent::Set).into_iter().flatten();
        let mut shown = set.chain(names).chain(&self.visited).cloned().collect::<Vec<_>>();
        shown.sort_unstable();
        let elements = self.looks.iter().filter_map(|(path, look)| {
            let node = look.value()?;
            let holds = node.option.is_some() || self.is_in_an_option(path);
            // An element of what isn't shown isn't, either.
            let in_sight = (1..=path.0.len()).any(|length| {
                shown.binary_search_by(|shown| shown.0.as_slice().cmp(&path.0[..length])).is_ok()
            });
            (holds && in_sight).then(|| node.children.iter().map(|name| child(path, name)))
        });
        let elements = elements.flatten().collect::<Vec<_>>();
        shown.extend(elements);
        shown.sort_unstable();
        shown.dedup();
        if shown == self.shown {
            return None;
        }
        let first = self.shown.is_empty();
        self.shown = shown;
        let question = self.paths.set(&self.shown);
        if first {
            self.paths.tree.open_levels(FIRST_ROWS);
        }
        question
    }

    /// Whether a place is an element of an option, or in one.
    fn is_in_an_option(&self, path: &OptionPath) -> bool {
        let above = (1..path.0.len()).map(|length| OptionPath(path.0[..length].to_vec()));
        let names = self.names.value();
        let is_option = |path: OptionPath| {
            self.option(&path).is_some()
                || self.set_at(&path).is_some()
                || names.is_some_and(|names| names.binary_search(&path).is_ok())
        };
        above.into_iter().any(is_option)
    }
}

fn child(path: &OptionPath, name: &str) -> OptionPath {
    let mut child = path.clone();
    child.0.push(name.to_owned());
    child
}

/// Asks for what is in sight and not known, and stops what nobody waits for.
pub fn follow_up(state: &mut State) -> Vec<Effect> {
    let mut effects = state.options.refill().map(Effect::Filter).into_iter().collect::<Vec<_>>();
    let gone = std::mem::take(&mut state.options.abandoned);
    effects.extend(gone.into_iter().map(cancel));
    let wanted = place_in_sight(state);
    let moved_on = |(path, look): (&OptionPath, &mut Inquiry<OptionNode>)| {
        (wanted.as_ref() != Some(path)).then(|| look.abandon()).flatten()
    };
    effects.extend(state.options.looks.iter_mut().filter_map(moved_on).map(cancel));
    let host = state.options.host.clone().filter(|host| state.known.host(host).is_some());
    let Some(host) = host.filter(|_| state.pane == Pane::Options) else { return effects };
    let mut questions = Vec::new();
    if state.options.set.is_wanting() {
        questions.push(OptionsQuestion::Set);
    }
    if state.options.extent() != Extent::Set && state.options.names.is_wanting() {
        questions.push(OptionsQuestion::Names);
    }
    let unknown = |path: &OptionPath| state.options.look(path).is_none_or(Inquiry::is_wanting);
    questions.extend(wanted.filter(unknown).map(OptionsQuestion::Look));
    for question in questions {
        let job = state.next_job();
        let options = &mut state.options;
        match &question {
            OptionsQuestion::Set => options.set.asked(job),
            OptionsQuestion::Names => options.names.asked(job),
            OptionsQuestion::Look(path) => {
                if options.looks.len() >= KEPT {
                    let holds = |look: &Inquiry<OptionNode>| {
                        look.value().is_some_and(|node| !node.children.is_empty())
                    };
                    options.looks.retain(|_, look| look.job().is_some() || holds(look));
                }
                options.looks.entry(path.clone()).or_default().asked(job);
            }
        }
        effects.push(Effect::Order(Order::Begin(job, Work::Options { hosts: vec![host.clone()], question })));
    }
    effects
}

fn cancel(job: JobId) -> Effect {
    Effect::Order(Order::Cancel(job))
}

/// The place that the detail in sight is about.
fn place_in_sight(state: &State) -> Option<OptionPath> {
    let detail = state.layout().is_some_and(|layout| layout.part(Part::Detail).is_some());
    // What is typed into the filter leads from place to place, too.
    let open = state.layers.iter().all(|layer| matches!(layer, Layer::Filter(_)));
    let shown = state.pane == Pane::Options && open && detail;
    state.options.paths.selected().filter(|_| shown)
}

/// An answer came. What an older question came to is dropped.
pub fn answered(
    state: &mut State,
    job: JobId,
    question: &OptionsQuestion,
    answer: Result<OptionsAnswer>,
) -> Vec<Effect> {
    let options = &mut state.options;
    let elements = |options: &OptionsPane| match question {
        OptionsQuestion::Look(path) => {
            options.look(path).and_then(Inquiry::value).map_or(0, |node| node.children.len())
        }
        // These make the tree.
        OptionsQuestion::Set | OptionsQuestion::Names => 1,
    };
    let before = elements(options);
    let changes = match question {
        OptionsQuestion::Set => options.set.answered(
            job,
            answer.and_then(|answer| match answer {
                OptionsAnswer::Set(set) => Ok(set),
                _ => Err(super::inquiry::nothing()),
            }),
        ),
        OptionsQuestion::Names => options.names.answered(
            job,
            answer.and_then(|answer| match answer {
                OptionsAnswer::Names(names) => Ok(names),
                _ => Err(super::inquiry::nothing()),
            }),
        ),
        OptionsQuestion::Look(path) => {
            let node = answer.and_then(|answer| match answer {
                OptionsAnswer::Look(node) => Ok(*node),
                _ => Err(super::inquiry::nothing()),
            });
            options.looks.get_mut(path).is_some_and(|look| look.answered(job, node))
        }
    };
    // Most places have nothing in them, and the tree stays as it is.
    let question = if changes && before + elements(options) > 0 { options.fill() } else { None };
    question.map(Effect::Filter).into_iter().collect()
}

/// A job is over, maybe without an answer.
pub fn ended(state: &mut State, job: JobId, end: &End) {
    let options = &mut state.options;
    options.set.ended(job, end);
    options.names.ended(job, end);
    options.looks.values_mut().for_each(|look| look.ended(job, end));
}

#[cfg(test)]
mod tests;
