//! This machine: what it has, what it lacks.

use std::path::PathBuf;

use super::{
    Cell, Table,
    style::{self, paint},
    text::printable,
};
use crate::backend::{
    doctor::{Check, CheckState},
    fleet::Revision,
};

/// What `steading info` tells.
#[derive(Debug, Clone)]
pub struct Information {
    /// The version of this program.
    pub version: &'static str,
    /// What `nix --version` says, or why it says nothing.
    pub nix: Result<String, String>,
    /// Folder of the configuration.
    pub config: PathBuf,
    /// Folder of what can be made anew.
    pub cache: PathBuf,
    /// Folder of what is remembered of this fleet.
    pub state: PathBuf,
    /// Where the fleet is, at which revision, with how many hosts; or why there is none.
    pub fleet: Result<(String, Revision, usize), String>,
}

/// The checks, with what to do about each that isn't fine.
#[must_use]
pub fn doctor(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let (glyph, word, style) = match check.state {
            CheckState::Fine => ("✓", "fine", style::GOOD),
            CheckState::Doubtful => ("▲", "look", style::WARN),
            CheckState::Missing => ("✗", "missing", style::BAD),
        };
        let mark = paint(style, &format!("{glyph} {word:7}"));
        text.push_str(&format!("{mark} {:13} {}\n", check.subject, printable(&check.found)));
        if let Some(hint) = &check.hint {
            text.push_str(&format!(
                "{}{}\n",
                paint(style::WARN, "                        → "),
                printable(hint)
            ));
        }
    }
    text
}

/// Versions and folders.
#[must_use]
pub fn info(information: &Information) -> String {
    let Information { version, nix, config, cache, state, fleet } = information;
    let either = |found: &Result<String, String>| found.clone().unwrap_or_else(|problem| problem);
    let mut table = Table::new(&["steading", version]);
    let mut line = |name: &str, value: String| table.row([Cell::new(style::NAME, name), value.into()]);
    line("nix", either(nix));
    line("configuration", config.display().to_string());
    line("cache", cache.display().to_string());
    line("state", state.display().to_string());
    match fleet {
        Err(problem) => line("fleet", format!("none: {problem}")),
        Ok((flake, revision, hosts)) => {
            line("fleet", flake.clone());
            line("revision", revision_text(revision));
            line("hosts", hosts.to_string());
        }
    }
    table.render()
}

fn revision_text(revision: &Revision) -> String {
    let commit = revision.commit.as_deref().unwrap_or("no commit");
    let commit = commit.get(..12).unwrap_or(commit);
    let dirty = if revision.dirty { ", with changes that are not committed" } else { "" };
    let untracked = match revision.untracked.len() {
        0 => String::new(),
        count => format!(", {count} untracked .nix files not seen"),
    };
    format!("{commit}{dirty}{untracked}")
}
