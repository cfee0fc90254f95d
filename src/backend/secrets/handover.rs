//! A text that nobody else may see, handed from one task to another.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::Plaintext;

/// A text that is handed over once. What travels in messages is this handle: however often it is cloned there is one text, whoever takes it first has it, and it is wiped with the last handle if nobody does.
#[derive(Clone, Default)]
pub struct Handover(Arc<Mutex<Option<Plaintext>>>);

impl Handover {
    /// Takes the text over. It is there no more afterwards.
    #[must_use]
    pub fn take(&self) -> Option<Plaintext> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl From<Plaintext> for Handover {
    fn from(text: Plaintext) -> Self {
        Self(Arc::new(Mutex::new(Some(text))))
    }
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handover(..)")
    }
}

/// Whether it is the same handle: the texts are not compared.
impl PartialEq for Handover {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Handover {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_once_and_not_told() {
        let handle = Handover::from(Plaintext::from(b"hunter2".to_vec()));
        let copy = handle.clone();
        assert_eq!(format!("{handle:?}"), "Handover(..)");
        assert_eq!(handle, copy);
        assert_ne!(handle, Handover::from(Plaintext::from(b"hunter2".to_vec())));
        assert_eq!(copy.take().unwrap().bytes(), b"hunter2");
        assert!(handle.take().is_none() && copy.take().is_none());
    }
}
