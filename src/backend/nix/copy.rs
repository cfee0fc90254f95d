//! Copies a closure from this machine's store to a host's.

use tokio_util::sync::CancellationToken;

use super::{
    follow::{LOG_FORMAT, Listeners, follow},
    nix,
    store::HostStore,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::{Event, Events, Transfer},
    logstore::{LogKey, RunLog},
    model::{HostName, StorePath},
};

/// What a copy works with.
#[derive(Debug, Clone, Copy)]
pub struct Freight<'a> {
    /// The host that it goes to.
    pub host: &'a HostName,
    /// Whom one logs in as there.
    pub user: &'a str,
    /// Its store.
    pub store: &'a HostStore,
    /// What is said, in the host's stream `copy`.
    pub log: &'a RunLog,
    /// Where progress is told.
    pub events: &'a Events,
    /// Stops it.
    pub cancel: &'a CancellationToken,
}

/// Copies a path with all that it needs. What the host has, or can fetch from a substituter of its own, isn't sent.
pub async fn copy(freight: Freight<'_>, path: &StorePath) -> Result<()> {
    let Freight { host, user, store, log, events, cancel } = freight;
    // Signatures are the host's affair: it asks for them from those whom it doesn't trust.
    let invocation = nix(&["copy", "--no-check-sigs", "--substitute-on-destination"])
        .args(LOG_FORMAT)
        .args(["--to", &store.url, path.as_str()]);
    let key = LogKey::host_step(host.clone(), "copy");
    let listeners = Listeners { log, key: &key, events };
    let advanced = |transfer| events.offer(Event::CopyAdvanced { host: host.clone(), transfer });
    let followed = follow(&store.reach(invocation), listeners, cancel, |activities, _| {
        advanced(activities.transfer());
    })
    .await?;
    if followed.exit.cancelled {
        return Err(Error::cancelled());
    }
    if !followed.exit.status.success() {
        let what = format!("`nix copy` to `{host}` ended with {}", followed.exit.status);
        return Err(explain(host, user, what, followed.last_words));
    }
    // Nix ends before it tells that the last path has arrived.
    let Transfer { paths_expected, bytes_expected, .. } = followed.activities.transfer();
    advanced(Transfer {
        paths_done: paths_expected,
        paths_expected,
        bytes_done: bytes_expected,
        bytes_expected,
    });
    Ok(())
}

/// Why a copy failed, read from the last words of Nix and `ssh`, and what to do. `otherwise`: the sentence when they had none.
fn explain(host: &HostName, user: &str, otherwise: String, lines: Vec<String>) -> Error {
    let says = |words: &[&str]| lines.iter().any(|line| words.iter().any(|word| line.contains(word)));
    let error = |kind, what: String, hint: String| Error::new(kind, what).hint(hint);
    let error = if says(&["lacks a signature by a trusted key", "lacks a valid signature"]) {
        error(
            ErrorKind::Process,
            format!("the Nix of `{host}` takes no unsigned paths from `{user}`"),
            format!(
                "let sudo work there without a password, make `{user}` one of the trusted-users in its nix.conf, or sign with a key that it trusts"
            ),
        )
    } else if says(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        error(
            ErrorKind::Refused,
            format!("the host key of `{host}` is not the one that is known"),
            "compare it with the host's console, then put it into deployment.hostKeys".to_owned(),
        )
    } else if says(&["No space left on device", "disk is full", "Disk quota exceeded"]) {
        error(
            ErrorKind::Process,
            format!("the disk of `{host}` is full"),
            format!("`nix-collect-garbage` on `{host}` makes room; what arrived is not copied again"),
        )
    } else if says(&["Read-only file system"]) {
        error(
            ErrorKind::Process,
            format!("the store of `{host}` can't be written"),
            format!("`dmesg` on `{host}` may tell why its file system is read-only"),
        )
    } else if says(&["nix-daemon: command not found", "nix-daemon: not found", "nix-daemon: No such file"]) {
        error(
            ErrorKind::Missing,
            format!("`nix-daemon` is not in the PATH of logins on `{host}`"),
            format!("install Nix there, or link it into a folder that `ssh {host} env` shows in PATH"),
        )
    } else if says(&["Permission denied (", "Too many authentication failures"]) {
        error(
            ErrorKind::Unreachable,
            format!("`{host}` lets nobody in with the keys at hand"),
            "`ssh-add -l` lists the keys that the agent holds".to_owned(),
        )
    } else if let Some(line) = lines.iter().find(|line| line.starts_with("ssh: ")) {
        error(
            ErrorKind::Unreachable,
            format!("`{host}` can't be reached: {}", line.trim_start_matches("ssh: ")),
            "is it on, and is this machine in its network?".to_owned(),
        )
    } else if says(&[
        "failed to start SSH connection",
        "disconnected unexpectedly",
        "unexpected end-of-file",
        "Broken pipe",
        "Connection reset",
        "onnection closed",
        "Timeout, server",
        "client_loop",
    ]) {
        error(
            ErrorKind::Unreachable,
            format!("the connection to `{host}` broke while it was copied to"),
            "run it again: what arrived is not copied twice".to_owned(),
        )
    } else {
        let last = lines.iter().rev().find(|line| !line.trim().is_empty());
        Error::new(ErrorKind::Process, last.map_or(otherwise, |line| line.trim().to_owned()))
    };
    error.detail(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_and_ssh_say_becomes_a_sentence_and_a_next_step() {
        let host: HostName = "attic".parse().unwrap();
        let path = "/nix/store/5px84nlas4fjpyyv36mvbhx2i1656igc-x";
        for (said, kind, what, hint) in [
            (
                &[&*format!("cannot add path '{path}' because it lacks a signature by a trusted key")][..],
                ErrorKind::Process,
                "takes no unsigned paths",
                "trusted-users",
            ),
            (
                &[
                    "No ED25519 host key is known for 10.77.0.14",
                    "Host key verification failed.",
                    "failed to start SSH connection to 'attic'",
                ],
                ErrorKind::Refused,
                "host key",
                "deployment.hostKeys",
            ),
            (
                &["writing to file: No space left on device"],
                ErrorKind::Process,
                "disk of `attic` is full",
                "collect-garbage",
            ),
            (
                &[
                    "setting journal mode: database or disk is full (in '/nix/var/nix/db/db.sqlite')",
                    "Nix daemon disconnected unexpectedly (maybe it crashed?)",
                ],
                ErrorKind::Process,
                "disk of `attic` is full",
                "collect-garbage",
            ),
            (
                &["creating directory '/nix/store/x': Read-only file system"],
                ErrorKind::Process,
                "can't be written",
                "dmesg",
            ),
            (
                &[
                    "bash: line 1: nix-daemon: command not found",
                    "cannot open connection to remote store 'ssh-ng://attic'",
                ],
                ErrorKind::Missing,
                "`nix-daemon`",
                "install Nix",
            ),
            (
                &["root@attic: Permission denied (publickey,password)."],
                ErrorKind::Unreachable,
                "lets nobody in",
                "ssh-add",
            ),
            (
                &[
                    "ssh: connect to host attic port 22: Connection refused",
                    "failed to start SSH connection to 'attic'",
                ],
                ErrorKind::Unreachable,
                "can't be reached: connect to host attic port 22: Connection refused",
                "is it on",
            ),
            (
                &["error (ignored): writing to file: Broken pipe", "writing to file: Broken pipe"],
                ErrorKind::Unreachable,
                "broke",
                "not copied twice",
            ),
            (&["something new"], ErrorKind::Process, "something new", ""),
            (&[], ErrorKind::Process, "ended with 1", ""),
        ] {
            let lines = said.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
            let error = explain(&host, "steward", "ended with 1".to_owned(), lines.clone());
            assert_eq!((error.kind, &error.detail), (kind, &lines), "{error}");
            assert!(error.what.contains(what), "{error}");
            assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{error}");
        }
    }
}
