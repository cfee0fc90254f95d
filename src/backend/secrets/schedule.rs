//! Work with dependencies, on several threads: each piece as soon as those that it needs are done.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError, mpsc};

/// What is known of the pieces that are not done.
struct Board {
    /// Pieces that nothing keeps from being begun, the next one last.
    ready: Vec<usize>,
    /// How many pieces each one waits for.
    waits: Vec<usize>,
    left: usize,
    /// A thread ended badly: the others must not wait for what it would have done.
    broken: bool,
}

/// Does all pieces, and returns what became of them, in their order.
///
/// `needs` says for each which others it needs; it must have no circle. `work` finds their results in its second argument. `done` is called on the
/// caller's thread, with every piece after those that it needs.
pub fn in_order<T: Send + Sync>(
    needs: &[Vec<usize>],
    threads: usize,
    work: impl Fn(usize, &[OnceLock<T>]) -> T + Sync,
    mut done: impl FnMut(usize, &T),
) -> Vec<Option<T>> {
    let mut needed_by = vec![Vec::new(); needs.len()];
    for (piece, needs) in needs.iter().enumerate() {
        for &need in needs {
            needed_by[need].push(piece);
        }
    }
    let waits: Vec<usize> = needs.iter().map(Vec::len).collect();
    let ready = (0..needs.len()).rev().filter(|&piece| waits[piece] == 0).collect();
    let board = Mutex::new(Board { ready, waits, left: needs.len(), broken: false });
    let changed = Condvar::new();
    let results: Vec<OnceLock<T>> = needs.iter().map(|_| OnceLock::new()).collect();
    let (told, heard) = mpsc::channel();
    let begin = || {
        let mut board = board.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if board.left == 0 || board.broken {
                return None;
            }
            if let Some(piece) = board.ready.pop() {
                return Some(piece);
            }
            board = changed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    };
    let end = |piece: usize| {
        let mut board = board.lock().unwrap_or_else(PoisonError::into_inner);
        board.left -= 1;
        for &next in &needed_by[piece] {
            board.waits[next] -= 1;
            if board.waits[next] == 0 {
                board.ready.push(next);
            }
        }
        changed.notify_all();
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, needs.len().max(1)) {
            let (told, results, work, board, changed) = (told.clone(), &results, &work, &board, &changed);
            let (begin, end) = (&begin, &end);
            scope.spawn(move || {
                let _guard = Guard { board, changed };
                while let Some(piece) = begin() {
                    let result = work(piece, results);
                    let _ = results[piece].set(result);
                    // Told before those that need it begin, so that they are told after it.
                    let _ = told.send(piece);
                    end(piece);
                }
            });
        }
        drop(told);
        for piece in heard {
            results[piece].get().into_iter().for_each(|result| done(piece, result));
        }
    });
    results.into_iter().map(OnceLock::into_inner).collect()
}

/// Lets the other threads end when one of them panics.
struct Guard<'a> {
    board: &'a Mutex<Board>,
    changed: &'a Condvar,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.board.lock().unwrap_or_else(PoisonError::into_inner).broken = true;
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_needed_is_done_before(
            needs in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..40),
            threads in 1_usize..5,
        ) {
            let needs: Vec<Vec<usize>> = needs.iter().enumerate()
                .map(|(piece, needs)| {
                    let needs = needs.iter().filter(|_| piece > 0).map(|need| need.index(piece));
                    needs.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
                })
                .collect();
            let mut told = vec![false; needs.len()];
            let sums = in_order(
                &needs,
                threads,
                |piece, results| 1 + needs[piece].iter().map(|&need| results[need].get().unwrap()).max().unwrap_or(&0),
                |piece, _| {
                    assert!(needs[piece].iter().all(|&need| told[need]));
                    told[piece] = true;
                },
            );
            prop_assert!(told.iter().all(|told| *told));
            prop_assert!(sums.iter().all(Option::is_some));
        }
    }

    #[test]
    fn a_panic_ends_it() {
        let needs = vec![vec![], vec![0], vec![1]];
        let ended = std::panic::catch_unwind(|| {
            in_order(&needs, 3, |piece, _| assert!(piece != 0, "piece 0 fails"), |_, ()| ());
        });
        assert!(ended.is_err());
    }
}
