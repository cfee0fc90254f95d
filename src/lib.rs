//! Steading, the operator's console for a Nix-based homelab.
//!
//! The map of the house:
//!
//! - [`app`]: what the program does with what it is told, and the command line's part in it;
//! - [`views`]: what is shown: pure functions from data to text (and JSON);
//! - [`backend`]: everything that touches the world: evaluation, builds, SSH, deployments.
//!
//! `backend` knows neither of the others; `views` does no input or output.

pub mod app;
pub mod backend;
pub mod views;
