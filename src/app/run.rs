//! From a parsed command line to an exit status.

use std::io::Write;

use anstream::ColorChoice;
use tokio_util::sync::CancellationToken;

use super::{
    adopt, browse,
    cli::{Cli, Color, Command, Limit},
    console,
    exit::Exit,
    inspect::{self, Answer},
    machine,
    progress::during,
    rollout::Rollout,
    secrets,
};
use crate::{
    backend::{
        dumps,
        error::{Error, ErrorKind, Result},
        fleet::Fleet,
    },
    views::report,
};

/// Does what the command line says. Data goes to standard output, everything else to standard error.
pub async fn run(cli: Cli) -> Exit {
    match cli.color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
    if cli.decrypts() {
        dumps::forbid();
    }
    let cancel = CancellationToken::new();
    stop_on_interrupt(&cancel);
    let outcome = match &cli.command {
        None => Box::pin(console::open(&cli)).await,
        Some(_) if cli.demo => {
            Err(Error::new(ErrorKind::Usage, "--demo is for the console, which has no command"))
        }
        Some(command) => match answer(&cli, command, &cancel).await {
            Ok((answer, exit)) => print(&cli, &answer).map(|()| exit),
            Err(error) => Err(error),
        },
    };
    match outcome {
        Ok(exit) => exit,
        Err(error) => {
            if cli.json {
                let document = report::json::failure(&error);
                let _ = writeln!(anstream::stdout(), "{document:#}");
            }
            let _ = write!(anstream::stderr(), "{}", report::failure(&error));
            Exit::from(&error)
        }
    }
}

/// What is shown while Nix works on what was asked.
const EVALUATING: &str = "evaluating the globals";

/// The same, where the hosts are wanted too.
const EVALUATING_HOSTS: &str = "evaluating the globals and the hosts";

async fn answer(cli: &Cli, command: &Command, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    let fleet = || open(cli, cancel);
    let rollout = async |hosts, limit| Rollout::begin(cli, fleet().await?, hosts, limit, cancel);
    let answer = match command {
        Command::Hosts(selection) => inspect::hosts(&fleet().await?, &selection.hosts)?,
        Command::Globals { path: Some(path), affected: true, .. } => {
            let fleet = fleet().await?;
            during(EVALUATING_HOSTS, inspect::affected(&fleet, path, cancel)).await?
        }
        Command::Globals { path, all, readers, .. } => {
            let fleet = fleet().await?;
            let readers = *readers || cli.json;
            let doing = if readers { EVALUATING_HOSTS } else { EVALUATING };
            during(doing, inspect::globals(&fleet, path.as_ref(), *all, readers, cancel)).await?
        }
        Command::Options(arguments) => {
            let fleet = fleet().await?;
            let options = browse::options(&fleet, arguments, cancel);
            let (answer, warnings) = during("evaluating the host", options).await?;
            warn(&warnings);
            answer
        }
        Command::Services { form: None } => {
            during(EVALUATING, inspect::services(&fleet().await?, cancel)).await?
        }
        Command::Services { form: Some(form) } => {
            during(EVALUATING, inspect::written(&fleet().await?, (*form).into(), cancel)).await?
        }
        Command::Secrets(secrets) => {
            return secrets::answer(cli, secrets.verb.as_ref(), fleet, cancel).await;
        }
        Command::Adopt(arguments) => return adopt::answer(cli, arguments, &fleet().await?, cancel).await,
        Command::Info => machine::info(cli, cancel).await?,
        Command::Doctor => return machine::doctor(cli, cancel).await,
        Command::Build(hosts) => return rollout(hosts, &Limit::default()).await?.build().await,
        Command::Status(status) => return rollout(&status.hosts, &status.limit).await?.status(status).await,
        Command::Plan(plan) => return rollout(&plan.hosts, &plan.rollout.limit).await?.plan(plan).await,
        Command::Deploy(deploy) => {
            deploy.check()?;
            return rollout(&deploy.hosts, &deploy.rollout.limit).await?.deploy(deploy).await;
        }
    };
    Ok((answer, Exit::Done))
}

/// Opens the fleet, and tells what should be known of it before its data is believed.
async fn open(cli: &Cli, cancel: &CancellationToken) -> Result<Fleet> {
    let fleet = during("reading the fleet", Fleet::open(&cli.flake, cancel)).await?;
    tell_of(&fleet);
    Ok(fleet)
}

fn tell_of(fleet: &Fleet) {
    warn(fleet.warnings());
    let untracked = &fleet.flake().revision().untracked;
    if let Some(first) = untracked.first() {
        let more =
            if untracked.len() > 1 { format!(" and {} more", untracked.len() - 1) } else { String::new() };
        let warning = format!(
            "git does not know {first}{more}, so the fleet is without it: `git add -N` makes it seen"
        );
        warn(&[warning]);
    }
}

fn warn(warnings: &[String]) {
    let mut stderr = anstream::stderr();
    for warning in warnings {
        let _ = write!(stderr, "{}", report::warning(warning));
    }
}

fn print(cli: &Cli, answer: &Answer) -> Result<()> {
    let mut stdout = anstream::stdout();
    let printed =
        if cli.json { writeln!(stdout, "{:#}", answer.json) } else { write!(stdout, "{}", answer.text) };
    match printed.and_then(|()| stdout.flush()) {
        // Whoever read it has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.map_err(|error| Error::io("standard output", &error)),
    }
}

/// Ctrl-C and SIGTERM stop the work in order; what must not be cut off goes on until it is safe.
fn stop_on_interrupt(cancel: &CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let Ok(mut signals) = signal(kind) else { continue };
        let cancel = cancel.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                cancel.cancel();
            }
        });
    }
}
