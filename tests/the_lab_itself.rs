//! The lab's own tests: what it promises to all other tests that use it.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The status by which `selftest` says that the lab can't start on this machine.
const CANNOT_START: i32 = 3;

#[test]
fn it_keeps_what_it_promises() {
    let selftest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/selftest");
    let ran = Command::new(selftest).stdin(Stdio::null()).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    if ran.status.code() == Some(CANNOT_START) && std::env::var_os("CI").is_none() {
        println!("skipped: {}", errors.lines().last().unwrap_or_default());
        return;
    }
    assert!(ran.status.success(), "{said}{errors}");
}
