//! What a host says of itself.

use serde::Serialize;

/// What was read from a host, just now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostStatus {
    /// Whether SSH (or a push device's `status`) answered.
    pub reachable: bool,
    /// Why not, and what to do, where it didn't.
    pub problem: Option<String>,
    /// What `/run/current-system` points to, or what a push device says of itself.
    pub running: Option<String>,
    /// The target of the system profile: what the next boot starts.
    pub profile: Option<String>,
    /// Number of the system profile's generation.
    pub generation: Option<u64>,
    /// The kernel's boot id: another one means that the host rebooted.
    pub boot_id: Option<String>,
    /// Seconds since boot.
    pub uptime_seconds: Option<u64>,
    /// Free space where the closure goes.
    pub nix_space: Option<Space>,
    /// Free space where the boot loader's files go; `None` where `/boot` doesn't exist.
    pub boot_space: Option<Space>,
    /// Units that are failed, by name; empty where no systemd runs.
    pub failed_units: Vec<String>,
}

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Space {
    /// Available to an ordinary user.
    pub free: u64,
    /// In all.
    pub total: u64,
}
