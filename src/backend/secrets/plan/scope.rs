//! Which of the due secrets a verb is about.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Task};
use crate::backend::secrets::{
    SecretName,
    context::Request,
    graph::{Graph, closure},
};

/// Takes the tasks from those that were not meant.
pub(super) fn limit(drafts: &mut BTreeMap<SecretName, Draft>, graph: &Graph, request: &Request) {
    let names = request.names();
    let meant = match request {
        Request::Generate { .. } if names.is_empty() => return,
        Request::Generate { .. } | Request::Rotate { .. } | Request::Enter { .. } => {
            connected(drafts, graph, names)
        }
        Request::Restore { .. } => {
            graph.with_sources(drafts.keys().filter(|name| request.means(name)).cloned())
        }
        Request::Rekey { .. } | Request::Adopt { .. } => {
            drafts.keys().filter(|name| request.means(name)).cloned().collect()
        }
        Request::Prune { .. } => BTreeSet::new(),
    };
    for (name, draft) in drafts {
        let fits = match (request, &draft.task) {
            (Request::Restore { .. }, Some(task)) => matches!(task, Task::Restore { .. }),
            (Request::Rekey { .. }, Some(task)) => matches!(task, Task::Rekey),
            _ => true,
        };
        if !fits || !meant.contains(name) {
            draft.task = None;
        }
    }
}

/// Some secrets, with whatever has to be done before them, and whatever follows from what is done.
fn connected(
    drafts: &BTreeMap<SecretName, Draft>,
    graph: &Graph,
    names: BTreeSet<SecretName>,
) -> BTreeSet<SecretName> {
    let changes = |name: &SecretName| {
        drafts.get(name).and_then(|draft| draft.task.as_ref()).is_some_and(Task::changes_value)
    };
    let mut meant = names;
    loop {
        let sources = graph.with_sources(meant.iter().cloned());
        let grown = closure(sources, |name| graph.read_by.get(name).filter(|_| changes(name)));
        if grown.len() == meant.len() {
            return grown;
        }
        meant = grown;
    }
}
