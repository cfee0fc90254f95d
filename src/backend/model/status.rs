//! What a host says of itself.

use serde::{Deserialize, Serialize};

use super::Attempt;

/// What was read from a host, just now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own; no two make a state together")]
pub struct HostStatus {
    /// Whether SSH (or a push device's `status`) answered.
    pub reachable: bool,
    /// Whether nobody could even ask, because the program that asks isn't there: then nothing is known of its reach.
    pub not_asked: bool,
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
    /// Units that are failed, by name.
    pub failed_units: Vec<String>,
    /// What `/run/booted-system` points to.
    pub booted: Option<String>,
    /// Whether the next boot starts something else than what runs, or the running system wants another kernel than the one that was booted.
    pub reboot_pending: bool,
    /// Whether systemd runs there.
    pub systemd: bool,
    /// Where `nix-daemon` is on the host; `None`: it has no Nix.
    pub nix: Option<String>,
    /// What the user we log in as may do.
    pub privilege: Privilege,
    /// The last activation that was begun since boot.
    pub attempt: Option<Attempt>,
}

/// What the user that SSH logs in as may do on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privilege {
    /// It is root.
    Root,
    /// It becomes root by `sudo` without being asked.
    Sudo,
    /// `sudo` wants a password.
    SudoPassword,
    /// It can't become root, or nobody could find out.
    #[default]
    None,
}

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Space {
    /// Available to an ordinary user.
    pub free: u64,
    /// In all.
    pub total: u64,
}
