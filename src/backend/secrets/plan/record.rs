//! What is written down of a secret whose files stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::look::Look;
use crate::backend::secrets::{
    Digest, SecretName,
    declared::Declaration,
    engines::Dialect,
    header,
    sidecar::{ENGINES, Record},
    tree::Part,
};

impl Look<'_> {
    /// What was found, as a record. Whom it is encrypted to is told by its header, as far as that tells.
    pub fn discovered(&self, data: Digest, dialect: Dialect, reads: &BTreeSet<SecretName>) -> Record {
        let declared = &self.survey.context.declared;
        let admins = || declared.admins.iter().map(String::as_str);
        let recipients = &self.declaration.recipients;
        let wanted = [
            header::expected(recipients.iter().map(String::as_str)),
            header::expected(self.declaration.counted.iter().map(String::as_str)),
        ];
        let entropy_wanted = [header::expected(admins())];
        // Where a tree is taken over, as many keys as there should be are taken for those. Afterwards, a file of before a key was replaced looks the same.
        let is_new = !self.survey.sidecar.secrets.contains_key(self.name);
        let is_for = |part, wanted: &[header::Stanzas]| {
            let sealed = self.survey.context.tree.read(&Part::file(part, self.name)).ok().flatten();
            let stanzas = sealed.and_then(|sealed| header::stanzas(&sealed));
            stanzas.is_some_and(|found| wanted.contains(&found) && (is_new || header::tells(&found)))
        };
        let record = Record {
            engine: self.declaration.declared.engine.clone(),
            engine_version: ENGINES,
            dialect,
            definition: self.declaration.definition,
            value: data,
            adopted: false,
            data,
            entropy: self.found.entropy,
            public: None,
            reads: BTreeMap::new(),
            recipients: if is_for(Part::Data, &wanted) { recipients.clone() } else { BTreeSet::new() },
            admins: if self.found.entropy.is_some() && is_for(Part::Entropy, &entropy_wanted) {
                declared.admins.clone()
            } else {
                BTreeSet::new()
            },
            former: BTreeSet::new(),
            since: self.survey.context.now,
            found: true,
            changed_at: self.survey.context.now,
        };
        self.written(record, reads)
    }

    /// A record as it is written today.
    pub fn written(&self, record: Record, reads: &BTreeSet<SecretName>) -> Record {
        let value = |name: &SecretName| {
            self.sources.get(name).and_then(|source| source.value).or_else(|| self.survey.value_of(name))
        };
        let reads = reads.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect();
        self.written_now(Record { reads, engine_version: ENGINES, ..record })
    }

    pub fn written_now(&self, record: Record) -> Record {
        let Declaration { declared, definition, .. } = self.declaration;
        Record {
            engine: declared.engine.clone(),
            definition: *definition,
            changed_at: self.survey.context.now,
            ..record
        }
    }
}
