//! Tests that are scripts, since what they try are scripts: systems of the linux kind, and the example fleet in use.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{
    path::Path,
    process::{Command, Stdio},
};

use common::lab::Lab;

/// Runs a script of `tests/` against the lab; it prints a line for each of its tests.
#[track_caller]
fn passes(script: &str) {
    let Some(_lab) = Lab::take() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let ran = Command::new(path).stdin(Stdio::null()).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}{errors}");
}

#[test]
fn a_system_of_the_linux_kind_is_switched_to_and_booted() {
    passes("linux_kind/run");
}

#[test]
fn the_example_fleet_works_as_its_people_use_it() {
    passes("homelab/run");
}
