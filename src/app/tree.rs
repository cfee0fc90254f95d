//! A tree of names, as the rows that are shown of it.
//!
//! Nodes lie in one vector, each before its children. What is shown is worked out when something opens, closes or is filtered, never when it is drawn.

use std::collections::HashMap;

use super::cursor::{Cursor, Move};

/// A tree, what of it is open, and where one is in it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Where one is among the rows.
    pub cursor: Cursor,
    nodes: Vec<Node>,
    /// The nodes that are shown, in their order.
    rows: Vec<usize>,
    /// The node at which each path ends that the tree was made of.
    ends: Vec<Option<usize>>,
    filtered: bool,
}

#[derive(Debug, Clone)]
struct Node {
    name: String,
    depth: usize,
    leaf: Option<usize>,
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
}

impl Tree {
    /// Makes the tree of these paths, children in the order in which they first come. What was open stays open, and the cursor where it was, or else on the nearest above. A filter is gone.
    pub fn set<'a>(&mut self, paths: impl IntoIterator<Item = &'a [String]>) {
        let (nodes, ends) = plant(paths);
        let mut new = Self { nodes, ends, cursor: self.cursor, ..Self::default() };
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].open) {
            if let (Some(node), true) = new.nearest(&self.path(node)) {
                new.set_open(node, true);
            }
        }
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
        Some(TreeRow { depth: node.depth, label: &node.name, open: self.is_open(number), leaf: node.leaf })
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
            names.push(node.name.as_str());
            next = node.parent;
        }
        names.reverse();
        names
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

    /// The node at a path, or the nearest above that there is; and whether it is the very one.
    fn nearest(&self, path: &[&str]) -> (Option<usize>, bool) {
        let mut nearest = None;
        let (mut node, mut end) = (0, self.nodes.len());
        for name in path {
            while node < end && self.nodes[node].name != *name {
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

/// Makes nodes of paths, each before its children; and tells at which of them each path ends.
fn plant<'a>(paths: impl IntoIterator<Item = &'a [String]>) -> (Vec<Node>, Vec<Option<usize>>) {
    #[derive(Default)]
    struct Seed<'a> {
        name: &'a str,
        leaf: Option<usize>,
        children: Vec<usize>,
    }
    let mut seeds = vec![Seed::default()];
    let paths = paths.into_iter();
    let mut known = HashMap::with_capacity(paths.size_hint().0);
    let mut count = 0;
    // The path before this one, as names and seeds: most paths share their beginning with it, and need no looking up there.
    let mut before: (&[String], Vec<usize>) = (&[], Vec::new());
    for (item, path) in paths.enumerate() {
        count = item + 1;
        let shared = path.iter().zip(before.0).take_while(|(name, before)| name == before).count();
        before.0 = path;
        before.1.truncate(shared);
        let mut at = before.1.last().copied().unwrap_or(0);
        for name in &path[shared..] {
            at = *known.entry((at, name.as_str())).or_insert_with(|| {
                let seed = seeds.len();
                seeds[at].children.push(seed);
                seeds.push(Seed { name, ..Seed::default() });
                seed
            });
            before.1.push(at);
        }
        // The empty path names the whole, which is no node.
        if at > 0 {
            seeds[at].leaf = Some(item);
        }
    }
    let mut nodes = Vec::<Node>::with_capacity(seeds.len() - 1);
    let mut waiting = seeds[0].children.iter().rev().map(|seed| (*seed, None)).collect::<Vec<_>>();
    while let Some((seed, parent)) = waiting.pop() {
        let number = nodes.len();
        let Seed { name, leaf, children } = &seeds[seed];
        let depth = parent.map_or(0, |parent: usize| nodes[parent].depth + 1);
        nodes.push(Node {
            name: (*name).to_owned(),
            depth,
            leaf: *leaf,
            parent,
            end: number + 1,
            open: false,
            kept: false,
            open_in_filter: false,
        });
        waiting.extend(children.iter().rev().map(|seed| (*seed, Some(number))));
    }
    let mut ends = vec![None; count];
    for number in (0..nodes.len()).rev() {
        if let Some(item) = nodes[number].leaf {
            ends[item] = Some(number);
        }
        if let Some(parent) = nodes[number].parent {
            nodes[parent].end = nodes[parent].end.max(nodes[number].end);
        }
    }
    (nodes, ends)
}

#[cfg(test)]
mod tests;
