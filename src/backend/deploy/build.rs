//! Building the systems of all hosts at once.

use std::{collections::BTreeMap, convert::Infallible};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    diff::{self, Closure},
    last_lines,
    plan::Draft,
    run::Run,
    scripts::{CLOSURE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{HostName, HostPlan, Outcome, StorePath, System},
    nix::{
        build::{BuildFailure, Site, Wanted},
        store::HostStore,
    },
    process::{Invocation, capture},
};

/// The folder below the state that has a link to each host's system, so that it isn't garbage collected here.
const ROOTS: &str = "roots";

/// Builds: on this machine and its builders, or on a host. Each host has its own result: one derivation that fails fails only the hosts that need it.
pub async fn build(
    run: &Run,
    store: Option<&HostStore>,
    systems: &BTreeMap<HostName, System>,
    cancel: &CancellationToken,
) -> BTreeMap<HostName, Result<()>> {
    let wanted =
        |system: &System| Wanted { derivation: system.derivation.clone(), output: system.toplevel.clone() };
    let wanted = systems.iter().map(|(host, system)| (host.clone(), wanted(system))).collect();
    let context = &run.context;
    let site =
        Site { store, roots: &context.state.join(ROOTS), log: &context.log, events: &context.events, cancel };
    match crate::backend::nix::build::build(site, &wanted).await {
        Ok(built) => {
            let each = built.into_iter();
            each.map(|(host, built)| (host, built.map_err(BuildFailure::into_error))).collect()
        }
        Err(error) => systems.keys().map(|host| (host.clone(), Err(error.clone()))).collect(),
    }
}

/// Settles hosts that are stopped during the common build, at once; the build goes on for the others, and is stopped when no other is left.
///
/// One process builds for all. To stop it for one host's sake would throw away what is half built for the others, so what that host alone needs is built to its end.
pub async fn settle_stopped(
    run: &Run,
    drafts: impl Iterator<Item = &Draft>,
    build: &CancellationToken,
    stopped: &mut BTreeMap<HostName, Box<HostPlan>>,
) -> Infallible {
    let drafts = drafts.map(|draft| (draft.host.clone(), draft.clone())).collect::<BTreeMap<_, _>>();
    let mut stops = JoinSet::new();
    for host in drafts.keys().cloned() {
        let stop = run.stop_of(&host);
        stops.spawn(async move {
            stop.cancelled().await;
            host
        });
    }
    while let Some(host) = stops.join_next().await {
        let Some(draft) = host.ok().and_then(|host| drafts.get(&host)) else { continue };
        let reason = if stops.is_empty() || run.context.cancel.is_cancelled() {
            "stopped on request"
        } else {
            "stopped on request; what it needs is still built, in the build that it shares with the others"
        };
        let plan = draft.clone().end(run, Outcome::Cancelled, reason, Vec::new());
        run.settle(&draft.host, &plan.outcome).await;
        // Only what was told is noted: the build may end in the middle of it.
        stopped.insert(draft.host.clone(), plan);
    }
    build.cancel();
    std::future::pending().await
}

/// The closure of a path in this machine's store.
pub async fn closure_here(run_: &Run, path: &StorePath) -> Result<Closure> {
    let invocation = Invocation::new("sh").arg("-c").arg(script(CLOSURE, &[("system", path.as_str())]).text);
    let output = capture(&invocation, &run_.context.cancel).await?;
    diff::read(&String::from_utf8_lossy(&output.stdout)).filter(|_| output.exit.status.success()).ok_or_else(
        || {
            Error::new(ErrorKind::Process, format!("nix can't list the closure of {path}"))
                .detail(last_lines(&output.stderr))
        },
    )
}
