//! A folder in memory for what a program must have as a file: the text of a secret that is being edited.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::{fs::statfs, process::getuid};
use tempfile::TempDir;

use super::Plaintext;
use crate::backend::error::{Error, ErrorKind, Result};

/// `TMPFS_MAGIC` and `RAMFS_MAGIC` of Linux (`statfs(2)`).
const IN_MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];

/// A folder that nobody else can look into, on a file system in memory. At its end, what is in it is overwritten and gone.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    /// Makes one where the system keeps what is a user's and in memory: `$XDG_RUNTIME_DIR`, or `/dev/shm`.
    pub fn new() -> Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let user = PathBuf::from(format!("/run/user/{}", getuid().as_raw()));
        let candidates = runtime.into_iter().chain([user, PathBuf::from("/dev/shm")]).collect::<Vec<_>>();
        Self::below(&candidates)
    }

    fn below(candidates: &[PathBuf]) -> Result<Self> {
        let made = candidates.iter().filter(|folder| is_in_memory(folder)).find_map(|folder| {
            let private = std::fs::Permissions::from_mode(0o700);
            tempfile::Builder::new().prefix("steading-").permissions(private).tempdir_in(folder).ok()
        });
        made.map(Self).ok_or_else(|| {
            let tried = candidates.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>();
            let what = format!("no folder in memory can be written to ({})", tried.join(", "));
            Error::new(ErrorKind::Refused, what)
                .hint("a secret is never written to a disk: mount a tmpfs and name it in XDG_RUNTIME_DIR, or hand the text over on standard input")
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a text to a file, readable by this user alone, and says where that is.
    pub fn write(&self, name: &str, text: &Plaintext) -> Result<PathBuf> {
        let path = self.path().join(name);
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(text.bytes()));
        written.map_err(|error| Error::io(path.display(), &error))?;
        Ok(path)
    }

    /// Reads a file again.
    pub fn read(&self, name: &str) -> Result<Plaintext> {
        let path = self.path().join(name);
        let read = File::open(&path).and_then(|mut file| Plaintext::read_from(&mut file));
        read.map_err(|error| Error::io(path.display(), &error))
    }
}

impl Drop for Scratch {
    /// Overwrites what is there, whatever a program left beside it, before the folder goes.
    fn drop(&mut self) {
        overwrite(self.path());
    }
}

fn overwrite(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(found) if found.is_dir() => overwrite(&entry.path()),
            Ok(found) if found.is_file() => {
                if let Ok(mut file) = OpenOptions::new().write(true).open(entry.path()) {
                    let _ =
                        std::io::copy(&mut std::io::Read::take(std::io::repeat(0), found.len()), &mut file);
                }
            }
            _ => {}
        }
    }
}

fn is_in_memory(folder: &Path) -> bool {
    statfs(folder).is_ok_and(|found| {
        #[allow(clippy::useless_conversion, reason = "the type differs from system to system")]
        let kind = i64::from(found.f_type);
        IN_MEMORY.contains(&kind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_in_memory_and_gone_at_the_end() {
        let scratch = Scratch::new().unwrap();
        let path = scratch.write("text", &Plaintext::from(b"hunter2".to_vec())).unwrap();
        assert!(is_in_memory(&path));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(scratch.path()), mode(&path)), (0o700, 0o600));
        assert_eq!(scratch.read("text").unwrap().bytes(), b"hunter2");
        // An editor may have it open, or keep a second name for it.
        let still = File::open(&path).unwrap();
        std::fs::create_dir(scratch.path().join("backup")).unwrap();
        std::fs::hard_link(&path, scratch.path().join("backup/text~")).unwrap();
        drop(scratch);
        assert!(!path.exists());
        let mut left = Vec::new();
        std::io::Read::read_to_end(&mut &still, &mut left).unwrap();
        assert_eq!(left, [0; 7]);
    }

    #[test]
    fn a_disk_is_not_taken() {
        let error = Scratch::below(&["/proc".into(), "/nowhere".into()]).unwrap_err();
        assert!(error.what.contains("/proc, /nowhere"), "{error}");
    }
}
