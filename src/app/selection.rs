//! What is under the cursor, and what that means.

use serde_json::Value;

use super::{
    config::ReadOnly,
    state::{Pane, Part, State},
};
use crate::{
    backend::{
        fleet::Selection,
        model::{
            Definition, DefinitionState, File, HostName, Leaf, OptionPath, Place, Secret, Service,
            to_nix_definition, unwritable,
        },
    },
    views::document::{self, Row, Target},
};

impl State {
    /// The hosts that a command is meant for: the marked ones, or the one under the cursor.
    #[must_use]
    pub fn meant_hosts(&self) -> Vec<HostName> {
        let names = match self.pane {
            Pane::Hosts => self.hosts.meant(),
            Pane::Deploy => self.deploy.list.selected().map(str::to_owned).into_iter().collect(),
            _ => Vec::new(),
        };
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// Whether the configuration file keeps a host from being deployed to.
    #[must_use]
    pub fn is_read_only(&self, host: &HostName) -> bool {
        let ReadOnly::Hosts(terms) = &self.settings.config.read_only else { return false };
        let hosts = self.known.fleet.value.as_ref().map(|fleet| &fleet.hosts);
        // A term that names nobody in this fleet is no mistake: one file serves several fleets.
        terms.iter().any(|term| {
            let selection = Selection::parse(std::slice::from_ref(term)).ok();
            let hosts = selection.zip(hosts).and_then(|(selection, hosts)| selection.of(hosts).ok());
            hosts.is_some_and(|hosts| hosts.contains(host))
        })
    }

    /// The selected row's name: a host, a path, a service, a secret.
    #[must_use]
    pub fn selected_name(&self) -> Option<String> {
        match self.pane {
            pane if self.paths(pane).is_some() => self.selected_path().map(|path| path.to_string()),
            pane => self.list(pane)?.selected().map(str::to_owned),
        }
    }

    /// The global value under the cursor, if it is one and no branch.
    #[must_use]
    pub fn selected_leaf(&self) -> Option<&Leaf> {
        let at = self.globals.leaf(self.globals.paths.tree.selected_row()?.leaf?)?;
        self.known.globals.value.as_ref()?.leaves.get(at)
    }

    /// The service under the cursor.
    #[must_use]
    pub fn selected_service(&self) -> Option<&Service> {
        let name = self.services.selected()?;
        self.known.services.value.as_ref()?.iter().find(|service| service.name == name)
    }

    /// The secret under the cursor.
    #[must_use]
    pub fn selected_secret(&self) -> Option<&Secret> {
        let name = self.secrets.list.selected()?;
        self.known.secrets.value.as_ref()?.declared.secrets.iter().find(|secret| secret.name == name)
    }

    /// The selected value, where there is one.
    #[must_use]
    pub fn selected_value(&self) -> Option<&Value> {
        match self.pane {
            Pane::Globals => self.selected_leaf()?.value.as_ref(),
            Pane::Options => {
                let path = self.options.paths.selected()?;
                match self.options.leaf(&path) {
                    Some(leaf) => leaf.value.as_ref(),
                    None => self.options.set_at(&path)?.value.as_ref(),
                }
            }
            _ => None,
        }
    }

    /// The definition that would give what is selected its value, as Nix; or why there is none.
    pub fn selected_definition(&self) -> Result<String, String> {
        let value = self.selected_value().ok_or("it has no value")?;
        if let Some(odd) = unwritable(value) {
            return Err(format!("it can't be written: {odd} is no more than a name for it"));
        }
        let mut path = self.namespace();
        path.0.extend(self.selected_path().unwrap_or_default().0);
        Ok(to_nix_definition(&path, value))
    }

    /// Where in a module the paths of the pane begin.
    #[must_use]
    pub fn namespace(&self) -> OptionPath {
        match (self.pane, &self.known.globals.value) {
            (Pane::Globals, Some(globals)) => globals.namespace.clone(),
            _ => OptionPath::default(),
        }
    }

    /// The path under the cursor, in the panes that have a tree.
    #[must_use]
    pub fn selected_path(&self) -> Option<OptionPath> {
        self.paths(self.pane)?.selected()
    }

    /// What the line under the cursor of the detail leads to.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        if self.part != Part::Detail {
            return None;
        }
        document::of(self).rows.get(self.detail.selected)?.target.clone()
    }

    /// Where in the fleet what is selected is written: the line under the cursor of the detail, or else what is selected as a whole.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let document = document::of(self);
        let ours = |row: &Row| row.place.clone().filter(|place| matches!(place.file, File::Fleet(_)));
        let under =
            (self.part == Part::Detail).then(|| document.rows.get(self.detail.selected).and_then(ours));
        under.flatten().or_else(|| document.rows.iter().find_map(ours))
    }

    /// The host that the selection speaks of.
    #[must_use]
    pub fn host_of_selection(&self) -> Option<HostName> {
        match self.pane {
            Pane::Services => self.selected_service()?.host.as_ref()?.parse().ok(),
            Pane::Globals => {
                if let Some(Target::Host(host)) = self.target() {
                    return Some(host);
                }
                let leaf = self.selected_leaf()?;
                let counts = |definition: &&Definition| definition.state == DefinitionState::Used;
                let of = |definition: &Definition| definition.host.as_ref()?.parse().ok();
                let winner = leaf.definitions.iter().filter(counts).find_map(of);
                winner.or_else(|| leaf.definitions.iter().find_map(of))
            }
            _ => self.selected_host(),
        }
    }
}
