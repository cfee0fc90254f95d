//! Copies between real stores, from the lab's operator machine to its hosts.

// Helpers of tests may fail loudly as tests do.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    process,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use steading::backend::{
    error::{ErrorKind, Result},
    event::{Event, Events, Transfer},
    logstore::{Limits, LogKey, RunLog},
    model::{HostName, StorePath},
    nix::{
        copy::{Freight, copy},
        store::{HostStore, valid},
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use common::inside::{evaluate, on_operator};

/// A path in the operator's store, with another that it needs.
fn made(kibibytes: u32) -> StorePath {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let drv = r#"name: text: derivation { inherit name; salt = "SALT"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin:/bin"; args = [ "-c" text ]; }"#
        .replace("SALT", &format!("{}-{now}", process::id()));
    let expression = format!(
        "let drv = {drv}; data = drv \"data-1.0\" \"mkdir $out; head -c {} /dev/urandom > $out/data\"; in (drv \"linux-copied-1.0\" \"mkdir $out; echo ${{data}} > $out/data\")",
        kibibytes * 1024
    );
    let derivation = evaluate(&format!("({expression}).drvPath"));
    let output = Command::new("nix-store").args(["--realise", &derivation]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
}

fn store(login: &str, options: &str) -> HostStore {
    HostStore { url: format!("ssh-ng://{login}"), ssh_options: format!("-o BatchMode=yes {options}") }
}

struct Dock {
    _folder: TempDir,
    host: HostName,
    log: RunLog,
    events: Events,
    heard: Receiver<Event>,
    cancel: CancellationToken,
}

impl Dock {
    fn new(host: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let log = RunLog::begin(&folder.path().join("logs"), Limits::default());
        let (events, heard) = Events::channel();
        let host = host.parse().unwrap();
        Self { _folder: folder, host, log, events, heard, cancel: CancellationToken::new() }
    }

    async fn copy(&self, path: &StorePath, store: &HostStore) -> Result<()> {
        let Self { host, log, events, cancel, .. } = self;
        copy(Freight { host, user: "steward", store, log, events, cancel }, path).await
    }

    fn transfers(&mut self) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        while let Ok(event) = self.heard.try_recv() {
            if let Event::CopyAdvanced { host, transfer } = event {
                assert_eq!(host, self.host);
                transfers.push(transfer);
            }
        }
        transfers
    }
}

#[test]
fn a_closure_arrives_whole_and_tells_how_far_it_is() {
    on_operator("a_closure_arrives_whole_and_tells_how_far_it_is", async || {
        let mut dock = Dock::new("gate");
        let gate = store("root@10.77.0.11", "");
        let path = made(4000);
        assert_eq!(valid(Some(&gate), [&path], &dock.cancel).await.unwrap().len(), 0);
        dock.copy(&path, &gate).await.unwrap();
        assert_eq!(valid(Some(&gate), [&path], &dock.cancel).await.unwrap(), [path.clone()].into());
        let last = *dock.transfers().last().unwrap();
        assert_eq!((last.paths_done, last.paths_expected), (2, 2));
        assert!(last.bytes_done == last.bytes_expected && last.bytes_done > 4_000_000, "{last:?}");
        let said = dock.log.tail(&LogKey::host_step(dock.host.clone(), "copy"), 50).lines;
        assert!(said.iter().any(|line| line.contains("data-1.0")), "{said:?}");

        dock.copy(&path, &gate).await.unwrap();
        assert_eq!(dock.transfers().last().unwrap().paths_expected, 0, "what is there is not copied again");
    });
}

#[test]
fn a_host_that_does_not_trust_the_login_says_what_to_do() {
    on_operator("a_host_that_does_not_trust_the_login_says_what_to_do", async || {
        let dock = Dock::new("attic");
        let path = made(1);
        let error = dock.copy(&path, &store("steward@10.77.0.14", "")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Process, "{error}");
        assert!(error.to_string().contains("trusted-users"), "{error}");
        let as_root = HostStore {
            url: "ssh-ng://steward@10.77.0.14?remote-program=sudo%20-n%20nix-daemon".to_owned(),
            ssh_options: "-o BatchMode=yes".to_owned(),
        };
        dock.copy(&path, &as_root).await.unwrap();
        assert_eq!(valid(Some(&as_root), [&path], &dock.cancel).await.unwrap().len(), 1);
    });
}

#[test]
fn what_keeps_it_from_arriving_is_said() {
    on_operator("what_keeps_it_from_arriving_is_said", async || {
        let dock = Dock::new("gate");
        let path = made(1);
        for (login, options, kind, says) in [
            ("root@10.77.0.77", "-o ConnectTimeout=2", ErrorKind::Unreachable, "can't be reached"),
            ("root@gate.invalid", "", ErrorKind::Unreachable, "Could not resolve hostname"),
            (
                "root@10.77.0.11",
                "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes",
                ErrorKind::Refused,
                "host key",
            ),
            ("nobody@10.77.0.11", "", ErrorKind::Unreachable, "lets nobody in"),
            (
                "root@10.77.0.11?remote-program=/nonexistent/nix-daemon",
                "",
                ErrorKind::Missing,
                "`nix-daemon`",
            ),
        ] {
            let error = dock.copy(&path, &store(login, options)).await.unwrap_err();
            assert_eq!(error.kind, kind, "{login}: {error} {:?}", error.detail);
            assert!(error.to_string().contains(says), "{login}: {error}");
            assert!(error.hint.is_some() && !error.detail.is_empty());
        }
    });
}

#[test]
fn a_cancelled_copy_ends_soon_and_can_be_taken_up_again() {
    on_operator("a_cancelled_copy_ends_soon_and_can_be_taken_up_again", async || {
        let mut dock = Dock::new("gate");
        let gate = store("root@10.77.0.11", "");
        let path = made(60_000);
        let (_, nobody) = Events::channel();
        let mut heard = std::mem::replace(&mut dock.heard, nobody);
        let stop = async {
            loop {
                match heard.recv().await.unwrap() {
                    Event::CopyAdvanced { transfer, .. } if transfer.bytes_done > 0 => break,
                    _ => {}
                }
            }
            dock.cancel.cancel();
            Instant::now()
        };
        let (result, cancelled) = tokio::join!(dock.copy(&path, &gate), stop);
        assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);
        assert!(cancelled.elapsed() < Duration::from_secs(10));
        let again = Dock::new("gate");
        assert_eq!(valid(Some(&gate), [&path], &again.cancel).await.unwrap().len(), 0);
        again.copy(&path, &gate).await.unwrap();
    });
}
