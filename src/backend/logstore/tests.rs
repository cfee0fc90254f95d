use std::{fs, os::unix::fs::PermissionsExt};

use proptest::prelude::*;

use super::*;

fn small() -> Limits {
    Limits { lines: 3, line_bytes: 20, memory: 1 << 20, streams: 3, disk: 1 << 20, runs: 2 }
}

fn begin(limits: Limits) -> (tempfile::TempDir, RunLog) {
    let folder = tempfile::tempdir().unwrap();
    let log = RunLog::begin(&folder.path().join("state/logs"), limits);
    (folder, log)
}

fn written(log: &RunLog, key: &LogKey) -> Vec<u8> {
    fs::read(log.file(key).unwrap()).unwrap()
}

#[test]
fn the_tail_is_bounded_and_the_file_is_whole() {
    let (_folder, log) = begin(small());
    let key = LogKey::step("build");
    for line in ["1", "2", "3", "4", "5"] {
        log.append(&key, line.as_bytes());
    }
    assert_eq!(log.tail(&key, 10), Tail { lines: vec!["3".into(), "4".into(), "5".into()], before: 2 });
    assert_eq!(log.tail(&key, 1), Tail { lines: vec!["5".into()], before: 4 });
    assert_eq!(written(&log, &key), b"1\n2\n3\n4\n5\n");
    assert_eq!(log.take_problem(), None);
    assert_eq!(log.tail(&LogKey::step("never"), 10), Tail::default());
}

#[test]
fn the_screen_gets_it_clean_and_the_disk_as_it_came() {
    let (_folder, log) = begin(small());
    let key = LogKey::step("build");
    let raw = b"\x1b]0;x\x07\xff\0 a very long line that goes on";
    log.append(&key, raw);
    assert_eq!(log.tail(&key, 1).lines, ["\u{fffd} a very long"]);
    assert_eq!(written(&log, &key), [raw, b"\n".as_slice()].concat());
}

#[test]
fn a_log_in_memory_has_its_tail_and_no_file() {
    let log = RunLog::in_memory(small());
    let key = LogKey::step("reach");
    log.append(&key, b"hello");
    assert_eq!((log.tail(&key, 1).lines, log.file(&key)), (vec!["hello".to_owned()], None));
    assert_eq!(log.take_problem(), None);
}

#[test]
fn nobody_else_reads_it() {
    let (_folder, log) = begin(small());
    log.append(&LogKey::step("build"), b"x");
    let file = log.file(&LogKey::step("build")).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn many_lines_are_one_notice() {
    let (_folder, log) = begin(small());
    let mut seen = log.subscribe();
    assert!(!seen.has_changed().unwrap());
    for _ in 0..100 {
        log.append(&LogKey::step("build"), b"x");
    }
    assert!(seen.has_changed().unwrap());
    seen.mark_unchanged();
    assert!(!seen.has_changed().unwrap());
}

#[test]
fn memory_is_bounded_over_all_streams() {
    let (_folder, log) = begin(Limits { memory: 4000, lines: 1000, streams: 100, ..small() });
    for stream in 0..10 {
        for _ in 0..100 {
            log.append(&LogKey::step(format!("step {stream}")), b"0123456789");
        }
    }
    assert!(log.streams().bytes <= 4000);
    let sum = log.streams().rings.values().map(Ring::bytes).sum::<usize>();
    assert_eq!(log.streams().bytes, sum);
    for key in log.keys() {
        let tail = log.tail(&key, 1000);
        assert_eq!(tail.before + tail.lines.len() as u64, 100);
    }
}

#[test]
fn too_many_streams_are_kept_together() {
    let (_folder, log) = begin(small());
    for stream in 0..10 {
        log.append(&LogKey::step(format!("{stream}")), format!("line {stream}").as_bytes());
    }
    assert_eq!(log.keys().len(), 4);
    let other = LogKey::step("other");
    assert_eq!(log.tail(&other, 1).lines, ["line 9"]);
    assert_eq!(log.tail(&other, 3).before, 4);
}

#[test]
fn a_run_that_says_too_much_is_cut_off_on_disk_and_that_is_said_once() {
    let (_folder, log) = begin(Limits { disk: 100, ..small() });
    let key = LogKey::step("build");
    for _ in 0..50 {
        log.append(&key, b"123456789");
    }
    log.append(&LogKey::step("copy"), b"more");
    assert!(log.take_problem().unwrap().contains("reached 1 MiB"));
    assert_eq!(log.take_problem(), None);
    let text = String::from_utf8(written(&log, &key)).unwrap();
    assert_eq!(text.matches("123456789\n").count(), 10);
    assert!(text.ends_with("cut off here, at 1 MiB\n"));
    assert_eq!(log.file(&LogKey::step("copy")), None);
    assert_eq!(log.tail(&LogKey::step("copy"), 1).lines, ["more"]);
}

#[test]
fn a_disk_that_cannot_be_written_costs_the_text_on_disk_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    fs::write(&file, "in the way").unwrap();
    let log = RunLog::begin(&file.join("logs"), small());
    log.append(&LogKey::step("build"), b"still here");
    log.append(&LogKey::step("build"), b"and here");
    let problem = log.take_problem().unwrap();
    assert!(problem.contains("can't be written") && problem.contains("state/logs"), "{problem}");
    assert_eq!(log.take_problem(), None);
    assert_eq!(log.tail(&LogKey::step("build"), 9).lines, ["still here", "and here"]);
}

#[test]
fn a_disk_that_fills_up_is_said_once_and_the_tail_goes_on() {
    let (_folder, log) = begin(small());
    let key = LogKey::step("build");
    log.append(&key, b"fine");
    // A device that is always full, where the next file would be.
    let full = log.file(&key).unwrap().with_file_name("copy.log");
    std::os::unix::fs::symlink("/dev/full", full).unwrap();
    log.append(&LogKey::step("copy"), b"lost on disk");
    log.append(&LogKey::step("copy"), b"this too");
    log.append(&key, b"and this");
    assert!(log.take_problem().unwrap().contains("No space left"));
    assert_eq!(log.take_problem(), None);
    assert_eq!(log.tail(&LogKey::step("copy"), 9).lines, ["lost on disk", "this too"]);
    assert_eq!(written(&log, &key), b"fine\n");
}

#[test]
fn more_files_than_may_be_open_are_written_all_the_same() {
    let (_folder, log) = begin(Limits { streams: 200, ..small() });
    for round in ["a", "b"] {
        for stream in 0..100 {
            log.append(&LogKey::step(format!("{stream}")), round.as_bytes());
        }
    }
    assert!((0..100).all(|stream| written(&log, &LogKey::step(format!("{stream}"))) == b"a\nb\n"));
}

#[test]
fn the_oldest_runs_go_but_never_one_that_goes_on_nor_what_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path();
    let oldest_but_running = RunLog::begin(logs, small());
    fs::create_dir(logs.join("notes")).unwrap();
    let ended = |stamp: &str| fs::create_dir(logs.join(stamp)).unwrap();
    for stamp in ["20200101T000000Z-1", "20200101T000000Z-10", "20200101T000000Z-9", "20200102T000000Z-1"] {
        ended(stamp);
    }
    let _second = RunLog::begin(logs, Limits { runs: 4, ..small() });
    let left = || {
        let mut names = fs::read_dir(logs)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>();
        names.sort();
        names
    };
    assert_eq!(left().len(), 5);
    assert_eq!(left()[..2], ["20200101T000000Z-10", "20200102T000000Z-1"]);
    let _third = RunLog::begin(logs, Limits { runs: 1, ..small() });
    oldest_but_running.append(&LogKey::step("build"), b"x");
    assert_eq!(written(&oldest_but_running, &LogKey::step("build")), b"x\n");
    assert_eq!(left().len(), 4, "three runs go on, and the notes");
}

proptest! {
    // Each case makes a folder with files.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_said_memory_stays_within_bounds(
        lines in prop::collection::vec((0..30_u8, prop::collection::vec(any::<u8>(), 0..200)), 0..200),
    ) {
        let limits = Limits { lines: 10, line_bytes: 100, memory: 2000, streams: 8, disk: 5000, runs: 2 };
        let (_folder, log) = begin(limits);
        for (stream, line) in &lines {
            log.append(&LogKey::step(format!("{stream}")), line);
        }
        prop_assert!(log.streams().bytes <= limits.memory + 9 * 500);
        prop_assert!(log.keys().len() <= limits.streams + 1);
        let said = log.keys().into_iter().map(|key| {
            let tail = log.tail(&key, 100);
            tail.before + tail.lines.len() as u64
        });
        prop_assert_eq!(said.sum::<u64>(), lines.len() as u64);
    }
}
