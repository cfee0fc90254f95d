//! The global namespace: evaluated whole, or, where one definition spoils that, option by option.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::Fleet;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Globals, Leaf, OptionPath, Sources},
};

/// Processes at a time, when options are asked for one by one.
const PROCESSES: usize = 2;

impl Fleet {
    /// The global namespace with everything that was said about each leaf.
    ///
    /// Most errors are rows already when they arrive. One that Nix can't catch makes the whole fail: then every option is asked for by itself, and the culprits become rows too. If none of
    /// them answers, the fault lies deeper, and is the answer.
    pub async fn globals(&self, cancel: &CancellationToken) -> Result<Globals> {
        let mut globals = match self.part::<Globals>("globals", cancel).await {
            Err(error) if error.kind == ErrorKind::Evaluation => self.piecewise(error, cancel).await?,
            answer => answer?,
        };
        globals.leaves.sort_by(|a, b| a.path.cmp(&b.path));
        globals.leaves.iter_mut().for_each(|leaf| map_places(&self.sources, leaf));
        Ok(globals)
    }

    async fn piecewise(&self, whole: Error, cancel: &CancellationToken) -> Result<Globals> {
        let Ok(names) = self
            .flake
            .eval::<Vec<String>>(BY_OPTION, Some("builtins.attrNames"), &self.sources, cancel)
            .await
        else {
            return Err(whole);
        };
        let namespace = self.part::<OptionPath>("globals.namespace", cancel).await?;
        let permits = Arc::new(Semaphore::new(PROCESSES));
        let mut options = JoinSet::new();
        for (index, name) in names.value.into_iter().enumerate() {
            let (fleet, cancel, permits) = (self.clone(), cancel.clone(), permits.clone());
            options.spawn(async move {
                let _permit = permits.acquire().await;
                (name, fleet.option(index, &cancel).await)
            });
        }
        let (mut leaves, mut answers) = (Vec::new(), 0);
        while let Some(option) = options.join_next().await {
            match option {
                Ok((_, Ok(of_option))) => {
                    answers += 1;
                    leaves.extend(of_option);
                }
                Ok((_, Err(error))) if error.kind == ErrorKind::Cancelled => return Err(error),
                Ok((name, Err(error))) => leaves.push(broken(&name, &error)),
                Err(_) => return Err(whole),
            }
        }
        if answers == 0 { Err(whole) } else { Ok(Globals { namespace, leaves }) }
    }

    /// The leaves of one option, by its place among the names: no name has to be quoted for that.
    async fn option(&self, index: usize, cancel: &CancellationToken) -> Result<Vec<Leaf>> {
        let choose = format!("options: options.${{builtins.elemAt (builtins.attrNames options) {index}}}");
        Ok(self.flake.eval(BY_OPTION, Some(&choose), &self.sources, cancel).await?.value)
    }
}

const BY_OPTION: &str = "steading.globalsByOption";

/// The row of an option that can't be evaluated at all.
fn broken(name: &str, error: &Error) -> Leaf {
    let path = name.parse().unwrap_or_else(|_| OptionPath(vec![name.to_owned()]));
    let place = error.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let error = Some(format!("{place}{}", error.what));
    Leaf {
        path,
        type_description: String::new(),
        value: None,
        error,
        declarations: Vec::new(),
        definitions: Vec::new(),
    }
}

/// Speaks of the operator's files wherever a leaf speaks of the store's.
pub(super) fn map_places(sources: &Sources, leaf: &mut Leaf) {
    let errors = leaf.definitions.iter_mut().filter_map(|definition| definition.error.as_mut());
    leaf.error.iter_mut().chain(errors).for_each(|error| *error = sources.in_text(error));
    let definitions = leaf
        .definitions
        .iter_mut()
        .flat_map(|definition| std::iter::once(&mut definition.place).chain(definition.via.as_mut()));
    leaf.declarations.iter_mut().chain(definitions).for_each(|place| sources.map(place));
}
