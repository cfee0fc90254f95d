//! A plan, in the words of the model.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, Survey};
use crate::backend::{
    model::{PlannedSecret, Secret, SecretReader, SecretState, SecretStep, SecretsPlan},
    secrets::{SecretName, context::Request, declared::Declaration},
};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// What a plan says.
pub(super) fn of(
    survey: &Survey<'_>,
    drafts: &BTreeMap<SecretName, Draft>,
    orphans: &BTreeSet<SecretName>,
) -> SecretsPlan {
    let declared = &survey.context.declared;
    let mut secrets = Vec::new();
    for (name, draft) in drafts {
        secrets.push(planned(survey, name, &declared.secrets[name], draft));
    }
    for name in orphans {
        let state = survey.unreadable.get(name).cloned().map_or(SecretState::Orphan, SecretState::Unreadable);
        let removed = matches!(survey.wish.request, Request::Prune { .. }) && survey.wish.request.means(name);
        let readers = survey.sidecar.secrets.get(name).map(|record| &record.recipients);
        let readers = readers.into_iter().flatten().map(|key| declared.reader(key)).collect();
        let step = removed.then_some(SecretStep::Remove);
        secrets.push(PlannedSecret { step, readers, ..PlannedSecret::bare(name.as_str(), state) });
    }
    for (secret, error) in &declared.impossible {
        secrets.push(as_declared(secret, SecretState::Failed(error.to_string())));
    }
    secrets.sort_by(|a, b| a.name.cmp(&b.name));
    SecretsPlan { secrets, with_key: survey.with_key }
}

fn planned(
    survey: &Survey<'_>,
    name: &SecretName,
    declaration: &Declaration,
    draft: &Draft,
) -> PlannedSecret {
    let declared = &survey.context.declared;
    let readers = |keys: &mut dyn Iterator<Item = &String>| -> Vec<SecretReader> {
        let mut readers: Vec<_> = keys.map(|key| declared.reader(key)).collect();
        readers.sort_by(|a, b| (&a.who, &a.key).cmp(&(&b.who, &b.key)));
        readers
    };
    let wanted = &declaration.recipients;
    let record = draft.record.as_ref();
    // Nothing is known of who can read a file whose header could not be attributed.
    let known = record.filter(|record| !record.recipients.is_empty()).map(|record| &record.recipients);
    let differ = |from: &BTreeSet<String>, without: &BTreeSet<String>| readers(&mut from.difference(without));
    let names = |names: &mut dyn Iterator<Item = &SecretName>| names.map(ToString::to_string).collect();
    let since = record.map(|record| record.since);
    let rotate_after = declaration.declared.rotate_after.map(|days| u64::from(days) * SECONDS_OF_A_DAY);
    PlannedSecret {
        step: draft.task.as_ref().map(super::Task::step),
        reads: names(&mut survey.graph.reads(name)),
        read_by: names(&mut survey.graph.read_by(name)),
        readers: readers(&mut wanted.iter()),
        gains: known.map(|known| differ(wanted, known)).unwrap_or_default(),
        loses: known.map(|known| differ(known, wanted)).unwrap_or_default(),
        hosts: declaration.hosts.iter().cloned().collect(),
        made_at: record.filter(|record| !record.found).map(|record| record.since),
        rotate_at: since.zip(rotate_after).map(|(since, after)| since.saturating_add(after)),
        ..as_declared(&declaration.declared, draft.state.clone())
    }
}

/// What the declaration alone says.
fn as_declared(secret: &Secret, state: SecretState) -> PlannedSecret {
    PlannedSecret {
        engine: secret.engine.clone(),
        protected: secret.protect,
        defined_at: secret.defined_at.clone(),
        ..PlannedSecret::bare(&secret.name, state)
    }
}
