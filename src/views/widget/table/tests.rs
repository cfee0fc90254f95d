use ratatui::style::Stylize;

use super::*;
use crate::{
    app::cursor::Move,
    views::widget::{
        branch, status,
        testing::{ascii, drawn, sixteen},
    },
};

const COLUMNS: [Column; 3] = [
    Column::new("Host", 4, 20),
    Column::new("Age", 4, 9).expendable(1).right(),
    Column::new("Status", 8, u16::MAX),
];

fn table(len: usize, selected: usize) -> Table<'static> {
    let mut cursor = Cursor::default();
    cursor.go(Move::To(selected), len, 4);
    Table {
        columns: &COLUMNS,
        len,
        cursor,
        focused: true,
        marks: true,
        empty: "no host matches the filter\nEsc clears it",
    }
}

fn row(look: Look<'static>, index: usize) -> Row<'static> {
    let state = match index % 3 {
        0 => status(look, Glyph::Good, "up to date", Role::Good),
        1 => status(look, Glyph::Bad, "unreachable", Role::Bad),
        _ => Line::raw("日本 behind"),
    };
    Row::from_iter([Line::raw(format!("host-{index}")), Line::raw(format!("{} h", index * 7)), state])
        .marked(index % 2 == 1)
}

#[test]
fn the_cursor_row_is_told_by_sign_and_colour() {
    insta::assert_snapshot!(drawn(40, 5, |buffer, area| {
        table(3, 1).draw(buffer, area, sixteen(), |index| row(sixteen(), index));
    }), @r"
    |   Host     Age  Status
    |   host-0   0 h  ✓ up to date
    |❯◉ host-1   7 h  ✗ unreachable
    |   host-2  14 h  日本 behind
    |
    0:3-6 BOLD
    0:12-14 BOLD
    0:17-22 BOLD
    1:17-28 Green
    2:0-0 REVERSED
    2:1-1 Yellow BOLD | REVERSED
    2:2-16 REVERSED
    2:17-29 Red BOLD | REVERSED
    2:30-39 REVERSED
    ");
}

#[test]
fn a_long_table_shows_where_one_is() {
    insta::assert_snapshot!(drawn(40, 5, |buffer, area| {
        let table = Table { focused: false, ..table(1000, 500) };
        table.draw(buffer, area, ascii(), |index| row(ascii(), index));
    }), @r"
    |   Host         Age  Status
    |   host-498  3486 h  + up to date      |
    | * host-499  3493 h  x unreachable     #
    |>  host-500  3500 h  日本 behind       |
    | * host-501  3507 h  + up to date      |
    0:3-6 BOLD
    0:16-18 BOLD
    0:21-26 BOLD
    1:21-32 Green
    1:39-39 DIM
    2:1-1 Yellow BOLD
    2:21-33 Red BOLD
    3:0-0 UNDERLINED | REVERSED
    3:1-38 UNDERLINED
    3:39-39 DIM
    4:1-1 Yellow BOLD
    4:21-32 Green
    4:39-39 DIM
    ");
}

#[test]
fn narrow_tables_keep_what_matters() {
    insta::assert_snapshot!(drawn(20, 3, |buffer, area| {
        table(2, 0).draw(buffer, area, sixteen(), |index| row(sixteen(), index));
    }), @r"
    |   Host    Status
    |❯  host-0  ✓ up to ⋯
    | ◉ host-1  ✗ unreac⋯
    0:3-6 BOLD
    0:11-16 BOLD
    1:0-10 REVERSED
    1:11-19 Green REVERSED
    2:1-1 Yellow BOLD
    2:11-19 Red BOLD
    ");
}

#[test]
fn an_empty_table_says_why() {
    insta::assert_snapshot!(drawn(30, 4, |buffer, area| {
        table(0, 0).draw(buffer, area, sixteen(), |_| unreachable!());
    }), @r"
    |   Host   Age  Status
    |   no host matches the filter
    |   Esc clears it
    |
    0:3-6 BOLD
    0:10-12 BOLD
    0:15-20 BOLD
    1:3-28 DIM
    2:3-15 DIM
    ");
}

#[test]
fn a_tree_is_a_table_with_indented_cells() {
    insta::assert_snapshot!(drawn(30, 4, |buffer, area| {
        let columns = [Column::new("Option", 10, 30)];
        let table = Table { columns: &columns, marks: false, ..table(3, 2) };
        let rows = [(0, Some(true), "network"), (1, Some(false), "hosts"), (1, None, "domain")];
        table.draw(buffer, area, sixteen(), |index| {
            let (depth, open, name) = rows[index];
            Row::from_iter([branch(sixteen(), depth, open, Line::from(name.cyan()))])
        });
    }), @r"
    |  Option
    |  ▾ network
    |    ▸ hosts
    |❯     domain
    0:2-7 BOLD
    1:2-3 DIM
    1:4-10 Cyan
    2:2-5 DIM
    2:6-10 Cyan
    3:0-1 REVERSED
    3:2-5 DIM | REVERSED
    3:6-11 Cyan REVERSED
    3:12-29 REVERSED
    ");
}

#[test]
fn only_rows_in_sight_are_built() {
    let mut built = Vec::new();
    drawn(30, 6, |buffer, area| {
        table(50_000, 25_000).draw(buffer, area, sixteen(), |index| {
            built.push(index);
            row(sixteen(), index)
        });
    });
    assert_eq!(built.len(), rows_in_sight(6));
    assert!(built.contains(&25_000));
}

#[test]
fn no_size_is_too_small_to_try() {
    for width in 0..12 {
        for height in 0..4 {
            drawn(width, height, |buffer, area| {
                table(9, 5).draw(buffer, area, sixteen(), |index| row(sixteen(), index));
            });
        }
    }
}
