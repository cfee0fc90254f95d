//! Nodes of paths.

use std::{collections::HashMap, ops::Range};

use super::Node;

/// Makes nodes of paths, each before its children, with all their names in one text; and tells at which of them each path ends.
pub(super) fn plant<'a>(
    paths: impl IntoIterator<Item = &'a [String]>,
) -> (Vec<Node>, String, Vec<Option<usize>>) {
    let paths = paths.into_iter().collect::<Vec<_>>();
    let in_order = Planted::with_room_for(paths.len()).grow(paths.iter().copied().enumerate(), true);
    let planted = in_order.or_else(|| {
        // What belongs together is put together, in the order in which it first comes.
        let order = order(&paths).into_iter().map(|item| (item, paths[item]));
        Planted::with_room_for(paths.len()).grow(order, false)
    });
    planted.unwrap_or_default().finish(paths.len())
}

/// An order of paths in which those that begin alike stand together, and otherwise the first to come is the first.
fn order(paths: &[&[String]]) -> Vec<usize> {
    let mut known = HashMap::with_capacity(paths.len());
    let mut ranks = Vec::with_capacity(paths.len());
    for path in paths {
        let (mut at, mut rank) = (0, Vec::with_capacity(path.len()));
        for name in *path {
            let new = known.len() + 1;
            at = *known.entry((at, name.as_str())).or_insert(new);
            rank.push(at);
        }
        ranks.push(rank);
    }
    let mut order = (0..paths.len()).collect::<Vec<_>>();
    order.sort_by(|one, other| ranks[*one].cmp(&ranks[*other]));
    order
}

#[derive(Default)]
struct Planted {
    nodes: Vec<Node>,
    names: String,
}

impl Planted {
    fn with_room_for(paths: usize) -> Self {
        Self { nodes: Vec::with_capacity(paths * 2), names: String::with_capacity(paths * 16) }
    }

    /// Takes paths of which those that begin alike stand together: then all that is known of one is what it shares with the one before. `None`: they should be sorted, and are not.
    fn grow<'a>(mut self, paths: impl Iterator<Item = (usize, &'a [String])>, sorted: bool) -> Option<Self> {
        let mut before: &[String] = &[];
        let mut above = Vec::new();
        for (item, path) in paths {
            let shared = path.iter().zip(before).take_while(|(name, before)| name == before).count();
            if sorted && path.get(shared) < before.get(shared) {
                return None;
            }
            before = path;
            above.truncate(shared);
            for name in &path[shared..] {
                let node = self.node(name, above.len(), above.last().copied());
                above.push(node);
            }
            // The empty path names the whole, which is no node.
            if let Some(node) = above.last() {
                self.nodes[*node].leaf = Some(item);
            }
        }
        Some(self)
    }

    fn node(&mut self, name: &str, depth: usize, parent: Option<usize>) -> usize {
        let number = self.nodes.len();
        let start = self.names.len();
        self.names.push_str(name);
        self.nodes.push(Node {
            name: Range { start, end: self.names.len() },
            depth,
            leaf: None,
            leaves: 0,
            parent,
            end: number + 1,
            open: false,
            kept: false,
            open_in_filter: false,
        });
        number
    }

    fn finish(mut self, count: usize) -> (Vec<Node>, String, Vec<Option<usize>>) {
        let mut ends = vec![None; count];
        for number in (0..self.nodes.len()).rev() {
            let node = &mut self.nodes[number];
            if let Some(item) = node.leaf {
                ends[item] = Some(number);
                node.leaves += 1;
            }
            let (end, leaves) = (node.end, node.leaves);
            if let Some(parent) = node.parent {
                let parent = &mut self.nodes[parent];
                parent.end = parent.end.max(end);
                parent.leaves += leaves;
            }
        }
        (self.nodes, self.names, ends)
    }
}
