//! What is shown: pure functions from data to text. No input or output, no clock, no async.

pub mod report;
