//! The hosts: how they are, and what there is to say of one.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    document::{Document, Target},
    widget::{Column, Look, Row, Table, highlighted},
    words::{ago, condition, outcome, reach, short},
};
use crate::{
    app::{glyph::Glyph, state::State, theme::Role},
    backend::{
        job::Seen,
        model::{BuildOn, Definition, DefinitionState, Deployment, File, Host, HostName, OptionPath, Place},
    },
    views::report::{bytes, counted, duration, printable},
};

const COLUMNS: [Column; 7] = [
    Column::new("HOST", 6, 24).whole(),
    Column::new("REACH", 7, 13).whole(),
    Column::new("STATE", 8, 14).whole(),
    Column::new("NOW", 4, 24).whole().expendable(4),
    Column::new("GEN", 3, 5).right().whole().expendable(2),
    Column::new("KIND", 4, 6).whole().expendable(1),
    Column::new("TAGS", 12, 30).expendable(0),
];

/// The list.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let listing = &state.hosts;
    let table = Table {
        columns: &COLUMNS,
        len: listing.len(),
        cursor: listing.cursor,
        focused,
        marks: true,
        empty: empty(state),
    };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        row(look, state, name, found).marked(listing.marks.contains(name))
    });
}

fn empty(state: &State) -> &'static str {
    if !state.hosts.filter.value().is_empty() {
        "no host matches; Esc takes the filter away"
    } else if state.known.fleet.error.is_some() {
        "the fleet can't be read: E shows why"
    } else if state.known.fleet.reading {
        "reading the fleet ..."
    } else {
        "this fleet has no hosts: make hosts/nixos/NAME/"
    }
}

fn row<'a>(look: Look, state: &'a State, name: &'a str, found: &[usize]) -> Row<'a> {
    let Ok(host) = name.parse::<HostName>() else { return Row::default() };
    let known = &state.known;
    let generation = known.seen.get(&host).and_then(|seen| seen.status.generation);
    let declared = known.host(&host);
    let tags = deployment(state, &host).map(|deployment| deployment.tags.join(" ")).unwrap_or_default();
    [
        highlighted(look, Role::Name, name, found),
        reach(look, known.reach(&host)),
        system_state(look, state, &host),
        now(look, state, &host),
        Line::raw(generation.map(|generation| generation.to_string()).unwrap_or_default()),
        Line::styled(declared.map_or("", |host| host.kind.word()), look.style(Role::Faint)),
        Line::styled(tags, look.style(Role::Faint)),
    ]
    .into_iter()
    .collect()
}

/// Whether it runs what is wanted; an evaluation that failed comes first, for then nobody knows what is wanted.
fn system_state(look: Look, state: &State, host: &HostName) -> Line<'static> {
    let system = state.known.systems.get(host);
    if system.is_some_and(|system| system.error.is_some()) {
        return super::widget::status(look, Glyph::Bad, "eval error", Role::Bad);
    }
    condition(look, state.known.condition(host))
}

/// What is going on there, or what should be looked after.
fn now(look: Look, state: &State, host: &HostName) -> Line<'static> {
    let run = state.deployment.as_ref().and_then(|deployment| deployment.hosts.get(host));
    if let Some(run) = run {
        if let Some((phase, _)) = run.phase {
            return super::widget::status(look, Glyph::Busy, phase.word(), Role::Busy);
        }
        let going_on = state.is_deploying() || state.has_plan();
        if let Some(settled) = run.outcome.as_ref().filter(|_| going_on) {
            return outcome(look, settled.outcome);
        }
    }
    let Some(seen) = state.known.seen.get(host) else { return Line::default() };
    if !seen.status.failed_units.is_empty() {
        let count = seen.status.failed_units.len();
        return super::widget::status(look, Glyph::Bad, &format!("{count} failed"), Role::Bad);
    }
    if seen.status.reboot_pending {
        return super::widget::status(look, Glyph::Warn, "reboot", Role::Warn);
    }
    Line::default()
}

fn deployment<'a>(state: &'a State, host: &HostName) -> Option<&'a Deployment> {
    let system = state.known.systems.get(host).and_then(|system| system.value.as_ref());
    system.map(|system| &system.deployment).or_else(|| state.known.host(host)?.deployment.as_ref())
}

/// What there is to say of the selected host.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    let selected = state.hosts.selected().and_then(|name| name.parse::<HostName>().ok());
    if let Some(error) = &state.known.fleet.error {
        document.head("The fleet can't be read");
        document.error(error);
    }
    let Some(host) = selected.and_then(|name| state.known.host(&name)) else { return document };
    evaluation(&mut document, state, host);
    status(&mut document, state, host);
    run(&mut document, state, host);
    about(&mut document, state, host);
    globals(&mut document, state, &host.name);
    document
}

fn evaluation(document: &mut Document, state: &State, host: &Host) {
    let Some(system) = state.known.systems.get(&host.name) else { return };
    if let Some(error) = &system.error {
        document.head("Its evaluation failed");
        document.error(error);
    }
    let warnings = system.value.iter().flat_map(|system| &system.warnings).collect::<Vec<_>>();
    if !warnings.is_empty() {
        document.head("Warnings");
        for warning in warnings {
            document.item(Role::Warn, warning);
        }
    }
}

fn status(document: &mut Document, state: &State, host: &Host) {
    let now = state.clock;
    let look_up = state.known.condition(&host.name);
    document.head("State");
    let Some(Seen { status, deployed, at }) = state.known.seen.get(&host.name) else {
        document.field("reach", Role::Unknown, state.known.reach(&host.name).word());
        return;
    };
    document.field("asked", Role::Text, &ago(now, *at));
    let (_, role) = super::words::reach_mark(state.known.reach(&host.name));
    document.field("reach", role, state.known.reach(&host.name).word());
    if let Some(problem) = &status.problem {
        document.field("problem", Role::Bad, problem);
    }
    document.field("state", super::words::condition_mark(look_up).1, look_up.word());
    match &status.running {
        Some(running) => document.path("runs", Role::Value, running),
        None if status.reachable => document.field("runs", Role::Value, "nothing of ours"),
        None => document.field("runs", Role::Unknown, "unknown"),
    };
    if let Some(wanted) = state.known.wanted(&host.name) {
        document.path("wanted", Role::Value, wanted.as_str());
    }
    if let Some(deployed) = deployed.as_ref().filter(|deployed| status.running.as_ref() != Some(deployed)) {
        let last = (Role::Faint, " (from here, last)".to_owned());
        document.path("deployed", Role::Value, deployed).spans.push(last);
    }
    if let Some(profile) = status.profile.as_ref().filter(|profile| status.running.as_ref() != Some(profile))
    {
        document.field("next boot", Role::Warn, &short(profile));
    } else if status.reboot_pending {
        document.field("reboot", Role::Warn, "pending: the kernel that runs is not the one that is wanted");
    }
    if let Some(generation) = status.generation {
        document.field("generation", Role::Text, &generation.to_string());
    }
    if let Some(uptime) = status.uptime_seconds {
        document.field("up for", Role::Text, &duration(uptime));
    }
    if let Some(space) = status.nix_space {
        document.field("free /nix", Role::Text, &format!("{} of {}", bytes(space.free), bytes(space.total)));
    }
    if let Some(space) = status.boot_space {
        document.field("free /boot", Role::Text, &format!("{} of {}", bytes(space.free), bytes(space.total)));
    }
    if !status.failed_units.is_empty() {
        document.head("Failed units");
        for unit in &status.failed_units {
            document.item(Role::Bad, unit);
        }
    }
}

fn run(document: &mut Document, state: &State, host: &Host) {
    let Some(run) = state.deployment.as_ref().and_then(|deployment| deployment.hosts.get(&host.name)) else {
        return;
    };
    document.head("Deployment");
    if let Some((phase, since)) = run.phase {
        document.field(
            "at",
            Role::Busy,
            &format!("{} for {}", phase.word(), super::words::since(state.clock, since)),
        );
    }
    if let Some(outcome) = &run.outcome {
        let (_, role) = super::words::outcome_mark(outcome.outcome);
        document.field("outcome", role, outcome.outcome.word());
        if !outcome.reason.is_empty() {
            document.field("why", Role::Text, &outcome.reason);
        }
    }
}

fn about(document: &mut Document, state: &State, host: &Host) {
    document.head("Host");
    document.field("kind", Role::Text, host.kind.word());
    if let Some(system) = &host.system {
        document.field("platform", Role::Text, system);
    }
    document
        .field("options", Role::Faint, "its own: o, or enter here")
        .to(Target::Option(host.name.clone(), OptionPath::default()));
    let file = Place { file: File::Fleet(format!("{}/default.nix", host.folder)), line: None, column: None };
    document.field("written in", Role::Place, &host.folder).at(&file);
    if let Some(deployment) = deployment(state, &host.name) {
        let Deployment { target_host, target_user, target_port, tags, build_on, after, .. } = deployment;
        document.field("reached at", Role::Text, &format!("{target_user}@{target_host}:{target_port}"));
        if !tags.is_empty() {
            document.field("tags", Role::Text, &tags.join(" "));
        }
        if *build_on == BuildOn::Target {
            document.field("built on", Role::Text, "the host itself");
        }
        for other in after {
            document.field("after", Role::Name, other.as_str()).to(Target::Host(other.clone()));
        }
    }
    let services = state.known.services.value.iter().flatten();
    let services =
        services.filter(|service| service.host.as_deref() == Some(host.name.as_str())).collect::<Vec<_>>();
    if !services.is_empty() {
        document.head("Services");
        for service in services {
            let ports = super::services::ports(service);
            document
                .push(2, [(Role::Name, printable(&service.name)), (Role::Faint, format!("  {ports}"))])
                .to(Target::Service(service.name.clone()));
        }
    }
}

/// Globals that are listed; more are counted.
const LISTED: usize = 50;

/// What the host says to the others, and what it takes from them.
fn globals(document: &mut Document, state: &State, host: &HostName) {
    let Some(globals) = &state.known.globals.value else { return };
    let own = state.globals.said_by(host.as_str()).iter().filter_map(|(leaf, definition)| {
        let leaf = globals.leaves.get(*leaf)?;
        Some((leaf, leaf.definitions.get(*definition)?))
    });
    // What shared modules would say under other circumstances is not worth a line each.
    let is_off = |definition: &Definition| definition.state == DefinitionState::Disabled;
    let (off, own): (Vec<_>, Vec<_>) = own.partition(|(_, definition)| is_off(definition));
    if !own.is_empty() || !off.is_empty() {
        document.head(format!("Defines {}", counted(own.len(), "global")));
    }
    for (leaf, definition) in own.iter().take(LISTED) {
        let name = (Role::Name, printable(&leaf.path.to_string()));
        let verdict = match definition.state {
            DefinitionState::Used => "",
            DefinitionState::Overridden => "  loses",
            DefinitionState::Disabled => "  is off",
        };
        let row = document.push(2, [name, (Role::Lost, verdict.to_owned())]);
        row.at(&definition.place).to(Target::Global(leaf.path.clone()));
    }
    rest(document, own.len());
    if !off.is_empty() {
        document.item(Role::Faint, &format!("and {} more, in an mkIf that is false", off.len()));
    }
    let Some(reads) = state.known.reads(host) else {
        document.head("Reads globals");
        let yet = if state.known.evaluation.is_some() { "not known yet" } else { "not known" };
        document.item(Role::Unknown, yet);
        return;
    };
    let parts = [
        (&reads.system.values, Role::Name, ""),
        (&reads.system.names, Role::Name, "  the names in it"),
        (&reads.checks.values, Role::Faint, "  its checks alone"),
    ];
    let all = parts.iter().map(|(paths, ..)| paths.len()).sum();
    document
        .head(format!("Reads {}", counted(reads.system.values.len() + reads.checks.values.len(), "global")));
    let rows =
        parts.iter().flat_map(|(paths, role, note)| paths.iter().map(move |path| (path, *role, *note)));
    for (path, role, note) in rows.filter(|(path, ..)| !path.is_empty()).take(LISTED) {
        let name = (role, printable(&path.to_string()));
        document.push(2, [name, (Role::Faint, note.to_owned())]).to(Target::Global(path.clone()));
    }
    rest(document, all);
}

fn rest(document: &mut Document, all: usize) {
    if all > LISTED {
        document.item(Role::Faint, &format!("and {} more", all - LISTED));
    }
}
