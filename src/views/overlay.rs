//! What lies over the panes: help, palette, questions, inputs, texts.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, Clear},
};

use super::{
    secrets,
    widget::{self, Column, Look, Row, Table},
};
use crate::{
    app::{
        command::Command,
        glyph::Glyph,
        input::Input,
        layers::{Chooser, Confirm, Layer, Prompt, Reader},
        state::State,
        theme::Role,
    },
    views::report::printable,
};

/// Rows of the screen that stay free above and below an overlay, and columns beside it.
const MARGIN: (u16, u16) = (4, 2);

/// The widest overlay.
const WIDEST: u16 = 110;

fn area_of((width, height): (u16, u16), rows: u16) -> Rect {
    let wide = width.saturating_sub(2 * MARGIN.0).min(WIDEST);
    let high = rows.min(height.saturating_sub(2 * MARGIN.1));
    Rect::new((width - wide) / 2, (height.saturating_sub(high)) / 2, wide, high)
}

/// A key has lines of 70 columns, which are to stay whole on 80.
fn area_of_secret((width, height): (u16, u16)) -> Rect {
    let narrow = area_of((width, height), u16::MAX);
    if width > WIDEST {
        return narrow;
    }
    // Down to the footer, so that no frame of what is below looks out.
    Rect { x: 0, width, height: height.saturating_sub(narrow.y + 1), ..narrow }
}

/// How many rows of a secret that is looked at are in sight.
#[must_use]
pub fn secret_rows(size: (u16, u16)) -> usize {
    usize::from(area_of_secret(size).height.saturating_sub(2))
}

/// Lines below the commands in help and palette: what the chosen one does, and what one would type for it.
const EXPLANATION: u16 = 4;

/// How many commands are in sight in help and palette: frame, input, heads and explanation take the rest.
#[must_use]
pub fn chooser_rows(size: (u16, u16)) -> usize {
    usize::from(area_of(size, u16::MAX).height.saturating_sub(4 + EXPLANATION))
}

/// How many lines of a text are in sight.
#[must_use]
pub fn reader_rows(size: (u16, u16)) -> usize {
    usize::from(area_of(size, u16::MAX).height.saturating_sub(2))
}

/// Draws the top layer; what is below it can't be used, so it needn't be seen.
pub(super) fn draw(frame: &mut Frame, look: Look, state: &State) {
    match state.layers.last() {
        None => {}
        Some(Layer::Filter(pane)) => {
            let of_tree = state.paths(*pane).map(|paths| &paths.filter);
            if let Some(input) = of_tree.or_else(|| Some(&state.list(*pane)?.filter)) {
                bottom_line(frame, look, state, " filter /", input);
            }
        }
        Some(Layer::LogSearch { filters }) => {
            let prompt = if *filters { " only lines with &" } else { " search /" };
            bottom_line(frame, look, state, prompt, state.log().1);
        }
        Some(Layer::Help(chooser) | Layer::Palette(chooser)) => choose(frame, look, state, chooser),
        Some(Layer::Confirm(question)) => confirm(frame, look, state, question),
        Some(Layer::Prompt(asked)) => prompt(frame, look, state, asked),
        Some(Layer::Reader(text)) => read(frame, look, state, text),
        Some(Layer::Secret(view)) => {
            let inner = window(frame, look, area_of_secret(state.size), &view.name);
            secrets::draw_view(frame, inner, look, state, view);
        }
    }
}

fn window(frame: &mut Frame, look: Look, area: Rect, title: &str) -> Rect {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, look.style(Role::Screen));
    let block = Block::bordered()
        .border_set(look.glyphs.border())
        .border_style(look.style(Role::BorderFocused))
        .title_style(look.style(Role::BorderFocused))
        .title(format!(" {} ", printable(title)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn bottom_line(frame: &mut Frame, look: Look, state: &State, prompt: &str, input: &Input) {
    let Some(layout) = state.layout() else { return };
    frame.render_widget(Clear, layout.footer);
    let cursor = widget::input(frame.buffer_mut(), layout.footer, look, prompt, input);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Help is asked for keys.
const HELP: [Column; 4] = [
    Column::new("KEYS", 6, 18),
    Column::new("WHAT THEY DO", 24, 60),
    Column::new("NOT NOW", 16, 40),
    Column::new("COMMAND", 22, 24).expendable(0),
];

/// The palette is asked for names.
const PALETTE: [Column; 4] = [
    Column::new("COMMAND", 21, 24),
    Column::new("KEYS", 6, 14),
    Column::new("WHAT IT DOES", 20, 60).expendable(0),
    Column::new("NOT NOW", 14, 40),
];

fn choose(frame: &mut Frame, look: Look, state: &State, chooser: &Chooser) {
    let help = !chooser.scopes.is_empty();
    let inner = window(frame, look, area_of(state.size, u16::MAX), if help { "Help" } else { "Commands" });
    let line = Rect { height: 1, ..inner };
    let cursor = widget::input(frame.buffer_mut(), line, look, "> ", &chooser.input);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    let table = Table {
        columns: if help { &HELP } else { &PALETTE },
        len: chooser.rows.len(),
        cursor: chooser.cursor,
        focused: true,
        marks: false,
        empty: "no command matches",
    };
    let below = EXPLANATION.min(inner.height.saturating_sub(3));
    let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1 + below), ..inner };
    table.draw(frame.buffer_mut(), rows, look, |at| {
        chooser.rows.get(at).map_or_else(Row::default, |command| command_row(look, state, command, help))
    });
    let below = Rect { y: rows.bottom(), height: below, ..inner };
    if let Some(command) = chooser.rows.get(chooser.cursor.selected) {
        explain(frame, below, look, state, command);
    }
}

/// What the chosen command does, why it can't be given, and what one would type for it.
fn explain(frame: &mut Frame, area: Rect, look: Look, state: &State, command: &Command) {
    let text = |role, text: &str| Line::styled(printable(text), look.style(role));
    let mut blocks = vec![widget::Block::Blank, widget::Block::Text(2, text(Role::Text, command.doc))];
    match (command.check(state), command.cli) {
        (Err(reason), _) => {
            blocks.push(widget::Block::Text(2, text(Role::Warn, &format!("not now: {reason}"))));
        }
        (Ok(()), Some(cli)) => {
            blocks.push(widget::Block::Text(2, text(Role::Faint, &format!("$ {}", cli(state)))));
        }
        (Ok(()), None) => {}
    }
    let lines = widget::lay_out(&blocks, area.width.saturating_sub(2), look);
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        widget::draw_line(frame.buffer_mut(), (area.x, y), line, area.width, look);
    }
}

fn command_row(look: Look, state: &State, command: &Command, help: bool) -> Row<'static> {
    let reason = command.check(state).err();
    let text = if reason.is_some() { Role::Faint } else { Role::Text };
    let reason = match reason {
        Some(reason) => format!("{} {reason}", look.glyph(Glyph::Idle)),
        None => String::new(),
    };
    let keys = Line::styled(state.settings.keymap.written(command), look.style(Role::Key));
    let name = Line::styled(command.id, look.style(Role::Name));
    let what = Line::styled(command.doc, look.style(text));
    let reason = Line::styled(reason, look.style(Role::Warn));
    if help { [keys, what, reason, name] } else { [name, keys, what, reason] }.into_iter().collect()
}

/// How far what doesn't fit into a line of a question is moved to the right.
const HANG: u16 = 4;

/// The lines of a question: what is asked, and what will happen.
fn question_lines(look: Look, question: &Confirm, width: u16) -> Vec<Line<'static>> {
    let head = Line::styled(printable(&question.question), look.style(Role::Head));
    let mut lines = widget::wrap(&head, width);
    for effect in &question.effects {
        let text = format!("  {} {}", look.glyph(Glyph::Idle), printable(effect));
        let wrapped = widget::wrap_hanging(&Line::styled(text, look.style(Role::Text)), width, HANG);
        lines.extend(wrapped.into_iter().enumerate().map(|(at, line)| {
            let blank = Span::raw(" ".repeat(if at == 0 { 0 } else { HANG.into() }));
            std::iter::once(blank).chain(line.spans).collect::<Line>()
        }));
    }
    lines
        .into_iter()
        .map(|line| {
            let spans =
                line.spans.into_iter().map(|span| Span::styled(span.content.into_owned(), span.style));
            spans.collect()
        })
        .collect()
}

fn confirm(frame: &mut Frame, look: Look, state: &State, question: &Confirm) {
    let width = area_of(state.size, u16::MAX).width.saturating_sub(4);
    let lines = question_lines(look, question, width);
    // Frame, an empty line and the answers; where names are typed, what to type, too.
    let below = if question.typing.is_some() { 3 } else { 2 };
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2 + below);
    let inner = window(frame, look, area_of(state.size, rows), "Are you sure?");
    let text = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(1),
        height: inner.height.saturating_sub(below),
        ..inner
    };
    widget::scrolled(frame.buffer_mut(), text, look, &lines, question.scrolled);
    let last = inner.bottom().saturating_sub(1);
    if let Some((names, input)) = &question.typing {
        let ask = format!("type {} to go on; Esc leaves it", printable(&names.join(" ")));
        let ask = Line::styled(ask, look.style(Role::Warn));
        widget::draw_line(frame.buffer_mut(), (inner.x + 1, last.saturating_sub(1)), &ask, width, look);
        let line = Rect { x: inner.x + 1, y: last, width: inner.width.saturating_sub(2), height: 1 };
        let cursor = widget::input(frame.buffer_mut(), line, look, "> ", input);
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
        return;
    }
    let answer = |chosen: bool, text: &str| {
        let cursor = if chosen { look.glyph(Glyph::Cursor) } else { " " };
        let text = format!("{cursor} {} ", printable(text));
        Span::styled(text, look.style(if chosen { Role::Cursor } else { Role::Text }))
    };
    let (no, yes) = &question.words;
    let answers = Line::from(vec![answer(!question.yes, no), Span::raw("   "), answer(question.yes, yes)]);
    widget::draw_line(frame.buffer_mut(), (inner.x + 1, last), &answers, inner.width, look);
}

/// How far the effects of a question can be scrolled.
#[must_use]
pub fn confirm_scroll_limit(state: &State, question: &Confirm) -> usize {
    let look = Look { theme: &state.settings.theme, glyphs: state.settings.glyphs };
    let area = area_of(state.size, u16::MAX);
    let lines = question_lines(look, question, area.width.saturating_sub(4)).len();
    let below = if question.typing.is_some() { 3 } else { 2 };
    widget::scroll_limit(lines, area.height.saturating_sub(2 + below))
}

fn prompt(frame: &mut Frame, look: Look, state: &State, asked: &Prompt) {
    let inner = window(frame, look, area_of(state.size, 3), &asked.title);
    let hidden;
    let input = if asked.input.is_hidden() {
        hidden = Input::new(&"*".repeat(asked.input.value().chars().count()));
        &hidden
    } else {
        &asked.input
    };
    let cursor = widget::input(frame.buffer_mut(), inner, look, "> ", input);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

fn read(frame: &mut Frame, look: Look, state: &State, text: &Reader) {
    let inner = window(frame, look, area_of(state.size, u16::MAX), &text.title);
    let rows = text.lines.iter().map(|line| {
        let mut row = super::document::Row::default();
        let start = line.len() - line.trim_start().len();
        row.hanging(u16::try_from(start).unwrap_or(u16::MAX).saturating_add(2));
        row.spans.push((Role::Text, printable(line)));
        row
    });
    let rows = rows.collect::<Vec<_>>();
    widget::document(frame.buffer_mut(), inner, look, &rows, text.cursor, true);
}
