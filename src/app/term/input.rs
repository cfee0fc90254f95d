//! What the operator types, read by a thread of its own.
//!
//! crossterm's `EventStream` is not used: it reads a terminal that is gone in a loop that never ends, on the task that asked it, and it can't say when it stopped reading.

use std::{
    io::{self, PipeReader, PipeWriter, pipe},
    sync::mpsc as blocking,
    thread,
    time::Duration,
};

use crossterm::event::{self, Event};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    stdio,
};
use tokio::sync::mpsc;

use crate::backend::error::{Error, Result};

/// How many events may wait to be read: a long paste is one.
const CAPACITY: usize = 1024;

/// How long crossterm looks for more once there was something. It takes no zero.
const GLANCE: Duration = Duration::from_millis(1);

/// How often crossterm is asked again for what it read already. When its thread is held up for as long as a glance takes, it looks at nothing and says that there is nothing.
const AGAIN: usize = 3;

/// The time between two of those questions.
const BETWEEN: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// How long a reader may take to notice that it should stop. Only one that waits for the rest of a broken sequence takes longer, and it is left to it.
const STOPS_WITHIN: Duration = Duration::from_secs(1);

/// Keys, clicks and pastes, in order.
#[derive(Debug)]
pub struct Input {
    /// `None` when the terminal is gone.
    events: mpsc::Receiver<Option<Event>>,
    sender: mpsc::Sender<Option<Event>>,
    reader: Option<Reader>,
    gone: bool,
}

/// The thread that reads the terminal.
#[derive(Debug)]
struct Reader {
    /// Closed to make it stop.
    stop: PipeWriter,
    /// Disconnected when it stopped.
    stopped: blocking::Receiver<()>,
}

impl Input {
    /// Begins to read.
    pub fn listen() -> Result<Self> {
        let (sender, events) = mpsc::channel(CAPACITY);
        let mut input = Self { events, sender, reader: None, gone: false };
        input.resume()?;
        Ok(input)
    }

    /// The next event; none any more once the terminal is gone. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Option<Event> {
        if self.gone {
            return None;
        }
        let event = self.events.recv().await.flatten();
        self.gone = event.is_none();
        event
    }

    /// Stops reading: from now on every key is for whoever has the terminal. What was read before can still be taken.
    pub fn pause(&mut self) {
        let Some(Reader { stop, stopped }) = self.reader.take() else { return };
        drop(stop);
        let _ = stopped.recv_timeout(STOPS_WITHIN);
    }

    /// Reads again.
    pub fn resume(&mut self) -> Result<()> {
        if self.reader.is_some() {
            return Ok(());
        }
        let failed = |error: io::Error| Error::io("reading the keys", &error);
        let (stopping, stop) = pipe().map_err(failed)?;
        let (alive, stopped) = blocking::channel();
        let sender = self.sender.clone();
        let work = move || {
            let gone = read(&stopping, &sender).is_err();
            // Whoever waits for the next key learns it; a console that ended meanwhile needn't.
            if gone {
                let _ = sender.blocking_send(None);
            }
            drop(alive);
        };
        thread::Builder::new().name("keys".to_owned()).spawn(work).map_err(failed)?;
        self.reader = Some(Reader { stop, stopped });
        Ok(())
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // A reader that waits for room would not see that it should stop.
        self.events.close();
        self.pause();
    }
}

/// Reads until it is told to stop. An error means that the terminal is gone.
fn read(stopping: &PipeReader, events: &mpsc::Sender<Option<Event>>) -> io::Result<()> {
    let terminal = stdio::stdin();
    let mut asks = 0_usize;
    loop {
        let mut ready =
            [PollFd::new(stopping, PollFlags::IN), PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
        match poll(&mut ready, (asks > 0).then_some(&BETWEEN)) {
            Err(Errno::INTR) => continue,
            polled => polled?,
        };
        asks = asks.saturating_sub(1);
        let [stop, input] = ready.map(|fd| fd.revents());
        if !stop.is_empty() {
            return Ok(());
        }
        if input.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while event::poll(GLANCE)? {
            asks = AGAIN;
            if events.blocking_send(Some(event::read()?)).is_err() {
                return Ok(());
            }
        }
    }
}
