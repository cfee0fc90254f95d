//! Deployments to the lab's real hosts: what the program says, what really runs, and that nothing else changed.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod alone;
#[path = "../common/mod.rs"]
mod common;
mod devices;
mod faults;
mod made;
mod moving;
mod outcomes;
mod paths;
mod scene;
mod secrets;
mod secrets_script;
