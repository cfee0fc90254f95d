//! The hosts of a fleet.

use super::{Cell, Table, style};
use crate::backend::model::{Deployment, Host};

/// A table of hosts: how each is reached, and what `meta.nix` says about it.
#[must_use]
pub fn hosts<'a>(hosts: impl IntoIterator<Item = &'a Host>) -> String {
    let mut table = Table::new(&["HOST", "KIND", "REACHED AT", "TAGS", "SYSTEM", "FOLDER"]);
    for host in hosts {
        let deployment = host.deployment.as_ref();
        table.row([
            Cell::new(style::NAME, host.name.as_str()),
            host.kind.word().into(),
            deployment.map_or_else(
                || Cell::new(style::FAINT, "(evaluated)"),
                |deployment| address(deployment).into(),
            ),
            deployment.map_or_else(String::new, |deployment| deployment.tags.join(" ")).into(),
            Cell::new(style::FAINT, host.system.as_deref().unwrap_or_default()),
            Cell::new(style::FAINT, &host.folder),
        ]);
    }
    table.render()
}

/// `user@host:port`, with what is usual left out.
fn address(deployment: &Deployment) -> String {
    let Deployment { target_host, target_user, target_port, .. } = deployment;
    let user = if target_user == "root" { String::new() } else { format!("{target_user}@") };
    let port = if *target_port == 22 { String::new() } else { format!(":{target_port}") };
    format!("{user}{target_host}{port}")
}
