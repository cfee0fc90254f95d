//! A folder held by its descriptor: what is below it is reached part by part, and no symbolic link is ever followed.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read as _, Write as _},
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::Path,
};

use rustix::{
    fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags},
    io::Errno,
};

/// A folder that was opened once; moving or replacing it afterwards leads nobody astray.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

/// What a name in a folder leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A socket, a pipe, a device.
    Other,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder by its path, where links are the operator's own business.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::open(path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder in this one. A link is an error ([`is_link`]).
    pub fn below(&self, name: &str) -> io::Result<Option<Self>> {
        match rustix::fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(folder) => Ok(Some(Self(folder))),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::NOTDIR) if self.kind(name)? == Some(Kind::Link) => Err(Errno::LOOP.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a folder in this one, which it makes first where there is none.
    pub fn make_below(&self, name: &str) -> io::Result<Self> {
        if let Some(folder) = self.below(name)? {
            return Ok(folder);
        }
        self.changes()?;
        match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        self.below(name)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// What a name leads to, if it is there.
    pub fn kind(&self, name: &str) -> io::Result<Option<Kind>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some(kind_of(FileType::from_raw_mode(found.st_mode)))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a regular file, if it is there. One of over `limit` bytes is an error.
    pub fn read(&self, name: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
        // A pipe must not be waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(limit).min(limit) + 1);
        let read = file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        if read > limit {
            let what = format!("it is larger than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
        }
        Ok(Some(bytes))
    }

    /// Writes a new file, down to the disk.
    pub fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.changes()?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?);
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Gives a file another name in the same folder, in place of what had it.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.changes()?;
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.changes()?;
        match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes an empty folder. One that is not empty stays.
    pub fn remove_empty(&self, name: &str) -> io::Result<()> {
        self.changes()?;
        match rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes what was renamed or removed here last.
    pub fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }

    /// What is in it, in the order of the names. Names that are no UTF-8 are left out: no secret has one.
    pub fn list(&self) -> io::Result<Vec<(String, Kind)>> {
        let mut found = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = std::str::from_utf8(OsStr::from_bytes(entry.file_name().to_bytes()).as_bytes())
            else {
                continue;
            };
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => self.kind(name)?,
                kind => Some(kind_of(kind)),
            };
            found.extend(kind.map(|kind| (name.to_owned(), kind)));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Called before each change of the disk: a test may let there be no more of them.
    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "only tests refuse")
    )]
    #[cfg_attr(test, allow(clippy::unused_self, reason = "it is told of no folder"))]
    fn changes(&self) -> io::Result<()> {
        #[cfg(test)]
        fuse::burn()?;
        Ok(())
    }

    /// Takes the folder's lock until this descriptor is closed. `false`: somebody else has it.
    pub fn lock(&self) -> io::Result<bool> {
        match rustix::fs::flock(&self.0, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether an error means that a symbolic link was met.
pub(super) fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Whether an error of [`Folder::lock`] means that the file system can't do that. NFS makes of it a lock that asks for a file opened for writing (`flock(2)`).
pub(super) fn cannot_lock(error: &io::Error) -> bool {
    let cannot = [Errno::BADF, Errno::INVAL, Errno::NOLCK, Errno::NOSYS, Errno::OPNOTSUPP];
    cannot.iter().any(|cannot| error.raw_os_error() == Some(cannot.raw_os_error()))
}

fn kind_of(kind: FileType) -> Kind {
    match kind {
        FileType::Directory => Kind::Folder,
        FileType::RegularFile => Kind::File,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

/// Lets a thread change the disk so often, and then no more: what it leaves there is what a program leaves that is killed.
#[cfg(test)]
pub mod fuse {
    use std::{cell::Cell, io};

    thread_local! {
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// How many changes are left to this thread; any number, if none is said.
    pub fn set(left: Option<usize>) {
        LEFT.set(left);
    }

    /// Whether it ever refused a change since it was set.
    pub fn is_burnt() -> bool {
        LEFT.get() == Some(0)
    }

    pub(super) fn burn() -> io::Result<()> {
        match LEFT.get() {
            Some(0 | 1) => {
                LEFT.set(Some(0));
                Err(io::Error::other("killed"))
            }
            left => {
                LEFT.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}
