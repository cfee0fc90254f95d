//! Secrets: made from what is declared, replayed from recorded entropy, encrypted to those who may read them.
//!
//! Plaintext lives in [`Plaintext`] alone. It never becomes an argument, a variable of the environment, a message, a log line, or a file on a disk.

mod change;
pub mod engines;
mod entropy;
mod generation;
mod handover;
pub mod identity;
mod name;
mod plaintext;
pub mod scratch;
pub mod script;
pub mod seal;

pub use change::{SecretResult, SecretsChange, SecretsVerb};
pub use entropy::{Entropy, Exhausted, Fresh, Replay};
pub use generation::{Generation, JsonDocument, Random, Script, SshKey, SshKeyType, Text};
pub use handover::Handover;
pub use name::SecretName;
pub use plaintext::Plaintext;
