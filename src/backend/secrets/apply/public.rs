//! Public halves: each stands beside the value that it is of, and goes with it.

use super::product::Turn;
use crate::backend::{
    error::Result,
    secrets::{Digest, Generation, Plaintext, engines::public_half, sidecar::Record, tree::Part},
};

impl Turn<'_> {
    /// Adds the public half of a value to its files, unless it is there.
    pub(super) fn add_public(
        &self,
        public: Option<&str>,
        files: &mut Vec<(Part, Vec<u8>)>,
        record: &mut Record,
    ) {
        let Some(public) = public else { return };
        let digest = Digest::of(public.as_bytes());
        record.public = Some(digest);
        if self.found().public != Some(digest) {
            files.push((Part::Derived, public.as_bytes().to_vec()));
        }
    }

    /// Whether the public half that is there was that of the old value, and goes since the new one has none. What a script has written in its place meanwhile stays.
    pub(super) fn drops_public(&self, record: &Record) -> Result<bool> {
        let mut old = [self.draft.record.as_ref(), self.planned.sidecar.secrets.get(self.name)].into_iter();
        let was_ours = old.any(|old| old.is_some_and(|old| old.public.is_some()));
        let Some(found) = self.found().public.filter(|_| was_ours && record.public.is_none()) else {
            return Ok(false);
        };
        let there = self.context().tree.read(&Part::Derived.file(self.name))?;
        Ok(there.is_some_and(|there| Digest::of(&there) == found))
    }

    /// Has the public half of a key pair that was written by hand stand beside it, if one can be told.
    pub(super) fn adopt_public(
        &self,
        text: &Plaintext,
        files: &mut Vec<(Part, Vec<u8>)>,
        record: &mut Record,
    ) {
        if let (Some(Generation::SshKey(_)), None) = (&self.declaration().generation, record.public) {
            self.add_public(public_half(text).as_deref(), files, record);
        }
    }
}
