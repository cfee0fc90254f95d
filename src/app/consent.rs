//! Asking the operator of a command whether to go on.

use std::io::{IsTerminal as _, Write as _};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::cli::Cli;
use crate::backend::error::{Error, ErrorKind, Result};

/// Refuses where nobody could be asked.
pub fn somebody(cli: &Cli, what: &str, look_at: &str) -> Result<()> {
    if cli.no_input || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, format!("nobody is there to agree to {what}"))
            .hint(format!("look at `{look_at}`, then add --yes")));
    }
    Ok(())
}

/// Shows what is about to be done, and asks. Whatever is no clear yes is a no.
pub async fn agreed(shown: &str, question: &str, cancel: &CancellationToken) -> Result<bool> {
    Ok(matches!(typed(shown, question, cancel).await?.as_str(), "y" | "Y" | "yes"))
}

/// Shows what is about to be done, and asks for a line.
pub async fn typed(shown: &str, question: &str, cancel: &CancellationToken) -> Result<String> {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{shown}\n{question}").and_then(|()| stderr.flush());
    // A thread of its own: the end of the program waits for every task, but nobody may ever press Enter.
    let (sender, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        sender.send(std::io::stdin().read_line(&mut line).map(|_| line))
    });
    tokio::select! {
        () = cancel.cancelled() => Err(Error::cancelled()),
        answer = answer => Ok(answer.ok().and_then(std::result::Result::ok).unwrap_or_default().trim().to_owned()),
    }
}
