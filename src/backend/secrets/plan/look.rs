//! How it stands with one secret, and what is due about it, whatever was asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use super::{
    Survey,
    draft::{Draft, Task},
    replay::{Reader, Recorded, Replayed, replay},
};
use crate::backend::{
    model::SecretState,
    secrets::{
        Digest, SecretName,
        declared::Declaration,
        engines::Dialect,
        sidecar::{ENGINES, Found, Known, Record},
        tree::Part,
    },
};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// A secret under consideration.
pub(super) struct Look<'a> {
    pub survey: &'a Survey<'a>,
    pub name: &'a SecretName,
    pub declaration: &'a Declaration,
    pub found: Found,
    /// What was decided about the secrets that it is made from.
    pub sources: BTreeMap<&'a SecretName, &'a Draft>,
}

impl<'a> Look<'a> {
    pub fn new(
        survey: &'a Survey<'a>,
        name: &'a SecretName,
        declaration: &'a Declaration,
        drafts: &'a [OnceLock<Draft>],
    ) -> Self {
        let draft = |name| drafts[*survey.places.get(name)?].get();
        let sources = survey.graph.reads(name).filter_map(|read| Some((read, draft(read)?))).collect();
        let mut found = survey.found.get(name).copied().unwrap_or_default();
        if !declaration.is_replayable() {
            found.entropy = None;
        }
        Self { survey, name, declaration, found, sources }
    }

    /// Decides about it.
    pub fn decide(&self) -> Draft {
        // With the entropy of before, if it had some: a run may have been stopped before it removed that.
        let files = self.survey.found.get(self.name).copied().unwrap_or_default();
        let known = self.survey.sidecar.known(self.name, files);
        let record = match known {
            Known::Settled(record) | Known::NotBegun(record) | Known::Between { old: record, .. } => record,
            Known::Landed(record) => Some(record),
        };
        if let Some(stuck) = self.stuck(record) {
            return stuck;
        }
        match known {
            Known::Between { old, next } if self.declaration.is_replayable() => self.finish(old, next),
            Known::NotBegun(Some(_)) => Self::recorded(self.judge(record), SecretState::Ok),
            // A run was stopped after it had written everything but that it did.
            Known::Landed(_) => Self::recorded(self.judge(record), SecretState::Interrupted),
            _ => self.judge(record),
        }
    }

    fn stuck(&self, record: Option<&Record>) -> Option<Draft> {
        let problem = self.survey.graph.problems.get(self.name).cloned().map(SecretState::Failed);
        let unreadable = || self.survey.unreadable.get(self.name).cloned().map(SecretState::Unreadable);
        Some(Draft::stuck(problem.or_else(unreadable)?, record, self.found.data))
    }

    /// Writes down, if nothing else is due, what a stopped run did not.
    fn recorded(mut draft: Draft, state: SecretState) -> Draft {
        if draft.task.is_none() && draft.state == SecretState::Ok {
            draft.state = state;
            draft.task = Some(Task::Record);
        }
        draft
    }

    fn judge(&self, record: Option<&Record>) -> Draft {
        match self.found.data {
            Some(data) => self.present(data, record),
            None => self.absent(record),
        }
    }

    /// A run was stopped when the entropy was new and the secret was not.
    fn finish(&self, old: Option<&Record>, next: &Record) -> Draft {
        if next.adopted && self.found.data.is_none() {
            return self.absent(Some(next));
        }
        if let Some(old) = old.filter(|old| old.value == next.value && self.found.data.is_some()) {
            let record = Record { entropy: next.entropy, admins: next.admins.clone(), ..old.clone() };
            return Draft::kept(SecretState::Interrupted, Some(Task::Rekey), record);
        }
        if self.is_current(next) && self.unavailable().is_empty() && !self.is_fed_anew() {
            let task = Task::Restore { dialect: next.dialect };
            let finished = Draft::kept(SecretState::Interrupted, Some(task), next.clone());
            if !self.survey.with_key {
                return finished;
            }
            match self.replay(&[next.dialect], None) {
                Replayed::Same { made, .. } => {
                    // What is made from it is compared with what it will be, not with what its file still is.
                    self.survey.values.put(self.name, made.text.into());
                    return finished;
                }
                Replayed::Differs => {}
                Replayed::Fault(why) => return Draft::stuck(SecretState::Failed(why), old, None),
                Replayed::Unreadable(why) => return Draft::stuck(SecretState::Unreadable(why), old, None),
            }
        }
        // What it was to become is out of date already; it may be what it is to be without that.
        if old.is_some_and(|old| self.found.data.is_some() && self.is_current(old)) && !self.is_fed_anew() {
            return Self::recorded(self.judge(old), SecretState::Ok);
        }
        let state = match self.found.data {
            Some(_) => SecretState::DefinitionChanged,
            None if old.is_some() => SecretState::ValueLost,
            None => SecretState::Missing,
        };
        self.due(state, old)
    }

    /// There is no file of it.
    fn absent(&self, record: Option<&Record>) -> Draft {
        let had_value = record.is_some() || self.found.entropy.is_some();
        let gone = || if had_value { SecretState::ValueLost } else { SecretState::Missing };
        if self.declaration.is_manual() {
            return Draft::stuck(gone(), record, None);
        }
        if record.is_some_and(|record| record.adopted) {
            let why = "its value, made by hand, is gone: take it from git's history, or rotate it";
            return Draft::stuck(SecretState::Failed(why.to_owned()), record, None);
        }
        let Some(entropy) = self.found.entropy else { return self.due(gone(), record) };
        let outdated = record.is_some_and(|record| !self.is_current(record));
        if outdated || self.is_fed_anew() || !self.unavailable().is_empty() {
            return self.due(gone(), record);
        }
        let recorded = record.filter(|record| record.entropy == Some(entropy));
        let lost = |dialect| Draft {
            state: SecretState::DataLost,
            task: Some(Task::Restore { dialect }),
            // Where no record says which value that is, the name for it is as good as any that nothing else has.
            value: Some(recorded.map_or(entropy, |record| record.value)),
            available: true,
            record: recorded.cloned(),
        };
        let dialects =
            record.map_or(vec![Dialect::Reference, Dialect::Mended], |record| vec![record.dialect]);
        if !self.survey.with_key {
            return lost(dialects[0]);
        }
        match self.replay(&dialects, None) {
            Replayed::Same { dialect, made, .. } => {
                self.survey.values.put(self.name, made.text.into());
                lost(dialect)
            }
            Replayed::Differs => self.due(gone(), record),
            Replayed::Fault(why) => Draft::stuck(SecretState::Failed(why), record, None),
            Replayed::Unreadable(why) => Draft::stuck(SecretState::Unreadable(why), record, None),
        }
    }

    /// There is a file of it.
    fn present(&self, data: Digest, record: Option<&Record>) -> Draft {
        let Some(record) = record.filter(|record| record.data == data) else {
            return self.unknown(data, record);
        };
        if self.survey.verify {
            let read = self.survey.values.read(self.survey.context, Part::Data, self.name, data);
            if let Err(why) = read {
                return Draft::stuck(SecretState::Unreadable(why), Some(record), None);
            }
        }
        if record.adopted {
            let same = record.definition == self.declaration.definition;
            let by_hand = || Draft::stuck(SecretState::EditedByHand, Some(record), None);
            return if same { self.settled(record) } else { by_hand() };
        }
        if self.declaration.is_manual() {
            let moved = record.definition != self.declaration.definition;
            let task = moved.then_some(Task::Record);
            return self
                .settled_or(task, self.written_now(Record { engine_version: ENGINES, ..record.clone() }));
        }
        let changed = self.changed(record);
        let defined_anew = !self.is_defined_by(record);
        let state = match () {
            () if defined_anew => SecretState::DefinitionChanged,
            () if !changed.is_empty() => SecretState::DependencyChanged(changed.clone()),
            () => SecretState::Ok,
        };
        let is_current = state == SecretState::Ok;
        if !self.declaration.is_replayable() {
            return if is_current { self.settled(record) } else { self.due(state, Some(record)) };
        }
        let as_recorded = record.entropy == self.found.entropy;
        if is_current && as_recorded && !self.survey.verify {
            return self.settled(record);
        }
        if !is_current && (!self.survey.with_key || !self.unavailable().is_empty() || self.is_fed_anew()) {
            return self.due(state, Some(record));
        }
        if !self.survey.with_key {
            return Draft::kept(SecretState::Unverified, None, record.clone());
        }
        match self.replay(&[record.dialect], Some(data)) {
            Replayed::Same { reads, .. } => {
                let same = is_current && as_recorded;
                let record = if same {
                    record.clone()
                } else {
                    self.written(Record { entropy: self.found.entropy, ..record.clone() }, &reads)
                };
                self.settled_or((!same).then_some(Task::Record), record)
            }
            Replayed::Differs if is_current && as_recorded => {
                Draft::stuck(SecretState::EditedByHand, Some(record), None)
            }
            // The value is the recorded one: others may be made from it.
            Replayed::Differs if is_current => {
                let settled = self.settled(record);
                let lost = || Draft::kept(SecretState::EntropyLost, None, record.clone());
                if settled.task.is_some() { settled } else { lost() }
            }
            Replayed::Differs => self.due(state, Some(record)),
            Replayed::Fault(why) => Draft::stuck(SecretState::Failed(why), Some(record), None),
            Replayed::Unreadable(why) => Draft::stuck(SecretState::Unreadable(why), Some(record), None),
        }
    }

    /// There is a file, and it is not the one that was recorded, if any was.
    fn unknown(&self, data: Digest, record: Option<&Record>) -> Draft {
        let stuck = |state| Draft::stuck(state, record, Some(data));
        if !self.survey.with_key {
            return Draft { available: true, ..stuck(SecretState::Unverified) };
        }
        let read = self.survey.values.read(self.survey.context, Part::Data, self.name, data);
        if let Err(why) = read {
            return stuck(SecretState::Unreadable(why));
        }
        let manual = self.declaration.is_manual();
        if manual || (!self.declaration.is_replayable() && record.is_none()) {
            let record = self.discovered(data, Dialect::Reference, &self.survey.graph.reads[self.name]);
            return self.settled_or(Some(Task::Record), record);
        }
        if !self.declaration.is_replayable() {
            return stuck(SecretState::EditedByHand);
        }
        let is_there =
            |name: &SecretName| self.survey.found.get(name).is_some_and(|found| found.data.is_some());
        let mut unavailable = self.unavailable();
        // What it is compared with is made first; the next run looks then.
        unavailable.extend(self.pending().filter(|name| !is_there(name)));
        if !unavailable.is_empty() {
            return Draft::skipped(unavailable, record, Some(data));
        }
        let dialects =
            record.map_or(vec![Dialect::Reference, Dialect::Mended], |record| vec![record.dialect]);
        match self.replay(&dialects, Some(data)) {
            Replayed::Same { dialect, made, reads } => {
                let public = made.public.map(|public| Digest::of(public.as_bytes()));
                let found = Record { public, ..self.discovered(data, dialect, &reads) };
                let same_value = record.filter(|record| {
                    record.entropy == self.found.entropy
                        && !record.adopted
                        && self.is_defined_by(record)
                        && self.changed(record).is_empty()
                });
                let record = match same_value {
                    // Encrypted anew by somebody: to whom, its header tells.
                    Some(record) => {
                        let mut former = record.former.clone();
                        former.extend(record.recipients.difference(&found.recipients).cloned());
                        former.retain(|key| !found.recipients.contains(key));
                        let (value, since) = (record.value, record.since);
                        Record { value, since, found: record.found, former, ..found }
                    }
                    None => found,
                };
                let pending: Vec<String> = self.pending().map(ToString::to_string).collect();
                if pending.is_empty() {
                    self.settled_or(Some(Task::Record), record)
                } else {
                    self.due(SecretState::DependencyChanged(pending), Some(&record))
                }
            }
            Replayed::Differs if record.is_none() && self.found.entropy.is_none() => {
                stuck(SecretState::EntropyLost)
            }
            Replayed::Differs => stuck(SecretState::EditedByHand),
            Replayed::Fault(why) => stuck(SecretState::Failed(why)),
            Replayed::Unreadable(why) => stuck(SecretState::Unreadable(why)),
        }
    }

    /// The value is as it should be. What is around it may not be.
    fn settled(&self, record: &Record) -> Draft {
        self.settled_or(None, record.clone())
    }

    fn settled_or(&self, task: Option<Task>, record: Record) -> Draft {
        let readers = record.recipients != self.declaration.recipients
            || (record.entropy.is_some()
                && record.entropy == self.found.entropy
                && record.admins != self.survey.context.declared.admins);
        let (state, task) = if record.public.is_some()
            && record.public != self.found.public
            && self.declaration.is_replayable()
            && !record.adopted
        {
            (SecretState::DataLost, Some(Task::Restore { dialect: record.dialect }))
        } else if readers {
            (SecretState::RecipientsChanged, Some(Task::Rekey))
        } else if self.is_expired(&record) {
            (SecretState::Expired, task)
        } else {
            (SecretState::Ok, task)
        };
        Draft::kept(state, task, record)
    }

    /// A new value is due.
    fn due(&self, state: SecretState, record: Option<&Record>) -> Draft {
        let unavailable = self.unavailable();
        if !unavailable.is_empty() {
            return Draft::skipped(unavailable, record, self.found.data);
        }
        // What came from the reference stays as it would make it, until it is rotated.
        let dialect = record.map_or(Dialect::Mended, |record| record.dialect);
        Draft::made(state, false, dialect, record)
    }

    fn replay(&self, dialects: &[Dialect], data: Option<Digest>) -> Replayed {
        let survey = self.survey;
        let mut reader = Reader {
            context: survey.context,
            values: &survey.values,
            found: &survey.found,
            // Nothing is written here: what is there may be compared with.
            run: None,
            reads: self.survey.graph.reads(self.name).cloned().collect(),
            met: BTreeSet::new(),
        };
        let recorded =
            Recorded { name: self.name, declaration: self.declaration, entropy: self.found.entropy, data };
        replay(&recorded, dialects, &mut reader)
    }

    fn is_defined_by(&self, record: &Record) -> bool {
        let same_engine = record.engine_version == ENGINES || !self.declaration.is_replayable();
        record.definition == self.declaration.definition && same_engine
    }

    fn is_current(&self, record: &Record) -> bool {
        self.is_defined_by(record) && self.changed(record).is_empty()
    }

    /// The sources that have, or will have, another value than the one that it was made from.
    fn changed(&self, record: &Record) -> Vec<String> {
        let changed =
            self.sources.iter().filter(|(name, source)| source.value != record.reads.get(**name).copied());
        changed.map(|(name, _)| name.to_string()).collect()
    }

    /// The sources that nothing can be made from.
    pub fn unavailable(&self) -> BTreeSet<&SecretName> {
        self.sources.iter().filter(|(_, source)| !source.available).map(|(name, _)| *name).collect()
    }

    /// The sources that will have another value, which nobody knows yet.
    fn pending(&self) -> impl Iterator<Item = &SecretName> {
        let changes = |draft: &Draft| draft.task.as_ref().is_some_and(Task::changes_value);
        self.sources.iter().filter(move |(_, source)| changes(source)).map(|(name, _)| *name)
    }

    fn is_fed_anew(&self) -> bool {
        self.pending().next().is_some()
    }

    fn is_expired(&self, record: &Record) -> bool {
        let days = self.declaration.declared.rotate_after.map(u64::from);
        days.is_some_and(|days| {
            record.since.saturating_add(days * SECONDS_OF_A_DAY) <= self.survey.context.now
        })
    }
}
