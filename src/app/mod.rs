//! What the program does with what it is told.

pub mod cli;
pub mod clipboard;
pub mod config;
pub mod cursor;
pub mod editor;
pub mod environment;
pub mod exit;
pub mod filter;
pub mod glyph;
pub mod input;
mod inspect;
pub mod keys;
pub mod logview;
mod machine;
mod password;
mod paths;
mod progress;
mod rollout;
mod run;
pub mod settings;
pub mod term;
pub mod theme;
pub mod tree;

pub use run::run;
