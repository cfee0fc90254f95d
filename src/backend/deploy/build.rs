//! Building the systems of all hosts at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    copy::HostStore,
    diff::{self, Closure},
    last_lines,
    run::Run,
    scripts::{CLOSURE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    logstore::LogKey,
    model::{HostName, StorePath, System},
    nix::nix,
    process::{Invocation, capture, run},
};

/// Builds on this machine and its builders. Each host has its own result: one derivation that fails fails only the hosts that need it.
pub async fn build(run_: &Run, systems: &BTreeMap<HostName, System>) -> BTreeMap<HostName, Result<()>> {
    let derivations = systems.values().map(|system| &system.derivation).collect::<BTreeSet<_>>();
    if derivations.is_empty() {
        return BTreeMap::new();
    }
    let installables = derivations.iter().map(|derivation| format!("{derivation}^out"));
    let invocation = nix(&["build", "--keep-going", "--no-link", "-L"]).args(installables);
    let ended = build_with(run_, &invocation).await;
    let mut results = BTreeMap::new();
    for (host, system) in systems {
        let valid = is_valid(run_, &system.toplevel).await;
        let result = match (valid, &ended) {
            (Ok(true), _) => Ok(()),
            (Err(error), _) => Err(error),
            (_, Err(error)) => Err(error.clone()),
            (Ok(false), Ok(lines)) => Err(failure(lines)),
        };
        results.insert(host.clone(), result);
    }
    results
}

/// Builds on the host itself.
pub async fn build_on_host(run_: &Run, store: &HostStore, system: &System) -> Result<()> {
    let invocation = nix(&["build", "--no-link", "-L", "--eval-store", "auto", "--store", &store.url])
        .arg(format!("{}^out", system.derivation))
        .env("NIX_SSHOPTS", &store.ssh_options);
    let lines = build_with(run_, &invocation).await?;
    if lines.is_empty() { Ok(()) } else { Err(failure(&lines)) }
}

/// The last lines, if it failed.
async fn build_with(run_: &Run, invocation: &Invocation) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let exit = run(invocation, &run_.context.cancel, |_, line| {
        run_.context.log.append(&LogKey::step("build"), line);
        said.extend_from_slice(line);
        said.push(b'\n');
    })
    .await?;
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    Ok(if exit.status.success() { Vec::new() } else { last_lines(&said) })
}

fn failure(lines: &[String]) -> Error {
    let first = lines.iter().find(|line| line.contains("error:")).or_else(|| lines.last());
    let what = first.map_or("the build failed", |line| line.trim_start_matches("error: "));
    Error::new(ErrorKind::Build, what).detail(lines)
}

async fn is_valid(run_: &Run, path: &StorePath) -> Result<bool> {
    let output = capture(&nix(&["path-info", path.as_str()]), &run_.context.cancel).await?;
    Ok(output.exit.status.success())
}

/// The closure of a path in this machine's store.
pub async fn closure_here(run_: &Run, path: &StorePath) -> Result<Closure> {
    let invocation = Invocation::new("sh").arg("-c").arg(script(CLOSURE, &[("system", path.as_str())]));
    let output = capture(&invocation, &run_.context.cancel).await?;
    diff::read(&String::from_utf8_lossy(&output.stdout)).filter(|_| output.exit.status.success()).ok_or_else(
        || {
            Error::new(ErrorKind::Process, format!("nix can't list the closure of {path}"))
                .detail(last_lines(&output.stderr))
        },
    )
}
