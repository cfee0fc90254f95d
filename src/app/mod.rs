//! What the program does with what it is told.

pub mod cli;
pub mod exit;
mod inspect;
mod machine;
mod password;
mod paths;
mod progress;
mod rollout;
mod run;

pub use run::run;
