use proptest::prelude::*;

use super::*;

const HEIGHT: usize = 10;

fn paths(texts: &[&str]) -> Vec<Vec<String>> {
    texts.iter().map(|text| text.split('.').map(str::to_owned).collect()).collect()
}

fn tree(texts: &[&str]) -> Tree {
    Tree::new(paths(texts).iter().map(Vec::as_slice))
}

fn fleet() -> Tree {
    tree(&["net.domain", "net.hosts.gate", "net.hosts.web", "mail.users", "mail"])
}

/// The rows, `>` before the one under the cursor.
fn shown(tree: &Tree) -> String {
    let row = |node: &usize| {
        let cursor = if tree.selected() == Some(*node) { ">" } else { "" };
        let sign = match tree.is_open(*node) {
            Some(true) => "-",
            Some(false) => "+",
            None => "",
        };
        format!("{cursor}{sign}{}", tree.path(*node).join("."))
    };
    tree.rows().iter().map(row).collect::<Vec<_>>().join(" ")
}

#[test]
fn branches_open_and_close_under_the_cursor() {
    let mut tree = fleet();
    assert_eq!(shown(&tree), ">+net +mail");
    tree.open(HEIGHT);
    assert_eq!(shown(&tree), ">-net net.domain +net.hosts +mail");
    tree.open(HEIGHT);
    tree.go(Move::By(1), HEIGHT);
    tree.toggle(HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain >-net.hosts net.hosts.gate net.hosts.web +mail");
    tree.go(Move::By(2), HEIGHT);
    tree.open(HEIGHT);
    tree.close(HEIGHT);
    assert_eq!(
        shown(&tree),
        "-net net.domain >-net.hosts net.hosts.gate net.hosts.web +mail",
        "to its branch"
    );
    tree.close(HEIGHT);
    tree.close(HEIGHT);
    tree.close(HEIGHT);
    assert_eq!(shown(&tree), ">+net +mail");
    tree.set_open_below(true, HEIGHT);
    assert_eq!(shown(&tree), ">-net net.domain -net.hosts net.hosts.gate net.hosts.web +mail");
    tree.go(Move::To(3), HEIGHT);
    tree.set_open_all(false, HEIGHT);
    assert_eq!(shown(&tree), ">+net +mail", "to the nearest above that is shown");
}

#[test]
fn a_path_may_end_at_a_branch() {
    let tree = fleet();
    let items =
        tree.nodes().iter().map(|node| (node.name.as_str(), node.depth, node.item)).collect::<Vec<_>>();
    assert_eq!(
        items,
        [
            ("net", 0, None),
            ("domain", 1, Some(0)),
            ("hosts", 1, None),
            ("gate", 2, Some(1)),
            ("web", 2, Some(2)),
            ("mail", 0, Some(4)),
            ("users", 1, Some(3))
        ]
    );
}

#[test]
fn a_filter_shows_what_matches_and_where_it_lies() {
    let mut tree = fleet();
    tree.go(Move::Bottom, HEIGHT);
    tree.filter(&[4, 1], HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain -net.hosts >net.hosts.web", "the best is under the cursor");
    tree.filter(&[1, 4], HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain -net.hosts >net.hosts.web", "it stays on what still matches");
    tree.close(HEIGHT);
    tree.toggle(HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain >+net.hosts", "branches can be closed in it");
    tree.filter(&[3], HEIGHT);
    tree.clear_filter(HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain -net.hosts >net.hosts.gate net.hosts.web +mail");
    tree.filter(&[], HEIGHT);
    assert_eq!((shown(&tree).as_str(), tree.selected()), ("", None));
    tree.clear_filter(HEIGHT);
    assert_eq!(tree.rows().len(), 6);
}

#[test]
fn what_was_open_stays_open_when_the_paths_change() {
    let mut tree = fleet();
    tree.select(4, HEIGHT);
    assert_eq!(shown(&tree), "-net net.domain -net.hosts net.hosts.gate >net.hosts.web +mail");
    let new = paths(&["a.b", "net.hosts.web", "net.hosts.x"]);
    tree.replace(new.iter().map(Vec::as_slice), HEIGHT);
    assert_eq!(shown(&tree), "+a -net -net.hosts >net.hosts.web net.hosts.x");
    let new = paths(&["net.other", "z"]);
    tree.replace(new.iter().map(Vec::as_slice), HEIGHT);
    assert_eq!(shown(&tree), ">-net net.other z", "the nearest above is left");
    tree.replace([], HEIGHT);
    assert_eq!(tree.selected(), None);
}

proptest! {
    #[test]
    fn any_sequence_keeps_the_rows_true(
        leaves in prop::collection::vec("[a-c](\\.[a-c]){0,4}", 0..40),
        others in prop::collection::vec("[a-c](\\.[a-c]){0,3}", 0..20),
        steps in prop::collection::vec((0..12_u8, 0..200_usize), 0..40),
    ) {
        let texts = leaves.iter().map(String::as_str).collect::<Vec<_>>();
        let mut tree = tree(&texts);
        for (step, number) in steps {
            let count = tree.nodes().len().max(1);
            match step {
                0 => tree.toggle(HEIGHT),
                1 => tree.open(HEIGHT),
                2 => tree.close(HEIGHT),
                3 => tree.set_open_below(true, HEIGHT),
                4 => tree.set_open_below(false, HEIGHT),
                5 => tree.set_open_all(number % 2 == 0, HEIGHT),
                6 => tree.filter(&[number % count, number / 3 % count], HEIGHT),
                7 => tree.clear_filter(HEIGHT),
                8 => {
                    tree.clear_filter(HEIGHT);
                    tree.select(number % count, HEIGHT);
                    let there = tree.selected() == Some(number % count);
                    prop_assert!(there || tree.nodes().is_empty());
                }
                9 => {
                    let texts = others.iter().map(String::as_str).collect::<Vec<_>>();
                    tree.replace(paths(&texts).iter().map(Vec::as_slice), HEIGHT);
                }
                _ => tree.go(Move::To(number), HEIGHT),
            }
            prop_assert!(tree.rows().is_sorted());
            for node in tree.rows() {
                let mut above = tree.nodes()[*node].parent;
                while let Some(node) = above {
                    prop_assert_eq!(tree.is_open(node), Some(true), "what is shown lies in what is open");
                    prop_assert!(tree.rows().contains(&node));
                    above = tree.nodes()[node].parent;
                }
            }
            prop_assert_eq!(tree.selected().is_some(), !tree.rows().is_empty());
            prop_assert!(tree.cursor().offset <= tree.cursor().selected);
        }
    }
}
