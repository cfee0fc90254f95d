//! argon2id as the reference generator has it: Go's `argon2.IDKey`, in the notation of the C library.

mod small;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::refused;
use crate::backend::secrets::{
    Entropy,
    engines::{Dialect, Fault},
    memory,
};

/// The most memory that a hash may take, in KiB: what a server could spare for one login.
const MOST_MEMORY: u32 = 4 * 1024 * 1024;

/// What a hash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2id {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes of the memory.
    pub parallelism: u8,
}

impl Argon2id {
    /// Why it can't be done, if it can't. The reference crashes on the first two, and is content with too little memory.
    pub fn check(self, dialect: Dialect) -> Result<(), Fault> {
        if self.iterations == 0 {
            return Err(refused("argon2id needs at least 1 iteration"));
        }
        if self.parallelism == 0 {
            return Err(refused("argon2id needs a parallelism of at least 1"));
        }
        if dialect == Dialect::Mended && self.is_small() {
            let least = 8 * u32::from(self.parallelism);
            return Err(refused(format!(
                "argon2id's memory is in KiB, and at least {least} here, not {}",
                self.memory
            )));
        }
        if self.memory > MOST_MEMORY {
            return Err(refused(format!(
                "argon2id's memory is in KiB: {} is more than the {MOST_MEMORY} that are allowed",
                self.memory
            )));
        }
        Ok(())
    }

    /// Whether there is less memory than the algorithm is defined for.
    fn is_small(self) -> bool {
        self.memory < 8 * u32::from(self.parallelism)
    }
}

/// `$argon2id$v=19$…`, with 16 bytes of entropy as its salt and a key of 32 bytes.
pub fn argon2id(
    dialect: Dialect,
    password: &[u8],
    cost: Argon2id,
    entropy: &mut dyn Entropy,
) -> Result<String, Fault> {
    let Argon2id { memory, iterations, parallelism } = cost;
    // In this order in the reference: of two mistakes, it meets this one first.
    let mut salt = [0; 16];
    entropy.fill(&mut salt)?;
    cost.check(dialect)?;
    let _memory = memory::reserve(u64::from(memory) * 1024);
    let key = if cost.is_small() { small::key(password, salt, cost) } else { key(password, salt, cost)? };
    let [salt, key] = [&salt[..], &key[..]].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    Ok(format!("$argon2id$v=19$m={memory},t={iterations},p={parallelism}${salt}${key}"))
}

fn key(password: &[u8], salt: [u8; 16], cost: Argon2id) -> Result<[u8; 32], Fault> {
    let mut key = [0; 32];
    let failed = |error: argon2::Error| refused(format!("argon2id failed: {error}"));
    let params = Params::new(cost.memory, cost.iterations, u32::from(cost.parallelism), Some(key.len()));
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(failed)?)
        .hash_password_into(password, &salt, &mut key)
        .map_err(failed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::secrets::{Plaintext, Replay, engines::FaultClass};

    #[test]
    fn entropy_is_read_before_the_costs_are_looked_at() {
        let cost = Argon2id { memory: 8, iterations: 0, parallelism: 1 };
        for (length, class) in [(15, FaultClass::EntropyExhausted), (16, FaultClass::HashParameter)] {
            let recorded = Plaintext::from(vec![0; length]);
            let mut replay = Replay::of(&recorded);
            let fault = argon2id(Dialect::Reference, b"pass", cost, &mut replay).unwrap_err();
            assert_eq!((fault.class, replay.consumed()), (class, length));
        }
    }

    #[test]
    fn what_is_small_is_hashed_as_what_is_not() {
        for (memory, iterations, parallelism) in [(8, 1, 1), (8, 3, 1), (32, 2, 4), (24, 4, 3)] {
            let cost = Argon2id { memory, iterations, parallelism };
            let [one, other] = [small::key(b"pass", [7; 16], cost), key(b"pass", [7; 16], cost).unwrap()];
            assert_eq!(one, other, "{cost:?}");
        }
    }

    /// Recorded from `golang.org/x/crypto/argon2`.
    #[test]
    fn what_is_too_small_is_hashed_as_go_does() {
        let salt = std::array::from_fn(|index| u8::try_from(index).unwrap());
        for (memory, iterations, parallelism, expected) in [
            (0, 1, 1, "c9b0c519cf7bec048df5ca748027f892bbf61289da1578981e9c20375b3fa43b"),
            (1, 1, 1, "c92ecc0f09459cc70048d55c214c3d1ddd19d0946659fecee99ba4556b605faf"),
            (7, 2, 1, "56f3cb3c6545e2d0b5f5e3786a8d77bde0c36b07af94bfb1655d1f46d86b38e3"),
            (3, 3, 4, "3e6c10266c8929fcadf68f5ec73759cb2aaca5a97cf6fbefb8e014fd445dc896"),
            (20, 1, 4, "b9b1fbba34c3de9db2d074d3918bff5acc89ee5fd561c5e94f096ab730ccc2b9"),
        ] {
            let cost = Argon2id { memory, iterations, parallelism };
            assert_eq!(hex::encode(small::key(b"password", salt, cost)), expected, "{cost:?}");
            assert!(cost.check(Dialect::Reference).is_ok() && cost.check(Dialect::Mended).is_err());
        }
        let uneven = Argon2id { memory: 65, iterations: 2, parallelism: 1 };
        let expected = "c753076847cda1b9b05259b5c0b4d0da2d5e42a732a7df973d0b4bbd38503c5f";
        assert_eq!(hex::encode(key(b"password", salt, uneven).unwrap()), expected);
    }
}
