//! Who reads which globals, and what would move if one changed.

use std::collections::BTreeSet;

use tokio_util::sync::CancellationToken;

use super::{Fleet, Systems};
use crate::backend::{
    error::Result,
    model::{Affected, OptionPath, quoted},
};

impl Fleet {
    /// What would move if the global at a path changed: the hosts whose systems are made of it, and of what is made of it.
    ///
    /// `systems` are the hosts as they were evaluated last. That a value is made of another is found by evaluating the globals with that other one out of bounds, as far as a value can fail: a
    /// function among the globals is taken for independent.
    pub async fn affected(
        &self,
        path: &OptionPath,
        systems: &Systems,
        cancel: &CancellationToken,
    ) -> Result<Affected> {
        let names = path.0.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(" ");
        let question = format!("madeOf: madeOf [ {names} ]");
        let made = self
            .flake
            .eval::<BTreeSet<OptionPath>>("steading.madeOf", Some(&question), &self.sources, cancel)
            .await?;
        let through = made.value.into_iter().filter(|made| !made.is_within(path)).collect::<Vec<_>>();
        let mut affected = Affected { through, ..Affected::default() };
        for (host, system) in systems {
            match system.as_ref().ok().and_then(|system| system.reads.as_ref()) {
                None => affected.unknown.push(host.clone()),
                Some(reads) => {
                    let uses = |path: &OptionPath| reads.system.has(path);
                    if uses(path) || affected.through.iter().any(uses) {
                        affected.hosts.push(host.clone());
                    }
                }
            }
        }
        Ok(affected)
    }
}
