//! `steading secrets VERB`.

mod change;
mod edit;
mod look;
mod room;
mod tryout;

use tokio_util::sync::CancellationToken;

use self::room::Room;
use super::{
    cli::{Cli, SecretsVerb},
    exit::Exit,
    inspect::Answer,
};
use crate::backend::{
    error::Result,
    fleet::Fleet,
    secrets::{Request, Wish},
};

/// Does what a verb says; without one, lists the secrets and how they stand.
pub async fn answer(
    cli: &Cli,
    verb: Option<&SecretsVerb>,
    fleet: impl AsyncFnOnce() -> Result<Fleet>,
    cancel: &CancellationToken,
) -> Result<(Answer, Exit)> {
    let verb = match verb {
        None => return look::list(cli, fleet().await?, cancel).await,
        Some(SecretsVerb::Try { mended }) => return tryout::answer(*mended, cancel).await,
        Some(verb) => verb,
    };
    let room = Room::open(cli, fleet().await?, cancel).await?;
    let some = |names: &[String]| room.names(names);
    match verb {
        SecretsVerb::Check => look::check(room).await,
        SecretsVerb::Audit { names } => look::audit(room, &names.names).await,
        SecretsVerb::Reveal { name, outline: true, .. } => look::outline(room, name).await,
        SecretsVerb::Reveal { name, copy, .. } => look::reveal(room, name, *copy).await,
        SecretsVerb::Plan { names, verify } => {
            let names = some(&names.names)?;
            let request = Request::Generate { names, expired: false };
            look::plan(room, Wish { verify: *verify, ..Wish::to(request) }).await
        }
        SecretsVerb::Generate { names, verify, expired, consent } => {
            let names = some(&names.names)?;
            let request = Request::Generate { names, expired: *expired };
            change::change(room, Wish { verify: *verify, ..Wish::to(request) }, consent).await
        }
        SecretsVerb::Rotate { names, consent } => {
            let names = some(names)?;
            change::change(room, Wish::to(Request::Rotate { names }), consent).await
        }
        SecretsVerb::Restore { names, consent } => {
            let names = some(&names.names)?;
            change::change(room, Wish::to(Request::Restore { names }), consent).await
        }
        SecretsVerb::Rekey { names, consent } => {
            let names = some(&names.names)?;
            change::change(room, Wish::to(Request::Rekey { names }), consent).await
        }
        SecretsVerb::Adopt { names, consent } => {
            let names = some(names)?;
            change::change(room, Wish::to(Request::Adopt { names }), consent).await
        }
        SecretsVerb::Prune { names, consent } => {
            let names = some(&names.names)?;
            change::change(room, Wish::to(Request::Prune { names }), consent).await
        }
        SecretsVerb::Edit { name, consent } => edit::edit(room, name, consent).await,
        SecretsVerb::Try { mended } => tryout::answer(*mended, cancel).await,
    }
}
