//! Looks over the shoulder of a program: what it and its children are called with, what they write, and where; and searches what they left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine as _};
use portable_pty::CommandBuilder;
use rustix::fs::statfs;
use tempfile::TempDir;

use crate::common::terminal::Terminal;

/// `TMPFS_MAGIC` and `RAMFS_MAGIC` of Linux (`statfs(2)`).
const IN_MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];

/// The calls by which a text gets out of a process.
const CALLS: &str = "trace=execve,execveat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,mmap,copy_file_range,splice";

/// A room on a disk, in which a program is watched. Its home, its temporary folder and all that it keeps are in it.
pub struct Room(TempDir);

/// What was seen of a program.
pub struct Seen {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    /// Lines of strace.
    calls: Vec<String>,
}

impl Room {
    /// `None`, with the reason said, where nothing can be watched; in CI that is a failure.
    pub fn new() -> Option<Self> {
        let strace = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
        if !strace.is_ok_and(|ran| ran.status.success()) {
            assert!(std::env::var_os("CI").is_none(), "strace is needed");
            println!("skipped: strace is not here, or may not trace");
            return None;
        }
        let room = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        assert!(!is_in_memory(room.0.path()), "the room must be on a disk");
        for folder in ["home", "bin", "fleet", "tmp", "traces"] {
            fs::create_dir(room.path(folder)).unwrap();
        }
        Some(room)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A program in this room's fleet and home. What is in `bin` comes first in PATH.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("strace");
        command
            .args(["-ff", "-y", "-v", "-s", "10000000", "-e", CALLS, "-e", "signal=none", "-o"])
            .arg(self.path("traces/trace"))
            .arg(program.as_ref())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", self.path("bin").display()))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("LANG", "C.UTF-8")
            .current_dir(self.path("fleet"))
            .stdin(Stdio::null());
        command
    }

    /// A program of this room in a terminal, with further variables.
    pub fn terminal(&self, program: &str, arguments: &[&str], variables: &[(&str, &Path)]) -> Terminal {
        let command = self.command(program);
        let mut in_terminal = CommandBuilder::new(command.get_program());
        in_terminal.args(command.get_args());
        in_terminal.args(arguments);
        in_terminal.env_clear();
        in_terminal.env("TERM", "xterm-256color");
        for (name, value) in command.get_envs() {
            in_terminal.env(name, value.unwrap());
        }
        for (name, value) in variables {
            in_terminal.env(name, value);
        }
        in_terminal.cwd(command.get_current_dir().unwrap());
        Terminal::start(in_terminal, 120, 30)
    }

    /// Runs it to its end.
    pub fn watch(&self, command: &mut Command, input: &str) -> Seen {
        use std::io::Write as _;
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may end without reading.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.seen(output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    /// What was seen of a program that has ended.
    pub fn seen(&self, status: i32, stdout: String, stderr: String) -> Seen {
        let mut calls = Vec::new();
        for trace in fs::read_dir(self.path("traces")).unwrap() {
            let path = trace.unwrap().path();
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            calls.extend(text.lines().map(str::to_owned));
            fs::remove_file(path).unwrap();
        }
        assert!(calls.iter().any(|call| call.starts_with("execve(")), "strace saw it start");
        Seen { status, stdout, stderr, calls }
    }

    /// Files below the room that hold one of these texts, also within git's objects.
    pub fn left(&self, poisons: &[&str]) -> Vec<String> {
        let mut found = search_in(self.0.path(), poisons);
        let objects = Command::new("git")
            .args(["--git-dir", ".git", "cat-file", "--batch-all-objects", "--batch"])
            .current_dir(self.path("fleet"))
            .output()
            .unwrap();
        if holds(&objects.stdout, &forms(poisons)) {
            found.push("an object of git".to_owned());
        }
        found
    }
}

impl Seen {
    /// How these texts got out: as arguments, variables, messages, or onto a disk. Standard output is the caller's to judge.
    pub fn leaks(&self, poisons: &[&str]) -> Vec<String> {
        let forms = forms(poisons);
        let mut leaks = Vec::new();
        for call in self.calls.iter().filter(|call| holds(call.as_bytes(), &forms)) {
            let allowed = match call.split('(').next() {
                Some("write" | "writev" | "pwrite64" | "pwritev" | "pwritev2") => {
                    target(call).is_some_and(is_fleeting)
                }
                _ => false,
            };
            if !allowed {
                leaks.push(call.chars().take(200).collect());
            }
        }
        if holds(self.stderr.as_bytes(), &forms) {
            leaks.push(format!("standard error: {}", self.stderr));
        }
        // What is mapped can be written without a call: only memory and programs are.
        for call in
            self.calls.iter().filter(|call| call.contains("MAP_SHARED") && call.contains("PROT_WRITE"))
        {
            if target_of_mapping(call).is_some_and(|target| !is_fleeting(target)) {
                leaks.push(format!("a file on a disk was mapped: {call}"));
            }
        }
        leaks
    }
}

/// The texts, and what becomes of them in base 64 (wherever they begin in it) and in hexadecimal digits.
pub fn forms(poisons: &[&str]) -> Vec<String> {
    let mut forms = Vec::new();
    for poison in poisons {
        assert!(
            poison.len() >= 12 && poison.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
            "{poison}"
        );
        forms.push((*poison).to_owned());
        let hex = poison.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        forms.extend([hex.to_uppercase(), hex]);
        for before in 0..3 {
            let encoded = BASE64_STANDARD_NO_PAD.encode(format!("{}{poison}", "x".repeat(before)));
            // The first and the last digits depend on what stands around.
            forms.push(encoded[4.min(before * 4)..encoded.len() - 4].to_owned());
        }
    }
    forms
}

/// Files below a folder that hold one of these texts.
pub fn search_in(folder: &Path, poisons: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    search(folder, &forms(poisons), &mut found);
    found
}

/// Whether one of these texts is in there, in one of its forms.
pub fn holds_any(bytes: &[u8], poisons: &[&str]) -> bool {
    holds(bytes, &forms(poisons))
}

fn holds(bytes: &[u8], forms: &[String]) -> bool {
    forms.iter().any(|form| memchr::memmem::find(bytes, form.as_bytes()).is_some())
}

/// What the first argument stands for: `write(5</a/file>, …`, `write(5</a/file>(deleted), …`, `write(1</dev/null<char 1:3>>, …`.
fn target(call: &str) -> Option<&str> {
    let (_, rest) = call.split_once('<')?;
    rest.split(['<', '>']).next()
}

fn target_of_mapping(call: &str) -> Option<&str> {
    let (_, rest) = call.rsplit_once('<')?;
    Some(rest.split_once('>')?.0)
}

/// Whether it is gone with the machine's power: a pipe, a file without a name, or a file system in memory.
fn is_fleeting(target: &str) -> bool {
    if target.starts_with("pipe:[") || target.starts_with("/memfd:") || target == "/dev/null" {
        return true;
    }
    // The root that bubblewrap makes for a script is in memory; the folders of ours that it sees are elsewhere in it.
    if target.starts_with("/newroot/run/") || target.starts_with("/run/secrets/") {
        return true;
    }
    let path = Path::new(target);
    path.is_absolute() && path.ancestors().find(|path| path.exists()).is_some_and(is_in_memory)
}

fn is_in_memory(path: &Path) -> bool {
    statfs(path).is_ok_and(|found| {
        #[allow(clippy::useless_conversion, reason = "the type differs from system to system")]
        let kind = i64::from(found.f_type);
        IN_MEMORY.contains(&kind)
    })
}

fn search(folder: &Path, forms: &[String], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if holds(entry.file_name().as_encoded_bytes(), forms) {
            found.push(format!("the name {}", path.display()));
        }
        if entry.file_type().unwrap().is_dir() {
            search(&path, forms, found);
        } else if entry.file_type().unwrap().is_file() && holds(&fs::read(&path).unwrap(), forms) {
            found.push(path.display().to_string());
        }
    }
}
