//! What Nix is doing, kept up to date message by message.
//!
//! Pure: no clock, no disk. Its memory is bounded whatever the messages are.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use super::{
    failure::{Failure, quoted},
    internal_json::{Activity, ActivityId, Message, Report, code},
};
use crate::backend::{
    event::{BuildProgress, FailedBuild, RunningBuild, RunningCopy, Transfer},
    logstore::{Colour, clean_line},
    model::StorePath,
};

/// How many activities, builds and failures are remembered at most; what is beyond is not counted.
const LIVE: usize = 10_000;
const STARTED: usize = 20_000;
const FAILURES: usize = 1000;

/// How many of the things that go on are told one by one.
const SHOWN: usize = 256;

/// The longest name of a machine, phase or path that is kept, in bytes as they came.
const LONGEST_WORD: usize = 255;

/// What Nix is doing.
#[derive(Debug, Default)]
pub struct Activities {
    live: HashMap<ActivityId, Live>,
    /// What activities that have ended had done, and what they had to do: Nix ends them before the last of it is told.
    ended: Counters,
    ended_expected: Counters,
    /// What is to come, by what is counted, as told beside the activities.
    announced: Counters,
    /// The derivations of builds that began, by name.
    started: HashMap<String, StorePath>,
    failures: Vec<Failure>,
    /// Counts messages: what tells which build spoke last.
    now: u64,
}

/// What one message had to say besides keeping the counts.
#[derive(Debug, PartialEq, Eq)]
pub enum Noted<'a> {
    /// Nothing for a log.
    Nothing,
    /// A line of a builder.
    Line {
        /// Its derivation.
        derivation: StorePath,
        /// As Nix passed it on.
        text: &'a str,
    },
    /// Something that Nix itself said.
    Said {
        /// 0 error, 1 warning, more is chatter.
        level: u64,
        /// What, possibly in several lines.
        text: &'a str,
    },
}

/// An activity that has begun and not ended.
#[derive(Debug)]
struct Live {
    parent: ActivityId,
    doing: Doing,
    progress: Progress,
    announced: Counters,
    spoke: u64,
    since: Instant,
}

#[derive(Debug)]
enum Doing {
    Build { derivation: StorePath, machine: String, phase: String, failed: bool },
    Substitute { name: String, from: String },
    CopyPath { name: String, from: String },
    CopyPaths,
    Builds,
    FileTransfer,
    Other,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    done: u64,
    expected: u64,
    failed: u64,
}

/// One number for each thing that is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    bytes: u64,
    paths: u64,
    builds: u64,
}

impl Counters {
    fn of(&mut self, kind: u64) -> Option<&mut u64> {
        match kind {
            code::COPY_PATH => Some(&mut self.bytes),
            code::COPY_PATHS => Some(&mut self.paths),
            code::BUILDS => Some(&mut self.builds),
            _ => None,
        }
    }
}

impl Doing {
    fn new(activity: &Activity<'_>) -> Self {
        match activity {
            Activity::CopyPath { path, from } => Self::CopyPath { name: name(path), from: word(from) },
            Activity::Substitute { path, from } => Self::Substitute { name: name(path), from: word(from) },
            Activity::CopyPaths => Self::CopyPaths,
            Activity::Builds => Self::Builds,
            Activity::FileTransfer => Self::FileTransfer,
            Activity::Build { derivation, machine } => derivation.parse().map_or(Self::Other, |derivation| {
                Self::Build { derivation, machine: word(machine), phase: String::new(), failed: false }
            }),
            Activity::Other => Self::Other,
        }
    }

    fn counts(&self) -> u64 {
        match self {
            Self::CopyPath { .. } => code::COPY_PATH,
            Self::CopyPaths => code::COPY_PATHS,
            Self::Builds => code::BUILDS,
            _ => 0,
        }
    }
}

impl Activities {
    /// Takes in a message, and says what of it belongs into a log.
    pub fn take_in<'m>(&mut self, message: &'m Message<'m>, now: Instant) -> Noted<'m> {
        self.now += 1;
        match message {
            Message::Start { id, parent, level, text, activity } => {
                self.start(*id, *parent, activity, now);
                // Up to "info" Nix prints this as a line where it prints lines.
                if *level <= 3 && !text.is_empty() {
                    return Noted::Said { level: 3.max(*level), text };
                }
            }
            Message::Stop { id } => self.stop(*id),
            Message::Result { id, report } => return self.report(*id, report),
            Message::Said { level, text } => {
                if *level == 0 {
                    self.fail(text);
                }
                return Noted::Said { level: *level, text };
            }
            Message::Unknown => {}
        }
        Noted::Nothing
    }

    /// How far everything is.
    #[must_use]
    pub fn progress(&self, now: Instant) -> BuildProgress {
        let running = self.live.iter().filter_map(|(id, live)| match &live.doing {
            Doing::Build { derivation, machine, phase, failed: false } => {
                let build = RunningBuild {
                    derivation: derivation.clone(),
                    name: derivation_name(derivation).to_owned(),
                    phase: phase.clone(),
                    machine: machine.clone(),
                    elapsed: now.saturating_duration_since(live.since),
                };
                Some((live.since, *id, build))
            }
            _ => None,
        });
        let running = in_order(running.collect());
        let (builds_done, builds_expected) = self.sum(code::BUILDS);
        BuildProgress {
            builds_done,
            builds_expected,
            copies: self.transfer(),
            running,
            copying: self.copying(),
            failed: self
                .failures
                .iter()
                .filter(|failure| !failure.by_dependency)
                .map(FailedBuild::from)
                .collect(),
        }
    }

    /// Paths and bytes that are copied or downloaded.
    #[must_use]
    pub fn transfer(&self) -> Transfer {
        let (paths_done, paths_expected) = self.sum(code::COPY_PATHS);
        let (bytes_done, bytes_expected) = self.sum(code::COPY_PATH);
        Transfer { paths_done, paths_expected, bytes_done, bytes_expected }
    }

    /// Why derivations were not built, in the order in which Nix said it.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    fn start(&mut self, id: ActivityId, parent: ActivityId, activity: &Activity<'_>, now: Instant) {
        // The same id again: what had it must have ended.
        self.stop(id);
        let doing = Doing::new(activity);
        if matches!(doing, Doing::FileTransfer) && !self.live.contains_key(&parent) {
            return;
        }
        if let Doing::Build { derivation, .. } = &doing
            && self.started.len() < STARTED
        {
            self.started.insert(derivation_name(derivation).to_owned(), derivation.clone());
        }
        if self.live.len() < LIVE {
            let (progress, announced) = (Progress::default(), Counters::default());
            self.live.insert(id, Live { parent, doing, progress, announced, spoke: self.now, since: now });
        }
    }

    fn stop(&mut self, id: ActivityId) {
        let Some(live) = self.live.remove(&id) else { return };
        let (kind, progress) = (live.doing.counts(), live.progress);
        let expected = match live.doing {
            // It expects more than there is, in some versions to the end.
            Doing::Builds => progress.done.saturating_add(progress.failed),
            _ => progress.expected,
        };
        for (ended, mine) in [(&mut self.ended, progress.done), (&mut self.ended_expected, expected)] {
            if let Some(ended) = ended.of(kind) {
                *ended = ended.saturating_add(mine);
            }
        }
        for (announced, mine) in [
            (&mut self.announced.bytes, live.announced.bytes),
            (&mut self.announced.paths, live.announced.paths),
            (&mut self.announced.builds, live.announced.builds),
        ] {
            *announced = announced.saturating_sub(mine);
        }
    }

    fn report<'m>(&mut self, id: ActivityId, report: &'m Report<'m>) -> Noted<'m> {
        let count = self.now;
        let Some(live) = self.live.get_mut(&id) else {
            // The line of a build whose beginning wasn't told, or forgotten, is still worth reading.
            return match report {
                Report::Line(text) => Noted::Said { level: 3, text },
                _ => Noted::Nothing,
            };
        };
        live.spoke = count;
        match (report, &mut live.doing) {
            (Report::Line(text), Doing::Build { derivation, failed, .. }) => {
                *failed = false;
                return Noted::Line { derivation: derivation.clone(), text };
            }
            (Report::Line(text), _) => return Noted::Said { level: 3, text },
            (Report::Phase(name), Doing::Build { phase, .. }) => *phase = word(name),
            (Report::Progress { done, expected, failed, .. }, doing) => {
                let before = std::mem::replace(
                    &mut live.progress,
                    Progress { done: *done, expected: *expected, failed: *failed },
                );
                if matches!(doing, Doing::Builds) && *failed > before.failed {
                    self.builder_failed();
                }
            }
            (Report::Expect { kind, amount }, _) => {
                if let (Some(mine), Some(all)) = (live.announced.of(*kind), self.announced.of(*kind)) {
                    *all = all.saturating_sub(*mine).saturating_add(*amount);
                    *mine = *amount;
                }
            }
            _ => {}
        }
        Noted::Nothing
    }

    /// Nix 2.26 keeps the activity of a build that failed until everything has ended. It did not say which one it was; the one that spoke last is
    /// the likeliest, and says so by speaking again if it was another.
    fn builder_failed(&mut self) {
        let running = self.live.values_mut().filter_map(|live| match &mut live.doing {
            Doing::Build { failed, .. } if !*failed => Some((live.spoke, failed)),
            _ => None,
        });
        if let Some((_, failed)) = running.max_by_key(|(spoke, _)| *spoke) {
            *failed = true;
        }
    }

    fn fail(&mut self, text: &str) {
        let Some(mut failure) = Failure::read(text) else { return };
        if failure.derivation.is_none() {
            // "output '/nix/store/…-NAME' is not allowed to refer to …": the output has the name of its derivation, and its own behind it.
            failure.derivation = quoted(&clean_line(text.as_bytes(), Colour::Drop)).find_map(|output| {
                let mut names = std::iter::successors(Some(output.name()), |name| {
                    name.rsplit_once('-').map(|(shorter, _)| shorter)
                });
                names.find_map(|name| self.started.get(name)).cloned()
            });
        }
        if self.failures.len() < FAILURES && !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    /// What is done and what is to be done of one kind: much as Nix's own progress bar counts it (`libmain/progress-bar.cc`), which forgets what activities
    /// that ended had left to do.
    fn sum(&self, kind: u64) -> (u64, u64) {
        let get = |mut counters: Counters| counters.of(kind).map_or(0, |count| *count);
        let (mut done, mut expected) = (get(self.ended), get(self.ended_expected));
        for live in self.live.values().filter(|live| live.doing.counts() == kind) {
            done = done.saturating_add(live.progress.done);
            expected = expected.saturating_add(live.progress.expected);
        }
        (done, expected.max(get(self.announced)).max(done))
    }

    /// The paths on their way. A download nests: a substitution holds the copying of a path, which holds the transfer of a file; each takes the place of
    /// the one around it as soon as it has something to tell.
    fn copying(&self) -> Vec<RunningCopy> {
        let (mut files, mut paths) = (HashMap::new(), HashSet::new());
        for live in self.live.values() {
            match live.doing {
                Doing::FileTransfer => drop(files.insert(live.parent, live.progress)),
                Doing::CopyPath { .. } => drop(paths.insert(live.parent)),
                _ => {}
            }
        }
        let mut copies = Vec::new();
        for (id, live) in &self.live {
            let (name, from) = match &live.doing {
                Doing::CopyPath { name, from } => (name, from),
                Doing::Substitute { name, from } if !paths.contains(id) => (name, from),
                _ => continue,
            };
            let file = files.get(id).filter(|_| live.progress.expected == 0);
            let progress = file.copied().unwrap_or(live.progress);
            let copy = RunningCopy {
                name: name.clone(),
                from: from.clone(),
                bytes_done: progress.done,
                bytes_expected: progress.expected,
            };
            copies.push((live.since, *id, copy));
        }
        in_order(copies)
    }
}

/// The oldest [`SHOWN`] of things that go on.
fn in_order<T>(mut going_on: Vec<(Instant, ActivityId, T)>) -> Vec<T> {
    going_on.sort_by_key(|(since, id, _)| (*since, *id));
    going_on.into_iter().take(SHOWN).map(|(_, _, it)| it).collect()
}

/// Name of a derivation without hash and `.drv`.
pub(super) fn derivation_name(derivation: &StorePath) -> &str {
    derivation.name().strip_suffix(".drv").unwrap_or(derivation.name())
}

/// The name in a store path, or what there is instead.
fn name(path: &str) -> String {
    path.parse::<StorePath>().map_or_else(|_| word(path), |path| path.name().to_owned())
}

/// A word that is kept: bounded and safe to draw.
fn word(text: &str) -> String {
    clean_line(&text.as_bytes()[..text.len().min(LONGEST_WORD)], Colour::Drop)
}

#[cfg(test)]
mod tests;
