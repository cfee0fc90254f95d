//! Hosts, as the fleet declares them.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Reads, StorePath};

/// The name of a host: a DNS label, unique over all kinds.
///
/// It ends up in file names, SSH aliases and unit names, so nothing but ASCII letters, digits, `-` and `_` is let in, and the
/// first character is a letter or a digit. At most 63 bytes (RFC 1035, 2.3.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

/// Says that a text can't name a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} can't be the name of a host: use 1 to 63 letters, digits, `-` or `_`, starting with a letter or a digit"
)]
pub struct InvalidHostName(String);

impl HostName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = InvalidHostName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for HostName {
    type Error = InvalidHostName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if starts_well && text.len() <= 63 && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidHostName(text))
        }
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a host is, which decides what is built for it and how it is activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A NixOS machine.
    Nixos,
    /// Any Linux machine with Nix, by the library's own small module set.
    Linux,
    /// A macOS machine with nix-darwin.
    Darwin,
    /// A user's home, by home-manager.
    Home,
    /// Something that is no computer with Nix: a derivation with `bin/deploy` runs on the operator's machine for it.
    Push,
}

impl Kind {
    /// The word for this kind: the one in folder names, tables and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nixos => "nixos",
            Self::Linux => "linux",
            Self::Darwin => "darwin",
            Self::Home => "home",
            Self::Push => "push",
        }
    }

    /// Whether the system is activated on the host, by `switch-to-configuration`.
    #[must_use]
    pub fn switches(self) -> bool {
        matches!(self, Self::Nixos | Self::Linux)
    }
}

/// Where a host's derivations are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildOn {
    /// On the operator's machine, and whatever remote builders its Nix knows.
    #[default]
    Operator,
    /// On the host itself: the derivation is copied there.
    Target,
}

/// How a host is reached and treated in a deployment (`deployment.*`; the names are colmena's where it has one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Name or address for SSH.
    pub target_host: String,
    /// The user that SSH logs in as; anybody but root needs `sudo` there.
    #[serde(default = "root")]
    pub target_user: String,
    /// TCP port of the SSH server.
    #[serde(default = "ssh_port")]
    pub target_port: u16,
    /// Words to select hosts by (`@tag`).
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where this host's system is built.
    #[serde(default)]
    pub build_on: BuildOn,
    /// Hosts that are deployed before this one.
    #[serde(default)]
    pub after: Vec<HostName>,
    /// Public SSH host keys, as in `known_hosts` without the name (`ssh-ed25519 AAAA…`). Empty: the operator's `known_hosts` decides.
    #[serde(default)]
    pub host_keys: Vec<String>,
}

fn root() -> String {
    "root".to_owned()
}

fn ssh_port() -> u16 {
    22
}

/// A host as `steading.hosts` lists it: known without evaluating the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name.
    pub name: HostName,
    /// What it is.
    pub kind: Kind,
    /// Nix's name of its platform, such as `x86_64-linux`, where `meta.nix` says it.
    pub system: Option<String>,
    /// Its folder, relative to the flake.
    pub folder: String,
    /// What `meta.nix` says about deploying it; `None` where there is none, and the host must be evaluated.
    pub deployment: Option<Deployment>,
}

/// A host's evaluated system: `steading.host.NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// The complete deployment options.
    pub deployment: Deployment,
    /// The derivation of the system (ends in `.drv`).
    pub derivation: StorePath,
    /// What the derivation's `out` will be, known before it is built.
    pub toplevel: StorePath,
    /// Warnings of the host's modules, and what Nix warned of while evaluating.
    pub warnings: Vec<String>,
    /// Which globals it used; `None` where that could not be observed.
    #[serde(default)]
    pub reads: Option<Reads>,
}

/// All hosts of a fleet, by name.
pub type Hosts = BTreeMap<HostName, Host>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_refused_with_the_rule() {
        for bad in ["", "-gate", "ga te", "gate/..", "../gate", "gate;reboot", "gäte", "a\n", &"x".repeat(64)]
        {
            let error = bad.parse::<HostName>().unwrap_err();
            assert!(error.to_string().contains("letters, digits"), "{error}");
        }
        for good in ["gate", "web-1", "pi_4", "7", &"x".repeat(63)] {
            assert_eq!(good.parse::<HostName>().unwrap().as_str(), good);
        }
    }
}
