//! The living evaluator: a `nix repl` that keeps what it evaluated, so that the next question about it is answered at once.
//!
//! It reads a flake as `nix eval` does: the same copy in the store, purely. It survives whatever an expression does: errors, what Nix can't catch, a crash.

mod library;
mod memory;
mod transcript;

use std::{
    hash::{BuildHasher as _, RandomState},
    path::Path,
    time::Duration,
};

use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

pub use library::Library;
use transcript::{Marks, Transcript};

use super::{eval::Evaluated, nix};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::Sources,
    process::{Dialogue, Heard, Invocation},
};

/// How long a question that nobody waits for any more may keep the next one waiting. What it evaluates is seldom for nothing: mostly the next one needs it too.
const ABANDONED: Duration = Duration::from_secs(60);

/// A `nix repl` that answers, begun when it is asked for the first time.
#[derive(Debug)]
pub struct Evaluator {
    invocation: Invocation,
    sources: Sources,
    /// Told to every child first: variables for the questions.
    variables: String,
    living: Option<Living>,
    asked: u64,
    abandoned: Duration,
    /// How much memory a child may have before the next question goes to a new one, in bytes.
    memory: Option<u64>,
}

/// A child, and the question that it is at.
#[derive(Debug)]
struct Living {
    dialogue: Dialogue,
    owed: Option<(Transcript, Instant)>,
}

impl Evaluator {
    /// An evaluator of a flake (`REFERENCE`, seen from a folder) whose outputs are variables of what is asked. The outputs of `library` are, too.
    ///
    /// `sources` is what errors are told by. Nothing is written into the flake, and nothing but the flake decides what comes out, as with `nix eval`.
    #[must_use]
    pub fn of_flake(
        folder: Option<&Path>,
        reference: &str,
        library: Option<&Library>,
        sources: Sources,
    ) -> Self {
        let mut invocation =
            nix(&["repl", "--pure-eval", "--no-write-lock-file", "--option", "eval-cache", "false"]);
        if let Some(folder) = folder {
            invocation = invocation.folder(folder);
        }
        invocation = invocation.arg(reference);
        if let Some(library) = library {
            invocation = invocation.arg(library.reference());
        }
        Self::new(invocation, sources)
    }

    /// An evaluator by a program that behaves as `nix repl`.
    #[must_use]
    pub fn new(invocation: Invocation, sources: Sources) -> Self {
        let invocation = invocation.args(["--log-format", "internal-json", "--show-trace"]);
        Self {
            invocation,
            sources,
            variables: String::new(),
            living: None,
            asked: 0,
            abandoned: ABANDONED,
            memory: memory::limit(),
        }
    }

    /// Gives questions a variable, for what several of them share: it is evaluated once, when it is needed first. `expression` is one line.
    #[must_use]
    pub fn variable(mut self, name: &str, expression: &str) -> Self {
        self.variables.push_str(&format!("{name} = {expression}\n"));
        self
    }

    /// Sets how long a question that nobody waits for any more may keep the next one waiting.
    #[must_use]
    pub fn abandoned_after(self, abandoned: Duration) -> Self {
        Self { abandoned, ..self }
    }

    /// Sets how much memory a child may have before the next question goes to a new one, in bytes. By itself that is a third of the machine's.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Self {
        Self { memory: Some(bytes), ..self }
    }

    /// Asks what an expression (one, on one line) evaluates to, as JSON: strings with a context are plain, functions and the like an error.
    ///
    /// When `cancel` fires, or the future is dropped, only the answer is: the evaluator goes on with it, since the next question will mostly need the same.
    /// A child that died, or has grown too large, is begun anew by the next question.
    pub async fn ask<T: DeserializeOwned>(
        &mut self,
        expression: &str,
        cancel: &CancellationToken,
    ) -> Result<Evaluated<T>> {
        debug_assert!(!expression.contains('\n'), "a question is one line");
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::cancelled()),
            answer = self.answer(expression) => answer?.read(&self.sources),
        }
    }

    /// The process that answers, if it lives.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.living.as_ref().and_then(|living| living.dialogue.id())
    }

    async fn answer(&mut self, expression: &str) -> Result<Transcript> {
        self.settle().await;
        self.slim();
        self.asked += 1;
        let nonce = RandomState::new().hash_one(self.asked);
        let marks = Marks::new(&format!("steading-{nonce:016x}-{}", self.asked));
        if self.living.is_none() {
            let mut dialogue = Dialogue::begin(&self.invocation)?;
            dialogue.tell(self.variables.as_bytes());
            self.living = Some(Living { dialogue, owed: None });
        }
        let living = self.living.as_mut().ok_or_else(lost)?;
        living.dialogue.tell(marks.question(expression).as_bytes());
        living.owed = Some((Transcript::new(marks), Instant::now()));
        let heard = living.hear_out().await;
        if !matches!(heard, Ok(Heard::Something)) {
            let owed = living.owed.take();
            self.living = None;
            return match (heard, owed) {
                (Ok(Heard::End(status)), Some((transcript, _))) => {
                    Err(transcript.died(status, &self.sources))
                }
                (Err(error), _) => Err(error),
                _ => Err(lost()),
            };
        }
        living.owed.take().map(|(transcript, _)| transcript).ok_or_else(lost)
    }

    /// Lets go of a child that has grown too large: it gives nothing back of what it evaluated.
    fn slim(&mut self) {
        let has = self.process().and_then(memory::resident);
        if has.zip(self.memory).is_some_and(|(has, may)| has > may) {
            self.living = None;
        }
    }

    /// Waits for the end of a question that nobody waits for any more, and gives it up when that takes too long.
    async fn settle(&mut self) {
        let Some(living) = &mut self.living else { return };
        let Some((_, since)) = living.owed else { return };
        match timeout_at(since + self.abandoned, living.hear_out()).await {
            Ok(Ok(Heard::Something)) => living.owed = None,
            _ => self.living = None,
        }
    }
}

impl Living {
    /// Listens until the question that it is at is answered, or it ends.
    async fn hear_out(&mut self) -> Result<Heard> {
        let Some((transcript, _)) = &mut self.owed else { return Ok(Heard::Something) };
        while !transcript.is_complete() {
            let heard = self.dialogue.hear(|stream, bytes| transcript.take(stream, bytes)).await?;
            if heard != Heard::Something {
                return Ok(heard);
            }
        }
        Ok(Heard::Something)
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::Process, "the evaluator lost its answer")
}
