//! The commands about this machine: doctor and info.

use tokio_util::sync::CancellationToken;

use super::{
    cli::{self, Cli},
    exit::Exit,
    inspect::Answer,
    paths::Paths,
    rollout::Rollout,
};
use crate::{
    backend::{
        doctor::{self, Check, CheckState},
        error::Result,
        fleet::Fleet,
        model::{HostName, HostStatus},
        nix,
    },
    views::report::{self, Information, json},
};

/// `steading doctor`: this machine first, then the fleet, if there is one here, and how its hosts can be reached.
pub async fn doctor(cli: &Cli, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    let mut checks = doctor::examine(&Paths::find()?.state, cancel).await?;
    if checks.iter().all(|check| check.state != CheckState::Missing) {
        let fleet = Fleet::open(&cli.flake, cancel).await;
        checks.push(doctor::fleet(fleet.as_ref()));
        if let Ok(fleet) = fleet {
            checks.extend(hosts(cli, &fleet, cancel).await?);
        }
    }
    let exit =
        if checks.iter().any(|check| check.state == CheckState::Missing) { Exit::Failed } else { Exit::Done };
    Ok((Answer { text: report::doctor(&checks), json: json::doctor(&checks) }, exit))
}

/// Asks the hosts that `meta.nix` says how to reach; the others would have to be evaluated for it.
async fn hosts(cli: &Cli, fleet: &Fleet, cancel: &CancellationToken) -> Result<Vec<Check>> {
    let rollout = Rollout::begin(cli, fleet.clone(), &cli::Hosts::default(), &cli::Limit::default(), cancel)?;
    let statuses = rollout.ask().await;
    let check = |(name, status): (&HostName, &HostStatus)| {
        let host = fleet.hosts().get(name)?;
        let deployment = host.deployment.as_ref()?;
        // A push device is asked by a program that has to be built.
        host.kind.switches().then(|| doctor::host(name, host.kind, &deployment.target_user, status))
    };
    Ok(statuses.iter().filter_map(check).collect())
}

/// `steading info`. Works without Nix and without a fleet: it is what one pastes into a report about either.
pub async fn info(cli: &Cli, cancel: &CancellationToken) -> Result<Answer> {
    let paths = Paths::find()?;
    let fleet = Fleet::open(&cli.flake, cancel).await;
    let information = Information {
        version: env!("CARGO_PKG_VERSION"),
        nix: nix::version(cancel).await.map_err(|error| error.what),
        config: paths.config.clone(),
        cache: fleet
            .as_ref()
            .map_or(paths.cache.clone(), |fleet| paths.fleet_cache(&fleet.flake().display())),
        state: fleet
            .as_ref()
            .map_or(paths.state.clone(), |fleet| paths.fleet_state(&fleet.flake().display())),
        fleet: fleet
            .as_ref()
            .map(|fleet| (fleet.flake().display(), fleet.flake().revision().clone(), fleet.hosts().len()))
            .map_err(ToString::to_string),
    };
    Ok(Answer { text: report::info(&information), json: json::info(&information) })
}
