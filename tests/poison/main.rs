//! No plaintext where it does not belong: a text that is nowhere else goes through all that Steading does with secrets, and is searched for.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(clippy::print_stdout, reason = "why a test was skipped belongs into its output")]

mod cli;
#[path = "../common/mod.rs"]
mod common;
mod console;
mod deploy;
mod lab;
mod library;
mod watch;

use std::process::Command;

use watch::Room;

/// What is searched for.
const POISON: &str = "Poison7fQ2xKd9-hemlock";

/// A program that does what it must not, in the room's fleet.
fn planted(room: &Room, script: &str) -> Vec<String> {
    let mut shell = room.command("/bin/sh");
    shell.args(["-c", script]);
    let seen = room.watch(&mut shell, POISON);
    assert_eq!(seen.status, 0, "{}", seen.stderr);
    [seen.leaks(&[POISON]), room.left(&[POISON])].concat()
}

#[test]
fn the_watch_sees_what_it_must() {
    let Some(room) = Room::new() else { return };
    let git = |words: &[&str]| {
        let git = Command::new("git").args(words).current_dir(room.path("fleet")).status().unwrap();
        assert!(git.success());
    };
    git(&["init", "-q"]);
    let read = "read -r p || :;";
    // The text comes on standard input, so that the shell's own call does not have it.
    for (what, script, clue) in [
        ("an argument", "/bin/true \"$p\"", "execve("),
        ("a variable", "p=$p /bin/env >/dev/null", "execve("),
        ("a variable in base 64", "X=$(printf %s \"zz$p\" | base64) /bin/true", "execve("),
        (
            "a variable in hexadecimal",
            "X=$(printf %s \"$p\" | od -An -tx1 | tr -d ' \\n') /bin/true",
            "execve(",
        ),
        ("standard error", "echo \"$p\" >&2", "standard error"),
        ("a file", "echo \"$p\" >file", "/fleet/file"),
        ("a file that is gone", "echo \"$p\" >gone; rm gone", "/fleet/gone"),
        ("a file without a name", "exec 3>nameless; rm nameless; echo \"$p\" >&3", "nameless"),
        ("a name", ": >\"$p\"", "the name"),
        ("a file in the temporary folder", "echo \"$p\" >\"$TMPDIR/t\"", "/tmp/t"),
        ("an object of git", "echo \"$p\" >o; git add o; rm o; git rm -q --cached o", "an object of git"),
    ] {
        let leaks = planted(&room, &format!("{read} {script}"));
        assert!(leaks.iter().any(|leak| leak.contains(clue)), "{what}: {leaks:#?}");
        for left in ["file", POISON, "../tmp/t"] {
            let _ = std::fs::remove_file(room.path("fleet").join(left));
        }
    }
    std::fs::remove_dir_all(room.path("fleet/.git")).unwrap();
    git(&["init", "-q"]);
    for (what, script) in [
        ("a pipe", "echo \"$p\" | cat >/dev/null"),
        ("memory", "echo \"$p\" >/dev/shm/steading-poison-test; rm /dev/shm/steading-poison-test"),
    ] {
        let leaks = planted(&room, &format!("{read} {script}"));
        assert!(leaks.is_empty(), "{what}: {leaks:#?}");
    }
}
