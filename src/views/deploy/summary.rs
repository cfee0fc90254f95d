//! What a deployment as a whole is at: its headline, what failed first, and what is being built.

use ratatui::text::{Line, Span};

use crate::{
    app::{
        deployment::{Deployment, Failure, Stage},
        glyph::Glyph,
        state::State,
        theme::Role,
    },
    backend::event::BuildProgress,
    views::{
        report::{bytes, counted, printable},
        widget::{Look, gauge, status},
        words::since,
    },
};

/// How wide bars are.
const BAR: u16 = 12;

/// What the deployment as a whole is at, and what is being built.
pub(super) fn summary(look: Look, state: &State, deployment: &Deployment) -> Vec<Line<'static>> {
    let mut lines = vec![headline(look, state, deployment)];
    lines.extend(first_failure(look, deployment));
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

/// What failed first, and its first word on it, from the moment at which it fails.
fn first_failure(look: Look, deployment: &Deployment) -> Option<Line<'static>> {
    let failures = deployment.failures();
    let (name, line) = match failures.first()? {
        Failure::Host(host) => (host.to_string(), deployment.hosts.get(host)?.error_line()),
        Failure::Build(derivation) => {
            let failed = deployment.failed_builds.iter().find(|build| build.derivation == *derivation)?;
            (derivation.name().trim_end_matches(".drv").to_owned(), &*failed.line)
        }
    };
    Some(status(look, Glyph::Bad, &printable(&format!("{name}: {}", line.trim())), Role::Bad))
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
    let mut failures = if failed > 0 { format!(", {failed} failed (E)") } else { String::new() };
    let stopped = deployment.to_retry().count() - failed;
    if stopped > 0 {
        failures.push_str(&format!(", {stopped} stopped"));
    }
    match deployment.stage {
        Stage::Planning | Stage::Applying if deployment.stopping => {
            let text = format!("stopping, {elapsed}: hosts that are being activated go on by themselves");
            status(look, Glyph::Busy, &text, Role::Busy)
        }
        Stage::Planning => {
            status(look, Glyph::Busy, &format!("planning {action}: {hosts}, {elapsed}"), Role::Busy)
        }
        Stage::Planned => {
            let text = format!("{action} would change {}{failures}; y applies it", counted(changing, "host"));
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
            &format!("{action} ended after {elapsed}{failures}; R retries"),
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
    if build.copies.paths_done < build.copies.paths_expected {
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
