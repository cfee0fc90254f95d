//! The tail of one stream in memory.

use std::collections::VecDeque;

/// What a line costs besides its text.
const OVERHEAD: usize = size_of::<Box<str>>() + 16;

/// The last lines of a stream.
#[derive(Debug, Default)]
pub(super) struct Ring {
    lines: VecDeque<Box<str>>,
    bytes: usize,
    dropped: u64,
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

    pub(super) fn push(&mut self, line: String, limit: usize) {
        self.bytes += line.len() + OVERHEAD;
        self.lines.push_back(line.into_boxed_str());
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
            lines: self.lines.iter().skip(skipped).map(ToString::to_string).collect(),
            before: self.dropped + skipped as u64,
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.len() + OVERHEAD;
            self.dropped += 1;
        }
    }
}
