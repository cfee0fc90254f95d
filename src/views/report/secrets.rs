//! The declared secrets of a fleet.

mod plan;

use plan::state;
pub use plan::{alike, audit, outcome, outline, plan, reader_name, state_mark};

use super::{Cell, Table, style};
use crate::backend::model::{Mount, PlannedSecret, Secret};

/// A secret with what belongs to it.
#[derive(Debug, Clone)]
pub struct SecretRow<'a> {
    /// The declaration.
    pub secret: &'a Secret,
    /// Its encrypted file, relative to the flake.
    pub file: String,
    /// Whether that file is there.
    pub present: bool,
    /// How it stands, if that is known.
    pub planned: Option<&'a PlannedSecret>,
    /// Where it is mounted.
    pub mounts: Vec<&'a Mount>,
    /// The public keys that can read it, each once.
    pub recipients: Vec<&'a str>,
}

/// A table of secrets: what makes each, how it stands, where it goes.
#[must_use]
pub fn secrets(rows: &[SecretRow<'_>]) -> String {
    let mut table = Table::new(&["SECRET", "MADE BY", "STATE", "RECIPIENTS", "MOUNTED AT", "DEFINED AT"]);
    for row in rows {
        let state =
            row.planned.map_or_else(|| Cell::new(style::FAINT, "? unknown"), |planned| state(&planned.state));
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
        let mount = |mount: &&Mount| format!("{}:{}", known(&mount.host), known(&mount.path));
        table.row([
            Cell::new(style::NAME, &row.secret.name),
            Cell::from(&row.secret.engine),
            state,
            row.recipients.len().to_string().into(),
            row.mounts.iter().map(mount).collect::<Vec<_>>().join(" ").into(),
            Cell::new(
                style::FAINT,
                row.secret.defined_at.as_ref().map(ToString::to_string).unwrap_or_default(),
            ),
        ]);
    }
    table.render()
}
