//! Reads a line from the terminal that we belong to, past every pipe; a password without showing it.

use std::{
    fmt::Display,
    fs::File,
    io::{Read as _, Write as _},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    ssh::Password,
};

/// The longest line that a terminal hands over, in bytes (`termios(3)`).
const LONGEST: usize = 4096;

/// How often it is looked whether one has stopped waiting for an answer.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Asks for a password.
pub async fn ask(question: &str, cancel: &CancellationToken) -> Result<Password> {
    let (question, cancel) = (question.to_owned(), cancel.clone());
    let asked = tokio::task::spawn_blocking(move || line(&question, true, &cancel));
    let line = asked.await.map_err(|error| unreadable(&error))??;
    Password::new(line.as_str().to_owned())
}

/// Asks, and waits for a line on this thread. A hidden one is silent before the question is seen, so that no quick typing shows.
pub fn line(question: &str, hidden: bool, cancel: &CancellationToken) -> Result<Zeroizing<String>> {
    let mut terminal =
        File::options().read(true).write(true).open("/dev/tty").map_err(|error| unreadable(&error))?;
    let silent =
        if hidden { Some(Hidden::begin(&terminal).map_err(|error| unreadable(&error))?) } else { None };
    let asked = write!(terminal, "{question}").and_then(|()| terminal.flush());
    asked.map_err(|error| unreadable(&error))?;
    let answer = read(&mut terminal, cancel);
    if hidden || answer.is_err() {
        drop(silent);
        // Enter was not shown either.
        let _ = writeln!(terminal);
    }
    answer
}

/// Waits for a line. Nobody may ever press Enter: it ends when one has stopped waiting.
fn read(terminal: &mut File, cancel: &CancellationToken) -> Result<Zeroizing<String>> {
    loop {
        if cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mut ready = [PollFd::new(&terminal, PollFlags::IN)];
        match poll(&mut ready, Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => break,
            Err(error) => return Err(unreadable(&error)),
        }
    }
    let mut typed = Zeroizing::new([0; LONGEST]);
    let length = terminal.read(typed.as_mut()).map_err(|error| unreadable(&error))?;
    if length == 0 {
        return Err(unreadable(&"the terminal is closed"));
    }
    let line = typed[..length].strip_suffix(b"\n").unwrap_or(&typed[..length]);
    match std::str::from_utf8(line) {
        Ok(line) => Ok(Zeroizing::new(line.to_owned())),
        Err(_) => Err(unreadable(&"what was typed is no text")),
    }
}

fn unreadable(problem: &dyn Display) -> Error {
    Error::new(ErrorKind::Usage, format!("the answer can't be read: {problem}")).hint("run it on a terminal")
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
