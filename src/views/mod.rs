//! What is shown: pure functions from data to text and cells. No input or output, no clock, no async.

pub mod report;
pub mod widget;
