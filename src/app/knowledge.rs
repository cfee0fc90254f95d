//! What the console knows of the fleet, how old it is, and what it is finding out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::SystemTime,
};

use crate::backend::{
    error::{Error, ErrorKind, Result},
    job::{End, FleetFacts, JobId, Part, Remembered, SecretFacts, Seen},
    model::{Globals, Host, HostName, Service, StorePath, System},
};

/// A part of what is known. What was known stays while it is read anew, and when that fails.
#[derive(Debug, Clone)]
pub struct Fact<T> {
    /// The latest that was read.
    pub value: Option<T>,
    /// When.
    pub at: Option<SystemTime>,
    /// Whether it was read by an earlier run of the program and not since.
    pub remembered: bool,
    /// Why it could not be read anew.
    pub error: Option<Error>,
    /// Whether it is being read.
    pub reading: bool,
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self { value: None, at: None, remembered: false, error: None, reading: false }
    }
}

impl<T> Fact<T> {
    /// Why it could not be read anew, where it should have been there to read.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.error.as_ref().filter(|error| error.kind != ErrorKind::Absent)
    }

    /// Whether the fleet is one that has none.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind == ErrorKind::Absent)
    }

    fn remember(&mut self, remembered: Option<(T, SystemTime)>) {
        if let Some((value, at)) = remembered
            && self.value.is_none()
        {
            self.value = Some(value);
            self.at = Some(at);
            self.remembered = true;
        }
    }

    fn learn(&mut self, result: Result<T>, now: SystemTime) {
        self.reading = false;
        match result {
            Ok(value) => {
                *self = Self { value: Some(value), at: Some(now), ..Self::default() };
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// Whether a host runs what the fleet wants there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// It runs what is wanted.
    UpToDate,
    /// It runs what was last deployed from here, and something newer is wanted.
    Behind,
    /// It runs something that is neither wanted nor what was last deployed from here.
    Drifted,
    /// It runs nothing of the fleet yet.
    Bare,
    /// What it runs, or what is wanted, is not known.
    Unknown,
}

impl Condition {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UpToDate => "up to date",
            Self::Behind => "behind",
            Self::Drifted => "drifted",
            Self::Bare => "nothing yet",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether a host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It answered.
    Up,
    /// It did not.
    Down,
    /// It is being asked.
    Asking,
    /// Nobody asked it, or nobody could.
    Unknown,
}

impl Reach {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "unreachable",
            Self::Asking => "asking",
            Self::Unknown => "not asked",
        }
    }
}

/// All that is known of the fleet.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The fleet and its hosts.
    pub fleet: Fact<FleetFacts>,
    /// The globals: there may be many, and what is made of them keeps them.
    pub globals: Fact<Arc<Globals>>,
    /// The services.
    pub services: Fact<Vec<Service>>,
    /// The secrets.
    pub secrets: Fact<SecretFacts>,
    /// What is wanted, host by host.
    pub systems: BTreeMap<HostName, Fact<System>>,
    /// What hosts said.
    pub seen: BTreeMap<HostName, Seen>,
    /// Hosts that are being asked, and by which job.
    pub asking: BTreeMap<HostName, JobId>,
    /// The evaluation that is under way.
    pub evaluation: Option<JobId>,
    /// Whether files of the fleet changed since the last evaluation began.
    pub outdated: bool,
}

impl Knowledge {
    /// Takes in what an earlier run of the program knew. Nothing that was read since is replaced.
    pub fn remember(&mut self, remembered: Remembered) {
        self.fleet.remember(remembered.fleet);
        self.globals.remember(remembered.globals.map(|(globals, at)| (Arc::new(globals), at)));
        self.services.remember(remembered.services);
        self.secrets.remember(remembered.secrets);
        for (host, system) in remembered.systems {
            self.systems.entry(host).or_default().remember(Some(system));
        }
        for (host, seen) in remembered.statuses {
            self.seen.entry(host).or_insert(seen);
        }
    }

    /// An evaluation begins; an older one counts no more.
    pub fn evaluation_began(&mut self, job: JobId) {
        self.evaluation = Some(job);
        self.outdated = false;
        self.fleet.reading = true;
        self.globals.reading = true;
        self.services.reading = true;
        self.secrets.reading = true;
        self.systems.values_mut().for_each(|system| system.reading = true);
    }

    /// A part was read. `true`: it changes which hosts there are.
    pub fn read(&mut self, part: Part, now: SystemTime) -> bool {
        match part {
            Part::Fleet(fleet) => {
                self.fleet.learn(fleet, now);
                if self.fleet.error.is_some() {
                    self.nothing_is_read();
                    return false;
                }
                let names = self.hosts().map(|host| host.name.clone()).collect::<BTreeSet<_>>();
                self.systems.retain(|name, _| names.contains(name));
                self.seen.retain(|name, _| names.contains(name));
                self.asking.retain(|name, _| names.contains(name));
                let reading = self.evaluation.is_some();
                for name in names {
                    self.systems.entry(name).or_default().reading = reading;
                }
                return true;
            }
            Part::Globals(globals) => self.globals.learn(globals.map(Arc::new), now),
            Part::Services(services) => self.services.learn(services, now),
            Part::Secrets(secrets) => self.secrets.learn(secrets, now),
            Part::System(host, system) => self.systems.entry(host).or_default().learn(*system, now),
        }
        false
    }

    /// The evaluation is over, whatever came of it.
    pub fn evaluation_ended(&mut self, end: End) {
        self.evaluation = None;
        self.nothing_is_read();
        if let End::Failed(error) = end {
            self.fleet.error.get_or_insert(error);
        }
    }

    fn nothing_is_read(&mut self) {
        self.fleet.reading = false;
        self.globals.reading = false;
        self.services.reading = false;
        self.secrets.reading = false;
        self.systems.values_mut().for_each(|system| system.reading = false);
    }

    /// The hosts, in the order of their names.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.fleet.value.iter().flat_map(|fleet| fleet.hosts.values())
    }

    /// A host.
    #[must_use]
    pub fn host(&self, name: &HostName) -> Option<&Host> {
        self.fleet.value.as_ref()?.hosts.get(name)
    }

    /// What is wanted on a host.
    #[must_use]
    pub fn wanted(&self, host: &HostName) -> Option<&StorePath> {
        Some(&self.systems.get(host)?.value.as_ref()?.toplevel)
    }

    /// Whether a host answers.
    #[must_use]
    pub fn reach(&self, host: &HostName) -> Reach {
        if self.asking.contains_key(host) {
            return Reach::Asking;
        }
        match self.seen.get(host) {
            Some(seen) if seen.status.reachable => Reach::Up,
            Some(seen) if !seen.status.not_asked => Reach::Down,
            _ => Reach::Unknown,
        }
    }

    /// Whether a host runs what is wanted.
    #[must_use]
    pub fn condition(&self, host: &HostName) -> Condition {
        let Some(seen) = self.seen.get(host).filter(|seen| seen.status.reachable) else {
            return Condition::Unknown;
        };
        let Some(wanted) = self.wanted(host) else { return Condition::Unknown };
        match &seen.status.running {
            None => Condition::Bare,
            Some(running) if running == wanted.as_str() => Condition::UpToDate,
            Some(running) => match &seen.deployed {
                Some(deployed) if deployed != running => Condition::Drifted,
                _ => Condition::Behind,
            },
        }
    }

    /// The first error of an evaluation, and what it is about.
    pub fn errors(&self) -> impl Iterator<Item = (String, &Error)> {
        let part = |what: &str, error: Option<_>| Some((what.to_owned(), error?));
        let parts = [
            part("the fleet", self.fleet.failure()),
            part("globals", self.globals.failure()),
            part("services", self.services.failure()),
            part("secrets", self.secrets.failure()),
        ];
        let systems = self.systems.iter().filter_map(|(host, system)| {
            let error = system.error.as_ref()?;
            Some((host.to_string(), error))
        });
        parts.into_iter().flatten().chain(systems)
    }
}
