//! Plans, and what they come to.

mod fleet;
mod harm;
mod runs;
