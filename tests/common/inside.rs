//! Tests of the library that need a real Nix or the hosts: they run on the lab's operator machine, where the backend's `nix` and `ssh` are.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]
#![allow(clippy::print_stdout, reason = "what the inner test said belongs into the outer one's output")]

use std::{
    env,
    future::Future,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use super::{Ran, lab::Lab};

const INSIDE: &str = "STEADING_TEST_INSIDE";

/// Runs the body of the test `name` on the operator's machine: by this very program, started again there. Far too long is a failure, not a hang.
pub fn on_operator<F: Future<Output = ()>>(name: &str, body: impl FnOnce() -> F) {
    if env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let body = async { tokio::time::timeout(Duration::from_secs(120), body()).await };
        runtime.unwrap().block_on(body).expect("it should have ended long ago");
        return;
    }
    let Some(lab) = Lab::take() else { return };
    let program = env::current_exe().unwrap();
    let inner = Ran::from(
        Command::new(lab.program())
            .args(["exec", "operator", "env", &format!("{INSIDE}=1")])
            .arg(program)
            .args(["--exact", name, "--nocapture"])
            .stdin(Stdio::null())
            .output()
            .unwrap(),
    );
    println!("{}{}", inner.stdout, inner.stderr);
    assert_eq!(inner.status, 0, "the test failed on the operator's machine");
    assert!(
        inner.stdout.contains("1 passed"),
        "there is no test `{name}` in {}",
        env::current_exe().unwrap().display()
    );
}

/// What an expression evaluates to, as text.
#[track_caller]
pub fn evaluate(expression: &str) -> String {
    let mut command = Command::new("nix");
    command.args([
        "--extra-experimental-features",
        "nix-command",
        "eval",
        "--impure",
        "--raw",
        "--expr",
        expression,
    ]);
    Ran::from(command.output().unwrap()).well().trim().to_owned()
}

/// Whether a link leads to something.
pub fn leads_to(link: &Path, target: &str) -> bool {
    link.read_link().is_ok_and(|found| found == Path::new(target))
}
