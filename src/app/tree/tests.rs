use proptest::prelude::*;

use super::*;

const HEIGHT: usize = 10;

fn paths(texts: &[&str]) -> Vec<Vec<String>> {
    texts.iter().map(|text| text.split('.').map(str::to_owned).collect()).collect()
}

fn tree(texts: &[&str]) -> Tree {
    let mut tree = Tree::default();
    tree.set(paths(texts).iter().map(Vec::as_slice));
    tree
}

fn fleet() -> Tree {
    tree(&["net.domain", "net.hosts.gate", "net.hosts.web", "mail.users", "mail"])
}

fn select(tree: &mut Tree, path: &str) -> bool {
    tree.select(&paths(&[path])[0])
}

/// The rows, `>` before the one under the cursor.
fn shown(tree: &Tree) -> String {
    let row = |row| {
        let TreeRow { depth, label, open, .. } = tree.row(row).unwrap();
        let cursor = if tree.cursor.selected == row { ">" } else { "" };
        let sign = match open {
            Some(true) => "-",
            Some(false) => "+",
            None => "",
        };
        format!("{}{cursor}{sign}{label}", ".".repeat(depth))
    };
    (0..tree.len()).map(row).collect::<Vec<_>>().join(" ")
}

#[test]
fn branches_open_and_close_under_the_cursor() {
    let mut tree = fleet();
    assert_eq!(shown(&tree), ">+net +mail");
    tree.enter(HEIGHT);
    assert_eq!(shown(&tree), ">-net .domain .+hosts +mail");
    tree.enter(HEIGHT);
    assert!(!tree.toggle(), "a leaf");
    tree.go(Move::By(1), HEIGHT);
    assert!(tree.toggle());
    assert_eq!(shown(&tree), "-net .domain .>-hosts ..gate ..web +mail");
    tree.go(Move::By(2), HEIGHT);
    tree.enter(HEIGHT);
    assert_eq!(tree.selected_path().unwrap(), ["net", "hosts", "web"]);
    tree.leave(HEIGHT);
    assert_eq!(shown(&tree), "-net .domain .>-hosts ..gate ..web +mail", "to what it lies in");
    tree.leave(HEIGHT);
    tree.leave(HEIGHT);
    tree.leave(HEIGHT);
    assert_eq!(shown(&tree), ">+net +mail");
    tree.expand_below();
    assert_eq!(shown(&tree), ">-net .domain .-hosts ..gate ..web +mail");
    tree.go(Move::To(3), HEIGHT);
    tree.collapse_all();
    assert_eq!(shown(&tree), ">+net +mail", "to the nearest above that is shown");
}

#[test]
fn a_path_may_end_at_a_branch() {
    let mut tree = fleet();
    tree.expand_below();
    tree.go(Move::Bottom, HEIGHT);
    tree.expand_below();
    let leaves = (0..tree.len()).map(|row| tree.row(row).unwrap()).map(|row| (row.label, row.leaf));
    assert_eq!(
        leaves.collect::<Vec<_>>(),
        [
            ("net", None),
            ("domain", Some(0)),
            ("hosts", None),
            ("gate", Some(1)),
            ("web", Some(2)),
            ("mail", Some(4)),
            ("users", Some(3))
        ]
    );
}

#[test]
fn a_filter_shows_what_matches_and_where_it_lies() {
    let mut tree = fleet();
    tree.go(Move::Bottom, HEIGHT);
    tree.filter(Some(&[2, 0]));
    assert_eq!(shown(&tree), "-net .domain .-hosts ..>web", "the best is under the cursor");
    tree.filter(Some(&[0, 2]));
    assert_eq!(shown(&tree), "-net .domain .-hosts ..>web", "it stays on what still matches");
    tree.leave(HEIGHT);
    tree.toggle();
    assert_eq!(shown(&tree), "-net .domain .>+hosts", "branches can be closed in it");
    assert!(select(&mut tree, "net.hosts.web") && !select(&mut tree, "net.hosts.gate"));
    tree.filter(Some(&[1]));
    tree.filter(None);
    assert_eq!(shown(&tree), "-net .domain .-hosts ..>gate ..web +mail");
    tree.filter(Some(&[]));
    assert_eq!((shown(&tree).as_str(), tree.selected_row()), ("", None));
    tree.filter(None);
    assert_eq!(tree.len(), 6);
}

#[test]
fn what_was_open_stays_open_when_the_paths_change() {
    let mut tree = fleet();
    assert!(select(&mut tree, "net.hosts.web"));
    assert!(!select(&mut tree, "net.hosts.nowhere"));
    assert_eq!(shown(&tree), "-net .domain .-hosts ..gate ..>web +mail");
    let new = paths(&["a.b", "net.hosts.web", "net.hosts.x"]);
    tree.set(new.iter().map(Vec::as_slice));
    assert_eq!(shown(&tree), "+a -net .-hosts ..>web ..x");
    let new = paths(&["net.other", "z"]);
    tree.set(new.iter().map(Vec::as_slice));
    assert_eq!(shown(&tree), ">-net .other z", "the nearest above is left");
    tree.set([]);
    assert!(tree.is_empty() && tree.selected_row().is_none());
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
            let count = leaves.len().max(1);
            match step {
                0 => _ = tree.toggle(),
                1 => tree.enter(HEIGHT),
                2 => tree.leave(HEIGHT),
                3 => tree.expand_below(),
                4 => tree.collapse_all(),
                5 | 6 => tree.filter(Some(&[number % count, number / 3 % count])),
                7 => tree.filter(None),
                8 => {
                    tree.filter(None);
                    if let Some(leaf) = leaves.get(number % count) {
                        let path = paths(&[leaf]).remove(0);
                        prop_assert_eq!(tree.select(&path), tree.selected_path() == Some(path));
                    }
                }
                9 => {
                    let texts = others.iter().map(String::as_str).collect::<Vec<_>>();
                    tree.set(paths(&texts).iter().map(Vec::as_slice));
                }
                _ => tree.go(Move::To(number), HEIGHT),
            }
            prop_assert!(tree.rows.is_sorted());
            for node in &tree.rows {
                let mut above = tree.nodes[*node].parent;
                while let Some(node) = above {
                    prop_assert_eq!(tree.is_open(node), Some(true), "what is shown lies in what is open");
                    prop_assert!(tree.rows.contains(&node));
                    above = tree.nodes[node].parent;
                }
            }
            prop_assert_eq!(tree.selected().is_some(), !tree.is_empty());
        }
    }
}
