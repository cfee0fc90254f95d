//! The mouse, which nobody needs: the wheel scrolls what it is over, a click selects.

use super::{
    cursor::Move,
    effect::Effect,
    moving,
    state::{Part, State},
};
use crate::views::{chrome, rows_above_list};

/// The part that is at a place of the screen, and the row in it.
fn part_at(state: &State, (column, row): (u16, u16)) -> Option<(Part, usize)> {
    let layout = state.layout()?;
    let (part, area) = layout.parts.iter().find(|(_, area)| area.contains((column, row).into()))?;
    Some((*part, usize::from(row.checked_sub(area.y + 1)?)))
}

/// The wheel was turned.
pub fn scrolled(state: &mut State, at: (u16, u16), lines: i16) -> Vec<Effect> {
    let Some((part, _)) = part_at(state, at).filter(|_| state.layers.is_empty()) else { return Vec::new() };
    moving::go_in(state, part, Move::By(isize::from(lines)));
    Vec::new()
}

/// The left button was pressed.
pub fn clicked(state: &mut State, at: (u16, u16)) -> Vec<Effect> {
    if !state.layers.is_empty() {
        return Vec::new();
    }
    if let Some(pane) = chrome::tab_at(state, at) {
        moving::show(state, pane);
        return Vec::new();
    }
    let Some((part, row)) = part_at(state, at) else { return Vec::new() };
    state.part = part;
    let offset = match part {
        Part::List => match state.paths(state.pane) {
            Some(paths) => paths.tree.cursor.offset,
            None => state.list(state.pane).map_or(0, |list| list.cursor.offset),
        },
        Part::Detail => state.detail.offset,
        Part::Log => return Vec::new(),
    };
    let mut head = usize::from(part == Part::List);
    if part == Part::List {
        let height = u16::try_from(state.rows_of(part)).unwrap_or(u16::MAX);
        head += usize::from(rows_above_list(state, state.pane, height));
    }
    if let Some(row) = row.checked_sub(head) {
        moving::go_in(state, part, Move::To(offset + row));
    }
    Vec::new()
}
