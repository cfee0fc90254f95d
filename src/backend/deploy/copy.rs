//! Bringing a closure to a host, and keeping it there until it is deployed.

use std::time::Duration;

use super::{
    Context, Target, last_lines,
    run::Run,
    scripts::{HOLD, RELEASE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{HostName, HostStatus, StorePath},
    nix::{self, copy::Freight, store::HostStore},
    ssh::{Login, Session},
};

/// How long a host may take to make or remove a link.
const LINK_DEADLINE: Duration = Duration::from_secs(30);

/// The host's store, for Nix: reached with our configuration of SSH, and as somebody whom it trusts.
///
/// Where `nix-daemon` is was read from the host: a login that is no interactive one often hasn't it in its PATH. A daemon that runs as root takes paths that nobody signed; it is asked for by `sudo`,
/// unless that wants a password: standard input is taken.
pub fn store_of(run: &Run, host: &HostName, status: &HostStatus) -> Result<HostStore> {
    let access = run.ssh()?.nix(host)?;
    let daemon = status.nix.as_deref().unwrap_or("nix-daemon");
    let sudo = if run.root(status) == Some(Login::Sudo) { "sudo%20-n%20" } else { "" };
    let url = format!("ssh-ng://{}?remote-program={sudo}{}", access.name, daemon.replace('+', "%2B"));
    Ok(HostStore { url, ssh_options: access.ssh_options })
}

/// Copies a closure from this machine's store to the host's.
pub async fn copy(run: &Run, host: &HostName, store: &HostStore, path: &StorePath) -> Result<()> {
    let Context { log, events, .. } = &run.context;
    let cancel = &run.stop_of(host);
    let deployment = run.target(host).and_then(Target::deployment);
    let user = deployment.map_or("", |deployment| &deployment.target_user);
    nix::copy::copy(Freight { host, user, store, log, events, cancel }, path).await
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
