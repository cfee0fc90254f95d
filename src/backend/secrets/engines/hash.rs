//! Hashes of passwords, as texts that servers understand.

mod argon2id;

pub use argon2id::{Argon2id, argon2id};

use super::{Dialect, Fault, FaultClass};
use crate::backend::secrets::Entropy;

/// The longest password that bcrypt looks at, in bytes.
const LONGEST_PASSWORD: usize = 72;
/// What is taken for a cost that is too low, by the reference.
const USUAL_COST: i64 = 10;
/// The highest cost that new definitions may have: about a minute's work, and each more doubles it.
const HIGHEST_SENSIBLE_COST: i64 = 20;

fn refused(what: impl Into<String>) -> Fault {
    Fault::new(FaultClass::HashParameter, what)
}

/// What cost bcrypt is given, or why the password or the cost are refused. Reads no entropy.
pub fn bcrypt_cost(dialect: Dialect, password_length: usize, cost: i64) -> Result<u32, Fault> {
    if password_length > LONGEST_PASSWORD {
        return Err(refused(format!(
            "bcrypt takes at most {LONGEST_PASSWORD} bytes, but this text has {password_length}"
        )));
    }
    let cost = match dialect {
        Dialect::Reference if cost < 4 => USUAL_COST,
        Dialect::Mended if (HIGHEST_SENSIBLE_COST + 1..=31).contains(&cost) => {
            return Err(refused(format!(
                "a cost of {cost} would take bcrypt hours; the highest is {HIGHEST_SENSIBLE_COST}"
            )));
        }
        Dialect::Reference | Dialect::Mended => cost,
    };
    match u32::try_from(cost) {
        Ok(cost @ 4..=31) => Ok(cost),
        _ => Err(refused(format!("the cost of bcrypt is between 4 and 31, not {cost}"))),
    }
}

/// `$2a$…`: bcrypt over the whole password, with 16 bytes of entropy as its salt.
pub fn bcrypt(
    dialect: Dialect,
    password: &[u8],
    cost: i64,
    entropy: &mut dyn Entropy,
) -> Result<String, Fault> {
    let cost = bcrypt_cost(dialect, password.len(), cost)?;
    let mut salt = [0; 16];
    entropy.fill(&mut salt)?;
    let hash = bcrypt::hash_with_salt(password, cost, salt).map_err(|error| refused(error.to_string()))?;
    Ok(hash.format_for_version(bcrypt::Version::TwoA))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_taken_as_the_reference_does_or_refused() {
        for (cost, reference, mended) in [
            (i64::MIN, Some(10), None),
            (-1, Some(10), None),
            (3, Some(10), None),
            (4, Some(4), Some(4)),
            (20, Some(20), Some(20)),
            (21, Some(21), None),
            (31, Some(31), None),
            (32, None, None),
            (i64::MAX, None, None),
        ] {
            assert_eq!(bcrypt_cost(Dialect::Reference, 72, cost).ok(), reference, "{cost}");
            assert_eq!(bcrypt_cost(Dialect::Mended, 72, cost).ok(), mended, "{cost}");
            assert!(bcrypt_cost(Dialect::Reference, 73, cost).is_err());
        }
    }
}
