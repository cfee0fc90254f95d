//! Child processes: started in a group of their own, read to the end, and stopped in steps.
//!
//! Every program but `ssh` sessions and the operator's editor is started here. A child never shares our terminal: its standard
//! input is a pipe or nothing, so that it can't ask questions behind a screen.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::error::{Error, ErrorKind, Result};

/// The longest piece of output handed on at once, in bytes: a longer line comes in pieces, so that one endless line can't fill the memory.
pub const LINE_LIMIT: usize = 64 * 1024;

/// How much of a child's output [`capture`] keeps, in bytes; more is an error.
pub const CAPTURE_LIMIT: usize = 256 * 1024 * 1024;

/// A program to run, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    input: Option<Vec<u8>>,
    patience: Patience,
}

/// How long a cancelled child is waited for, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From SIGINT to SIGTERM.
    pub interrupt: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { interrupt: Duration::from_secs(10), terminate: Duration::from_secs(5) }
    }
}

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

    /// The call as one could type it into a shell.
    #[must_use]
    pub fn as_shell(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| quote(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    fn spawn(&self) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if self.folder.as_ref().is_none_or(|folder| folder.is_dir()) => {
                Error::new(ErrorKind::Missing, format!("the program `{}` was not found", self.program()))
                    .hint("install it, or put it into PATH; `steading doctor` lists what is needed")
            }
            _ => Error::io(format_args!("can't start `{}`", self.program()), &error),
        })
    }
}

/// A word as a POSIX shell takes it literally.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,^#~".contains(c);
    if !word.is_empty() && !word.starts_with(['~', '#']) && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs a program and hands on what it says, line by line (without the line's end), in the order in which it was read.
///
/// Returns when the child has ended **and** both its pipes are at their end. When `cancel` fires, the child's process group gets SIGINT, later SIGTERM, later SIGKILL, and its
/// last words are still handed on. A pipe that somebody else keeps open after the child is gone is given one second.
pub async fn run(
    invocation: &Invocation,
    cancel: &CancellationToken,
    mut line: impl FnMut(Stream, &[u8]) + Send,
) -> Result<Exit> {
    if cancel.is_cancelled() {
        return Err(Error::cancelled());
    }
    let mut child = invocation.spawn()?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let mut leftovers = GroupGuard(group);

    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), invocation.input.clone()) {
        // A child that ends without reading all of it is no failure: its exit status speaks.
        tokio::spawn(async move {
            let _ = stdin.write_all(&input).await;
        });
    }

    let (sender, mut lines) = mpsc::channel(64);
    for (stream, pipe) in [
        (Stream::Out, child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>)),
        (Stream::Err, child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>)),
    ] {
        if let Some(pipe) = pipe {
            tokio::spawn(read_lines(stream, pipe, sender.clone()));
        }
    }
    drop(sender);

    let mut stopping = Stopping::new(invocation.patience);
    let mut status = None;
    let mut drained = false;
    while status.is_none() || !drained {
        tokio::select! {
            biased;
            () = cancel.cancelled(), if !stopping.begun() => stopping.step(group),
            () = stopping.due(), if stopping.begun() => stopping.step(group),
            () = stopping.pipes_given_up(), if stopping.begun() && status.is_some() => drained = true,
            received = lines.recv(), if !drained => match received {
                Some((stream, bytes)) => line(stream, &bytes),
                None => drained = true,
            },
            ended = child.wait(), if status.is_none() => {
                status = Some(ended.map_err(|error| Error::io(format_args!("waiting for `{}`", invocation.program()), &error))?);
                stopping.child_ended();
            }
            () = stopping.pipes_given_up(), if status.is_some() => drained = true,
        }
    }
    if !stopping.begun() {
        leftovers.0 = None;
    }
    match status {
        Some(status) => Ok(Exit { status, cancelled: stopping.begun() }),
        None => Err(Error::cancelled()),
    }
}

/// Runs a program and keeps what it says, up to [`CAPTURE_LIMIT`].
pub async fn capture(invocation: &Invocation, cancel: &CancellationToken) -> Result<Output> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let too_much = CancellationToken::new();
    let stop = cancel.child_token();
    let exit = run(invocation, &stop, |stream, bytes| {
        let kept = if stream == Stream::Out { &mut stdout } else { &mut stderr };
        if kept.len() + bytes.len() < CAPTURE_LIMIT {
            kept.extend_from_slice(bytes);
            kept.push(b'\n');
        } else {
            too_much.cancel();
            stop.cancel();
        }
    })
    .await?;
    if too_much.is_cancelled() {
        let what = format!("`{}` said more than {} MiB", invocation.program(), CAPTURE_LIMIT >> 20);
        return Err(Error::new(ErrorKind::Process, what));
    }
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    Ok(Output { exit, stdout, stderr })
}

/// Reads a pipe to its end in lines. What stands behind the last line's end is a line too; a line over [`LINE_LIMIT`] comes in pieces.
async fn read_lines(
    stream: Stream,
    mut pipe: impl AsyncRead + Unpin,
    lines: mpsc::Sender<(Stream, Vec<u8>)>,
) {
    let mut pending: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let length = match pipe.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        let mut rest = &chunk[..length];
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            pending.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            if lines.send((stream, std::mem::take(&mut pending))).await.is_err() {
                return;
            }
        }
        pending.extend_from_slice(rest);
        if pending.len() >= LINE_LIMIT && lines.send((stream, std::mem::take(&mut pending))).await.is_err() {
            return;
        }
    }
    if !pending.is_empty() {
        let _ = lines.send((stream, pending)).await;
    }
}

/// The steps by which a child is made to end.
struct Stopping {
    patience: Patience,
    steps: u8,
    next: Option<Instant>,
    ended: Option<Instant>,
}

impl Stopping {
    fn new(patience: Patience) -> Self {
        Self { patience, steps: 0, next: None, ended: None }
    }

    fn begun(&self) -> bool {
        self.steps > 0
    }

    fn step(&mut self, group: Option<Pid>) {
        let (signal, wait) = match self.steps {
            0 => (Signal::INT, Some(self.patience.interrupt)),
            1 => (Signal::TERM, Some(self.patience.terminate)),
            _ => (Signal::KILL, None),
        };
        if let Some(group) = group {
            // Gone already is as good as stopped.
            let _ = kill_process_group(group, signal);
        }
        self.steps += 1;
        self.next = wait.map(|wait| Instant::now() + wait);
    }

    async fn due(&self) {
        match self.next {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    fn child_ended(&mut self) {
        self.ended = Some(Instant::now());
    }

    async fn pipes_given_up(&self) {
        match self.ended {
            Some(at) => sleep_until(at + Duration::from_secs(1)).await,
            None => std::future::pending().await,
        }
    }
}

/// Kills what is left of the group after a cancelled run, or when the caller loses interest (its future is dropped), so that no grandchild lives on. What a program leaves behind when it ends by
/// itself is its own affair, as in a shell.
struct GroupGuard(Option<Pid>);

impl Drop for GroupGuard {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
