//! Writing secrets so that whoever is stopped in the middle leaves each of them as it was, or as it will be.
//!
//! All files are staged under names that nobody looks for. Then the sidecar says what is going to be, and only then are the files put in their places:
//! entropy before data before public halves, each on the disk before the next. At last the sidecar says what is. Whoever comes after a stopped run
//! tells by the digests which side of that each secret is on ([`Sidecar::known`]).

use std::collections::BTreeSet;

use super::{
    SecretName,
    sidecar::{Record, Sidecar},
    tree::{Lock, Part, Tree},
};
use crate::backend::error::Result;

/// What is to be written of a secret.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its name.
    pub name: SecretName,
    /// Its new files.
    pub files: Vec<(Part, Vec<u8>)>,
    /// What is known of it then; `None`: nothing, for its files are removed.
    pub record: Option<Record>,
}

impl Change {
    fn file(&self, part: Part) -> Option<(String, &[u8])> {
        let (_, bytes) = self.files.iter().find(|(found, _)| *found == part)?;
        Some((part.file(&self.name), bytes))
    }
}

/// Writes some secrets, all of them or, where it fails on the way, each of them or not.
///
/// `sidecar` is what was last read or written, and afterwards what is written now. After an error it must be read again.
pub fn commit(tree: &Tree, lock: &Lock, sidecar: &mut Sidecar, changes: &[Change]) -> Result<()> {
    let writes = || changes.iter().flat_map(|change| Part::ALL.map(|part| change.file(part))).flatten();
    if writes().next().is_some() {
        let mut intent = sidecar.clone();
        let next = changes.iter().filter_map(|change| Some((change.name.clone(), change.record.clone()?)));
        intent.next.extend(next);
        let staged = writes()
            .try_for_each(|(file, bytes)| tree.stage(lock, &file, bytes))
            .and_then(|()| intent.save(tree, lock));
        if staged.is_err() {
            // Best effort: the next run sweeps what is left.
            writes().for_each(|(file, _)| drop(tree.discard(lock, &file)));
        }
        staged?;
        *sidecar = intent;
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
    }
    for change in changes {
        sidecar.next.remove(&change.name);
        match &change.record {
            Some(record) => drop(sidecar.secrets.insert(change.name.clone(), record.clone())),
            None => drop(sidecar.secrets.remove(&change.name)),
        }
    }
    sidecar.save(tree, lock)
}

/// Removes all files of a secret: the secret last, so that a stopped run leaves something that can still be told for an orphan.
pub fn remove(tree: &Tree, lock: &Lock, sidecar: &mut Sidecar, name: &SecretName) -> Result<()> {
    for part in Part::ALL.into_iter().rev() {
        tree.remove(lock, &part.file(name))?;
    }
    commit(tree, lock, sidecar, &[Change { name: name.clone(), files: Vec::new(), record: None }])
}
