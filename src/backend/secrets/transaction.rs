//! Writing secrets so that whoever is stopped in the middle leaves each of them as it was, or as it will be.
//!
//! All files are staged under names that nobody looks for. Then the sidecar says what is going to be, and only then are the files put in their places:
//! entropy before data before public halves, each on the disk before the next. At last the sidecar says what is. Whoever comes after a stopped run
//! tells by the digests which side of that each secret is on ([`Sidecar::known`]).

use std::collections::BTreeSet;

use super::{
    Digest, SecretName,
    sidecar::{Found, Record, Sidecar},
    tree::{Lock, Part, Tree},
};
use crate::backend::error::{Error, ErrorKind, Result};

/// What is to be written of a secret.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its name.
    pub name: SecretName,
    /// Its new files.
    pub files: Vec<(Part, Vec<u8>)>,
    /// The sorts of its files that go, for the new value has none.
    pub drops: Vec<Part>,
    /// The files that it has before.
    pub found: Found,
    /// What is known of it then.
    pub record: Record,
}

impl Change {
    fn file(&self, part: Part) -> Option<(String, &[u8])> {
        let (_, bytes) = self.files.iter().find(|(found, _)| *found == part)?;
        Some((part.file(&self.name), bytes))
    }

    /// Passes if the files that are replaced are still those that were found. A run takes its time, and git asks for no lock.
    fn is_in_time(&self, tree: &Tree) -> Result<()> {
        for (part, found) in [(Part::Entropy, self.found.entropy), (Part::Data, self.found.data)] {
            let goes = self.file(part).is_some() || self.drops.contains(&part);
            let file = part.file(&self.name);
            if goes && tree.read(&file)?.map(|bytes| Digest::of(&bytes)) != found {
                let what = format!("{file} changed while this run was at work: it is left as it is");
                return Err(Error::new(ErrorKind::Refused, what).hint("look at the plan again"));
            }
        }
        Ok(())
    }
}

/// Writes some secrets, all of them or, where it fails on the way, each of them or not.
///
/// `sidecar` is what was last read or written, and afterwards what is written now. After an error it must be read again.
pub fn commit(tree: &Tree, lock: &Lock, sidecar: &mut Sidecar, changes: &[Change]) -> Result<()> {
    let writes = || changes.iter().flat_map(|change| Part::ALL.map(|part| change.file(part))).flatten();
    changes.iter().try_for_each(|change| change.is_in_time(tree))?;
    if writes().next().is_some() || changes.iter().any(|change| !change.drops.is_empty()) {
        let mut intent = sidecar.clone();
        for change in changes {
            intent.intend(&change.name, change.found, change.record.clone());
        }
        let staged = writes()
            .try_for_each(|(file, bytes)| tree.stage(lock, &file, bytes))
            .and_then(|()| intent.save(tree, lock));
        if staged.is_err() {
            // Best effort: the next run sweeps what is left.
            writes().for_each(|(file, _)| drop(tree.discard(lock, &file)));
        }
        staged?;
        *sidecar = intent;
        for wave in waves(changes) {
            put(tree, lock, wave)?;
        }
    }
    for change in changes {
        sidecar.settle(&change.name, Some(change.record.clone()));
    }
    sidecar.save(tree, lock)
}

/// Splits changes, each of which comes after those that it is made from, so that none is in one part with those. What stands between its entropy and its
/// value can then always be finished: what it is made from is there.
fn waves(changes: &[Change]) -> Vec<&[Change]> {
    let mut waves = Vec::new();
    let (mut begin, mut names) = (0, BTreeSet::new());
    for (at, change) in changes.iter().enumerate() {
        let mut reads = change.record.reads.keys();
        if reads.any(|read| names.contains(read)) {
            waves.push(&changes[begin..at]);
            begin = at;
            names.clear();
        }
        names.insert(&change.name);
    }
    waves.push(&changes[begin..]);
    waves
}

/// Puts staged files in their places.
fn put(tree: &Tree, lock: &Lock, changes: &[Change]) -> Result<()> {
    // Before any value is new, so that none stands beside the entropy or the public half of another.
    for change in changes {
        change.drops.iter().try_for_each(|part| tree.remove(lock, &part.file(&change.name)))?;
    }
    for part in Part::ALL {
        let mut folders = BTreeSet::new();
        for (file, _) in changes.iter().filter_map(|change| change.file(part)) {
            tree.place(lock, &file)?;
            folders.insert(file.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
        }
        for folder in folders.into_iter().flatten() {
            tree.settle(lock, &format!("{folder}/"))?;
        }
    }
    Ok(())
}

/// Removes all files of a secret: its entropy last, so that a stopped run leaves what can still be told for an orphan, and undone.
pub fn remove(tree: &Tree, lock: &Lock, sidecar: &mut Sidecar, name: &SecretName) -> Result<()> {
    // A public half that nobody recorded is somebody else's.
    let is_ours = sidecar.secrets.get(name).is_some_and(|record| record.public.is_some());
    for part in Part::ALL.into_iter().rev().filter(|part| is_ours || *part != Part::Derived) {
        tree.remove(lock, &part.file(name))?;
    }
    sidecar.settle(name, None);
    sidecar.save(tree, lock)
}
