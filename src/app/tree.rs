//! A tree of names, as the rows that are shown of it.
//!
//! Nodes lie in one vector, each before its children. What is shown is worked out when something opens, closes or is filtered, never when it is drawn.

use std::collections::HashMap;

use super::cursor::{Cursor, Move};

/// A tree, what of it is open, and where one is in it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// The nodes that are shown, in their order.
    rows: Vec<usize>,
    cursor: Cursor,
    filtered: bool,
}

/// A branch or a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its own name.
    pub name: String,
    /// How many nodes it lies below.
    pub depth: usize,
    /// Which of the paths that the tree was made of ends here.
    pub item: Option<usize>,
    parent: Option<usize>,
    /// The node after the last one below this.
    end: usize,
    open: bool,
    /// While a filter is on: whether it or one below it matches.
    kept: bool,
    /// While a filter is on: whether it is open, which is forgotten with the filter.
    open_in_filter: bool,
}

impl Tree {
    /// Makes a tree of paths, all of it closed. Children stand in the order in which they first come.
    #[must_use]
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a [String]>) -> Self {
        let mut tree = Self { nodes: plant(paths), ..Self::default() };
        tree.show();
        tree
    }

    /// Takes other paths in place of those it was made of. What was open stays open, and the node under the cursor stays under it, or else the nearest above. A filter is gone.
    pub fn replace<'a>(&mut self, paths: impl IntoIterator<Item = &'a [String]>, height: usize) {
        let mut new = Self::new(paths);
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].open) {
            if let (node, true) = new.nearest(&self.path(node)) {
                new.set_open(node, true);
            }
        }
        let selected = self.selected().and_then(|node| new.nearest(&self.path(node)).0);
        new.cursor = self.cursor;
        new.show();
        new.stay(selected, height);
        *self = new;
    }

    /// The nodes, each before its children: what a node's number is the place in.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The numbers of the nodes that are shown, row by row.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Where one is among the rows.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The node under the cursor; none in an empty tree.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.rows.get(self.cursor.selected).copied()
    }

    /// The names from the root to a node.
    #[must_use]
    pub fn path(&self, node: usize) -> Vec<&str> {
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
    #[must_use]
    pub fn is_open(&self, node: usize) -> Option<bool> {
        let found = self.nodes.get(node).filter(|found| found.end > node + 1)?;
        Some(if self.filtered { found.open_in_filter } else { found.open })
    }

    /// Moves the cursor.
    pub fn go(&mut self, step: Move, height: usize) {
        self.cursor.go(step, self.rows.len(), height);
    }

    /// Opens or closes the branch under the cursor.
    pub fn toggle(&mut self, height: usize) {
        if let Some(node) = self.selected()
            && let Some(open) = self.is_open(node)
        {
            self.set_open(Some(node), !open);
            self.refresh(height);
        }
    }

    /// Opens the branch under the cursor; one that is open is entered.
    pub fn open(&mut self, height: usize) {
        match self.selected().and_then(|node| self.is_open(node)) {
            Some(false) => self.toggle(height),
            Some(true) => self.go(Move::By(1), height),
            None => {}
        }
    }

    /// Closes the branch under the cursor; from what is closed one goes to the branch that it lies in.
    pub fn close(&mut self, height: usize) {
        let Some(node) = self.selected() else { return };
        if self.is_open(node) == Some(true) {
            self.toggle(height);
        } else if let Some(parent) = self.nodes[node].parent {
            self.select(parent, height);
        }
    }

    /// Opens or closes the branch under the cursor with all branches below it.
    pub fn set_open_below(&mut self, open: bool, height: usize) {
        let Some(node) = self.selected() else { return };
        for node in node..self.nodes[node].end {
            self.set_open(Some(node), open);
        }
        self.refresh(height);
    }

    /// Opens or closes every branch. On closing the cursor goes to the branch at the root that it was in.
    pub fn set_open_all(&mut self, open: bool, height: usize) {
        for node in 0..self.nodes.len() {
            self.set_open(Some(node), open);
        }
        self.refresh(height);
    }

    /// Puts the cursor on a node, and opens what it lies in.
    pub fn select(&mut self, node: usize, height: usize) {
        let mut above = self.nodes.get(node).and_then(|node| node.parent);
        while let Some(node) = above {
            self.set_open(Some(node), true);
            above = self.nodes[node].parent;
        }
        self.refresh(height);
        self.stay(Some(node), height);
    }

    /// Shows only the nodes of these numbers, the best first, and what they lie in, all of it open. The cursor goes to the best unless it is on one of them.
    pub fn filter(&mut self, matching: &[usize], height: usize) {
        let selected = self.selected();
        self.filtered = true;
        for node in &mut self.nodes {
            node.kept = false;
            node.open_in_filter = true;
        }
        for node in matching {
            let mut next = Some(*node);
            while let Some(node) = next.and_then(|node| self.nodes.get_mut(node)).filter(|node| !node.kept) {
                node.kept = true;
                next = node.parent;
            }
        }
        self.show();
        let selected = selected.filter(|node| matching.contains(node)).or(matching.first().copied());
        self.stay(selected, height);
    }

    /// Shows all again, as it was open before; but what was found stays in sight.
    pub fn clear_filter(&mut self, height: usize) {
        let selected = self.selected();
        self.filtered = false;
        match selected {
            Some(node) => self.select(node, height),
            None => self.refresh(height),
        }
    }

    fn set_open(&mut self, node: Option<usize>, open: bool) {
        let Some((node, found)) = node.and_then(|node| Some((node, self.nodes.get_mut(node)?))) else {
            return;
        };
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
    fn refresh(&mut self, height: usize) {
        let selected = self.selected();
        self.show();
        self.stay(selected, height);
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

    fn stay(&mut self, node: Option<usize>, height: usize) {
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
        self.cursor.stay(row, self.rows.len(), height);
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

/// Makes nodes of paths, each before its children.
fn plant<'a>(paths: impl IntoIterator<Item = &'a [String]>) -> Vec<Node> {
    #[derive(Default)]
    struct Seed<'a> {
        name: &'a str,
        item: Option<usize>,
        children: Vec<usize>,
    }
    let mut seeds = vec![Seed::default()];
    let mut known = HashMap::new();
    for (item, path) in paths.into_iter().enumerate() {
        let mut at = 0;
        for name in path {
            at = *known.entry((at, name.as_str())).or_insert_with(|| {
                let seed = seeds.len();
                seeds[at].children.push(seed);
                seeds.push(Seed { name, ..Seed::default() });
                seed
            });
        }
        // The empty path names the whole, which is no node.
        if at > 0 {
            seeds[at].item = Some(item);
        }
    }
    let mut nodes = Vec::<Node>::with_capacity(seeds.len() - 1);
    let mut waiting = seeds[0].children.iter().rev().map(|seed| (*seed, None)).collect::<Vec<_>>();
    while let Some((seed, parent)) = waiting.pop() {
        let number = nodes.len();
        let Seed { name, item, children } = &seeds[seed];
        let depth = parent.map_or(0, |parent: usize| nodes[parent].depth + 1);
        nodes.push(Node {
            name: (*name).to_owned(),
            depth,
            item: *item,
            parent,
            end: number + 1,
            open: false,
            kept: false,
            open_in_filter: false,
        });
        waiting.extend(children.iter().rev().map(|seed| (*seed, Some(number))));
    }
    for number in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[number].parent {
            nodes[parent].end = nodes[parent].end.max(nodes[number].end);
        }
    }
    nodes
}

#[cfg(test)]
mod tests;
