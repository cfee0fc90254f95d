//! The secrets, as they are declared: what makes them, who gets them, and whether their file is there. No plaintext ever comes near.

use std::collections::BTreeSet;

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    document::{Document, Target},
    widget::{Column, Look, Row, Table, highlighted, status},
};
use crate::{
    app::{glyph::Glyph, state::State, theme::Role},
    backend::model::{Mount, PlannedSecret, SecretState},
    views::report::{counted, printable},
};

const COLUMNS: [Column; 4] = [
    Column::new("SECRET", 10, 40),
    Column::new("STATE", 9, 20),
    Column::new("ENGINE", 6, 10),
    Column::new("HOSTS", 5, 30).expendable(0),
];

/// The list.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let listing = &state.secrets;
    let secrets = &state.known.secrets;
    let empty = if !listing.filter.value().is_empty() {
        "no secret matches; Esc takes the filter away"
    } else if secrets.is_absent() {
        "this fleet does without secrets: enter shows how to have them"
    } else if secrets.error.is_some() {
        "the secrets can't be read: E shows why"
    } else if secrets.reading {
        "evaluating the secrets ..."
    } else {
        "no secret is declared: define x.global.agenix.secrets.NAME"
    };
    let table =
        Table { columns: &COLUMNS, len: listing.len(), cursor: listing.cursor, focused, marks: false, empty };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        let facts = secrets.value.as_ref();
        let secret = facts.and_then(|facts| facts.declared.secrets.iter().find(|secret| secret.name == name));
        [
            highlighted(look, Role::Name, name, found),
            condition(look, state, name),
            Line::raw(secret.map(|secret| printable(&secret.engine)).unwrap_or_default()),
            Line::styled(hosts(state, name).join(" "), look.style(Role::Faint)),
        ]
        .into_iter()
        .collect::<Row>()
    });
}

fn planned<'a>(state: &'a State, name: &str) -> Option<&'a PlannedSecret> {
    let plan = state.known.secrets.value.as_ref()?.plan.as_ref().ok()?;
    plan.secrets.iter().find(|secret| secret.name == name)
}

fn condition(look: Look, state: &State, name: &str) -> Line<'static> {
    match planned(state, name).map(|secret| &secret.state) {
        Some(found @ SecretState::Ok) => status(look, Glyph::Good, found.word(), Role::Good),
        Some(found @ SecretState::Unverified) => status(look, Glyph::Unknown, found.word(), Role::Unknown),
        Some(found @ SecretState::Failed(_)) => status(look, Glyph::Bad, found.word(), Role::Bad),
        Some(found) => status(look, Glyph::Warn, found.word(), Role::Warn),
        None => status(look, Glyph::Unknown, "unknown", Role::Unknown),
    }
}

fn mounts<'a>(state: &'a State, name: &'a str) -> impl Iterator<Item = &'a Mount> {
    let mounts = state.known.secrets.value.iter().flat_map(|facts| &facts.declared.mounts);
    mounts.filter(move |mount| mount.secret.as_deref() == Some(name))
}

fn hosts(state: &State, name: &str) -> Vec<String> {
    let hosts = mounts(state, name).filter_map(|mount| mount.host.clone()).collect::<BTreeSet<_>>();
    hosts.into_iter().collect()
}

/// What there is to say of the selected secret.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    if let Some(error) = &state.known.secrets.error {
        document.head(super::words::unread(&state.known.secrets, "secrets"));
        document.error(error);
    }
    let (Some(secret), Some(facts)) = (state.selected_secret(), &state.known.secrets.value) else {
        return document;
    };
    document.head(printable(&secret.name));
    document.field("engine", Role::Text, &secret.engine);
    match (&facts.plan, planned(state, &secret.name)) {
        (Ok(_), Some(planned)) => {
            document.field("state", Role::Text, planned.state.word());
            document.field("", Role::Faint, &planned.state.meaning());
        }
        (Err(error), _) => document.error(error),
        (Ok(_), None) => {}
    }
    if let Some(place) = &secret.defined_at {
        document.field("declared", Role::Place, &place.to_string()).at(place);
    }
    if secret.generation.as_object().is_some_and(|fields| !fields.is_empty()) {
        document.head("Generation");
        for line in format!("{:#}", secret.generation).lines() {
            document.item(Role::Value, line);
        }
    }
    document.head("Mounted");
    let mut mounted = false;
    for mount in mounts(state, &secret.name) {
        mounted = true;
        let text = |text: &Option<String>| printable(text.as_deref().unwrap_or("unknown"));
        let row = document
            .push(2, [(Role::Name, text(&mount.host)), (Role::Place, format!("  {}", text(&mount.path)))]);
        if let Some(host) = mount.host.as_ref().and_then(|host| host.parse().ok()) {
            row.to(Target::Host(host));
        }
        let owner = format!("{}:{} {}", text(&mount.owner), text(&mount.group), text(&mount.mode));
        document.push(4, [(Role::Faint, owner)]);
    }
    if !mounted {
        document.item(Role::Faint, "nowhere: it is an ingredient of others, or nobody's");
    }
    let hosts = hosts(state, &secret.name);
    let keys = &facts.declared;
    let of_hosts = hosts.iter().filter_map(|host| Some((host.as_str(), keys.host_keys.get(host)?)));
    let count = keys.admin_keys.len() + of_hosts.clone().map(|(_, keys)| keys.len()).sum::<usize>();
    document.head(format!("Can be read by {}", counted(count, "key")));
    for key in &keys.admin_keys {
        document.push(2, [(Role::Text, "operator  ".to_owned()), (Role::Faint, printable(key))]);
    }
    for (host, keys) in of_hosts {
        for key in keys {
            document.push(2, [(Role::Name, format!("{host}  ")), (Role::Faint, printable(key))]);
        }
    }
    document
}
