//! Child processes that misbehave. Nothing here sleeps: children do, and a deadline guards each test.

// Helpers of tests may fail loudly as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    future::Future,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    process::ExitStatus,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use steading::backend::{
    error::ErrorKind,
    process::{CAPTURE_LIMIT, Exit, Invocation, LINE_LIMIT, Patience, Stream, capture, quote, run, run_raw},
};
use tokio_util::sync::CancellationToken;

const MEBIBYTE: usize = 1024 * 1024;

/// Patience for tests: the steps come quickly.
const HASTY: Patience = Patience {
    interrupt: Duration::from_millis(200),
    terminate: Duration::from_millis(200),
    pipes: Duration::from_millis(200),
};

fn shell(script: &str) -> Invocation {
    Invocation::new("/bin/sh").args(["-c", script])
}

fn never() -> CancellationToken {
    CancellationToken::new()
}

/// Runs a test's body; far too long is a failure, not a hang.
fn within<T>(seconds: u64, body: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(seconds), body).await.expect("it should have ended long ago")
    })
}

/// The lines that a child says, by pipe, and how it ended.
async fn lines(invocation: &Invocation) -> (Vec<Vec<u8>>, Vec<Vec<u8>>, Exit) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(invocation, &never(), |stream, line| {
        if stream == Stream::Out { &mut out } else { &mut err }.push(line.to_vec());
    })
    .await
    .unwrap();
    (out, err, exit)
}

/// Runs a test in a process of its own, where no other test takes memory at the same time.
#[track_caller]
fn alone(name: &str, test: fn()) {
    const MARK: &str = "STEADING_TEST_ALONE";
    if std::env::var_os(MARK).is_some() {
        return test();
    }
    let program = std::env::current_exe().unwrap();
    let ran = std::process::Command::new(program)
        .args(["--exact", name, "--nocapture"])
        .env(MARK, "yes")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// The memory of this process that is in use, in bytes.
fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Whether a process is gone, or dead and only waiting to be collected by whoever is its parent now.
fn is_gone(pid: i32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat"));
    state.map_or(true, |state| state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
}

fn wait_until_gone(pid: i32) {
    let started = Instant::now();
    while !is_gone(pid) {
        assert!(started.elapsed() < Duration::from_secs(20), "process {pid} lives on");
        std::thread::yield_now();
    }
}

fn number(line: &[u8]) -> i32 {
    std::str::from_utf8(line).unwrap().trim().parse().unwrap()
}

#[test]
fn both_pipes_are_read_to_the_end_and_the_status_is_told() {
    let (out, err, exit) =
        within(30, lines(&shell("echo one; echo two >&2; printf 'no final newline'; exit 7")));
    assert_eq!(out, [b"one".to_vec(), b"no final newline".to_vec()]);
    assert_eq!(err, [b"two".to_vec()]);
    assert_eq!((exit.status.code(), exit.cancelled), (Some(7), false));
}

#[test]
fn raw_bytes_come_as_they_are() {
    let (out, _, _) = within(30, lines(&shell(r"printf '\000\377\200\033[31m\r\n\n\303'")));
    assert_eq!(out, [b"\0\xff\x80\x1b[31m\r".to_vec(), vec![], vec![0xc3]]);
}

#[test]
fn a_child_that_dies_is_told_by_its_signal() {
    let (out, _, exit) = within(30, lines(&shell("echo last words; kill -9 $$; echo never")));
    assert_eq!(out, [b"last words".to_vec()]);
    assert_eq!((exit.status.signal(), exit.cancelled), (Some(9), false));
}

#[test]
fn a_child_may_close_its_output_and_go_on() {
    let (out, err, exit) =
        within(30, lines(&shell("echo a; exec >&-; sleep 0.2; echo b >&2; exec 2>&-; sleep 0.2; exit 5")));
    assert_eq!((out, err), (vec![b"a".to_vec()], vec![b"b".to_vec()]));
    assert_eq!(exit.status.code(), Some(5));
}

#[test]
fn a_flood_on_both_pipes_is_read_whole_in_little_memory() {
    alone("a_flood_on_both_pipes_is_read_whole_in_little_memory", flood_on_both_pipes);
}

fn flood_on_both_pipes() {
    let each = 200 * MEBIBYTE;
    let flood = shell(&format!(
        "head -c {each} /dev/zero >&2 & yes 0123456789 | head -c {each} & wait; printf end; printf end >&2"
    ));
    let before = resident();
    let (mut out, mut err, mut longest, mut most) = (0, 0, 0, 0);
    let exit = within(
        120,
        run(&flood, &never(), |stream, line| {
            longest = longest.max(line.len());
            if stream == Stream::Out {
                out += line.len() + 1;
            } else {
                // A line without an end: pieces, no ends to count.
                err += line.len();
                most = most.max(resident());
            }
        }),
    )
    .unwrap();
    assert!(exit.status.success());
    assert_eq!(out, each + "end".len() + 1);
    assert_eq!(err, each + "end".len());
    assert_eq!(longest, LINE_LIMIT);
    assert!(most < before + 64 * MEBIBYTE, "{} MiB more than before", (most - before) / MEBIBYTE);
}

#[test]
fn what_is_captured_is_byte_for_byte_what_was_said() {
    let long = "x".repeat(3 * LINE_LIMIT + 1);
    let output =
        within(30, capture(&shell("cat; printf 'a\n\nb' >&2").input(long.clone()), &never())).unwrap();
    assert_eq!(output.stdout, long.as_bytes());
    assert_eq!(output.stderr, b"a\n\nb");
}

#[test]
fn too_much_to_capture_is_an_error_and_stops_the_child() {
    let failure = within(120, capture(&shell("exec cat /dev/zero").patience(HASTY), &never())).unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Process);
    assert!(failure.what.contains(&format!("{} MiB", CAPTURE_LIMIT / MEBIBYTE)), "{failure}");
}

#[test]
fn input_is_handed_over_while_output_is_read() {
    let input = b"0123456789abcde\n".repeat(256 * 1024);
    let output = within(60, capture(&Invocation::new("cat").input(input.clone()), &never())).unwrap();
    assert_eq!(output.stdout.len(), input.len());
    assert!(output.stdout == input);
}

#[test]
fn input_that_nobody_reads_is_no_failure() {
    let (out, _, exit) = within(30, lines(&shell("echo done").input(vec![b'x'; 8 * MEBIBYTE])));
    assert_eq!(out, [b"done".to_vec()]);
    assert!(exit.status.success());
}

#[test]
fn without_input_there_is_nothing_to_read() {
    let (out, _, exit) = within(30, lines(&shell("cat; echo end")));
    assert_eq!(out, [b"end".to_vec()]);
    assert!(exit.status.success());
}

/// Cancels a script once it has said `ready`, and tells how it ended, how long that took and what it said in the meantime.
fn cancelled_once_ready(script: &str, patience: Patience) -> (ExitStatus, Duration, Vec<Vec<u8>>) {
    let cancel = CancellationToken::new();
    let (mut since, mut after) = (None, Vec::new());
    let exit = within(
        60,
        run(&shell(script).patience(patience), &cancel, |_, line| {
            if since.is_none() && line == b"ready" {
                since = Some(Instant::now());
                cancel.cancel();
            } else if after.len() < 10 {
                after.push(line.to_vec());
            }
        }),
    )
    .unwrap();
    assert!(exit.cancelled);
    (exit.status, since.expect("it never got ready").elapsed(), after)
}

#[test]
fn a_cancelled_child_is_interrupted_and_its_last_words_are_kept() {
    let script = "trap 'echo cleaning up; exit 3' INT; echo ready; while :; do sleep 0.05; done";
    let (status, _, after) = cancelled_once_ready(script, Patience::default());
    assert_eq!(status.code(), Some(3));
    assert_eq!(after, [b"cleaning up".to_vec()]);
}

#[test]
fn a_child_that_ignores_the_interrupt_is_terminated() {
    let script = "trap '' INT; echo ready; while :; do sleep 0.05; done";
    let (status, took, _) = cancelled_once_ready(script, HASTY);
    assert_eq!(status.signal(), Some(15));
    assert!(took >= HASTY.interrupt, "{took:?}");
}

#[test]
fn a_child_that_ignores_everything_is_killed() {
    let script = "trap '' INT TERM; echo ready; while :; do sleep 0.05; done";
    let (status, took, _) = cancelled_once_ready(script, HASTY);
    assert_eq!(status.signal(), Some(9));
    assert!(took >= HASTY.interrupt + HASTY.terminate, "{took:?}");
}

#[test]
fn a_child_that_the_kernel_stopped_is_woken_to_be_interrupted() {
    let (status, took, _) = cancelled_once_ready("echo ready; kill -STOP $$; exit 1", Patience::default());
    assert!(took < Patience::default().interrupt, "{took:?}");
    assert!(status.signal() == Some(2) || status.code() == Some(1), "{status}");
}

#[test]
fn cancelling_takes_effect_in_a_flood() {
    let (status, _, _) = cancelled_once_ready("echo ready; exec yes", Patience::default());
    assert_eq!(status.signal(), Some(2));
}

#[test]
fn cancelling_takes_the_grandchildren_too() {
    let cancel = CancellationToken::new();
    let mut pid = 0;
    let script = "trap '' INT TERM; sleep 1000 & echo $!; wait";
    let exit = within(
        60,
        run(&shell(script).patience(HASTY), &cancel, |_, line| {
            pid = number(line);
            cancel.cancel();
        }),
    );
    assert!(exit.unwrap().cancelled);
    wait_until_gone(pid);
}

#[test]
fn a_flood_from_outside_the_group_cannot_hold_up_a_cancelled_run() {
    let script = "setsid sh -c 'echo ready; exec yes' & exec sleep 1000";
    let (status, _, _) = cancelled_once_ready(script, HASTY);
    assert_eq!(status.signal(), Some(2));
}

#[test]
fn nothing_is_started_when_it_was_cancelled_before() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let folder = tempfile::tempdir().unwrap();
    let failure =
        within(30, run(&shell("touch started").folder(folder.path()), &cancel, |_, _| {})).unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Cancelled);
    assert!(!folder.path().join("started").exists());
}

#[test]
fn a_lost_future_takes_the_whole_group_with_it() {
    within(60, async {
        let (sender, mut pids) = tokio::sync::mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let script = shell("trap '' INT TERM; sleep 1000 & echo $$; echo $!; wait");
            run(&script, &never(), |_, line| sender.send(number(line)).unwrap()).await
        });
        let (child, grandchild) = (pids.recv().await.unwrap(), pids.recv().await.unwrap());
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        wait_until_gone(child);
        wait_until_gone(grandchild);
    });
}

#[test]
fn a_pipe_that_a_grandchild_holds_open_is_not_waited_for() {
    let (out, _, exit) = within(30, lines(&shell("sleep 1000 & echo $!; echo last").patience(HASTY)));
    assert!(exit.status.success() && !exit.cancelled);
    assert_eq!(out.len(), 2);
    let pid = number(&out[0]);
    assert!(!is_gone(pid), "what a program leaves behind is its own affair");
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn a_grandchild_that_floods_after_the_end_is_not_waited_for_either() {
    let script = shell("yes & printf last; exit 4").patience(HASTY);
    let mut bytes = 0;
    let exit = within(30, run_raw(&script, &never(), |_, chunk| bytes += chunk.len())).unwrap();
    assert_eq!(exit.status.code(), Some(4));
    assert!(bytes > 4);
}

#[test]
fn a_child_has_a_group_of_its_own_and_asks_nothing() {
    let script = "ps -o pgid= -p $$; echo $$; echo $SSH_ASKPASS_REQUIRE $GIT_TERMINAL_PROMPT";
    let (out, _, _) = within(30, lines(&shell(script)));
    assert_eq!(number(&out[0]), number(&out[1]));
    assert_eq!(out[2], b"force 0");
}

#[test]
fn what_cannot_be_started_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let refused = |invocation: Invocation| within(30, run(&invocation, &never(), |_, _| {})).unwrap_err();

    let missing = refused(Invocation::new("steading-no-such-program"));
    assert_eq!(missing.kind, ErrorKind::Missing);
    assert!(missing.to_string().contains("`steading-no-such-program` was not found"), "{missing}");

    let forbidden = refused(Invocation::new(write("plain", "#!/bin/sh\n", 0o644)));
    assert!(forbidden.to_string().contains("may not be executed"), "{forbidden}");

    let orphan = refused(Invocation::new(write("orphan", "#!/no/such/shell\n", 0o755)));
    assert!(orphan.to_string().contains("interpreter"), "{orphan}");

    for nowhere in [folder.path().join("nowhere"), folder.path().join("plain")] {
        let lost = refused(shell("true").folder(&nowhere));
        assert!(lost.to_string().contains("there is no such folder"), "{lost}");
    }

    let nul = refused(Invocation::new("echo").arg("a\0b"));
    assert!(nul.to_string().contains("can't start `echo`"), "{nul}");
}

#[test]
fn a_quoted_word_is_what_a_shell_reads() {
    let words = [
        "",
        "plain",
        "two words",
        "it's",
        "$HOME `id` \"x\"",
        "a\nb",
        "=ls",
        "~",
        "#x",
        "/nix/store/x.drv^out",
        "*",
    ];
    let line = words.map(quote).join(" ");
    let output = within(30, capture(&shell(&format!("printf '%s\\0' {line}")), &never())).unwrap();
    let read = output.stdout.split(|&byte| byte == 0).map(String::from_utf8_lossy).collect::<Vec<_>>();
    assert_eq!(read[..read.len() - 1], words);
}
