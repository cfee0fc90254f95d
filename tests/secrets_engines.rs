//! The engines, held against what the reference generator and Go itself answer.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "secrets/vectors.rs"]
mod vectors;
