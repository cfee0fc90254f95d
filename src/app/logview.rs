//! A view of the logs of one or more runs: which lines of them, from where on, and what is looked for.
//!
//! It holds lines of its own, so that what is being read stays though the log goes on, and takes new ones over when it is told to look ([`LogView::refresh`]):
//! once a frame, however many there are. What is not held is counted and said.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use unicode_width::UnicodeWidthStr;

use crate::backend::logstore::{Line, LogKey, RunLog, Scope};

mod errors;
mod feed;
mod needle;
mod place;
mod plain;

pub use errors::tells_error;
pub use needle::Needle;
use place::Place;
pub use place::{Part, Row};
pub use plain::{broken, without_colours};

/// How many lines a view holds, and how many bytes of text. Most of them lie in the log's own memory as well, and cost nothing twice.
const MOST_LINES: usize = 30_000;
const MOST_BYTES: usize = 16 << 20;

/// Columns of a time of day and the blank behind it: `21:23:50 `.
const TIME_WIDTH: usize = 9;

/// Columns of the mark before each line.
const MARK_WIDTH: usize = 2;

/// The widest that names of streams may be, in columns.
const WIDEST_LABEL: usize = 28;

/// What is shown of logs, and how.
#[derive(Debug, Clone)]
pub struct LogView {
    /// Whether long lines go on below, or out of sight at the right.
    pub wrap: bool,
    /// Whether each line says when it was said.
    pub times: bool,
    sources: Vec<Source>,
    scope: Scope,
    lines: VecDeque<Held>,
    /// The number of the first line that is held; lines are numbered as they are taken over.
    first: u64,
    bytes: usize,
    /// Lines that were missed since the last one that is held.
    missed: u64,
    /// With a filter: the numbers of the lines that pass it.
    passing: Option<VecDeque<u64>>,
    filter: Option<Filter>,
    search: Option<Needle>,
    place: Place,
    /// The line that was last jumped to.
    marked: Option<u64>,
    /// How far it is scrolled to the right, in columns.
    left: usize,
    /// Of the area that the log is drawn in, in columns and rows.
    size: (usize, usize),
    streams: HashSet<Arc<LogKey>>,
    label_width: usize,
    counts: Counts,
}

/// A line that is held.
#[derive(Debug, Clone)]
pub struct Held {
    /// The line.
    pub line: Line,
    /// How many lines before it are missing: they fell out of memory.
    pub missing: u64,
    /// Whether it tells what went wrong.
    pub error: bool,
    /// Whether what is looked for is in it.
    pub found: bool,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines that can be scrolled to.
    pub shown: usize,
    /// Lines that are held; more than are shown if there is a filter.
    pub held: usize,
    /// Lines that fell out of memory. All of them are on disk if that could be written.
    pub missing: u64,
    /// Lines that were said since it was paused and are not taken over before it follows again.
    pub waiting: u64,
    /// Lines shown that hold what is looked for.
    pub found: usize,
    /// Lines shown that tell what went wrong.
    pub errors: usize,
}

#[derive(Debug, Clone)]
struct Source {
    log: RunLog,
    since: u64,
    /// How many lines of the scope were taken over or missed.
    said: u64,
}

#[derive(Debug, Clone)]
struct Filter {
    text: String,
    needle: Needle,
    inverted: bool,
}

impl Filter {
    fn passes(&self, text: &str) -> bool {
        self.needle.is_in(text) != self.inverted
    }
}

impl Default for LogView {
    fn default() -> Self {
        Self {
            wrap: false,
            times: false,
            sources: Vec::new(),
            scope: Scope::All,
            lines: VecDeque::new(),
            first: 0,
            bytes: 0,
            missed: 0,
            passing: None,
            filter: None,
            search: None,
            place: Place::End,
            marked: None,
            left: 0,
            size: (80, 24),
            streams: HashSet::new(),
            label_width: 0,
            counts: Counts::default(),
        }
    }
}

impl LogView {
    /// A view of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all logs, what is looked for and where one is; how lines are shown stays.
    pub fn begin(&mut self) {
        *self = Self { wrap: self.wrap, times: self.times, size: self.size, ..Self::default() };
    }

    /// Shows another log behind those that are shown.
    pub fn add(&mut self, log: RunLog) {
        self.sources.push(Source { log, since: 0, said: 0 });
    }

    /// The logs that are shown.
    pub fn logs(&self) -> impl Iterator<Item = &RunLog> {
        self.sources.iter().map(|source| &source.log)
    }

    /// Which streams are shown.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Shows other streams, from their end on. What is filtered and looked for stays.
    pub fn set_scope(&mut self, scope: Scope) {
        if self.scope == scope {
            return;
        }
        self.scope = scope;
        for source in &mut self.sources {
            (source.since, source.said) = (0, 0);
        }
        self.first += self.lines.len() as u64;
        self.lines.clear();
        if let Some(passing) = &mut self.passing {
            passing.clear();
        }
        (self.bytes, self.missed, self.marked, self.left) = (0, 0, None, 0);
        self.place = Place::End;
        self.streams.clear();
        self.label_width = 0;
        self.counts = Counts::default();
        self.refresh();
    }

    /// How much there is.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts { shown: self.len(), held: self.lines.len(), ..self.counts }
    }

    /// Whether new lines are followed.
    #[must_use]
    pub fn follows(&self) -> bool {
        matches!(self.place, Place::End)
    }

    /// Stops where one is, or goes on to the end and follows.
    pub fn toggle_follow(&mut self) {
        if self.follows() {
            self.pause();
        } else {
            self.follow();
        }
    }

    /// Goes to the end and stays there.
    pub fn follow(&mut self) {
        self.place = Place::End;
        self.refresh();
    }

    /// Lets long lines go on below, or out of sight at the right.
    pub fn toggle_wrap(&mut self) {
        self.wrap = !self.wrap;
        self.left = 0;
        if let Place::Top { row, .. } = &mut self.place {
            *row = 0;
        }
    }

    /// Says when each line was said, or doesn't.
    pub fn toggle_times(&mut self) {
        self.times = !self.times;
    }

    /// Scrolls by so many columns, negative to the left. Lines that go on below are never scrolled.
    pub fn scroll(&mut self, columns: isize) {
        if !self.wrap {
            self.left = self.left.saturating_add_signed(columns).min(self.longest().saturating_sub(1));
        }
    }

    /// How far it is scrolled to the right.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    /// Shows only lines with this in them, or with a `!` in front those without; an empty text shows all again.
    pub fn filter(&mut self, text: &str) {
        let (inverted, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let needle = Needle::new(rest);
        self.filter = needle.map(|needle| Filter { text: text.to_owned(), needle, inverted });
        self.passing = self.filter.as_ref().map(|filter| {
            let lines = (self.first..).zip(&self.lines);
            let passing = lines.filter(|(_, held)| filter.passes(&without_colours(&held.line.text)));
            passing.map(|(number, _)| number).collect()
        });
        self.count();
    }

    /// The filter as it was written; empty if there is none.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        self.filter.as_ref().map_or("", |filter| &filter.text)
    }

    /// Looks for a text; hands back whether it is in a line that is shown, and goes there. While one follows that is the newest such line, else the next.
    pub fn search(&mut self, text: &str) -> bool {
        self.search = Needle::new(text);
        for held in &mut self.lines {
            held.found =
                self.search.as_ref().is_some_and(|needle| needle.is_in(&without_colours(&held.line.text)));
        }
        self.count();
        self.marked = None;
        if self.search.is_none() {
            return false;
        }
        if self.follows() { self.previous_match() } else { self.next_match() }
    }

    /// Looks for nothing any more.
    pub fn clear_search(&mut self) {
        self.search("");
    }

    /// What is looked for.
    #[must_use]
    pub fn sought(&self) -> Option<&Needle> {
        self.search.as_ref()
    }

    /// Whether anything is looked for.
    #[must_use]
    pub fn has_search(&self) -> bool {
        self.search.is_some()
    }

    /// The area that it is drawn in now, in columns and rows: what moves and pauses go by.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width.into(), height.into());
    }

    /// Columns of the mark, of the time and of the stream's name before each line, in so many columns for all. What is not shown has none.
    #[must_use]
    pub fn columns(&self, width: usize) -> [usize; 3] {
        let time = if self.times { TIME_WIDTH } else { 0 };
        let label = if self.scope.is_merged() && self.label_width > 0 {
            self.label_width.min(WIDEST_LABEL).min(width / 4) + 1
        } else {
            0
        };
        [MARK_WIDTH, time, label]
    }

    /// The name of a file that what is shown could be saved as.
    #[must_use]
    pub fn file_name(&self) -> String {
        let what = match &self.scope {
            Scope::All => "run".to_owned(),
            Scope::Host(host) => host.to_string(),
            Scope::Stream(key) => key.to_string().replace('/', "-"),
        };
        format!("steading-{what}.log")
    }

    fn text_width(&self, width: usize) -> usize {
        width.saturating_sub(self.columns(width).iter().sum()).max(1)
    }

    /// How many lines can be scrolled to.
    fn len(&self) -> usize {
        self.passing.as_ref().map_or(self.lines.len(), VecDeque::len)
    }

    /// The line at a place among those shown, and its number.
    fn at(&self, place: usize) -> Option<(u64, &Held)> {
        let number = match &self.passing {
            Some(passing) => *passing.get(place)?,
            None => self.first + place as u64,
        };
        Some((number, self.held(number)?))
    }

    fn held(&self, number: u64) -> Option<&Held> {
        self.lines.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Counts anew what is counted line by line as lines come and go.
    fn count(&mut self) {
        let shown = (0..self.len()).filter_map(|place| self.at(place));
        let (mut found, mut errors) = (0, 0);
        for (_, held) in shown {
            found += usize::from(held.found);
            errors += usize::from(held.error);
        }
        (self.counts.found, self.counts.errors) = (found, errors);
    }

    /// The longest line in sight, in columns.
    fn longest(&self) -> usize {
        let rows = self.window(self.size.0, self.size.1);
        rows.iter().map(|row| without_colours(&row.held.line.text).width()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
