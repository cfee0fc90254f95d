//! A child that one talks with: what it is told next depends on what it said.

use std::process::{ExitStatus, Stdio};

use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
    time::Instant,
};

use super::{Invocation, Patience, Pipe, Stream, group_of, journal, stop::GroupGuard, until};
use crate::backend::error::{Error, Result};

/// A running child with open ears. Dropping it kills its whole process group.
#[derive(Debug)]
pub struct Dialogue {
    program: String,
    patience: Patience,
    child: Child,
    _group: GroupGuard,
    /// `None` once nobody listens there any more.
    stdin: Option<ChildStdin>,
    untold: Vec<u8>,
    stdout: Pipe<ChildStdout>,
    stderr: Pipe<ChildStderr>,
    ended: Option<(ExitStatus, Instant)>,
    running: Option<journal::Running>,
}

/// What one hears of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It said something.
    Something,
    /// It ended, and there is nothing more to read.
    End(ExitStatus),
}

impl Dialogue {
    /// Starts the program. Its standard input stays open; an input that the invocation has is what it is told first.
    pub fn begin(invocation: &Invocation) -> Result<Self> {
        let running = invocation.enter();
        let mut child = invocation.spawn(Stdio::piped())?;
        Ok(Self {
            program: invocation.program(),
            patience: invocation.patience,
            _group: GroupGuard(group_of(&child)),
            stdin: child.stdin.take(),
            untold: invocation.input.clone().unwrap_or_default(),
            stdout: Pipe::new(child.stdout.take()),
            stderr: Pipe::new(child.stderr.take()),
            child,
            ended: None,
            running: Some(running),
        })
    }

    /// Tells it something. It is handed over while one [hears](Self::hear).
    pub fn tell(&mut self, text: &[u8]) {
        self.untold.extend_from_slice(text);
    }

    /// Waits for the next thing that it says, and hands that to `chunk`; hands over meanwhile what it was told.
    ///
    /// Nothing is lost when the future is dropped before its end.
    pub async fn hear(&mut self, mut chunk: impl FnMut(Stream, &[u8])) -> Result<Heard> {
        loop {
            if let Some((status, _)) = self.ended
                && self.stdout.ended()
                && self.stderr.ended()
            {
                if let Some(running) = self.running.take() {
                    running.ended(status.into());
                }
                return Ok(Heard::End(status));
            }
            let deadline = self.ended.map(|(_, deadline)| deadline);
            tokio::select! {
                length = self.stdout.read() => {
                    self.stdout.hand_on(length, |bytes| chunk(Stream::Out, bytes));
                    if length > 0 {
                        return Ok(Heard::Something);
                    }
                }
                length = self.stderr.read() => {
                    self.stderr.hand_on(length, |bytes| chunk(Stream::Err, bytes));
                    if length > 0 {
                        return Ok(Heard::Something);
                    }
                }
                taken = write(self.stdin.as_mut(), &self.untold), if !self.untold.is_empty() => {
                    if let Some(length) = taken {
                        self.untold.drain(..length);
                    } else {
                        self.untold.clear();
                        self.stdin = None;
                    }
                }
                ended = self.child.wait(), if self.ended.is_none() => {
                    let status = ended.map_err(|error| Error::io(format_args!("waiting for `{}`", self.program), &error))?;
                    self.ended = Some((status, Instant::now() + self.patience.pipes));
                }
                () = until(deadline), if deadline.is_some() => {
                    self.stdout.hand_on_rest(|bytes| chunk(Stream::Out, bytes)).await;
                    self.stderr.hand_on_rest(|bytes| chunk(Stream::Err, bytes)).await;
                }
            }
        }
    }

    /// The child's process id, as long as it lives.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}

/// Writes as much as there is room for; `None`: nobody will ever read it, and what that means is told by the child's end.
async fn write(stdin: Option<&mut ChildStdin>, text: &[u8]) -> Option<usize> {
    stdin?.write(text).await.ok().filter(|&length| length > 0)
}
