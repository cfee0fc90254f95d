//! argon2id as the reference generator has it: Go's `argon2.IDKey`, in the notation of the C library.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::refused;
use crate::backend::secrets::{Entropy, engines::Fault};

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
    /// Why it can't be done, if it can't. The reference crashes on the first two.
    pub fn check(self) -> Result<(), Fault> {
        if self.iterations == 0 {
            return Err(refused("argon2id needs at least 1 iteration"));
        }
        if self.parallelism == 0 {
            return Err(refused("argon2id needs a parallelism of at least 1"));
        }
        if self.memory > MOST_MEMORY {
            return Err(refused(format!(
                "argon2id's memory is in KiB: {} is more than the {MOST_MEMORY} that are allowed",
                self.memory
            )));
        }
        Ok(())
    }
}

/// `$argon2id$v=19$…`, with 16 bytes of entropy as its salt and a key of 32 bytes.
pub fn argon2id(password: &[u8], cost: Argon2id, entropy: &mut dyn Entropy) -> Result<String, Fault> {
    let Argon2id { memory, iterations, parallelism } = cost;
    cost.check()?;
    let mut salt = [0; 16];
    entropy.fill(&mut salt)?;
    let mut key = [0; 32];
    let failed = |error: argon2::Error| refused(format!("argon2id failed: {error}"));
    let params = Params::new(memory, iterations, u32::from(parallelism), Some(key.len())).map_err(failed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, &salt, &mut key)
        .map_err(failed)?;
    let [salt, key] = [&salt[..], &key[..]].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    Ok(format!("$argon2id$v=19$m={memory},t={iterations},p={parallelism}${salt}${key}"))
}
