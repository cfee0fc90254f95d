//! Which lines of a log tell what went wrong.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;

/// Where a sign of an error has to stand.
#[derive(Debug, Clone, Copy)]
enum At {
    /// At the start of the line, or of the piece of a log that Nix quotes (`  > …`).
    Start,
    /// Anywhere, but not as a part of a longer word.
    Word,
    /// Anywhere.
    Anywhere,
}

/// What programs say when something fails, and where in a line.
const SIGNS: [(At, &str); 32] = [
    // Nix, cargo, many others.
    (At::Start, "error:"),
    (At::Start, "Error:"),
    (At::Start, "fatal:"),
    // rustc: `error[E0425]: …`.
    (At::Start, "error["),
    // GCC, Clang, ld, TypeScript: `main.c:3:5: error: …`.
    (At::Anywhere, ": error:"),
    (At::Anywhere, ": fatal error:"),
    (At::Anywhere, ": error TS"),
    (At::Anywhere, "undefined reference to"),
    // Loggers: `2026-11-23 12:00:00 ERROR …`, `level=error`.
    (At::Word, "ERROR"),
    (At::Word, "FATAL"),
    (At::Word, "CRITICAL"),
    (At::Anywhere, "level=error"),
    (At::Anywhere, "level=fatal"),
    // Test runners, ninja, systemd at boot: `[FAILED] …`.
    (At::Word, "FAILED"),
    // systemd: `status=1/FAILURE`, `Failed with result 'exit-code'`.
    (At::Anywhere, "/FAILURE"),
    (At::Anywhere, "Failed with result"),
    (At::Anywhere, "Failed to "),
    (At::Anywhere, "Dependency failed for"),
    (At::Anywhere, "Start request repeated too quickly"),
    // switch-to-configuration.
    (At::Start, "warning: the following units failed"),
    (At::Anywhere, "hash mismatch in fixed-output derivation"),
    // make, Go, Rust, Python, Java.
    (At::Anywhere, "*** ["),
    (At::Start, "panic: "),
    (At::Anywhere, "panicked at"),
    (At::Anywhere, "Traceback (most recent call last)"),
    (At::Start, "Exception in thread"),
    // Shells and the kernel.
    (At::Anywhere, "command not found"),
    (At::Anywhere, "No space left on device"),
    (At::Anywhere, "Permission denied"),
    (At::Anywhere, "Segmentation fault"),
    (At::Anywhere, "core dumped"),
    (At::Anywhere, "Out of memory"),
];

/// What takes the edge off: the program went on.
const HARMLESS: [&str; 6] =
    ["ignoring", "(ignored)", "ignored)", "will retry", "retrying in", "Failed to connect to bus"];

static FINDERS: LazyLock<Vec<(At, Finder<'static>)>> =
    LazyLock::new(|| SIGNS.iter().map(|(at, sign)| (*at, Finder::new(sign))).collect());

/// All signs at once: most lines have none, and are passed by with one look. `None` can't be, and would only cost time.
static ANY: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SIGNS.iter().map(|(_, sign)| sign)).ok());

/// Whether a line, without colours, tells what went wrong. A guess by the words of well-known programs.
#[must_use]
pub fn tells_error(line: &str) -> bool {
    if ANY.as_ref().is_some_and(|any| !any.is_match(line)) {
        return false;
    }
    let start = line.trim_start_matches([' ', '>']);
    let units = start.starts_with("warning: the following units failed");
    if start.starts_with("warning:") && !units {
        return false;
    }
    let said = FINDERS.iter().any(|(at, finder)| match at {
        At::Start => start.as_bytes().starts_with(finder.needle()),
        At::Anywhere => finder.find(line.as_bytes()).is_some(),
        At::Word => {
            finder.find_iter(line.as_bytes()).any(|found| is_word(line, found, finder.needle().len()))
        }
    });
    said && !HARMLESS.iter().any(|harmless| line.contains(harmless))
}

fn is_word(line: &str, start: usize, len: usize) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let (before, after) = (&line[..start], &line[start + len..]);
    !before.ends_with(inside) && !after.starts_with(inside)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_programs_say_when_they_fail() {
        for line in [
            "error: builder for '/nix/store/x.drv' failed with exit code 2;",
            "       > error: linking with `cc` failed: exit status: 1",
            "       error: attribute 'foo' missing",
            "error[E0425]: cannot find value `x` in this scope",
            "main.c:3:5: error: expected ';' before '}' token",
            "foo.h:1:10: fatal error: bar.h: No such file or directory",
            "/usr/bin/ld: main.o: undefined reference to `frobnicate'",
            "make: *** [Makefile:12: all] Error 2",
            "FAILED: obj/main.o",
            "test logview::tests::x ... FAILED",
            "[FAILED] Failed to start nginx.service.",
            "nginx.service: Main process exited, code=exited, status=1/FAILURE",
            "nginx.service: Failed with result 'exit-code'.",
            "Dependency failed for Multi-User System.",
            "warning: the following units failed: nginx.service",
            "error: hash mismatch in fixed-output derivation '/nix/store/x.drv':",
            "2026-11-23 12:00:00 ERROR could not bind",
            "time=12:00 level=error msg=\"no\"",
            "thread 'main' panicked at src/main.rs:1:1:",
            "Traceback (most recent call last):",
            "bash: line 1: frob: command not found",
            "cp: error writing 'x': No space left on device",
            "fatal: not a git repository",
        ] {
            assert!(tells_error(line), "{line}");
        }
    }

    #[test]
    fn what_only_sounds_like_it() {
        for line in [
            "",
            "gcc -Werror -c error.c -o error.o",
            "checking for error_at_line... yes",
            "test result: ok. 12 passed; 0 failed; 0 ignored",
            "0 errors, 3 warnings",
            "warning: error: unable to download 'https://x': HTTP error 503; retrying in 271 ms",
            "make: [Makefile:3: clean] Error 1 (ignored)",
            "Failed to set locale, ignoring: No such file",
            "installing ERROR_CODES.md and ON-ERROR",
            "copying path '/nix/store/x-libgpg-error-1.50' from 'https://cache.nixos.org'",
        ] {
            assert!(!tells_error(line), "{line}");
        }
    }

    #[test]
    fn every_sign_is_one_that_counts() {
        for (at, sign) in SIGNS {
            let line = match at {
                At::Start => format!("{sign} x"),
                At::Word | At::Anywhere => format!("x {sign} x"),
            };
            assert!(tells_error(&line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(line in "(ERROR|FAILED|é|日|[ -~]|.){0,20}") {
            let plainly = SIGNS.iter().any(|(_, sign)| line.contains(sign));
            prop_assert!(plainly || !tells_error(&line));
        }
    }
}
