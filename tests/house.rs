//! The rules of the house: which room may know which, and who touches the world.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every source file below `src`, relative to it, with its text without comments.
fn sources() -> Vec<(String, String)> {
    fn visit(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    visit(&root, &mut files);
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        (name, text.lines().map(code).collect::<Vec<_>>().join("\n"))
    };
    files.into_iter().map(read).collect()
}

/// Where code of `rooms` (all but those in `allowed`) names one of `words`.
fn offences(rooms: &[&str], allowed: &[&str], words: &[&str]) -> Vec<String> {
    let within = |name: &str, rooms: &[&str]| rooms.iter().any(|room| name.starts_with(room));
    let mut offences = Vec::new();
    for (name, text) in sources() {
        if !within(&name, rooms) || within(&name, allowed) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(*word)) {
                offences.push(format!("src/{name}:{}: {word}", number + 1));
            }
        }
    }
    offences
}

#[test]
fn the_test_sees_the_house() {
    assert!(sources().len() > 20);
    assert!(!offences(&["backend"], &[], &["tokio"]).is_empty(), "the search finds what is there");
}

#[test]
fn the_backend_knows_no_screen() {
    let words =
        ["crate::app", "crate::views", "ratatui", "crossterm", "indicatif", "anstream", "anstyle", "clap::"];
    assert_eq!(offences(&["backend"], &[], &words), Vec::<String>::new());
}

#[test]
fn views_only_draw() {
    let words = [
        "tokio",
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::time::Instant",
        "SystemTime::now",
        "async fn",
    ];
    assert_eq!(offences(&["views"], &[], &words), Vec::<String>::new());
    assert_eq!(offences(&["views/report"], &[], &["crate::app"]), Vec::<String>::new());
}

#[test]
fn programs_are_started_in_one_place() {
    let words = ["Command::new", "tokio::process", "std::process::Command"];
    let allowed = ["app/editor.rs", "backend/process", "backend/ssh"];
    assert_eq!(offences(&["backend", "app", "views", "main.rs"], &allowed, &words), Vec::<String>::new());
}

#[test]
fn the_terminal_is_touched_in_one_place() {
    let words = [
        "crossterm::terminal",
        "crossterm::cursor",
        "crossterm::execute",
        "crossterm::queue",
        "enable_raw_mode",
        "EventStream",
        "event::poll",
        "event::read",
        "io::stdout",
    ];
    let allowed = ["app/runtime", "app/term"];
    assert_eq!(offences(&["backend", "app", "views", "main.rs"], &allowed, &words), Vec::<String>::new());
    assert!(!offences(&["app/term"], &[], &words).is_empty(), "the search finds what is there");
}

#[test]
fn the_model_is_plain_data() {
    let words = ["tokio", "std::fs", "std::io", "crate::backend", "super::super"];
    assert_eq!(offences(&["backend/model"], &[], &words), Vec::<String>::new());
}

#[test]
fn a_file_is_a_room() {
    let too_long = sources()
        .into_iter()
        .map(|(name, text)| (text.lines().count(), name))
        .filter(|(lines, _)| *lines > 400);
    assert_eq!(too_long.collect::<Vec<_>>(), [], "files of over 400 lines are asking to be two");
}

#[test]
fn the_thin_binary_stays_thin() {
    let (_, main) = sources().into_iter().find(|(name, _)| name == "main.rs").unwrap();
    assert!(main.lines().count() < 60);
}
