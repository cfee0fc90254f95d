//! The globals' pane: which values are shown, as a tree, and which of them the filter lets through.

use std::sync::Arc;

use super::{
    filter::{Answer, Question},
    input::Input,
    state::Pane,
    tree::Tree,
};
use crate::backend::model::{Globals, OptionPath};

/// Rows that the tree may have when it is shown first: so many levels are open.
const FIRST_ROWS: usize = 40;

/// The globals' pane.
#[derive(Debug, Clone, Default)]
pub struct GlobalsPane {
    /// The values that are shown, as a tree of the names in their paths.
    pub tree: Tree,
    /// What is filtered for.
    pub filter: Input,
    /// Whether values that nobody set are shown, too.
    pub all: bool,
    /// What the tree was made of.
    made_of: Option<Arc<Globals>>,
    /// For each path that the tree was made of, its leaf among the globals.
    leaves: Vec<usize>,
    /// Which of the paths have no value because of an error.
    broken: Vec<usize>,
    /// The paths, as they are filtered; made when they are first asked for.
    names: Option<Arc<[String]>>,
    /// The paths that the filter found and the characters it found in them, in the order of the paths.
    found: Vec<(usize, Vec<usize>)>,
    generation: u64,
}

impl GlobalsPane {
    /// Takes other values. What was open stays open; a filter has to be asked again.
    pub fn set(&mut self, globals: &Arc<Globals>) -> Option<Question> {
        let shown = globals.leaves.iter().enumerate().filter(|(_, leaf)| self.all || leaf.is_set());
        let leaves = shown.map(|(at, _)| at).collect::<Vec<_>>();
        let broken = |leaf: &usize| globals.leaves[*leaf].error.is_some();
        self.broken = (0..leaves.len()).filter(|path| broken(&leaves[*path])).collect();
        let before = self.made_of.replace(globals.clone());
        let same = before.as_ref().is_some_and(|before| {
            let before = self.leaves.iter().map(|leaf| &before.leaves[*leaf].path);
            before.eq(leaves.iter().map(|leaf| &globals.leaves[*leaf].path))
        });
        self.leaves = leaves;
        if same {
            return None;
        }
        self.names = None;
        self.found.clear();
        self.tree.set(self.leaves.iter().map(|leaf| globals.leaves[*leaf].path.0.as_slice()));
        if before.is_none_or(|before| before.leaves.is_empty()) {
            self.tree.open_levels(FIRST_ROWS);
        }
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
            list: Pane::Globals as u32,
            generation: self.generation,
            query: self.filter.value().to_owned(),
            names: self.names(),
        })
    }

    fn names(&mut self) -> Arc<[String]> {
        let globals = self.made_of.as_deref();
        let paths = self.leaves.iter().filter_map(|leaf| Some(&globals?.leaves.get(*leaf)?.path));
        self.names.get_or_insert_with(|| paths.map(ToString::to_string).collect()).clone()
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

    /// Which characters of a row's name the filter found: in a branch, those that led to the first value below it.
    #[must_use]
    pub fn found_in(&self, row: usize) -> Vec<usize> {
        let below = (row..self.tree.len()).find_map(|row| self.tree.row(row)?.leaf);
        let found = below.and_then(|path| {
            let at = self.found.binary_search_by_key(&path, |(path, _)| *path).ok()?;
            Some((&self.made_of.as_ref()?.leaves.get(self.leaf(path)?)?.path, &self.found[at].1))
        });
        let (Some((path, positions)), Some(row)) = (found, self.tree.row(row)) else { return Vec::new() };
        let length = |names: usize| {
            let names = path.0.get(..names).unwrap_or_default();
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

    /// How many values somebody set or, where all are shown, there are; and how many of them are broken.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.leaves.len(), self.broken.len())
    }

    /// How many broken values a row holds.
    #[must_use]
    pub fn broken_in(&self, row: usize) -> usize {
        self.broken.iter().filter(|path| self.tree.holds(row, **path)).count()
    }

    /// The first broken value, as its number among the globals.
    #[must_use]
    pub fn first_broken(&self) -> Option<usize> {
        self.leaf(*self.broken.first()?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::filter::Match,
        backend::model::{Definition, DefinitionKind, DefinitionState, File, Leaf, Place},
    };

    fn leaf(path: &[&str], error: Option<&str>) -> Leaf {
        let definition = Definition {
            host: None,
            place: Place { file: File::Fleet("a.nix".to_owned()), line: Some(1), column: None },
            via: None,
            priority: 100,
            order: None,
            state: DefinitionState::Used,
            kind: DefinitionKind::Definition,
            value: None,
            error: None,
        };
        Leaf {
            path: OptionPath(path.iter().map(|name| (*name).to_owned()).collect()),
            type_description: "string".to_owned(),
            value: None,
            error: error.map(str::to_owned),
            declarations: Vec::new(),
            definitions: vec![definition],
        }
    }

    fn globals(leaves: Vec<Leaf>) -> Arc<Globals> {
        Arc::new(Globals { leaves, ..Globals::default() })
    }

    fn labels(pane: &GlobalsPane) -> Vec<&str> {
        (0..pane.tree.len()).filter_map(|row| Some(pane.tree.row(row)?.label)).collect()
    }

    #[test]
    fn as_many_levels_are_open_as_fit_and_the_broken_are_counted() {
        let mut pane = GlobalsPane::default();
        let few = [leaf(&["a", "x"], None), leaf(&["a", "y", "z"], Some("no")), leaf(&["b"], None)];
        pane.set(&globals(few.to_vec()));
        assert_eq!(labels(&pane), ["a", "x", "y", "z", "b"]);
        assert_eq!((pane.counts(), pane.first_broken()), ((3, 1), Some(1)));
        assert_eq!((0..5).map(|row| pane.broken_in(row)).collect::<Vec<_>>(), [1, 0, 1, 1, 0]);
        let names = (0..FIRST_ROWS).map(|number| format!("{number:02}")).collect::<Vec<_>>();
        let mut pane = GlobalsPane::default();
        pane.set(&globals(names.iter().map(|name| leaf(&["a", name], None)).collect()));
        assert_eq!(labels(&pane), ["a"], "one row too many");
    }

    #[test]
    fn what_the_operator_closed_stays_closed() {
        let mut pane = GlobalsPane::default();
        pane.set(&globals(vec![leaf(&["a", "x"], None)]));
        pane.tree.collapse_all();
        pane.set(&globals(vec![leaf(&["a", "x"], None), leaf(&["b", "x"], None)]));
        assert_eq!(labels(&pane), ["a", "b"]);
    }

    #[test]
    fn what_was_found_is_shown_in_the_names_it_was_found_in() {
        let mut pane = GlobalsPane::default();
        pane.set(&globals(vec![leaf(&["mail", "a@b.c", "quota"], None)]));
        pane.filter.paste("m@q");
        let question = pane.question().unwrap();
        assert_eq!(*question.names, ["mail.\"a@b.c\".quota".to_owned()]);
        let matches = vec![Match { index: 0, score: 1, positions: vec![0, 7, 13] }];
        let answer = Answer { list: question.list, generation: question.generation, matches };
        pane.answered(answer);
        assert_eq!((0..3).map(|row| pane.found_in(row)).collect::<Vec<_>>(), [[0], [1], [0]]);
    }

    #[test]
    fn the_values_below_a_path_are_found_in_their_order() {
        let all = globals(vec![
            leaf(&["a"], None),
            leaf(&["b", "x"], None),
            leaf(&["b", "y"], None),
            leaf(&["ba"], None),
        ]);
        let below = |path: &[&str]| all.within(&leaf(path, None).path).len();
        assert_eq!([below(&[]), below(&["b"]), below(&["b", "y"]), below(&["c"])], [4, 2, 1, 0]);
    }
}
