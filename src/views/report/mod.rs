//! Text and JSON for the command line.
//!
//! Text carries its colours as SGR sequences; whoever prints it drops them where they aren't wanted. JSON is versioned: see `docs/json/`.

mod adopt;
mod build;
mod failure;
mod globals;
mod hosts;
pub mod json;
mod machine;
mod options;
mod outcome;
pub mod progress;
pub mod secrets;
mod services;
mod status;
pub mod style;
mod table;
mod text;

pub use adopt::{Adopted, adopted, adoption, how_to_compare};
pub use build::{BuildRow, build};
pub use failure::{failure, warning};
pub use globals::{affected, globals};
pub use hosts::hosts;
pub use machine::{Information, doctor, info};
pub use options::{option_names, option_node, set_options};
pub use outcome::{outcome_mark, outcomes, plan};
pub use secrets::{SecretRow, secrets};
pub use services::{services, written};
pub use status::{StatusRow, status};
pub use table::{Cell, Table};
pub use text::{bytes, counted, duration, printable};
