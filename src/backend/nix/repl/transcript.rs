//! What `nix repl` says to a question, read out of what it prints.
//!
//! With its input from a pipe it echoes every line, prompts, and colours what it can. So the answer stands between marks that nobody can guess, and that the echo does not
//! show in one piece. Errors and warnings come on the other stream, where a mark of its own says that there are no more.

use std::process::ExitStatus;

use memchr::memmem;
use serde::de::DeserializeOwned;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::Sources,
    nix::{
        diagnostic::{Diagnostic, LONGEST_MESSAGE, Said},
        eval::Evaluated,
    },
    process::{Lines, Stream},
};

/// The longest answer that is taken, in bytes.
pub(super) const LONGEST: usize = 64 << 20;

/// Lines of a dying child that are kept.
const LAST_WORDS: usize = 20;

/// Warnings that are kept of one question.
const WARNINGS: usize = 100;

/// What tells an answer from everything around it.
#[derive(Debug)]
pub(super) struct Marks {
    nonce: String,
}

impl Marks {
    pub(super) fn new(nonce: &str) -> Self {
        Self { nonce: nonce.to_owned() }
    }

    /// The lines that put a question. `:p` prints a string as it is.
    pub(super) fn question(&self, expression: &str) -> String {
        let nonce = &self.nonce;
        format!(
            ":p (\"{nonce}\" + \"<\") + builtins.toJSON ({expression}) + (\"{nonce}\" + \">\")\n\
             :p builtins.trace (\"{nonce}\" + \"!\") (\"{nonce}\" + \"!\")\n"
        )
    }

    fn begin(&self) -> String {
        format!("{}<", self.nonce)
    }

    fn end(&self) -> String {
        format!("{}>", self.nonce)
    }

    fn over(&self) -> String {
        format!("{}!", self.nonce)
    }
}

/// What was heard since a question was put.
#[derive(Debug)]
pub(super) struct Transcript {
    marks: Marks,
    out: Vec<u8>,
    /// How far `out` was searched for the end.
    searched: usize,
    too_long: bool,
    err: Lines,
    notes: Notes,
    out_is_over: bool,
}

/// What was heard on standard error.
#[derive(Debug, Default)]
struct Notes {
    failure: Option<Box<Diagnostic>>,
    warnings: Vec<String>,
    last_words: Vec<String>,
    is_over: bool,
}

impl Transcript {
    pub(super) fn new(marks: Marks) -> Self {
        Self {
            marks,
            out: Vec::new(),
            searched: 0,
            too_long: false,
            err: Lines::new(LONGEST_MESSAGE),
            notes: Notes::default(),
            out_is_over: false,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.out_is_over && self.notes.is_over
    }

    pub(super) fn take(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Err {
            let over = self.marks.over();
            let notes = &mut self.notes;
            self.err.push(bytes, |piece| notes.take(piece.bytes, &over));
            return;
        }
        let over = self.marks.over();
        self.out.extend_from_slice(bytes);
        let from = self.searched.saturating_sub(over.len());
        self.out_is_over |= memmem::find(&self.out[from..], over.as_bytes()).is_some();
        if self.out.len() > LONGEST {
            self.too_long = true;
            self.out.drain(..self.out.len() - over.len());
        }
        self.searched = self.out.len();
    }

    /// The answer.
    pub(super) fn read<T: DeserializeOwned>(self, sources: &Sources) -> Result<Evaluated<T>> {
        if self.too_long {
            let what = format!("the answer has more than {} MiB", LONGEST >> 20);
            return Err(
                Error::new(ErrorKind::Evaluation, what).hint("look at something smaller, further down")
            );
        }
        let (begin, end) = (self.marks.begin(), self.marks.end());
        let json = memmem::find(&self.out, begin.as_bytes()).map(|at| &self.out[at + begin.len()..]);
        // The echo of the next line has no mark in it, and a value can't know one: the last is the end.
        let json = json.and_then(|json| memmem::rfind(json, end.as_bytes()).map(|at| &json[..at]));
        let warnings = self.notes.warnings;
        match (json, self.notes.failure) {
            (Some(json), _) => {
                let value = serde_json::from_slice(json).map_err(|error| {
                    Error::new(
                        ErrorKind::Evaluation,
                        format!("the evaluator's answer is not what was expected: {error}"),
                    )
                })?;
                Ok(Evaluated { value, warnings })
            }
            (None, Some(failure)) => Err(failure.into_error(sources)),
            (None, None) => Err(Error::new(ErrorKind::Evaluation, "the evaluator gave no answer")
                .detail(self.notes.last_words)),
        }
    }

    /// What there is to say when the child ended instead of answering.
    pub(super) fn died(mut self, status: ExitStatus, sources: &Sources) -> Error {
        let over = self.marks.over();
        let notes = &mut self.notes;
        self.err.finish(|piece| notes.take(piece.bytes, &over));
        if let Some(failure) = self.notes.failure {
            return failure.into_error(sources);
        }
        Error::new(ErrorKind::Evaluation, format!("the evaluator died: {status}"))
            .hint("ask again: it is begun anew; if it dies every time, this machine may be short of memory")
            .detail(self.notes.last_words)
    }
}

impl Notes {
    fn take(&mut self, line: &[u8], over: &str) {
        if memmem::find(line, over.as_bytes()).is_some() {
            self.is_over = true;
            return;
        }
        match Diagnostic::read(line) {
            Said::Error(diagnostic) => self.failure = Some(diagnostic),
            Said::Warning(warning) => {
                if self.warnings.len() < WARNINGS && !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
            }
            Said::Nothing if line.starts_with(b"@nix ") => {}
            Said::Nothing => {
                if self.last_words.len() == LAST_WORDS {
                    self.last_words.remove(0);
                }
                let cut = &line[..line.len().min(1000)];
                self.last_words.push(String::from_utf8_lossy(cut).into_owned());
            }
        }
    }
}
