//! The command line.

mod keys;
mod secrets;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::backend::{
    deploy::PATIENCE,
    error::{Error, ErrorKind, Result},
    model::{self, Action, HostName, OptionPath},
};

pub use keys::Keys;
pub use secrets::{Consent, Secrets, SecretsVerb};

/// The operator's console for a Nix-based homelab.
#[derive(Debug, Clone, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[command(name = "steading", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// The fleet's flake: a folder, or a flake reference.
    #[arg(long, global = true, value_name = "DIR", default_value = ".", env = "STEADING_FLAKE")]
    pub flake: String,
    /// Answer in JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Never ask; what would have to be asked is an error.
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Show the console on a fleet that is played: no Nix, no host.
    #[arg(long)]
    pub demo: bool,
    /// Begin the console in read-only mode: nothing is deployed and no file written.
    #[arg(long)]
    pub read_only: bool,
    /// The console's theme: dark, light, high-contrast, deuteranopia, tritanopia, ansi16, mono, or one of your own.
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// What secrets are decrypted with.
    #[command(flatten)]
    pub keys: Keys,
    /// What to do; without it the console is opened.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether secrets may be in memory in clear.
    #[must_use]
    pub fn decrypts(&self) -> bool {
        match &self.command {
            None => !self.demo,
            Some(command) => matches!(command, Command::Secrets(_) | Command::Adopt(_)),
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Lists the hosts of the fleet; none is evaluated or contacted for it.
    Hosts(Hosts),
    /// Shows global values with every definition: who said it, where, and which ones lost.
    Globals {
        /// A value or a branch, in Nix's syntax: email.accounts."a@b.c"
        path: Option<OptionPath>,
        /// Show values that nobody set, too. (JSON has them always.)
        #[arg(long)]
        all: bool,
        /// Say which hosts read them: every host is evaluated for it. (JSON has it always.)
        #[arg(long)]
        readers: bool,
        /// Say which hosts' systems would move if it changed, instead.
        #[arg(long, requires = "path", conflicts_with_all = ["all", "readers"])]
        affected: bool,
    },
    /// Shows a host's own options: those that are set, or one with everything that was said about it.
    Options(OptionsArguments),
    /// Lists the services that hosts provide.
    Services {
        /// Print what follows from them instead, as it is written to the hosts.
        #[arg(long = "as", value_enum, value_name = "FORM")]
        form: Option<Form>,
    },
    /// Lists the declared secrets, or does something with them.
    Secrets(Secrets),
    /// Takes a host into the fleet: shows the fingerprint of its key, and on yes records the key and encrypts the host's secrets to it.
    Adopt(Adopt),
    /// Says what deploying would do, and changes nothing that runs.
    Plan(Plan),
    /// Builds, copies and activates.
    Deploy(Deploy),
    /// Asks the hosts what they run.
    Status(Status),
    /// Builds the hosts' systems on this machine.
    Build(Hosts),
    /// Checks what this machine needs, and says how to get what is missing.
    Doctor,
    /// Shows versions and folders.
    Info,
}

/// `steading options`.
#[derive(Debug, Clone, Args)]
pub struct OptionsArguments {
    /// The host.
    pub host: HostName,
    /// An option, or a branch: services.openssh, users.users."a b".extraGroups
    pub path: Option<OptionPath>,
    /// List the names of all options.
    #[arg(long, conflicts_with = "path")]
    pub all: bool,
    /// List the names of the options that contain these words.
    #[arg(long, short, value_name = "WORDS", conflicts_with_all = ["path", "all"])]
    pub search: Option<String>,
}

/// What follows from the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// DNS zones, forward and reverse.
    Zones,
    /// Lines of /etc/hosts.
    Hosts,
    /// What each host lets in, as rules of nftables.
    Firewall,
    /// The landing page, in HTML.
    LandingPage,
    /// What Prometheus scrapes.
    Prometheus,
}

impl From<Form> for model::Form {
    fn from(form: Form) -> Self {
        match form {
            Form::Zones => Self::Zones,
            Form::Hosts => Self::Hosts,
            Form::Firewall => Self::Firewall,
            Form::LandingPage => Self::LandingPage,
            Form::Prometheus => Self::Prometheus,
        }
    }
}

/// Which hosts.
#[derive(Debug, Clone, Default, Args)]
pub struct Hosts {
    /// Names, globs (web-*), tags (@core), and ! before one to leave hosts out. None: every host.
    #[arg(value_name = "HOSTS")]
    pub hosts: Vec<String>,
}

/// `steading plan`.
#[derive(Debug, Clone, Args)]
pub struct Plan {
    /// Where.
    #[command(flatten)]
    pub hosts: Hosts,
    /// How.
    #[command(flatten)]
    pub rollout: Rollout,
    /// Copy nothing to the hosts; what an activation would do there stays unknown.
    #[arg(long)]
    pub no_copy: bool,
}

/// `steading deploy`.
#[derive(Debug, Clone, Args)]
pub struct Deploy {
    /// Where.
    #[command(flatten)]
    pub hosts: Hosts,
    /// Every host.
    #[arg(long, conflicts_with = "hosts")]
    pub all: bool,
    /// Don't ask before activating.
    #[arg(long, short)]
    pub yes: bool,
    /// Stop after the plan.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// How.
    #[command(flatten)]
    pub rollout: Rollout,
}

impl Deploy {
    /// Refuses to deploy to the whole fleet by forgetting to say where.
    pub fn check(&self) -> Result<()> {
        if self.all || !self.hosts.hosts.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Usage, "deploy to which hosts?").hint("name them, or say --all"))
    }
}

/// What plan and deploy share.
#[derive(Debug, Clone, Args)]
pub struct Rollout {
    /// What to do with the systems: switch, test (until the next boot), boot (from the next boot on), dry-activate.
    #[arg(long, default_value_t = Action::Switch)]
    pub action: Action,
    /// Deploy to this host even if somebody else deployed there meanwhile.
    #[arg(long, value_name = "HOST", action = ArgAction::Append)]
    pub force_host: Vec<HostName>,
    /// Ask once for the password that `sudo` wants on the hosts.
    #[arg(long)]
    pub ask_sudo_password: bool,
    /// How long a link that is lost while a host is activated is waited for.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs())]
    pub link_timeout: u64,
    /// How many hosts at once.
    #[command(flatten)]
    pub limit: Limit,
}

/// `steading adopt`.
#[derive(Debug, Clone, Args)]
pub struct Adopt {
    /// The host, which answers on its deployment's address.
    pub host: HostName,
    /// The fingerprint that its key must have, from the host's own console: SHA256:…
    #[arg(long, value_name = "SHA256:…")]
    pub fingerprint: Option<String>,
    /// Don't ask: the fingerprint is the answer.
    #[arg(long, short, requires = "fingerprint")]
    pub yes: bool,
    /// Stop before anything is written.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// `steading status`.
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// Where.
    #[command(flatten)]
    pub hosts: Hosts,
    /// Don't evaluate the fleet: what is wanted stays unknown.
    #[arg(long)]
    pub no_eval: bool,
    /// How many hosts at once.
    #[command(flatten)]
    pub limit: Limit,
}

/// How many at once.
#[derive(Debug, Clone, Args)]
pub struct Limit {
    /// Hosts that are worked on at once.
    #[arg(long, value_name = "N", default_value_t = Self::default().limit, value_parser = clap::value_parser!(u16).range(1..))]
    pub limit: u16,
}

impl Default for Limit {
    fn default() -> Self {
        Self { limit: 8 }
    }
}
