//! Which globals the demo's hosts use, and what follows when one changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::data::damaged;
use crate::backend::{
    error::Result,
    model::{
        Affected, Definition, DefinitionKind, DefinitionState, Globals, HostName, Leaf, OptionPath, ReadSet,
        Reads, Service,
    },
};

/// The file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadsFile {
    host: Vec<HostReads>,
    made: Vec<Made>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostReads {
    name: HostName,
    system: Vec<String>,
    #[serde(default)]
    checks: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    of: String,
    are: Vec<String>,
}

/// Which globals are made of which others.
#[derive(Debug, Clone, Default)]
pub struct Makings(Vec<(OptionPath, Vec<OptionPath>)>);

/// What a service says of itself stands among the globals, too.
pub fn of_services(services: &[Service]) -> Vec<Leaf> {
    let leaf = |service: &Service, name: &str, value: &Option<String>| {
        let (value, place) = (value.clone()?, service.defined_at.clone()?);
        let definition = Definition {
            host: service.host.clone().filter(|host| place.to_string().contains(&format!("/{host}/"))),
            place: place.clone(),
            via: None,
            items: Vec::new(),
            priority: 100,
            order: None,
            state: DefinitionState::Used,
            kind: DefinitionKind::Definition,
            value: Some(value.clone().into()),
            error: None,
        };
        Some(Leaf {
            path: OptionPath(["netsrv", "services", &service.name, name].map(str::to_owned).to_vec()),
            type_description: "string".to_owned(),
            value: Some(value.into()),
            error: None,
            declarations: Vec::new(),
            definitions: vec![definition],
        })
    };
    let of = |service| [leaf(service, "host", &service.host), leaf(service, "fqdn", &service.fqdn)];
    services.iter().flat_map(of).flatten().collect()
}

impl ReadsFile {
    /// What each host reads, leaf by leaf.
    pub fn of_hosts(&self, globals: &Globals) -> Result<BTreeMap<HostName, Reads>> {
        let of = |host: &HostReads| {
            let reads =
                Reads { system: read_set(globals, &host.system)?, checks: read_set(globals, &host.checks)? };
            Ok((host.name.clone(), reads))
        };
        self.host.iter().map(of).collect()
    }

    /// Which globals are made of which others.
    pub fn makings(&self) -> Result<Makings> {
        let path = |text: &String| text.parse::<OptionPath>().map_err(damaged);
        let made = |made: &Made| Ok((path(&made.of)?, made.are.iter().map(path).collect::<Result<_>>()?));
        Ok(Makings(self.made.iter().map(made).collect::<Result<_>>()?))
    }
}

/// The leaves at and below paths.
fn read_set(globals: &Globals, paths: &[String]) -> Result<ReadSet> {
    let mut leaves = BTreeSet::new();
    for path in paths {
        let within = globals.within(&path.parse().map_err(damaged)?);
        if within.is_empty() {
            return Err(damaged(format_args!("reads.toml: there is no global {path}")));
        }
        leaves.extend(within.iter().map(|leaf| leaf.path.clone()));
    }
    Ok(ReadSet { values: leaves.into_iter().collect(), names: Vec::new() })
}

impl Makings {
    /// Who would move if a global changed, and by way of which others.
    pub fn affected<'a>(
        &self,
        path: &OptionPath,
        globals: &Globals,
        hosts: impl Iterator<Item = (&'a HostName, Option<&'a Reads>)>,
    ) -> Affected {
        let mut through = BTreeSet::new();
        let mut changed = vec![path.clone()];
        while let Some(next) = changed.pop() {
            for (_, made) in self.0.iter().filter(|(of, _)| of.is_within(&next) || next.is_within(of)) {
                let leaves = made.iter().flat_map(|made| globals.within(made)).map(|leaf| leaf.path.clone());
                changed.extend(leaves.filter(|leaf| !leaf.is_within(path) && through.insert(leaf.clone())));
            }
        }
        let mut affected = Affected::default();
        for (host, reads) in hosts {
            match reads {
                None => affected.unknown.push(host.clone()),
                Some(reads) if through.iter().chain([path]).any(|path| reads.system.has(path)) => {
                    affected.hosts.push(host.clone());
                }
                Some(_) => {}
            }
        }
        affected.through = through.into_iter().collect();
        affected
    }
}
