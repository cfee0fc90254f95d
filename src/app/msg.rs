//! What happened.

use std::{path::PathBuf, time::SystemTime};

use super::keys::Key;
use crate::backend::{error::Result, job::Report, logstore::Saved, process::journal::Ran, secrets::Handover};

/// Something happened, to which the state answers.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Pressed(Key),
    /// Text was pasted.
    Pasted(String),
    /// The wheel was turned over a place; negative: upwards.
    Scrolled {
        /// Column.
        column: u16,
        /// Row.
        row: u16,
        /// Lines.
        lines: i16,
    },
    /// The left button was pressed over a place.
    Clicked {
        /// Column.
        column: u16,
        /// Row.
        row: u16,
    },
    /// The terminal has another size.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Time passed.
    Ticked(SystemTime),
    /// The backend told something.
    Reported(Box<Report>),
    /// There are new log lines.
    LogAdvanced,
    /// A filter found what it found.
    Filtered(super::filter::Answer),
    /// The editor was closed, and the screen is ours again.
    Edited(Result<()>),
    /// The editor of a secret was closed: its text, unless it is as it was.
    SecretEdited(String, Box<Result<Option<Handover>>>),
    /// The screen is about to be the shell's.
    LeavingScreen,
    /// Logs were written to a file.
    Saved(PathBuf, Result<Saved>),
    /// The commands that were run, the latest last.
    Commands(Vec<Ran>),
    /// The system wants us to end.
    EndRequested,
}
