//! Plain data about a fleet. Nothing here runs, reads or draws; every other room speaks in these words.

mod global;
mod host;
mod nix_value;
mod option;
mod outcome;
mod outline;
mod path;
mod place;
mod plan;
mod secret;
mod secret_state;
mod service;
mod status;
mod store_path;

pub use global::{
    Affected, Definition, DefinitionKind, DefinitionState, Globals, Leaf, ReadSet, Readers, Reads,
};
pub use host::{BuildOn, Deployment, Host, HostName, Hosts, InvalidHostName, Kind, System};
pub use nix_value::{shown_as_nix, to_nix, to_nix_definition, unwritable};
pub use option::{OptionDetail, OptionNode, OptionsAnswer, OptionsQuestion, SetOption};
pub use outcome::{HostOutcome, Outcome};
pub use outline::{Outline, OutlinePart};
pub use path::{InvalidOptionPath, OptionPath, quoted};
pub use place::{File, Place, Source, Sources};
pub use plan::{
    Action, Attempt, AttemptStep, ClosureChange, DryActivation, HostPlan, HostResult, InvalidAction,
    PackageChange, Plan,
};
pub use secret::{Mount, Secret, Secrets};
pub use secret_state::{KeyHolder, PlannedSecret, SecretReader, SecretState, SecretStep, SecretsPlan};
pub use service::{Form, Port, Service, Written};
pub use status::{HostStatus, Privilege, Space};
pub use store_path::{InvalidStorePath, StorePath};
