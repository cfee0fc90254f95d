//! What is known of the fleet, as of now.

use std::{collections::BTreeMap, time::SystemTime};

use crate::backend::{
    fleet::Fleet,
    job::{FleetFacts, Part, Remembered, Seen},
    model::{HostName, Hosts, Secrets, System},
};

/// What is known: for jobs that build on it, and for the next start.
#[derive(Debug, Default)]
pub struct Memory {
    known: Remembered,
    /// The fleet as it was last opened.
    fleet: Option<Fleet>,
    /// What that declares of secrets, once it was read.
    declared: Option<Secrets>,
    changed: bool,
}

impl Memory {
    /// Takes what was known at the last start.
    pub fn know(&mut self, known: Remembered) {
        self.known = known;
    }

    /// Takes the fleet that was just opened. What belongs to hosts that it hasn't any more goes.
    pub fn opened(&mut self, fleet: &Fleet, facts: &FleetFacts) {
        self.fleet = Some(fleet.clone());
        self.declared = None;
        self.known.fleet = Some((facts.clone(), SystemTime::now()));
        self.known.systems.retain(|host, _| facts.hosts.contains_key(host));
        self.known.statuses.retain(|host, _| facts.hosts.contains_key(host));
        self.changed = true;
    }

    /// Takes a part that was read. What can't be read now stays as it was known.
    pub fn read(&mut self, part: &Part) {
        let now = SystemTime::now();
        match part {
            Part::Globals(Ok(globals)) => self.known.globals = Some((globals.clone(), now)),
            Part::Services(Ok(services)) => self.known.services = Some((services.clone(), now)),
            Part::Secrets(Ok(secrets)) => {
                self.declared = Some(secrets.declared.clone());
                self.known.secrets = Some((secrets.clone(), now));
            }
            Part::System(host, system) => {
                let Ok(system) = system.as_ref() else { return };
                self.known.systems.insert(host.clone(), (system.clone(), now));
            }
            _ => return,
        }
        self.changed = true;
    }

    /// Takes what a host said.
    pub fn saw(&mut self, host: &HostName, seen: &Seen) {
        self.known.statuses.insert(host.clone(), seen.clone());
        self.changed = true;
    }

    /// The hosts, if the fleet was ever opened.
    pub fn hosts(&self) -> Option<Hosts> {
        self.known.fleet.as_ref().map(|(facts, _)| facts.hosts.clone())
    }

    /// The fleet as it was last opened by this program.
    pub fn fleet(&self) -> Option<Fleet> {
        self.fleet.clone()
    }

    /// The secrets that it declares, if that was read since.
    pub fn declared(&self) -> Option<Secrets> {
        self.declared.clone()
    }

    /// The systems as they were last evaluated.
    pub fn systems(&self) -> BTreeMap<HostName, System> {
        self.known.systems.iter().map(|(host, (system, _))| (host.clone(), system.clone())).collect()
    }

    /// What is to be written down, if it isn't yet.
    pub fn take_changes(&mut self) -> Option<Remembered> {
        std::mem::take(&mut self.changed).then(|| self.known.clone())
    }
}
