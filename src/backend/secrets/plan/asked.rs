//! What a verb asks of a secret, over what is due about it anyhow.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    draft::{Draft, Task},
    look::Look,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::SecretState,
    secrets::{
        SecretName, context::Request, declared::Declared, engines::Dialect, sidecar::Record, tree::Part,
    },
};

/// Adds what was asked for.
pub(super) fn apply(look: &Look<'_>, draft: Draft) -> Draft {
    let request = &look.survey.wish.request;
    let draft = match request {
        _ if !request.means(look.name) => draft,
        Request::Generate { expired: true, .. }
            if draft.state == SecretState::Expired && !look.declaration.is_manual() =>
        {
            rotated(look, draft, None)
        }
        Request::Rotate { .. } => rotated(look, draft, Some(Dialect::Mended)),
        Request::Rekey { .. } => rekeyed(draft),
        Request::Adopt { .. } => adopted(look, draft),
        Request::Enter { .. } if look.declaration.is_manual() && !is_stuck(&draft.state) => {
            Draft { task: Some(Task::Enter), value: None, available: true, ..draft }
        }
        _ => draft,
    };
    protected(look, draft)
}

fn is_stuck(state: &SecretState) -> bool {
    matches!(state, SecretState::Failed(_) | SecretState::Skipped(_) | SecretState::Unreadable(_))
}

fn rotated(look: &Look<'_>, draft: Draft, dialect: Option<Dialect>) -> Draft {
    let lost_by_hand =
        draft.record.as_ref().is_some_and(|record| record.adopted) && look.found.data.is_none();
    let has_problem = look.survey.graph.problems.contains_key(look.name);
    if look.declaration.is_manual() || (is_stuck(&draft.state) && (has_problem || !lost_by_hand)) {
        return draft;
    }
    let unavailable = look.unavailable();
    if !unavailable.is_empty() {
        return Draft::skipped(unavailable, draft.record.as_ref(), look.found.data);
    }
    let dialect = dialect.or(draft.record.as_ref().map(|record| record.dialect)).unwrap_or(Dialect::Mended);
    let task = Some(Task::Make { anew: true, dialect });
    Draft { task, value: None, available: true, ..draft }
}

/// Only what is known to be right is encrypted anew.
fn rekeyed(draft: Draft) -> Draft {
    let is_right = matches!(
        draft.state,
        SecretState::Ok
            | SecretState::RecipientsChanged
            | SecretState::Expired
            | SecretState::DefinitionChanged
            | SecretState::DependencyChanged(_)
    );
    match draft.record {
        Some(record) if is_right => Draft::kept(draft.state, Some(Task::Rekey), record),
        record => Draft { record, ..draft },
    }
}

/// Takes what is in the file for the value.
fn adopted(look: &Look<'_>, draft: Draft) -> Draft {
    let is_kept =
        look.survey.with_key && matches!(draft.state, SecretState::EditedByHand | SecretState::EntropyLost);
    let Some(data) = look.found.data.filter(|_| is_kept) else { return draft };
    if let Err(why) = look.survey.values.read(look.survey.context, Part::Data, look.name, data) {
        return Draft::stuck(SecretState::Unreadable(why), draft.record.as_ref(), Some(data));
    }
    let dialect = draft.record.as_ref().map_or(Dialect::Reference, |record| record.dialect);
    let record = match draft.record.filter(|record| record.data == data) {
        // The recorded value: what was made from it still is.
        Some(record) => record,
        None => look.discovered(data, dialect, &BTreeSet::new()),
    };
    let record = Record { adopted: true, entropy: look.found.entropy, ..record };
    let task = if record.recipients.is_empty() { Task::Rekey } else { Task::Record };
    Draft::kept(draft.state, Some(task), record)
}

/// Keeps a protected value until its name is typed.
fn protected(look: &Look<'_>, draft: Draft) -> Draft {
    let changes = draft.task.as_ref().is_some_and(Task::changes_value);
    let files = look.survey.found.get(look.name).copied().unwrap_or_default();
    let had_value = files.data.is_some() || files.entropy.is_some() || draft.record.is_some();
    let confirmed = look.survey.wish.confirmed.contains(look.name);
    if !(changes && look.declaration.declared.protect && had_value) || confirmed {
        return draft;
    }
    let value = draft.record.as_ref().map(|record| record.value).or(look.found.data);
    let state = SecretState::Protected(Box::new(draft.state));
    Draft { state, task: None, value, available: look.found.data.is_some(), record: draft.record }
}

/// Refuses a wish that can't be fulfilled.
pub(super) fn check(
    declared: &Declared,
    request: &Request,
    drafts: &BTreeMap<SecretName, Draft>,
    orphans: &BTreeSet<SecretName>,
) -> Result<()> {
    for name in request.names() {
        if let Request::Prune { .. } = request {
            if !orphans.contains(&name) {
                let what =
                    format!("{name} is declared, or there is no file of it: there is nothing to prune");
                return Err(Error::new(ErrorKind::Usage, what));
            }
            continue;
        }
        let declaration = declared.get(&name)?;
        let Some(draft) = drafts.get(&name) else { continue };
        let manual = declaration.is_manual();
        let refused = |verb: &str, hint: &str| {
            let why = match (request, &draft.state) {
                (Request::Rotate { .. }, _) if manual => "it is entered by hand".to_owned(),
                (Request::Enter { .. }, _) if !manual => "it is made by its definition".to_owned(),
                (_, SecretState::Ok) => "it is as it is declared".to_owned(),
                (_, state) => state.meaning(),
            };
            let what = format!("{name} can't be {verb}: {why}");
            let mut error = Error::new(ErrorKind::Refused, what).hint(hint);
            error.place.clone_from(&declaration.declared.defined_at);
            Err(error)
        };
        let held = matches!(draft.state, SecretState::Protected(_));
        match (request, &draft.task) {
            (Request::Rotate { .. }, _) if manual => {
                return refused("rotated", &format!("enter a new value: `steading secrets edit {name}`"));
            }
            (Request::Rotate { .. }, None) if !held => {
                return refused("rotated", "mend that first; a file that nobody can read may be removed");
            }
            (Request::Enter { .. }, _) if !manual => {
                let hint =
                    "change its generation; or write the file with age and keep it: `steading secrets adopt`";
                return refused("entered by hand", hint);
            }
            (Request::Enter { .. }, None) if held => {
                return refused("entered", &format!("if it is to change, say so: --protected {name}"));
            }
            (Request::Enter { .. }, None) => return refused("entered", "mend that first"),
            (Request::Adopt { .. }, task) if !matches!(task, Some(Task::Record | Task::Rekey)) => {
                return refused(
                    "adopted",
                    "only a value that was written by hand, or has no entropy any more, is adopted; and only if it can be read",
                );
            }
            (Request::Rekey { .. }, task) if !matches!(task, Some(Task::Rekey)) => {
                return refused("rekeyed", "only a value that is known to be right is encrypted anew");
            }
            _ => {}
        }
    }
    Ok(())
}
