//! The flake output `steading`, schema 1, as it arrives.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Deployment, Host, HostName, Hosts, Kind, Source},
};

/// The schema that this program reads.
const SCHEMA: u64 = 1;

/// What is asked of `steading` first: no host is evaluated for it.
pub(super) const OUTLINE: &str = "steading: { inherit (steading) schema; } // (if steading.schema == 1 then { inherit (steading) sources hosts; } else { })";

/// The answer to [`OUTLINE`].
#[derive(Debug, Deserialize)]
pub(super) struct Outline {
    schema: u64,
    #[serde(default)]
    pub(super) sources: Vec<Source>,
    #[serde(default)]
    hosts: BTreeMap<String, HostOutline>,
}

#[derive(Debug, Clone, Deserialize)]
struct HostOutline {
    kind: Kind,
    system: Option<String>,
    folder: String,
    deployment: Option<Deployment>,
}

impl Outline {
    pub(super) fn check_schema(&self) -> Result<()> {
        if self.schema == SCHEMA {
            return Ok(());
        }
        let (older, what) = if self.schema > SCHEMA {
            ("this program", "update Steading")
        } else {
            ("the flake's Steading library", "run `nix flake update steading`")
        };
        let message = format!(
            "the flake speaks schema {} of Steading's contract, this program schema {SCHEMA}: {older} is too old",
            self.schema
        );
        Err(Error::new(ErrorKind::Configuration, message).hint(what))
    }

    pub(super) fn hosts(&self) -> Result<Hosts> {
        let host = |(name, outline): (&String, &HostOutline)| {
            let HostOutline { kind, system, folder, deployment } = outline.clone();
            let name: HostName = name.parse().map_err(|error| {
                Error::new(ErrorKind::Configuration, format!("{error}"))
                    .hint(format!("rename the folder {folder}"))
            })?;
            Ok((name.clone(), Host { name, kind, system, folder, deployment }))
        };
        self.hosts.iter().map(host).collect()
    }
}
