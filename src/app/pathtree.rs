//! A tree of attribute paths with a filter over it: what the panes of values and of options have in common.

use std::sync::Arc;

use super::{
    filter::{Answer, Question},
    input::Input,
    tree::Tree,
};
use crate::backend::model::OptionPath;

/// A tree of attribute paths, and which of them the filter lets through.
#[derive(Debug, Clone, Default)]
pub struct PathTree {
    /// The names in the paths, as a tree.
    pub tree: Tree,
    /// What is filtered for.
    pub filter: Input,
    /// Tells the answers of filters apart.
    tag: u32,
    /// The paths, as they are filtered; made when they are first asked for.
    names: Option<Arc<[String]>>,
    /// The paths that the filter found and the characters it found in them, in the order of the paths.
    found: Vec<(usize, Vec<usize>)>,
    generation: u64,
}

impl PathTree {
    /// A tree of nothing.
    #[must_use]
    pub fn new(tag: u32) -> Self {
        Self { tag, ..Self::default() }
    }

    /// Takes other paths. What was open stays open; a filter has to be asked again.
    pub fn set<'a>(&mut self, paths: impl IntoIterator<Item = &'a OptionPath>) -> Option<Question> {
        self.names = None;
        self.found.clear();
        self.tree.set(paths.into_iter().map(|path| path.0.as_slice()));
        self.question()
    }

    /// The question that the filter is, if there is one to ask.
    pub fn question(&mut self) -> Option<Question> {
        self.generation += 1;
        if self.filter.value().is_empty() {
            self.found.clear();
            self.tree.filter(None);
            return None;
        }
        Some(Question {
            list: self.tag,
            generation: self.generation,
            query: self.filter.value().to_owned(),
            names: self.names(),
        })
    }

    fn names(&mut self) -> Arc<[String]> {
        let tree = &self.tree;
        let name = |item| OptionPath(tree.path_of(item).unwrap_or_default()).to_string();
        self.names.get_or_insert_with(|| (0..tree.items()).map(name).collect()).clone()
    }

    /// Takes what a filter found; what an older one found is dropped.
    pub fn answered(&mut self, answer: Answer) {
        if answer.generation == self.generation && !self.filter.value().is_empty() {
            let found = answer.matches.iter().map(|found| found.index).collect::<Vec<_>>();
            self.tree.filter(Some(&found));
            self.found = answer.matches.into_iter().map(|found| (found.index, found.positions)).collect();
            self.found.sort_unstable_by_key(|(path, _)| *path);
        }
    }

    /// Takes the filter away.
    pub fn show_all(&mut self) {
        self.filter.clear();
        self.question();
    }

    /// Which characters of a row's name the filter found: in a branch, those that led to the first path below it.
    #[must_use]
    pub fn found_in(&self, row: usize) -> Vec<usize> {
        if self.found.is_empty() {
            return Vec::new();
        }
        let below = (row..self.tree.len()).find_map(|row| self.tree.row(row)?.leaf);
        let found = below.and_then(|path| {
            let at = self.found.binary_search_by_key(&path, |(path, _)| *path).ok()?;
            Some((self.tree.path_of(path)?, &self.found[at].1))
        });
        let (Some((path, positions)), Some(row)) = (found, self.tree.row(row)) else { return Vec::new() };
        let length = |names: usize| {
            let names = path.get(..names).unwrap_or_default();
            OptionPath(names.to_vec()).to_string().chars().count()
        };
        // The dot before it, and the quote, are not of the name.
        let end = length(row.depth + 1);
        let label = row.label.chars().count();
        let quote = usize::from(end > label + length(row.depth) + usize::from(row.depth > 0));
        let start = length(row.depth) + usize::from(row.depth > 0) + quote;
        let within = positions.iter().filter_map(|at| at.checked_sub(start));
        within.filter(|at| *at < label).collect()
    }

    /// The path under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<OptionPath> {
        self.tree.selected_path().map(OptionPath)
    }

    /// Puts the cursor on a path. `false`: it isn't there, or the filter hides it.
    pub fn select(&mut self, path: &OptionPath) -> bool {
        self.tree.select(&path.0)
    }

    /// Puts the cursor on a path, or on the nearest branch that would hold it. `false`: there is none.
    pub fn select_nearest(&mut self, path: &OptionPath) -> bool {
        (1..=path.0.len()).rev().any(|length| self.tree.select(&path.0[..length]))
    }
}
