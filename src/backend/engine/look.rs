//! The jobs that only look: reading the fleet, asking the hosts.

use std::{collections::BTreeMap, time::SystemTime};

use tokio::sync::mpsc;

use super::job::Desk;
use crate::backend::{
    deploy::{self, Target, Targets},
    error::{Error, ErrorKind},
    event::Event,
    fleet::Fleet,
    job::{End, Part, Report, Seen},
    model::{HostName, HostStatus, Hosts, Kind, OptionPath},
};

impl Desk {
    /// Reads the fleet. The hosts' systems and the other parts come side by side; an error in one leaves the others.
    pub async fn evaluate(&self) -> End {
        let fleet = match self.open().await {
            Ok(fleet) => fleet,
            Err(end) => return end,
        };
        let cancel = &self.context.cancel;
        let parts = async {
            self.read(Part::Globals(fleet.globals(cancel).await)).await;
            self.read(Part::Services(fleet.services(cancel).await)).await;
            self.read(Part::Secrets(self.facts(&fleet, fleet.secrets(cancel).await).await)).await;
        };
        let hosts = fleet.hosts().keys().cloned().collect::<Vec<_>>();
        let systems = fleet.systems_each(&hosts, cancel, async |host, system| {
            self.read(Part::System(host.clone(), Box::new(system.clone()))).await;
        });
        tokio::join!(parts, systems);
        self.end()
    }

    /// Asks hosts what they run.
    pub async fn ask(&self, names: Vec<HostName>) -> End {
        let known = self.shared.memory().hosts();
        let hosts = match known {
            Some(hosts) => hosts,
            None => match self.open().await {
                Ok(fleet) => fleet.hosts().clone(),
                Err(end) => return end,
            },
        };
        for name in names.iter().filter(|name| !hosts.contains_key(name)) {
            let warning = format!("the fleet has no host `{name}`");
            self.context.events.send(Event::Warned { host: Some(name.clone()), warning }).await;
        }
        let targets = match self.askable(&hosts, &names).await {
            Ok(targets) => targets,
            Err(end) => return end,
        };
        let (answers, mut answered) = mpsc::channel::<(HostName, HostStatus)>(targets.len().max(1));
        let telling = async {
            while let Some((host, status)) = answered.recv().await {
                // What a host that is not asked any more would have said is not known.
                if status.reachable || !self.context.hosts.of(&host).is_cancelled() {
                    self.saw(host, status).await;
                }
            }
        };
        tokio::join!(deploy::status_each(&self.context, &targets, false, answers), telling);
        self.end()
    }

    /// Finds out what would move if a global changed, by what the hosts read when they were evaluated last.
    pub async fn affected(&self, path: OptionPath) -> End {
        let fleet = match self.opened().await {
            Ok(fleet) => fleet,
            Err(end) => return end,
        };
        let mut known = self.shared.memory().systems();
        let of = |name: &HostName| {
            let unknown = || Error::new(ErrorKind::Evaluation, format!("{name} is not evaluated"));
            (name.clone(), known.remove(name).ok_or_else(unknown))
        };
        let systems = fleet.hosts().keys().map(of).collect();
        let affected = fleet.affected(&path, &systems, &self.context.cancel).await;
        if !self.stopped() {
            self.shared.report(Report::Affected(self.number, path, affected)).await;
        }
        self.end()
    }

    /// The fleet as it was last opened, or opened now.
    pub async fn opened(&self) -> Result<Fleet, End> {
        let opened = self.shared.memory().fleet();
        match opened {
            Some(fleet) => Ok(fleet),
            None => self.open().await,
        }
    }

    /// The hosts as they can be asked. A push device is asked by its program, and so has to be evaluated, unless it was.
    async fn askable(&self, hosts: &Hosts, names: &[HostName]) -> Result<Targets, End> {
        let mut systems = self.shared.memory().systems();
        let devices = names.iter().filter(|name| {
            hosts.get(name).is_some_and(|host| host.kind == Kind::Push) && !systems.contains_key(name)
        });
        let devices = devices.cloned().collect::<Vec<_>>();
        let mut failed = BTreeMap::new();
        if !devices.is_empty() {
            let fleet = self.opened().await?;
            for (name, system) in fleet.systems(&devices, &self.context.cancel).await {
                self.read(Part::System(name.clone(), Box::new(system.clone()))).await;
                match system {
                    Ok(system) => drop(systems.insert(name, system)),
                    Err(error) => drop(failed.insert(name, error)),
                }
            }
        }
        let target = |name: &HostName| {
            let host = hosts.get(name)?;
            let system = match failed.remove(name) {
                Some(error) => Some(Err(error)),
                None => systems.remove(name).map(Ok),
            };
            Some((name.clone(), Target { kind: host.kind, deployment: host.deployment.clone(), system }))
        };
        Ok(names.iter().filter_map(target).collect())
    }

    /// Takes what a host said, and tells of it.
    pub async fn saw(&self, host: HostName, status: HostStatus) {
        let deployed = deploy::last_deployed(&self.shared.site.state, &host);
        let seen = Seen { status, deployed, at: SystemTime::now() };
        self.shared.memory().saw(&host, &seen);
        self.shared.report(Report::Asked { job: self.number, host, seen: Box::new(seen) }).await;
    }
}
