//! Signals, as far as a screen has to do with them.

use std::{fs, io, pin::pin};

use futures_util::FutureExt;
use rustix::process::{self, Signal as Number};
use tokio::{
    select,
    signal::unix::{self, SignalKind},
};

use crate::backend::error::{Error, Result};

/// What came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The terminal has another size.
    Resized,
    /// We are to stop, as if Ctrl-Z had been pressed.
    Suspended,
    /// We were stopped, and go on; the terminal may show anything.
    Continued,
    /// We are to end, with this exit status (128 and the signal's number, as shells say it).
    Ended(u8),
}

/// Hears signals.
#[derive(Debug)]
pub struct Signals {
    resized: unix::Signal,
    suspended: unix::Signal,
    continued: unix::Signal,
    hung_up: unix::Signal,
    terminated: unix::Signal,
    interrupted: unix::Signal,
    quit: unix::Signal,
}

impl Signals {
    /// Begins to hear them; what they did before, they do no more.
    pub fn listen() -> Result<Self> {
        let hear = |number: Number| {
            unix::signal(SignalKind::from_raw(number.as_raw()))
                .map_err(|error| Error::io("listening to signals", &error))
        };
        Ok(Self {
            resized: hear(Number::WINCH)?,
            suspended: hear(Number::TSTP)?,
            continued: hear(Number::CONT)?,
            hung_up: hear(Number::HUP)?,
            terminated: hear(Number::TERM)?,
            interrupted: hear(Number::INT)?,
            quit: hear(Number::QUIT)?,
        })
    }

    /// The next one. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Signal {
        select! {
            biased;
            _ = self.terminated.recv() => Signal::Ended(status(Number::TERM)),
            _ = self.hung_up.recv() => Signal::Ended(status(Number::HUP)),
            _ = self.interrupted.recv() => Signal::Ended(status(Number::INT)),
            _ = self.quit.recv() => Signal::Ended(status(Number::QUIT)),
            _ = self.suspended.recv() => Signal::Suspended,
            _ = self.continued.recv() => Signal::Continued,
            _ = self.resized.recv() => Signal::Resized,
        }
    }

    /// Waits for a work during which another program has the terminal. What is typed there to interrupt or to stop reaches all programs of our job: the first is that program's affair, and the second stops us together with it. A request to end is kept until it is done: nobody would be left to take the terminal from that program.
    pub(super) async fn while_lent<T>(&mut self, work: impl Future<Output = T>) -> (T, Option<u8>) {
        let mut work = pin!(work);
        let mut end = None;
        loop {
            select! {
                biased;
                done = &mut work => {
                    let _ = (self.interrupted.recv().now_or_never(), self.quit.recv().now_or_never());
                    return (done, end);
                }
                signal = self.next() => match signal {
                    Signal::Suspended if !nobody_would_resume_us() => {
                        // What can't be stopped goes on.
                        let _ = self.stop().await;
                    }
                    Signal::Ended(status) if status != INTERRUPTED && status != QUIT => end = Some(status),
                    _ => {}
                },
            }
        }
    }

    /// Stops the programs that were started together with this one, as the terminal does on Ctrl-Z; returns when they go on.
    ///
    /// By SIGSTOP: a handler of ours is in the way of SIGTSTP's own effect.
    pub(super) async fn stop(&mut self) -> Result<()> {
        // One that came before is about an earlier stop.
        let _ = self.continued.recv().now_or_never();
        process::kill_current_process_group(Number::STOP)
            .map_err(|error| Error::io("stopping", &io::Error::from(error)))?;
        // The thread that sends the signal may run on for a moment before all of them stand.
        self.continued.recv().await;
        Ok(())
    }
}

/// What Ctrl-C sends.
const INTERRUPTED: u8 = status(Number::INT);

/// What Ctrl-\ sends.
const QUIT: u8 = status(Number::QUIT);

/// The exit status of a program that a signal ended, as shells tell it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "signals have small numbers")]
const fn status(number: Number) -> u8 {
    128 + number.as_raw() as u8
}

/// Whether there is no shell in this session that controls our job. Such a job ignores Ctrl-Z (an orphaned process group in the words of POSIX, General Terminal Interface), and would stay stopped for ever.
pub(super) fn nobody_would_resume_us() -> bool {
    let Some(own) = Family::of(&process::getpid().as_raw_nonzero().to_string()) else { return true };
    let mut parent = own.parent.clone();
    while let Some(family) = Family::of(&parent) {
        if family.session != own.session {
            return true;
        }
        if family.group != own.group {
            return false;
        }
        parent = family.parent;
    }
    true
}

/// Where a process belongs, where `/proc` tells it. Each is a number in text, 0 for one outside this container: `getsid` of the rustix crate takes such a number for an impossible one.
#[derive(Debug, PartialEq)]
struct Family {
    parent: String,
    group: String,
    session: String,
}

impl Family {
    fn of(pid: &str) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Reads a line of `man 5 proc_pid_stat`.
    fn parse(stat: &str) -> Option<Self> {
        // The name in parentheses may hold anything, parentheses and spaces too.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace().skip(1).map(str::to_owned);
        Some(Self { parent: fields.next()?, group: fields.next()?, session: fields.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_read_whatever_a_process_is_called() {
        let family = Family { parent: "0".into(), group: "0".into(), session: "0".into() };
        assert_eq!(Family::parse("17 (a) b (c) S 0 0 0 34816 17 4194560"), Some(family));
        assert_eq!(Family::parse("17 (cut off"), None);
    }

    #[test]
    fn the_own_family_is_found() {
        let own = Family::of(&process::getpid().as_raw_nonzero().to_string()).unwrap();
        assert_eq!(own.group, process::getpgrp().as_raw_nonzero().to_string());
        assert_eq!(Family::of("0"), None);
    }
}
