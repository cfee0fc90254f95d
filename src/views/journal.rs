//! Commands that were run, as lines to read.

use super::widget::clock;
use crate::backend::process::journal::{End, Ran};

/// A command in a line: when, how it ended, how long it took, and what it was.
#[must_use]
pub fn line(ran: &Ran) -> String {
    let (end, took) = match &ran.end {
        None => ("running".to_owned(), String::new()),
        Some((took, end)) => {
            let end = match end {
                End::Status(0) => "ok".to_owned(),
                End::Status(status) => format!("exit {status}"),
                End::Signal(signal) => format!("signal {signal}"),
                End::Lost => "lost".to_owned(),
            };
            (end, format!("{:.1} s", took.as_secs_f64()))
        }
    };
    format!("{}  {end:<9} {took:>8}  {}", clock(ran.at), ran.command)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn commands_stand_in_columns() {
        let at = UNIX_EPOCH + Duration::from_secs(3661);
        let ran = |end| line(&Ran { at, command: "nix build".to_owned(), end });
        assert_eq!(ran(None), "01:01:01  running             nix build");
        let took = Duration::from_millis(1250);
        assert_eq!(ran(Some((took, End::Status(0)))), "01:01:01  ok           1.2 s  nix build");
        assert_eq!(ran(Some((took * 99, End::Signal(15)))), "01:01:01  signal 15  123.8 s  nix build");
    }
}
