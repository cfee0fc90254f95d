//! `steading adopt`.

use tokio_util::sync::CancellationToken;

use super::{
    cli::{Adopt, Cli},
    consent,
    exit::Exit,
    inspect::Answer,
    progress::during,
};
use crate::{
    backend::{
        adoption::{self, Adoption, Declared},
        error::{Error, ErrorKind, Result},
        fleet::{Fleet, nearest},
        model::HostName,
        ssh::Ssh,
    },
    views::report::{self, Adopted, json},
};

/// Shows a host's keys, asks, records, and encrypts its secrets to it.
pub async fn answer(
    cli: &Cli,
    arguments: &Adopt,
    fleet: &Fleet,
    cancel: &CancellationToken,
) -> Result<(Answer, Exit)> {
    let folder = fleet.flake().folder().ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("{} can't be written to", fleet.flake().display()))
            .hint("adopt hosts in a checkout of the fleet: --flake DIR")
    })?;
    let adoption = examine(arguments, fleet, folder, cancel).await?;
    if arguments.dry_run {
        let text = format!("{}{}", report::adoption(&adoption), report::how_to_compare(&adoption));
        return Ok((Answer { text, json: json::adoption(&adoption, &Adopted::default()) }, Exit::Done));
    }
    if adoption.is_due() {
        let shown = format!("{}{}", report::adoption(&adoption), report::how_to_compare(&adoption));
        if !arguments.yes {
            let look = format!("steading adopt {} --dry-run", adoption.host);
            consent::somebody(cli, "the key of this host", &look).map_err(|error| {
                error.hint(format!("look at `{look}`, compare, then add --fingerprint SHA256:… --yes"))
            })?;
            let question =
                format!("is {} the key of `{}`? [y/N] ", adoption.key.fingerprint(), adoption.host);
            if !consent::agreed(&shown, &question, cancel).await? {
                return Err(Error::new(ErrorKind::Cancelled, "declined: nothing was changed"));
            }
        }
        adoption.record(folder, cancel).await?;
    }
    let mut done = Adopted { recorded: adoption.is_due(), ..Adopted::default() };
    check(cli, &adoption, &mut done, cancel).await?;
    Ok((
        Answer {
            text: format!("{}{}", report::adoption(&adoption), report::adopted(&adoption, &done)),
            json: json::adoption(&adoption, &done),
        },
        Exit::Done,
    ))
}

/// Asks the host for its keys, and compares them with what the fleet says.
async fn examine(
    arguments: &Adopt,
    fleet: &Fleet,
    folder: &std::path::Path,
    cancel: &CancellationToken,
) -> Result<Adoption> {
    let name = &arguments.host;
    let host = fleet.hosts().get(name).ok_or_else(|| {
        let error = Error::new(ErrorKind::Usage, format!("there is no host `{name}`"));
        match nearest(name.as_str(), fleet.hosts().keys().map(HostName::as_str)) {
            Some(guess) => error.hint(format!("did you mean `{guess}`?")),
            None => error.hint("`steading hosts` lists them"),
        }
    })?;
    let deployment = host.deployment.as_ref().ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("how `{name}` is reached is not said in the fleet"))
            .hint("adopting is for fleets made with the library: its address is deployment.targetHost in meta.nix")
    })?;
    let secrets = during("evaluating the globals", fleet.secrets(cancel)).await?;
    let recorded = adoption::recorded(folder, name)?;
    let ssh = Ssh::prepare([(name, deployment)])?;
    let offered = during("asking the host for its keys", ssh.offered_keys(name, cancel)).await?;
    let declared = Declared::of(name, &deployment.host_keys, &secrets);
    Adoption::examine(name, offered, recorded, declared, arguments.fingerprint.as_deref())
}

/// Reads the fleet again: it must know the key now.
async fn check(cli: &Cli, adoption: &Adoption, done: &mut Adopted, cancel: &CancellationToken) -> Result<()> {
    let fleet = during("reading the fleet", Fleet::open(&cli.flake, cancel)).await?;
    let secrets = during("evaluating the globals", fleet.secrets(cancel)).await?;
    let host = adoption.host.as_str();
    let key = adoption.key.to_string();
    let known = secrets.host_keys.get(host).is_some_and(|keys| keys.contains(&key));
    if !known {
        let file = adoption::file_of(&adoption.host);
        let what = format!("{file} has the key, but the fleet does not read it");
        return Err(Error::new(ErrorKind::Configuration, what).hint(
            "mkFleet reads it where its `root` is the flake's folder; is `root` another one, or the library an older one? Else put the key into x.global.agenix.publicKeys by hand",
        ));
    }
    let mounted = secrets.mounts.iter().filter(|mount| mount.host.as_deref() == Some(host)).count();
    if mounted > 0 {
        done.left.push(format!(
            "{} to be encrypted to it: `steading secrets rekey`",
            report::counted(mounted, "secret")
        ));
    }
    Ok(())
}
