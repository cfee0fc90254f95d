//! Bringing a closure to a host, and keeping it there until it is deployed.

use std::time::Duration;

use super::{
    last_lines,
    run::Run,
    scripts::{HOLD, RELEASE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{HostName, HostStatus, StorePath},
    nix::nix,
    process::{Stream, run},
    ssh::{Login, Session},
};

/// How long a host may take to make or remove a link.
const LINK_DEADLINE: Duration = Duration::from_secs(30);

/// The host's store, for Nix: reached with our configuration of SSH, and as somebody whom it trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostStore {
    /// `ssh-ng://NAME?remote-program=…`.
    pub url: String,
    /// The value of `NIX_SSHOPTS`.
    pub ssh_options: String,
}

impl HostStore {
    /// Where `nix-daemon` is was read from the host: a login that is no interactive one often hasn't it in its PATH. A daemon that runs as root takes paths that nobody signed; it is asked for by `sudo`,
    /// unless that wants a password: standard input is taken.
    pub fn of(run: &Run, host: &HostName, status: &HostStatus) -> Result<Self> {
        let access = run.ssh()?.nix(host)?;
        let daemon = status.nix.as_deref().unwrap_or("nix-daemon");
        let sudo = if run.root(status) == Some(Login::Sudo) { "sudo%20-n%20" } else { "" };
        let url = format!("ssh-ng://{}?remote-program={sudo}{}", access.name, daemon.replace('+', "%2B"));
        Ok(Self { url, ssh_options: access.ssh_options })
    }
}

/// Copies a closure from this machine's store to the host's.
pub async fn copy(run_: &Run, host: &HostName, store: &HostStore, path: &StorePath) -> Result<()> {
    let invocation = nix(&["copy", "--no-check-sigs", "--substitute-on-destination"])
        .args(["--to", &store.url, path.as_str()])
        .env("NIX_SSHOPTS", &store.ssh_options);
    let mut said = Vec::new();
    let exit = run(&invocation, &run_.context.cancel, |stream, line| {
        run_.log(host, "copy", [line]);
        if stream == Stream::Err {
            said.extend_from_slice(line);
            said.push(b'\n');
        }
    })
    .await?;
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    if exit.status.success() {
        return Ok(());
    }
    let user = run_
        .target(host)
        .and_then(|target| target.deployment())
        .map_or("", |deployment| &deployment.target_user);
    Err(explain(host, user, last_lines(&said)))
}

/// Why a copy failed, read from what Nix said.
fn explain(host: &HostName, user: &str, lines: Vec<String>) -> Error {
    let says = |needle: &str| lines.iter().any(|line| line.contains(needle));
    let error = |what: String| Error::new(ErrorKind::Process, what);
    let error = if says("lacks a signature by a trusted key") || says("lacks a valid signature") {
        error(format!("the Nix of `{host}` takes no unsigned paths from `{user}`")).hint(format!(
            "let sudo work there without a password, or make `{user}` one of the trusted-users in its nix.conf"
        ))
    } else if says("No space left on device") {
        error(format!("the disk of `{host}` is full"))
            .hint(format!("`nix-collect-garbage` on `{host}` makes room"))
    } else if says("failed to start SSH connection")
        || says("Broken pipe")
        || says("unexpected end-of-file")
        || says("Timeout, server")
    {
        error(format!("the connection to `{host}` broke while it was copied to"))
            .hint("run it again: what arrived is not copied twice")
    } else {
        let last = lines.iter().rev().find(|line| line.contains("error:")).or_else(|| lines.last());
        error(last.map_or_else(
            || format!("nix could not copy to `{host}`"),
            |line| line.trim_start_matches("error: ").to_owned(),
        ))
    };
    error.detail(lines)
}

/// Keeps a system that was copied from being garbage collected on the host.
pub async fn hold(session: &Session, login: &Login, system: &StorePath) -> Result<()> {
    let reply = session.run(login, &script(HOLD, &[("system", system.as_str())]), LINK_DEADLINE).await?;
    if reply.status == 0 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Process, "the host could not keep the system from its garbage collector")
        .detail(last_lines(&reply.stderr)))
}

/// Lets go of it.
pub async fn release(session: &Session, login: &Login, system: &StorePath) -> Result<()> {
    session.run(login, &script(RELEASE, &[("system", system.as_str())]), LINK_DEADLINE).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_says_becomes_a_sentence_and_a_next_step() {
        let host = "attic".parse().unwrap();
        for (said, what, hint) in [
            (
                "error: cannot add path '/nix/store/x' because it lacks a signature by a trusted key",
                "takes no unsigned paths from `steward`",
                "trusted-users",
            ),
            (
                "error: writing to file: No space left on device",
                "disk of `attic` is full",
                "nix-collect-garbage",
            ),
            (
                "error: failed to start SSH connection to 'attic'",
                "connection to `attic` broke",
                "not copied twice",
            ),
            ("copying 3 paths...\nerror: something new\nmore", "something new", ""),
            ("", "could not copy to `attic`", ""),
        ] {
            let error = explain(&host, "steward", said.lines().map(str::to_owned).collect());
            assert!(error.what.contains(what), "{error}");
            assert!(error.hint.unwrap_or_default().contains(hint), "{said}");
        }
    }
}
