//! What only a terminal shows: how the console takes it, hands it over, and leaves it.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../common/mod.rs"]
mod common;
mod demo;
mod handover;
mod small;
