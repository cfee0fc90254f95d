//! What was built.

use std::collections::BTreeMap;

use super::{
    Cell, Table,
    outcome::{section, shortened},
    style,
};
use crate::backend::{
    error::{Error, ErrorKind},
    model::{HostName, StorePath},
};

/// What came of one host's build.
#[derive(Debug, Clone)]
pub struct BuildRow {
    /// The derivation of its system; `None`: it does not evaluate.
    pub derivation: Option<StorePath>,
    /// Its system, built or not.
    pub system: Option<StorePath>,
    /// Why it was not built; `None`: it was.
    pub error: Option<Error>,
}

impl BuildRow {
    /// The word for what came of it, in tables and JSON.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match &self.error {
            None => "built",
            Some(error) if error.kind == ErrorKind::Cancelled => "cancelled",
            Some(_) if self.derivation.is_none() => "evaluation-failed",
            Some(_) => "build-failed",
        }
    }

    /// Why it was not built; empty where it was.
    #[must_use]
    pub fn reason(&self) -> String {
        self.error.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// A table of hosts and their systems, with the last lines of what failed.
#[must_use]
pub fn build(rows: &BTreeMap<HostName, BuildRow>) -> String {
    let mut table = Table::new(&["HOST", "STATE", "SYSTEM", "WHY"]);
    for (host, row) in rows {
        let (glyph, style) = if row.error.is_none() { ("✓", style::GOOD) } else { ("✗", style::BAD) };
        table.row([
            Cell::new(style::NAME, host.as_str()),
            Cell::new(style, format!("{glyph} {}", row.state())),
            row.system.as_ref().map_or("–", StorePath::as_str).into(),
            shortened(&row.reason()).into(),
        ]);
    }
    let failures = rows.iter().filter_map(|(host, row)| Some((host, row.reason(), row.error.as_ref()?)));
    let sections = failures.map(|(host, reason, error)| section(host, Vec::new(), &reason, &error.detail));
    table.render() + &sections.collect::<String>()
}
