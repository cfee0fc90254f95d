//! Building the systems of all hosts at once.

use std::collections::BTreeMap;

use super::{
    diff::{self, Closure},
    last_lines,
    run::Run,
    scripts::{CLOSURE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{HostName, StorePath, System},
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
) -> BTreeMap<HostName, Result<()>> {
    let wanted =
        |system: &System| Wanted { derivation: system.derivation.clone(), output: system.toplevel.clone() };
    let wanted = systems.iter().map(|(host, system)| (host.clone(), wanted(system))).collect();
    let context = &run.context;
    let site = Site {
        store,
        roots: &context.state.join(ROOTS),
        log: &context.log,
        events: &context.events,
        cancel: &context.cancel,
    };
    match crate::backend::nix::build::build(site, &wanted).await {
        Ok(built) => {
            let each = built.into_iter();
            each.map(|(host, built)| (host, built.map_err(BuildFailure::into_error))).collect()
        }
        Err(error) => systems.keys().map(|host| (host.clone(), Err(error.clone()))).collect(),
    }
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
