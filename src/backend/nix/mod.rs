//! The `nix` command line.
//!
//! What differs between versions of Nix is isolated in this folder. The floor is 2.26, the oldest version that is tested.

use tokio_util::sync::CancellationToken;

use super::{
    error::{Error, ErrorKind, Result},
    process::{Invocation, capture},
};

pub mod activities;
pub mod build;
pub mod copy;
pub mod diagnostic;
pub mod eval;
pub mod failure;
mod follow;
pub mod internal_json;
pub mod repl;
pub mod store;

/// The oldest version of Nix that works: relative path inputs and the JSON of its log came with it.
pub const OLDEST_NIX: (u32, u32) = (2, 26);

/// A call of `nix` with what every call needs: the features of flakes, and no words about an uncommitted tree (the console tells that itself).
#[must_use]
pub fn nix(subcommand: &[&str]) -> Invocation {
    Invocation::new("nix")
        .args(["--extra-experimental-features", "nix-command flakes", "--no-warn-dirty"])
        .args(subcommand.iter().copied())
}

/// The version of the `nix` in PATH, as it prints it: `nix (Nix) 2.26.3`.
pub async fn version(cancel: &CancellationToken) -> Result<String> {
    let output = capture(&Invocation::new("nix").arg("--version"), cancel).await?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Refuses a Nix that is too old, with what to do about it. Lix counts by its own numbers (2.9x), which are newer than the floor in what matters here.
pub async fn check_version(cancel: &CancellationToken) -> Result<()> {
    let version = version(cancel).await?;
    match parse_version(&version) {
        Some(found) if found < OLDEST_NIX => {
            let (major, minor) = OLDEST_NIX;
            Err(Error::new(ErrorKind::Missing, format!("this machine's Nix is too old: {version}"))
                .hint(format!("Steading needs Nix {major}.{minor} or newer")))
        }
        _ => Ok(()),
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let number = text.split_whitespace().last()?;
    let mut parts = number.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_nix_and_its_relatives_are_read() {
        assert_eq!(parse_version("nix (Nix) 2.26.3"), Some((2, 26)));
        assert_eq!(parse_version("nix (Nix) 2.34pre20260301_abcdef"), Some((2, 34)));
        assert_eq!(parse_version("nix (Lix, like Nix) 2.93.3"), Some((2, 93)));
        assert_eq!(parse_version("nix (Determinate Nix 3.6.2) 2.29.0"), Some((2, 29)));
        assert_eq!(parse_version(""), None);
    }
}
