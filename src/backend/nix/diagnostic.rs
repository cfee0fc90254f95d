//! What Nix says when it evaluates: errors with their trace, and warnings.
//!
//! Read from `--log-format internal-json --show-trace`, where an error comes with positions as data (`libutil/logging.cc`, `JSONLogger::logEI`).

mod told;

use serde::Deserialize;

use crate::backend::{
    error::{Error, ErrorKind, Through, Trail},
    model::{File, HostName, Place, Sources},
};

/// The longest message that is taken whole, in bytes: Nix prints an error with its whole trace in one line.
pub(super) const LONGEST_MESSAGE: usize = 8 << 20;

/// A message of Nix.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Diagnostic {
    /// 0 error (and `trace:`), 1 warning, then notices and chatter.
    level: u64,
    /// The text with its trace, as Nix would print it.
    msg: String,
    /// The text alone; absent in plain messages.
    raw_msg: Option<String>,
    #[serde(flatten)]
    position: Position,
    /// From the innermost frame to the outermost.
    #[serde(default)]
    trace: Vec<Frame>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Frame {
    #[serde(flatten)]
    position: Position,
    #[serde(default)]
    raw_msg: String,
}

/// Nix repeats line and column behind the file's name: `/nix/store/…/flake.nix:3:5`. Places without a file are `«none»`, or `null`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Position {
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    column: Option<u32>,
}

/// A line of Nix's standard error, under `--log-format internal-json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It can't go on.
    Error(Box<Diagnostic>),
    /// It can, but wants it to be known.
    Warning(String),
    /// Activities and chatter.
    Nothing,
}

impl Diagnostic {
    /// What a line says. A line that isn't in the format is taken for chatter, unless it claims to be an error (Nix falls back to plain text when it fails before its logger is set up).
    #[must_use]
    pub fn read(line: &[u8]) -> Said {
        let Some(json) = line.strip_prefix(b"@nix ") else {
            let text = String::from_utf8_lossy(line);
            return if text.starts_with("error:") {
                Said::Error(Box::new(Self::told(&text)))
            } else {
                Said::Nothing
            };
        };
        let Ok(message) = serde_json::from_slice::<Self>(json) else { return Said::Nothing };
        let text = message.text();
        match message.level {
            0 if message.raw_msg.is_some() => Said::Error(Box::new(message)),
            0 if text.starts_with("error:") => Said::Error(Box::new(Self::told(&text))),
            0 | 1 => {
                match text.strip_prefix("warning: ").or_else(|| text.strip_prefix("trace: ")).unwrap_or(&text)
                {
                    // A property of the operator's machine, said at every call of every Nix that runs as root without a daemon.
                    text if text.contains("build-users-group") => Said::Nothing,
                    text if text.starts_with("not writing modified lock file") => Said::Warning(
                        "flake.lock is missing or out of date: run `nix flake lock`, and let git know of it"
                            .to_owned(),
                    ),
                    text => Said::Warning(text.trim_start_matches("warning: ").to_owned()),
                }
            }
            _ => Said::Nothing,
        }
    }

    /// The text of a line, whatever its level: chatter and traces too.
    #[must_use]
    pub fn message(line: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Message {
            msg: String,
        }
        let message = serde_json::from_slice::<Message>(line.strip_prefix(b"@nix ")?).ok()?;
        Some(without_colours(&message.msg))
    }

    /// The message alone, without colours.
    fn text(&self) -> String {
        without_colours(self.raw_msg.as_deref().unwrap_or(&self.msg)).trim().to_owned()
    }

    /// The failure, as the operator should meet it: at the place in the fleet that is nearest to the cause.
    ///
    /// An error that a library raises (the module system, mostly) lies in the library; the place to mend is the innermost frame of the trace that lies in the fleet, or the first file of the fleet that
    /// the text itself names.
    #[must_use]
    pub fn into_error(self, sources: &Sources) -> Error {
        let text = self.text();
        let own = self.position.place(sources);
        let frames = self.trace.iter().filter_map(|frame| frame.position.place(sources));
        let in_fleet = own.iter().cloned().chain(frames).find(|place| is_own(&place.file));
        let place = in_fleet.or_else(|| named_in(&text, sources)).or(own);
        let mut lines = sources.in_text(&text).lines().map(str::to_owned).collect::<Vec<_>>();
        let suggestion = self.suggestion();
        if suggestion.is_some() && lines.last().is_some_and(|last| last.trim_start().starts_with(SUGGESTION))
        {
            lines.pop();
        }
        let what = if lines.is_empty() { "evaluation failed".to_owned() } else { lines.remove(0) };
        let what = without_place(&what, place.as_ref());
        let mut error = Error::new(ErrorKind::Evaluation, what).detail(lines);
        error.place = place;
        error.trail = self.trail(sources).map(Box::new);
        error.hint = suggestion;
        error
    }

    /// What Nix guesses was meant, which it says behind everything else.
    fn suggestion(&self) -> Option<String> {
        let last = without_colours(self.msg.trim_end().lines().next_back()?);
        let guess = last.trim().strip_prefix(SUGGESTION).filter(|guess| guess.ends_with('?'))?;
        Some(format!("did you mean{guess}"))
    }

    /// The options of the trace, as the module system names them in it, each with the innermost place of the fleet since the one before.
    fn trail(&self, sources: &Sources) -> Option<Trail> {
        let mut options = Vec::<Through>::new();
        let (mut place, mut host) = (self.position.place(sources).filter(|place| is_own(&place.file)), None);
        for frame in &self.trace {
            let own = || frame.position.place(sources).filter(|place| is_own(&place.file));
            place = place.or_else(own);
            let text = without_colours(&frame.raw_msg);
            if let Some(from) = quoted_after(&text, "while evaluating definitions from `") {
                host = host.or_else(|| host_in(from));
            }
            let option =
                quoted_after(&text, "while evaluating the option `").and_then(|path| path.parse().ok());
            let Some(option) = option else { continue };
            match options.last_mut().filter(|last| last.option == option) {
                // A host's option and the fleet's of that name.
                Some(last) => {
                    last.place = last.place.take().or(place.take());
                    last.host = last.host.take().or(host.take());
                }
                None => options.push(Through { option, place: place.take(), host: host.take() }),
            }
        }
        (!options.is_empty()).then_some(Trail(options))
    }
}

const SUGGESTION: &str = "Did you mean";

/// What stands in quotes behind some words. A name may have a quote in it.
fn quoted_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.trim().strip_prefix(words)?.trim_end_matches(':').strip_suffix('\'')
}

/// The host that the library names behind a file, or alone where there is none.
fn host_in(file: &str) -> Option<String> {
    let name = file.strip_prefix("host ").or_else(|| file.rsplit_once(", host ").map(|(_, name)| name))?;
    name.parse::<HostName>().ok().map(|name| name.to_string())
}

impl Position {
    fn place(&self, sources: &Sources) -> Option<Place> {
        let file = self.file.as_deref().filter(|file| file.starts_with('/'))?;
        let file = [self.column, self.line].iter().flatten().fold(file, |file, number| {
            file.strip_suffix(&number.to_string()).and_then(|file| file.strip_suffix(':')).unwrap_or(file)
        });
        Some(Place {
            file: sources.file(file),
            line: self.line.filter(|&line| line > 0),
            column: self.column,
        })
    }
}

/// A message of the library without what is said already: who speaks, and of which file.
fn without_place(what: &str, place: Option<&Place>) -> String {
    let what = what.strip_prefix("steading: ").unwrap_or(what);
    let again = place.map(|place| format!("{}: ", place.file));
    again.and_then(|again| what.strip_prefix(&again)).unwrap_or(what).to_owned()
}

/// Whether a file is the fleet's: relative, so it was mapped.
fn is_own(file: &File) -> bool {
    matches!(file, File::Fleet(file) if !file.starts_with('/') && !file.starts_with('<'))
}

/// The first file of the fleet that a text names by its path.
fn named_in(text: &str, sources: &Sources) -> Option<Place> {
    let delimiters = |c: char| c.is_whitespace() || "`'\",;()".contains(c);
    let paths = text.split(delimiters).filter(|word| word.starts_with('/'));
    let mut places = paths.map(|path| {
        let mut parts = path.split(':');
        let file = sources.file(parts.next().unwrap_or(path));
        Place { file, line: parts.next().and_then(|line| line.parse().ok()), column: None }
    });
    places.find(|place| is_own(&place.file))
}

/// Drops SGR sequences, the only escapes that Nix puts into its own messages.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        rest = sequence.find(|c: char| c.is_ascii_alphabetic()).map_or("", |end| &sequence[end + 1..]);
    }
    plain.push_str(rest);
    plain.replace('\u{1b}', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::model::Source;

    fn sources() -> Sources {
        let source = |input: Option<&str>, path: &str| Source {
            input: input.map(str::to_owned),
            path: path.to_owned(),
        };
        Sources::new(vec![
            source(None, "/nix/store/aaa-source"),
            source(Some("nixpkgs"), "/nix/store/bbb-source"),
        ])
    }

    fn error(line: &str) -> Error {
        match Diagnostic::read(line.as_bytes()) {
            Said::Error(diagnostic) => diagnostic.into_error(&sources()),
            said => panic!("{said:?}"),
        }
    }

    #[test]
    fn a_syntax_error_is_where_nix_says() {
        let error = error(
            r#"@nix {"action":"msg","column":7,"file":"/nix/store/aaa-source/x.nix:1:7","level":0,"line":1,"msg":"…","raw_msg":"syntax error, unexpected ';'"}"#,
        );
        assert_eq!(error.to_string(), "x.nix:1: syntax error, unexpected ';'");
    }

    #[test]
    fn a_librarys_error_is_shown_at_the_innermost_frame_in_the_fleet() {
        let error = error(
            r#"@nix {"action":"msg","column":null,"file":null,"level":0,"line":null,"msg":"…","raw_msg":"\u001b[35;1mbad\u001b[0m","trace":[
               {"column":9,"file":"/nix/store/bbb-source/lib/modules.nix:1:9","line":1,"raw_msg":"…"},
               {"column":9,"file":"/nix/store/aaa-source/hosts/gate.nix:6:9","line":6,"raw_msg":"…"},
               {"column":3,"file":"/nix/store/aaa-source/flake.nix:2:3","line":2,"raw_msg":"…"}]}"#
                .replace('\n', "")
                .as_str(),
        );
        assert_eq!(error.to_string(), "hosts/gate.nix:6: bad");
    }

    #[test]
    fn the_librarys_own_messages_name_their_file_once() {
        let error = error(
            r#"@nix {"action":"msg","level":0,"line":4,"column":1,"file":"/nix/store/aaa-source/meta.nix:4:1","msg":"","raw_msg":"steading: meta.nix: there is no `systm`"}"#,
        );
        assert_eq!(error.to_string(), "meta.nix:4: there is no `systm`");
    }

    #[test]
    fn without_a_frame_in_the_fleet_the_text_names_the_file() {
        let error = error(
            r#"@nix {"action":"msg","level":0,"msg":"…","raw_msg":"The option `x.y' has conflicting definition values:\n- In `/nix/store/aaa-source/hosts/b.nix': 1\n- In `/nix/store/aaa-source/hosts/a.nix': 2"}"#,
        );
        assert_eq!(error.to_string(), "hosts/b.nix: The option `x.y' has conflicting definition values:");
        assert_eq!(error.detail, ["- In `hosts/b.nix': 1", "- In `hosts/a.nix': 2"]);
    }

    #[test]
    fn the_trace_tells_through_which_options_it_came() {
        let frame = |text: &str| format!(r#"{{"raw_msg":"{text}"}}"#);
        let at = |file: &str, line: u32| {
            format!(
                r#"{{"raw_msg":"from call site","file":"/nix/store/{file}:{line}:3","line":{line},"column":3}}"#
            )
        };
        let frames = [
            at("bbb-source/lib/modules.nix", 9),
            at("aaa-source/b.nix", 4),
            at("aaa-source/b.nix", 2),
            frame("while evaluating definitions from `/nix/store/aaa-source/b.nix':"),
            frame("while evaluating definitions from `/nix/store/aaa-source/b.nix, host beta':"),
            frame("\\u001b[35;1mwhile evaluating the option `x.global.b':\\u001b[0m"),
            frame("while evaluating the option `x.global.b':"),
            at("aaa-source/a.nix", 7),
            frame("while evaluating definitions from `host alpha':"),
            frame("while evaluating the option `x.global.s.\\\"a b\\\".p':"),
            frame("while evaluating the option `fileSystems.\\\"/it's\\\"':"),
        ];
        let error = error(&format!(
            r#"@nix {{"action":"msg","level":0,"msg":"…","raw_msg":"infinite recursion encountered","trace":[{}]}}"#,
            frames.join(",")
        ));
        let through = error.trail.unwrap().0.into_iter().map(|through| {
            let place = through.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {place} {}", through.option, through.host.as_deref().unwrap_or_default())
        });
        assert_eq!(
            through.collect::<Vec<_>>(),
            ["x.global.b b.nix:4 beta", "x.global.s.\"a b\".p a.nix:7 alpha", "fileSystems.\"/it's\"  "]
        );
    }

    #[test]
    fn warnings_are_kept_and_chatter_is_not() {
        let said = |line: &str| Diagnostic::read(line.as_bytes());
        let warning = |text: &str| Said::Warning(text.to_owned());
        assert_eq!(
            said(
                r#"@nix {"action":"msg","column":0,"file":"«none»:0","level":1,"line":0,"msg":"\u001b[35;1mevaluation warning:\u001b[0m careful","raw_msg":"careful"}"#
            ),
            warning("careful")
        );
        assert_eq!(said(r#"@nix {"action":"msg","level":0,"msg":"trace: warning: old"}"#), warning("old"));
        assert_eq!(
            said(r#"@nix {"action":"start","id":1,"level":5,"parent":0,"text":"copying","type":0}"#),
            Said::Nothing
        );
        assert_eq!(said("@nix {nonsense"), Said::Nothing);
        assert_eq!(said("hello"), Said::Nothing);
    }

    #[test]
    fn a_plain_error_is_one_too() {
        assert_eq!(error("error: cannot connect to socket").to_string(), "cannot connect to socket");
    }
}
