//! What is shown: pure functions from data to text, and from a state to a screen. No input or output, no clock, no async.

pub mod chrome;
mod comparison;
pub mod deploy;
pub mod document;
pub mod globals;
pub mod hosts;
pub mod journal;
pub mod keys;
mod leaf;
pub mod options;
pub mod overlay;
mod priority;
mod readers;
pub mod report;
pub mod secrets;
pub mod services;
pub mod widget;
mod words;

use ratatui::{Frame, layout::Rect, widgets::Block};

use self::widget::Look;
use crate::app::{
    state::{Pane, Part, State},
    theme::Role,
};

/// Draws all of a state.
pub fn draw(frame: &mut Frame, state: &State) {
    let look = Look { theme: &state.settings.theme, glyphs: state.settings.glyphs };
    let screen = frame.area();
    frame.buffer_mut().set_style(screen, look.style(Role::Screen));
    let Some(layout) = state.layout() else {
        chrome::too_small(frame.buffer_mut(), screen, look);
        return;
    };
    chrome::header(frame.buffer_mut(), layout.header, look, state);
    chrome::tabs(frame.buffer_mut(), layout.tabs, look, state);
    for (part, area) in &layout.parts {
        let focused = *part == state.part && state.layers.is_empty();
        let inner = framed(frame, *area, look, focused, &title(state, *part));
        match part {
            Part::List => list(frame, inner, look, state, focused),
            Part::Detail => {
                let document = document::of(state);
                widget::document(frame.buffer_mut(), inner, look, &document.rows, state.detail, focused);
            }
            Part::Log => deploy::log(frame, inner, look, state),
        }
    }
    if let Some(area) = layout.activity {
        let inner = framed(frame, area, look, false, "Deployment");
        deploy::activity(frame, inner, look, state);
    }
    chrome::footer(frame.buffer_mut(), layout.footer, look, state);
    overlay::draw(frame, look, state);
}

fn list(frame: &mut Frame, area: Rect, look: Look, state: &State, focused: bool) {
    let buffer = frame.buffer_mut();
    match state.pane {
        Pane::Hosts => hosts::list(buffer, area, look, state, focused),
        Pane::Globals => globals::list(buffer, area, look, state, focused),
        Pane::Services => services::list(buffer, area, look, state, focused),
        Pane::Secrets => secrets::list(buffer, area, look, state, focused),
        Pane::Options => options::list(buffer, area, look, state, focused),
        Pane::Deploy => deploy::list(buffer, area, look, state, focused),
    }
}

/// How many rows of so many above a pane's list say what is going on there.
#[must_use]
pub fn rows_above_list(state: &State, pane: Pane, height: u16) -> u16 {
    match pane {
        Pane::Deploy => deploy::rows_above_list(state, height),
        Pane::Secrets => secrets::rows_above_list(state, height),
        _ => 0,
    }
}

/// Draws a frame, and hands back what is in it.
fn framed(frame: &mut Frame, area: Rect, look: Look, focused: bool, title: &str) -> Rect {
    let role = if focused { Role::BorderFocused } else { Role::Border };
    let head = if focused { Role::BorderFocused } else { Role::Head };
    let block = Block::bordered()
        .border_set(look.glyphs.border())
        .border_style(look.style(role))
        .title_style(look.style(head))
        .title(format!(" {title} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn title(state: &State, part: Part) -> String {
    match part {
        Part::List => {
            let of_tree = state
                .paths(state.pane)
                .map(|paths| (paths.tree.cursor.selected, paths.tree.len(), paths.filter.value()));
            let of_list =
                state.list(state.pane).map(|list| (list.cursor.selected, list.len(), list.filter.value()));
            let (selected, len, filter) = of_tree.or(of_list).unwrap_or_default();
            let position = widget::position(selected, len);
            let name = match state.pane {
                Pane::Options => options::title(state),
                pane => pane.title().to_owned(),
            };
            if filter.is_empty() {
                format!("{name} {position}")
            } else {
                format!("{name} {position} /{filter}")
            }
        }
        Part::Detail => {
            state.selected_name().map_or_else(|| "Detail".to_owned(), |name| report::printable(&name))
        }
        Part::Log => deploy::log_title(state),
    }
}
