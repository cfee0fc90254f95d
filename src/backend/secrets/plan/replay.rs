//! Making a secret again from its recorded entropy, to see whether the same comes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Draft, Planned};
use crate::backend::secrets::{
    Digest, Plaintext, Replay, SecretName,
    context::Context,
    declared::Declaration,
    engines::{self, Dialect, Fault, FaultClass, Made, ReadSecret},
    sidecar::Found,
    tree::Part,
    values::Values,
};

/// What came of it.
#[derive(Debug)]
pub enum Replayed {
    /// The very same; or something, where there is nothing to compare it with.
    Same {
        /// In which dialect.
        dialect: Dialect,
        /// What was made.
        made: Made,
        /// What was read for it.
        reads: BTreeSet<SecretName>,
    },
    /// Something else, or more entropy was needed than was recorded.
    Differs,
    /// It can't be made, whatever the entropy.
    Fault(String),
    /// A file can't be read.
    Unreadable(String),
}

/// What gives an engine the texts of other secrets.
pub struct Reader<'a> {
    /// What every run works with.
    pub context: &'a Context,
    /// What was decrypted so far.
    pub values: &'a Values,
    /// The digests of all files.
    pub found: &'a BTreeMap<SecretName, Found>,
    /// The plan that is carried out, if one is: it says what may be read that was not known to be needed.
    pub run: Option<&'a Planned>,
    /// What was known to be needed.
    pub reads: BTreeSet<SecretName>,
    /// What was read besides.
    pub met: BTreeSet<SecretName>,
}

impl ReadSecret for Reader<'_> {
    fn read(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        let fault = |why: String| Fault {
            class: FaultClass::Secret(name.to_owned()),
            what: format!("the secret {name:?} can't be read: {why}"),
        };
        let undeclared = || fault("nobody declares it".to_owned());
        let secret = name.parse::<SecretName>().map_err(|_| undeclared())?;
        if !self.reads.contains(&secret) {
            if !self.context.declared.secrets.contains_key(&secret) {
                return Err(undeclared());
            }
            self.run.map_or(Ok(()), |run| late(run, &secret)).map_err(fault)?;
            self.met.insert(secret.clone());
        }
        let text = match self.found.get(&secret).and_then(|found| found.data) {
            Some(digest) => self.values.read(self.context, Part::Data, &secret, digest),
            None => self.values.made(&secret).ok_or_else(|| "it isn't there yet".to_owned()),
        };
        text.map_err(fault)
    }
}

/// Whether a secret may be read that was not known to be needed: only one that the run leaves as it is, since nobody waited for it.
fn late(run: &Planned, name: &SecretName) -> Result<(), String> {
    match run.drafts.get(name) {
        Some(Draft { task: None, available: true, .. }) => Ok(()),
        Some(Draft { task: Some(_), .. }) => {
            let why = "whether it is needed depends on the text of another secret, and this run is about both: run it once more";
            Err(why.to_owned())
        }
        _ => Err("it is not as it should be".to_owned()),
    }
}

/// What is replayed.
pub struct Recorded<'a> {
    /// Its name.
    pub name: &'a SecretName,
    /// How it is made.
    pub declaration: &'a Declaration,
    /// The digest of its entropy; none was needed, if there is none.
    pub entropy: Option<Digest>,
    /// The digest of what should come out; anything may, if there is none.
    pub data: Option<Digest>,
}

/// Replays a secret in each of these dialects until one gives the same.
pub fn replay(recorded: &Recorded<'_>, dialects: &[Dialect], reader: &mut Reader<'_>) -> Replayed {
    let Recorded { name, declaration, entropy, data } = recorded;
    let Some(generation) = &declaration.generation else { return Replayed::Differs };
    let (context, values) = (reader.context, reader.values);
    let read = |part, digest: Option<Digest>| {
        digest.map(|digest| values.read(context, part, name, digest)).transpose()
    };
    let (entropy, data) = match (read(Part::Entropy, *entropy), read(Part::Data, *data)) {
        (Ok(entropy), Ok(data)) => (entropy.unwrap_or_default(), data),
        (Err(why), _) | (_, Err(why)) => return Replayed::Unreadable(why),
    };
    let (mut differs, mut fault) = (false, None);
    for &dialect in dialects {
        reader.met.clear();
        match engines::make(generation, dialect, &mut Replay::of(&entropy), reader) {
            Ok(made) if data.as_ref().is_none_or(|data| **data == made.text) => {
                let reads = reader.reads.union(&reader.met).cloned().collect();
                return Replayed::Same { dialect, made, reads };
            }
            Err(refused) if refused.class != FaultClass::EntropyExhausted => fault = Some(refused.what),
            _ => differs = true,
        }
    }
    // What one dialect refuses may have been made in the other.
    fault.filter(|_| !differs).map_or(Replayed::Differs, Replayed::Fault)
}
