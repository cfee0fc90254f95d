//! What is to be done, as data: the runtime does it.

use std::path::PathBuf;

use super::filter::Question;
use crate::backend::{
    job::Order,
    logstore::{RunLog, Scope},
    model::Place,
    secrets::Handover,
};

/// Something for the runtime to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Tell the backend.
    Order(Order),
    /// Match names, off this thread.
    Filter(Question),
    /// Open the editor at a place of the fleet.
    Edit {
        /// The fleet's folder.
        folder: PathBuf,
        /// The place.
        place: Place,
    },
    /// Put a text into the clipboard of the operator's terminal.
    Copy(String),
    /// Put the text of a secret into it.
    CopySecret(Handover),
    /// Open the editor on the text of a secret, in memory.
    EditSecret {
        /// Its name.
        name: String,
        /// Its text.
        text: Handover,
    },
    /// Write the text of logs to a file that is not there yet.
    Save {
        /// The logs.
        logs: Vec<RunLog>,
        /// What of it.
        scope: Scope,
        /// Where to.
        path: PathBuf,
    },
    /// Look up which commands were run.
    ReadCommands,
    /// Draw the whole screen anew.
    Redraw,
    /// Stop as a shell's job, until it is continued.
    Suspend,
    /// End the program.
    Quit,
}
