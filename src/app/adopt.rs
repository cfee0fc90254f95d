//! `steading adopt`.

mod rekey;

use std::path::Path;

use tokio_util::sync::CancellationToken;

use self::rekey::{Rekey, mounted};
use super::{
    cli::{Adopt, Cli},
    consent,
    exit::Exit,
    identities,
    inspect::Answer,
    progress::during,
};
use crate::{
    backend::{
        adoption::{self, Adoption, Declared},
        error::{Error, ErrorKind, Result},
        fleet::{Fleet, nearest},
        model::{HostName, Secrets},
        secrets::seal::canonical,
        ssh::Ssh,
    },
    views::report::{self, Adopted, json},
};

/// What is shown while Nix works.
const EVALUATING: &str = "evaluating the globals";

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
    // What can't be used is better known before anything is written.
    let identities = identities::open(cli, cancel)?;
    let secrets = during(EVALUATING, fleet.secrets(cancel)).await?;
    let adoption = examine(arguments, fleet, &secrets, folder, cancel).await?;
    let shown = report::adoption(&adoption, &mounted(&secrets, &adoption.host));
    let compare = report::how_to_compare(&adoption);
    if arguments.dry_run {
        let json = json::adoption(&adoption, &Adopted::default());
        return Ok((Answer { text: format!("{shown}{compare}"), json }, Exit::Done));
    }
    if adoption.is_due() {
        if !arguments.yes {
            agree(cli, &adoption, &format!("{shown}{compare}"), cancel).await?;
        }
        adoption.record(folder, cancel).await?;
    }
    let mut done = Adopted { recorded: adoption.is_due(), ..Adopted::default() };
    let secrets = known_now(cli, &adoption, cancel).await?;
    let rekey = Rekey { folder: folder.to_owned(), secrets, identities, host: adoption.host.clone() };
    rekey.carry_out(&mut done, cancel).await?;
    let text = format!("{shown}{}", report::adopted(&adoption, &done));
    Ok((Answer { text, json: json::adoption(&adoption, &done) }, Exit::Done))
}

/// Asks whether that is the host's key.
async fn agree(cli: &Cli, adoption: &Adoption, shown: &str, cancel: &CancellationToken) -> Result<()> {
    let Adoption { host, key, .. } = adoption;
    let look = format!("steading adopt {host} --dry-run");
    consent::somebody(cli, "the key of this host", &look).map_err(|error| {
        error.hint(format!("look at `{look}`, compare, then add --fingerprint SHA256:… --yes"))
    })?;
    let question = format!("is {} the key of `{host}`? [y/N] ", key.fingerprint());
    if consent::agreed(shown, &question, cancel).await? {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Cancelled, "declined: nothing was changed"))
}

/// Asks the host for its keys, and compares them with what the fleet says.
async fn examine(
    arguments: &Adopt,
    fleet: &Fleet,
    secrets: &Secrets,
    folder: &Path,
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
    let recorded = adoption::recorded(folder, name)?;
    let ssh = Ssh::prepare([(name, deployment)])?;
    let offered = during("asking the host for its keys", ssh.offered_keys(name, cancel)).await?;
    let declared = Declared::of(name, &deployment.host_keys, secrets);
    Adoption::examine(name, offered, recorded, declared, arguments.fingerprint.as_deref())
}

/// Reads the fleet again: it must know the key now.
async fn known_now(cli: &Cli, adoption: &Adoption, cancel: &CancellationToken) -> Result<Secrets> {
    let fleet = during("reading the fleet", Fleet::open(&cli.flake, cancel)).await?;
    let secrets = during(EVALUATING, fleet.secrets(cancel)).await?;
    let key = canonical(&adoption.key.to_string());
    let keys = secrets.host_keys.get(adoption.host.as_str());
    if keys.is_some_and(|keys| keys.iter().any(|known| canonical(known) == key)) {
        return Ok(secrets);
    }
    let file = adoption::file_of(&adoption.host);
    let option = format!("x.global.agenix.publicKeys.{}", adoption.host);
    if keys.is_some_and(|keys| !keys.is_empty()) {
        let what = format!("{file} has the key, but {option} names another");
        return Err(Error::new(ErrorKind::Configuration, what).hint(format!(
            "a definition in the fleet's modules counts more than the file: take it out; `steading globals agenix.publicKeys.{}` says where it is",
            adoption.host
        )));
    }
    let what = format!("{file} has the key, but the fleet does not read it");
    Err(Error::new(ErrorKind::Configuration, what).hint(
        "mkFleet reads it where its `root` is the flake's folder; is `root` another one, or the library an older one? Else put the key into x.global.agenix.publicKeys by hand",
    ))
}
