//! What the steps of one run share.

use std::{any::Any, collections::BTreeMap, future::Future, sync::Arc};

use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{Context, HostStops, Options, Target, Targets, history::History};
use crate::backend::{
    error::{Error, Result},
    event::{Event, Phase},
    logstore::LogKey,
    model::{HostName, HostOutcome, HostStatus, Outcome, Privilege, System},
    ssh::{Login, Ssh},
};

/// One run: of a status, a plan or a deployment.
#[derive(Debug)]
pub struct Run {
    pub context: Context,
    pub targets: Targets,
    pub options: Options,
    pub history: History,
    ssh: Result<Ssh>,
}

impl Run {
    /// Prepares the way to the hosts.
    pub fn begin(context: &Context, targets: &Targets, options: &Options) -> Arc<Self> {
        let ways = targets.iter().filter(|(_, target)| target.kind.switches());
        let ssh = Ssh::prepare(ways.filter_map(|(name, target)| Some((name, target.deployment()?))));
        Arc::new(Self {
            context: context.clone(),
            targets: targets.clone(),
            options: options.clone(),
            history: History::of(&context.state),
            ssh,
        })
    }

    /// The way to the hosts.
    pub fn ssh(&self) -> Result<&Ssh> {
        self.ssh.as_ref().map_err(Clone::clone)
    }

    pub fn target(&self, host: &HostName) -> Option<&Target> {
        self.targets.get(host)
    }

    /// The host's evaluated system, if it may be built.
    pub fn system(&self, host: &HostName) -> Option<&System> {
        self.target(host)?.system.as_ref()?.as_ref().ok()
    }

    pub async fn enter(&self, host: &HostName, phase: Phase) {
        self.context.events.send(Event::PhaseEntered { host: host.clone(), phase }).await;
    }

    pub async fn settle(&self, host: &HostName, outcome: &HostOutcome) {
        self.context.events.send(Event::Settled { host: host.clone(), outcome: outcome.clone() }).await;
    }

    pub async fn warn(&self, host: &HostName, warning: String) {
        self.context.events.send(Event::Warned { host: Some(host.clone()), warning }).await;
    }

    pub fn log(&self, host: &HostName, step: &str, lines: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        let key = LogKey::host_step(host.clone(), step);
        for line in lines {
            self.context.log.append(&key, line.as_ref());
        }
    }

    /// How scripts become root on a host.
    pub fn root(&self, status: &HostStatus) -> Option<Login> {
        match status.privilege {
            Privilege::Root => Some(Login::Plain),
            Privilege::Sudo => Some(Login::Sudo),
            Privilege::SudoPassword => self.context.sudo_password.clone().map(Login::SudoPassword),
            Privilege::None => None,
        }
    }

    /// An outcome with what the fleet wants on the host.
    pub fn outcome(
        &self,
        host: &HostName,
        outcome: Outcome,
        running: Option<&str>,
        reason: impl Into<String>,
    ) -> HostOutcome {
        HostOutcome {
            outcome,
            running: running.map(str::to_owned),
            wanted: self.system(host).map(|system| system.toplevel.clone()),
            reason: reason.into(),
        }
    }

    /// What stops a host.
    pub fn stop_of(&self, host: &HostName) -> CancellationToken {
        self.context.hosts.of(host)
    }

    /// Waits for something about a host that may be given up at any time.
    pub async fn unless_stopped<T>(
        &self,
        host: &HostName,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let stop = self.stop_of(host);
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Error::cancelled()),
            result = work => result,
        }
    }
}

/// Works on hosts at once, so many at a time; one that is stopped doesn't wait for its turn, since all that is left is to say so. Each host has a result, whatever happens: of one whose task panics, `lost` makes it.
pub async fn each<T, F>(
    hosts: impl IntoIterator<Item = HostName>,
    limit: usize,
    stops: &HostStops,
    work: impl Fn(HostName) -> F,
    lost: impl Fn(&HostName, String) -> T,
) -> BTreeMap<HostName, T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit.max(1)));
    let (mut tasks, mut names, mut results) = (JoinSet::new(), BTreeMap::new(), BTreeMap::new());
    for host in hosts {
        let (places, stop, future) = (places.clone(), stops.of(&host), work(host.clone()));
        let task = tasks.spawn(async move {
            // The semaphore is never closed; without a permit the host would only be early.
            let _permit = tokio::select! {
                permit = places.acquire() => permit.ok(),
                () = stop.cancelled() => None,
            };
            future.await
        });
        names.insert(task.id(), host);
    }
    while let Some(ended) = tasks.join_next_with_id().await {
        let (id, result) = match ended {
            Ok((id, result)) => (id, Ok(result)),
            Err(error) => (error.id(), Err(words(error))),
        };
        if let Some(host) = names.remove(&id) {
            let result = result.unwrap_or_else(|why| lost(&host, why));
            results.insert(host, result);
        }
    }
    results
}

fn words(error: JoinError) -> String {
    let payload: Option<Box<dyn Any + Send>> = error.try_into_panic().ok();
    let text = payload.as_ref().and_then(|payload| {
        payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
    });
    format!("an error in Steading itself: {}", text.unwrap_or_else(|| "a task was lost".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn hosts(count: usize) -> Vec<HostName> {
        (0..count).map(|number| format!("h{number}").parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn no_more_than_the_limit_at_once_and_a_result_for_each() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = |host: HostName| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                host
            }
        };
        let results =
            each(hosts(20), 3, &HostStops::new(&CancellationToken::new()), work, |host, _| host.clone())
                .await;
        assert_eq!(results.len(), 20);
        assert!(results.iter().all(|(name, result)| name == result));
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_stopped_host_waits_for_nobody() {
        let stops = HostStops::new(&CancellationToken::new());
        stops.of(&hosts(2)[1]).cancel();
        let (done, wait) = (Arc::new(Semaphore::new(0)), stops.clone());
        let work = |host: HostName| {
            let (done, wait) = (done.clone(), wait.clone());
            async move {
                if wait.of(&host).is_cancelled() {
                    done.add_permits(1);
                } else {
                    // The only place is taken until the other has had its turn.
                    let _ = done.acquire().await;
                }
                wait.of(&host).is_cancelled()
            }
        };
        let results = each(hosts(2), 1, &stops, work, |_, _| false).await;
        assert_eq!(results.values().copied().collect::<Vec<_>>(), [false, true]);
    }

    #[tokio::test]
    async fn a_panic_is_one_hosts_failure() {
        let work = |host: HostName| async move {
            assert!(host.as_str() != "h1", "h1 is odd");
            "fine".to_owned()
        };
        let results = each(hosts(3), 2, &HostStops::new(&CancellationToken::new()), work, |_, why| why).await;
        let results = results.values().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(results, ["fine", "an error in Steading itself: h1 is odd", "fine"]);
    }
}
