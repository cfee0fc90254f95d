//! The global namespace: evaluated whole, or, where one definition spoils that, piece by piece.

use tokio_util::sync::CancellationToken;

use super::{Fleet, explain::Explainer};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Definition, Globals, Leaf, OptionPath, Sources},
};

impl Fleet {
    /// The global namespace with everything that was said about each leaf.
    ///
    /// Most errors are rows already when they arrive. One that Nix can't catch makes the whole fail: then its parts are asked for, and of what fails again the parts of that, so that the culprits
    /// become rows too and everything around them stays. If nothing answers, the fault lies deeper, and is the answer.
    pub async fn globals(&self, cancel: &CancellationToken) -> Result<Globals> {
        let mut globals = match self.part_as_is::<Globals>("globals", cancel).await {
            Err(error) if error.kind == ErrorKind::Evaluation => self.piecewise(error, cancel).await?,
            answer => answer?,
        };
        globals.leaves.sort_by(|a, b| a.path.cmp(&b.path));
        globals.leaves.iter_mut().for_each(|leaf| map_places(&self.sources, leaf));
        Ok(globals)
    }

    async fn piecewise(&self, whole: Error, cancel: &CancellationToken) -> Result<Globals> {
        let mut explainer = Explainer::of(self);
        let namespace = match explainer.namespace(cancel).await {
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(_) => return Err(whole),
            Ok(namespace) => namespace,
        };
        let (mut leaves, mut answers) = (Vec::new(), 0);
        let mut pieces = vec![(OptionPath::default(), whole.clone())];
        while let Some((path, error)) = pieces.pop() {
            let names = format!("steading.globalsAt.names {}", path.to_nix_list());
            let names = explainer.ask::<Option<Vec<String>>>(&names, cancel).await;
            let Some(names) = uncancelled(names)?.flatten().filter(|names| !names.is_empty()) else {
                let error = explainer.explain(error, cancel).await;
                leaves.push(broken(&mut explainer, path, &error, cancel).await?);
                continue;
            };
            for name in names {
                let below = OptionPath([path.0.as_slice(), &[name]].concat());
                let question = format!("steading.globalsAt.leaves {}", below.to_nix_list());
                match explainer.ask::<Vec<Leaf>>(&question, cancel).await {
                    Ok(found) => {
                        answers += 1;
                        leaves.extend(found);
                    }
                    Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
                    Err(error) => pieces.push((below, error)),
                }
            }
        }
        if answers == 0 {
            Err(explainer.explain(whole, cancel).await)
        } else {
            Ok(Globals { namespace, leaves })
        }
    }
}

/// The row of what can't be evaluated, with all that is written there as far as that can be told.
async fn broken(
    explainer: &mut Explainer,
    path: OptionPath,
    error: &Error,
    cancel: &CancellationToken,
) -> Result<Leaf> {
    let place = error.place.as_ref().map(ToString::to_string);
    let place = place.filter(|place| !error.what.contains(place.as_str()));
    let error =
        Some(format!("{}{}", place.map(|place| format!("{place}: ")).unwrap_or_default(), error.what));
    for conditions in [true, false] {
        let question = format!(
            "steading.globalsAt.outline {{ path = {}; conditions = {conditions}; }}",
            path.to_nix_list()
        );
        let outline = explainer.ask::<Option<Leaf>>(&question, cancel).await;
        if let Some(Some(leaf)) = uncancelled(outline)? {
            return Ok(Leaf { error, ..leaf });
        }
    }
    Ok(Leaf {
        path,
        type_description: String::new(),
        value: None,
        error,
        declarations: Vec::new(),
        definitions: Vec::new(),
    })
}

/// An answer, if there is one.
fn uncancelled<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        Err(_) => Ok(None),
    }
}

/// Speaks of the operator's files wherever a leaf speaks of the store's.
pub(super) fn map_places(sources: &Sources, leaf: &mut Leaf) {
    let errors = leaf.definitions.iter_mut().filter_map(|definition| definition.error.as_mut());
    leaf.error.iter_mut().chain(errors).for_each(|error| *error = sources.in_text(error));
    let definitions = leaf.definitions.iter_mut().flat_map(Definition::places_mut);
    leaf.declarations.iter_mut().chain(definitions).for_each(|place| sources.map(place));
}
