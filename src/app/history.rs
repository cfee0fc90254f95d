//! Back and forward through the places one jumped from, as in a browser.

use std::collections::VecDeque;

use super::{
    cursor::Cursor,
    logging,
    state::{Pane, Part, State},
};
use crate::backend::model::{HostName, OptionPath};

/// How many places are kept; older ones are forgotten.
const KEPT: usize = 100;

/// A place in the console: by what is selected there, so that it is found again when rows come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    pane: Pane,
    part: Part,
    selected: Selected,
    /// Where one was in the detail. That alone makes no other place.
    detail: Cursor,
}

/// What is selected in a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Selected {
    Nothing,
    Name(String),
    Path(OptionPath),
    Option(HostName, OptionPath),
}

/// Where one was, and where one came back from.
#[derive(Debug, Clone, Default)]
pub struct History {
    before: VecDeque<Spot>,
    after: Vec<Spot>,
}

impl History {
    /// One leaves a place for another one. What one came back from is forgotten.
    pub fn left(&mut self, spot: Spot) {
        self.after.clear();
        self.push(spot);
    }

    fn push(&mut self, spot: Spot) {
        if self.before.back().is_some_and(|last| last.is(&spot)) {
            self.before.pop_back();
        }
        self.before.push_back(spot);
        if self.before.len() > KEPT {
            self.before.pop_front();
        }
    }

    /// Whether there is something to go back to, and forward to.
    #[must_use]
    pub fn is_empty(&self) -> (bool, bool) {
        (self.before.is_empty(), self.after.is_empty())
    }
}

impl Spot {
    /// Where one is.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let selected = match state.pane {
            Pane::Globals => state.globals.selected().map(Selected::Path),
            Pane::Options => state
                .options
                .host
                .clone()
                .map(|host| Selected::Option(host, state.options.paths.selected().unwrap_or_default())),
            pane => state.list(pane).and_then(|list| Some(Selected::Name(list.selected()?.to_owned()))),
        };
        Self {
            pane: state.pane,
            part: state.part,
            selected: selected.unwrap_or(Selected::Nothing),
            detail: state.detail,
        }
    }

    /// Whether it is the same place.
    fn is(&self, other: &Self) -> bool {
        (self.pane, &self.selected) == (other.pane, &other.selected)
    }

    /// Goes there. `false`: it is gone.
    fn show(&self, state: &mut State) -> bool {
        let found = match (&self.selected, self.pane) {
            (Selected::Nothing, _) => true,
            (Selected::Path(path), _) => state.globals.reveal(path),
            (Selected::Option(host, path), _) => {
                let there = state.known.host(host).is_some();
                if there {
                    state.options.open(host, path);
                }
                there
            }
            (Selected::Name(name), pane) => state.list_mut(pane).is_some_and(|list| list.reveal(name)),
        };
        if found {
            state.pane = self.pane;
            state.part = self.part;
            state.detail = self.detail;
            if self.pane == Pane::Deploy && self.part != Part::Log {
                logging::host_selected(state);
            }
        }
        found
    }
}

/// Goes back to where one was.
pub fn back(state: &mut State) {
    let here = Spot::of(state);
    while let Some(spot) = state.history.before.pop_back() {
        if !spot.is(&here) && spot.show(state) {
            state.history.after.push(here);
            return;
        }
    }
    state.tell("where you were is not there any more");
}

/// Goes forward again.
pub fn forward(state: &mut State) {
    let here = Spot::of(state);
    while let Some(spot) = state.history.after.pop() {
        if !spot.is(&here) && spot.show(state) {
            state.history.push(here);
            return;
        }
    }
    state.tell("where you were is not there any more");
}

#[cfg(test)]
mod tests;
