//! The globals' pane: which values are shown, as a tree, and which of them the filter lets through.

use std::sync::Arc;

use super::{
    filter::{Answer, Question},
    input::Input,
    state::Pane,
    tree::Tree,
};
use crate::backend::model::{Globals, OptionPath};

/// The globals' pane.
#[derive(Debug, Clone, Default)]
pub struct GlobalsPane {
    /// The values that are shown, as a tree of the names in their paths.
    pub tree: Tree,
    /// What is filtered for.
    pub filter: Input,
    /// Whether values that nobody set are shown, too.
    pub all: bool,
    /// For each path that the tree was made of, its leaf among the globals.
    leaves: Vec<usize>,
    /// The paths, as they are filtered.
    names: Arc<[String]>,
    generation: u64,
}

impl GlobalsPane {
    /// Takes other values. What was open stays open; a filter has to be asked again.
    pub fn set(&mut self, globals: &Globals) -> Option<Question> {
        let shown = globals.leaves.iter().enumerate().filter(|(_, leaf)| self.all || leaf.is_set());
        let (leaves, paths): (Vec<_>, Vec<_>) = shown.map(|(at, leaf)| (at, &leaf.path)).unzip();
        self.leaves = leaves;
        let names = paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        if *names == *self.names {
            return None;
        }
        self.names = names.into();
        self.tree.set(paths.iter().map(|path| path.0.as_slice()));
        self.question()
    }

    /// The question that the filter is, if there is one to ask.
    pub fn question(&mut self) -> Option<Question> {
        self.generation += 1;
        if self.filter.value().is_empty() {
            self.tree.filter(None);
            return None;
        }
        Some(Question {
            list: Pane::Globals as u32,
            generation: self.generation,
            query: self.filter.value().to_owned(),
            names: self.names.clone(),
        })
    }

    /// Takes what a filter found; what an older one found is dropped.
    pub fn answered(&mut self, answer: &Answer) {
        if answer.generation == self.generation && !self.filter.value().is_empty() {
            let found = answer.matches.iter().map(|found| found.index).collect::<Vec<_>>();
            self.tree.filter(Some(&found));
        }
    }

    /// The leaf that one of the tree's paths is, by its number among the globals.
    #[must_use]
    pub fn leaf(&self, path: usize) -> Option<usize> {
        self.leaves.get(path).copied()
    }

    /// The path under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<OptionPath> {
        self.tree.selected_path().map(OptionPath)
    }

    /// Puts the cursor on a path, or on the nearest branch that would hold it. `false`: there is none.
    pub fn select(&mut self, path: &OptionPath) -> bool {
        (1..=path.0.len()).rev().any(|length| self.tree.select(&path.0[..length]))
    }
}
