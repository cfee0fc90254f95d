//! Finding names by a few of their letters, beside the screen's thread: the latest question wins.

use std::{cmp::Reverse, fmt, sync::Arc};

use fuzzy_matcher::{FuzzyMatcher, skim::SkimMatcherV2};

mod worker;

pub use worker::Worker;

/// Cells of the matcher's table beyond which it takes a quicker way: a name of strangers may be as long as it likes. The number is skim's own.
const TABLE_CELLS: usize = 1 << 20;

/// How many names are looked at before one asks whether the answer is still wanted: well below a millisecond's worth.
const CHUNK: usize = 256;

/// Which of these names match a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The list that it is about, as its asker numbers them. A newer question about a list takes the place of an older one.
    pub list: u32,
    /// The number of the question, ever upwards, by which a late answer is known.
    pub generation: u64,
    /// Letters in their order, not necessarily side by side. With a capital among them case counts; a `!` in front asks for the names that don't match.
    pub query: String,
    /// The names.
    pub names: Arc<[String]>,
}

/// What a question came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The list that was asked about.
    pub list: u32,
    /// The number of the question.
    pub generation: u64,
    /// The names that match, the best first; in the order of the names where none is better than another.
    pub matches: Vec<Match>,
}

/// A name that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Which of the names.
    pub index: usize,
    /// How well; 0 where the query is empty or inverted.
    pub score: i64,
    /// The characters of the name that matched, by their number.
    pub positions: Vec<usize>,
}

/// Answers questions about one list one after the other. While the query only grows and the names stay, only what matched before is looked at again.
#[derive(Default)]
pub struct Narrowing {
    matcher: Option<SkimMatcherV2>,
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    names: Arc<[String]>,
    term: String,
    matching: Vec<usize>,
}

impl fmt::Debug for Narrowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Narrowing").field("last", &self.last).finish_non_exhaustive()
    }
}

/// The matcher that decides what matches and how well.
#[must_use]
pub fn matcher() -> SkimMatcherV2 {
    SkimMatcherV2::default().smart_case().element_limit(TABLE_CELLS)
}

impl Narrowing {
    /// Answers a question; `None` when `wanted` says between two chunks of names that nobody waits for it any more.
    pub fn answer(&mut self, question: &Question, wanted: impl Fn() -> bool) -> Option<Answer> {
        let names = &question.names;
        let (inverted, term) = match question.query.strip_prefix('!') {
            Some(term) => (true, term),
            None => (false, question.query.as_str()),
        };
        let answer = |matches| Answer { list: question.list, generation: question.generation, matches };
        let unscored = |index| Match { index, score: 0, positions: Vec::new() };
        if term.is_empty() {
            return Some(answer((0..names.len()).map(unscored).collect()));
        }
        let mut matches = Vec::new();
        let skim = self.matcher.get_or_insert_with(matcher);
        let mut consider = |index: usize| {
            if let Some((score, positions)) = skim.fuzzy_indices(&names[index], term) {
                matches.push(Match { index, score, positions });
            }
        };
        // What matches a query matches its beginning too, and what matches it with regard to case matches it without.
        let narrowed =
            self.last.take().filter(|last| Arc::ptr_eq(&last.names, names) && term.starts_with(&last.term));
        let done = match &narrowed {
            Some(last) => in_chunks(last.matching.iter().copied(), wanted, &mut consider),
            None => in_chunks(0..names.len(), wanted, &mut consider),
        };
        if !done {
            self.last = narrowed;
            return None;
        }
        let matching = matches.iter().map(|found| found.index).collect::<Vec<_>>();
        if inverted {
            let mut hidden = matching.iter().peekable();
            let left = (0..names.len()).filter(|index| hidden.next_if_eq(&index).is_none());
            matches = left.map(unscored).collect();
        } else {
            matches.sort_by_key(|found| Reverse(found.score));
        }
        self.last = Some(Last { names: Arc::clone(names), term: term.to_owned(), matching });
        Some(answer(matches))
    }
}

/// Whether it came to the end.
fn in_chunks(
    indices: impl Iterator<Item = usize>,
    wanted: impl Fn() -> bool,
    consider: &mut impl FnMut(usize),
) -> bool {
    for (count, index) in indices.enumerate() {
        if count % CHUNK == 0 && !wanted() {
            return false;
        }
        consider(index);
    }
    true
}

#[cfg(test)]
mod tests;
