//! The services of a fleet.

use super::{Cell, Table, style};
use crate::backend::model::Service;

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
            if service.access_from_all_hosts {
                "all hosts".into()
            } else {
                service.access_from.join(" ").into()
            },
            Cell::new(style::FAINT, service.defined_at.as_ref().map(ToString::to_string).unwrap_or_default()),
        ]);
    }
    table.render()
}

/// A value that may not evaluate.
fn known(value: Option<&str>) -> Cell {
    value.map_or_else(|| Cell::new(style::BAD, "✗ unknown"), Cell::from)
}
