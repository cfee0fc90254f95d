//! Identities: what the operator decrypts with, where it is looked for, and how it is unlocked.

mod ask;
mod locked;
mod parse;
mod plugin;
mod ssh;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use zeroize::Zeroizing;

#[cfg(test)]
pub(super) use self::locked::{Unwrapping, unwrap};
pub(super) use self::{ask::tame, locked::Trouble};
pub use self::{
    ask::{Answer, Ask, Nobody, Passphrase, Question},
    locked::LARGEST_WORK_FACTOR,
    plugin::Plugins,
};
use super::seal::Identities;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    process::quote,
};

/// The largest identity file, in bytes.
const LARGEST: usize = 1 << 20;

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
        let read = |path: &Path| parse::identities(&bytes(path)?, path, &plugins, ask);
        let mut keys = Vec::new();
        let mut tried = Vec::new();
        for path in &self.named {
            keys.extend(read(path)?);
        }
        if self.named.is_empty() {
            for path in &self.usual {
                match read(path) {
                    Ok(found) => keys.extend(found),
                    Err(error) => tried.push(error.to_string()),
                }
            }
        }
        keys.sort_by_key(|(rank, _)| *rank);
        let keys = keys.into_iter().map(|(_, key)| key).collect();
        Ok(Identities::of(keys).having_tried(tried).with_plugins(plugins))
    }
}

/// The bytes of an identity file, if nobody else can read it.
fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let fail = |what: &str| Error::new(ErrorKind::Configuration, format!("{} {what}", path.display()));
    let io = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => fail("does not exist"),
        _ => Error::io(path.display(), error),
    };
    let file = File::open(path).map_err(|error| io(&error))?;
    let about = file.metadata().map_err(|error| io(&error))?;
    if about.is_dir() {
        return Err(fail("is a folder").hint("name the identity file in it"));
    }
    // A pipe has no readers but those that were given it.
    if about.is_file() && about.mode() & 0o077 != 0 {
        let what =
            format!("{} can be read or written by others (mode {:o})", path.display(), about.mode() & 0o777);
        return Err(Error::new(ErrorKind::Refused, what).hint(format!(
            "`chmod 600 {}`, and think about who may have read it",
            quote(&path.to_string_lossy())
        )));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST + 1));
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| io(&error))?;
    if bytes.len() > LARGEST {
        return Err(fail("is too large to be an identity file"));
    }
    Ok(bytes)
}
