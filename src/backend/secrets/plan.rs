//! One pass over what is declared, the files and their records: how it stands with each secret, and what is due.
//!
//! Where the records fit, nothing is decrypted and nothing made. An error is never a change: only entropy that does not suffice, another output, or a
//! file that is gone leads to a new value.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

mod asked;
mod draft;
mod look;
mod record;
mod replay;
mod report;
mod scope;

use self::look::Look;
pub(super) use self::{
    draft::{Draft, Task},
    replay::{Reader, Recorded, Replayed, replay},
};
use super::{
    Digest, SecretName, alike,
    context::{Context, Request, Wish},
    graph::Graph,
    schedule::in_order,
    sidecar::{FILE, Found, Sidecar},
    tree::{Part, Tree},
    values::Values,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{SecretState, SecretsPlan},
};

/// What is known of the files. Two that are equal were read from the same bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    pub(super) found: BTreeMap<SecretName, Found>,
    pub(super) unreadable: BTreeMap<SecretName, String>,
    sidecar: Option<Digest>,
}

/// What is known while it is planned.
struct Survey<'a> {
    context: &'a Context,
    wish: &'a Wish,
    sidecar: Sidecar,
    found: BTreeMap<SecretName, Found>,
    unreadable: BTreeMap<SecretName, String>,
    graph: Graph,
    /// Where each secret is in the graph's order.
    places: BTreeMap<SecretName, usize>,
    values: Values,
    with_key: bool,
    verify: bool,
}

/// A plan, ready to be carried out.
pub struct Planned {
    pub(super) context: Arc<Context>,
    pub(super) wish: Wish,
    pub(super) sidecar: Sidecar,
    pub(super) files: Files,
    pub(super) graph: Graph,
    pub(super) drafts: BTreeMap<SecretName, Draft>,
    pub(super) orphans: BTreeSet<SecretName>,
    pub(super) values: Values,
    report: SecretsPlan,
}

impl Planned {
    /// What it says.
    #[must_use]
    pub fn report(&self) -> &SecretsPlan {
        &self.report
    }

    /// What of that which the request is about is left to the operator. What is only old, or nobody's, is not; nor is, where all were meant, what the verb is not for.
    #[must_use]
    pub fn left(&self) -> Vec<&str> {
        use SecretState::{DataLost, Expired, Failed, Missing, Ok, Orphan, Skipped, Unreadable, ValueLost};
        let request = &self.wish.request;
        let all = request.names().is_empty();
        let is_left = |state: &SecretState| match (request, state) {
            (_, Ok | Expired | Orphan) | (Request::Prune { .. }, _) => false,
            (Request::Restore { .. }, state) if all => {
                matches!(state, DataLost | ValueLost | Failed(_) | Skipped(_) | Unreadable(_))
            }
            (Request::Rekey { .. }, Missing | DataLost | ValueLost) => !all,
            _ => true,
        };
        let secrets = self.report.secrets.iter();
        let named = |name: &str| all || request.names().iter().any(|named| named.as_str() == name);
        let left = secrets.filter(|secret| secret.step.is_none() && is_left(&secret.state));
        left.map(|secret| secret.name.as_str()).filter(|name| named(name)).collect()
    }

    /// The files that it was made from.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The files that it is about.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.context.tree
    }

    /// Those of them that were there, and belong to what is declared; relative to the fleet.
    #[must_use]
    pub fn declared_files(&self) -> BTreeSet<String> {
        let declared = &self.context.declared.secrets;
        let found = self.files.found.iter().filter(|(name, _)| declared.contains_key(*name));
        let files = found.flat_map(|(name, found)| {
            let parts =
                [(Part::Entropy, found.entropy), (Part::Data, found.data), (Part::Derived, found.public)];
            parts.into_iter().filter(|(_, digest)| digest.is_some()).map(|(part, _)| part.file(name))
        });
        files.chain(self.files.sidecar.map(|_| FILE.to_owned())).collect()
    }

    /// Pairs of secrets with files that share one, or a folder, where letter case is ignored: told apart here, and lost there.
    #[must_use]
    pub fn alike(&self) -> BTreeSet<[SecretName; 2]> {
        let files = self.files.found.iter().filter(|(_, found)| found.data.is_some());
        let pairs = alike::alike(files.map(|(name, _)| name)).into_iter();
        pairs.map(|(name, other)| if name < other { [name, other] } else { [other, name] }).collect()
    }

    /// Whether it would do anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.report.secrets.iter().all(|secret| secret.step.is_none())
    }
}

impl Files {
    /// Looks at all files. Each is read once, and forgotten.
    pub fn of(tree: &Tree) -> Result<Self> {
        let mut files = Self { sidecar: tree.read(FILE)?.map(|text| Digest::of(&text)), ..Self::default() };
        for part in Part::ALL {
            for (name, digest) in tree.digests(part)? {
                let found = files.found.entry(name.clone()).or_default();
                let place = match part {
                    Part::Entropy => &mut found.entropy,
                    Part::Data => &mut found.data,
                    Part::Derived => &mut found.public,
                };
                match digest {
                    Ok(digest) => *place = Some(digest),
                    Err(error) => drop(files.unreadable.insert(name, error.to_string())),
                }
            }
        }
        Ok(files)
    }
}

/// Plans what a wish comes to.
pub fn plan(context: &Arc<Context>, wish: Wish) -> Result<Planned> {
    let with_key = !context.identities.is_empty();
    if wish.verify && !with_key {
        let what = "to verify means to look into the files, and there is no key for that";
        return Err(Error::new(ErrorKind::Usage, what).hint("give an identity, or leave --verify out"));
    }
    let Files { found, unreadable, sidecar: digest } = Files::of(&context.tree)?;
    let sidecar = Sidecar::load(&context.tree)?;
    let mut graph = Graph::of(&context.declared, &sidecar);
    for (name, why) in alike::problems(&context.declared, &found) {
        graph.problems.entry(name).or_insert(why);
    }
    let places = graph.order.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
    let verify = wish.verify;
    let survey = Survey {
        context,
        wish: &wish,
        sidecar,
        found,
        unreadable,
        graph,
        places,
        values: Values::default(),
        with_key,
        verify,
    };
    let mut drafts = survey.drafts();
    scope::limit(&mut drafts, &survey.graph, &wish.request);
    let orphans = survey.orphans();
    asked::check(&context.declared, &wish.request, &drafts, &orphans)?;
    let report = report::of(&survey, &drafts, &orphans);
    let Survey { sidecar, found, unreadable, graph, values, .. } = survey;
    let files = Files { found, unreadable, sidecar: digest };
    Ok(Planned { context: context.clone(), sidecar, files, graph, drafts, orphans, values, report, wish })
}

impl Survey<'_> {
    /// What is decided about each declared secret.
    fn drafts(&self) -> BTreeMap<SecretName, Draft> {
        let order = &self.graph.order;
        let needs: Vec<Vec<usize>> = order
            .iter()
            .enumerate()
            .map(|(place, name)| {
                // Those in a circle come in some order, and do without each other.
                let reads = self.graph.reads(name).filter_map(|read| self.places.get(read).copied());
                reads.filter(|&read| read < place).collect()
            })
            .collect();
        let decide = |place: usize, drafts: &[OnceLock<Draft>]| {
            let name = &order[place];
            let declaration = &self.context.declared.secrets[name];
            let look = Look::new(self, name, declaration, drafts);
            asked::apply(&look, look.decide())
        };
        // Without anything to decrypt, threads would cost more than they save; they start fast, though.
        let drafts = in_order(&needs, self.context.threads, decide, |_, _| ());
        order.iter().cloned().zip(drafts).filter_map(|(name, draft)| Some((name, draft?))).collect()
    }

    /// Files that nobody declares. Public halves are shared with whoever else derives files: one counts only if it is recorded.
    fn orphans(&self) -> BTreeSet<SecretName> {
        let declared = &self.context.declared.secrets;
        let ours = |name: &SecretName, found: &Found| {
            found.data.is_some() || found.entropy.is_some() || self.sidecar.secrets.contains_key(name)
        };
        let orphans =
            self.found.iter().filter(|(name, found)| !declared.contains_key(*name) && ours(name, found));
        orphans.map(|(name, _)| name.clone()).collect()
    }

    /// Which value a secret has, as far as that is known without looking.
    fn value_of(&self, name: &SecretName) -> Option<Digest> {
        let data = self.found.get(name)?.data;
        let record = self.sidecar.secrets.get(name).filter(|record| Some(record.data) == data);
        record.map(|record| record.value).or(data)
    }
}
