//! Several streams read as one, in the order in which things were said.

use std::{collections::BinaryHeap, sync::Arc, time::SystemTime};

use super::{LogKey, Ring, RunLog, Streams};
use crate::backend::model::HostName;

/// Which streams of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Those about one host.
    Host(HostName),
    /// One.
    Stream(LogKey),
}

/// A line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the run, ever upwards, whichever stream it is of.
    pub number: u64,
    /// When it was said.
    pub at: SystemTime,
    /// The stream.
    pub key: Arc<LogKey>,
    /// The text, safe to draw, colours left in.
    pub text: Arc<str>,
}

/// Lines of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// Those that are still in memory, oldest first.
    pub lines: Vec<Line>,
    /// How many the scope's streams ever said.
    pub said: u64,
}

impl Scope {
    /// Whether a stream is in it.
    #[must_use]
    pub fn holds(&self, key: &LogKey) -> bool {
        match self {
            Self::All => true,
            Self::Host(host) => key.host.as_ref() == Some(host),
            Self::Stream(stream) => stream == key,
        }
    }

    /// Whether more than one stream can be in it.
    #[must_use]
    pub fn is_merged(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }
}

impl RunLog {
    /// The lines of a scope from number `since` on, at most the newest `limit`. What is already known costs nothing to skip.
    #[must_use]
    pub fn read(&self, scope: &Scope, since: u64, limit: usize) -> Lines {
        self.streams().read(scope, since, limit)
    }
}

impl Streams {
    fn read(&self, scope: &Scope, since: u64, limit: usize) -> Lines {
        let rings: Vec<(&Arc<LogKey>, &Ring)> = match scope {
            Scope::Stream(key) => self.rings.get_key_value(key).into_iter().collect(),
            _ => self.rings.iter().filter(|(key, _)| scope.holds(key)).collect(),
        };
        let said = rings.iter().map(|(_, ring)| ring.said()).sum();
        // From the newest line of each stream backwards, so that old lines are never looked at.
        let newest = rings.iter().enumerate().filter_map(|(at, (_, ring))| {
            let place = ring.len().checked_sub(1)?;
            Some((ring.get(place)?.number, at, place))
        });
        let mut heads = newest.filter(|(number, ..)| *number >= since).collect::<BinaryHeap<_>>();
        let mut lines = Vec::new();
        while lines.len() < limit
            && let Some((number, at, place)) = heads.pop()
        {
            let (key, ring) = rings[at];
            if let Some(entry) = ring.get(place) {
                lines.push(Line {
                    number,
                    at: entry.at,
                    key: Arc::clone(key),
                    text: Arc::clone(&entry.text),
                });
            }
            if let Some(before) = place.checked_sub(1)
                && let Some(entry) = ring.get(before)
                && entry.number >= since
            {
                heads.push((entry.number, at, before));
            }
        }
        lines.reverse();
        Lines { lines, said }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::logstore::Limits;

    fn key(stream: u8) -> LogKey {
        let host = |name: &str| name.parse::<HostName>().unwrap();
        match stream {
            0 => LogKey::step("build"),
            1 => LogKey::host_step(host("gate"), "copy"),
            2 => LogKey::host_step(host("gate"), "activate"),
            _ => LogKey::host_step(host("web"), format!("step-{stream}")),
        }
    }

    fn texts(lines: &Lines) -> Vec<&str> {
        lines.lines.iter().map(|line| &*line.text).collect()
    }

    #[test]
    fn streams_are_merged_in_the_order_of_their_lines() {
        let log = RunLog::in_memory(Limits::default());
        for (number, stream) in [0, 1, 2, 3, 1, 0, 2].into_iter().enumerate() {
            log.append(&key(stream), format!("{number}").as_bytes());
        }
        let all = log.read(&Scope::All, 0, 100);
        assert_eq!((texts(&all), all.said), (vec!["0", "1", "2", "3", "4", "5", "6"], 7));
        let gate = Scope::Host("gate".parse().unwrap());
        assert_eq!(texts(&log.read(&gate, 0, 100)), ["1", "2", "4", "6"]);
        assert_eq!(texts(&log.read(&gate, 2, 2)), ["4", "6"], "the newest");
        assert_eq!(texts(&log.read(&Scope::Stream(key(0)), 1, 100)), ["5"]);
        assert_eq!(log.read(&Scope::Stream(LogKey::step("never")), 0, 100), Lines::default());
        assert_eq!(log.read(&Scope::All, 7, 100), Lines { lines: vec![], said: 7 });
    }

    proptest! {
        #[test]
        fn reading_piece_by_piece_is_reading_all(
            said in prop::collection::vec((0..6_u8, any::<bool>()), 0..200),
            scope in 0..3_u8,
        ) {
            let log = RunLog::in_memory(Limits { lines: 1000, ..Limits::default() });
            let scope = match scope {
                0 => Scope::All,
                1 => Scope::Host("gate".parse().unwrap()),
                _ => Scope::Stream(key(0)),
            };
            let (mut pieces, mut since) = (Vec::new(), 0);
            let mut expected = Vec::new();
            for (number, (stream, look)) in said.iter().enumerate() {
                log.append(&key(*stream), format!("{number}").as_bytes());
                if scope.holds(&key(*stream)) {
                    expected.push(number.to_string());
                }
                if *look {
                    let new = log.read(&scope, since, usize::MAX);
                    prop_assert_eq!(new.said, expected.len() as u64);
                    since = new.lines.last().map_or(since, |line| line.number + 1);
                    pieces.extend(new.lines);
                }
            }
            pieces.extend(log.read(&scope, since, usize::MAX).lines);
            prop_assert!(pieces.iter().is_sorted_by_key(|line| line.number));
            prop_assert_eq!(pieces.iter().map(|line| line.text.to_string()).collect::<Vec<_>>(), expected);
            prop_assert_eq!(log.read(&scope, 0, usize::MAX).lines, pieces);
        }
    }
}
