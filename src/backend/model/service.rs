//! Services that hosts provide, by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Place;

/// A named service of the fleet (`x.global.netsrv.services.NAME`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Its name, by which others refer to it.
    pub name: String,
    /// The host that provides it. `None`, here and in the next two: it does not evaluate, and the globals say why.
    pub host: Option<String>,
    /// The address it is reached at.
    pub address: Option<String>,
    /// Its full name in DNS.
    pub fqdn: Option<String>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// The hosts that may reach it.
    pub access_from: Vec<String>,
    /// Whether every host of the fleet may reach it.
    pub access_from_all_hosts: bool,
    /// Whether anybody may, host of the fleet or not.
    #[serde(default)]
    pub access_from_anywhere: bool,
    /// Whether DNS tells of it.
    #[serde(rename = "publishDNS")]
    pub publish_dns: bool,
    /// Where it is defined.
    pub defined_at: Option<Place>,
}

/// A port of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Its name within the service.
    pub name: String,
    /// TCP or UDP port number.
    pub port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Whether another service of the host may use it as well.
    pub shared: bool,
}

/// What follows from the services, in a form that some program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// DNS zones, forward and reverse.
    Zones,
    /// `/etc/hosts`.
    Hosts,
    /// What each host lets in, for nftables.
    Firewall,
    /// The landing page, in HTML.
    LandingPage,
    /// What Prometheus scrapes.
    Prometheus,
}

impl Form {
    /// Its name in `steading.network` of the contract, and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zones => "zones",
            Self::Hosts => "hosts",
            Self::Firewall => "firewall",
            Self::LandingPage => "landingPage",
            Self::Prometheus => "prometheus",
        }
    }
}

/// A text as it is written to a file, or several by the name of the zone or host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Written {
    /// One file.
    One(String),
    /// A file for each name.
    Many(BTreeMap<String, String>),
}
