//! Stopping one host of a run, while the others go on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::backend::model::HostName;

/// The cancellation tokens of a run's hosts, each a child of the run's. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub struct HostStops {
    run: CancellationToken,
    hosts: Arc<Mutex<BTreeMap<HostName, CancellationToken>>>,
}

impl HostStops {
    /// Of a run.
    #[must_use]
    pub fn new(run: &CancellationToken) -> Self {
        Self { run: run.clone(), hosts: Arc::default() }
    }

    /// What stops a host.
    #[must_use]
    pub fn of(&self, host: &HostName) -> CancellationToken {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.entry(host.clone()).or_insert_with(|| self.run.child_token()).clone()
    }
}
