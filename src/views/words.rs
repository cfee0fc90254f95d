//! Words for times and conditions, as several panes use them.

use std::time::SystemTime;

use ratatui::text::Line;

use super::widget::{Look, status};
use crate::{
    app::{
        glyph::Glyph,
        knowledge::{Condition, Fact, Reach},
        theme::Role,
    },
    backend::model::Outcome,
    views::report::duration,
};

/// How long ago something was, in one unit: `just now`, `5 min ago`.
pub(super) fn ago(now: SystemTime, then: SystemTime) -> String {
    let seconds = now.duration_since(then).map_or(0, |since| since.as_secs());
    match seconds {
        0..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// How long it is from one time to a later one, in one unit: `5 min`, `12 d`.
pub(super) fn span(later: SystemTime, earlier: SystemTime) -> String {
    let seconds = later.duration_since(earlier).map_or(0, |since| since.as_secs());
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long something has been going on.
pub(super) fn since(now: SystemTime, then: SystemTime) -> String {
    duration(now.duration_since(then).map_or(0, |since| since.as_secs()))
}

/// The sign and the role of whether a host answers.
pub(super) fn reach_mark(reach: Reach) -> (Glyph, Role) {
    match reach {
        Reach::Up => (Glyph::Good, Role::Good),
        Reach::Down => (Glyph::Bad, Role::Bad),
        Reach::Asking => (Glyph::Busy, Role::Busy),
        Reach::Unknown => (Glyph::Unknown, Role::Unknown),
    }
}

/// Whether a host answers, as a sign and a word.
pub(super) fn reach(look: Look, reach: Reach) -> Line<'static> {
    let (glyph, role) = reach_mark(reach);
    status(look, glyph, reach.word(), role)
}

/// The sign and the role of whether a host runs what is wanted.
pub(super) fn condition_mark(condition: Condition) -> (Glyph, Role) {
    match condition {
        Condition::UpToDate => (Glyph::Good, Role::Good),
        Condition::Behind | Condition::Bare => (Glyph::Change, Role::Warn),
        Condition::Drifted => (Glyph::Warn, Role::Warn),
        Condition::Unknown => (Glyph::Unknown, Role::Unknown),
    }
}

/// Whether a host runs what is wanted, as a sign and a word.
pub(super) fn condition(look: Look, condition: Condition) -> Line<'static> {
    let (glyph, role) = condition_mark(condition);
    status(look, glyph, condition.word(), role)
}

/// An outcome's sign and role.
pub(super) fn outcome_mark(outcome: Outcome) -> (Glyph, Role) {
    match outcome {
        Outcome::Unchanged | Outcome::Skipped => (Glyph::Idle, Role::Faint),
        Outcome::Activated => (Glyph::Good, Role::Good),
        Outcome::WouldActivate | Outcome::WouldStage => (Glyph::Change, Role::Busy),
        Outcome::StagedRebootPending | Outcome::ActivatedUnitsFailed => (Glyph::Warn, Role::Warn),
        Outcome::Cancelled | Outcome::Unknown => (Glyph::Unknown, Role::Unknown),
        Outcome::RolledBack
        | Outcome::EvaluationFailed
        | Outcome::BuildFailed
        | Outcome::CopyFailed
        | Outcome::ActivationFailed
        | Outcome::Unreachable
        | Outcome::Refused => (Glyph::Bad, Role::Bad),
    }
}

/// An outcome, as a sign and a word.
pub(super) fn outcome(look: Look, outcome: Outcome) -> Line<'static> {
    let (glyph, role) = outcome_mark(outcome);
    status(look, glyph, outcome.word(), role)
}

/// A store path by the beginning of its hash; anything else as it is.
pub(super) fn short(running: &str) -> String {
    running
        .parse::<crate::backend::model::StorePath>()
        .map_or_else(|_| running.to_owned(), |path| path.short_hash().to_owned())
}

/// The title over an error of a part of the fleet.
pub(super) fn unread<T>(fact: &Fact<T>, what: &str) -> String {
    if fact.is_absent() { format!("No {what} here") } else { format!("The {what} can't be read anew") }
}
