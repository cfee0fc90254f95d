//! Core dumps: a picture of the memory on a disk, with every secret in it.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps this process, and the programs that it starts from now on, from leaving core dumps. Called before anything is decrypted.
pub fn forbid() {
    // A limit of 0 does not keep Linux from piping a dump to a program; a limit of 1 does (core(5), `do_coredump` in fs/coredump.c), and no file is ever that short.
    let limit = u64::from(cfg!(target_os = "linux"));
    // A lower limit that is in force already is as good.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(limit), maximum: Some(limit) });
    // Nor may other programs of this user look into our memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::backend::process::{Invocation, capture};

    /// Whether a program that crashes leaves a core dump.
    async fn dumps(folder: &std::path::Path) -> bool {
        let crash = Invocation::new("sh").args(["-c", "kill -SEGV $$"]).folder(folder);
        let exit = capture(&crash, &CancellationToken::new()).await.unwrap().exit;
        assert_eq!(exit.status.signal(), Some(11));
        exit.status.core_dumped()
    }

    #[tokio::test]
    async fn no_program_leaves_a_core_dump_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let before = getrlimit(Resource::Core);
        let raised = setrlimit(Resource::Core, Rlimit { current: before.maximum, ..before });
        assert!(raised.is_ok());
        let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
        if before.maximum != Some(0) && !pattern.starts_with('|') {
            assert!(dumps(folder.path()).await, "the test sees a dump");
        }
        forbid();
        assert!(!dumps(folder.path()).await);
        assert_eq!(getrlimit(Resource::Core).maximum, Some(1));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
