//! What was really run: the commands of this process, with their times and ends. The latest are kept, and nothing that was told on a standard input.

use std::{
    collections::VecDeque,
    os::unix::process::ExitStatusExt as _,
    process::ExitStatus,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// Commands that are remembered.
const KEPT: usize = 500;

/// The longest word that is kept whole, in characters: a script or an expression handed over as an argument is told by its beginning.
const WORD: usize = 240;

/// The longest command, in characters.
const COMMAND: usize = 2000;

static JOURNAL: Mutex<Journal> = Mutex::new(Journal { next: 0, commands: VecDeque::new() });

#[derive(Debug)]
struct Journal {
    next: u64,
    commands: VecDeque<(u64, Ran)>,
}

/// A command that was run, or is running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// When it began.
    pub at: SystemTime,
    /// As one could type it into a shell, but that long words are cut.
    pub command: String,
    /// How long it took and how it ended; `None`: it is still running.
    pub end: Option<(Duration, End)>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It could not be started, or nobody waited for its end.
    Lost,
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Status(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Lost,
        }
    }
}

/// A command that is running, until it is dropped.
#[derive(Debug)]
pub struct Running {
    number: u64,
    began: Instant,
    end: End,
}

impl Running {
    /// Enters a command into the journal.
    #[must_use]
    pub fn begin(command: &str) -> Self {
        let mut journal = lock();
        let number = journal.next;
        journal.next += 1;
        let ran = Ran { at: SystemTime::now(), command: shortened(command, COMMAND), end: None };
        journal.commands.push_back((number, ran));
        let excess = journal.commands.len().saturating_sub(KEPT);
        journal.commands.drain(..excess);
        Self { number, began: Instant::now(), end: End::Lost }
    }

    /// It ended.
    pub fn ended(mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut journal = lock();
        let ran = journal.commands.iter_mut().find(|(number, _)| *number == self.number);
        if let Some((_, ran)) = ran {
            ran.end = Some((self.began.elapsed(), self.end.clone()));
        }
    }
}

/// What was run, the latest last.
#[must_use]
pub fn commands() -> Vec<Ran> {
    lock().commands.iter().map(|(_, ran)| ran.clone()).collect()
}

/// Words as one could type them into a shell; a long one, or one of several lines, is told by its beginning.
pub(super) fn as_typed(words: impl IntoIterator<Item = String>) -> String {
    let word = |word: String| {
        let first = word.lines().next().unwrap_or_default();
        let short = shortened(first, WORD);
        let cut = short.len() < word.trim_end().len();
        super::quote(&if cut && !short.ends_with('…') { format!("{short}…") } else { short })
    };
    words.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn lock() -> MutexGuard<'static, Journal> {
    JOURNAL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::backend::process::{Invocation, capture};

    fn found(needle: &str) -> Vec<Ran> {
        commands().into_iter().filter(|ran| ran.command.contains(needle)).collect()
    }

    #[tokio::test]
    async fn what_is_run_is_remembered_with_its_end() {
        let cancel = CancellationToken::new();
        let call = Invocation::new("sh").args(["-c", "exit 7", "journal test one"]).input("hunter2");
        capture(&call, &cancel).await.unwrap();
        let [ran] = found("journal test one").try_into().unwrap();
        assert_eq!(ran.command, "sh -c 'exit 7' 'journal test one'");
        assert!(matches!(ran.end, Some((_, End::Status(7)))), "{ran:?}");
        assert_eq!(found("hunter2"), [], "what it was told is nobody's business");
        capture(&Invocation::new("sh").args(["-c", "kill -9 $$", "journal test two"]), &cancel)
            .await
            .unwrap();
        assert!(matches!(found("journal test two")[0].end, Some((_, End::Signal(9)))));
        let missing = Invocation::new("/nowhere/journal-test-three");
        capture(&missing, &cancel).await.unwrap_err();
        assert!(matches!(found("journal-test-three")[0].end, Some((_, End::Lost))));
    }

    #[test]
    fn scripts_are_told_by_their_beginning() {
        let words = ["sh", "-c", "set -eu\nrm nothing\n"].map(str::to_owned);
        assert_eq!(as_typed(words), "sh -c 'set -eu…'");
        assert!(as_typed(["x".repeat(999)]).len() < 300);
    }

    #[test]
    fn the_journal_is_bounded() {
        let running = Running::begin("journal bound first");
        for number in 0..KEPT {
            Running::begin(&format!("journal bound {number}")).ended(End::Status(0));
        }
        assert_eq!(commands().len(), KEPT);
        assert_eq!(found("journal bound first"), []);
        running.ended(End::Status(0));
    }
}
