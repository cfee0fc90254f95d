//! A tree of names, as the rows that are shown of it.
//!
//! Nodes lie in one vector, each before its children, and their names in one text. What is shown is worked out when something opens, closes or is filtered, never when it is drawn.

mod plant;

use std::ops::Range;

use super::cursor::{Cursor, Move};

/// A tree, what of it is open, and where one is in it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Where one is among the rows.
    pub cursor: Cursor,
    nodes: Vec<Node>,
    /// All names, one behind the other: so many texts of their own would cost more than all the rest.
    names: String,
    /// The nodes that are shown, in their order.
    rows: Vec<usize>,
    /// The node at which each path ends that the tree was made of.
    ends: Vec<Option<usize>>,
    filtered: bool,
}

#[derive(Debug, Clone)]
struct Node {
    /// Where among the names its own stands.
    name: Range<usize>,
    depth: usize,
    leaf: Option<usize>,
    /// How many of the paths end here or below.
    leaves: usize,
    parent: Option<usize>,
    /// The node after the last one below this.
    end: usize,
    open: bool,
    /// While a filter is on: whether it or one below it matches.
    kept: bool,
    /// While a filter is on: whether it is open, which is forgotten with the filter.
    open_in_filter: bool,
}

/// A row of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeRow<'a> {
    /// How many others it lies below.
    pub depth: usize,
    /// Its own name.
    pub label: &'a str,
    /// Whether it is open; none if nothing lies below it.
    pub open: Option<bool>,
    /// Which of the paths that the tree was made of ends here.
    pub leaf: Option<usize>,
    /// How many of them end here or below.
    pub leaves: usize,
}

impl Tree {
    /// Makes the tree of these paths, children in the order in which they first come. What was open stays open, and the cursor where it was, or else on the nearest above. A filter is gone.
    pub fn set<'a>(&mut self, paths: impl IntoIterator<Item = &'a [String]>) {
        let (nodes, names, ends) = plant::plant(paths);
        let mut new = Self { nodes, names, ends, cursor: self.cursor, ..Self::default() };
        new.open_as(self);
        let selected = self.selected().and_then(|node| new.nearest(&self.path(node)).0);
        new.show();
        new.stay(selected);
        *self = new;
    }

    /// How many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row that is shown.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<TreeRow<'_>> {
        let number = *self.rows.get(row)?;
        let node = &self.nodes[number];
        Some(TreeRow {
            depth: node.depth,
            label: self.name(number),
            open: self.is_open(number),
            leaf: node.leaf,
            leaves: node.leaves,
        })
    }

    /// Whether one of the paths ends in a row or below it.
    #[must_use]
    pub fn holds(&self, row: usize, path: usize) -> bool {
        let end = self.ends.get(path).copied().flatten();
        let node = self.rows.get(row).and_then(|node| Some(*node..self.nodes.get(*node)?.end));
        node.zip(end).is_some_and(|(within, end)| within.contains(&end))
    }

    /// The row under the cursor; none in an empty tree.
    #[must_use]
    pub fn selected_row(&self) -> Option<TreeRow<'_>> {
        self.row(self.cursor.selected)
    }

    /// The names from the root to the row under the cursor.
    #[must_use]
    pub fn selected_path(&self) -> Option<Vec<String>> {
        Some(self.path(self.selected()?).into_iter().map(str::to_owned).collect())
    }

    /// How many paths the tree was made of.
    #[must_use]
    pub fn items(&self) -> usize {
        self.ends.len()
    }

    /// One of the paths that the tree was made of; the empty one is not in it.
    #[must_use]
    pub fn path_of(&self, item: usize) -> Option<Vec<String>> {
        let node = self.ends.get(item).copied().flatten()?;
        Some(self.path(node).into_iter().map(str::to_owned).collect())
    }

    /// Moves the cursor; `height` rows are in sight.
    pub fn go(&mut self, step: Move, height: usize) {
        self.cursor.go(step, self.rows.len(), height);
    }

    /// Opens or closes what is under the cursor; hands back whether anything lies below it.
    pub fn toggle(&mut self) -> bool {
        let Some(node) = self.selected() else { return false };
        let Some(open) = self.is_open(node) else { return false };
        self.set_open(node, !open);
        self.refresh();
        true
    }

    /// Opens what is under the cursor; what is open already is entered.
    pub fn enter(&mut self, height: usize) {
        match self.selected_row().and_then(|row| row.open) {
            Some(true) => self.go(Move::By(1), height),
            Some(false) => _ = self.toggle(),
            None => {}
        }
    }

    /// Closes what is under the cursor; from what is closed already one goes to what it lies in.
    pub fn leave(&mut self, height: usize) {
        let Some(node) = self.selected() else { return };
        if self.is_open(node) == Some(true) {
            self.toggle();
        } else if let Some(row) =
            self.nodes[node].parent.and_then(|parent| self.rows.binary_search(&parent).ok())
        {
            self.go(Move::To(row), height);
        }
    }

    /// Opens what is under the cursor and all below it.
    pub fn expand_below(&mut self) {
        let Some(node) = self.selected() else { return };
        for node in node..self.nodes[node].end {
            self.set_open(node, true);
        }
        self.refresh();
    }

    /// Opens whole levels from the top, as many as leave no more than so many rows.
    pub fn open_levels(&mut self, rows: usize) {
        let deepest = self.nodes.iter().map(|node| node.depth).max().unwrap_or(0);
        let mut at = vec![0; deepest + 1];
        self.nodes.iter().for_each(|node| at[node.depth] += 1);
        let mut shown = 0;
        let levels = at.iter().take_while(|nodes| {
            shown += *nodes;
            shown <= rows
        });
        let levels = levels.count();
        for node in 0..self.nodes.len() {
            if self.nodes[node].depth + 1 < levels {
                self.set_open(node, true);
            }
        }
        self.refresh();
    }

    /// Closes everything. The cursor goes to the root of where it was.
    pub fn collapse_all(&mut self) {
        for node in 0..self.nodes.len() {
            self.set_open(node, false);
        }
        self.refresh();
    }

    /// Puts the cursor on a path and opens what it lies in; hands back whether there is such a path and the filter, if one is on, lets it through.
    pub fn select(&mut self, path: &[String]) -> bool {
        let path = path.iter().map(String::as_str).collect::<Vec<_>>();
        let (Some(node), true) = self.nearest(&path) else { return false };
        if self.filtered && !self.nodes[node].kept {
            return false;
        }
        self.reveal(node);
        true
    }

    /// Shows only these paths, the best first, and what they lie in, all of it open; the cursor goes to the best unless it is on one of them. `None` shows all again, as it was open before, but what was found stays in sight.
    pub fn filter(&mut self, matching: Option<&[usize]>) {
        let selected = self.selected();
        self.filtered = matching.is_some();
        let Some(matching) = matching else {
            match selected {
                Some(node) => self.reveal(node),
                None => self.refresh(),
            }
            return;
        };
        for node in &mut self.nodes {
            node.kept = false;
            node.open_in_filter = true;
        }
        for item in matching {
            let mut next = self.ends.get(*item).copied().flatten();
            while let Some(node) = next.and_then(|node| self.nodes.get_mut(node)).filter(|node| !node.kept) {
                node.kept = true;
                next = node.parent;
            }
        }
        self.show();
        let still = |node: &usize| self.nodes[*node].leaf.is_some_and(|item| matching.contains(&item));
        let best = matching.first().and_then(|item| self.ends.get(*item).copied().flatten());
        self.stay(selected.filter(still).or(best));
    }

    /// The node under the cursor.
    fn selected(&self) -> Option<usize> {
        self.rows.get(self.cursor.selected).copied()
    }

    /// The names from the root to a node.
    fn path(&self, node: usize) -> Vec<&str> {
        let mut names = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next.and_then(|node| self.nodes.get(node)) {
            names.push(&self.names[node.name.clone()]);
            next = node.parent;
        }
        names.reverse();
        names
    }

    fn name(&self, node: usize) -> &str {
        &self.names[self.nodes[node].name.clone()]
    }

    /// Whether a node is open; none if it has no children.
    fn is_open(&self, node: usize) -> Option<bool> {
        let found = self.nodes.get(node).filter(|found| found.end > node + 1)?;
        Some(if self.filtered { found.open_in_filter } else { found.open })
    }

    /// Opens what a node lies in, and puts the cursor on it.
    fn reveal(&mut self, node: usize) {
        let mut above = self.nodes[node].parent;
        while let Some(node) = above {
            self.set_open(node, true);
            above = self.nodes[node].parent;
        }
        self.show();
        self.stay(Some(node));
    }

    fn set_open(&mut self, node: usize, open: bool) {
        let found = &mut self.nodes[node];
        if found.end == node + 1 {
            return;
        }
        if self.filtered {
            found.open_in_filter = open;
        } else {
            found.open = open;
        }
    }

    /// Works out what is shown, the cursor staying with its node or the nearest above that is shown.
    fn refresh(&mut self) {
        let selected = self.selected();
        self.show();
        self.stay(selected);
    }

    fn show(&mut self) {
        self.rows.clear();
        let mut node = 0;
        while let Some(found) = self.nodes.get(node) {
            let (kept, open) =
                if self.filtered { (found.kept, found.open_in_filter) } else { (true, found.open) };
            if kept {
                self.rows.push(node);
            }
            node = if kept && open { node + 1 } else { found.end };
        }
    }

    fn stay(&mut self, node: Option<usize>) {
        let mut next = node;
        let mut row = None;
        while let Some(node) = next {
            // Rows are in the order of nodes.
            row = self.rows.binary_search(&node).ok();
            if row.is_some() {
                break;
            }
            next = self.nodes.get(node).and_then(|node| node.parent);
        }
        // How many rows are in sight is known when it is drawn, and when the cursor moves next.
        self.cursor.stay(row, self.rows.len(), 0);
    }

    /// Opens what is open in another tree.
    fn open_as(&mut self, other: &Self) {
        // For each level, what is left of it: in the other tree, and in this one, where the next is looked for first.
        if other.nodes.iter().all(|node| !node.open) {
            return;
        }
        let mut levels = vec![(0..other.nodes.len(), 0..self.nodes.len(), 0)];
        while let Some((theirs, ours, next)) = levels.last_mut() {
            let node = theirs.start;
            let Some(their) = other.nodes.get(node).filter(|_| theirs.start < theirs.end) else {
                levels.pop();
                continue;
            };
            theirs.start = their.end;
            // What is closed may hold what is open.
            if their.end == node + 1 {
                continue;
            }
            let Some(found) = self.sibling(ours.clone(), *next, other.name(node)) else { continue };
            *next = self.nodes[found].end;
            if their.open {
                self.set_open(found, true);
            }
            let below = found + 1..self.nodes[found].end;
            levels.push((node + 1..their.end, below.clone(), below.start));
        }
    }

    /// The sibling of a name among those that lie in a range, looked for from one of them on.
    fn sibling(&self, siblings: Range<usize>, first: usize, name: &str) -> Option<usize> {
        let search = |mut node: usize, end: usize| {
            while node < end {
                if self.name(node) == name {
                    return Some(node);
                }
                node = self.nodes[node].end;
            }
            None
        };
        search(first, siblings.end).or_else(|| search(siblings.start, first))
    }

    /// The node at a path, or the nearest above that there is; and whether it is the very one.
    fn nearest(&self, path: &[&str]) -> (Option<usize>, bool) {
        let mut nearest = None;
        let (mut node, mut end) = (0, self.nodes.len());
        for name in path {
            while node < end && self.name(node) != *name {
                node = self.nodes[node].end;
            }
            if node >= end {
                return (nearest, false);
            }
            nearest = Some(node);
            end = self.nodes[node].end;
            node += 1;
        }
        (nearest, true)
    }
}

#[cfg(test)]
mod tests;
