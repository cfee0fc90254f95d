//! The tail of one stream in memory.

use std::{collections::VecDeque, sync::Arc, time::SystemTime};

/// What a line costs besides its text: its place in the ring, the two counters of an `Arc`, and what an allocator keeps about it.
const OVERHEAD: usize = size_of::<Entry>() + 32;

/// The last lines of a stream.
#[derive(Debug, Default)]
pub(super) struct Ring {
    lines: VecDeque<Entry>,
    bytes: usize,
    dropped: u64,
}

/// A line as it lies in a ring.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its number in the run, ever upwards.
    pub number: u64,
    pub at: SystemTime,
    pub text: Arc<str>,
}

/// The last lines of a stream, as they are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    /// The lines, oldest first.
    pub lines: Vec<String>,
    /// How many lines there were before them.
    pub before: u64,
}

impl Ring {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.lines.get(at)
    }

    /// How many lines the stream ever said.
    pub(super) fn said(&self) -> u64 {
        self.dropped + self.lines.len() as u64
    }

    pub(super) fn push(&mut self, line: Entry, limit: usize) {
        self.bytes += line.text.len() + OVERHEAD;
        self.lines.push_back(line);
        while self.lines.len() > limit {
            self.drop_oldest();
        }
    }

    /// Lets go of the older half, the last line at most excepted.
    pub(super) fn halve(&mut self) {
        for _ in 0..self.lines.len() / 2 {
            self.drop_oldest();
        }
        self.lines.shrink_to_fit();
    }

    pub(super) fn tail(&self, count: usize) -> Tail {
        let skipped = self.lines.len().saturating_sub(count);
        Tail {
            lines: self.lines.iter().skip(skipped).map(|line| line.text.to_string()).collect(),
            before: self.dropped + skipped as u64,
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.text.len() + OVERHEAD;
            self.dropped += 1;
        }
    }
}
