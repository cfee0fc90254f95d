//! Plans, and what they come to.

mod asked;
mod fleet;
mod harm;
mod histories;
mod lost;
mod readers;
mod runs;
