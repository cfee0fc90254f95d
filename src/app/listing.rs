//! A list of named things: which are shown, which is selected, which are marked.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    cursor::{Cursor, Move},
    filter::{Answer, Match, Question},
    input::Input,
};

/// A list of named things. Its rows are the names that the filter lets through, in its order.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Tells the answers of filters apart.
    pub tag: u32,
    /// All names, in their order.
    pub names: Arc<[String]>,
    /// What the filter looks into, if that is more than the names: each begins with its name.
    sought: Option<Arc<[String]>>,
    /// What is filtered for.
    pub filter: Input,
    /// Marked names.
    pub marks: BTreeSet<String>,
    /// Where one is, among the rows.
    pub cursor: Cursor,
    /// What the filter let through; `None`: everything.
    matches: Option<Vec<Match>>,
    generation: u64,
}

impl Listing {
    /// An empty list.
    #[must_use]
    pub fn new(tag: u32) -> Self {
        Self { tag, ..Self::default() }
    }

    /// Takes other names. The selection and the marks stay where the names are still there; a filter has to be asked again.
    pub fn set(&mut self, names: Vec<String>) -> Option<Question> {
        if *self.names == *names {
            return None;
        }
        let selected = self.selected().map(str::to_owned);
        let at = self.cursor.selected;
        self.marks.retain(|mark| names.contains(mark));
        self.names = names.into();
        self.matches = self.matches.take().map(|_| Vec::new());
        match selected {
            Some(selected) if self.matches.is_none() && self.select(&selected) => {}
            _ => self.cursor.selected = at,
        }
        self.question()
    }

    /// The same, where the filter looks into more than the names.
    pub fn set_sought(&mut self, names: Vec<String>, sought: Vec<String>) -> Option<Question> {
        let same = self.sought.as_deref() == Some(&*sought);
        if !same {
            self.sought = Some(sought.into());
        }
        self.set(names).or_else(|| if same { None } else { self.question() })
    }

    /// The question that the filter is, if there is one to ask.
    pub fn question(&mut self) -> Option<Question> {
        if self.filter.value().is_empty() {
            let selected = self.selected().map(str::to_owned);
            self.matches = None;
            self.generation += 1;
            if let Some(selected) = selected {
                self.select(&selected);
            }
            return None;
        }
        self.generation += 1;
        Some(Question {
            list: self.tag,
            generation: self.generation,
            query: self.filter.value().to_owned(),
            names: self.sought.as_ref().unwrap_or(&self.names).clone(),
        })
    }

    /// Takes what a filter found; what an older one found is dropped.
    pub fn answered(&mut self, answer: Answer) {
        if answer.generation == self.generation && answer.list == self.tag {
            let first = self.matches.is_none();
            self.matches = Some(answer.matches);
            // The best match is on top.
            if first || self.cursor.selected >= self.len() {
                self.cursor.selected = 0;
            }
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.matches.as_ref().map_or(self.names.len(), Vec::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name in a row, and which of its characters the filter found.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<(&str, &[usize])> {
        match &self.matches {
            None => Some((self.names.get(row)?, &[])),
            Some(matches) => {
                let found = matches.get(row)?;
                Some((self.names.get(found.index)?, &found.positions))
            }
        }
    }

    /// The name in the selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&str> {
        self.row(self.cursor.selected).map(|(name, _)| name)
    }

    /// Selects a name, if its row is there.
    pub fn select(&mut self, name: &str) -> bool {
        let row = (0..self.len()).find(|&row| self.row(row).is_some_and(|(shown, _)| shown == name));
        if let Some(row) = row {
            self.cursor.selected = row;
        }
        row.is_some()
    }

    /// Selects a name, and takes the filter away if it hides it. `false`: there is no such name.
    pub fn reveal(&mut self, name: &str) -> bool {
        if self.select(name) {
            return true;
        }
        if !self.names.iter().any(|known| known == name) {
            return false;
        }
        self.filter.clear();
        self.question();
        self.select(name)
    }

    /// Makes a step.
    pub fn go(&mut self, step: Move, height: usize) {
        self.cursor.go(step, self.len(), height);
    }

    /// Marks the selected row, or takes its mark away.
    pub fn toggle_mark(&mut self) {
        if let Some(name) = self.selected().map(str::to_owned)
            && !self.marks.remove(&name)
        {
            self.marks.insert(name);
        }
    }

    /// Marks all rows that are shown; if they are marked already, takes the marks away.
    pub fn toggle_all(&mut self) {
        let shown = (0..self.len()).filter_map(|row| self.row(row));
        let shown = shown.map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        if shown.iter().all(|name| self.marks.contains(name)) {
            for name in shown {
                self.marks.remove(&name);
            }
        } else {
            self.marks.extend(shown);
        }
    }

    /// The marked names, or the selected one where none is marked.
    #[must_use]
    pub fn meant(&self) -> Vec<String> {
        if self.marks.is_empty() {
            return self.selected().map(str::to_owned).into_iter().collect();
        }
        self.names.iter().filter(|name| self.marks.contains(*name)).cloned().collect()
    }
}
