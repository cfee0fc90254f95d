//! Carrying out a plan: each secret after those that it is made from, on several threads, written in steps that are whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

mod product;
mod public;

use self::product::{Product, Turn};
use super::{
    SecretName, SecretResult,
    context::{Request, RunScript},
    plan::{Files, Planned, Task},
    schedule::in_order,
    sidecar::{FILE, Sidecar},
    transaction::{self, Change},
    tree::{Lock, Part},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::SecretStep,
};

/// How many finished secrets are written at once. Few, so that a run that is stopped keeps what it made; some, since every writing waits for the disk.
const BATCH: usize = 16;
/// How long a finished secret waits for others to be written with.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A secret's turn has come.
    Begun {
        /// Which.
        name: &'a SecretName,
        /// What is done.
        step: SecretStep,
    },
    /// It is done with a secret: what is to be written is on the disk.
    Ended {
        /// Which.
        name: &'a SecretName,
        /// What came of it.
        result: &'a SecretResult,
        /// How many have ended.
        done: usize,
        /// Of how many.
        of: usize,
    },
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What came of each secret that something was to be done about.
    pub results: BTreeMap<SecretName, SecretResult>,
    /// The files that are new, relative to the fleet: Nix sees none of them before git knows it.
    pub created: Vec<String>,
}

impl Outcome {
    /// Whether all is done that was to be done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.results.values().any(|result| result.is_bad() || *result == SecretResult::Cancelled)
    }
}

/// Carries out a plan. If any file changed since it was made, nothing is done.
///
/// Secrets that fail stop those that are made from them and no others. When writing fails, or `cancel` fires, what is finished is kept and nothing
/// more is begun.
pub fn apply(
    planned: &Planned,
    scripts: &dyn RunScript,
    cancel: &CancellationToken,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Outcome> {
    if planned.is_empty() {
        return Ok(Outcome::default());
    }
    let tree = &planned.context.tree;
    let lock = tree.lock()?;
    if Files::of(tree)? != planned.files {
        return Err(Error::new(ErrorKind::Refused, "the files of secrets changed since this was planned")
            .hint("look at the plan again"));
    }
    tree.sweep(&lock)?;
    let mut run = Run::begin(planned, &lock, progress);
    if let Request::Prune { .. } = planned.wish.request {
        run.prune(cancel);
    } else {
        run.carry_out(scripts, cancel);
    }
    Ok(run.outcome)
}

/// A run that goes on.
struct Run<'a> {
    planned: &'a Planned,
    lock: &'a Lock,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
    sidecar: Sidecar,
    outcome: Outcome,
    of: usize,
    /// What is finished and not yet written.
    finished: Vec<(SecretResult, Change)>,
    written_at: Instant,
}

impl<'a> Run<'a> {
    fn begin(planned: &'a Planned, lock: &'a Lock, progress: &'a (dyn Fn(Progress<'_>) + Sync)) -> Self {
        let mut sidecar = planned.sidecar.clone();
        // Nothing needs to be remembered of what is neither declared nor there.
        let (declared, found) = (&planned.context.declared.secrets, &planned.files.found);
        let is_known = |name: &SecretName| declared.contains_key(name) || found.contains_key(name);
        sidecar.secrets.retain(|name, _| is_known(name));
        sidecar.next.retain(|name, _| is_known(name));
        sidecar.begun.retain(|name, _| is_known(name));
        let of = planned.report().secrets.iter().filter(|secret| secret.step.is_some()).count();
        let (outcome, finished) = (Outcome::default(), Vec::new());
        Self { planned, lock, progress, sidecar, outcome, of, finished, written_at: Instant::now() }
    }

    fn carry_out(&mut self, scripts: &dyn RunScript, cancel: &CancellationToken) {
        let planned = self.planned;
        let tasks: Vec<(&SecretName, &Task)> = planned
            .graph
            .order
            .iter()
            .filter_map(|name| Some((name, planned.drafts.get(name)?.task.as_ref()?)))
            .collect();
        let places: BTreeMap<&SecretName, usize> =
            tasks.iter().enumerate().map(|(place, (name, _))| (*name, place)).collect();
        let needs: Vec<Vec<usize>> = tasks
            .iter()
            .enumerate()
            .map(|(place, (name, _))| {
                let reads = planned.graph.reads(name).filter_map(|read| places.get(read).copied());
                reads.filter(|&read| read < place).collect()
            })
            .collect();
        let broken = AtomicBool::new(false);
        let progress = self.progress;
        let work = |place: usize, products: &[OnceLock<Product>]| {
            let (name, task) = tasks[place];
            if cancel.is_cancelled() || broken.load(Ordering::Relaxed) {
                return Product::none(SecretResult::Cancelled);
            }
            let product = |read: &SecretName| places.get(read).and_then(|&read| products[read].get());
            let mut values = BTreeMap::new();
            let mut waits_for = BTreeSet::new();
            for read in planned.graph.reads(name) {
                let value = match product(read) {
                    Some(product) => product.value,
                    None => planned.drafts.get(read).and_then(|draft| draft.value),
                };
                match value {
                    Some(value) => drop(values.insert(read, value)),
                    None => drop(waits_for.insert(read.to_string())),
                }
            }
            let needs_sources = matches!(task, Task::Make { .. } | Task::Restore { .. });
            if needs_sources && !waits_for.is_empty() {
                return Product::none(SecretResult::Skipped(waits_for.into_iter().collect()));
            }
            progress(Progress::Begun { name, step: task.step() });
            let turn = Turn { planned, name, draft: &planned.drafts[name], scripts, values };
            turn.take(task).unwrap_or_else(|error| {
                Product::none(match error.kind {
                    ErrorKind::Cancelled => SecretResult::Cancelled,
                    _ => SecretResult::Failed(error),
                })
            })
        };
        let done = |place: usize, product: &Product| {
            let name = tasks[place].0;
            match &product.change {
                None => self.end(name, product.result.clone()),
                Some(_) if broken.load(Ordering::Relaxed) => self.end(name, SecretResult::Cancelled),
                Some(change) => {
                    self.finished.push((product.result.clone(), change.clone()));
                    if (self.finished.len() >= BATCH || self.written_at.elapsed() >= PATIENCE)
                        && !self.write()
                    {
                        broken.store(true, Ordering::Relaxed);
                    }
                }
            }
        };
        in_order(&needs, planned.context.threads, work, done);
        self.write();
    }

    /// Writes what is finished. `false`: that failed.
    fn write(&mut self) -> bool {
        let finished = std::mem::take(&mut self.finished);
        if finished.is_empty() {
            return true;
        }
        let (results, changes): (Vec<_>, Vec<_>) = finished.into_iter().unzip();
        let tree = &self.planned.context.tree;
        let had_sidecar = tree.read(FILE).is_ok_and(|found| found.is_some());
        let written = transaction::commit(tree, self.lock, &mut self.sidecar, &changes);
        for (change, result) in changes.iter().zip(results) {
            let result = match &written {
                Ok(()) => result,
                Err(error) => SecretResult::Failed(error.clone()),
            };
            if written.is_ok() {
                let found = change.found;
                let is_new = |part: Part| match part {
                    Part::Entropy => found.entropy.is_none(),
                    Part::Data => found.data.is_none(),
                    Part::Derived => found.public.is_none(),
                };
                let new = change.files.iter().filter(|(part, _)| is_new(*part));
                self.outcome.created.extend(new.map(|(part, _)| part.file(&change.name)));
            }
            self.end(&change.name, result);
        }
        if written.is_ok() && !had_sidecar {
            self.outcome.created.push(FILE.to_owned());
        }
        self.written_at = Instant::now();
        written.is_ok()
    }

    fn end(&mut self, name: &SecretName, result: SecretResult) {
        self.outcome.results.insert(name.clone(), result);
        let (done, of) = (self.outcome.results.len(), self.of);
        (self.progress)(Progress::Ended { name, result: &self.outcome.results[name], done, of });
    }

    fn prune(&mut self, cancel: &CancellationToken) {
        let planned = self.planned;
        for name in planned.orphans.iter().filter(|name| planned.wish.request.means(name)) {
            if cancel.is_cancelled() {
                self.end(name, SecretResult::Cancelled);
                continue;
            }
            (self.progress)(Progress::Begun { name, step: SecretStep::Remove });
            let removed = transaction::remove(&planned.context.tree, self.lock, &mut self.sidecar, name);
            self.end(name, removed.map_or_else(SecretResult::Failed, |()| SecretResult::Pruned));
        }
    }
}

#[cfg(test)]
mod tests;
