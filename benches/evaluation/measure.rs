//! What a process took, with all that it started and waited for.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

/// What something took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Processor time, of all processes together.
    pub cpu: Duration,
    /// The most memory that one process had at a time, in bytes.
    pub peak: u64,
    /// From its start to its end.
    pub wall: Duration,
}

impl Cost {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let start = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let done = child.wait4().unwrap();
        assert!(done.status.success(), "{command:?}: {}", done.status);
        let usage = done.rusage;
        Self { cpu: usage.utime + usage.stime, peak: usage.maxrss, wall: start.elapsed() }
    }

    /// This, and then that.
    pub fn then(self, next: Self) -> Self {
        Self { cpu: self.cpu + next.cpu, peak: self.peak.max(next.peak), wall: self.wall + next.wall }
    }

    /// A line of the table, beside what it is measured against.
    pub fn print(self, name: &str, peer: Option<Self>) {
        let Self { cpu, peak, wall } = self;
        let mebibytes = peak >> 20;
        let ratio = peer.map_or_else(String::new, |peer| {
            let cpu = cpu.as_secs_f64() / peer.cpu.as_secs_f64();
            #[allow(clippy::cast_precision_loss, reason = "a ratio of two figures")]
            let peak = peak as f64 / peer.peak as f64;
            format!("   {cpu:>5.2} × CPU, {peak:>4.2} × peak")
        });
        println!(
            "    {name:<44} {:>7.2} s CPU  {mebibytes:>6} MiB  {:>7.2} s{ratio}",
            cpu.as_secs_f64(),
            wall.as_secs_f64()
        );
    }
}
