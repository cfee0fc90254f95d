//! Carrying out the task of one secret, in memory: from what was decided to the files that are written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::backend::{
    error::{Error, ErrorKind, Result},
    secrets::{
        Digest, Fresh, Generation, Plaintext, Script, SecretName, SecretResult,
        context::{Context, Request, RunScript},
        declared::Declaration,
        engines::{self, Dialect, ReadSecret as _},
        plan::{Draft, Planned, Reader, Recorded, Replayed, Task, replay},
        seal::Recipients,
        sidecar::{ENGINES, Found, Record},
        transaction::Change,
        tree::Part,
    },
};

/// What came of a secret.
#[derive(Debug)]
pub(super) struct Product {
    /// What came of it, if what is to be written can be written.
    pub result: SecretResult,
    /// What is to be written.
    pub change: Option<Change>,
    /// Which value it has then; `None`: none that others could be made from.
    pub value: Option<Digest>,
}

impl Product {
    /// Nothing came of it.
    pub fn none(result: SecretResult) -> Self {
        Self { result, change: None, value: None }
    }
}

/// A secret whose turn it is.
pub(super) struct Turn<'a> {
    pub planned: &'a Planned,
    pub name: &'a SecretName,
    pub draft: &'a Draft,
    pub scripts: &'a dyn RunScript,
    /// Which values its sources have by now.
    pub values: BTreeMap<&'a SecretName, Digest>,
}

/// A value with its surroundings.
struct Value {
    text: Arc<Plaintext>,
    entropy: Option<Plaintext>,
    public: Option<String>,
    reads: BTreeSet<SecretName>,
    dialect: Dialect,
}

impl Turn<'_> {
    /// Carries it out.
    pub fn take(&self, task: &Task) -> Result<Product> {
        match task {
            Task::Record => self.record(),
            Task::Rekey => self.rekey(),
            Task::Restore { dialect } => self.restore(*dialect),
            Task::Enter => self.enter(),
            Task::Make { anew, dialect } => {
                if !anew && let Some(product) = self.keep(*dialect)? {
                    return Ok(product);
                }
                self.make(*dialect)
            }
        }
    }

    pub(super) fn context(&self) -> &Context {
        &self.planned.context
    }

    pub(super) fn declaration(&self) -> &Declaration {
        &self.context().declared.secrets[self.name]
    }

    pub(super) fn found(&self) -> Found {
        self.planned.files.found.get(self.name).copied().unwrap_or_default()
    }

    pub(super) fn read(&self, part: Part, digest: Digest) -> Result<Arc<Plaintext>> {
        let read = self.planned.values.read(self.context(), part, self.name, digest);
        read.map_err(|why| Error::new(ErrorKind::Refused, why))
    }

    fn old(&self) -> Result<&Record> {
        self.draft.record.as_ref().ok_or_else(|| Error::new(ErrorKind::Refused, "nothing is recorded of it"))
    }

    fn record(&self) -> Result<Product> {
        let (mut files, mut record) = (Vec::new(), self.old()?.clone());
        if !matches!(self.planned.wish.request, Request::Adopt { .. }) {
            return self.changed(SecretResult::Recorded, files, record);
        }
        self.adopt_public(&*self.read(Part::Data, record.data)?, &mut files, &mut record);
        self.changed(SecretResult::Adopted, files, record)
    }

    /// Encrypts the same value, and its entropy where others may read that, anew.
    fn rekey(&self) -> Result<Product> {
        let old = self.old()?;
        let text = self.read(Part::Data, self.found().data.unwrap_or(old.data))?;
        let forced = matches!(self.planned.wish.request, Request::Rekey { .. });
        let (file, mut record) = self.sealed(&text, old.clone())?;
        let mut files = Vec::from([file]);
        if matches!(self.planned.wish.request, Request::Adopt { .. }) {
            self.adopt_public(&text, &mut files, &mut record);
        }
        let found = self.found().entropy;
        // What its value is not made from may come and go; of what it is made from, the loss is not forgotten.
        let any = old.adopted || !self.declaration().is_replayable();
        match found {
            Some(digest)
                if (any || old.entropy == found)
                    && (forced || old.admins != self.context().declared.admins) =>
            {
                let entropy = self.read(Part::Entropy, digest)?;
                files.push(self.sealed_entropy(&entropy, &mut record)?);
            }
            _ if any => record.entropy = found,
            _ => {}
        }
        self.changed(SecretResult::Rekeyed, files, record)
    }

    /// Makes the value that the entropy gives. A file that has it already stays as it is.
    fn restore(&self, dialect: Dialect) -> Result<Product> {
        let found = self.found();
        let recorded =
            Recorded { name: self.name, declaration: self.declaration(), entropy: found.entropy, data: None };
        let made = match replay(&recorded, &[dialect], &mut self.reader()) {
            Replayed::Same { made, .. } => made,
            Replayed::Differs => return Err(refused("its entropy does not suffice")),
            Replayed::Fault(why) | Replayed::Unreadable(why) => return Err(refused(why)),
        };
        let old = self.draft.record.as_ref();
        let text = Arc::new(made.text);
        let reads = old.map_or_else(|| self.reads(), |old| old.reads.keys().cloned().collect());
        let (mut files, mut record) = (Vec::new(), self.new_record(dialect, &reads));
        let present = found.data.filter(|data| old.is_some_and(|old| old.data == *data));
        record.entropy = found.entropy;
        record.admins = old.map_or_else(|| self.context().declared.admins.clone(), |old| old.admins.clone());
        if let Some(old) = old {
            let Record { value, recipients, former, found, since, .. } = old.clone();
            record = Record { value, recipients, former, found, since, ..record };
        } else {
            record.found = true;
        }
        if let Some(data) = present
            && *self.read(Part::Data, data)? == *text
        {
            record.data = data;
        } else {
            let (file, sealed) = self.sealed(&text, record)?;
            files.push(file);
            record = sealed;
        }
        record.value = old.map_or(self.draft.value.unwrap_or(record.data), |old| old.value);
        if let Some(digest) = found.entropy.filter(|_| record.admins != self.context().declared.admins) {
            let entropy = self.read(Part::Entropy, digest)?;
            files.push(self.sealed_entropy(&entropy, &mut record)?);
        }
        self.add_public(made.public.as_deref(), &mut files, &mut record);
        self.planned.values.put(self.name, text);
        self.changed(SecretResult::Restored, files, record)
    }

    fn enter(&self) -> Result<Product> {
        let Request::Enter { text, .. } = &self.planned.wish.request else {
            return Err(refused("there is nothing to enter"));
        };
        lint(text)?;
        let value = Value {
            text: Arc::new(text.clone()),
            entropy: None,
            public: None,
            reads: BTreeSet::new(),
            dialect: Dialect::Mended,
        };
        self.write(SecretResult::Entered, value)
    }

    /// Looks whether the present value is right after all; `None`: it isn't.
    fn keep(&self, dialect: Dialect) -> Result<Option<Product>> {
        let (Some(old), found) = (&self.draft.record, self.found()) else { return Ok(None) };
        let (Some(data), declaration) = (found.data.filter(|data| *data == old.data), self.declaration())
        else {
            return Ok(None);
        };
        let value = |name: &SecretName| self.values.get(name).copied();
        let same_sources = self.reads().iter().all(|name| value(name) == old.reads.get(name).copied());
        let is_same =
            same_sources && old.definition == declaration.definition && old.engine_version == ENGINES;
        let record = if is_same {
            old.clone()
        } else if declaration.is_replayable() {
            let recorded =
                Recorded { name: self.name, declaration, entropy: found.entropy, data: Some(data) };
            let reads = match replay(&recorded, &[dialect], &mut self.reader()) {
                Replayed::Same { reads, .. } => reads,
                Replayed::Differs => return Ok(None),
                Replayed::Fault(why) | Replayed::Unreadable(why) => return Err(refused(why)),
            };
            let new = self.new_record(dialect, &reads);
            Record {
                definition: new.definition,
                engine_version: ENGINES,
                reads: new.reads,
                entropy: found.entropy,
                ..old.clone()
            }
        } else {
            return Ok(None);
        };
        if record.recipients == declaration.recipients
            && (record.entropy.is_none() || record.admins == self.context().declared.admins)
        {
            let kept = Product { result: SecretResult::Unchanged, change: None, value: Some(old.value) };
            let recorded = || self.changed(SecretResult::Recorded, Vec::new(), record);
            return if is_same { Ok(kept) } else { recorded() }.map(Some);
        }
        let draft = Draft { record: Some(record), ..self.draft.clone() };
        let turn = Turn { draft: &draft, values: self.values.clone(), ..*self };
        turn.rekey().map(Some)
    }

    /// Makes a new value.
    fn make(&self, dialect: Dialect) -> Result<Product> {
        let value = match &self.declaration().generation {
            None => return Err(refused("it is entered by hand")),
            Some(Generation::Script(script)) => self.run(script)?,
            Some(generation) => {
                let mut entropy =
                    Fresh::new().map_err(|error| Error::io("the system's randomness", &error))?;
                let mut reader = self.reader();
                let made = engines::make(generation, dialect, &mut entropy, &mut reader);
                let made = made.map_err(|fault| refused(fault.what))?;
                if let Some(fault) = made.suspicious {
                    return Err(refused(fault.what));
                }
                Value {
                    text: Arc::new(made.text),
                    entropy: Some(entropy.recorded()),
                    public: made.public,
                    reads: reader.reads.union(&reader.met).cloned().collect(),
                    dialect,
                }
            }
        };
        self.write(SecretResult::Made, value)
    }

    fn run(&self, script: &Script) -> Result<Value> {
        let (mut reader, mut secrets) = (self.reader(), BTreeMap::new());
        for name in &script.secrets {
            let text = reader.read(name).map_err(|fault| refused(fault.what))?;
            secrets.insert(name.clone(), text);
        }
        let text = self.scripts.run(self.name, script, &secrets)?;
        lint(&text)?;
        Ok(Value {
            text: Arc::new(text),
            entropy: None,
            public: None,
            reads: reader.reads,
            dialect: Dialect::Mended,
        })
    }

    /// The files and the record of a new value.
    fn write(&self, result: SecretResult, value: Value) -> Result<Product> {
        let (data, mut record) = self.sealed(&value.text, self.new_record(value.dialect, &value.reads))?;
        let mut files = Vec::from([data]);
        record.value = record.data;
        if let Some(entropy) = &value.entropy {
            files.push(self.sealed_entropy(entropy, &mut record)?);
        }
        self.add_public(value.public.as_deref(), &mut files, &mut record);
        self.planned.values.put(self.name, value.text);
        let mut product = self.changed(result, files, record)?;
        if let Some(change) = &mut product.change
            && value.entropy.is_none()
            && self.found().entropy.is_some()
        {
            change.drops.push(Part::Entropy);
        }
        Ok(product)
    }

    fn new_record(&self, dialect: Dialect, reads: &BTreeSet<SecretName>) -> Record {
        let (declaration, now) = (self.declaration(), self.context().now);
        // What was met only now is as it is found: it has no task, or it would not have been read.
        let value = |name: &SecretName| {
            let drafted = || self.planned.drafts.get(name).and_then(|draft| draft.value);
            self.values.get(name).copied().or_else(drafted)
        };
        let nothing = Digest::of(b"");
        Record {
            engine: declaration.declared.engine.clone(),
            engine_version: ENGINES,
            dialect,
            definition: declaration.definition,
            value: nothing,
            adopted: false,
            data: nothing,
            entropy: None,
            public: None,
            reads: reads.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect(),
            recipients: BTreeSet::new(),
            admins: BTreeSet::new(),
            former: BTreeSet::new(),
            since: now,
            found: false,
            changed_at: now,
        }
    }

    fn seal(&self, keys: &BTreeSet<String>, text: &Plaintext) -> Result<Vec<u8>> {
        let recipients = Recipients::parse(keys.iter().map(String::as_str))?;
        recipients.with_plugins(self.context().identities.plugins()).seal(text)
    }

    /// Encrypts the value, and notes that. Who could read it before and can't now still can from git's history.
    fn sealed(&self, text: &Plaintext, record: Record) -> Result<((Part, Vec<u8>), Record)> {
        let keys = &self.declaration().recipients;
        let file = self.seal(keys, text)?;
        let mut former = record.former;
        former.extend(record.recipients);
        former.retain(|key| !keys.contains(key));
        let record = Record {
            data: Digest::of(&file),
            recipients: keys.clone(),
            former,
            changed_at: self.context().now,
            ..record
        };
        Ok(((Part::Data, file), record))
    }

    /// Encrypts the entropy to the admins, and notes that.
    fn sealed_entropy(&self, entropy: &Plaintext, record: &mut Record) -> Result<(Part, Vec<u8>)> {
        let admins = &self.context().declared.admins;
        let file = self.seal(admins, entropy)?;
        record.entropy = Some(Digest::of(&file));
        record.admins.clone_from(admins);
        Ok((Part::Entropy, file))
    }

    fn changed(&self, result: SecretResult, files: Vec<(Part, Vec<u8>)>, record: Record) -> Result<Product> {
        // What is in the way of one secret must not keep those from being written that are written with it.
        files.iter().try_for_each(|(part, _)| self.context().tree.has_room(&part.file(self.name)))?;
        let (name, value) = (self.name.clone(), Some(record.value));
        let drops = if self.drops_public(&record)? { vec![Part::Derived] } else { Vec::new() };
        let change = Change { name, files, drops, found: self.found(), record };
        Ok(Product { result, change: Some(change), value })
    }

    fn reads(&self) -> BTreeSet<SecretName> {
        self.planned.graph.reads(self.name).cloned().collect()
    }

    fn reader(&self) -> Reader<'_> {
        let planned = self.planned;
        Reader {
            context: &planned.context,
            values: &planned.values,
            found: &planned.files.found,
            run: Some(planned),
            reads: self.reads(),
            met: BTreeSet::new(),
        }
    }
}

/// Refuses what nobody means to be a secret.
fn lint(text: &Plaintext) -> Result<()> {
    engines::suspicion(text.bytes(), []).map_or(Ok(()), |fault| Err(refused(fault.what)))
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Refused, why)
}
