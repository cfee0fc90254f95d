//! Identities: what the operator decrypts with, where it is looked for, and how it is unlocked.

mod ask;
mod file;
mod locked;
mod parse;
mod plugin;
mod ssh;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

#[cfg(test)]
pub(super) use self::locked::{Unwrapping, unwrap};
pub(super) use self::{ask::tame, locked::Trouble};
pub use self::{
    ask::{Answer, Ask, Nobody, Passphrase, Question},
    locked::LARGEST_WORK_FACTOR,
    plugin::Plugins,
};
use super::seal::Identities;
use crate::backend::error::{ErrorKind, Result};

/// An identity as `age` knows it.
type Key = Box<dyn age::Identity + Send + Sync>;

/// In which order identities are tried: those that ask nobody first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// At hand.
    Plain,
    /// Locked, but it is known which files are meant for it.
    Tagged,
    /// A plugin, which may want a touch.
    Plugin,
    /// Locked, and nobody knows what is in it.
    Wrapped,
}

/// Where identities are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Files that were named, on the command line or in the configuration: each must be usable, and no others are looked for.
    pub named: Vec<PathBuf>,
    /// Files to look for where none was named: each that is there and can be used.
    pub usual: Vec<PathBuf>,
    /// Plugins that may be run, by the names in `age-plugin-NAME`.
    pub plugins: BTreeSet<String>,
}

impl Sources {
    /// The usual places: a file of Steading's own, and the keys that SSH uses by default, as `agenix` does.
    #[must_use]
    pub fn usual(config: &Path, home: &Path) -> Vec<PathBuf> {
        vec![config.join("identity"), home.join(".ssh/id_ed25519"), home.join(".ssh/id_rsa")]
    }

    /// Reads what there is; nobody is asked yet. No identity at all is no error here, see [`Identities::required`].
    pub fn open(&self, ask: &Arc<dyn Ask>) -> Result<Identities> {
        let plugins = Plugins::new(self.plugins.clone(), ask.clone());
        let read = |path: &Path| parse::identities(&file::bytes(path, &**ask)?, path, &plugins, ask);
        let mut keys = Vec::new();
        let (mut tried, mut files) = (Vec::new(), Vec::new());
        for path in &self.named {
            keys.extend(read(path)?);
            files.push(path.display().to_string());
        }
        if self.named.is_empty() {
            for path in &self.usual {
                match read(path) {
                    Ok(found) => {
                        keys.extend(found);
                        files.push(path.display().to_string());
                    }
                    Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
                    Err(error) => tried.push(error.to_string()),
                }
            }
        }
        keys.sort_by_key(|(rank, _)| *rank);
        let keys = keys.into_iter().map(|(_, key)| key).collect();
        Ok(Identities::of(keys).having_tried(tried).found_in(files).with_plugins(plugins))
    }
}
