//! The services: where they are, and who may reach them.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    document::{Document, Target},
    readers,
    widget::{Column, Look, Row, Table, highlighted},
};
use crate::{
    app::{state::State, theme::Role},
    backend::model::{OptionPath, Service},
};

const COLUMNS: [Column; 5] = [
    Column::new("SERVICE", 10, 28),
    Column::new("HOST", 6, 16),
    Column::new("ADDRESS", 10, 39).expendable(1),
    Column::new("PORTS", 6, 30),
    Column::new("FROM", 10, 40).expendable(0),
];

/// Where the services stand among the globals.
pub(super) const BRANCH: [&str; 2] = ["netsrv", "services"];

/// The list.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let listing = &state.services;
    let services = &state.known.services;
    let empty = if !listing.filter.value().is_empty() {
        "no service matches; Esc takes the filter away"
    } else if services.is_absent() {
        "this fleet does without services: enter shows how to have them"
    } else if services.error.is_some() {
        "the services can't be read: E shows why"
    } else if services.reading {
        "evaluating the services ..."
    } else {
        "no host provides a service: define x.global.netsrv.services.NAME"
    };
    let table =
        Table { columns: &COLUMNS, len: listing.len(), cursor: listing.cursor, focused, marks: false, empty };
    table.draw(buffer, area, look, |at| {
        let (name, found) = listing.row(at).unwrap_or_default();
        let service = services.value.iter().flatten().find(|service| service.name == name);
        let Some(service) = service else { return Row::default() };
        let text = |text: &Option<String>| match text {
            Some(text) => Line::raw(text.clone()),
            None => Line::styled("unknown", look.style(Role::Unknown)),
        };
        [
            highlighted(look, Role::Name, name, found),
            text(&service.host),
            text(&service.address),
            Line::styled(ports(service), look.style(Role::Value)),
            Line::styled(access(service), look.style(Role::Faint)),
        ]
        .into_iter()
        .collect()
    });
}

/// The ports in a line: `https 443/tcp`.
pub(super) fn ports(service: &Service) -> String {
    let port = |port: &crate::backend::model::Port| format!("{} {}/{}", port.name, port.port, port.protocol);
    service.ports.iter().map(port).collect::<Vec<_>>().join(", ")
}

fn access(service: &Service) -> String {
    if service.access_from_anywhere {
        "anybody".to_owned()
    } else if service.access_from_all_hosts {
        "all hosts".to_owned()
    } else if service.access_from.is_empty() {
        "nobody".to_owned()
    } else {
        service.access_from.join(" ")
    }
}

/// What there is to say of the selected service.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    if let Some(error) = &state.known.services.error {
        document.head(super::words::unread(&state.known.services, "services"));
        document.error(error);
    }
    let Some(service) = state.selected_service() else { return document };
    document.head(service.name.clone());
    let unknown = "unknown: its definition does not evaluate";
    let field = |document: &mut Document, label: &str, value: &Option<String>| {
        let role = if value.is_some() { Role::Text } else { Role::Unknown };
        document.field(label, role, value.as_deref().unwrap_or(unknown));
    };
    let host = document.field("host", Role::Name, service.host.as_deref().unwrap_or(unknown));
    if let Some(name) = service.host.as_ref().and_then(|host| host.parse().ok()) {
        host.to(Target::Host(name));
    }
    field(&mut document, "address", &service.address);
    field(&mut document, "fqdn", &service.fqdn);
    document.field("in DNS", Role::Text, if service.publish_dns { "yes" } else { "no" });
    document.head("Ports");
    for port in &service.ports {
        let shared = if port.shared { "  shared with other services" } else { "" };
        document.push(
            2,
            [
                (Role::Value, format!("{}/{}", port.port, port.protocol)),
                (Role::Name, format!("  {}", super::report::printable(&port.name))),
                (Role::Faint, shared.to_owned()),
            ],
        );
    }
    document.head("May be reached from");
    if service.access_from_anywhere {
        document.item(Role::Text, "anywhere");
    } else if service.access_from_all_hosts {
        document.item(Role::Text, "all hosts of the fleet");
    }
    for host in &service.access_from {
        let row = document.item(Role::Name, host);
        if let Ok(host) = host.parse() {
            row.to(Target::Host(host));
        }
    }
    let is_open = service.access_from_anywhere || service.access_from_all_hosts;
    if !is_open && service.access_from.is_empty() {
        document.item(Role::Text, "nowhere but its own host");
    }
    document.head("Defined");
    if let Some(place) = &service.defined_at {
        document.item(Role::Place, &place.to_string()).at(place);
    }
    let mut path = OptionPath(BRANCH.map(str::to_owned).to_vec());
    path.0.push(service.name.clone());
    document.item(Role::Name, &path.to_string()).to(Target::Global(path.clone()));
    let leaves = state.known.globals.value.iter().flat_map(|globals| globals.within(&path));
    let set = leaves.filter(|leaf| leaf.is_set()).map(|leaf| leaf.path.clone()).collect::<Vec<_>>();
    readers::paths(&mut document, &set);
    readers::read_by(&mut document, state, &path, "Used by");
    document
}
