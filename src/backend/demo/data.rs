//! The demo's fleet as it is written in the files beside this one, and as the model has it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    globals::{self, LeafScript},
    options::OwnOptions,
    reads::{self, Makings, ReadsFile},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    fleet::Revision,
    job::FleetFacts,
    model::{
        BuildOn, Deployment, DryActivation, Globals, Host, HostName, Hosts, Kind, Outcome, Service,
        StorePath, System,
    },
};

/// Everything that the demo knows.
#[derive(Debug, Clone)]
pub struct Data {
    pub hosts: BTreeMap<HostName, DemoHost>,
    pub globals: Globals,
    pub services: Vec<Service>,
    pub options: OwnOptions,
    /// Which globals are made of which others.
    pub makings: Makings,
}

/// A host of the demo.
#[derive(Debug, Clone)]
pub struct DemoHost {
    pub host: Host,
    /// What the fleet wants there.
    pub system: System,
    /// What runs there at the beginning.
    pub running: Option<String>,
    /// What was last deployed there from here.
    pub deployed: Option<String>,
    /// The derivations that have to be built for it.
    pub builds: Vec<(StorePath, BuildScript)>,
    pub script: HostScript,
}

/// A host as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostScript {
    name: HostName,
    kind: Kind,
    system: Option<String>,
    address: String,
    #[serde(default = "root")]
    user: String,
    tags: Vec<String>,
    #[serde(default)]
    after: Vec<HostName>,
    runs: Runs,
    pub generation: Option<u64>,
    pub days_up: Option<u64>,
    #[serde(default)]
    pub reboot_pending: bool,
    pub nix_free_gib: Option<u64>,
    pub boot_free_mib: Option<u64>,
    #[serde(default)]
    pub failed_units: Vec<String>,
    pub unreachable: Option<String>,
    pub not_asked: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
    pub plan: PlanScript,
    #[serde(default)]
    pub apply: ApplyScript,
}

/// What runs on a host at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Runs {
    Older,
    Foreign,
}

/// What a plan finds out.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlanScript {
    pub outcome: Outcome,
    /// What it comes to where the operator insists.
    pub forced: Option<Outcome>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub detail: Vec<String>,
    /// Name, what runs, what is wanted.
    #[serde(default)]
    pub packages: Vec<(String, String, String)>,
    #[serde(default)]
    pub paths: (u64, u64),
    #[serde(default)]
    pub mib: u64,
    pub dry: Option<DryActivation>,
    #[serde(default)]
    pub warnings: Vec<String>,
    #[serde(default)]
    builds: Vec<BuildScript>,
}

/// The build of a derivation. Times count from the beginning of the common build.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuildScript {
    name: String,
    #[serde(default)]
    pub machine: String,
    #[serde(deserialize_with = "seconds")]
    pub from: Duration,
    #[serde(deserialize_with = "seconds")]
    pub until: Duration,
    /// Why it fails, if it does.
    pub fails: Option<String>,
    pub lines: Vec<String>,
    /// How many lines it says, over and over; 0: each once.
    #[serde(default)]
    pub repeat: usize,
}

/// What an activation comes to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApplyScript {
    pub outcome: Option<Outcome>,
    #[serde(default)]
    pub reason: String,
    #[serde(default, deserialize_with = "seconds")]
    pub seconds: Duration,
    #[serde(default)]
    pub lines: Vec<String>,
    /// How many lines come in the middle of it.
    #[serde(default)]
    pub flood: usize,
    #[serde(default)]
    pub failed_units: Vec<String>,
    #[serde(default)]
    pub detail: Vec<String>,
}

fn root() -> String {
    "root".to_owned()
}

pub(super) fn seconds<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl HostScript {
    /// Whether one logs in as root.
    pub fn is_root(&self) -> bool {
        self.user == "root"
    }
}

#[derive(Deserialize)]
struct HostsFile {
    host: Vec<HostScript>,
}

#[derive(Deserialize)]
struct GlobalsFile {
    leaf: Vec<LeafScript>,
}

#[derive(Deserialize)]
struct ServicesFile {
    service: Vec<Service>,
}

impl Data {
    /// Reads the files, which are part of the program.
    pub fn read() -> Result<Self> {
        let hosts = read::<HostsFile>("hosts.toml", include_str!("hosts.toml"))?.host;
        let leaves = read::<GlobalsFile>("globals.toml", include_str!("globals.toml"))?.leaf;
        let services = read::<ServicesFile>("services.toml", include_str!("services.toml"))?.service;
        let hosts = hosts.into_iter().map(|script| Ok((script.name.clone(), DemoHost::new(script)?)));
        let mut hosts = hosts.collect::<Result<BTreeMap<_, _>>>()?;
        let globals = globals::globals(leaves, reads::of_services(&services))?;
        let reads = read::<ReadsFile>("reads.toml", include_str!("reads.toml"))?;
        for (name, reads) in reads.of_hosts(&globals)? {
            let host = hosts.get_mut(&name).ok_or_else(|| damaged(format_args!("reads.toml: {name}")))?;
            host.system.reads = Some(reads);
        }
        Ok(Self { hosts, globals, makings: reads.makings()?, services, options: OwnOptions::read()? })
    }

    /// What opening the fleet tells.
    pub fn facts(&self) -> FleetFacts {
        FleetFacts {
            name: "~/fleet (demo)".to_owned(),
            folder: None,
            revision: Revision {
                commit: Some("8c41f2ad09e1b6f37c52d84e60a9b3d17f2c5e48".to_owned()),
                dirty: true,
                untracked: vec!["modules/nixos/guest-wifi.nix".to_owned()],
            },
            hosts: self.hosts.iter().map(|(name, host)| (name.clone(), host.host.clone())).collect::<Hosts>(),
            warnings: Vec::new(),
        }
    }
}

impl DemoHost {
    fn new(script: HostScript) -> Result<Self> {
        let HostScript { name, kind, .. } = script.clone();
        let title = match kind {
            Kind::Nixos => format!("nixos-system-{name}-26.05.20261119.9b1e4d2"),
            Kind::Linux => format!("linux-{name}-1.0"),
            Kind::Darwin => format!("darwin-system-{name}-26.05"),
            Kind::Home => format!("home-manager-generation-{name}"),
            Kind::Push => format!("push-{name}"),
        };
        let deployment = Deployment {
            target_host: script.address.clone(),
            target_user: script.user.clone(),
            target_port: 22,
            tags: script.tags.clone(),
            build_on: BuildOn::Operator,
            after: script.after.clone(),
            host_keys: Vec::new(),
        };
        let older = store_path("older", &title)?.to_string();
        let running = match script.runs {
            Runs::Older => older.clone(),
            Runs::Foreign => store_path("foreign", &title)?.to_string(),
        };
        let build =
            |build: &BuildScript| Ok((store_path("build", &format!("{}.drv", build.name))?, build.clone()));
        Ok(Self {
            host: Host {
                name: name.clone(),
                kind,
                system: script.system.clone(),
                folder: format!("hosts/{}/{name}", kind.word()),
                deployment: Some(deployment.clone()),
            },
            system: System {
                deployment,
                derivation: store_path("wanted", &format!("{title}.drv"))?,
                toplevel: store_path("wanted", &title)?,
                warnings: script.warnings.clone(),
                reads: None,
            },
            running: Some(running),
            deployed: Some(older),
            builds: script.plan.builds.iter().map(build).collect::<Result<_>>()?,
            script,
        })
    }
}

pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| damaged(format_args!("{file}: {error}")))
}

pub(super) fn damaged(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Configuration, format!("the demo's script can't be read: {why}"))
}

/// A store path with a hash made of its name.
fn store_path(salt: &str, name: &str) -> Result<StorePath> {
    const DIGITS: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut stir = |byte: u8| {
        // FNV-1a: the same everywhere and for ever, which pictures of the demo rely on.
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        state
    };
    salt.bytes().chain(name.bytes()).for_each(|byte| {
        stir(byte);
    });
    let digit = |number: u8| char::from(DIGITS[usize::try_from(stir(number) >> 40).unwrap_or(0) % 32]);
    let hash = (0..32).map(digit).collect::<String>();
    format!("/nix/store/{hash}-{name}").parse().map_err(damaged)
}
