//! The engines, held against what the reference generator and Go itself answer.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;
#[path = "secrets/ssh_key.rs"]
mod ssh_key;
#[path = "secrets/tryout.rs"]
mod tryout;
#[path = "secrets/vectors.rs"]
mod vectors;
