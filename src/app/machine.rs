//! The commands about this machine: doctor and info.

use tokio_util::sync::CancellationToken;

use super::{cli::Cli, exit::Exit, inspect::Answer, paths::Paths};
use crate::{
    backend::{
        doctor::{self, CheckState},
        error::Result,
        fleet::Fleet,
        nix,
    },
    views::report::{self, Information, json},
};

/// `steading doctor`: this machine first, then the fleet, if there is one here.
pub async fn doctor(cli: &Cli, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    let mut checks = doctor::examine(&Paths::find()?.state, cancel).await?;
    if checks.iter().all(|check| check.state != CheckState::Missing) {
        checks.push(doctor::fleet(&cli.flake, cancel).await?);
    }
    let exit =
        if checks.iter().any(|check| check.state == CheckState::Missing) { Exit::Failed } else { Exit::Done };
    Ok((Answer { text: report::doctor(&checks), json: json::doctor(&checks) }, exit))
}

/// `steading info`. Works without Nix and without a fleet: it is what one pastes into a report about either.
pub async fn info(cli: &Cli, cancel: &CancellationToken) -> Result<Answer> {
    let paths = Paths::find()?;
    let fleet = Fleet::open(&cli.flake, cancel).await;
    let information = Information {
        version: env!("CARGO_PKG_VERSION"),
        nix: nix::version(cancel).await.map_err(|error| error.what),
        config: paths.config.clone(),
        cache: paths.cache.clone(),
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
