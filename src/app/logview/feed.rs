//! Lines come, and old ones go.

use std::{collections::VecDeque, sync::Arc};

use unicode_width::UnicodeWidthStr;

use super::{Held, LogView, MOST_BYTES, MOST_LINES, errors::tells_error, without_colours};
use crate::backend::logstore::Line;

impl LogView {
    /// Takes over what was said since it last looked. While it is paused nothing is let go of for it: when all room is taken, what comes after waits in the log, and what falls out of that is counted.
    pub fn refresh(&mut self) {
        let follows = self.place.is_end();
        let mut room = if follows { usize::MAX } else { self.room() };
        let mut new = Vec::new();
        let mut waiting = 0;
        for source in &mut self.sources {
            let limit = if room > 0 { MOST_LINES } else { 0 };
            let mut read = source.log.read(&self.scope, source.since, limit);
            let came = read.said - source.said;
            let left = if room > 0 { read.lines.len().saturating_sub(room) as u64 } else { came };
            if room > 0 {
                self.missed += came - read.lines.len() as u64;
                read.lines.truncate(room);
            }
            waiting += left;
            room -= read.lines.len();
            source.said = read.said - left;
            source.since = read.lines.last().map_or(source.since, |line| line.number + 1);
            new.extend(read.lines);
        }
        self.counts.waiting = waiting;
        if self.sources.len() > 1 {
            new.sort_by_key(|line| line.at);
        }
        for line in new {
            self.push(line);
        }
        if follows {
            while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
                self.drop_oldest();
            }
        }
    }

    /// How many lines may come before old ones must go.
    fn room(&self) -> usize {
        if self.bytes < MOST_BYTES { MOST_LINES.saturating_sub(self.lines.len()) } else { 0 }
    }

    fn push(&mut self, line: Line) {
        let plain = without_colours(&line.text);
        let error = tells_error(&plain);
        let found = self.search.as_ref().is_some_and(|needle| needle.is_in(&plain));
        let passes = self.filter.as_ref().is_none_or(|filter| filter.passes(&plain));
        let number = self.first + self.lines.len() as u64;
        if passes {
            self.counts.found += usize::from(found);
            self.counts.errors += usize::from(error);
            if let Some(passing) = &mut self.passing {
                passing.push_back(number);
            }
        }
        if !self.streams.contains(&line.key) {
            self.label_width = self.label_width.max(line.key.to_string().width());
            self.streams.insert(Arc::clone(&line.key));
        }
        self.bytes += line.text.len();
        let missing = std::mem::take(&mut self.missed);
        self.counts.missing += missing;
        self.lines.push_back(Held { line, missing, error, found });
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.lines.pop_front() else { return };
        let passes = match &mut self.passing {
            Some(passing) => pop_if(passing, self.first),
            None => true,
        };
        if passes {
            self.counts.found -= usize::from(oldest.found);
            self.counts.errors -= usize::from(oldest.error);
        }
        self.first += 1;
        self.bytes -= oldest.line.text.len();
        self.counts.missing += 1;
        match self.lines.front_mut() {
            Some(next) => next.missing += oldest.missing + 1,
            None => self.missed += oldest.missing + 1,
        }
    }
}

fn pop_if(numbers: &mut VecDeque<u64>, number: u64) -> bool {
    let there = numbers.front() == Some(&number);
    if there {
        numbers.pop_front();
    }
    there
}
