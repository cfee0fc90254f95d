//! The private folder of one run: generated configuration files, and the sockets by which commands share a connection.

use std::{
    env,
    fs::{self, File},
    io::ErrorKind as IoKind,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, flock},
    process::{geteuid, getpid},
};

use crate::backend::error::{Error, ErrorKind, Result};

/// The path of a socket has 108 bytes at most, with its final NUL (`sun_path`, unix(7)).
const SOCKET_PATH: usize = 107;

/// What stands behind the folder in a socket's path: `openssh` makes `/.ssh-connectionXXXXXX/master`, and `ssh` first calls it `….RRRRRRRRRRRRRRRR` (`mux.c`).
const SOCKET_SUFFIX: usize = "/.ssh-connectionXXXXXX/master.RRRRRRRRRRRRRRRR".len();

/// A folder that only we can read, removed when it is dropped.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Tells the others that we live, in whatever namespace of processes they look for us: its lock ends with us.
    _alive: Option<File>,
}

impl RunFolder {
    /// Makes one below `$XDG_RUNTIME_DIR/steading`, or else in the temporary folder, and removes those that killed runs left.
    pub fn create() -> Result<Self> {
        let places = places(env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), env::temp_dir());
        let mut failure = None;
        for place in places {
            match Self::create_in(&place) {
                Ok(folder) => return Ok(folder),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| {
            Error::new(ErrorKind::Io, "there is no folder with a path short enough for SSH's sockets")
                .hint("set XDG_RUNTIME_DIR to a folder of your own with a path of less than 40 characters")
        }))
    }

    fn create_in(place: &Path) -> Result<Self> {
        private_folder(place)?;
        // A folder that is just made and not yet locked looks as if it had been left.
        let _turn = locked(place, FlockOperation::LockExclusive);
        sweep(place);
        let own = place.join(getpid().as_raw_nonzero().to_string());
        for number in 0..1000 {
            let folder = own.with_extension(number.to_string());
            match fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    let alive = locked(&folder, FlockOperation::NonBlockingLockExclusive);
                    return Ok(Self { path: folder, _alive: alive });
                }
                Err(error) if error.kind() == IoKind::AlreadyExists => {}
                Err(error) => return Err(Error::io(folder.display(), &error)),
            }
        }
        Err(Error::new(ErrorKind::Io, format!("{} is full of folders", place.display())))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(|error| Error::io(path.display(), &error))?;
        Ok(path)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What can't be removed now is swept by the next run.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Where the folder may be: absolute, and short enough for the longest process id.
fn places(runtime: Option<PathBuf>, temporary: PathBuf) -> Vec<PathBuf> {
    let user = geteuid().as_raw();
    let in_runtime = runtime.filter(|folder| folder.is_dir()).map(|folder| folder.join("steading"));
    let others = [temporary, PathBuf::from("/tmp")].map(|folder| folder.join(format!("steading-{user}")));
    let longest = SOCKET_PATH - SOCKET_SUFFIX - "/4194304.999".len();
    let fits = |place: &PathBuf| place.is_absolute() && place.as_os_str().len() <= longest;
    in_runtime.into_iter().chain(others).filter(fits).collect()
}

/// Makes sure that a folder is there, ours, and nobody else's: in a folder that all can write to, somebody may have made it before us.
fn private_folder(path: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != IoKind::AlreadyExists => return Err(Error::io(path.display(), &error)),
        _ => {}
    }
    let found = fs::symlink_metadata(path).map_err(|error| Error::io(path.display(), &error))?;
    let others_may = found.mode() & 0o077;
    if found.is_dir() && found.uid() == geteuid().as_raw() && others_may == 0 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Refused, format!("{} is not a folder that only you can use", path.display()))
        .hint("remove it, or set XDG_RUNTIME_DIR"))
}

/// Removes what killed runs left: the folders that nobody holds. Where there are no locks, nobody knows, and they stay.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for folder in entries.flatten().map(|entry| entry.path()) {
        if folder.is_dir() && locked(&folder, FlockOperation::NonBlockingLockExclusive).is_some() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A folder with a lock on it, if that can be had.
fn locked(folder: &Path, lock: FlockOperation) -> Option<File> {
    let folder = File::open(folder).ok()?;
    flock(&folder, lock).ok()?;
    Some(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_socket_fits_wherever_the_folder_is() {
        let long = PathBuf::from(format!("/tmp/{}", "x".repeat(60)));
        fs::create_dir_all(&long).unwrap();
        let chosen = places(Some(long.clone()), long.clone());
        fs::remove_dir(&long).unwrap();
        assert!(
            chosen.iter().all(|place| place.starts_with("/tmp") && !place.starts_with(&long)),
            "{chosen:?}"
        );
        assert!(!chosen.is_empty());
        assert!(
            places(Some("relative".into()), "also/relative".into())
                .iter()
                .all(|place| place.starts_with("/tmp"))
        );
    }

    #[test]
    fn somebody_elses_folder_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let open = parent.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(RunFolder::create_in(&open).unwrap_err().what.contains("only you can use"));
        let link = parent.path().join("link");
        symlink("/tmp", &link).unwrap();
        assert!(RunFolder::create_in(&link).unwrap_err().what.contains("only you can use"));
    }

    #[test]
    fn a_run_cleans_up_after_itself_and_after_the_killed() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("steading");
        private_folder(&place).unwrap();
        // Greater than any process id (proc(5), pid_max): as good as those of another namespace.
        let (dead, elsewhere) = (place.join("4194305.0"), place.join("4194306.0"));
        fs::create_dir_all(dead.join(".ssh-connection")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        let _alive = locked(&elsewhere, FlockOperation::LockExclusive).unwrap();
        let (one, two) = (RunFolder::create_in(&place).unwrap(), RunFolder::create_in(&place).unwrap());
        assert!(!dead.exists() && elsewhere.exists() && one.path() != two.path());
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && two.path().exists());
    }
}
