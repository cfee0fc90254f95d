//! Asks for a password on the terminal, without showing it.

use std::{
    fmt::Display,
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    ssh::Password,
};

/// Asks on the terminal that we belong to, past every pipe. The terminal is silent before the question is seen, so that no quick typing shows.
pub async fn ask(question: &str, cancel: &CancellationToken) -> Result<Password> {
    let mut terminal =
        File::options().read(true).write(true).open("/dev/tty").map_err(|error| unreadable(&error))?;
    let hidden = Hidden::begin(&terminal).map_err(|error| unreadable(&error))?;
    let reader = BufReader::new(terminal.try_clone().map_err(|error| unreadable(&error))?);
    let asked = write!(terminal, "{question}").and_then(|()| terminal.flush());
    asked.map_err(|error| unreadable(&error))?;
    // A thread of its own: the end of the program waits for every task, but nobody may ever press Enter.
    let (sender, line) = oneshot::channel();
    std::thread::spawn(move || sender.send(reader.lines().next()));
    let line = tokio::select! {
        () = cancel.cancelled() => return Err(Error::cancelled()),
        line = line => line,
    };
    drop(hidden);
    // Enter was not shown either.
    let _ = writeln!(terminal);
    match line {
        Ok(Some(Ok(line))) => Password::new(line),
        Ok(Some(Err(error))) => Err(unreadable(&error)),
        _ => Err(unreadable(&"the terminal is closed")),
    }
}

fn unreadable(problem: &dyn Display) -> Error {
    Error::new(ErrorKind::Usage, format!("the password can't be read: {problem}"))
        .hint("run it on a terminal")
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn begin(terminal: &File) -> std::io::Result<Self> {
        let terminal = terminal.try_clone()?;
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}
