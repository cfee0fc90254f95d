//! What the hosts run.

use std::collections::BTreeMap;

use super::{
    Cell, Table,
    outcome::short,
    style,
    text::{bytes, duration},
};
use crate::backend::model::{HostName, HostStatus, StorePath};

/// What was read from a host, beside what the fleet wants there (`None`: not evaluated, or it doesn't evaluate).
#[derive(Debug, Clone)]
pub struct StatusRow {
    /// What was read.
    pub status: HostStatus,
    /// What is wanted.
    pub wanted: Option<StorePath>,
}

/// A table of hosts: up to date or not, what runs, since when, and how much room there is.
#[must_use]
pub fn status(rows: &BTreeMap<HostName, StatusRow>) -> String {
    let mut table =
        Table::new(&["HOST", "STATE", "RUNS", "WANTED", "GENERATION", "UP FOR", "FREE IN /nix", "NOTE"]);
    for (host, StatusRow { status, wanted }) in rows {
        let (glyph, word, style) = state(status, wanted.as_ref());
        table.row([
            Cell::new(style::NAME, host.as_str()),
            Cell::new(style, format!("{glyph} {word}")),
            status.running.as_deref().map_or_else(|| "–".to_owned(), short).into(),
            wanted.as_ref().map_or("–", StorePath::short_hash).into(),
            status.generation.map_or_else(|| "–".to_owned(), |number| number.to_string()).into(),
            status.uptime_seconds.map_or_else(|| "–".to_owned(), duration).into(),
            status.nix_space.map_or_else(|| "–".to_owned(), |space| bytes(space.free)).into(),
            note(status).into(),
        ]);
    }
    table.render()
}

fn state(status: &HostStatus, wanted: Option<&StorePath>) -> (&'static str, &'static str, anstyle::Style) {
    match (&status.running, wanted) {
        _ if status.not_asked => ("?", "not asked", style::WARN),
        _ if !status.reachable => ("✗", "unreachable", style::BAD),
        (Some(running), Some(wanted)) if running == wanted.as_str() => ("●", "up to date", style::GOOD),
        (Some(_), Some(_)) => ("▲", "differs", style::WARN),
        (None, Some(_)) => ("○", "nothing yet", style::WARN),
        (_, None) => ("?", "unknown", style::WARN),
    }
}

fn note(status: &HostStatus) -> String {
    let mut notes = status.problem.iter().cloned().collect::<Vec<_>>();
    if !status.failed_units.is_empty() {
        notes.push(format!("failed: {}", status.failed_units.join(" ")));
    }
    if let Some(attempt) = status.attempt.as_ref().filter(|attempt| attempt.running) {
        notes.push(format!("an activation of {} is under way", attempt.system.short_hash()));
    }
    if let (Some(running), Some(profile)) = (&status.running, &status.profile)
        && running != profile
    {
        notes.push(format!("the next boot starts {}", short(profile)));
    } else if status.reboot_pending {
        notes.push("a reboot is pending".to_owned());
    }
    notes.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_claims_no_more_than_is_known() {
        let wanted: StorePath = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-x".parse().unwrap();
        let runs = |path: &str| HostStatus {
            reachable: true,
            running: Some(path.to_owned()),
            ..HostStatus::default()
        };
        let word = |status: &HostStatus| state(status, Some(&wanted)).1;
        assert_eq!(word(&HostStatus::default()), "unreachable");
        assert_eq!(word(&HostStatus { not_asked: true, ..HostStatus::default() }), "not asked");
        assert_eq!(word(&runs(wanted.as_str())), "up to date");
        assert_eq!(word(&runs("/nix/store/8h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-x")), "differs");
        assert_eq!(word(&HostStatus { reachable: true, ..HostStatus::default() }), "nothing yet");
        assert_eq!(state(&runs(wanted.as_str()), None).1, "unknown");
    }
}
