//! The text of a secret in the operator's editor: a file in memory, for as long as the editor is open.

use std::path::PathBuf;

use super::msg::Msg;
use crate::backend::{
    error::Result,
    secrets::{
        Handover, Plaintext,
        scratch::{Scratch, entered},
    },
};

/// The name of the file. It has no ending, so that no editor runs anything on it.
const FILE: &str = "secret";

/// A secret that is in the editor. Its file is overwritten and gone when this is dropped.
#[derive(Debug)]
pub struct Editing {
    name: String,
    scratch: Scratch,
    before: Plaintext,
}

impl Editing {
    /// Makes the file.
    pub fn begin(name: String, text: &Handover) -> Result<(Self, PathBuf)> {
        let before = text.take().unwrap_or_default();
        let scratch = Scratch::new()?;
        let file = scratch.write(FILE, &before)?;
        Ok((Self { name, scratch, before }, file))
    }

    /// What came of it, once the editor is closed.
    #[must_use]
    pub fn closed(self, closed: Result<()>) -> Msg {
        let Self { name, scratch, before } = self;
        let text = closed.and_then(|()| scratch.read(FILE));
        let text = text.map(|after| entered(&before, after).map(Handover::from));
        Msg::SecretEdited(name, Box::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_the_file_is_gone() {
        let text = Handover::from(Plaintext::from(b"old".to_vec()));
        let (editing, file) = Editing::begin("ci/token".to_owned(), &text).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        std::fs::write(&file, "new\n").unwrap();
        let Msg::SecretEdited(name, text) = editing.closed(Ok(())) else { panic!() };
        let text = text.unwrap().unwrap().take().unwrap();
        assert_eq!((&*name, text.bytes()), ("ci/token", &b"new"[..]));
        assert!(!file.exists());
        let (editing, _) = Editing::begin("ci/token".to_owned(), &Handover::default()).unwrap();
        assert!(matches!(editing.closed(Ok(())), Msg::SecretEdited(_, text) if *text == Ok(None)));
    }
}
