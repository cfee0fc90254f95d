//! Runs a call of Nix and follows its log: what it does into [`Activities`], what is said into the run's log.

use std::{
    collections::{BTreeSet, VecDeque},
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    activities::{Activities, Noted},
    internal_json::read,
};
use crate::backend::{
    error::Result,
    event::{Event, Events},
    logstore::{Colour, LogKey, RunLog, clean_line},
    process::{Exit, Invocation, Lines, Piece, Stream, run_raw},
};

/// How often progress is told at most.
const PACE: Duration = Duration::from_millis(100);

/// How often it is told while nothing but time goes on.
const IDLE_TICKS: u32 = 10;

/// The longest message that is understood, in bytes; the text of a longer one goes into the log as it is.
const MESSAGE_LIMIT: usize = 1 << 20;

/// How many lines are kept for telling why it failed, and how many warnings are passed on; of each so many bytes.
const LAST_WORDS: usize = 40;
const WARNINGS: usize = 100;
const LONGEST: usize = 4096;

/// How many lines of a warning are passed on, in one.
const WARNING_LINES: usize = 10;

/// The arguments that make Nix tell what this module reads.
pub(super) const LOG_FORMAT: [&str; 3] = ["--log-format", "internal-json", "-v"];

/// What came of a call of Nix.
#[derive(Debug)]
pub(super) struct Followed {
    /// How it ended. It says little of what was built.
    pub exit: Exit,
    /// What it did.
    pub activities: Activities,
    /// Its last errors, and the last lines of who else spoke (`ssh`); plain text.
    pub last_words: Vec<String>,
}

/// Where what is said goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listeners<'a> {
    /// The run's log.
    pub log: &'a RunLog,
    /// The stream in it for what is said by no derivation.
    pub key: &'a LogKey,
    /// Where warnings go.
    pub events: &'a Events,
}

/// Runs it. `advanced` hears of progress: soon after something happened, and every [`PACE`] at most.
pub(super) async fn follow(
    invocation: &Invocation,
    listeners: Listeners<'_>,
    cancel: &CancellationToken,
    advanced: impl Fn(&Activities, Instant) + Send + Sync,
) -> Result<Followed> {
    let state = Mutex::new(State::default());
    let mut lines = [Lines::new(MESSAGE_LIMIT), Lines::new(MESSAGE_LIMIT)];
    let running = run_raw(invocation, cancel, |stream, bytes| {
        let mut state = lock(&state);
        lines[usize::from(stream == Stream::Err)].push(bytes, |piece| state.hear(piece, listeners));
    });
    let exit = tokio::select! {
        exit = running => exit?,
        never = tell(&state, &advanced) => match never {},
    };
    let mut state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    for lines in &mut lines {
        lines.finish(|piece| state.hear(piece, listeners));
    }
    advanced(&state.activities, Instant::now());
    while let Some(warning) = listeners.log.take_problem() {
        listeners.events.offer(Event::Warned { host: None, warning });
    }
    Ok(Followed { exit, activities: state.activities, last_words: state.last_words.into() })
}

async fn tell(state: &Mutex<State>, advanced: &(impl Fn(&Activities, Instant) + Sync)) -> Infallible {
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut idle = 0;
    loop {
        ticks.tick().await;
        let mut state = lock(state);
        idle = if std::mem::take(&mut state.changed) { 0 } else { idle + 1 };
        if idle % IDLE_TICKS == 0 {
            advanced(&state.activities, Instant::now());
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug, Default)]
struct State {
    activities: Activities,
    changed: bool,
    last_words: VecDeque<String>,
    warnings: BTreeSet<String>,
}

impl State {
    fn hear(&mut self, piece: Piece<'_>, listeners: Listeners<'_>) {
        let text = String::from_utf8_lossy(piece.bytes);
        let message = if piece.is_whole() { read(&text) } else { None };
        let Some(message) = message else {
            listeners.log.append(listeners.key, piece.bytes);
            if piece.is_whole() && !text.starts_with("@nix ") {
                self.keep(&text);
            }
            return;
        };
        self.changed = true;
        match self.activities.take_in(&message, Instant::now()) {
            Noted::Line { derivation, text } => {
                listeners.log.append(&LogKey::derivation(derivation), text.as_bytes());
            }
            Noted::Said { level, text } => {
                for line in text.lines() {
                    listeners.log.append(listeners.key, line.as_bytes());
                    if level == 0 {
                        self.keep(line);
                    }
                }
                if level == 1 {
                    self.warn(text, listeners.events);
                }
            }
            Noted::Nothing => {}
        }
    }

    fn keep(&mut self, line: &str) {
        let line = plain(line);
        if line.trim().is_empty() {
            return;
        }
        if self.last_words.len() == LAST_WORDS {
            self.last_words.pop_front();
        }
        self.last_words.push_back(line);
    }

    /// Passes on a warning, unless it was, or there are too many.
    fn warn(&mut self, text: &str, events: &Events) {
        let text = text.lines().take(WARNING_LINES).map(|line| plain(line).trim().to_owned());
        let text = text.collect::<Vec<_>>().join(" ");
        let text = text.trim_start_matches("warning:").trim();
        if self.warnings.len() < WARNINGS && self.warnings.insert(text.to_owned()) {
            events.offer(Event::Warned { host: None, warning: text.to_owned() });
        }
    }
}

fn plain(line: &str) -> String {
    clean_line(&line.as_bytes()[..line.len().min(LONGEST)], Colour::Drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::logstore::Limits;

    async fn followed(script: &str) -> (Followed, RunLog, Vec<Event>) {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::begin(folder.path(), Limits::default());
        let (events, mut heard) = Events::channel();
        let key = LogKey::step("build");
        let listeners = Listeners { log: &log, key: &key, events: &events };
        let invocation = Invocation::new("/bin/sh").args(["-c", script]);
        let never = CancellationToken::new();
        let followed = follow(&invocation, listeners, &never, |activities, now| {
            events.offer(Event::BuildAdvanced(activities.progress(now)));
        });
        let followed = followed.await.unwrap();
        let events = std::iter::from_fn(|| heard.try_recv().ok()).collect();
        (followed, log, events)
    }

    #[tokio::test]
    async fn a_recorded_build_goes_to_the_log_of_its_derivation() {
        let stream =
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/internal-json/2.26.3/dependency.log");
        let (followed, log, events) = followed(&format!("cat {stream} >&2; exit 1")).await;
        assert_eq!(followed.exit.status.code(), Some(1));
        assert_eq!(followed.activities.failures().len(), 3);
        let last = followed.last_words.last().unwrap();
        assert!(last.starts_with("1 dependencies of") && last.ends_with("failed to build"), "{last}");
        let bad = log.keys().into_iter().find(|key| format!("{key:?}").contains("-bad-1.0.drv")).unwrap();
        assert_eq!(log.tail(&bad, 10).lines, ["line 1", "line 2", "line 3", "about to fail"]);
        assert!(matches!(events.last(), Some(Event::BuildAdvanced(progress)) if progress.builds_done == 3));
    }

    #[tokio::test]
    async fn what_nobody_understands_is_kept_as_text() {
        let script = r#"
            printf 'ssh: \033[31mrefused\033[0m\r\n@nix {not json\n' >&2
            printf '@nix {"action":"msg","level":1,"msg":"warning: careful"}\n' >&2
            printf '@nix {"action":"msg","level":1,"msg":"warning: careful"}\n' >&2
            printf '@nix {"action":"msg","level":0,"msg":"error: \377 bad"}\n' >&2
            { printf '@nix {"action":"msg","level":0,"msg":"'; head -c 3000000 /dev/zero | tr '\0' x; printf '"}\n'; } >&2
            printf 'no end' >&2"#;
        let (followed, log, events) = followed(script).await;
        assert_eq!(followed.last_words, ["ssh: refused", "error: \u{fffd} bad", "no end"]);
        let warned = |event: &&Event| matches!(event, Event::Warned { warning, .. } if warning == "careful");
        assert_eq!(events.iter().filter(warned).count(), 1);
        let said = log.tail(&LogKey::step("build"), 100);
        assert_eq!(said.lines[1], "@nix {not json");
        assert!(
            said.lines
                .iter()
                .any(|line| line.starts_with("@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"xxx"))
        );
        assert_eq!(said.lines.last().unwrap(), "no end");
    }
}
