//! The rows of the deployment's table: a host and how it gets on.

use ratatui::text::{Line, Span};

use crate::{
    app::{
        deployment::{Deployment, HostRun, Stage},
        glyph::Glyph,
        theme::Role,
    },
    backend::{
        event::Phase,
        model::{ClosureChange, HostPlan, Outcome},
    },
    views::{
        report::{bytes, counted},
        widget::{self, Column, Look, Row, highlighted, status},
        words::outcome,
    },
};

/// While a plan waits what it would change counts most.
const PLANNED: [Column; 8] = [
    Column::new("HOST", 6, 24).whole(),
    STEPS.expendable(1),
    Column::new("STATE", 12, 24).whole(),
    Column::new("PKGS", 4, 5).right().whole().expendable(3),
    Column::new("SIZE", 4, 12).right().whole().expendable(4),
    Column::new("UNITS", 5, 5).right().whole().expendable(2),
    Column::new("NOTE", 8, 34).expendable(5),
    Column::new("WHY", 10, 120).expendable(0),
];

/// While it runs, what happens.
const RUNNING: [Column; 5] = [
    Column::new("HOST", 6, 24).whole(),
    STEPS.expendable(3),
    Column::new("STATE", 12, 24).whole(),
    Column::new("NOTE", 8, 24).expendable(0),
    Column::new("WHY", 10, 120).expendable(2),
];

/// When it is over, what came of it and why.
const ENDED: [Column; 5] = [
    Column::new("HOST", 6, 24).whole(),
    STEPS.expendable(1),
    Column::new("STATE", 12, 24).whole(),
    Column::new("NOTE", 8, 24).whole().expendable(0),
    Column::new("WHY", 22, 120).expendable(2),
];

const STEPS: Column = Column::fixed("STEPS", 8);

/// All steps, in their order.
const PHASES: [Phase; 8] = [
    Phase::Evaluate,
    Phase::Reach,
    Phase::Build,
    Phase::Compare,
    Phase::Copy,
    Phase::DryActivate,
    Phase::Activate,
    Phase::Verify,
];

/// The columns that count now.
pub(super) fn columns(stage: Option<Stage>) -> &'static [Column] {
    match stage {
        Some(Stage::Planned) => &PLANNED,
        Some(Stage::Ended) => &ENDED,
        _ => &RUNNING,
    }
}

/// The row of a host.
pub(super) fn row<'a>(
    look: Look,
    deployment: &'a Deployment,
    (name, run): (&'a str, &'a HostRun),
    found: &[usize],
) -> Row<'a> {
    let host = highlighted(look, Role::Name, name, found);
    let (state, note) = (step(look, deployment, run), note(look, run));
    let why = Line::styled(run.error_line(), look.style(Role::Faint));
    if deployment.stage != Stage::Planned {
        return [host, steps(look, run), state, note, why].into_iter().collect();
    }
    let plan = run.plan.as_ref().filter(|plan| plan.would_change());
    let change = plan.and_then(|plan| plan.change.as_ref());
    let packages = change.map(|change| change.packages.len().to_string()).unwrap_or_default();
    let size = change.map(difference).unwrap_or_default();
    let units = plan.map_or(0, units);
    let units = if units == 0 { String::new() } else { units.to_string() };
    [host, steps(look, run), state, Line::raw(packages), Line::raw(size), Line::raw(units), note, why]
        .into_iter()
        .collect()
}

/// A sign for each step: done, under way, failed, or still to come.
pub(super) fn steps(look: Look, run: &HostRun) -> Line<'static> {
    let sign = |phase: Phase| {
        let (glyph, role) = mark(run, phase);
        Span::styled(look.glyph(glyph), look.style(role))
    };
    PHASES.into_iter().map(sign).collect()
}

/// The steps in words, as many as count for the host.
pub(super) fn steps_in_words(look: crate::app::glyph::Glyphs, run: &HostRun) -> Vec<(Role, String)> {
    let known = PHASES.into_iter().filter(|phase| mark(run, *phase).0 != Glyph::Idle);
    known
        .map(|phase| {
            let (glyph, role) = mark(run, phase);
            (role, format!("{} {}  ", look.of(glyph), phase.word()))
        })
        .collect()
}

fn mark(run: &HostRun, phase: Phase) -> (Glyph, Role) {
    if run.phase.is_some_and(|(now, _)| now == phase) {
        (Glyph::Busy, Role::Busy)
    } else if run.stuck == Some(phase) {
        match run.outcome.as_ref().map(|outcome| outcome.outcome) {
            Some(Outcome::Cancelled | Outcome::Unknown) | None => (Glyph::Unknown, Role::Unknown),
            Some(_) => (Glyph::Bad, Role::Bad),
        }
    } else if run.done.contains(&phase) {
        (Glyph::Good, Role::Good)
    } else {
        (Glyph::Idle, Role::Faint)
    }
}

/// What a host is at, or came to.
pub(super) fn step(look: Look, deployment: &Deployment, run: &HostRun) -> Line<'static> {
    if let Some(settled) = &run.outcome {
        return outcome(look, settled.outcome);
    }
    match run.phase {
        _ if run.cancelled => status(look, Glyph::Busy, "giving up", Role::Busy),
        Some((phase, _)) => {
            let mut line = status(look, Glyph::Busy, phase.word(), Role::Busy);
            if let (Phase::Copy, Some(transfer)) = (phase, run.transfer) {
                let share = widget::share(transfer.bytes_done, transfer.bytes_expected);
                let share = share.map(|share| format!(" {share}%")).unwrap_or_default();
                line.push_span(Span::styled(share, look.style(Role::Faint)));
            }
            line
        }
        None if deployment.running_job().is_some() => status(look, Glyph::Idle, "waits", Role::Faint),
        None => status(look, Glyph::Unknown, "not done", Role::Unknown),
    }
}

/// What is to be minded of a host, in a few words: that it wants a reboot, that it is new, that somebody warns.
fn note(look: Look, run: &HostRun) -> Line<'static> {
    let mut parts = Vec::new();
    if let Some(plan) = run.plan.as_ref().filter(|plan| plan.would_change()) {
        if plan.dry_activation.as_ref().is_some_and(|dry| dry.reboot.is_some()) {
            parts.push("reboot".to_owned());
        }
        if plan.first_contact {
            parts.push("first time".to_owned());
        }
    }
    let warnings = run.warnings.len() + run.plan.as_ref().map_or(0, |plan| plan.warnings.len());
    if warnings > 0 {
        parts.push(counted(warnings, "warning"));
    }
    if parts.is_empty() { Line::default() } else { status(look, Glyph::Warn, &parts.join(", "), Role::Warn) }
}

/// How many units an activation would touch.
fn units(plan: &HostPlan) -> usize {
    let dry = plan.dry_activation.as_ref();
    dry.map_or(0, |dry| dry.stop.len() + dry.restart.len() + dry.reload.len() + dry.start.len())
}

fn difference(change: &ClosureChange) -> String {
    if change.size_after < change.size_before {
        format!("-{}", bytes(change.size_before - change.size_after))
    } else {
        format!("+{}", bytes(change.size_after - change.size_before))
    }
}
