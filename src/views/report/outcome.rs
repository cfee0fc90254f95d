//! Plans and outcomes.

use std::collections::BTreeMap;

use anstyle::Style;

use super::{
    Cell, Table,
    style::{self, paint},
    text::{bytes, counted, printable},
};
use crate::backend::model::{
    ClosureChange, DryActivation, HostName, HostOutcome, HostPlan, HostResult, Outcome, PackageChange, Plan,
    StorePath,
};

/// The table that closes a deployment, with the last lines of what failed.
#[must_use]
pub fn outcomes(results: &BTreeMap<HostName, HostResult>) -> String {
    let mut table = Table::new(&["HOST", "OUTCOME", "RUNS", "WANTED", "WHY"]);
    for (host, HostResult { outcome, failed_units, .. }) in results {
        let units =
            if failed_units.is_empty() { String::new() } else { format!(" {}", failed_units.join(" ")) };
        table.row(row(host, outcome, &format!("{}{units}", outcome.reason)));
    }
    let mut text = table.render();
    for (host, result) in results {
        text.push_str(&section(host, Vec::new(), &result.outcome.reason, &result.detail));
    }
    text
}

/// What a deployment would do: a table, then what changes on each host.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut table = Table::new(&["HOST", "OUTCOME", "RUNS", "WANTED", "CHANGES", "WHY"]);
    for (host, planned) in &plan.hosts {
        let mut cells = row(host, &planned.outcome, &planned.outcome.reason);
        cells.insert(4, summary(planned).into());
        table.row(cells);
    }
    let mut text = table.render();
    for (host, planned) in &plan.hosts {
        text.push_str(&section(host, details(planned), &planned.outcome.reason, &planned.detail));
    }
    text
}

/// An outcome with its glyph and the style of both.
#[must_use]
pub fn outcome_mark(outcome: Outcome) -> (&'static str, Style) {
    match outcome {
        Outcome::Unchanged => ("=", style::FAINT),
        Outcome::Activated => ("✓", style::GOOD),
        Outcome::WouldActivate | Outcome::WouldStage => ("→", style::NAME),
        Outcome::StagedRebootPending | Outcome::ActivatedUnitsFailed => ("▲", style::WARN),
        Outcome::Skipped => ("·", style::FAINT),
        Outcome::Cancelled | Outcome::Unknown => ("?", style::WARN),
        Outcome::RolledBack
        | Outcome::EvaluationFailed
        | Outcome::BuildFailed
        | Outcome::CopyFailed
        | Outcome::ActivationFailed
        | Outcome::Unreachable
        | Outcome::Refused => ("✗", style::BAD),
    }
}

fn row(host: &HostName, outcome: &HostOutcome, why: &str) -> Vec<Cell> {
    let (glyph, style) = outcome_mark(outcome.outcome);
    vec![
        Cell::new(style::NAME, host.as_str()),
        Cell::new(style, format!("{glyph} {}", outcome.outcome.word())),
        Cell::new(style::FAINT, outcome.running.as_deref().map_or_else(|| "–".to_owned(), short)),
        Cell::new(style::FAINT, outcome.wanted.as_ref().map_or("–", StorePath::short_hash)),
        shortened(why).into(),
    ]
}

/// The beginning of a store path's hash; what a push device says of itself as it is.
pub(super) fn short(running: &str) -> String {
    running.parse::<StorePath>().map_or_else(|_| running.to_owned(), |path| path.short_hash().to_owned())
}

/// What changes, in a few words.
fn summary(planned: &HostPlan) -> String {
    let mut parts = Vec::new();
    if let Some(change) = &planned.change {
        parts.push(counted(change.packages.len(), "package"));
        parts.push(difference(change));
    }
    if let Some(dry) = &planned.dry_activation {
        let units = dry.stop.len() + dry.restart.len() + dry.reload.len() + dry.start.len();
        parts.push(counted(units, "unit"));
    }
    parts.join(", ")
}

fn difference(change: &ClosureChange) -> String {
    match change.size_after.cmp(&change.size_before) {
        std::cmp::Ordering::Less => format!("−{}", bytes(change.size_before - change.size_after)),
        _ => format!("+{}", bytes(change.size_after - change.size_before)),
    }
}

fn details(planned: &HostPlan) -> Vec<String> {
    let mut lines = planned
        .warnings
        .iter()
        .map(|warning| paint(style::WARN, &format!("▲ {}", printable(warning))))
        .collect::<Vec<_>>();
    if planned.first_contact && planned.would_change() {
        lines.push(paint(style::FAINT, "first deployment from here"));
    }
    if let Some(change) = &planned.change {
        lines.extend(packages(change));
    }
    if let Some(dry) = &planned.dry_activation {
        lines.extend(units(dry));
    }
    lines
}

/// What comes, goes and changes. What has no version (the system's own files, mostly) is counted.
fn packages(change: &ClosureChange) -> Vec<String> {
    let has_version = |package: &&PackageChange| {
        package.before.iter().chain(&package.after).any(|version| !version.is_empty())
    };
    let (packages, others) = change.packages.iter().partition::<Vec<_>, _>(has_version);
    let line = |package: &&PackageChange| {
        let (before, after) = (package.before.join(", "), package.after.join(", "));
        let (glyph, style, versions) = match (package.before.is_empty(), package.after.is_empty()) {
            (true, _) => ("+", style::GOOD, after),
            (_, true) => ("−", style::BAD, before),
            _ => ("~", style::WARN, format!("{before} → {after}")),
        };
        format!("{} {}", paint(style, &format!("{glyph} {}", printable(&package.name))), printable(&versions))
    };
    let mut lines = packages.iter().map(line).collect::<Vec<_>>();
    let come = others.iter().filter(|other| other.before.is_empty()).count();
    if !others.is_empty() {
        let rest = format!("without a version: {come} come, {} go", others.len() - come);
        lines.push(paint(style::FAINT, &rest));
    }
    lines
}

fn units(dry: &DryActivation) -> Vec<String> {
    let groups = [
        ("would stop", &dry.stop, style::WARN),
        ("would not stop", &dry.not_stop, style::FAINT),
        ("would reload", &dry.reload, style::PLAIN),
        ("would restart", &dry.restart, style::WARN),
        ("would not restart", &dry.not_restart, style::FAINT),
        ("would start", &dry.start, style::GOOD),
    ];
    let group = |(what, units, style): (&str, &Vec<String>, Style)| {
        (!units.is_empty())
            .then(|| format!("{} {}", paint(style, &format!("{what}:")), printable(&units.join(" "))))
    };
    let mut lines = groups.into_iter().filter_map(group).collect::<Vec<_>>();
    if dry.reexecute {
        lines.push(paint(style::WARN, "systemd would be executed anew"));
    }
    if let Some(why) = &dry.reboot {
        lines.push(paint(style::WARN, &format!("▲ a reboot is needed: {}", printable(why))));
    }
    lines.extend(dry.notes.iter().map(|note| printable(note)));
    lines
}

/// The longest reason that a table shows, in characters. What is longer stands whole below.
const REASON_WIDTH: usize = 60;

/// A reason as a table shows it.
pub(super) fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(REASON_WIDTH) {
        Some((at, _)) => format!("{}…", &reason[..at]),
        None => reason.to_owned(),
    }
}

/// What else there is to tell of a host, below a table: nothing, or its name and an indented line each.
pub(super) fn section(
    host: &HostName,
    mut lines: Vec<String>,
    reason: &str,
    last_words: &[String],
) -> String {
    if shortened(reason) != reason {
        lines.push(printable(reason));
    }
    lines.extend(last_words.iter().map(|line| format!("{} {}", paint(style::FAINT, "│"), printable(line))));
    if lines.is_empty() {
        return String::new();
    }
    format!("\n{}\n  {}\n", paint(style::NAME, host.as_str()), lines.join("\n  "))
}
