//! What programs said in one run: a bounded tail of each stream in memory, the full text on disk.
//!
//! Streams are told apart by [`LogKey`], and read one by one or merged ([`Scope`]). Appending is cheap and never fails: a disk that is full, or that can't be written, costs the text on disk and is
//! said once ([`RunLog::take_problem`]).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use tokio::sync::watch;

mod clean;
mod disk;
mod key;
mod order;
mod ring;
mod save;
mod scope;
mod time;

pub use clean::{Colour, clean_line};
use disk::Disk;
pub use key::{LogKey, Subject};
pub use ring::Tail;
use ring::{Entry, Ring};
pub use save::{Saved, save};
pub use scope::{Line, Lines, Scope};

/// How much is kept of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Lines of one stream in memory.
    pub lines: usize,
    /// Bytes of one line in memory; the rest of it is on disk only.
    pub line_bytes: usize,
    /// Bytes of all streams in memory.
    pub memory: usize,
    /// Streams that are told apart; what comes in further ones is kept together in one.
    pub streams: usize,
    /// Bytes of one run on disk.
    pub disk: u64,
    /// Runs on disk, this one included. The oldest go first; one that is still going on stays.
    pub runs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A tenth of a second of a flood: a screen that looks thirty times a second misses nothing.
            lines: 10_000,
            line_bytes: 8 * 1024,
            memory: 32 << 20,
            streams: 10_000,
            disk: 64 << 20,
            runs: 40,
        }
    }
}

/// The log of one run. Cheap to clone; all clones are the same log.
#[derive(Debug, Clone)]
pub struct RunLog {
    streams: Arc<Mutex<Streams>>,
    advanced: watch::Sender<u64>,
}

#[derive(Debug)]
struct Streams {
    limits: Limits,
    rings: BTreeMap<Arc<LogKey>, Ring>,
    /// The number of the next line.
    next: u64,
    bytes: usize,
    disk: Disk,
}

impl RunLog {
    /// Begins the log of a run in a folder of its own under `logs`, and removes the oldest runs there.
    #[must_use]
    pub fn begin(logs: &Path, limits: Limits) -> Self {
        Self::with(Disk::begin(logs, SystemTime::now(), limits), limits)
    }

    /// Begins a log of which nothing is written to disk: for what nobody reads again once it is over.
    #[must_use]
    pub fn in_memory(limits: Limits) -> Self {
        Self::with(Disk::nowhere(limits), limits)
    }

    fn with(disk: Disk, limits: Limits) -> Self {
        let streams = Streams { limits, rings: BTreeMap::new(), next: 0, bytes: 0, disk };
        Self { streams: Arc::new(Mutex::new(streams)), advanced: watch::Sender::new(0) }
    }

    /// Adds a line, as it came and without its end.
    pub fn append(&self, key: &LogKey, line: &[u8]) {
        self.append_at(key, line, SystemTime::now());
    }

    /// Adds a line that was said at another time than now.
    pub fn append_at(&self, key: &LogKey, line: &[u8], at: SystemTime) {
        self.streams().append(key, line, at);
        self.advanced.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The last lines of a stream, oldest first, safe to draw.
    #[must_use]
    pub fn tail(&self, key: &LogKey, lines: usize) -> Tail {
        self.streams().rings.get(key).map(|ring| ring.tail(lines)).unwrap_or_default()
    }

    /// The streams that said anything.
    #[must_use]
    pub fn keys(&self) -> Vec<LogKey> {
        self.streams().rings.keys().map(|key| LogKey::clone(key)).collect()
    }

    /// Tells that something was added since one last looked: many lines, one notice.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.advanced.subscribe()
    }

    /// Where the full text of a stream is; `None` if nothing of it could be written.
    #[must_use]
    pub fn file(&self, key: &LogKey) -> Option<PathBuf> {
        self.streams().disk.file(key).filter(|file| file.exists())
    }

    /// Why the text on disk is not whole: each reason once.
    #[must_use]
    pub fn take_problem(&self) -> Option<String> {
        self.streams().disk.take_problem()
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        // What a panic elsewhere left is a log that lacks a line.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    fn append(&mut self, key: &LogKey, line: &[u8], at: SystemTime) {
        let other;
        let key = if self.rings.len() < self.limits.streams || self.rings.contains_key(key) {
            key
        } else {
            other = LogKey::step("other");
            &other
        };
        self.disk.append(key, line, at);
        let drawn = clean_line(&line[..line.len().min(self.limits.line_bytes)], Colour::Keep);
        let ring = match self.rings.get_mut(key) {
            Some(ring) => ring,
            None => self.rings.entry(Arc::new(key.clone())).or_default(),
        };
        let before = ring.bytes();
        ring.push(Entry { number: self.next, at, text: drawn.into() }, self.limits.lines);
        self.next += 1;
        self.bytes = self.bytes - before + ring.bytes();
        while self.bytes > self.limits.memory {
            let Some(largest) = self.rings.values_mut().max_by_key(|ring| ring.bytes()) else { break };
            let before = largest.bytes();
            largest.halve();
            self.bytes = self.bytes - before + largest.bytes();
            if largest.bytes() == before {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests;
