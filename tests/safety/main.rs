//! Secrets, and what happens to them when the machine fails: killed runs, full disks; and trees that others made.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test may fail loudly, and says why it is skipped"
)]

mod adoption;
mod crash;
mod disk;
mod fleet;
