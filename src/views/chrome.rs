//! What is around the panes: the fleet at the top, the panes' names, the keys at the bottom.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use super::{
    widget::{Look, draw_line, end},
    words::{ago, since},
};
use crate::{
    app::{
        command::{self, COMMANDS},
        deployment::{Deployment, Stage},
        glyph::Glyph,
        knowledge::Condition,
        layout::SMALLEST,
        state::{Pane, State},
        theme::Role,
    },
    views::report::{counted, printable},
};

/// What is said where nothing else fits.
pub(super) fn too_small(buffer: &mut Buffer, screen: Rect, look: Look) {
    let (width, height) = SMALLEST;
    let lines = ["too small", &format!("{width}x{height} at least"), "q quits"];
    let top = screen.height.saturating_sub(3) / 2;
    for (y, text) in (screen.y + top..screen.bottom()).zip(lines) {
        let x = screen.width.saturating_sub(u16::try_from(text.width()).unwrap_or(0)) / 2;
        let line = Line::styled(text, look.style(Role::Text));
        draw_line(buffer, (screen.x + x, y), &line, screen.width - x, look);
    }
}

/// The least columns of a fleet's name: its end tells it from others.
const SHORTEST_NAME: usize = 16;

/// The fleet, its revision, how old what is shown is, and what is going on.
pub(super) fn header(buffer: &mut Buffer, area: Rect, look: Look, state: &State) {
    buffer.set_style(area, look.style(Role::Bar));
    let mut parts = vec![vec![Span::styled("steading", look.style(Role::Head))]];
    // What keeps keys from doing what they say comes first: there may be no room for the rest.
    if state.settings.read_only {
        parts.push(vec![Span::styled("read-only", look.style(Role::Warn))]);
    }
    let fleet = &state.known.fleet;
    let mut named = None;
    match &fleet.value {
        Some(fleet) => {
            named = Some(parts.len());
            let mut part = vec![Span::raw(printable(&fleet.name))];
            if let Some(commit) = &fleet.revision.commit {
                part.push(Span::raw(format!(" {}", printable(commit.get(..7).unwrap_or(commit)))));
            }
            if fleet.revision.dirty {
                part.push(Span::styled(" dirty", look.style(Role::Warn)));
            }
            parts.push(part);
        }
        None if fleet.reading => parts.push(vec![Span::raw("reading the fleet")]),
        None => {}
    }
    parts.push(vec![evaluation(look, state)]);
    parts.extend(deployment(look, state).map(|job| vec![job]));
    let errors = state.known.errors().count() + state.globals.counts().1;
    if errors > 0 {
        let text = format!("{} {}", look.glyph(Glyph::Bad), counted(errors, "error"));
        parts.push(vec![Span::styled(text, look.style(Role::Bad))]);
    }
    if !state.known.asking.is_empty() {
        let text =
            format!("{} asking {}", look.glyph(Glyph::Busy), counted(state.known.asking.len(), "host"));
        parts.push(vec![Span::styled(text, look.style(Role::Busy))]);
    }
    let separator = format!(" {} ", look.glyph(Glyph::Separator));
    let width_of = |part: &[Span]| separator.width() + part.iter().map(Span::width).sum::<usize>();
    // How it stands with the fleet is more than where it is.
    let whole = parts.iter().map(|part| width_of(part)).sum::<usize>() + 1 - separator.width();
    let missing = whole.saturating_sub(area.width.into());
    if let Some(name) = named.and_then(|at| parts[at].first_mut()).filter(|_| missing > 0) {
        let room = name.width().saturating_sub(missing).max(SHORTEST_NAME);
        name.content = end(&name.content, room, look).into();
    }
    let mut line = Line::raw(" ");
    for (at, part) in parts.into_iter().enumerate() {
        let wide = width_of(&part);
        // What would be cut says less than nothing.
        if at > 1 && line.width() + wide > area.width.into() {
            continue;
        }
        if at > 0 {
            line.push_span(separator.clone());
        }
        line.spans.extend(part);
    }
    draw_line(buffer, (area.x, area.y), &line, area.width, look);
}

fn evaluation(look: Look, state: &State) -> Span<'static> {
    let known = &state.known;
    let age = known.fleet.at.map(|at| ago(state.clock, at));
    if known.evaluation.is_some() {
        let text = match age {
            Some(age) if known.fleet.remembered => {
                format!("{} evaluating (shown: {age})", look.glyph(Glyph::Busy))
            }
            _ => format!("{} evaluating", look.glyph(Glyph::Busy)),
        };
        return Span::styled(text, look.style(Role::Busy));
    }
    match age {
        None => Span::styled("not evaluated", look.style(Role::Unknown)),
        Some(age) if known.outdated => {
            Span::styled(format!("evaluated {age}, changed since"), look.style(Role::Warn))
        }
        Some(age) => Span::raw(format!("evaluated {age}")),
    }
}

fn deployment(look: Look, state: &State) -> Option<Span<'static>> {
    let deployment = state.deployment.as_ref()?;
    let elapsed = since(state.clock, deployment.began);
    let (glyph, text, role) = match deployment.stage {
        Stage::Planning => (Glyph::Busy, format!("planning {elapsed}"), Role::Busy),
        Stage::Applying => (Glyph::Busy, format!("deploying {elapsed}"), Role::Busy),
        Stage::Planned => (Glyph::Change, "a plan waits".to_owned(), Role::Warn),
        Stage::Ended => {
            let failed = deployment.failed().count();
            if failed == 0 {
                return None;
            }
            (Glyph::Bad, format!("{} failed", counted(failed, "host")), Role::Bad)
        }
    };
    Some(Span::styled(format!("{} {text}", look.glyph(glyph)), look.style(role)))
}

/// The panes, by the keys that show them, with what is in them.
pub(super) fn tabs(buffer: &mut Buffer, area: Rect, look: Look, state: &State) {
    for (pane, place) in tab_places(state) {
        let number = Span::styled(format!(" {} ", pane as usize + 1), look.style(Role::Key));
        let shown = pane == state.pane.tab();
        let name = Span::styled(pane.title(), look.style(if shown { Role::Head } else { Role::Faint }));
        let (text, role) = summary(state, pane);
        let sum = Span::styled(format!(" {text}"), look.style(role));
        let line = Line::from(vec![number, name, sum, Span::raw(" ")]);
        draw_line(
            buffer,
            (area.x + place.0, area.y),
            &line,
            place.1.min(area.width.saturating_sub(place.0)),
            look,
        );
        if shown {
            let area = Rect { x: area.x + place.0, width: place.1, ..area }.intersection(area);
            buffer.set_style(area, look.style(Role::CursorElsewhere));
        }
    }
}

/// Where each pane's name begins, and how wide it is.
fn tab_places(state: &State) -> Vec<(Pane, (u16, u16))> {
    let mut x = 0;
    Pane::TABS
        .into_iter()
        .map(|pane| {
            let width = 3 + pane.title().width() + 1 + summary(state, pane).0.width() + 1;
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            let place = (x, width);
            x += width + 1;
            (pane, place)
        })
        .collect()
}

/// The pane whose name is at a place of the screen.
#[must_use]
pub fn tab_at(state: &State, (column, row): (u16, u16)) -> Option<Pane> {
    let tabs = state.layout()?.tabs;
    (row == tabs.y).then_some(())?;
    let hit = |(_, (x, width)): &(Pane, (u16, u16))| (*x..x + width).contains(&column);
    tab_places(state).into_iter().find(hit).map(|(pane, _)| pane)
}

/// What there is in a pane, in a word.
fn summary(state: &State, pane: Pane) -> (String, Role) {
    let known = &state.known;
    let count = |count: usize, failed: bool| {
        if failed { (format!("{count}!"), Role::Bad) } else { (count.to_string(), Role::Faint) }
    };
    match pane {
        Pane::Hosts | Pane::Options => {
            let odd = known.hosts().filter(|host| {
                let down = known
                    .seen
                    .get(&host.name)
                    .is_some_and(|seen| !seen.status.reachable && !seen.status.not_asked);
                let condition = known.condition(&host.name);
                down || matches!(condition, Condition::Drifted)
                    || known.systems.get(&host.name).is_some_and(|system| system.error.is_some())
            });
            let failed = odd.count() > 0 || known.fleet.error.is_some();
            count(known.hosts().count(), failed)
        }
        Pane::Globals => {
            let (values, broken) = state.globals.counts();
            count(values, known.globals.failure().is_some() || broken > 0)
        }
        Pane::Services => {
            count(known.services.value.as_ref().map_or(0, Vec::len), known.services.failure().is_some())
        }
        Pane::Secrets => {
            let count_of = known.secrets.value.as_ref().map_or(0, |secrets| secrets.declared.secrets.len());
            count(count_of, known.secrets.failure().is_some())
        }
        Pane::Deploy => match state.deployment.as_ref().map(|deployment: &Deployment| deployment.stage) {
            None => ("none".to_owned(), Role::Faint),
            Some(Stage::Planning) => ("planning".to_owned(), Role::Busy),
            Some(Stage::Planned) => ("planned".to_owned(), Role::Warn),
            Some(Stage::Applying) => ("running".to_owned(), Role::Busy),
            Some(Stage::Ended) => ("ended".to_owned(), Role::Faint),
        },
    }
}

/// What there is to say, or the keys that can be pressed.
pub(super) fn footer(buffer: &mut Buffer, area: Rect, look: Look, state: &State) {
    buffer.set_style(area, look.style(Role::Bar));
    let line = match &state.notice {
        _ if !state.pending.0.is_empty() => Line::from(vec![
            Span::raw(" "),
            Span::styled(format!("{} ...", state.pending), look.style(Role::Key)),
        ]),
        Some(notice) => {
            let (glyph, role) =
                if notice.bad { (Glyph::Warn, Role::Warn) } else { (Glyph::Idle, Role::Text) };
            Line::styled(format!(" {} {}", look.glyph(glyph), printable(&notice.text)), look.style(role))
        }
        None => hints(look, state, area.width),
    };
    draw_line(buffer, (area.x, area.y), &line, area.width, look);
}

/// As many keys as fit whole, the innermost scope's first.
fn hints(look: Look, state: &State, width: u16) -> Line<'static> {
    let mut spans = Vec::new();
    let mut room = usize::from(width);
    for scope in command::scopes(state) {
        for command in COMMANDS.iter().filter(|command| command.scope == scope && !command.hint.is_empty()) {
            let Some(key) = state.settings.keymap.keys(command).first() else { continue };
            if command.check(state).is_err() {
                continue;
            }
            let key = format!(" {key} ");
            let hint = format!("{} ", command.hint);
            let taken = key.width() + hint.width();
            if taken > room {
                return Line::from(spans);
            }
            room -= taken;
            spans.push(Span::styled(key, look.style(Role::Key)));
            spans.push(Span::raw(hint));
        }
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::testing::with_fleet,
        views::widget::testing::{drawn, sixteen},
    };

    #[test]
    fn how_it_stands_has_its_room_whatever_the_fleet_is_called() {
        let mut state = with_fleet(&["gate"]);
        let shown = |state: &State| drawn(80, 1, |buffer, area| header(buffer, area, sixteen(), state));
        assert!(shown(&state).contains(" /home/me/fleet "), "{}", shown(&state));
        let long = format!("/home/me/{}homelab", "checkouts/".repeat(8));
        state.known.fleet.value.as_mut().unwrap().name = long;
        let shown = shown(&state);
        assert!(shown.contains("⋯") && shown.contains("checkouts/homelab"), "{shown}");
        assert!(shown.contains("evaluated"), "{shown}");
    }
}
