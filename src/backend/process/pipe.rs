//! What a child says, as it comes out of its pipe.

use tokio::io::{AsyncRead, AsyncReadExt};
use zeroize::Zeroizing;

/// How much is read from a pipe at once, and (as often as this fits) what is read from one that somebody else keeps open: more than the largest pipe
/// holds that an ordinary user can make (`/proc/sys/fs/pipe-max-size`).
const CHUNK: usize = 64 * 1024;
const LAST_CHUNKS: usize = 17;

/// A pipe from a child, until its end.
#[derive(Debug)]
pub(super) struct Pipe<R> {
    pipe: Option<R>,
    /// Wiped at the end: children tell secrets, too.
    buffer: Zeroizing<Vec<u8>>,
}

impl<R: AsyncRead + Unpin> Pipe<R> {
    pub(super) fn new(pipe: Option<R>) -> Self {
        Self { pipe, buffer: Zeroizing::new(vec![0; CHUNK]) }
    }

    pub(super) fn ended(&self) -> bool {
        self.pipe.is_none()
    }

    /// Waits for the next bytes and says how many they are; 0 is the end, which an unreadable pipe is too. Waits for ever once that was reached.
    pub(super) async fn read(&mut self) -> usize {
        match &mut self.pipe {
            Some(pipe) => pipe.read(&mut self.buffer).await.unwrap_or(0),
            None => std::future::pending().await,
        }
    }

    pub(super) fn hand_on(&mut self, length: usize, mut chunk: impl FnMut(&[u8])) {
        match length {
            0 => self.pipe = None,
            length => chunk(&self.buffer[..length]),
        }
    }

    /// Hands on what is in the pipe right now, waits for nothing more, and closes it.
    pub(super) async fn hand_on_rest(&mut self, mut chunk: impl FnMut(&[u8])) {
        for _ in 0..LAST_CHUNKS {
            let length = tokio::select! {
                biased;
                length = tokio::task::unconstrained(self.read()) => length,
                () = std::future::ready(()) => 0,
            };
            self.hand_on(length, &mut chunk);
        }
        self.pipe = None;
    }
}
