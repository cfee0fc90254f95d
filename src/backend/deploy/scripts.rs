//! The scripts that run on the hosts. They add nothing to a host's closure, and need no more than its shell.

use crate::backend::{process::quote, ssh::Script};

const COMMON: &str = include_str!("scripts/common.sh");

/// Says what a host is and runs. Variable: `ask_sudo`.
pub const SURVEY: Body = Body("survey", include_str!("scripts/survey.sh"));
/// Lists a closure with its sizes. Variable: `system`.
pub const CLOSURE: Body = Body("closure", include_str!("scripts/closure.sh"));
/// Keeps a planned system from being garbage collected. Variable: `system`.
pub const HOLD: Body = Body("hold", include_str!("scripts/hold.sh"));
/// Undoes [`HOLD`]. Variable: `system`.
pub const RELEASE: Body = Body("release", include_str!("scripts/release.sh"));
/// Says what an activation would do. Variable: `system`.
pub const DRY_ACTIVATE: Body = Body("dry-activate", include_str!("scripts/dry-activate.sh"));
/// Starts the supervisor. Variables: `token`, `action`, `system`, `expected`, `supervisor`.
pub const LAUNCH: Body = Body("launch", include_str!("scripts/launch.sh"));
/// Hands on what an attempt says. Variables: `token`, `at`.
pub const FOLLOW: Body = Body("follow", include_str!("scripts/follow.sh"));
const SUPERVISE: Body = Body("supervise", include_str!("scripts/supervise.sh"));

/// A script's name, and what it does once it knows its variables.
#[derive(Debug, Clone, Copy)]
pub struct Body(&'static str, &'static str);

/// A script with what it needs to know, and the functions that all share.
pub fn script(body: Body, variables: &[(&str, &str)]) -> Script {
    let mut text = String::new();
    for (name, value) in variables {
        text.push_str(name);
        text.push('=');
        text.push_str(&quote(value));
        text.push('\n');
    }
    Script { name: body.0, text: text + COMMON + body.1 }
}

/// The supervisor, as a program of its own.
pub fn supervisor() -> String {
    script(SUPERVISE, &[]).text
}
