//! What a console asks of the backend, and what it hears: work in jobs, reports in pieces.
//!
//! A [`Backend`] is the two ends of two bounded channels. Behind it is the engine that works on the real fleet, or the script of the demo; a console can't tell.

use std::{collections::BTreeMap, fmt, path::PathBuf, time::SystemTime};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{
    deploy::Options,
    error::{Error, Result},
    event::Event,
    fleet::Revision,
    logstore::RunLog,
    model::{
        Affected, Globals, HostName, HostResult, HostStatus, Hosts, OptionPath, OptionsAnswer,
        OptionsQuestion, Outline, Plan, Secrets, SecretsPlan, Service, System,
    },
    secrets::{Handover, SecretResult, SecretsChange, identity::Question},
    ssh::Password,
};

/// How many orders, and how many reports, may wait to be read before the sender waits too.
pub const CAPACITY: usize = 1024;

/// The number of a job. Whoever orders it numbers it, ever upwards, so that a report about an older job of the same kind is known to be stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What a console wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Begin a job.
    Begin(JobId, Work),
    /// Stop a job, or stop waiting for it where it can't be stopped any more. Of one that has ended already, nothing comes.
    Cancel(JobId),
    /// The same for one host of a job; the others go on.
    CancelHost(JobId, HostName),
    /// The answer to a question that a job asked, by its number; nothing: the operator won't say. The answer to a question that was not asked, or was answered, is of no use.
    Answer(JobId, u64, Option<Handover>),
    /// What to tell a `sudo` that asks for a password, from now on.
    Password(Password),
}

/// The kinds of job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Read the fleet: the hosts, then the globals, services, secrets and systems, each reported as soon as it is there. A new one ends the one before.
    Evaluate,
    /// Ask these hosts what they run; each is reported as soon as it answers.
    Ask(Vec<HostName>),
    /// Find out what deploying to these hosts would do: read the fleet again, evaluate, reach, build, copy, compare. What is read on the way is reported, too.
    Plan {
        /// The hosts.
        hosts: Vec<HostName>,
        /// How.
        options: Options,
    },
    /// Carry out the plan that a job came to: once. Only what stands in that plan is done.
    Apply(JobId),
    /// Let go of what a plan keeps on the hosts: it was declined.
    Decline(JobId),
    /// Say something about the options of these hosts, each as soon as it is there.
    Options {
        /// The hosts.
        hosts: Vec<HostName>,
        /// What.
        question: OptionsQuestion,
    },
    /// Find out what would move if a global changed.
    Affected(OptionPath),
    /// Work on secrets. They are worked on by one job at a time; a second one waits for the first.
    Secrets(SecretsWork),
}

/// What there is to do about secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretsWork {
    /// Find out how it stands with them, looking into the files with the operator's key. Reported as the secrets' part of the fleet.
    Look,
    /// Do what the operator agreed to. What came of it is reported, and then how it stands.
    Change(SecretsChange),
    /// Tell what a secret is made of. Needs no key.
    Outline(String),
    /// Hand over the text of a secret.
    Reveal(String),
    /// Make a text the value of a secret that is entered by hand; reported as a change.
    Enter {
        /// Its name.
        name: String,
        /// The text.
        text: Handover,
        /// Which others get new values because of it, as it was shown. If there are more of them by now, nothing is done at all.
        follow: Vec<String>,
        /// Those of them all that are protected, and whose names were typed.
        typed: Vec<String>,
    },
}

/// What a console hears.
#[derive(Debug, Clone)]
pub enum Report {
    /// What was known when this fleet was last looked at; sent once, before anything else, if anything was.
    Remembered(Box<Remembered>),
    /// A job began. Its log lines go to `log`, whose `subscribe` tells when there are more. Plans and deployments have theirs on disk as well.
    Began {
        /// The job.
        job: JobId,
        /// What its programs say.
        log: RunLog,
    },
    /// A part of the fleet was read.
    Read(JobId, Part),
    /// A host said what it runs.
    Asked {
        /// The job.
        job: JobId,
        /// The host.
        host: HostName,
        /// What it says.
        seen: Box<Seen>,
    },
    /// A job is at another point than before.
    Advanced(JobId, Event),
    /// A plan is made. That of a job that was cancelled says so of the hosts that it didn't come to, and can't be carried out.
    Planned(JobId, Plan),
    /// A plan was carried out: what came of it, host by host.
    Applied(JobId, BTreeMap<HostName, HostResult>),
    /// An answer about the options of a host.
    Options {
        /// The job.
        job: JobId,
        /// The host.
        host: HostName,
        /// What was asked.
        question: OptionsQuestion,
        /// What there is to say.
        answer: Result<OptionsAnswer>,
    },
    /// What would move if a global changed.
    Affected(JobId, OptionPath, Result<Affected>),
    /// What a secret is made of.
    Outlined {
        /// The job.
        job: JobId,
        /// The secret.
        name: String,
        /// What there is to say.
        outline: Result<Outline>,
    },
    /// The text of a secret.
    Revealed {
        /// The job.
        job: JobId,
        /// The secret.
        name: String,
        /// Its text, to be taken once.
        text: Result<Handover>,
    },
    /// Secrets were changed, or not: what came of each.
    SecretsChanged(JobId, BTreeMap<String, SecretResult>),
    /// A job can't go on without the operator's answer. One that ends wants none any more.
    Asks {
        /// The job.
        job: JobId,
        /// The number of the question; a job numbers its own.
        number: u64,
        /// What it asks.
        question: Question,
    },
    /// A job is over. Every job that began ends, and nothing is reported about it afterwards. What was ordered of a job that there never was ends at once, without a beginning.
    Ended(JobId, End),
    /// Files of the fleet changed: what was read may be out of date.
    FleetChanged,
}

impl Report {
    /// The job that it is about, where it is about one.
    #[must_use]
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Began { job, .. }
            | Self::Asked { job, .. }
            | Self::Read(job, _)
            | Self::Advanced(job, _)
            | Self::Planned(job, _)
            | Self::Applied(job, _)
            | Self::Affected(job, ..)
            | Self::Options { job, .. }
            | Self::Outlined { job, .. }
            | Self::Revealed { job, .. }
            | Self::SecretsChanged(job, _)
            | Self::Asks { job, .. }
            | Self::Ended(job, _) => Some(*job),
            Self::Remembered(_) | Self::FleetChanged => None,
        }
    }
}

/// A part of the fleet. What can't be read is an error of its own; the other parts stay.
#[derive(Debug, Clone)]
pub enum Part {
    /// Where the fleet is, and its hosts. An error here means that nothing else can be read.
    Fleet(Result<FleetFacts>),
    /// The global namespace.
    Globals(Result<Globals>),
    /// The services.
    Services(Result<Vec<Service>>),
    /// The secrets, and how it stands with them.
    Secrets(Result<SecretFacts>),
    /// What is wanted on a host.
    System(HostName, Box<Result<System>>),
}

/// What opening a fleet tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetFacts {
    /// Where it is, as it is shown to the operator.
    pub name: String,
    /// Its folder, if it is on this machine: places are relative to it.
    pub folder: Option<PathBuf>,
    /// The state of its repository.
    pub revision: Revision,
    /// Its hosts.
    pub hosts: Hosts,
    /// What Nix warned of.
    pub warnings: Vec<String>,
}

/// What is known of secrets. An evaluation looks at them without any key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecretFacts {
    /// As declared.
    pub declared: Secrets,
    /// How it stands with each of them, or why that can't be told: the files or the records of them are damaged, or not on this machine.
    pub plan: Result<SecretsPlan>,
}

/// What was known when the fleet was last looked at, each part with the time at which it was read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Remembered {
    /// The fleet and its hosts.
    pub fleet: Option<(FleetFacts, SystemTime)>,
    /// The globals.
    pub globals: Option<(Globals, SystemTime)>,
    /// The services.
    pub services: Option<(Vec<Service>, SystemTime)>,
    /// The secrets.
    pub secrets: Option<(SecretFacts, SystemTime)>,
    /// What is wanted, host by host.
    pub systems: BTreeMap<HostName, (System, SystemTime)>,
    /// What hosts said that they run.
    pub statuses: BTreeMap<HostName, Seen>,
}

/// What is known of what a host runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What it said.
    pub status: HostStatus,
    /// What was last deployed to it from this machine.
    pub deployed: Option<String>,
    /// When it was asked.
    pub at: SystemTime,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It came to its end; what failed in it was reported.
    Done,
    /// It was stopped on request.
    Cancelled,
    /// It came to nothing.
    Failed(Error),
}

/// Where orders go to and reports come from.
///
/// Dropping `orders` stops what runs, as far as it can be stopped; the reports end when all of it has. Nobody has to wait for that, but children that are left alone die less cleanly.
#[derive(Debug)]
pub struct Backend {
    /// Takes orders.
    pub orders: mpsc::Sender<Order>,
    /// Gives reports.
    pub reports: mpsc::Receiver<Report>,
}
