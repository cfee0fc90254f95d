//! The text of a secret in the operator's editor: a file in memory, for as long as the editor is open.

use std::path::PathBuf;

use crate::backend::{
    error::Result,
    secrets::{Plaintext, scratch::Scratch},
};

/// The name of the file. It has no ending, so that no editor runs anything on it.
const FILE: &str = "secret";

/// A secret that is in the editor. Its file is overwritten and gone when this is dropped.
#[derive(Debug)]
pub struct Editing {
    scratch: Scratch,
    before: Plaintext,
}

impl Editing {
    /// Makes the file, and says where it is.
    pub fn begin(before: Plaintext) -> Result<(Self, PathBuf)> {
        let scratch = Scratch::new()?;
        let file = scratch.write(FILE, &before)?;
        Ok((Self { scratch, before }, file))
    }

    /// What came of it, once the editor is closed; nothing, if the text is as it was.
    pub fn end(self) -> Result<Option<Plaintext>> {
        Ok(entered(&self.before, self.scratch.read(FILE)?))
    }
}

/// What somebody made of a text in an editor; `None`: nothing else than before.
///
/// Editors end the last line of a file. That end belongs to a text of several lines, such as a key, and to one that had it before; at a single line nobody meant it.
fn entered(before: &Plaintext, after: Plaintext) -> Option<Plaintext> {
    let after = match after.bytes() {
        [line @ .., b'\n'] if !line.contains(&b'\n') && !before.bytes().ends_with(b"\n") => {
            Plaintext::from(line.to_vec())
        }
        _ => after,
    };
    (after != *before).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_the_file_is_gone() {
        let (editing, file) = Editing::begin(Plaintext::from(b"old".to_vec())).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        std::fs::write(&file, "new\n").unwrap();
        assert_eq!(editing.end().unwrap().unwrap().bytes(), b"new");
        assert!(!file.exists());
        let (editing, _) = Editing::begin(Plaintext::default()).unwrap();
        assert_eq!(editing.end().unwrap(), None);
    }

    #[test]
    fn the_end_of_a_line_is_an_editors() {
        let entered = |before: &str, after: &str| {
            let text = |text: &str| Plaintext::from(text.as_bytes().to_vec());
            entered(&text(before), text(after)).map(|text| String::from_utf8(text.bytes().to_vec()).unwrap())
        };
        let changed = |text: &str| Some(text.to_owned());
        assert_eq!(entered("", "new\n"), changed("new"));
        assert_eq!(entered("old", "old\n"), None);
        assert_eq!(entered("old\n", "old"), changed("old"));
        assert_eq!(entered("old\n", "new\n"), changed("new\n"));
        assert_eq!(entered("", "a\nb\n"), changed("a\nb\n"));
        assert_eq!(entered("", "\n"), None);
    }
}
