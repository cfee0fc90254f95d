//! The private folder of one run: generated configuration files, and the sockets by which commands share a connection.

use std::{
    env, fs,
    io::ErrorKind as IoKind,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use rustix::process::{Pid, geteuid, getpid, test_kill_process};

use crate::backend::error::{Error, ErrorKind, Result};

/// The path of a socket has 108 bytes at most, with its final NUL (`sun_path`, unix(7)).
const SOCKET_PATH: usize = 107;

/// What stands behind the folder in a socket's path: `openssh` makes `/.ssh-connectionXXXXXX/master`, and `ssh` first calls it `….RRRRRRRRRRRRRRRR` (`mux.c`).
const SOCKET_SUFFIX: usize = "/.ssh-connectionXXXXXX/master.RRRRRRRRRRRRRRRR".len();

/// A folder that only we can read, removed when it is dropped.
#[derive(Debug)]
pub struct RunFolder(PathBuf);

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
        sweep(place);
        let own = place.join(getpid().as_raw_nonzero().to_string());
        for number in 0..1000 {
            let folder = own.with_extension(number.to_string());
            match fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(Self(folder)),
                Err(error) if error.kind() == IoKind::AlreadyExists => {}
                Err(error) => return Err(Error::io(folder.display(), &error)),
            }
        }
        Err(Error::new(ErrorKind::Io, format!("{} is full of folders", place.display())))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text).map_err(|error| Error::io(path.display(), &error))?;
        Ok(path)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What can't be removed now is swept by the next run.
        let _ = fs::remove_dir_all(&self.0);
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

/// Removes the folders of processes that are gone.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let process =
            name.to_str().and_then(|name| name.split('.').next()?.parse().ok()).and_then(Pid::from_raw);
        if process.is_some_and(|process| test_kill_process(process) == Err(rustix::io::Errno::SRCH)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
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
        // Greater than any process id (proc(5), pid_max).
        let dead = place.join("4194305.0");
        fs::create_dir_all(dead.join(".ssh-connection")).unwrap();
        let (one, two) = (RunFolder::create_in(&place).unwrap(), RunFolder::create_in(&place).unwrap());
        assert!(!dead.exists() && one.path() != two.path());
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && two.path().exists());
    }
}
