//! Secrets: made from what is declared, replayed from recorded entropy, encrypted to those who may read them.
//!
//! Plaintext lives in [`Plaintext`] alone. It never becomes an argument, a variable of the environment, a message, a log line, or a file on a disk.

mod alike;
mod apply;
mod buffer;
mod change;
mod context;
pub mod declared;
mod digest;
pub mod engines;
mod entropy;
mod generation;
mod graph;
mod handover;
mod header;
pub mod identity;
pub mod memory;
mod name;
mod plaintext;
mod plan;
mod schedule;
pub mod scratch;
pub mod script;
pub mod seal;
pub mod sidecar;
mod transaction;
pub mod tree;
mod values;
mod verbs;

pub use apply::{Outcome, Progress, apply};
pub use change::{SecretResult, SecretsChange, SecretsVerb};
pub use context::{Context, Request, RunScript, Wish};
pub use digest::Digest;
pub use entropy::{Entropy, Exhausted, Fresh, Replay};
pub use generation::{Generation, JsonDocument, Random, Script, SshKey, SshKeyType, Text};
pub use handover::Handover;
pub use name::SecretName;
pub use plaintext::Plaintext;
pub use plan::{Files, Planned, plan};
pub use verbs::{Access, Audit, Cascade, audit, findings, outline, reveal, track};
