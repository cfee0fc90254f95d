//! How much memory the hashing of passwords may take at a time: argon2 is made to need a lot of it.

use std::{
    fs,
    sync::{Condvar, LazyLock, Mutex, PoisonError},
};

/// What is taken where the system does not say how much it has, in bytes.
const UNKNOWN: u64 = 512 * 1024 * 1024;

/// Memory that is taken, and waited for by others.
struct Budget {
    bytes: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
}

/// Half of what was available when it was first asked for.
static BUDGET: LazyLock<Budget> = LazyLock::new(|| Budget::of(available().unwrap_or(UNKNOWN) / 2));

/// Memory that one may use until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Reservation<'a> {
    budget: &'a Budget,
    bytes: u64,
}

/// Waits until there is memory for this many bytes. More than all of it is given to one at a time.
///
/// Whoever holds a reservation must not ask for a second: two of them would wait for each other.
pub fn reserve(bytes: u64) -> Reservation<'static> {
    BUDGET.reserve(bytes)
}

impl Budget {
    const fn of(bytes: u64) -> Self {
        Self { bytes, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    fn reserve(&self, bytes: u64) -> Reservation<'_> {
        let bytes = bytes.min(self.bytes);
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut u64| *taken + bytes > self.bytes;
        let mut taken = self.given_back.wait_while(taken, full).unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        Reservation { budget: self, bytes }
    }
}

impl std::fmt::Debug for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Budget({})", self.bytes)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        *self.budget.taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.budget.given_back.notify_all();
    }
}

/// What Linux says is available (`MemAvailable`), in bytes.
fn available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let budget = Budget::of(10);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for bytes in [3, 4, 5, 6, 100, 10, 1, 1] {
                let (budget, now, most) = (&budget, &now, &most);
                scope.spawn(move || {
                    let reservation = budget.reserve(bytes);
                    most.fetch_max(
                        now.fetch_add(bytes.min(10), Ordering::SeqCst) + bytes.min(10),
                        Ordering::SeqCst,
                    );
                    thread::yield_now();
                    now.fetch_sub(bytes.min(10), Ordering::SeqCst);
                    drop(reservation);
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 10);
        assert_eq!(*budget.taken.lock().unwrap(), 0);
    }

    #[test]
    fn the_system_says_what_it_has() {
        assert!(cfg!(not(target_os = "linux")) || available().is_some_and(|bytes| bytes > 1024 * 1024));
    }
}
