//! What the program does with what it is told: the command line, and the console.

pub mod cli;
pub mod clipboard;
pub mod command;
pub mod config;
pub mod cursor;
mod deploying;
pub mod deployment;
pub mod editor;
pub mod effect;
pub mod environment;
pub mod exit;
pub mod filter;
pub mod globals;
pub mod glyph;
pub mod input;
mod inspect;
pub mod keymap;
pub mod keys;
pub mod knowledge;
pub mod layers;
pub mod layout;
pub mod listing;
mod logging;
pub mod logview;
mod machine;
mod mouse;
mod moving;
pub mod msg;
mod password;
mod paths;
mod perform;
mod progress;
mod reports;
mod rollout;
mod run;
pub mod runtime;
mod selection;
pub mod settings;
pub mod state;
pub mod term;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod tree;
pub mod update;

pub use run::run;
