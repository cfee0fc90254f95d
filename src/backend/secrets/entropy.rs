//! The randomness that secrets are made from: fresh and recorded, or recorded and replayed.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use zeroize::Zeroizing;

use super::{Plaintext, buffer::Buffer};

/// Where an engine takes its randomness from.
pub trait Entropy {
    /// Fills `buffer`, or says that there is not enough left. What was left is consumed then.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Exhausted>;

    /// How many bytes were taken so far.
    fn consumed(&self) -> usize;
}

/// The recorded entropy is at its end: what is made from it takes more than it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recorded entropy is exhausted")]
pub struct Exhausted;

/// Recorded entropy, given once more from its beginning. What is left over at the end does not matter.
#[derive(Debug)]
pub struct Replay<'a> {
    recorded: &'a Plaintext,
    consumed: usize,
}

impl<'a> Replay<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn of(recorded: &'a Plaintext) -> Self {
        Self { recorded, consumed: 0 }
    }
}

impl Entropy for Replay<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        let left = &self.recorded.bytes()[self.consumed..];
        if left.len() < buffer.len() {
            self.consumed = self.recorded.bytes().len();
            return Err(Exhausted);
        }
        buffer.copy_from_slice(&left[..buffer.len()]);
        self.consumed += buffer.len();
        Ok(())
    }

    fn consumed(&self) -> usize {
        self.consumed
    }
}

/// Fresh entropy: a stream of `ChaCha20`, seeded by the operating system, recorded as it is read.
pub struct Fresh {
    stream: ChaCha20Rng,
    recorded: Buffer,
}

impl Fresh {
    /// Asks the operating system for a seed.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn new() -> std::io::Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut())?;
        Ok(Self { stream: ChaCha20Rng::from_seed(*seed), recorded: Buffer::new() })
    }

    /// What was read so far.
    #[must_use]
    pub fn recorded(self) -> Plaintext {
        self.recorded.into()
    }
}

impl Entropy for Fresh {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        self.stream.fill_bytes(buffer);
        self.recorded.extend(buffer);
        Ok(())
    }

    fn consumed(&self) -> usize {
        self.recorded.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(entropy: &mut impl Entropy, bytes: usize) -> Result<Vec<u8>, Exhausted> {
        let mut buffer = vec![0; bytes];
        entropy.fill(&mut buffer).map(|()| buffer)
    }

    #[test]
    fn what_was_recorded_is_replayed() {
        let mut fresh = Fresh::new().unwrap();
        let first = take(&mut fresh, 7).unwrap();
        let second = take(&mut fresh, 100).unwrap();
        assert_eq!(fresh.consumed(), 107);
        let recorded = fresh.recorded();
        let mut replay = Replay::of(&recorded);
        assert_eq!(take(&mut replay, 7).unwrap(), first);
        assert_eq!(take(&mut replay, 100).unwrap(), second);
        assert_eq!(take(&mut replay, 1), Err(Exhausted));
    }

    #[test]
    fn two_streams_differ() {
        let mut one = Fresh::new().unwrap();
        let mut other = Fresh::new().unwrap();
        assert_ne!(take(&mut one, 32), take(&mut other, 32));
    }

    #[test]
    fn a_short_rest_is_consumed() {
        let recorded = Plaintext::from(vec![1, 2, 3]);
        let mut replay = Replay::of(&recorded);
        assert_eq!(take(&mut replay, 4), Err(Exhausted));
        assert_eq!(replay.consumed(), 3);
    }
}
