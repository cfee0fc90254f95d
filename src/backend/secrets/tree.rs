//! The files of secrets, below the folder of a fleet.
//!
//! ```text
//! secrets/data/NAME.age       the secret, for those who may read it
//! secrets/entropy/NAME.age    what it was made from, for the admins
//! secrets/derived/NAME.pub    its public half, for everybody
//! secrets/steading.lock.json  what is known of them without a key
//! ```
//!
//! `secrets` itself may be a symbolic link. One further down is refused, since it could lead out of the tree.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

mod folder;
#[cfg(test)]
pub(super) use self::folder::fuse;

use self::folder::{Folder, Kind, cannot_lock, is_link};
use super::{SecretName, digest::Digest, seal};
use crate::backend::error::{Error, ErrorKind, Result};

/// The folder of everything here.
const SECRETS: &str = "secrets";
/// How the name of a file ends while it is being written. It begins with a dot.
const UNFINISHED: &str = ".steading-new";
/// The largest file, in bytes: the largest secret with what encryption adds, for a great many recipients, in armor.
const LARGEST_FILE: usize = 2 * seal::LARGEST;

/// The files of a fleet's secrets.
#[derive(Debug, Clone)]
pub struct Tree {
    fleet: PathBuf,
}

/// The sorts of files that a secret has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What it was made from. First, so that the order of the parts is the one in which they are written.
    Entropy,
    /// The secret.
    Data,
    /// Its public half.
    Derived,
}

/// Held while the files are written; nobody else can write meanwhile.
#[derive(Debug)]
pub struct Lock {
    _folder: Folder,
}

impl Part {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Entropy, Self::Data, Self::Derived];

    const fn folder(self) -> &'static str {
        match self {
            Self::Entropy => "entropy",
            Self::Data => "data",
            Self::Derived => "derived",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Entropy | Self::Data => ".age",
            Self::Derived => ".pub",
        }
    }

    /// The file of a secret; relative to the fleet.
    #[must_use]
    pub fn file(self, name: &SecretName) -> String {
        match self {
            Self::Entropy => name.entropy_file(),
            Self::Data => name.data_file(),
            Self::Derived => name.derived_file(),
        }
    }
}

impl Tree {
    /// The tree of a fleet, by its folder.
    pub fn open(fleet: &Path) -> Result<Self> {
        Folder::open(fleet).map_err(|error| Error::io(fleet.display(), &error))?;
        Ok(Self { fleet: fleet.to_owned() })
    }

    /// The fleet's folder.
    #[must_use]
    pub fn fleet(&self) -> &Path {
        &self.fleet
    }

    /// Lets nobody else write until the lock is dropped.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.fleet.join(SECRETS);
        let failed = |error: io::Error| Error::io(path.display(), &error);
        match std::fs::create_dir(&path) {
            Ok(()) => Folder::open(&self.fleet).and_then(|fleet| fleet.sync()).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        let folder = Folder::open(&path).map_err(failed)?;
        if folder.lock().map_err(|error| unlockable(&path, &error))? {
            Ok(Lock { _folder: folder })
        } else {
            let what = format!("another run is at work on {}", path.display());
            Err(Error::new(ErrorKind::Refused, what).hint("wait until it has ended, and try again"))
        }
    }

    /// A file, by its path relative to the fleet, if it is there.
    pub fn read(&self, file: &str) -> Result<Option<Vec<u8>>> {
        let Some((folder, name)) = self.reach(file)? else { return Ok(None) };
        folder.read(&name, LARGEST_FILE).map_err(|error| refused(file, &error))
    }

    /// The digests of all files of a sort, by the name of their secret.
    pub fn digests(&self, part: Part) -> Result<BTreeMap<SecretName, Result<Digest>>> {
        let mut found = BTreeMap::new();
        self.visit(part, |folder, path, name| {
            let Some(secret) = name.strip_suffix(part.ending()) else { return Ok(()) };
            // What can't be a name is no secret: an editor's leftovers, a file of somebody else's.
            let Ok(secret) = format!("{path}{secret}").parse::<SecretName>() else { return Ok(()) };
            let read = folder.read(name, LARGEST_FILE);
            let file = part.file(&secret);
            let digest = match read {
                Ok(None) => return Ok(()),
                Ok(Some(bytes)) => Ok(Digest::of(&bytes)),
                Err(error) => Err(Error::io(file, &error)),
            };
            found.insert(secret, digest);
            Ok(())
        })?;
        Ok(found)
    }

    /// Removes what a run left behind that was stopped while it wrote.
    pub fn sweep(&self, _lock: &Lock) -> Result<()> {
        let unfinished = |name: &str| name.starts_with('.') && name.ends_with(UNFINISHED);
        let remove = |folder: &Folder, name: &str| {
            if unfinished(name) { folder.remove(name) } else { Ok(()) }
        };
        for part in Part::ALL {
            self.visit(part, |folder, path, name| {
                remove(folder, name).map_err(|error| Error::io(format_args!("{path}{name}"), &error))
            })?;
        }
        let Some(secrets) = self.secrets()? else { return Ok(()) };
        let failed = |error: io::Error| Error::io(SECRETS, &error);
        for (name, _) in secrets.list().map_err(failed)? {
            remove(&secrets, &name).map_err(failed)?;
        }
        Ok(())
    }

    /// Calls `file` with every regular file below the folder of a sort: the folder it is in, the path from there (empty, or ending in a slash), its name.
    fn visit(&self, part: Part, mut file: impl FnMut(&Folder, &str, &str) -> Result<()>) -> Result<()> {
        let top = format!("{SECRETS}/{}", part.folder());
        let Some(secrets) = self.secrets()? else { return Ok(()) };
        let Some(folder) = secrets.below(part.folder()).map_err(|error| refused(&top, &error))? else {
            return Ok(());
        };
        let mut folders = vec![(folder, String::new())];
        while let Some((folder, path)) = folders.pop() {
            let here = || format!("{top}/{path}");
            for (name, kind) in folder.list().map_err(|error| Error::io(here(), &error))? {
                match kind {
                    Kind::File => file(&folder, &path, &name)?,
                    // The public halves are shared with whoever else derives files; their links are not ours to judge.
                    Kind::Link if part == Part::Derived => {}
                    Kind::Link => return Err(link(&format!("{}{name}", here()))),
                    Kind::Folder => {
                        let inner = folder.below(&name).map_err(|error| refused(&here(), &error))?;
                        folders.extend(inner.map(|inner| (inner, format!("{path}{name}/"))));
                    }
                    Kind::Other => {}
                }
            }
        }
        Ok(())
    }

    fn secrets(&self) -> Result<Option<Folder>> {
        match Folder::open(&self.fleet.join(SECRETS)) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(SECRETS, &error)),
        }
    }

    /// Refuses to write a file where something else is in the way.
    pub(super) fn has_room(&self, file: &str) -> Result<()> {
        let Some((folder, name)) = self.reach(file)? else { return Ok(()) };
        let failed = |error: io::Error| Error::io(file, &error);
        match folder.kind(&name).map_err(failed)? {
            None | Some(Kind::File) => Ok(()),
            Some(Kind::Link) => Err(link(file)),
            Some(Kind::Folder | Kind::Other) => {
                let what = format!("{file} can't be written: what is there is no regular file");
                Err(Error::new(ErrorKind::Refused, what).hint("look what it is, and move it away"))
            }
        }
    }

    /// The folder that a file is in, and its name there, if the folder exists.
    fn reach(&self, file: &str) -> Result<Option<(Folder, String)>> {
        let Some(folder) = self.secrets()? else { return Ok(None) };
        let (folders, name) = parts(file);
        let mut folder = folder;
        for part in folders {
            match folder.below(part).map_err(|error| refused(file, &error))? {
                Some(inner) => folder = inner,
                None => return Ok(None),
            }
        }
        Ok(Some((folder, name.to_owned())))
    }
}

/// The folders below `secrets`, and the last part.
fn parts(file: &str) -> (impl Iterator<Item = &str>, &str) {
    let below = file.strip_prefix("secrets/").unwrap_or(file);
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    (folders.split('/').filter(|part| !part.is_empty()), name)
}

/// Files that are being written. Writing one of them has two halves: it is staged under another name, and then put in its place in one step.
impl Tree {
    /// Writes a file down to the disk under a name that nobody looks for.
    pub(super) fn stage(&self, _lock: &Lock, file: &str, bytes: &[u8]) -> Result<()> {
        let (folder, name) = self.reach_made(file)?;
        let name = unfinished(&name);
        let staged = folder.remove(&name).and_then(|()| folder.create(&name, bytes));
        staged.map_err(|error| Error::io(file, &error))
    }

    /// Puts a staged file in its place. It has not reached the disk for certain until [`settle`](Self::settle).
    pub(super) fn place(&self, _lock: &Lock, file: &str) -> Result<()> {
        let (folder, name) = self.reach_made(file)?;
        if folder.kind(&name).map_err(|error| Error::io(file, &error))? == Some(Kind::Link) {
            return Err(link(file));
        }
        folder.rename(&unfinished(&name), &name).map_err(|error| Error::io(file, &error))
    }

    /// Gives up a staged file.
    pub(super) fn discard(&self, _lock: &Lock, file: &str) -> Result<()> {
        let Some((folder, name)) = self.reach(file)? else { return Ok(()) };
        folder.remove(&unfinished(&name)).map_err(|error| Error::io(file, &error))
    }

    /// Removes a file, and the folders that it leaves empty.
    pub(super) fn remove(&self, _lock: &Lock, file: &str) -> Result<()> {
        let failed = |error: io::Error| refused(file, &error);
        let Some((folder, name)) = self.reach(file)? else { return Ok(()) };
        folder.remove(&name).and_then(|()| folder.sync()).map_err(failed)?;
        let mut path = file;
        while let Some((above, _)) = path.rsplit_once('/') {
            path = above;
            // `secrets/data` itself stays.
            if path.matches('/').count() < 2 {
                break;
            }
            let Some((folder, name)) = self.reach(path)? else { break };
            folder.remove_empty(&name).map_err(failed)?;
        }
        Ok(())
    }

    /// Makes what was placed in the folder of a file last.
    pub(super) fn settle(&self, _lock: &Lock, file: &str) -> Result<()> {
        let (folder, _) = self.reach_made(file)?;
        folder.sync().map_err(|error| Error::io(file, &error))
    }

    /// As [`reach`](Self::reach), but makes the folders that are missing.
    fn reach_made(&self, file: &str) -> Result<(Folder, String)> {
        let missing = || Error::new(ErrorKind::Io, format!("{SECRETS}: the folder is gone"));
        let mut folder = self.secrets()?.ok_or_else(missing)?;
        let (folders, name) = parts(file);
        for part in folders {
            folder = folder.make_below(part).map_err(|error| refused(file, &error))?;
        }
        Ok((folder, name.to_owned()))
    }
}

fn unfinished(name: &str) -> String {
    format!(".{name}{UNFINISHED}")
}

/// What a failure to get the lock means.
fn unlockable(path: &Path, error: &io::Error) -> Error {
    if !cannot_lock(error) {
        return Error::io(path.display(), error);
    }
    let what = format!("the file system of {} has no locks for folders ({error})", path.display());
    Error::new(ErrorKind::Refused, what).hint(
        "two runs at once could not be told apart there, as on some network file systems: work in a clone on a local disk",
    )
}

/// What a failure at a file means.
fn refused(file: &str, error: &io::Error) -> Error {
    if is_link(error) { link(file) } else { Error::io(file, error) }
}

fn link(file: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("{file} is, or is behind, a symbolic link"))
        .hint("put the file itself there: a link could lead out of the fleet")
}

#[cfg(test)]
mod tests;
