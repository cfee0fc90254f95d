//! `steading secrets edit`: the value of a secret that is made by hand.

use std::io::IsTerminal as _;

use tokio::sync::oneshot;

use super::{change::change, room::Room};
use crate::{
    app::{cli::Consent, editor::Editor, exit::Exit, inspect::Answer, private::Editing},
    backend::{
        blocking::blocking,
        error::{Error, ErrorKind, Result},
        secrets::{self, Plaintext, Request, SecretName, Wish},
    },
};

/// Takes the value from standard input where that is no terminal, and from an editor else.
pub async fn edit(room: Room<'_>, name: &str, consent: &Consent) -> Result<(Answer, Exit)> {
    let name = room.name(name)?;
    // What can't be entered is refused before anything is typed.
    let entered = |text| Wish::to(Request::Enter { name: name.clone(), text });
    let confirmed = room.names(&consent.protected)?;
    room.plan(Wish { confirmed, ..entered(Plaintext::default()) }).await?;
    let text = if std::io::stdin().is_terminal() {
        if room.cli.no_input {
            return Err(Error::new(ErrorKind::Usage, "nobody is there to type the secret")
                .hint("hand it over on standard input"));
        }
        let before = present(&room, &name).await?;
        match edited(before).await? {
            Some(text) => text,
            None => return Err(Error::new(ErrorKind::Cancelled, "nothing was changed")),
        }
    } else {
        standard_input(&room).await?
    };
    change(room, entered(text), consent).await
}

/// The value that it has, if it has one.
async fn present(room: &Room<'_>, name: &SecretName) -> Result<Plaintext> {
    let context = room.context(room.identities()?)?;
    let name = name.clone();
    blocking(move || match context.tree.read(&name.data_file())? {
        Some(_) => secrets::reveal(&context, &name),
        None => Ok(Plaintext::default()),
    })
    .await
}

/// What the operator made of it in the editor; nothing, if it is as it was.
async fn edited(before: Plaintext) -> Result<Option<Plaintext>> {
    let (editing, file) = Editing::begin(before)?;
    Editor::of_process()?.open_private(&file).await?;
    editing.end()
}

async fn standard_input(room: &Room<'_>) -> Result<Plaintext> {
    // A thread of its own: the end of the program waits for every task, but the input may never end.
    let (sender, input) = oneshot::channel();
    std::thread::spawn(move || sender.send(Plaintext::read_from(&mut std::io::stdin().lock())));
    tokio::select! {
        () = room.cancel.cancelled() => Err(Error::cancelled()),
        input = input => match input {
            Ok(input) => input.map_err(|error| Error::io("standard input", &error)),
            Err(_) => Err(Error::new(ErrorKind::Io, "standard input was not read")),
        },
    }
}
