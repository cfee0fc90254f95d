//! Everything that touches the world: Nix, SSH, the hosts and the disk. Knows nothing of a screen.

pub mod adoption;
pub mod blocking;
pub mod demo;
pub mod deploy;
pub mod doctor;
pub mod dumps;
pub mod engine;
pub mod error;
pub mod event;
pub mod fleet;
pub mod job;
pub mod logstore;
pub mod model;
pub mod nix;
pub mod process;
pub mod secrets;
pub mod ssh;
