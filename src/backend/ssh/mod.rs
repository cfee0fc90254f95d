//! SSH to the hosts, by the system's `ssh`: the operator's configuration, agent, jump hosts and hardware keys count.
//!
//! Nothing is ever asked and no host key is ever accepted here. A host has one connection that its commands share; Nix's own `ssh` gets the same configuration, without the sharing.

mod config;
mod failure;
mod folder;
mod host_key;
mod scan;
mod session;

use std::{collections::BTreeMap, env, path::Path, path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::timeout};

pub use host_key::HostKey;
pub use session::{Login, Password, Reply, Script, Session, random_word};

use self::{config::Endpoint, failure::Circumstances, folder::RunFolder};
use super::{
    error::{Error, ErrorKind, Result},
    model::{Deployment, HostName},
    process::journal,
};

/// How long a login may take at most. `ssh` gives up earlier, except behind a jump host.
const LOGIN_DEADLINE: Duration = Duration::from_secs(config::CONNECT_SECONDS as u64 + 10);

/// How long a shared connection outlives its last command. Long enough for a step that needs none, and short enough to leave nothing behind when we are killed.
const IDLE_SECONDS: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(119);

/// SSH to the hosts of one run.
#[derive(Debug)]
pub struct Ssh {
    folder: RunFolder,
    circumstances: Circumstances,
    hosts: BTreeMap<HostName, Result<Prepared>>,
}

/// A host with its configuration on disk.
#[derive(Debug)]
struct Prepared {
    endpoint: Arc<Endpoint>,
    config: PathBuf,
    shared: Mutex<Option<Arc<openssh::Session>>>,
}

/// What Nix needs for reaching a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NixAccess {
    /// The host in a store's URL: `ssh-ng://NAME`.
    pub name: String,
    /// The value of `NIX_SSHOPTS`.
    pub ssh_options: String,
}

impl Ssh {
    /// Writes the configurations. A host whose deployment options make no sense fails when it is called, not here.
    pub fn prepare<'a>(hosts: impl IntoIterator<Item = (&'a HostName, &'a Deployment)>) -> Result<Self> {
        let folder = RunFolder::create()?;
        let mut prepared = BTreeMap::new();
        for (host, deployment) in hosts {
            let entry = match Endpoint::new(host, deployment) {
                Ok(endpoint) => Ok(Prepared::write(&folder, host, endpoint)?),
                Err(error) => Err(error),
            };
            prepared.insert(host.clone(), entry);
        }
        let circumstances =
            Circumstances { agent: env::var_os("SSH_AUTH_SOCK").is_some_and(|path| !path.is_empty()) };
        Ok(Self { folder, circumstances, hosts: prepared })
    }

    /// How Nix reaches a host.
    pub fn nix(&self, host: &HostName) -> Result<NixAccess> {
        let prepared = self.prepared(host)?;
        // Nix splits it at blanks (`libstore/ssh.cc`); the folder was chosen by us and has none.
        let ssh_options = format!("-F {}", prepared.config.display());
        Ok(NixAccess { name: prepared.endpoint.name.clone(), ssh_options })
    }

    /// Logs in, or takes the connection that is open.
    pub async fn session(&self, host: &HostName) -> Result<Session> {
        let prepared = self.prepared(host)?;
        let mut shared = prepared.shared.lock().await;
        if let Some(open) = shared.as_ref() {
            if open.check().await.is_ok() {
                return Ok(Session::new(host.clone(), prepared.endpoint.clone(), open.clone()));
            }
            // Dropping it tells its process to end, which it has.
            *shared = None;
        }
        let mut builder = openssh::SessionBuilder::default();
        builder
            .config_file(&prepared.config)
            .control_directory(self.folder.path())
            .known_hosts_check(openssh::KnownHosts::Strict)
            .control_persist(openssh::ControlPersist::IdleFor(IDLE_SECONDS));
        let endpoint = &prepared.endpoint;
        let running =
            journal::Running::begin(&endpoint.typed("-N  # the connection that its commands share"));
        let login = timeout(LOGIN_DEADLINE, builder.connect(&endpoint.name)).await;
        running.ended(match &login {
            Ok(Ok(_)) => journal::End::Status(0),
            Ok(Err(_)) => journal::End::Status(255),
            Err(_) => journal::End::Lost,
        });
        let opened = match login {
            Ok(Ok(session)) => Arc::new(session),
            Ok(Err(error)) => return Err(self.explain(host, &prepared.endpoint, &error)),
            Err(_) => {
                return Err(failure::explain(host, &prepared.endpoint, "timed out", self.circumstances));
            }
        };
        *shared = Some(opened.clone());
        Ok(Session::new(host.clone(), prepared.endpoint.clone(), opened))
    }

    /// Forgets a connection that turned out to be dead, so that the next login is a new one.
    pub async fn forget(&self, host: &HostName) {
        if let Ok(prepared) = self.prepared(host) {
            prepared.shared.lock().await.take();
        }
    }

    fn prepared(&self, host: &HostName) -> Result<&Prepared> {
        match self.hosts.get(host) {
            Some(Ok(prepared)) => Ok(prepared),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Error::new(ErrorKind::Usage, format!("`{host}` is not among the hosts of this run"))),
        }
    }

    fn explain(&self, host: &HostName, endpoint: &Endpoint, error: &openssh::Error) -> Error {
        match error {
            openssh::Error::Connect(cause) | openssh::Error::Ssh(cause) | openssh::Error::Master(cause) => {
                if cause.raw_os_error().is_some() {
                    return local_trouble(cause);
                }
                failure::explain(host, endpoint, &cause.to_string(), self.circumstances)
            }
            other => failure::explain(host, endpoint, &other.to_string(), self.circumstances),
        }
    }
}

impl Prepared {
    fn write(folder: &RunFolder, host: &HostName, endpoint: Endpoint) -> Result<Self> {
        let known_hosts = folder.write(&format!("{host}.known_hosts"), &endpoint.known_hosts())?;
        let text = endpoint.config(&known_hosts, Path::new("~/.ssh/config"));
        let config = folder.write(&format!("{host}.config"), &text)?;
        Ok(Self { endpoint: Arc::new(endpoint), config, shared: Mutex::new(None) })
    }
}

/// The failure is ours, not the host's: `ssh` was not started, or could not write its log.
fn local_trouble(cause: &std::io::Error) -> Error {
    let found = env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join("ssh").is_file()));
    if found {
        return Error::io("can't run `ssh`", cause);
    }
    Error::new(ErrorKind::Missing, "the program `ssh` was not found")
        .hint("install OpenSSH's client, or put it into PATH; `steading doctor` lists what is needed")
}
