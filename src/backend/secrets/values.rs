//! The texts of secrets during one run: each decrypted once at most, and wiped when the run is over.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{Digest, Plaintext, SecretName, context::Context, tree::Part};

/// A text, or why it can't be read.
pub type Read = Result<Arc<Plaintext>, String>;

/// What was decrypted or made so far.
#[derive(Default)]
pub struct Values(Mutex<BTreeMap<(Part, SecretName), Cell>>);

/// A text that one thread decrypts while others wait for it.
type Cell = Arc<OnceLock<Read>>;

impl Values {
    /// The text of a file that has this digest.
    pub fn read(&self, context: &Context, part: Part, name: &SecretName, digest: Digest) -> Read {
        let cell = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry((part, name.clone())).or_default().clone()
        };
        // Not under the lock: a key may take a while, or ask its owner.
        cell.get_or_init(|| unseal(context, part, name, digest)).clone()
    }

    /// The text of a secret that was made in this run, or decrypted before.
    pub fn made(&self, name: &SecretName) -> Option<Arc<Plaintext>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(Part::Data, name.clone()))?.get()?.clone().ok()
    }

    /// Notes what a secret is from now on.
    pub fn put(&self, name: &SecretName, text: Arc<Plaintext>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((Part::Data, name.clone()), Arc::new(OnceLock::from(Ok(text))));
    }
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values(..)")
    }
}

fn unseal(context: &Context, part: Part, name: &SecretName, digest: Digest) -> Read {
    let file = part.file(name);
    let sealed = context.tree.read(&file).map_err(|error| error.to_string())?;
    let sealed = sealed.filter(|sealed| Digest::of(sealed) == digest);
    let sealed = sealed.ok_or_else(|| format!("{file} changed meanwhile"))?;
    let text = context.identities.unseal(&sealed).map_err(|why| match part {
        Part::Data => why.to_string(),
        _ => format!("{file}: {why}"),
    })?;
    Ok(Arc::new(text))
}
