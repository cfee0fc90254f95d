//! The globals' pane: which values are shown, as a tree, and which of them the filter lets through.

use std::{collections::BTreeMap, sync::Arc};

use super::{filter::Question, pathtree::PathTree, state::Pane};
use crate::backend::model::{Globals, OptionPath};

/// Rows that the tree may have when it is shown first: so many levels are open.
const FIRST_ROWS: usize = 40;

/// The globals' pane.
#[derive(Debug, Clone)]
pub struct GlobalsPane {
    /// The values that are shown, as a tree of the names in their paths.
    pub paths: PathTree,
    /// Whether values that nobody set are shown, too.
    pub all: bool,
    /// What the tree was made of.
    made_of: Option<Arc<Globals>>,
    /// For each path that the tree was made of, its leaf among the globals.
    leaves: Vec<usize>,
    /// Which of the paths have no value because of an error.
    broken: Vec<usize>,
    /// Which leaves a host defines, and by which of their definitions: there may be too many to look through for a frame.
    said: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Default for GlobalsPane {
    fn default() -> Self {
        Self {
            paths: PathTree::new(Pane::Globals as u32),
            all: false,
            made_of: None,
            leaves: Vec::new(),
            broken: Vec::new(),
            said: BTreeMap::new(),
        }
    }
}

impl GlobalsPane {
    /// Takes other values. What was open stays open; a filter has to be asked again.
    pub fn set(&mut self, globals: &Arc<Globals>) -> Option<Question> {
        let shown = globals.leaves.iter().enumerate().filter(|(_, leaf)| self.all || leaf.is_set());
        let leaves = shown.map(|(at, _)| at).collect::<Vec<_>>();
        let broken = |leaf: &usize| globals.leaves[*leaf].error.is_some();
        self.broken = (0..leaves.len()).filter(|path| broken(&leaves[*path])).collect();
        let before = self.made_of.replace(globals.clone());
        if before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, globals)) {
            self.said = said(globals);
        }
        let same = before.as_ref().is_some_and(|before| {
            let before = self.leaves.iter().map(|leaf| &before.leaves[*leaf].path);
            before.eq(leaves.iter().map(|leaf| &globals.leaves[*leaf].path))
        });
        self.leaves = leaves;
        if same {
            return None;
        }
        let question = self.paths.set(self.leaves.iter().map(|leaf| &globals.leaves[*leaf].path));
        if before.is_none_or(|before| before.leaves.is_empty()) {
            self.paths.tree.open_levels(FIRST_ROWS);
        }
        question
    }

    /// Shows every value there is, also those that nobody set and that the filter hides, so that a path can be gone to. Hands back whether there is something at it.
    pub fn reveal(&mut self, path: &OptionPath) -> bool {
        if self.paths.select(path) {
            return true;
        }
        self.paths.show_all();
        if self.paths.select(path) {
            return true;
        }
        let Some(globals) = self.made_of.clone().filter(|globals| !globals.within(path).is_empty()) else {
            return false;
        };
        self.all = true;
        self.set(&globals);
        self.paths.select(path)
    }

    /// The leaves that a host defines, each by its number among the globals, and by which of their definitions: the one that counts, where one does.
    #[must_use]
    pub fn said_by(&self, host: &str) -> &[(usize, usize)] {
        self.said.get(host).map_or(&[], Vec::as_slice)
    }

    /// How many values somebody set or, where all are shown, there are; and how many of them are broken.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.leaves.len(), self.broken.len())
    }

    /// How many broken values a row holds.
    #[must_use]
    pub fn broken_in(&self, row: usize) -> usize {
        self.broken.iter().filter(|path| self.paths.tree.holds(row, **path)).count()
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
        self.paths.selected()
    }
}

fn said(globals: &Globals) -> BTreeMap<String, Vec<(usize, usize)>> {
    let mut said: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (leaf, definitions) in globals.leaves.iter().map(|leaf| &leaf.definitions).enumerate() {
        for (at, definition) in definitions.iter().enumerate() {
            let Some(host) = &definition.host else { continue };
            match said.get_mut(host) {
                None => _ = said.insert(host.clone(), vec![(leaf, at)]),
                Some(said) => match said.last_mut() {
                    Some((last, best)) if *last == leaf => {
                        if (definition.state as u8) < definitions[*best].state as u8 {
                            *best = at;
                        }
                    }
                    _ => said.push((leaf, at)),
                },
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::filter::{Answer, Match},
        backend::model::{Definition, DefinitionKind, DefinitionState, File, Leaf, Place},
    };

    fn leaf(path: &[&str], error: Option<&str>) -> Leaf {
        let definition = Definition {
            host: None,
            place: Place { file: File::Fleet("a.nix".to_owned()), line: Some(1), column: None },
            via: None,
            items: Vec::new(),
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
        (0..pane.paths.tree.len()).filter_map(|row| Some(pane.paths.tree.row(row)?.label)).collect()
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
        pane.paths.tree.collapse_all();
        pane.set(&globals(vec![leaf(&["a", "x"], None), leaf(&["b", "x"], None)]));
        assert_eq!(labels(&pane), ["a", "b"]);
    }

    #[test]
    fn what_was_found_is_shown_in_the_names_it_was_found_in() {
        let mut pane = GlobalsPane::default();
        pane.set(&globals(vec![leaf(&["mail", "a@b.c", "quota"], None)]));
        pane.paths.filter.paste("m@q");
        let question = pane.paths.question().unwrap();
        assert_eq!(*question.names, ["mail.\"a@b.c\".quota".to_owned()]);
        let matches = vec![Match { index: 0, score: 1, positions: vec![0, 7, 13] }];
        let answer = Answer { list: question.list, generation: question.generation, matches };
        pane.paths.answered(answer);
        assert_eq!((0..3).map(|row| pane.paths.found_in(row)).collect::<Vec<_>>(), [[0], [1], [0]]);
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
