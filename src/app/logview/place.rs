//! Where one is in a log: moves, jumps, and the rows that are in sight.

use std::ops::Range;

use super::{Held, LogView, plain::broken, plain::pieces, without_colours};
use crate::app::cursor::Move;

/// Where the rows in sight begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// So that the last line is the lowest, whatever comes.
    End,
    /// At a row of a line, by the line's number.
    Top { line: u64, row: usize },
}

impl Place {
    pub(super) fn is_end(self) -> bool {
        self == Self::End
    }
}

/// A row in sight.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The line.
    pub held: &'a Held,
    /// What of it.
    pub part: Part,
    /// Whether it is the line that was last jumped to.
    pub marked: bool,
}

/// What of a line stands in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// That so many lines before it are missing.
    Missing(u64),
    /// These bytes of its text without colours.
    Text(Range<usize>),
}

/// A place among the lines shown, and a row of that line.
type At = (usize, usize);

impl LogView {
    /// Moves by rows. From the end upwards one stops following, at the bottom one follows again.
    pub fn go(&mut self, step: Move) {
        let (width, height) = self.size;
        let half = isize::try_from(height / 2).unwrap_or(isize::MAX).max(1);
        let rows = match step {
            Move::By(rows) => rows,
            Move::HalfPages(halves) => halves.saturating_mul(half),
            Move::Top => return self.stand((0, 0)),
            Move::Bottom => return self.follow(),
            Move::To(place) => return self.stand((place.min(self.len().saturating_sub(1)), 0)),
        };
        let top = self.top(width, height);
        if rows < 0 {
            self.stand(self.up(top, rows.unsigned_abs(), width));
        } else if !self.follows() {
            self.stand(self.down(top, rows.unsigned_abs(), width));
        }
    }

    /// Stops following, where one is.
    pub fn pause(&mut self) {
        self.stand(self.top(self.size.0, self.size.1));
    }

    /// Goes to the next line that holds what is looked for, behind the last one from the start again; hands back whether there is one.
    pub fn next_match(&mut self) -> bool {
        self.jump(true, |held| held.found)
    }

    /// Goes to the one before, before the first one from the end again.
    pub fn previous_match(&mut self) -> bool {
        self.jump(false, |held| held.found)
    }

    /// Goes to the first line that tells what went wrong; hands back whether there is one.
    pub fn first_error(&mut self) -> bool {
        let first = (0..self.len()).find(|place| self.at(*place).is_some_and(|(_, held)| held.error));
        first.inspect(|place| self.mark(*place)).is_some()
    }

    /// Goes to the next line that tells what went wrong, behind the last one from the start again.
    pub fn next_error(&mut self) -> bool {
        self.jump(true, |held| held.error)
    }

    /// Goes to the one before, before the first one from the end again.
    pub fn previous_error(&mut self) -> bool {
        self.jump(false, |held| held.error)
    }

    /// The rows that are in sight in an area of this size.
    #[must_use]
    pub fn window(&self, width: usize, height: usize) -> Vec<Row<'_>> {
        let (mut place, mut skipped) = self.top(width, height);
        let mut rows = Vec::with_capacity(height);
        while rows.len() < height
            && let Some((number, held)) = self.at(place)
        {
            let marked = self.marked == Some(number);
            let missing = Some(held.missing).filter(|_| self.says_missing(held)).map(Part::Missing);
            let text = without_colours(&held.line.text);
            let pieces = if self.wrap {
                broken(&text, self.text_width(width))
            } else {
                std::iter::once(0..text.len()).collect()
            };
            let parts = missing.into_iter().chain(pieces.into_iter().map(Part::Text)).skip(skipped);
            rows.extend(parts.take(height - rows.len()).map(|part| Row { held, part, marked }));
            (place, skipped) = (place + 1, 0);
        }
        rows
    }

    /// Where the rows in sight begin among the lines shown, for a scroll bar.
    #[must_use]
    pub fn offset(&self, width: usize, height: usize) -> usize {
        self.top(width, height).0
    }

    /// Whether a line has a row above it for those that are missing. With a filter nobody can say where between the lines shown they would be.
    fn says_missing(&self, held: &Held) -> bool {
        held.missing > 0 && self.passing.is_none()
    }

    fn rows(&self, place: usize, width: usize) -> usize {
        let Some((_, held)) = self.at(place) else { return 0 };
        let text = if self.wrap { pieces(&held.line.text, self.text_width(width)) } else { 1 };
        text + usize::from(self.says_missing(held))
    }

    /// The row that is highest in sight.
    fn top(&self, width: usize, height: usize) -> At {
        let end = self.end(width, height);
        match self.place {
            Place::End => end,
            Place::Top { line, row } => {
                let place = self.place_of(line);
                // The line may be filtered out, or have fewer rows than it had in a narrower area.
                let exact = self.at(place).is_some_and(|(number, _)| number == line);
                let row = if exact { row.min(self.rows(place, width).saturating_sub(1)) } else { 0 };
                (place, row).min(end)
            }
        }
    }

    /// The place among the lines shown of a line, or of the next one that is shown.
    fn place_of(&self, line: u64) -> usize {
        match &self.passing {
            Some(passing) => passing.partition_point(|number| *number < line),
            None => usize::try_from(line.saturating_sub(self.first)).unwrap_or(usize::MAX),
        }
    }

    /// The highest row in sight when the last one is the lowest.
    fn end(&self, width: usize, height: usize) -> At {
        let Some(last) = self.len().checked_sub(1) else { return (0, 0) };
        let last = (last, self.rows(last, width).saturating_sub(1));
        self.up(last, height.saturating_sub(1), width)
    }

    fn up(&self, (mut place, mut row): At, mut rows: usize, width: usize) -> At {
        while rows > row {
            rows -= row;
            if place == 0 {
                return (0, 0);
            }
            place -= 1;
            row = self.rows(place, width);
        }
        (place, row - rows)
    }

    fn down(&self, (mut place, mut row): At, mut rows: usize, width: usize) -> At {
        loop {
            let left = self.rows(place, width).saturating_sub(row + 1);
            if rows <= left || place + 1 >= self.len() {
                return (place, row + rows.min(left));
            }
            rows -= left + 1;
            (place, row) = (place + 1, 0);
        }
    }

    fn stand(&mut self, (place, row): At) {
        let line = self.at(place).map_or(self.first, |(number, _)| number);
        self.place = Place::Top { line, row };
        // What was beyond the end is not remembered: the next step up should be seen.
        let (place, row) = self.top(self.size.0, self.size.1);
        if let Some((line, _)) = self.at(place) {
            self.place = Place::Top { line, row };
        }
    }

    /// Goes to the next or the previous line of which this is true, from the one that was last jumped to or else from what is in sight.
    fn jump(&mut self, forward: bool, wanted: impl Fn(&Held) -> bool) -> bool {
        let len = self.len();
        let (width, height) = self.size;
        let marked = self.marked.map(|line| self.place_of(line)).filter(|place| *place < len);
        let at = |place: &usize| self.at(*place).is_some_and(|(_, held)| wanted(held));
        let found = if forward {
            let start = marked.map_or_else(|| self.top(width, height).0, |place| place + 1);
            (start..len).chain(0..start.min(len)).find(at)
        } else {
            let start = marked.unwrap_or_else(|| (self.top(width, height).0 + height).min(len));
            (0..start).rev().chain((start..len).rev()).find(at)
        };
        found.inspect(|place| self.mark(*place)).is_some()
    }

    /// Puts a line in sight, with what comes before it where it wasn't, and marks it.
    fn mark(&mut self, place: usize) {
        let Some((number, _)) = self.at(place) else { return };
        let (width, height) = self.size;
        self.marked = Some(number);
        let window = self.window(width, height);
        let seen = window.iter().any(|row| row.marked && matches!(row.part, Part::Text(_)));
        if seen {
            self.pause();
        } else {
            self.stand(self.up((place, 0), height / 3, width));
        }
        self.bring_match_into_sight();
    }

    /// Scrolls sideways, where lines don't go on below, so that what is looked for is in sight on the marked line.
    fn bring_match_into_sight(&mut self) {
        let (Some(needle), Some(held)) = (&self.search, self.marked.and_then(|line| self.held(line))) else {
            return;
        };
        let text = without_colours(&held.line.text);
        let Some(found) = needle.places(&text).next() else { return };
        let columns = |text: &str| unicode_width::UnicodeWidthStr::width(text);
        let (start, end) = (columns(&text[..found.start]), columns(&text[..found.end]));
        let width = self.text_width(self.size.0);
        if !self.wrap && (start < self.left || end > self.left + width) {
            self.left = if end <= width { 0 } else { start.saturating_sub(width / 3) };
        }
    }
}
