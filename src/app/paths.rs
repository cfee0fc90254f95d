//! Where things are kept on this machine: the XDG base directories.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

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
        let mut hasher = DefaultHasher::new();
        fleet.hash(&mut hasher);
        let name = fleet.rsplit('/').find(|part| !part.is_empty()).unwrap_or("fleet");
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(40).collect();
        self.state.join("fleets").join(format!("{name}-{:016x}", hasher.finish()))
    }
}
