//! Exit statuses.

use std::process::ExitCode;

use crate::backend::error::{Error, ErrorKind};

/// How the program ends. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Done = 0,
    /// It did not.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The fleet, or a configuration file, is at fault.
    Configuration = 3,
    /// Some hosts are not as they were asked to be.
    SomeHostsFailed = 4,
    /// Stopped by Ctrl-C.
    Interrupted = 130,
    /// The terminal went away (128 + SIGHUP).
    HungUp = 129,
    /// The system asked for the end (128 + SIGTERM).
    Terminated = 143,
    /// The program itself is at fault.
    Bug = 255,
}

impl Exit {
    /// The end of a console that was told to end by this status, or left with 0.
    #[must_use]
    pub fn of_status(status: u8) -> Self {
        [Self::Done, Self::HungUp, Self::Interrupted, Self::Terminated, Self::Bug]
            .into_iter()
            .find(|exit| *exit as u8 == status)
            .unwrap_or(Self::Failed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error.kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Configuration | ErrorKind::Absent | ErrorKind::Evaluation => Self::Configuration,
            ErrorKind::Cancelled => Self::Interrupted,
            _ => Self::Failed,
        }
    }
}
