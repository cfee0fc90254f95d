//! The services of a fleet.

use super::{Cell, Table, printable, style};
use crate::backend::model::{Form, Service, Written};

/// A table of services: who provides each, where, and who may reach it.
#[must_use]
pub fn services(services: &[Service]) -> String {
    let mut table =
        Table::new(&["SERVICE", "HOST", "ADDRESS", "PORTS", "NAME IN DNS", "REACHED BY", "DEFINED AT"]);
    for service in services {
        let port =
            |port: &crate::backend::model::Port| format!("{}:{}/{}", port.name, port.port, port.protocol);
        let dns = if service.publish_dns { service.fqdn.as_deref().unwrap_or_default() } else { "" };
        table.row([
            Cell::new(style::NAME, &service.name),
            known(service.host.as_deref()),
            known(service.address.as_deref()),
            service.ports.iter().map(port).collect::<Vec<_>>().join(" ").into(),
            dns.into(),
            if service.access_from_anywhere {
                "anybody".into()
            } else if service.access_from_all_hosts {
                "all hosts".into()
            } else {
                service.access_from.join(" ").into()
            },
            Cell::new(style::FAINT, service.defined_at.as_ref().map(ToString::to_string).unwrap_or_default()),
        ]);
    }
    table.render()
}

/// What follows from the services, as it is written to a file. Of several files each begins with its name, as a comment.
#[must_use]
pub fn written(form: Form, written: &Written) -> String {
    match written {
        Written::One(text) => lines(text),
        Written::Many(texts) => {
            let comment = if form == Form::Zones { ";" } else { "#" };
            let part =
                |(name, text): (&String, &String)| format!("{comment} {}\n{}", printable(name), lines(text));
            texts.iter().map(part).collect::<Vec<_>>().join("\n")
        }
    }
}

/// A text of several lines that can't do anything to a terminal.
fn lines(text: &str) -> String {
    text.lines().map(|line| printable(line) + "\n").collect()
}

/// A value that may not evaluate.
fn known(value: Option<&str>) -> Cell {
    value.map_or_else(|| Cell::new(style::BAD, "✗ unknown"), Cell::from)
}
