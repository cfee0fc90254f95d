//! What Nix says when a derivation isn't built. The words differ by version; what they have in common is the derivation in quotes.

use crate::backend::{
    event::FailedBuild,
    logstore::{Colour, clean_line},
    model::StorePath,
};

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 600;

/// Why a derivation, or all that was asked for, isn't built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What could not be built; `None`: the text names no derivation.
    pub derivation: Option<StorePath>,
    /// Whether it was not even tried, because something that it needs failed.
    pub by_dependency: bool,
    /// In one line, without the derivation's path where the text is about one: `builder failed with exit code 3`.
    pub reason: String,
}

impl Failure {
    /// Reads an error; `None`: it only sums up others, or Nix says itself that it doesn't matter.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.lines().map(|line| clean_line(line.as_bytes(), Colour::Drop)).collect::<Vec<_>>();
        let mut text = text.join("\n");
        while let Some(rest) = text.trim_start().strip_prefix("error:") {
            text = rest.trim_start().to_owned();
        }
        let text = text.trim();
        if text.is_empty() || text.starts_with("error (ignored)") || is_summary(text) {
            return None;
        }
        let derivation = quoted(text).find(StorePath::is_derivation);
        // Nix repeats the end of the log, which we have whole, and where to find it.
        let message =
            text.lines().map(str::trim).take_while(|line| !is_appendix(line)).collect::<Vec<_>>().join(" ");
        // Nix 2.26: builder for '/nix/store/….drv' failed …; 2.29: Cannot build '/nix/store/….drv'. Reason: builder failed ….
        let reason = if let Some((_, reason)) =
            message.strip_prefix("Cannot build '").and_then(|rest| rest.split_once("Reason: "))
        {
            reason.to_owned()
        } else if let Some((_, rest)) =
            message.strip_prefix("builder for '").and_then(|rest| rest.split_once("' "))
        {
            format!("builder {rest}")
        } else {
            message
        };
        let reason = reason.trim_end_matches([';', '.', ' ']);
        let by_dependency = derivation.is_some() && counts_dependencies(reason);
        Some(Self { derivation, by_dependency, reason: reason.chars().take(LONGEST_REASON).collect() })
    }
}

impl From<&Failure> for FailedBuild {
    fn from(failure: &Failure) -> Self {
        Self { derivation: failure.derivation.clone(), reason: failure.reason.clone() }
    }
}

/// `build of 'A^out', 'B^out' failed`: said last, about what was said before.
fn is_summary(text: &str) -> bool {
    text.starts_with("build of '") && text.ends_with("failed") && !text.contains('\n')
}

fn is_appendix(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    (lower.starts_with("last ") && lower.ends_with("log lines:"))
        || lower.starts_with("for full logs, run")
        || lower.starts_with("output paths:")
}

/// `1 dependency failed`, `2 dependencies of derivation '…' failed to build`.
fn counts_dependencies(reason: &str) -> bool {
    let rest = reason.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < reason.len() && rest.trim_start().starts_with("dependenc") && rest.contains("failed")
}

/// The store paths in quotes.
pub(super) fn quoted(text: &str) -> impl Iterator<Item = StorePath> {
    text.split(['\'', '"']).filter_map(|part| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BAD: &str = "/nix/store/lhyp5fhqj19blcki4zb6920clvbry4qd-bad-2.0.drv";

    fn read(text: &str) -> (bool, String) {
        let failure = Failure::read(&text.replace("DRV", BAD)).unwrap();
        assert_eq!(failure.derivation.as_ref().map(StorePath::as_str), Some(BAD), "{text}");
        (failure.by_dependency, failure.reason)
    }

    #[test]
    fn the_words_of_every_version_are_understood() {
        let direct = |text: &str| {
            let (by_dependency, reason) = read(text);
            assert!(!by_dependency, "{text}");
            reason
        };
        let exit = "builder failed with exit code 3";
        assert_eq!(direct("builder for '\x1b[35;1mDRV\x1b[0m' failed with exit code 3"), exit);
        assert_eq!(
            direct(
                "\x1b[31;1merror:\x1b[0m builder for 'DRV' failed with exit code 3;\n       last 1 log lines:\n       > x\n       For full logs, run:\n         nix log DRV"
            ),
            exit
        );
        assert_eq!(
            direct(
                "Cannot build 'DRV'.\nReason: \x1b[31;1mbuilder failed with exit code 3\x1b[0m.\nOutput paths:\n  /nix/store/x"
            ),
            exit
        );
        assert_eq!(
            direct("\x1b[0mbuilder for 'DRV' failed due to signal 9 (Killed)"),
            "builder failed due to signal 9 (Killed)"
        );
        assert_eq!(
            direct(
                "Cannot build 'DRV'.\nReason: platform mismatch\nRequired system: 'aarch64-linux'\nCurrent system: 'x86_64-linux'"
            ),
            "platform mismatch Required system: 'aarch64-linux' Current system: 'x86_64-linux'"
        );
        let platform = "a 'aarch64-linux' with features {} is required to build 'DRV', but I am a 'x86_64-linux' with features {kvm}";
        assert_eq!(direct(platform), platform.replace("DRV", BAD));
        assert_eq!(
            direct(
                "hash mismatch in fixed-output derivation 'DRV':\n  specified: sha256-A\n     got:    sha256-B"
            ),
            format!("hash mismatch in fixed-output derivation '{BAD}': specified: sha256-A got:    sha256-B")
        );
    }

    #[test]
    fn a_failed_dependency_is_told_apart() {
        for text in [
            "\x1b[35;1m\x1b[0m\x1b[35;1m1\x1b[0m dependencies of derivation 'DRV' failed to build\x1b[0m",
            "Cannot build 'DRV'.\n       Reason: 12 dependencies failed.\n       Output paths:\n         /nix/store/x",
            "error: Cannot build 'DRV'.\nReason: 1 dependency failed.",
        ] {
            assert!(read(text).0, "{text}");
        }
    }

    #[test]
    fn what_says_nothing_new_is_left_out() {
        for text in [
            "",
            "error:",
            "build of '/nix/store/x.drv^out', '/nix/store/y.drv^out' failed",
            "error (ignored): error: writing to file: Broken pipe",
        ] {
            assert_eq!(Failure::read(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_about_no_derivation_is_kept_whole() {
        let failure = Failure::read("error: writing to file: No space left on device").unwrap();
        assert_eq!(failure.derivation, None);
        assert_eq!(failure.reason, "writing to file: No space left on device");
    }

    proptest! {
        #[test]
        fn any_text_makes_one_clean_line(text in ".*", more in "(.|\n)*") {
            for text in [text.clone(), format!("Cannot build '{text}'.\nReason: {more}"), format!("builder for '{text}' {more}")] {
                if let Some(failure) = Failure::read(&text) {
                    prop_assert!(!failure.reason.contains(char::is_control));
                    prop_assert!(failure.reason.chars().count() <= LONGEST_REASON);
                }
            }
        }
    }
}
