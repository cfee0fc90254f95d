//! The verbs that only look.

use std::{collections::BTreeSet, fs::File, io::Write as _, path::Path};

use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{change::shown, room::Room};
use crate::{
    app::{cli::Cli, clipboard, environment::Environment, exit::Exit, inspect::Answer, progress::during},
    backend::{
        blocking::blocking,
        error::{Error, ErrorKind, Result},
        fleet::Fleet,
        model::{Secret, SecretState, Secrets, SecretsPlan},
        secrets::{self, Plaintext, Planned, Wish, seal::Identities},
    },
    views::report::{self, SecretRow, json},
};

/// `steading secrets`. They are listed also where nothing can be said of their files.
pub async fn list(cli: &Cli, fleet: Fleet, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    let declared = during("evaluating the globals", fleet.secrets(cancel)).await?;
    let folder = fleet.flake().folder().map(Path::to_owned);
    let planned = match Room::of(cli, fleet, declared.clone(), cancel) {
        Ok(room) => room.plan_without_key(Wish::default()).await,
        Err(error) => Err(error),
    };
    let mut stderr = anstream::stderr();
    if let Err(error) = &planned {
        let _ = write!(stderr, "{}", report::warning(&format!("how they stand can't be told: {error}")));
    }
    let plan = planned.as_ref().ok().map(Planned::report);
    let rows = rows(&declared, plan, folder.as_deref())?;
    Ok((Answer { text: report::secrets(&rows), json: json::secrets(&rows) }, Exit::Done))
}

fn rows<'a>(
    declared: &'a Secrets,
    plan: Option<&'a SecretsPlan>,
    folder: Option<&Path>,
) -> Result<Vec<SecretRow<'a>>> {
    let row = |secret: &'a Secret| -> Result<SecretRow<'a>> {
        let mounts = declared.mounts.iter().filter(|mount| mount.secret.as_ref() == Some(&secret.name));
        let mounts = mounts.collect::<Vec<_>>();
        let of_hosts =
            mounts.iter().filter_map(|mount| declared.host_keys.get(mount.host.as_ref()?)).flatten();
        let recipients =
            declared.admin_keys.iter().chain(of_hosts).map(String::as_str).collect::<BTreeSet<_>>();
        let planned = plan.and_then(|plan| plan.secrets.iter().find(|planned| planned.name == secret.name));
        let file = Fleet::secret_file(secret)?;
        let present = folder.is_some_and(|folder| folder.join(&file).is_file());
        Ok(SecretRow { secret, file, present, planned, mounts, recipients: recipients.into_iter().collect() })
    };
    declared.secrets.iter().map(row).collect()
}

/// `steading secrets plan`.
pub async fn plan(room: Room<'_>, wish: Wish) -> Result<(Answer, Exit)> {
    let planned = room.plan(wish).await?;
    Ok((shown(planned.report()), Exit::Done))
}

/// `steading secrets check`.
pub async fn check(room: Room<'_>) -> Result<(Answer, Exit)> {
    let planned = room.plan_without_key(Wish::default()).await?;
    let plan = planned.report();
    let mut stderr = anstream::stderr();
    for pair in planned.alike() {
        let _ = write!(stderr, "{}", report::warning(&report::secrets::alike(&pair)));
    }
    // What is only old is told, and no failure: the value is the one that is declared.
    let stale =
        secrets::findings(plan).any(|secret| secret.state != SecretState::Expired || secret.step.is_some());
    Ok((shown(plan), if stale { Exit::Failed } else { Exit::Done }))
}

/// `steading secrets audit`.
pub async fn audit(room: Room<'_>, names: &[String]) -> Result<(Answer, Exit)> {
    let names = room.names(names)?;
    let context = room.context(Identities::default())?;
    names.iter().try_for_each(|name| context.declared.get(name).map(drop))?;
    let mut audit = blocking(move || secrets::audit(&context)).await?;
    if !names.is_empty() {
        audit.secrets.retain(|name, _| names.contains(name));
        audit.unknown.retain(|name| names.contains(name));
        audit.stray.retain(|name| names.contains(name));
        audit.alike.retain(|name, _| names.contains(name));
    }
    Ok((Answer { text: report::secrets::audit(&audit), json: json::audit(&audit) }, Exit::Done))
}

/// `steading secrets reveal NAME --outline`.
pub async fn outline(room: Room<'_>, name: &str) -> Result<(Answer, Exit)> {
    let name = room.name(name)?;
    let context = room.context(Identities::default())?;
    let outline = blocking({
        let name = name.clone();
        move || secrets::outline(&context, &name)
    })
    .await?;
    let json = json::secret_outline(name.as_str(), &outline);
    Ok((Answer { text: report::secrets::outline(&outline), json }, Exit::Done))
}

/// `steading secrets reveal NAME`. The only command that prints a plaintext; it never does so in JSON, nor beside anything else.
pub async fn reveal(room: Room<'_>, name: &str, copy: bool) -> Result<(Answer, Exit)> {
    if room.cli.json {
        return Err(
            Error::new(ErrorKind::Usage, "a plaintext is never a part of JSON").hint("leave --json out")
        );
    }
    let name = room.name(name)?;
    let context = room.context(room.identities()?)?;
    let revealed = blocking(move || secrets::reveal(&context, &name)).await;
    let text =
        revealed.map_err(|error| if room.cancel.is_cancelled() { Error::cancelled() } else { error })?;
    if copy {
        copy_to_clipboard(&text)?;
    } else {
        print(&text).map_err(|error| Error::io("standard output", &error))?;
    }
    Ok((Answer { text: String::new(), json: serde_json::Value::Null }, Exit::Done))
}

/// Prints it as it is, past every buffer; on a terminal with the end of a line, so that the shell's prompt stands apart.
fn print(text: &Plaintext) -> std::io::Result<()> {
    let stdout = anstream::stdout().into_inner();
    let mut left = text.bytes();
    while !left.is_empty() {
        match rustix::io::write(&stdout, left) {
            Ok(written) => left = &left[written..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if rustix::termios::isatty(&stdout) && !text.bytes().ends_with(b"\n") {
        rustix::io::write(&stdout, b"\n")?;
    }
    Ok(())
}

/// Hands the text to the clipboard of the terminal, past every pipe (OSC 52).
fn copy_to_clipboard(text: &Plaintext) -> Result<()> {
    let failed = |error: &std::io::Error| Error::io("the terminal", error);
    let text = std::str::from_utf8(text.bytes())
        .map_err(|_| Error::new(ErrorKind::Refused, "it is no text, and can't be copied as one"))?;
    let sequence = Zeroizing::new(clipboard::sequence(text, Environment::of_process().multiplexer)?);
    let mut terminal = File::options().write(true).open("/dev/tty").map_err(|error| failed(&error))?;
    terminal.write_all(sequence.as_bytes()).map_err(|error| failed(&error))
}
