//! All that the screen shows.

use std::{path::PathBuf, sync::Arc, time::SystemTime};

use super::{
    comparison::Comparison,
    config::Config,
    cursor::Cursor,
    deployment::{Deployment, Stage},
    globals::GlobalsPane,
    glyph::Glyphs,
    history::History,
    input::Input,
    keymap::Keymap,
    keys::Chord,
    knowledge::Knowledge,
    layers::Layer,
    layout::Layout,
    listing::Listing,
    logview::LogView,
    options::OptionsPane,
    pathtree::PathTree,
    theme::Theme,
    vault::Vault,
    wouldmove::WouldMove,
};
use crate::backend::{job::JobId, model::HostName};

/// The panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// Hosts.
    Hosts,
    /// The global namespace.
    Globals,
    /// Services.
    Services,
    /// Secrets.
    Secrets,
    /// The deployment.
    Deploy,
    /// The options of one host; it is opened from the hosts.
    Options,
}

impl Pane {
    /// Those that have a key and a name at the top, in the order of their keys.
    pub const TABS: [Self; 5] = [Self::Hosts, Self::Globals, Self::Services, Self::Secrets, Self::Deploy];

    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Hosts, Self::Globals, Self::Services, Self::Secrets, Self::Deploy, Self::Options];

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hosts => "Hosts",
            Self::Globals => "Globals",
            Self::Services => "Services",
            Self::Secrets => "Secrets",
            Self::Deploy => "Deploy",
            Self::Options => "Options",
        }
    }

    /// The one at the top to which it belongs.
    #[must_use]
    pub fn tab(self) -> Self {
        if self == Self::Options { Self::Hosts } else { self }
    }
}

/// The parts of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Part {
    /// Its list.
    List,
    /// What there is to say of the selected row.
    #[default]
    Detail,
    /// The log; the deployment has one.
    Log,
}

/// What the deployment's pane keeps besides its list.
#[derive(Debug, Clone, Default)]
pub struct DeployPane {
    /// The hosts of the deployment.
    pub list: Listing,
    /// What stands beside the list where there is room for one thing only.
    pub second: Part,
    /// The log.
    pub log: LogView,
    /// What is searched or filtered for in it.
    pub search: Input,
}

/// What the bottom line says until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
}

/// How the screen looks and behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the configuration file says.
    pub config: Config,
    /// Whether nothing may be written: as the configuration file says, until it is switched.
    pub read_only: bool,
    /// The colours.
    pub theme: Theme,
    /// The themes there are, by name.
    pub themes: Arc<[(String, Theme)]>,
    /// The signs.
    pub glyphs: Glyphs,
    /// The keys.
    pub keymap: Keymap,
    /// The fleet as the command line was told it, for the commands that are shown; `None`: the current folder.
    pub flake: Option<String>,
    /// Where the program was started: relative paths that are typed start here.
    pub folder: PathBuf,
}

/// All that the screen shows.
#[derive(Debug, Clone)]
pub struct State {
    /// Now.
    pub clock: SystemTime,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether the screen shows something that is not so any more.
    pub stale: bool,
    /// What is known of the fleet.
    pub known: Knowledge,
    /// The deployment, if there was one.
    pub deployment: Option<Deployment>,
    /// The pane that is shown.
    pub pane: Pane,
    /// The part of it that has the keys.
    pub part: Part,
    /// The hosts' list.
    pub hosts: Listing,
    /// The globals' pane.
    pub globals: GlobalsPane,
    /// The pane of a host's own options.
    pub options: OptionsPane,
    /// The services' list.
    pub services: Listing,
    /// The secrets' pane.
    pub secrets: Vault,
    /// The deployment's pane.
    pub deploy: DeployPane,
    /// Where one is in the detail that is shown.
    pub detail: Cursor,
    /// Where one was before, and would be again.
    pub history: History,
    /// What would move if a global changed: what was asked last.
    pub would_move: Option<WouldMove>,
    /// What is compared over all hosts.
    pub comparing: Option<Comparison>,
    /// What lies over the panes, the topmost last.
    pub layers: Vec<Layer>,
    /// The keys of a chord that has begun.
    pub pending: Chord,
    /// What the bottom line says.
    pub notice: Option<Notice>,
    /// How it looks and behaves.
    pub settings: Settings,
    last_job: u64,
}

impl State {
    /// The beginning: nothing is known.
    #[must_use]
    pub fn new(settings: Settings, size: (u16, u16), clock: SystemTime) -> Self {
        Self {
            clock,
            size,
            stale: true,
            known: Knowledge::default(),
            deployment: None,
            pane: Pane::Hosts,
            part: Part::List,
            hosts: Listing::new(Pane::Hosts as u32),
            globals: GlobalsPane::default(),
            options: OptionsPane::default(),
            services: Listing::new(Pane::Services as u32),
            secrets: Vault::default(),
            deploy: DeployPane { list: Listing::new(Pane::Deploy as u32), ..DeployPane::default() },
            detail: Cursor::default(),
            history: History::default(),
            would_move: None,
            comparing: None,
            layers: Vec::new(),
            pending: Chord::default(),
            notice: None,
            settings,
            last_job: 0,
        }
    }

    /// A number that no job has had.
    pub fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        JobId(self.last_job)
    }

    /// Where things are; `None`: the screen is too small.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        Layout::of(self)
    }

    /// How many rows of a part are in sight.
    #[must_use]
    pub fn rows_of(&self, part: Part) -> usize {
        self.layout().map_or(0, |layout| layout.rows(part))
    }

    /// The parts that the pane has, in their order.
    #[must_use]
    pub fn parts(&self) -> &'static [Part] {
        if self.has_log(self.pane) {
            &[Part::List, Part::Detail, Part::Log]
        } else {
            &[Part::List, Part::Detail]
        }
    }

    /// Whether a pane has a log beside its list and its detail.
    #[must_use]
    pub fn has_log(&self, pane: Pane) -> bool {
        pane == Pane::Deploy || (pane == Pane::Secrets && self.secrets.logged)
    }

    /// The log of the pane, and what is searched for in it; other panes mean the deployment's.
    #[must_use]
    pub fn log(&self) -> (&LogView, &Input) {
        match self.pane {
            Pane::Secrets => (&self.secrets.log, &self.secrets.search),
            _ => (&self.deploy.log, &self.deploy.search),
        }
    }

    /// The same, to be changed.
    pub fn log_mut(&mut self) -> (&mut LogView, &mut Input) {
        match self.pane {
            Pane::Secrets => (&mut self.secrets.log, &mut self.secrets.search),
            _ => (&mut self.deploy.log, &mut self.deploy.search),
        }
    }

    /// What stands beside the list of a pane that has a log, where there is room for one thing only.
    #[must_use]
    pub fn second(&self) -> Part {
        if self.pane == Pane::Secrets { self.secrets.second } else { self.deploy.second }
    }

    /// The pane's list; the globals are a tree.
    #[must_use]
    pub fn list(&self, pane: Pane) -> Option<&Listing> {
        match pane {
            Pane::Hosts => Some(&self.hosts),
            Pane::Globals | Pane::Options => None,
            Pane::Services => Some(&self.services),
            Pane::Secrets => Some(&self.secrets.list),
            Pane::Deploy => Some(&self.deploy.list),
        }
    }

    /// The same, to be changed.
    pub fn list_mut(&mut self, pane: Pane) -> Option<&mut Listing> {
        match pane {
            Pane::Hosts => Some(&mut self.hosts),
            Pane::Globals | Pane::Options => None,
            Pane::Services => Some(&mut self.services),
            Pane::Secrets => Some(&mut self.secrets.list),
            Pane::Deploy => Some(&mut self.deploy.list),
        }
    }

    /// The pane's tree; most have a list.
    #[must_use]
    pub fn paths(&self, pane: Pane) -> Option<&PathTree> {
        match pane {
            Pane::Globals => Some(&self.globals.paths),
            Pane::Options => Some(&self.options.paths),
            Pane::Hosts | Pane::Services | Pane::Secrets | Pane::Deploy => None,
        }
    }

    /// The same, to be changed.
    pub fn paths_mut(&mut self, pane: Pane) -> Option<&mut PathTree> {
        match pane {
            Pane::Globals => Some(&mut self.globals.paths),
            Pane::Options => Some(&mut self.options.paths),
            Pane::Hosts | Pane::Services | Pane::Secrets | Pane::Deploy => None,
        }
    }

    /// The host under the cursor, in the panes that have hosts.
    #[must_use]
    pub fn selected_host(&self) -> Option<HostName> {
        match self.pane {
            Pane::Hosts => self.hosts.selected()?.parse().ok(),
            Pane::Deploy => self.deploy.list.selected()?.parse().ok(),
            Pane::Options => self.options.host.clone(),
            _ => None,
        }
    }

    /// Whether a deployment is being planned or applied.
    #[must_use]
    pub fn is_deploying(&self) -> bool {
        self.deployment.as_ref().is_some_and(|deployment| deployment.running_job().is_some())
    }

    /// Whether what a job's programs say is on the screen, or one key away.
    #[must_use]
    pub fn shows_log_of(&self, job: JobId) -> bool {
        let of_deployment = self.deployment.as_ref().is_some_and(|deployment| deployment.is_about(job));
        of_deployment || self.secrets.run.as_ref().is_some_and(|run| run.job == job)
    }

    /// Whether a plan waits to be applied.
    #[must_use]
    pub fn has_plan(&self) -> bool {
        self.deployment.as_ref().is_some_and(|deployment| deployment.stage == Stage::Planned)
    }

    /// Whether something goes on whose time is shown in seconds.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_deploying()
            || self.secrets.is_busy()
            || self.known.evaluation.is_some()
            || !self.known.asking.is_empty()
    }

    /// Says something in the bottom line.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    /// Says in the bottom line that something went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }
}
