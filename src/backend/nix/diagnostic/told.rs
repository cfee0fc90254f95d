//! An error as Nix prints it for people, taken apart again: `nix repl` tells them so in every log format.
//!
//! ```text
//! error:
//!        … while calling the 'throw' builtin
//!          at /nix/store/…/a.nix:1:1:
//!             1| throw "boo"
//!              | ^
//!
//!        error: boo
//! ```

use super::{Diagnostic, Frame, Position, without_colours};

/// How far Nix indents what belongs to an error.
const INDENTATION: &str = "       ";

impl Diagnostic {
    /// Reads the text of an error: the message is the last one, the frames before it are its trace.
    pub(super) fn told(text: &str) -> Self {
        let text = without_colours(text);
        let lines = text.lines().collect::<Vec<_>>();
        let last = lines.iter().rposition(|line| is_head(line)).unwrap_or_default();
        let (before, rest) = lines.split_at(last);
        let mut message = Vec::new();
        let mut position = None;
        for line in rest {
            match position_in(line) {
                Some(found) if position.is_none() => position = Some(found),
                _ if position.is_some() && is_excerpt(line) => {}
                _ if is_head(line) => message.push(line.trim_start().trim_start_matches("error:").trim()),
                _ => message.push(line.strip_prefix(INDENTATION).unwrap_or(line)),
            }
        }
        let message = message.join("\n").trim().to_owned();
        // The outermost comes first.
        let mut trace = frames_in(before);
        trace.reverse();
        Self {
            level: 0,
            msg: message.clone(),
            raw_msg: Some(message),
            position: position.unwrap_or(NOWHERE),
            trace,
        }
    }
}

const NOWHERE: Position = Position { file: None, line: None, column: None };

/// The frames of a trace: `… what went on`, and below it where, if that is known.
fn frames_in(lines: &[&str]) -> Vec<Frame> {
    let mut frames = Vec::<Frame>::new();
    for line in lines {
        let text = line.strip_prefix(INDENTATION).unwrap_or(line);
        if let Some(text) = text.strip_prefix("… ") {
            frames.push(Frame { position: NOWHERE, raw_msg: text.to_owned() });
        } else if let Some(position) = position_in(line) {
            match frames.last_mut().filter(|frame| frame.position == NOWHERE) {
                Some(frame) => frame.position = position,
                None => frames.push(Frame { position, raw_msg: String::new() }),
            }
        }
    }
    frames
}

fn is_head(line: &str) -> bool {
    let rest = line.strip_prefix(INDENTATION).unwrap_or(line);
    rest.starts_with("error:")
}

/// `   12| text`, or `     | ^`.
fn is_excerpt(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    rest.starts_with('|')
}

/// `at FILE:LINE:COLUMN:`
fn position_in(line: &str) -> Option<Position> {
    let place = line.trim().strip_prefix("at ")?.strip_suffix(':')?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Position { file: parts.next().map(str::to_owned), line: Some(line), column: Some(column) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::model::{Source, Sources};

    fn told(text: &str) -> String {
        let source = |input: Option<&str>, path: &str| Source {
            input: input.map(str::to_owned),
            path: path.to_owned(),
        };
        let sources = Sources::new(vec![
            source(None, "/nix/store/aaa-source"),
            source(Some("nixpkgs"), "/nix/store/bbb-source"),
        ]);
        let error = Diagnostic::told(text).into_error(&sources);
        [vec![error.to_string()], error.detail].concat().join("\n")
    }

    #[test]
    fn the_last_message_counts_at_the_innermost_frame_of_the_fleet() {
        let text = "\u{1b}[31;1merror:\u{1b}[0m\n       … while evaluating the attribute 'x'\n         \u{1b}[34;1mat \u{1b}[35;1m/nix/store/aaa-source/flake.nix:2:3\u{1b}[0m:\n            1| {\n            2|   x = error: 1;\n             |   ^\n\n       … while calling\n         at /nix/store/aaa-source/hosts/a.nix:7:9:\n            7| q\n\n       … in the library\n         at /nix/store/bbb-source/lib/x.nix:1:1:\n\n       error: boo\n       at /nix/store/bbb-source/lib/y.nix:3:4:\n            3| throw \"boo\"\n             | ^";
        assert_eq!(told(text), "hosts/a.nix:7: boo");
    }

    #[test]
    fn a_message_of_several_lines_is_kept_whole() {
        let text = "error:\n       … while evaluating\n         at «none»:0: (source not available)\n\n       error: The option `x' has conflicting definition values:\n       - In `/nix/store/aaa-source/b.nix': 1\n       - In `/nix/store/aaa-source/a.nix': 2\n       Use `lib.mkForce value`.";
        assert_eq!(
            told(text),
            "b.nix: The option `x' has conflicting definition values:\n- In `b.nix': 1\n- In `a.nix': 2\nUse `lib.mkForce value`."
        );
    }

    #[test]
    fn the_options_of_the_trace_are_told() {
        let text = "error:\n       … while evaluating the option `x.global.a':\n\n       … while evaluating definitions from `/nix/store/aaa-source/a.nix, host alpha':\n\n       … from call site\n         at /nix/store/aaa-source/a.nix:3:9:\n            2| {\n            3|   x.global.a = globalConfig.b;\n             |         ^\n\n       … while evaluating the option `x.global.b':\n\n       error: infinite recursion encountered\n       at /nix/store/bbb-source/lib/modules.nix:1118:7:\n         1117| x";
        let source = Source { input: None, path: "/nix/store/aaa-source".to_owned() };
        let error = Diagnostic::told(text).into_error(&Sources::new(vec![source]));
        let through = error.trail.unwrap().0.into_iter().map(|through| {
            (
                through.option.to_string(),
                through.host.clone(),
                through.place.clone().map(|place| place.to_string()),
            )
        });
        assert_eq!(
            through.collect::<Vec<_>>(),
            [
                ("x.global.b".to_owned(), None, None),
                ("x.global.a".to_owned(), Some("alpha".to_owned()), Some("a.nix:3".to_owned()))
            ]
        );
    }

    #[test]
    fn a_suggestion_behind_the_excerpt_stays() {
        let text = "error: attribute 'gatex' missing\n       at /nix/store/aaa-source/a.nix:1:1:\n            1| hosts.gatex\n             | ^\n       Did you mean gate?";
        assert_eq!(told(text), "a.nix:1: attribute 'gatex' missing; did you mean gate?");
        assert_eq!(told("error: cannot connect to socket"), "cannot connect to socket");
        assert_eq!(told(""), "evaluation failed");
    }

    proptest! {
        #[test]
        fn any_text_is_an_error(text in "(error:|at |/a:1:2:|[a-z |^\n0-9])*", more in "(.|\n)*") {
            for text in [text, more] {
                let error = Diagnostic::told(&text).into_error(&Sources::default());
                prop_assert!(!error.what.is_empty());
            }
        }
    }
}
