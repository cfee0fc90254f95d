//! A secret that is looked at: what it is made of, and its text while it is shown.

use ratatui::{Frame, layout::Rect};

use super::{detail::next, key};
use crate::{
    app::{
        state::State,
        theme::Role,
        vault::{self, Text, View},
    },
    backend::{
        model::{Outline, OutlinePart, SecretState},
        secrets::Plaintext,
    },
    views::{
        document::{Document, Row},
        report::{counted, printable},
        widget::{self, Look},
    },
};

/// Lines that a text is shown with; nobody reads more of it.
const LINES: usize = 2000;

/// Columns of bytes that are no text.
const BYTES: usize = 16;

/// What is shown of it.
#[must_use]
pub fn rows(state: &State, view: &View) -> Vec<Row> {
    let mut document = Document::default();
    match &view.text {
        Text::Shown(text, until) => {
            let left = until.duration_since(state.clock).map_or(0, |left| left.as_secs());
            let keys = format!(
                "wiped in {left} s; {} wipes it now, {} copies it",
                key(state, "secret.reveal"),
                key(state, "secret.copy")
            );
            document.row([(Role::Warn, keys)]);
            document.row([]);
            plaintext(&mut document, text);
            return document.rows;
        }
        Text::Masked => {}
        Text::Awaited => {
            let behind = state.secrets.run.as_ref().filter(|run| run.is_running());
            let text = behind.map_or_else(
                || "getting its text ...".to_owned(),
                |run| format!("its text comes after what is being done: {}", run.doing.word()),
            );
            document.row([(Role::Busy, text)]);
        }
        Text::Wiped => {
            document.row([(Role::Faint, "the text is wiped".to_owned())]);
        }
        Text::Failed(error) => document.error(error),
    }
    outline(state, &mut document, &view.name);
    document.row([]);
    let planned = vault::planned(state, &view.name).filter(|_| vault::just_done(state, &view.name).is_none());
    if let Some(secret) = planned.filter(|secret| {
        matches!(secret.state, SecretState::Missing | SecretState::DataLost | SecretState::ValueLost)
    }) {
        document.row([(Role::Warn, secret.state.meaning())]);
        if let Some(next) = next(state, secret) {
            document.row([(Role::Key, next)]);
        }
        return document.rows;
    }
    let keys = format!(
        "{} shows its text for half a minute, {} copies it unseen",
        key(state, "secret.reveal"),
        key(state, "secret.copy")
    );
    document.row([(Role::Faint, keys)]);
    document.rows
}

fn outline(state: &State, document: &mut Document, name: &str) {
    match state.secrets.outlines.get(name) {
        None if state.secrets.waits_for(name) => {
            document.row([(Role::Busy, "finding out what it is made of ...".to_owned())]);
        }
        None => {
            document.row([(Role::Faint, "what it is made of is not known".to_owned())]);
        }
        Some(Err(error)) => document.error(error),
        Some(Ok(made_of)) => masked(document, made_of),
    }
}

/// The structure: the text that is no secret as it is, the rest by what it is.
fn masked(document: &mut Document, outline: &Outline) {
    document.head("Its text, masked");
    let mut spans = Vec::new();
    let mut lines = 0;
    for part in &outline.parts {
        if lines > LINES {
            break;
        }
        match part {
            OutlinePart::Literal(text) => {
                for (at, line) in text.split('\n').enumerate() {
                    if at > 0 {
                        lines += 1;
                        document.push(2, std::mem::take(&mut spans)).hanging(2);
                    }
                    if !line.is_empty() {
                        spans.push((Role::Text, printable(line)));
                    }
                }
            }
            OutlinePart::Secret(_) => spans.push((Role::Name, printable(&part.shown()))),
            _ => spans.push((Role::Value, printable(&part.shown()))),
        }
    }
    if !spans.is_empty() {
        document.push(2, spans).hanging(2);
    }
}

fn plaintext(document: &mut Document, text: &Plaintext) {
    let bytes = text.bytes();
    let Ok(text) = std::str::from_utf8(bytes) else {
        document.row([(Role::Faint, format!("{}, no text:", counted(bytes.len(), "byte")))]);
        for line in bytes.chunks(BYTES).take(LINES) {
            let line = line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
            document.push(2, [(Role::Value, line.join(" "))]);
        }
        return;
    };
    for line in text.lines().take(LINES) {
        document.push(2, [(Role::Value, printable(line))]).hanging(2);
    }
    let lines = text.lines().count();
    if lines > LINES {
        document.row([(Role::Faint, format!("and {} more", counted(lines - LINES, "line")))]);
    }
    let end = if text.is_empty() {
        "it is empty".to_owned()
    } else {
        let end = if text.ends_with('\n') { "with the end of a line" } else { "without an end of a line" };
        format!("{}, {end}", counted(bytes.len(), "byte"))
    };
    document.row([]);
    document.row([(Role::Faint, end)]);
}

/// Draws it.
pub fn draw(frame: &mut Frame, area: Rect, look: Look, state: &State, view: &View) {
    let rows = rows(state, view);
    widget::document(frame.buffer_mut(), area, look, &rows, view.cursor, true);
}
