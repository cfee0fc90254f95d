//! Who reads a global, from what was seen of the hosts' evaluations.

use super::knowledge::Knowledge;
use crate::backend::model::{HostName, OptionPath, Reads};

/// The hosts that read something, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readers {
    /// Those whose systems are made of it.
    pub system: Vec<HostName>,
    /// Those of which only assertions and warnings looked at it.
    pub checks: Vec<HostName>,
    /// Those of which it is not known.
    pub unknown: Vec<HostName>,
}

impl Knowledge {
    /// Who reads a global, or something in it.
    #[must_use]
    pub fn readers(&self, path: &OptionPath) -> Readers {
        let mut readers = Readers::default();
        for host in self.hosts() {
            let list = match self.reads(&host.name) {
                None => &mut readers.unknown,
                Some(reads) if reads.system.has(path) => &mut readers.system,
                Some(reads) if reads.checks.has(path) => &mut readers.checks,
                Some(_) => continue,
            };
            list.push(host.name.clone());
        }
        readers
    }

    /// What a host's evaluation used, where that could be seen.
    #[must_use]
    pub fn reads(&self, host: &HostName) -> Option<&Reads> {
        self.systems.get(host)?.value.as_ref()?.reads.as_ref()
    }
}
