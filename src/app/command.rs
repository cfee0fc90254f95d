//! The one table of commands: keys, hints, help, palette, reasons of what is disabled, read-only mode and the documents follow from it.

use super::state::State;
use crate::backend::secrets::SecretsVerb;

mod reasons;
mod table;
mod twin;

pub use table::COMMANDS;
pub use twin::twin;

/// Where a command can be given. The innermost scope that has a key gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Wherever nothing lies over the panes.
    Everywhere,
    /// In whatever has rows: lists, details, logs, texts.
    Rows,
    /// The list of any pane.
    List,
    /// The detail of any pane.
    Detail,
    /// The log.
    Log,
    /// The hosts.
    Hosts,
    /// The globals.
    Globals,
    /// The options of a host.
    Options,
    /// The services.
    Services,
    /// The secrets.
    Secrets,
    /// The deployment.
    Deploy,
    /// Typing into a filter or a search.
    Typing,
    /// A list of commands to choose from: help and palette.
    Chooser,
    /// A question.
    Confirm,
    /// Typing an answer.
    Prompt,
    /// A text to read.
    Reader,
    /// A secret that is looked at.
    Secret,
}

impl Scope {
    /// All of them, in the order of the documents.
    pub const ALL: [Self; 17] = [
        Self::Everywhere,
        Self::Rows,
        Self::List,
        Self::Detail,
        Self::Hosts,
        Self::Options,
        Self::Globals,
        Self::Services,
        Self::Secrets,
        Self::Deploy,
        Self::Log,
        Self::Typing,
        Self::Chooser,
        Self::Confirm,
        Self::Prompt,
        Self::Reader,
        Self::Secret,
    ];

    /// Its name in the configuration file.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Rows => "rows",
            Self::List => "list",
            Self::Detail => "detail",
            Self::Log => "log",
            Self::Hosts => "hosts",
            Self::Globals => "globals",
            Self::Options => "options",
            Self::Services => "services",
            Self::Secrets => "secrets",
            Self::Deploy => "deploy",
            Self::Typing => "typing",
            Self::Chooser => "chooser",
            Self::Confirm => "confirm",
            Self::Prompt => "prompt",
            Self::Reader => "reader",
            Self::Secret => "secret",
        }
    }

    /// Its title in help and documents.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Rows => "Moving",
            Self::List => "In a list",
            Self::Detail => "In a detail",
            Self::Log => "In the log",
            Self::Hosts => "Hosts",
            Self::Globals => "Globals",
            Self::Options => "Options of a host",
            Self::Services => "Services",
            Self::Secrets => "Secrets",
            Self::Deploy => "Deploy",
            Self::Typing => "While typing a filter",
            Self::Chooser => "In help and palette",
            Self::Confirm => "At a question",
            Self::Prompt => "While typing an answer",
            Self::Reader => "In a text",
            Self::Secret => "In a look at a secret",
        }
    }
}

/// What a command may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// It only looks.
    None,
    /// It writes: to hosts, to their stores, to files.
    Writes,
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described by the command that does it")]
pub enum Action {
    Quit,
    Back,
    Help,
    Palette,
    NextPane,
    PreviousPane,
    ShowHosts,
    ShowGlobals,
    ShowServices,
    ShowSecrets,
    ShowDeploy,
    Refresh,
    FirstError,
    CopyTwin,
    NextTheme,
    ToggleReadOnly,
    Commands,
    Redraw,
    Suspend,
    Up,
    Down,
    HalfPageUp,
    HalfPageDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Enter,
    Leave,
    Filter,
    Mark,
    MarkAll,
    Edit,
    CopyName,
    CopyValue,
    ExpandAll,
    CollapseAll,
    ShowAll,
    GoToHost,
    GoBack,
    OpenOptions,
    Compare,
    GoForward,
    WouldMove,
    CopyDefinition,
    ShowDetail,
    DeployFleet,
    DeployHosts,
    DeploySelection,
    AskHosts,
    Apply,
    Cancel,
    CancelHost,
    RetryFailed,
    SudoPassword,
    ShowLog,
    Follow,
    Wrap,
    Timestamps,
    LogScope,
    Search,
    LogFilter,
    NextMatch,
    PreviousMatch,
    FirstErrorLine,
    NextErrorLine,
    PreviousErrorLine,
    ScrollLeft,
    ScrollRight,
    SaveLog,
    ChangeSecrets(SecretsVerb),
    LookIntoSecrets,
    StopSecrets,
    EnterSecret,
    ViewSecret,
    AuditSecrets,
    DeployMounts,
    Reveal,
    CopySecret,
    EditText,
    CopyText,
    Accept,
    ChooseUp,
    ChooseDown,
    ToggleAnswer,
    Yes,
    No,
}

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its name: in the palette, the configuration file, the documents.
    pub id: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// A word or two for the bottom line; empty: it isn't mentioned there.
    pub hint: &'static str,
    /// Its keys, unless the configuration file says others.
    pub keys: &'static [&'static str],
    /// Where it can be given.
    pub scope: Scope,
    /// What it may do.
    pub danger: Danger,
    /// The same on the command line, where there is such a thing.
    pub cli: Option<fn(&State) -> String>,
    /// Whether it can be given now, or why not.
    pub enabled: fn(&State) -> Result<(), String>,
    /// What it does.
    pub action: Action,
}

impl Command {
    /// Whether it can be given now, or why not: its own reason, or that nothing may be written.
    pub fn check(&self, state: &State) -> Result<(), String> {
        if self.danger == Danger::Writes && state.settings.read_only {
            return Err("the console is in read-only mode".to_owned());
        }
        (self.enabled)(state)
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

#[cfg(test)]
mod tests;

/// The command that has an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.id == id)
}

/// The scopes that have the keys, the innermost first.
#[must_use]
pub fn scopes(state: &State) -> Vec<Scope> {
    use super::{
        layers::Layer,
        state::{Pane, Part},
    };
    match state.layers.last() {
        Some(Layer::Filter(_) | Layer::LogSearch { .. }) => vec![Scope::Typing],
        Some(Layer::Help(_) | Layer::Palette(_)) => vec![Scope::Chooser],
        Some(Layer::Confirm(question)) if question.typing.is_some() => vec![Scope::Prompt],
        Some(Layer::Confirm(_)) => vec![Scope::Confirm],
        Some(Layer::Prompt(_)) => vec![Scope::Prompt],
        Some(Layer::Reader(_)) => vec![Scope::Reader, Scope::Rows],
        Some(Layer::Secret(_)) => vec![Scope::Secret, Scope::Rows],
        None => {
            let pane = match state.pane {
                Pane::Hosts => Scope::Hosts,
                Pane::Globals => Scope::Globals,
                Pane::Options => Scope::Options,
                Pane::Services => Scope::Services,
                Pane::Secrets => Scope::Secrets,
                Pane::Deploy => Scope::Deploy,
            };
            let part = match state.part {
                Part::List => Scope::List,
                Part::Detail => Scope::Detail,
                Part::Log => Scope::Log,
            };
            vec![part, pane, Scope::Rows, Scope::Everywhere]
        }
    }
}
