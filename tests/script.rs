//! The engine of scripts, in a real sandbox.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail loudly")]

use std::{
    collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command, sync::Arc,
};

use steading::backend::{
    error::{Error, ErrorKind},
    secrets::{
        Plaintext, Script,
        script::{Ready, files_beside, run},
    },
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Whether there is a sandbox; in CI there must be.
fn sandbox() -> bool {
    let works = Command::new("bwrap").args(["--ro-bind", "/", "/", "/bin/true"]).status();
    let works = works.is_ok_and(|status| status.success());
    assert!(works || std::env::var_os("CI").is_none(), "bubblewrap is missing, or may not work here");
    if !works {
        eprintln!("skipped: bubblewrap is missing, or may not work here");
    }
    works
}

struct Fleet {
    folder: TempDir,
    script: Script,
    secrets: BTreeMap<String, Arc<Plaintext>>,
}

impl Fleet {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("flake.nix"), "{ }").unwrap();
        let script = serde_json::from_str(r#"{"script": ""}"#).unwrap();
        Self { folder, script, secrets: BTreeMap::new() }
    }

    fn secret(mut self, name: &str, text: &str) -> Self {
        self.secrets.insert(name.to_owned(), Arc::new(text.as_bytes().to_vec().into()));
        self
    }

    fn program(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("program");
        fs::write(&path, format!("#!/bin/sh\nset -eu\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    async fn run(&self, text: &str) -> (Result<String, Error>, Vec<String>) {
        let program = self.program(text);
        let ready = Ready {
            program: &program,
            script: &self.script,
            folder: self.folder.path(),
            secrets: &self.secrets,
        };
        let mut lines = Vec::new();
        let made = run(&ready, &CancellationToken::new(), |line| lines.push(line.to_owned())).await;
        (made.map(|text| String::from_utf8(text.bytes().to_vec()).unwrap()), lines)
    }
}

#[tokio::test]
async fn a_script_makes_a_secret_of_those_that_it_may_read() {
    if !sandbox() {
        return;
    }
    let fleet = Fleet::new().secret("web/admin", "hunter2").secret("b c", "two\nlines");
    let (made, lines) = fleet
        .run(r#"echo "reading hunter2" >&2; printf 'a=%s b=%s' "$(cat "$SECRETS_DIR/web/admin")" "$(cat "$SECRETS_DIR/b c")""#)
        .await;
    assert_eq!(made.unwrap(), "a=hunter2 b=two\nlines");
    assert_eq!(lines, ["reading <secret>"]);
}

#[tokio::test]
async fn it_is_shut_in() {
    if !sandbox() {
        return;
    }
    let fleet = Fleet::new();
    fs::create_dir(fleet.folder.path().join("secrets")).unwrap();
    let home = std::env::var("HOME").unwrap();
    let (made, _) = fleet
        .run(&format!(
            r#"
            cat flake.nix
            ! touch flake.nix secrets/x 2>/dev/null
            ! ls {home} >/dev/null 2>&1 || [ -z "$(ls -A {home})" ]
            ! ls /etc/shadow 2>/dev/null
            grep -q '^ *eth\|wlan' /proc/net/dev && exit 9
            env | cut -d= -f1 | sort | tr '\n' ' '
            echo kept > "$TMPDIR/file"; cat "$TMPDIR/file"
            findmnt -no FSTYPE -T "$TMPDIR" 2>/dev/null || stat -fc %T "$TMPDIR""#
        ))
        .await;
    assert_eq!(made.unwrap(), "{ }HOME LC_ALL PATH PWD SECRETS_DIR TMPDIR XDG_RUNTIME_DIR kept\ntmpfs\n");
}

#[tokio::test]
async fn it_is_somebody() {
    if !sandbox() {
        return;
    }
    let (made, _) = Fleet::new().run("id -un; printf %s ~").await;
    assert_eq!(made.unwrap(), "operator\n/run/scratch");
}

#[tokio::test]
async fn it_writes_where_that_is_declared() {
    if !sandbox() {
        return;
    }
    let mut fleet = Fleet::new();
    fleet.script.writes = vec!["keys/public".to_owned()];
    let (made, _) = fleet.run("echo public > keys/public/a.pub; echo private").await;
    assert_eq!(made.unwrap(), "private\n");
    assert_eq!(fs::read_to_string(fleet.folder.path().join("keys/public/a.pub")).unwrap(), "public\n");
    let beside = |fleet: &Fleet| files_beside(fleet.folder.path(), &fleet.script).unwrap();
    assert_eq!(beside(&fleet), ["keys/public/a.pub"]);
    fleet.script.writes = vec!["secrets/derived".to_owned()];
    assert_eq!(beside(&fleet), Vec::<String>::new());
    fleet.run("mkdir secrets/derived/ssh; echo b > secrets/derived/ssh/b; echo private").await.0.unwrap();
    assert_eq!(beside(&fleet), ["secrets/derived/ssh/b"]);
    let outside = TempDir::new().unwrap();
    std::os::unix::fs::symlink(outside.path(), fleet.folder.path().join("link")).unwrap();
    for name in [
        "",
        "..",
        "a/../b",
        "/etc",
        "secrets",
        "secrets/data",
        "secrets/derived-not",
        ".git",
        "a/.git/b",
        "link",
        "link/x",
    ] {
        fleet.script.writes = vec![name.to_owned()];
        let (made, _) = fleet.run("echo made").await;
        assert!(made.is_err(), "{name:?}");
    }
    assert!(!outside.path().join("x").exists());
}

#[tokio::test]
async fn a_failure_tells_its_last_words_but_no_secret() {
    if !sandbox() {
        return;
    }
    let fleet = Fleet::new().secret("pw", "hunter2");
    let (made, lines) = fleet.run("echo half-made; echo 'hunter2 gave half-made' >&2; exit 3").await;
    let error = made.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Process);
    assert!(error.what.contains('3'), "{error}");
    assert_eq!(error.detail, ["<secret> gave <secret>"]);
    assert_eq!(lines.len(), 1);
    let (made, _) = fleet.run("exit 0").await;
    assert!(made.unwrap_err().what.contains("printed nothing"));
}

#[tokio::test]
async fn it_is_stopped_on_request_and_when_it_prints_without_end() {
    if !sandbox() {
        return;
    }
    let fleet = Fleet::new();
    let (made, _) = fleet.run("exec yes").await;
    assert!(made.unwrap_err().what.contains("more than"));
    let program = fleet.program("echo here >&2; exec sleep 1000");
    let ready = Ready {
        program: &program,
        script: &fleet.script,
        folder: fleet.folder.path(),
        secrets: &fleet.secrets,
    };
    let cancel = CancellationToken::new();
    let made = run(&ready, &cancel, |_| cancel.cancel()).await;
    assert_eq!(made.unwrap_err().kind, ErrorKind::Cancelled);
}
