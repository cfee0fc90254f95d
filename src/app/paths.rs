//! Where things are kept on this machine: the XDG base directories.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::backend::error::{Error, ErrorKind, Result};

/// The folders of this user.
#[derive(Debug, Clone)]
pub struct Paths {
    /// `$XDG_CONFIG_HOME/steading`.
    pub config: PathBuf,
    /// `$XDG_CACHE_HOME/steading`.
    pub cache: PathBuf,
    /// `$XDG_STATE_HOME/steading`.
    pub state: PathBuf,
}

impl Paths {
    /// Finds them; they need not exist.
    pub fn find() -> Result<Self> {
        let folders = ProjectDirs::from("", "", "steading").ok_or_else(|| {
            Error::new(ErrorKind::Configuration, "this user has no home folder").hint("set HOME")
        })?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Ok(Self {
            config: folders.config_dir().to_owned(),
            cache: folders.cache_dir().to_owned(),
            state: state.to_owned(),
        })
    }

    /// The folder for what is remembered of one fleet, named after where the fleet is: two checkouts are two fleets.
    #[must_use]
    pub fn fleet_state(&self, fleet: &str) -> PathBuf {
        self.state.join("fleets").join(Self::folder_of(fleet))
    }

    /// The folder for what was known of a fleet when it was last looked at.
    #[must_use]
    pub fn fleet_cache(&self, fleet: &str) -> PathBuf {
        self.cache.join("fleets").join(Self::folder_of(fleet))
    }

    fn folder_of(fleet: &str) -> String {
        // A file name has 255 bytes at most; the end of a long path says more than its beginning.
        let name = fleet.replace('%', "%%").replace('/', "%");
        let start =
            name.char_indices().map(|(at, _)| at).find(|at| name.len() - at <= 200).unwrap_or_default();
        name[start..].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleets_folder_is_one_file_name() {
        let paths = Paths { config: "/c".into(), cache: "/k".into(), state: "/s".into() };
        assert_eq!(paths.fleet_state("/home/me/100%/fleet"), PathBuf::from("/s/fleets/%home%me%100%%%fleet"));
        assert_eq!(paths.fleet_state("github:me/fleet"), PathBuf::from("/s/fleets/github:me%fleet"));
        let long = paths.fleet_state(&"/ü".repeat(300));
        assert!(long.file_name().is_some_and(|name| name.len() <= 200), "{}", long.display());
    }
}
