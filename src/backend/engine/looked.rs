//! What a look into the files told, with the operator's key: it holds until something is another than it was.

use crate::backend::{
    model::{Secrets, SecretsPlan},
    secrets::{Files, Planned},
};

/// How it stands with the secrets, as only a key can tell, and what that was seen by.
#[derive(Debug)]
pub struct Looked {
    declared: Secrets,
    files: Files,
    /// What can be told without a key. It tells of the time, too.
    without_key: SecretsPlan,
    plan: SecretsPlan,
}

impl Looked {
    /// Takes what was found with a key and what is found without one. `None`: the files changed between the two, or there was no key.
    pub fn new(declared: &Secrets, with_key: &Planned, without: &Planned) -> Option<Self> {
        let plan = with_key.report().clone();
        (plan.with_key && with_key.files() == without.files()).then(|| Self {
            declared: placeless(declared.clone()),
            files: without.files().clone(),
            without_key: nowhere(without.report().clone()),
            plan,
        })
    }

    /// What was told then, if it holds of what is found now.
    pub fn still(&self, declared: &Secrets, without: &Planned) -> Option<SecretsPlan> {
        let same = self.files == *without.files()
            && self.declared == placeless(declared.clone())
            && self.without_key == nowhere(without.report().clone());
        if !same {
            return None;
        }
        let mut plan = self.plan.clone();
        for (secret, now) in plan.secrets.iter_mut().zip(&without.report().secrets) {
            secret.defined_at.clone_from(&now.defined_at);
        }
        Some(plan)
    }
}

/// A declaration that moved to another line is the same.
fn placeless(mut declared: Secrets) -> Secrets {
    declared.secrets.iter_mut().for_each(|secret| secret.defined_at = None);
    declared
}

fn nowhere(mut plan: SecretsPlan) -> SecretsPlan {
    plan.secrets.iter_mut().for_each(|secret| secret.defined_at = None);
    plan
}
