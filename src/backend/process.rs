//! Child processes: started in a group of their own, read to the end, and stopped in steps.
//!
//! Every program but `ssh` sessions and the operator's editor is started here. Its standard input is a pipe or nothing, and what is known to ask
//! questions is told not to: nobody could answer them behind a screen.

use std::{
    ffi::OsString,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
};

use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::Pid;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::error::{Error, ErrorKind, Result};

mod dialogue;
pub mod journal;
mod lines;
mod pipe;
mod stop;

pub use dialogue::{Dialogue, Heard};
pub use lines::{Lines, Piece};
use pipe::Pipe;
pub use stop::Patience;
use stop::{GroupGuard, Stopping};

/// The longest piece of output that [`run`] hands on at once, in bytes: a longer line comes in pieces, so that one endless line can't fill the memory.
pub const LINE_LIMIT: usize = 64 * 1024;

/// How much of a child's output [`capture`] keeps, in bytes; more is an error.
pub const CAPTURE_LIMIT: usize = 256 * 1024 * 1024;

/// The number that the first of the files has which a child is handed.
pub const FIRST_FILE: i32 = 3;

/// Keeps the programs that are known to ask questions on the terminal from doing so: `ssh` asks its graphical helper or nobody, `git` nobody.
const QUIET: [(&str, &str); 2] = [("SSH_ASKPASS_REQUIRE", "force"), ("GIT_TERMINAL_PROMPT", "0")];

/// A program to run, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    input: Option<Vec<u8>>,
    files: Vec<HandedFile>,
    patience: Patience,
}

/// An open file that a child gets, and no other child.
#[derive(Debug, Clone)]
struct HandedFile(Arc<OwnedFd>);

impl PartialEq for HandedFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for HandedFile {}

/// Which of a child's pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its status, known after both pipes were read to the end.
    pub status: ExitStatus,
    /// Whether it was told to stop.
    pub cancelled: bool,
}

/// What a child said, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Invocation {
    /// Starts the description of a call.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            input: None,
            files: Vec::new(),
            patience: Patience::default(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable in the child's environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs it in a folder.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Hands it a text on standard input.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Hands it an open file. The first has the number [`FIRST_FILE`] there, the next the one after, and so on.
    #[must_use]
    pub fn file(mut self, file: OwnedFd) -> Self {
        self.files.push(HandedFile(Arc::new(file)));
        self
    }

    /// Sets how long a cancelled child is waited for.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The program's name, for messages.
    #[must_use]
    pub fn program(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    fn spawn(&self, stdin: Stdio) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(QUIET)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let files = self.files.iter().zip(FIRST_FILE..).map(|(file, child_fd)| {
            let parent_fd = file.0.try_clone()?;
            Ok(FdMapping { parent_fd, child_fd })
        });
        let files = files.collect::<io::Result<Vec<_>>>();
        let files = files.map_err(|error| self.not_started(&error))?;
        if !files.is_empty() && command.fd_mappings(files).is_err() {
            return Err(self.not_started(&io::ErrorKind::InvalidInput.into()));
        }
        command.spawn().map_err(|error| self.not_started(&error))
    }

    /// Enters the call into the journal.
    fn enter(&self) -> journal::Running {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let words = words.map(|word| word.to_string_lossy().into_owned());
        journal::Running::begin(&journal::as_typed(words))
    }

    fn not_started(&self, error: &io::Error) -> Error {
        let program = self.program();
        let folder = self.folder.as_deref().unwrap_or(Path::new(""));
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                if self.folder.is_some() && !folder.is_dir() =>
            {
                let what = format!("can't run `{program}` in {}: there is no such folder", folder.display());
                Error::new(ErrorKind::Io, what)
            }
            io::ErrorKind::NotFound if program.contains('/') && folder.join(&self.program).exists() => {
                let what =
                    format!("can't start `{program}`: the interpreter that its first line names isn't there");
                Error::new(ErrorKind::Missing, what).hint("install it, or mend that line")
            }
            io::ErrorKind::NotFound => {
                Error::new(ErrorKind::Missing, format!("the program `{program}` was not found"))
                    .hint("install it, or put it into PATH; `steading doctor` lists what is needed")
            }
            io::ErrorKind::PermissionDenied => {
                Error::new(ErrorKind::Io, format!("can't start `{program}`: it may not be executed"))
                    .hint("make it executable (`chmod +x`), and its folders accessible")
            }
            _ => Error::io(format_args!("can't start `{program}`"), error),
        }
    }
}

/// A word as a shell takes it literally (POSIX's, and zsh with its extended patterns).
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs a program and hands on what it says, line by line (without the line's end), in the order in which it was read.
///
/// A line over [`LINE_LIMIT`] comes in pieces. Otherwise as [`run_raw`].
pub async fn run(
    invocation: &Invocation,
    cancel: &CancellationToken,
    mut line: impl FnMut(Stream, &[u8]) + Send,
) -> Result<Exit> {
    let (mut out, mut err) = (Lines::new(LINE_LIMIT), Lines::new(LINE_LIMIT));
    let exit = run_raw(invocation, cancel, |stream, bytes| {
        let lines = if stream == Stream::Out { &mut out } else { &mut err };
        lines.push(bytes, |piece| line(stream, piece.bytes));
    })
    .await;
    out.finish(|piece| line(Stream::Out, piece.bytes));
    err.finish(|piece| line(Stream::Err, piece.bytes));
    exit
}

/// Runs a program and hands on what it says as it comes.
///
/// Returns when the child has ended **and** both its pipes are at their end. When `cancel` fires, the child's process group gets SIGINT, later SIGTERM,
/// later SIGKILL, and its last words are still handed on; when it fires before the start, nothing is started and that is an error. A pipe that somebody
/// else keeps open after the child is gone is read for [`Patience::pipes`] and not longer.
///
/// `chunk` holds up the reading, and so the child: that is what bounds the memory. It must not block for long.
pub async fn run_raw(
    invocation: &Invocation,
    cancel: &CancellationToken,
    mut chunk: impl FnMut(Stream, &[u8]) + Send,
) -> Result<Exit> {
    if cancel.is_cancelled() {
        return Err(Error::cancelled());
    }
    let running = invocation.enter();
    let stdin = if invocation.input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = invocation.spawn(stdin)?;
    let group = group_of(&child);
    let mut leftovers = GroupGuard(group);
    let mut stopping = Stopping::new(group, invocation.patience);
    let mut stdout = Pipe::new(child.stdout.take());
    let mut stderr = Pipe::new(child.stderr.take());
    let feeding = feed(child.stdin.take(), invocation.input.as_deref());
    let cancelled = cancel.cancelled();
    tokio::pin!(feeding, cancelled);
    let (mut fed, mut status, mut deadline) = (false, None, None);
    // Nothing here is biased: none of a flood, an end or a cancellation may keep the others from being noticed.
    let status = loop {
        if let Some(status) = status
            && stdout.ended()
            && stderr.ended()
        {
            break status;
        }
        tokio::select! {
            length = stdout.read() => stdout.hand_on(length, |bytes| chunk(Stream::Out, bytes)),
            length = stderr.read() => stderr.hand_on(length, |bytes| chunk(Stream::Err, bytes)),
            () = &mut feeding, if !fed => fed = true,
            () = &mut cancelled, if !stopping.begun() && status.is_none() => stopping.step(),
            () = stopping.due(), if stopping.begun() && status.is_none() => stopping.step(),
            ended = child.wait(), if status.is_none() => {
                let what = format_args!("waiting for `{}`", invocation.program());
                status = Some(ended.map_err(|error| Error::io(what, &error))?);
                deadline = Some(Instant::now() + invocation.patience.pipes);
            }
            () = until(deadline), if deadline.is_some() => {
                stdout.hand_on_rest(|bytes| chunk(Stream::Out, bytes)).await;
                stderr.hand_on_rest(|bytes| chunk(Stream::Err, bytes)).await;
            }
        }
    };
    if !stopping.begun() {
        leftovers.0 = None;
    }
    running.ended(status.into());
    Ok(Exit { status, cancelled: stopping.begun() })
}

/// Runs a program and keeps what it says, byte by byte, up to [`CAPTURE_LIMIT`].
pub async fn capture(invocation: &Invocation, cancel: &CancellationToken) -> Result<Output> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut too_much = false;
    let stop = cancel.child_token();
    let exit = run_raw(invocation, &stop, |stream, bytes| {
        let kept = if stream == Stream::Out { &mut stdout } else { &mut stderr };
        if kept.len() + bytes.len() <= CAPTURE_LIMIT {
            kept.extend_from_slice(bytes);
        } else {
            too_much = true;
            stop.cancel();
        }
    })
    .await?;
    if too_much {
        let what = format!("`{}` said more than {} MiB", invocation.program(), CAPTURE_LIMIT >> 20);
        return Err(Error::new(ErrorKind::Process, what));
    }
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    Ok(Output { exit, stdout, stderr })
}

/// Writes a child's standard input and closes it. A child that ends without reading all of it is no failure: its exit status speaks.
async fn feed(stdin: Option<ChildStdin>, input: Option<&[u8]>) {
    if let (Some(mut stdin), Some(input)) = (stdin, input) {
        let _ = stdin.write_all(input).await;
    }
}

/// The process group that a child leads.
fn group_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
