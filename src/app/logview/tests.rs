use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;
use crate::{app::cursor::Move, backend::logstore::Limits};

fn build() -> LogKey {
    LogKey::step("build")
}

fn copy() -> LogKey {
    LogKey::host_step("gate".parse().unwrap(), "copy")
}

fn say(log: &RunLog, key: &LogKey, lines: &[&str]) {
    for line in lines {
        log.append(key, line.as_bytes());
    }
}

fn numbered(log: &RunLog, from: usize, to: usize) {
    for number in from..to {
        log.append(&build(), format!("line {number}").as_bytes());
    }
}

fn view(log: &RunLog, width: u16, height: u16) -> LogView {
    let mut view = LogView::new();
    view.resize(width, height);
    view.add(log.clone());
    view.refresh();
    view
}

/// The rows in sight; `>` before the marked line.
fn shown(view: &LogView) -> Vec<String> {
    let rows = view.window(view.size.0, view.size.1);
    let text = |row: &Row| match &row.part {
        Part::Missing(count) => format!("({count} missing)"),
        Part::Text(range) => {
            let mark = if row.marked { ">" } else { "" };
            format!("{mark}{}", &without_colours(&row.held.line.text)[range.clone()])
        }
    };
    rows.iter().map(text).collect()
}

#[test]
fn new_lines_are_followed_until_one_stops() {
    let log = RunLog::in_memory(Limits::default());
    let mut view = view(&log, 40, 3);
    assert!(shown(&view).is_empty() && view.follows());
    numbered(&log, 0, 5);
    view.refresh();
    assert_eq!(shown(&view), ["line 2", "line 3", "line 4"]);
    view.toggle_follow();
    numbered(&log, 5, 9);
    view.refresh();
    assert_eq!(shown(&view), ["line 2", "line 3", "line 4"], "what is read stays");
    view.go(Move::By(2));
    assert_eq!(shown(&view), ["line 4", "line 5", "line 6"]);
    view.go(Move::By(99));
    assert_eq!(shown(&view), ["line 6", "line 7", "line 8"]);
    view.go(Move::By(-1));
    assert_eq!(shown(&view), ["line 5", "line 6", "line 7"]);
    view.go(Move::Top);
    assert_eq!(shown(&view), ["line 0", "line 1", "line 2"]);
    assert!(!view.follows());
    view.go(Move::Bottom);
    assert!(view.follows());
    view.go(Move::HalfPages(-2));
    assert_eq!(shown(&view), ["line 4", "line 5", "line 6"]);
    assert!(!view.follows(), "who scrolls up reads");
}

#[test]
fn what_fell_out_of_memory_is_counted_where_it_was() {
    let log = RunLog::in_memory(Limits { lines: 4, ..Limits::default() });
    numbered(&log, 0, 10);
    let mut view = view(&log, 40, 9);
    assert_eq!(shown(&view), ["(6 missing)", "line 6", "line 7", "line 8", "line 9"]);
    view.pause();
    numbered(&log, 10, 20);
    view.refresh();
    assert_eq!(
        shown(&view),
        [
            "(6 missing)",
            "line 6",
            "line 7",
            "line 8",
            "line 9",
            "(6 missing)",
            "line 16",
            "line 17",
            "line 18"
        ]
    );
    assert_eq!(view.counts().missing, 12);
    view.filter("line");
    assert_eq!(shown(&view)[0], "line 6", "between lines of a filter nobody knows where");
}

#[test]
fn a_pause_keeps_what_is_read_whatever_comes() {
    let log = RunLog::in_memory(Limits { lines: 2 * MOST_LINES, ..Limits::default() });
    numbered(&log, 0, 10);
    let mut view = view(&log, 40, 3);
    view.go(Move::Top);
    for round in 0..6 {
        numbered(&log, 10 + round * 10_000, 10 + (round + 1) * 10_000);
        view.refresh();
        assert_eq!(shown(&view), ["line 0", "line 1", "line 2"]);
    }
    let counts = view.counts();
    let left = 60_010 - MOST_LINES as u64;
    assert_eq!((counts.held, counts.waiting, counts.missing), (MOST_LINES, left, 0));
    view.follow();
    let counts = view.counts();
    assert_eq!((counts.held, counts.waiting, counts.missing), (MOST_LINES, 0, left));
    assert_eq!(shown(&view).last().unwrap(), "line 60009");
    view.go(Move::Top);
    assert_eq!(shown(&view)[..2], [format!("({left} missing)"), format!("line {left}")]);
}

#[test]
fn long_texts_are_bounded_too() {
    let log = RunLog::in_memory(Limits { lines: 2 * MOST_LINES, memory: 1 << 30, ..Limits::default() });
    let mut view = view(&log, 40, 3);
    let line = "x".repeat(8 * 1024);
    for _ in 0..2500 {
        log.append(&build(), line.as_bytes());
    }
    view.refresh();
    assert!(view.bytes <= MOST_BYTES && view.counts().held > 2000);
    view.pause();
    for _ in 0..2500 {
        log.append(&build(), line.as_bytes());
        view.refresh();
    }
    assert!(view.bytes <= MOST_BYTES + line.len());
}

#[test]
fn streams_are_shown_as_one_or_alone() {
    let log = RunLog::in_memory(Limits::default());
    say(&log, &build(), &["b1"]);
    say(&log, &copy(), &["c1"]);
    say(&log, &build(), &["b2"]);
    let mut view = view(&log, 40, 9);
    assert_eq!(shown(&view), ["b1", "c1", "b2"]);
    assert_eq!(view.columns(80), [2, 0, 10]);
    view.set_scope(Scope::Host("gate".parse().unwrap()));
    assert_eq!(shown(&view), ["c1"]);
    view.filter("!2");
    view.set_scope(Scope::Stream(build()));
    assert_eq!((shown(&view), view.columns(80)), (vec!["b1".to_owned()], [2, 0, 0]));
    assert_eq!(view.file_name(), "steading-build.log");
    view.set_scope(Scope::Stream(copy()));
    assert_eq!(view.file_name(), "steading-gate-copy.log");
}

#[test]
fn the_logs_of_two_runs_are_one() {
    let (plan, apply) = (RunLog::in_memory(Limits::default()), RunLog::in_memory(Limits::default()));
    let at = |second| UNIX_EPOCH + Duration::from_secs(second);
    plan.append_at(&build(), b"p1", at(1));
    apply.append_at(&build(), b"a1", at(3));
    plan.append_at(&build(), b"p2", at(2));
    let mut view = view(&plan, 40, 9);
    view.add(apply.clone());
    view.refresh();
    assert_eq!(shown(&view), ["p1", "p2", "a1"]);
    apply.append_at(&build(), b"a2", at(4));
    view.refresh();
    assert_eq!(shown(&view), ["p1", "p2", "a1", "a2"]);
    view.begin();
    view.refresh();
    assert!(shown(&view).is_empty());
}

#[test]
fn a_filter_goes_on_as_lines_come() {
    let log = RunLog::in_memory(Limits::default());
    say(&log, &build(), &["apple", "\x1b[31mban\x1b[0mana", "cherry"]);
    let mut view = view(&log, 40, 9);
    view.filter("an");
    assert_eq!(shown(&view), ["banana"]);
    say(&log, &build(), &["orange", "plum"]);
    view.refresh();
    assert_eq!((shown(&view), view.counts().shown), (vec!["banana".to_owned(), "orange".to_owned()], 2));
    view.filter("!an");
    assert_eq!(shown(&view), ["apple", "cherry", "plum"]);
    view.filter("");
    assert_eq!((shown(&view).len(), view.filter_text()), (5, ""));
}

#[test]
fn a_search_goes_round() {
    let log = RunLog::in_memory(Limits::default());
    numbered(&log, 0, 30);
    let mut view = view(&log, 40, 4);
    assert!(view.search("line 1") && !view.follows());
    assert_eq!(view.counts().found, 11);
    assert_eq!(shown(&view), ["line 18", ">line 19", "line 20", "line 21"], "the newest, while it follows");
    view.next_match();
    assert_eq!(shown(&view), ["line 0", ">line 1", "line 2", "line 3"]);
    view.previous_match();
    view.previous_match();
    assert_eq!(
        shown(&view),
        ["line 18", "line 19", "line 20", "line 21"].map(|l| if l == "line 18" { ">line 18" } else { l })
    );
    assert!(!view.search("nowhere") && !view.next_match() && view.has_search());
    view.clear_search();
    assert!(!view.has_search());
}

#[test]
fn one_finds_the_first_error_at_once() {
    let log = RunLog::in_memory(Limits::default());
    numbered(&log, 0, 20);
    say(&log, &build(), &["\x1b[31;1merror:\x1b[0m builder failed", "more", "main.c:1:2: error: no"]);
    numbered(&log, 23, 40);
    let mut view = view(&log, 40, 4);
    assert_eq!(view.counts().errors, 2);
    assert!(view.first_error());
    assert_eq!(shown(&view), ["line 19", ">error: builder failed", "more", "main.c:1:2: error: no"]);
    assert!(view.next_error());
    assert_eq!(shown(&view)[3], ">main.c:1:2: error: no", "it is in sight already");
    assert!(view.next_error());
    assert_eq!(shown(&view)[1], ">error: builder failed");
    view.filter("line");
    assert_eq!((view.first_error(), view.counts().errors), (false, 0));
}

#[test]
fn long_lines_go_on_below_or_at_the_right() {
    let log = RunLog::in_memory(Limits::default());
    say(&log, &build(), &["short", "abcdefghijklmnopqrst needle", "end"]);
    let mut view = view(&log, 10, 4);
    view.set_scope(Scope::Stream(build()));
    view.toggle_wrap();
    assert_eq!(shown(&view), ["ijklmnop", "qrst nee", "dle", "end"]);
    view.go(Move::By(-1));
    assert_eq!(shown(&view), ["abcdefgh", "ijklmnop", "qrst nee", "dle"]);
    view.scroll(5);
    assert_eq!(view.left(), 0);
    view.toggle_wrap();
    assert!(view.search("needle"));
    assert_eq!(view.left(), 19, "scrolled to what was found");
    view.scroll(-99);
    assert_eq!(view.left(), 0);
    view.scroll(isize::MAX);
    assert_eq!(view.left(), 26);
}

fn step() -> impl Strategy<Value = (u8, u8)> {
    (0..22_u8, any::<u8>())
}

proptest! {
    #[test]
    fn any_sequence_shows_a_piece_of_the_log(steps in prop::collection::vec(step(), 0..60)) {
        let log = RunLog::in_memory(Limits { lines: 12, ..Limits::default() });
        let mut view = view(&log, 20, 5);
        for (step, number) in steps {
            match step {
                0 => view.toggle_follow(),
                1 => view.toggle_wrap(),
                2 => view.toggle_times(),
                3 => view.filter(["", "a", "!a", "error"][usize::from(number) % 4]),
                4 => _ = view.search(["", "b", "ab", "zz"][usize::from(number) % 4]),
                5 => _ = view.next_match(),
                6 => _ = view.previous_match(),
                7 => _ = view.first_error() | view.next_error(),
                8 => view.set_scope([Scope::All, Scope::Stream(build()), Scope::Stream(copy())][usize::from(number) % 3].clone()),
                9 => view.go(Move::By(isize::from(number) - 128)),
                10 => view.go(Move::HalfPages(isize::from(number) - 128)),
                11 => view.go([Move::Top, Move::Bottom, Move::To(number.into())][usize::from(number) % 3]),
                12 => view.scroll(isize::from(number) - 128),
                13 => view.resize(u16::from(number % 40), u16::from(number / 40)),
                14..18 => view.refresh(),
                _ => {
                    let key = if number % 2 == 0 { build() } else { copy() };
                    for count in 0..number % 20 {
                        let text = ["a", "error: ab", "日本語 a long line that goes on", "\x1b[31mb\x1b[0m"];
                        log.append(&key, text[usize::from(number.wrapping_add(count)) % 4].as_bytes());
                    }
                }
            }
            let (width, height) = view.size;
            let rows = view.window(width, height);
            prop_assert!(rows.len() <= height);
            let len = view.len();
            prop_assert!(rows.len() == height || view.offset(width, height) == 0, "no empty rows while there are others");
            if view.follows() && let Some(last) = rows.last() {
                let (_, held) = view.at(len - 1).unwrap();
                prop_assert_eq!(last.held.line.number, held.line.number);
            }
            for row in rows {
                if let Part::Text(range) = row.part {
                    prop_assert!(without_colours(&row.held.line.text).get(range).is_some());
                }
            }
            let counts = view.counts();
            let shown = (0..len).map(|place| view.at(place).unwrap().1).collect::<Vec<_>>();
            prop_assert_eq!(counts.found, shown.iter().filter(|held| held.found).count());
            prop_assert_eq!(counts.errors, shown.iter().filter(|held| held.error).count());
            let said = view.sources[0].log.read(&view.scope, 0, 0).said;
            if step == 14 {
                prop_assert_eq!(counts.held as u64 + counts.missing + counts.waiting + view.missed, said);
            }
            prop_assert_eq!(view.bytes, view.lines.iter().map(|held| held.line.text.len()).sum::<usize>());
        }
    }
}
