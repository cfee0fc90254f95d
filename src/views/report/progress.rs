//! Lines that say how far things are.

use super::{
    outcome::outcome_mark,
    style::{self, paint},
    text::{bytes, duration, printable},
};
use crate::backend::{
    event::{BuildProgress, Phase, Transfer},
    model::{HostName, HostOutcome},
};

/// A host at work.
#[must_use]
pub fn host(host: &HostName, phase: Phase, transfer: Option<Transfer>) -> String {
    let transfer = transfer.map(|transfer| format!(" {}", amount(transfer))).unwrap_or_default();
    format!("{} {}{transfer}", paint(style::NAME, host.as_str()), phase.word())
}

/// The build that all hosts share.
#[must_use]
pub fn build(progress: &BuildProgress) -> String {
    let mut parts = vec![format!("building {}/{}", progress.builds_done, progress.builds_expected)];
    if progress.copies.paths_expected > 0 {
        parts.push(format!("fetching {}", amount(progress.copies)));
    }
    parts.extend(progress.running.iter().take(3).map(|build| {
        let phase =
            if build.phase.is_empty() { String::new() } else { format!(" {}", printable(&build.phase)) };
        let machine = build.machine.split_once("://").map_or(build.machine.as_str(), |(_, machine)| machine);
        let machine = if machine.is_empty() { String::new() } else { format!(" on {}", printable(machine)) };
        format!("{}{phase}{machine} {}", printable(&build.name), duration(build.elapsed.as_secs()))
    }));
    parts.extend(progress.copying.iter().take(1).map(|copy| printable(&copy.name)));
    parts.join(" · ")
}

/// A host that is done.
#[must_use]
pub fn settled(host: &HostName, outcome: &HostOutcome) -> String {
    let (glyph, style) = outcome_mark(outcome.outcome);
    let reason =
        if outcome.reason.is_empty() { String::new() } else { format!(": {}", printable(&outcome.reason)) };
    format!(
        "{} {}{reason}",
        paint(style, &format!("{glyph} {}", outcome.outcome.word())),
        paint(style::NAME, host.as_str())
    )
}

fn amount(transfer: Transfer) -> String {
    let Transfer { paths_done, paths_expected, bytes_done, bytes_expected } = transfer;
    let size = if bytes_expected > 0 {
        format!(", {} of {}", bytes(bytes_done), bytes(bytes_expected))
    } else {
        String::new()
    };
    format!("{paths_done}/{paths_expected} paths{size}")
}
