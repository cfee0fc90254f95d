//! The fleet as its flake tells it: from Nix to the model.

mod adopt;
pub mod cache;
mod contract;
mod explain;
mod flake;
mod globals;
mod keeping;
mod options;
mod programs;
mod reads;
mod select;
mod snapshot;
mod systems;
pub mod watch;

use tokio_util::sync::CancellationToken;

pub use flake::{Flake, Revision, name_of};
pub use options::Browser;
pub use select::{Selection, nearest};
pub use systems::Systems;

use super::{
    error::{Error, ErrorKind, Result},
    model::{Form, Hosts, Secret, Secrets, Service, Sources, Written},
    nix::{
        check_version,
        eval::{Question, eval},
    },
};

/// An opened fleet: where it is, and which hosts it has. Everything else is evaluated on demand, each part alone.
#[derive(Debug, Clone)]
pub struct Fleet {
    flake: Flake,
    sources: Sources,
    hosts: Hosts,
    warnings: Vec<String>,
    snapshot: snapshot::Shared,
}

impl Fleet {
    /// Finds the flake and asks it for its hosts; none of them is evaluated for that.
    pub async fn open(flake: &str, cancel: &CancellationToken) -> Result<Self> {
        check_version(cancel).await?;
        let mut flake = Flake::locate(flake, cancel).await?;
        let mut outline = flake.outline(cancel).await;
        if outline.as_ref().is_err_and(flake::lacks_output) {
            flake.adopted = adopt::Adopted::of(&flake, cancel).await.map_err(|error| flake.explain(error))?;
            if flake.adopted.is_some() {
                outline = flake.outline(cancel).await;
            }
        }
        let outline = outline.map_err(|error| flake.explain(error))?;
        outline.value.check_schema()?;
        let hosts = outline.value.hosts()?;
        let sources = match &flake.adopted {
            Some(_) => flake.sources(),
            None => flake.with_work_tree(outline.value.sources),
        };
        Ok(Self { sources, hosts, warnings: outline.warnings, snapshot: snapshot::Shared::default(), flake })
    }

    /// Where the fleet is.
    #[must_use]
    pub fn flake(&self) -> &Flake {
        &self.flake
    }

    /// Its hosts, by name.
    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// What Nix warned of while the hosts were listed.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The services that hosts provide.
    pub async fn services(&self, cancel: &CancellationToken) -> Result<Vec<Service>> {
        let mut services: Vec<Service> = self.part("services", cancel).await?;
        services
            .iter_mut()
            .filter_map(|service| service.defined_at.as_mut())
            .for_each(|place| self.sources.map(place));
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(services)
    }

    /// What follows from the services, in one form.
    pub async fn written(&self, form: Form, cancel: &CancellationToken) -> Result<Written> {
        self.part(&format!("network.{}", form.name()), cancel).await
    }

    /// The secrets that are declared, and where they are mounted.
    pub async fn secrets(&self, cancel: &CancellationToken) -> Result<Secrets> {
        let mut secrets = self.declared_secrets(cancel).await?;
        secrets
            .secrets
            .iter_mut()
            .filter_map(|secret| secret.defined_at.as_mut())
            .for_each(|place| self.sources.map(place));
        secrets.secrets.sort_by(|a, b| a.name.cmp(&b.name));
        secrets.mounts.sort_by(|a, b| (&a.host, &a.path).cmp(&(&b.host, &b.path)));
        Ok(secrets)
    }

    /// Where a secret's encrypted file is, relative to the flake. Refuses names that could lead elsewhere.
    pub fn secret_file(secret: &Secret) -> Result<String> {
        let name = &secret.name;
        let odd =
            |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(char::is_control);
        if name.split('/').any(odd) {
            let mut error =
                Error::new(ErrorKind::Configuration, format!("{name:?} can't be the name of a secret"))
                    .hint("use parts without `.`, `..` or control characters, separated by single slashes");
            error.place.clone_from(&secret.defined_at);
            return Err(error);
        }
        Ok(format!("secrets/data/{name}.age"))
    }

    async fn part<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        cancel: &CancellationToken,
    ) -> Result<T> {
        match self.part_as_is(name, cancel).await {
            Err(error) => Err(self.explained(error, cancel).await),
            part => part,
        }
    }

    async fn part_as_is<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        cancel: &CancellationToken,
    ) -> Result<T> {
        let evaluated = self.flake.eval(&format!("steading.{name}"), None, &self.sources, cancel).await?;
        Ok(evaluated.value)
    }
}

impl Flake {
    async fn outline(
        &self,
        cancel: &CancellationToken,
    ) -> Result<super::nix::eval::Evaluated<contract::Outline>> {
        self.eval("steading", Some(contract::OUTLINE), &self.sources(), cancel).await
    }

    async fn eval<T: serde::de::DeserializeOwned>(
        &self,
        attribute: &str,
        apply: Option<&str>,
        sources: &Sources,
        cancel: &CancellationToken,
    ) -> Result<super::nix::eval::Evaluated<T>> {
        if self.adopted.is_some() {
            let part = attribute.trim_start_matches("steading").trim_start_matches('.');
            return adopt::Adopted::eval(self, part, apply, sources, cancel).await;
        }
        let installable = format!("{}#{attribute}", self.reference());
        let question = Question { folder: self.folder(), installable: &installable, apply, arguments: &[] };
        eval(question, sources, cancel).await
    }
}
