//! The deployment: what would be done, what is being done, and what came of it, host by host.

mod detail;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

pub(super) use detail::document;

use super::{
    widget::{self, Column, Look, Row, Table, gauge, highlighted, status},
    words::{outcome, since},
};
use crate::{
    app::{
        deployment::{Deployment, HostRun, Stage},
        glyph::Glyph,
        state::{Part, State},
        theme::Role,
    },
    backend::{
        event::{BuildProgress, Phase},
        logstore::Scope,
        model::{ClosureChange, HostName, HostPlan},
    },
    views::report::{bytes, counted, printable},
};

const COLUMNS: [Column; 4] = [
    Column::new("HOST", 8, 24),
    Column::new("STEP", 12, 24),
    Column::new("CHANGES", 7, 30).expendable(1),
    Column::new("WHY", 6, 80).expendable(0),
];

/// How wide bars are.
const BAR: u16 = 12;

/// The hosts of the deployment.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let Some(deployment) = &state.deployment else {
        let empty =
            "nothing is deployed\n\nF plans the whole fleet\nd plans the marked hosts, in the hosts' pane";
        let table = Table {
            columns: &COLUMNS,
            len: 0,
            cursor: crate::app::cursor::Cursor::default(),
            focused,
            marks: false,
            empty,
        };
        table.draw(buffer, area, look, |_| Row::default());
        return;
    };
    let heading = summary(look, state, deployment);
    let above = u16::try_from(heading.len()).unwrap_or(0).min(area.height.saturating_sub(4));
    for (y, line) in (area.top()..area.top() + above).zip(&heading) {
        widget::draw_line(buffer, (area.x, y), line, area.width, look);
    }
    let area = Rect { y: area.y + above, height: area.height - above, ..area };
    let listing = &state.deploy.list;
    let table = Table {
        columns: &COLUMNS,
        len: listing.len(),
        cursor: listing.cursor,
        focused,
        marks: false,
        empty: "no host matches; Esc takes the filter away",
    };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        let run = name.parse::<HostName>().ok().and_then(|host| deployment.hosts.get(&host));
        let Some(run) = run else { return Row::default() };
        let changes = run.plan.as_ref().map(changes).unwrap_or_default();
        let why = run.outcome.as_ref().map(|outcome| outcome.reason.clone()).unwrap_or_default();
        [
            highlighted(look, Role::Name, name, found),
            step(look, deployment, run),
            Line::raw(changes),
            Line::styled(why, look.style(Role::Faint)),
        ]
        .into_iter()
        .collect()
    });
}

/// What a host is at, or came to.
fn step(look: Look, deployment: &Deployment, run: &HostRun) -> Line<'static> {
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

/// What the deployment as a whole is at, and what is being built.
fn summary(look: Look, state: &State, deployment: &Deployment) -> Vec<Line<'static>> {
    let mut lines = vec![headline(look, state, deployment)];
    if let Some(build) = &deployment.build {
        lines.extend(builds(look, build));
    }
    if let Some(failure) = &deployment.failure {
        lines.push(status(look, Glyph::Bad, &printable(&failure.to_string()), Role::Bad));
    }
    if deployment.outdated && deployment.stage == Stage::Planned {
        let text = "files changed since: this plan is of the fleet as it was";
        lines.push(status(look, Glyph::Warn, text, Role::Warn));
    }
    lines
}

fn headline(look: Look, state: &State, deployment: &Deployment) -> Line<'static> {
    let hosts = if deployment.whole_fleet {
        format!("the whole fleet, {}", counted(deployment.hosts.len(), "host"))
    } else {
        counted(deployment.hosts.len(), "host")
    };
    let end = deployment.ended.unwrap_or(state.clock);
    let elapsed = since(end, deployment.began);
    let action = deployment.options.action;
    let changing = deployment.changing().count();
    let failed = deployment.failed().count();
    let failures = if failed > 0 { format!(", {failed} failed (E)") } else { String::new() };
    match deployment.stage {
        Stage::Planning => {
            status(look, Glyph::Busy, &format!("planning {action}: {hosts}, {elapsed}"), Role::Busy)
        }
        Stage::Planned => {
            let text = format!(
                "{action} would change {}{failures}: y applies, c declines",
                counted(changing, "host")
            );
            status(look, Glyph::Change, &text, Role::Warn)
        }
        Stage::Applying => {
            let done = deployment.hosts.values().filter(|run| run.outcome.is_some()).count();
            let text = format!("{action}: {done} of {} done, {elapsed}{failures}", deployment.hosts.len());
            status(look, Glyph::Busy, &text, Role::Busy)
        }
        Stage::Ended if deployment.cancelled => {
            status(look, Glyph::Unknown, &format!("stopped after {elapsed}{failures}"), Role::Unknown)
        }
        Stage::Ended if failed > 0 || deployment.failure.is_some() => status(
            look,
            Glyph::Bad,
            &format!("{action} ended after {elapsed}{failures}; R tries them again"),
            Role::Bad,
        ),
        Stage::Ended if deployment.apply_job.is_none() => {
            status(look, Glyph::Good, &format!("nothing to do: {hosts} run what is wanted"), Role::Good)
        }
        Stage::Ended => {
            status(look, Glyph::Good, &format!("{action} done in {elapsed}: {hosts}"), Role::Good)
        }
    }
}

/// How many of the running builds are shown.
const BUILDS: usize = 4;

fn builds(look: Look, build: &BuildProgress) -> Vec<Line<'static>> {
    let words = format!("{} of {} built", build.builds_done, build.builds_expected);
    let mut lines = vec![gauge(look, build.builds_done, build.builds_expected, BAR, &words)];
    if build.copies.paths_expected > 0 {
        let copies = build.copies;
        let words = format!(
            "{} of {} fetched, {}",
            copies.paths_done,
            counted(usize::try_from(copies.paths_expected).unwrap_or(usize::MAX), "path"),
            bytes(copies.bytes_done)
        );
        lines.push(gauge(look, copies.bytes_done, copies.bytes_expected, BAR, &words));
    }
    for running in build.running.iter().take(BUILDS) {
        let elapsed = crate::views::report::duration(running.elapsed.as_secs());
        let machine =
            if running.machine.is_empty() { String::new() } else { format!(" on {}", running.machine) };
        lines.push(Line::from(vec![
            Span::styled(format!("  {} ", look.glyph(Glyph::Busy)), look.style(Role::Busy)),
            Span::styled(printable(&running.name), look.style(Role::Name)),
            Span::styled(
                printable(&format!(" {}{machine} {elapsed}", running.phase)),
                look.style(Role::Faint),
            ),
        ]));
    }
    if build.running.len() > BUILDS {
        let more = format!("  and {} more", build.running.len() - BUILDS);
        lines.push(Line::styled(more, look.style(Role::Faint)));
    }
    lines
}

/// What changes on a host, in a few words.
fn changes(plan: &HostPlan) -> String {
    let mut parts = Vec::new();
    if let Some(change) = plan.change.as_ref().filter(|_| plan.would_change()) {
        parts.push(counted(change.packages.len(), "pkg"));
        parts.push(difference(change));
    }
    if let Some(dry) = plan.dry_activation.as_ref().filter(|_| plan.would_change()) {
        let units = dry.stop.len() + dry.restart.len() + dry.reload.len() + dry.start.len();
        parts.push(counted(units, "unit"));
    }
    parts.join(", ")
}

fn difference(change: &ClosureChange) -> String {
    if change.size_after < change.size_before {
        format!("-{}", bytes(change.size_before - change.size_after))
    } else {
        format!("+{}", bytes(change.size_after - change.size_before))
    }
}

/// The log.
pub(super) fn log(frame: &mut Frame, area: Rect, look: Look, state: &State) {
    let focused = state.part == Part::Log && state.layers.is_empty();
    widget::log(frame.buffer_mut(), area, look, &state.deploy.log, focused);
}

/// The title of the log's frame.
pub(super) fn log_title(state: &State) -> String {
    let log = &state.deploy.log;
    let counts = log.counts();
    let mut title = match log.scope() {
        Scope::All => "Log".to_owned(),
        Scope::Host(host) => format!("Log of {host}"),
        Scope::Stream(key) => format!("Log of {key}"),
    };
    if !log.filter_text().is_empty() {
        title.push_str(&format!(" &{} {} of {}", printable(log.filter_text()), counts.shown, counts.held));
    }
    if let Some(sought) = log.sought() {
        title.push_str(&format!(" /{} {}", printable(sought.text()), counts.found));
    }
    if counts.missing > 0 {
        title.push_str(&format!(", {} only on disk", counts.missing));
    }
    if !log.follows() {
        title.push_str(", paused");
        if counts.waiting > 0 {
            title.push_str(&format!(", {} more", counts.waiting));
        }
    }
    title
}

/// The deployment beside another pane: what it is at, and the end of its log.
pub(super) fn activity(frame: &mut Frame, area: Rect, look: Look, state: &State) {
    let buffer = frame.buffer_mut();
    let Some(deployment) = &state.deployment else {
        let line = Line::styled("nothing is deployed; F plans the whole fleet", look.style(Role::Faint));
        widget::draw_line(buffer, (area.x, area.y), &line, area.width, look);
        return;
    };
    let mut lines = summary(look, state, deployment);
    lines.push(Line::default());
    for (host, run) in &deployment.hosts {
        let mut line = Line::styled(format!("{:<14} ", host.as_str()), look.style(Role::Name));
        line.extend(step(look, deployment, run).spans);
        lines.push(line);
    }
    let used = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX).min(area.height);
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        widget::draw_line(buffer, (area.x, y), line, area.width, look);
    }
    let rest = Rect { y: area.y + used, height: area.height - used, ..area };
    widget::log(buffer, rest, look, &state.deploy.log, false);
}
