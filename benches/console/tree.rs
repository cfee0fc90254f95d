//! A tree of 50,000 values: from a key to the rows it leads to, drawn.

use std::hint::black_box;

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use steading::{
    app::{cursor::Move, glyph::Glyphs, theme::Theme, tree::Tree},
    views::widget::{Column, Look, Row, Table, branch, rows_in_sight},
};

use crate::{
    filter::names,
    measure::{FRAME, Times},
};

const ROUNDS: usize = 300;

pub fn run() {
    let path = |name: &String| std::iter::once("config").chain(name.split('.')).map(str::to_owned).collect();
    let mut paths = names().iter().map(path).collect::<Vec<Vec<_>>>();
    // As the backend hands them over.
    paths.sort();
    let area = Rect::new(0, 0, 120, 40);
    let height = rows_in_sight(area.height);
    let mut buffer = Buffer::empty(area);
    let mut tree = Tree::default();
    let (mut set, mut moved, mut toggled, mut all, mut filtered) =
        (Times::default(), Times::default(), Times::default(), Times::default(), Times::default());
    for _ in 0..20 {
        set.take(|| tree.set(paths.iter().map(Vec::as_slice)));
    }
    let every_tenth = (0..paths.len()).step_by(10).collect::<Vec<_>>();
    for round in 0..ROUNDS {
        all.take(|| {
            tree.go(Move::Top, height);
            tree.expand_below();
            draw(&mut buffer, area, &tree);
        });
        moved.take(|| {
            tree.go(Move::To(round * 97), height);
            draw(&mut buffer, area, &tree);
        });
        toggled.take(|| {
            tree.leave(height);
            draw(&mut buffer, area, &tree);
        });
        filtered.take(|| {
            tree.filter(Some(&every_tenth));
            draw(&mut buffer, area, &tree);
        });
        tree.filter(None);
    }
    println!("  {} values, {} rows when all are open, drawn in 120x40", paths.len(), open_rows(&paths));
    moved.against_limit("a move", FRAME);
    toggled.against_limit("a branch closed, or left", FRAME);
    all.against_limit("all below opened", FRAME);
    filtered.against_limit("5,000 matches shown", FRAME);
    set.against_limit("all of it set anew", FRAME);
}

fn open_rows(paths: &[Vec<String>]) -> usize {
    let mut tree = Tree::default();
    tree.set(paths.iter().map(Vec::as_slice));
    tree.filter(Some(&(0..paths.len()).collect::<Vec<_>>()));
    tree.len()
}

fn draw(buffer: &mut Buffer, area: Rect, tree: &Tree) {
    let theme = Theme::default();
    let look = Look { theme: &theme, glyphs: Glyphs::Unicode };
    let columns = [Column::new("Option", 20, 60), Column::new("Value", 8, 40)];
    let table = Table {
        columns: &columns,
        len: tree.len(),
        cursor: tree.cursor,
        focused: true,
        marks: false,
        empty: "",
    };
    table.draw(buffer, area, look, |row| {
        let row = tree.row(row).unwrap();
        Row::from_iter([branch(look, row.depth, row.open, Line::raw(row.label)), Line::raw("true")])
    });
    black_box(buffer);
}
