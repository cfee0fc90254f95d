//! What there is to say of something, line by line: the content of a detail, before it is drawn.
//!
//! Some lines lead somewhere: to a place in a file, to another row of the console.

use super::{comparison, deploy, globals, hosts, options, secrets, services};
use crate::{
    app::{
        state::{Pane, State},
        theme::Role,
    },
    backend::{
        error::Error,
        logstore::Scope,
        model::{HostName, OptionPath, Place, StorePath},
    },
    views::report::printable,
};

/// Where a line leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a host.
    Host(HostName),
    /// To a global.
    Global(OptionPath),
    /// To an option of a host; to all of them where the path is empty.
    Option(HostName, OptionPath),
    /// To a service.
    Service(String),
    /// To a secret.
    Secret(String),
    /// To the log of the deployment, and what of it.
    Log(Scope),
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// How many columns it is moved to the right.
    pub indent: u16,
    /// How many more columns what doesn't fit in its line is moved.
    pub hang: u16,
    /// What it says.
    pub spans: Vec<(Role, String)>,
    /// Where what it says is written.
    pub place: Option<Place>,
    /// Where it leads.
    pub target: Option<Target>,
}

/// Lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its lines.
    pub rows: Vec<Row>,
}

/// The title above the answer to what would move if a global changed.
pub const WOULD_MOVE: &str = "Would move if it changed";

/// How wide the names of fields are.
const LABEL: usize = 12;

impl Document {
    /// Adds a line.
    pub fn row(&mut self, spans: impl IntoIterator<Item = (Role, String)>) -> &mut Row {
        self.push(0, spans)
    }

    /// Adds a title, after an empty line where it isn't the first.
    pub fn head(&mut self, title: impl Into<String>) -> &mut Row {
        if !self.rows.is_empty() {
            self.row([]);
        }
        self.row([(Role::Head, title.into())])
    }

    /// Adds the name of something and what it is.
    pub fn field(&mut self, label: &str, role: Role, value: &str) -> &mut Row {
        let hang = u16::try_from(LABEL).unwrap_or_default();
        self.row([(Role::Faint, format!("{label:<LABEL$}")), (role, printable(value))]).hanging(hang)
    }

    /// Adds the name of something and a store path: its name, which tells, and behind it the beginning of the hash, which tells apart.
    pub fn path(&mut self, label: &str, role: Role, path: &str) -> &mut Row {
        match path.parse::<StorePath>() {
            Ok(path) => {
                let row = self.field(label, role, path.name());
                row.spans.push((Role::Faint, format!(" {}", path.short_hash())));
                row
            }
            Err(_) => self.field(label, role, path),
        }
    }

    /// Adds a line below another one.
    pub fn item(&mut self, role: Role, text: &str) -> &mut Row {
        self.push(2, [(role, printable(text))])
    }

    /// Adds a line, so far to the right.
    pub fn push(&mut self, indent: u16, spans: impl IntoIterator<Item = (Role, String)>) -> &mut Row {
        let row = Row { indent, spans: spans.into_iter().collect(), ..Row::default() };
        let at = self.rows.len();
        self.rows.push(row);
        &mut self.rows[at]
    }

    /// Adds an error: what, where, what to do, and the last words of what failed.
    pub fn error(&mut self, error: &Error) {
        self.row([(Role::Bad, printable(&error.what))]).place.clone_from(&error.place);
        if let Some(place) = &error.place {
            self.row([(Role::Faint, "at ".to_owned()), (Role::Place, printable(&place.to_string()))])
                .at(place);
        }
        if let Some(hint) = &error.hint {
            self.row([(Role::Text, printable(hint))]);
        }
        for line in &error.detail {
            self.item(Role::Text, line);
        }
    }
}

impl Row {
    /// What doesn't fit in its line goes so much further to the right.
    pub fn hanging(&mut self, columns: u16) -> &mut Self {
        self.hang = columns;
        self
    }

    /// Whether it is this title.
    #[must_use]
    pub fn is_titled(&self, title: &str) -> bool {
        matches!(&self.spans[..], [(Role::Head, text)] if text == title)
    }

    /// It is written there.
    pub fn at(&mut self, place: &Place) -> &mut Self {
        self.place = Some(place.clone());
        self
    }

    /// It leads there.
    pub fn to(&mut self, target: Target) -> &mut Self {
        self.target = Some(target);
        self
    }
}

/// What there is to say of what is selected.
#[must_use]
pub fn of(state: &State) -> Document {
    if let Some(comparison) = state.comparison() {
        return comparison::document(state, comparison);
    }
    match state.pane {
        Pane::Options => options::document(state),
        Pane::Hosts => hosts::document(state),
        Pane::Globals => globals::document(state),
        Pane::Services => services::document(state),
        Pane::Secrets => secrets::document(state),
        Pane::Deploy => deploy::document(state),
    }
}
