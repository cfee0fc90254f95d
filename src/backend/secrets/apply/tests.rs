//! Plans, and what they come to.

mod fleet;
mod harm;
mod histories;
mod runs;
