//! The console, on the real engine and in a real pseudo-terminal: a text is typed into an editor, others are made of it, and it is shown, copied and wiped.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use rustix::process::Pid;

use crate::{
    cli::Fleet,
    common::terminal::Terminal,
    watch::{holds_any, search_in},
};

/// The text that is typed.
const TEXT: &str = "Poison2kLw6Zt-monkshood";

/// An editor that takes just so many keys, one by one and unseen, and lets a filter have them.
fn editor(fleet: &Fleet, filter: &str) {
    let script = format!(
        "#!/bin/sh\nstty -icanon -echo min 1\nprintf '\\033[H\\033[2Jthe editor has the terminal'\nhead -c {} | {filter} >\"$1\"\n",
        TEXT.len()
    );
    let path = fleet.room.path("bin/editor");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A console whose operator has entered the text, and agreed to what follows from it.
fn entered(fleet: &Fleet, filter: &str) -> Terminal {
    editor(fleet, filter);
    let mut terminal = fleet.room.terminal(
        env!("CARGO_BIN_EXE_steading"),
        &[],
        &[
            ("EDITOR", fleet.room.path("bin/editor").as_path()),
            ("XDG_STATE_HOME", &fleet.room.path("home/state")),
        ],
    );
    terminal.press("4");
    until_row(&terminal, "by/hand", "missing");
    terminal.press("i");
    terminal.until_shown("the editor has the terminal");
    terminal.press(TEXT);
    terminal.until_shown("take what you typed as the value of by/hand?");
    terminal.press("y");
    terminal.until_shown("3 secrets changed");
    terminal
}

/// Waits until a row of the list says this of a secret.
#[track_caller]
fn until_row(terminal: &Terminal, name: &str, state: &str) {
    terminal.until(&format!("{name} {state}"), |screen| {
        let says = |row: String| row.contains(name) && row.contains(state);
        screen.rows(0, 60).any(says).then_some(())
    });
}

/// The most that a core dump of the console that is watched may have, in bytes.
fn core_limit(strace: Pid) -> u64 {
    let strace = strace.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap();
    let console = children.split_whitespace().next().unwrap();
    let limits = fs::read_to_string(format!("/proc/{console}/limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    line.split_whitespace().nth(4).unwrap().parse().unwrap()
}

#[test]
fn a_text_is_on_the_screen_while_it_is_revealed_and_nowhere_else() {
    let Some(fleet) = Fleet::new() else { return };
    let mut terminal = entered(&fleet, "cat");
    assert!(core_limit(terminal.process()) <= 1, "one of a byte is none");
    // What is gone is made again, and read from what was entered.
    fs::remove_file(fleet.room.path("fleet/secrets/data/in/json.age")).unwrap();
    fs::remove_file(fleet.room.path("fleet/secrets/entropy/in/json.age")).unwrap();
    until_row(&terminal, "in/json", "↻ value lost");
    terminal.press("a");
    terminal.until_shown("makes a new value: in/json");
    terminal.press("y");
    terminal.until_shown("1 secret changed");
    assert!(!holds_any(&terminal.bytes(), &[TEXT]), "nothing of it was shown");

    terminal.press("ggv");
    terminal.until_shown("<entered by hand>");
    terminal.press("v");
    terminal.until_shown(TEXT);
    terminal.press("y");
    terminal.until_shown("copied: the text of by/hand");
    terminal.press("v");
    terminal.until("the text gone", |screen| (!screen.contents().contains(TEXT)).then_some(()));
    terminal.press("\x1b");
    terminal.until_shown("┌ Secrets");
    let told = terminal.bytes().len();
    terminal.press("@");
    terminal.until_shown("commands that were run");
    terminal.press("q");
    terminal.until("the journal gone", |screen| {
        (!screen.contents().contains("commands that were run")).then_some(())
    });
    terminal.press("q");
    let bytes = terminal.bytes();
    let (status, _) = terminal.ends_clean();
    assert_eq!(status, 0);
    assert!(!holds_any(&bytes[told..], &[TEXT]), "it is not shown again");

    let seen = fleet.room.seen(0, String::new(), String::new());
    let (on_screen, leaks) =
        seen.leaks(&[TEXT]).into_iter().partition::<Vec<_>, _>(|call| call.contains("</dev/pts/"));
    assert!(on_screen.len() >= 2, "the watch saw it shown and copied: {on_screen:#?}");
    assert_eq!(leaks, Vec::<String>::new());
    assert_eq!(fleet.room.left(&[TEXT]), Vec::<String>::new());
    assert_eq!(search_in(Path::new("/dev/shm"), &[TEXT]), Vec::<String>::new());
    fleet.reveals("in/template", &format!("user:{TEXT}\n"), &[TEXT]);
}

#[test]
fn an_editor_that_keeps_a_copy_is_found_out() {
    let Some(fleet) = Fleet::new() else { return };
    let mut terminal = entered(&fleet, "tee \"$HOME/kept\"");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
    let seen = fleet.room.seen(0, String::new(), String::new());
    for found in [seen.leaks(&[TEXT]), fleet.room.left(&[TEXT])] {
        assert!(found.len() == 1 && found[0].contains("home/kept"), "{found:#?}");
    }
}
