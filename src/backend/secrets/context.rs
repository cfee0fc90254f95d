//! What every run over the secrets works with, and what it is asked to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use super::{Plaintext, Script, SecretName, declared::Declared, seal::Identities, tree::Tree};
use crate::backend::{error::Result, model::Secrets};

/// What every run works with.
pub struct Context {
    /// The files.
    pub tree: Tree,
    /// What is declared.
    pub declared: Declared,
    /// What there is to decrypt with; may be nothing.
    pub identities: Identities,
    /// The time, in seconds since 1970.
    pub now: u64,
    /// How many threads work at a time.
    pub threads: usize,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Wish {
    /// The verb.
    pub request: Request,
    /// Protected secrets whose names were typed: these may get a new value.
    pub confirmed: BTreeSet<SecretName>,
    /// Whether to look into every file, also where the records say that nothing changed.
    pub verify: bool,
}

/// The verbs.
#[derive(Debug)]
pub enum Request {
    /// Bring up to date whatever is due.
    Generate {
        /// These, with what they are made from and what is made from them; all, if none is named.
        names: BTreeSet<SecretName>,
        /// Whether those that are too old get a new value.
        expired: bool,
    },
    /// Give these a new value, and whatever is made from them.
    Rotate {
        /// Which.
        names: BTreeSet<SecretName>,
    },
    /// Make lost files again from their entropy.
    Restore {
        /// These; all, if none is named.
        names: BTreeSet<SecretName>,
    },
    /// Encrypt anew, also where nothing changed.
    Rekey {
        /// These; all, if none is named.
        names: BTreeSet<SecretName>,
    },
    /// Keep what was written by hand.
    Adopt {
        /// Which.
        names: BTreeSet<SecretName>,
    },
    /// Give a manual secret its value, and whatever is made from it.
    Enter {
        /// Which.
        name: SecretName,
        /// The value.
        text: Plaintext,
    },
    /// Remove files that nobody declares.
    Prune {
        /// These; all, if none is named.
        names: BTreeSet<SecretName>,
    },
}

/// Runs the scripts that make secrets; called on threads of the run's own.
pub trait RunScript: Sync {
    /// Runs one, with the secrets that it may read, and takes what it prints.
    fn run(
        &self,
        name: &SecretName,
        script: &Script,
        secrets: &BTreeMap<String, Arc<Plaintext>>,
    ) -> Result<Plaintext>;
}

impl Context {
    /// A context over the secrets of a fleet.
    pub fn new(fleet: &Path, secrets: &Secrets, identities: Identities, now: u64) -> Result<Self> {
        Ok(Self {
            tree: Tree::open(fleet)?,
            declared: Declared::of(secrets)?,
            identities,
            now,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        })
    }
}

impl Default for Request {
    fn default() -> Self {
        Self::Generate { names: BTreeSet::new(), expired: false }
    }
}

impl Wish {
    /// What a verb asks for, without anything confirmed.
    #[must_use]
    pub fn to(request: Request) -> Self {
        Self { request, ..Self::default() }
    }
}

impl Request {
    /// The secrets that it names.
    #[must_use]
    pub fn names(&self) -> BTreeSet<SecretName> {
        match self {
            Self::Generate { names, .. }
            | Self::Rotate { names }
            | Self::Restore { names }
            | Self::Rekey { names }
            | Self::Adopt { names }
            | Self::Prune { names } => names.clone(),
            Self::Enter { name, .. } => BTreeSet::from([name.clone()]),
        }
    }

    /// Whether a secret is meant: named, or one of all.
    #[must_use]
    pub fn means(&self, name: &SecretName) -> bool {
        let names = match self {
            Self::Generate { names, .. }
            | Self::Restore { names }
            | Self::Rekey { names }
            | Self::Prune { names } => {
                return names.is_empty() || names.contains(name);
            }
            Self::Rotate { names } | Self::Adopt { names } => names,
            Self::Enter { name: entered, .. } => return entered == name,
        };
        names.contains(name)
    }
}
