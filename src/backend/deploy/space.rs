//! Whether what is wanted fits on a host.

use std::{fs, path::Path};

use super::diff::Closure;
use crate::backend::model::{ClosureChange, HostStatus, Space, StorePath};

/// What a boot loader copies to `/boot` when it is not there yet: the links of a NixOS system that lead to it.
const BOOT_FILES: [&str; 2] = ["kernel", "initrd"];

/// How much a boot loader may have to write, in bytes: of the boot files that come from packages which the host doesn't run. 0 for systems that have none, or that are not on this machine.
pub fn boot_files(system: &StorePath, running: &Closure) -> u64 {
    let size = |name: &&str| {
        let file = fs::canonicalize(Path::new(system.as_str()).join(name)).ok()?;
        let (package, _) = StorePath::split(file.to_str()?)?;
        (!running.contains_key(&package)).then(|| fs::metadata(&file).ok().map(|file| file.len()))?
    };
    BOOT_FILES.iter().filter_map(size).sum()
}

/// What the operator should know about the room on a host.
pub fn shortages(status: &HostStatus, change: &ClosureChange, boot_files: u64) -> Vec<String> {
    let short = |place: &str, space: Option<Space>, needed: u64| {
        let free = space?.free;
        let (needs, has) = (mebibytes(needed), free >> 20);
        (free < needed).then(|| format!("{place} needs up to {needs} MiB more and has {has} MiB free"))
    };
    [
        short("its store", status.nix_space, change.bytes_added),
        short("its /boot", status.boot_space, boot_files),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_in_numbers() {
        let space = |mebibytes: u64| Some(Space { free: mebibytes << 20, total: 1 << 40 });
        let status = HostStatus { nix_space: space(100), boot_space: space(20), ..HostStatus::default() };
        let change =
            |mebibytes: u64| ClosureChange { bytes_added: mebibytes << 20, ..ClosureChange::default() };
        assert_eq!(shortages(&status, &change(100), 20 << 20), Vec::<String>::new());
        assert_eq!(
            shortages(&status, &change(101), (20 << 20) + 1),
            [
                "its store needs up to 101 MiB more and has 100 MiB free",
                "its /boot needs up to 21 MiB more and has 20 MiB free"
            ]
        );
        let unknown = HostStatus::default();
        assert_eq!(shortages(&unknown, &change(101), 1), Vec::<String>::new());
    }

    #[test]
    fn a_system_without_boot_files_needs_nothing() {
        let system = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-linux".parse().unwrap();
        assert_eq!(boot_files(&system, &Closure::new()), 0);
    }
}
