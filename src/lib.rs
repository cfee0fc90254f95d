//! Steading, the operator's console for a Nix-based homelab.
//!
//! The map of the house:
//!
//! - [`app`]: what the program does with what it is told: the command line, and the console's state, what changes it, and its loop;
//! - [`views`]: what is shown: pure functions from data to text (and JSON), and from the console's state to a screen;
//! - [`backend`]: everything that touches the world: evaluation, builds, SSH, deployments.
//!
//! `backend` knows neither of the others; `views` does no input or output.
//!
//! In the console everything that happens (keys, reports of the backend, signals, time) becomes a message ([`app::msg`]); [`app::update`] is a pure function that changes the
//! state by it and says what is to be done ([`app::effect`]); [`app::runtime`] does it, and draws at most every 33 ms, and only what changed.

pub mod app;
pub mod backend;
pub mod views;
