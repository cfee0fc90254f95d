//! Times, told by their median and their 99th percentile beside a limit or a peer.

use std::time::{Duration, Instant};

/// A frame at thirty a second: what a key may take.
pub const FRAME: Duration = Duration::from_millis(33);

/// How long something took, again and again.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Runs it once and notes how long it took.
    pub fn take<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push(start.elapsed());
        result
    }

    /// Notes a time that was taken elsewhere.
    pub fn note(&mut self, time: Duration) {
        self.0.push(time);
    }

    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len());
        sorted[rank - 1]
    }

    /// Prints it beside what it may take.
    pub fn against_limit(&self, name: &str, limit: Duration) {
        let share = self.percentile(99).as_secs_f64() / limit.as_secs_f64();
        println!("  {name:<44} {}   p99 is {:>6.2} % of {limit:?}", self.summary(), share * 100.0);
    }

    /// Prints it beside its peer, which is printed too.
    pub fn against_peer(&self, name: &str, peer: &Self, peer_name: &str) {
        println!("  {peer_name:<44} {}", peer.summary());
        let ratio = |percent| self.percentile(percent).as_secs_f64() / peer.percentile(percent).as_secs_f64();
        let (median, high) = (ratio(50), ratio(99));
        println!("  {name:<44} {}   {median:.4} and {high:.4} of the peer's", self.summary());
    }

    fn summary(&self) -> String {
        let micros = |percent| self.percentile(percent).as_secs_f64() * 1e6;
        format!("median {:>9.1} µs  p99 {:>9.1} µs  n {:>4}", micros(50), micros(99), self.0.len())
    }
}
