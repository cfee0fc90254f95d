//! What lies over the panes: the top layer has the keys, and `Esc` takes it away.

mod behaviour;

use std::{collections::BTreeSet, path::PathBuf};

pub use behaviour::{
    ask_password, chosen, dismiss, open_chooser, pasted, perform, read_commands, read_error, typed,
};

use super::{
    command::{Command, Scope},
    cursor::Cursor,
    input::Input,
    state::Pane,
    vault::{Consequences, Proposal, View},
};
use crate::backend::{
    job::JobId,
    logstore::{RunLog, Scope as LogScope},
    model::{HostName, Place},
    secrets::Handover,
};

/// Something over the panes.
#[derive(Debug, Clone)]
pub enum Layer {
    /// Typing into the filter of a pane's list.
    Filter(Pane),
    /// Typing into the search of the log; `filters`: it hides what it doesn't find.
    LogSearch {
        /// Whether it hides the other lines.
        filters: bool,
    },
    /// The keys of the focused scope.
    Help(Chooser),
    /// All commands, by name.
    Palette(Chooser),
    /// A question whose default answer is no.
    Confirm(Confirm),
    /// Typing a text.
    Prompt(Prompt),
    /// A text to read.
    Reader(Reader),
    /// A secret that is looked at.
    Secret(View),
}

/// A filtered list of commands.
#[derive(Debug, Clone, Default)]
pub struct Chooser {
    /// What is typed.
    pub input: Input,
    /// Where one is, among the rows.
    pub cursor: Cursor,
    /// The scopes whose commands are listed; none: all that are given by name.
    pub scopes: Vec<Scope>,
    /// The commands that are shown, best first.
    pub rows: Vec<&'static Command>,
}

/// A question before something that can't be taken back.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What will happen, to whom.
    pub effects: Vec<String>,
    /// What is done on yes.
    pub agreed: Agreed,
    /// Whether the cursor is on yes; on no in the beginning.
    pub yes: bool,
    /// What the answers are called: no, and yes.
    pub words: (String, String),
    /// Names that have to be typed for a yes, and what is typed.
    pub typing: Option<(Vec<String>, Input)>,
    /// How far the effects are scrolled.
    pub scrolled: usize,
}

impl Confirm {
    /// A question, what will happen, and what is done on yes.
    #[must_use]
    pub fn new(question: impl Into<String>, effects: Vec<String>, agreed: Agreed) -> Self {
        Self {
            question: question.into(),
            effects,
            agreed,
            yes: false,
            words: ("no, leave it".to_owned(), "yes".to_owned()),
            typing: None,
            scrolled: 0,
        }
    }

    /// Whether the names that have to be typed are, in any order.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        let Some((names, input)) = &self.typing else { return true };
        let typed = input.value().split_whitespace().collect::<BTreeSet<_>>();
        typed == names.iter().map(String::as_str).collect()
    }
}

/// What is done when a question is answered with yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreed {
    /// End the program, and stop the jobs.
    Quit,
    /// Stop the deployment.
    CancelDeployment,
    /// Give up one host of it.
    CancelHost(HostName),
    /// Change secrets, as it was shown.
    Secrets(Box<Proposal>),
    /// Take a text that was typed as the value of a secret.
    Entered {
        /// Its name.
        name: String,
        /// The text.
        text: Handover,
        /// What follows from it, as it was shown.
        consequences: Consequences,
    },
    /// Stop a job that works on secrets.
    StopSecrets(JobId),
    /// The answer to a question that a job asked, by its number: yes; a no is an answer, too.
    Answer(JobId, u64),
}

/// A text to type.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What is asked for.
    pub title: String,
    /// What is typed.
    pub input: Input,
    /// What for.
    pub purpose: Purpose,
}

/// What a text is typed for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// The file that a log is saved to.
    SaveLog {
        /// The logs.
        logs: Vec<RunLog>,
        /// What of it.
        scope: LogScope,
        /// Where a relative path starts.
        folder: PathBuf,
    },
    /// The password of `sudo` on the hosts; never shown.
    Password,
    /// The answer to a question that a job asked, by its number.
    Answer(JobId, u64),
    /// Hosts to plan a deployment for, in the words of the command line.
    Hosts,
}

/// A text to read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// What it is.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// Where one is.
    pub cursor: Cursor,
    /// Where what it tells of is written.
    pub place: Option<Place>,
}
