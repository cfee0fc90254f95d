//! Plans, and what they come to.

mod alike;
mod asked;
mod fleet;
mod harm;
mod histories;
mod lost;
mod public;
mod readers;
mod runs;
