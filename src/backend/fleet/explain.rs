//! Errors about globals, put into words that Nix has not: who forms a circle, which lines conflict, which name was meant.

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{Fleet, nearest};
use crate::backend::{
    error::{Error, ErrorKind, Result, Through},
    model::{DefinitionKind, DefinitionState, Leaf, OptionPath, Place, Sources},
    nix::repl::Evaluator,
};

/// Evaluations until a circle is closed. Each leads nearer to it by one option.
const STEPS: usize = 16;

/// Names that are listed when none is near to what was written.
const LISTED: usize = 12;

/// Finds out what an error about globals is about. The evaluator that it asks is only started for an error that there is something to find out about.
#[derive(Debug)]
pub(super) struct Explainer {
    evaluator: Evaluator,
    sources: Sources,
    namespace: Option<OptionPath>,
    /// What was explained already: hosts of one fleet mostly fail for one reason.
    explained: Vec<(Error, Error)>,
}

/// What the library knows of a name that nobody declared.
#[derive(Debug, Deserialize)]
struct Undeclared {
    written: Vec<Written>,
    beside: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Written {
    host: Option<String>,
    #[serde(flatten)]
    place: Place,
}

impl Fleet {
    /// What an error is about, as far as that can be found out: else the error as it is.
    pub(super) async fn explained(&self, error: Error, cancel: &CancellationToken) -> Error {
        Explainer::of(self).explain(error, cancel).await
    }
}

impl Explainer {
    pub(super) fn of(fleet: &Fleet) -> Self {
        let (flake, sources) = (&fleet.flake, fleet.sources.clone());
        let evaluator = Evaluator::of_flake(flake.folder(), flake.reference(), None, sources.clone());
        Self { evaluator, sources, namespace: None, explained: Vec::new() }
    }

    /// Asks the evaluator.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(
        &mut self,
        expression: &str,
        cancel: &CancellationToken,
    ) -> Result<T> {
        Ok(self.evaluator.ask(expression, cancel).await?.value)
    }

    /// Where the globals live in the options of a host.
    pub(super) async fn namespace(&mut self, cancel: &CancellationToken) -> Result<OptionPath> {
        if self.namespace.is_none() {
            self.namespace = Some(self.ask("steading.globals.namespace", cancel).await?);
        }
        Ok(self.namespace.clone().unwrap_or_default())
    }

    /// Puts an error into better words, if it is one that there are some for.
    pub(super) async fn explain(&mut self, error: Error, cancel: &CancellationToken) -> Error {
        if error.kind != ErrorKind::Evaluation {
            return error;
        }
        if let Some((_, explained)) = self.explained.iter().find(|(known, _)| *known == error) {
            return explained.clone();
        }
        let explained = self.find_out(&error, cancel).await.unwrap_or_else(|| error.clone());
        self.explained.push((error, explained.clone()));
        explained
    }

    async fn find_out(&mut self, error: &Error, cancel: &CancellationToken) -> Option<Error> {
        if error.what.contains("infinite recursion encountered") {
            return self.circle(error, cancel).await;
        }
        let option = option_in(&error.what)?;
        let global = self.global(&option, cancel).await?;
        if error.what.contains("does not exist") {
            self.undeclared(error, &global, cancel).await
        } else {
            self.spoiled(error, &global, cancel).await
        }
    }

    /// An option's path below the namespace, if it is a global.
    async fn global(&mut self, option: &OptionPath, cancel: &CancellationToken) -> Option<OptionPath> {
        let namespace = self.namespace(cancel).await.ok()?;
        let is_global = option.is_within(&namespace) && option.0.len() > namespace.0.len();
        is_global.then(|| OptionPath(option.0[namespace.0.len()..].to_vec()))
    }

    // ---- circles ----

    /// Nix tells through which options it came to a circle, but not where the circle begins. It begins with what the last of them asks for: evaluated by itself that one comes back to itself.
    async fn circle(&mut self, error: &Error, cancel: &CancellationToken) -> Option<Error> {
        let mut through = trail(error);
        let mut before = Vec::new();
        for _ in 0..STEPS {
            let Some(global) = self.innermost(&through, cancel).await else {
                return Some(error.clone().hint(
                    "what a module sets, or imports, must not depend on a value: write lib.mkIf instead of if",
                ));
            };
            let mut options = through.iter().map(|step| step.option.clone()).collect::<Vec<_>>();
            options.sort();
            if options == before {
                return Some(self.told_circle(error, through, cancel).await);
            }
            before = options;
            let expression = format!("builtins.deepSeq globalConfig.{global} null");
            match self.ask::<()>(&expression, cancel).await {
                Err(next) if next.what.contains("infinite recursion encountered") => {
                    through = trail(&next);
                }
                _ => return None,
            }
        }
        None
    }

    /// The global that was being evaluated last.
    async fn innermost(&mut self, through: &[Through], cancel: &CancellationToken) -> Option<OptionPath> {
        for step in through {
            if let Some(global) = self.global(&step.option, cancel).await {
                return Some(attribute_of(&global));
            }
        }
        None
    }

    async fn told_circle(
        &mut self,
        error: &Error,
        through: Vec<Through>,
        cancel: &CancellationToken,
    ) -> Error {
        let mut steps = Vec::new();
        // From who asks to who is asked.
        for step in through.into_iter().rev() {
            let name = self.global(&step.option, cancel).await.unwrap_or_else(|| step.option.clone());
            steps.push((name.to_string(), step));
        }
        let first = (0..steps.len()).min_by_key(|&at| &steps[at].0).unwrap_or_default();
        steps.rotate_left(first);
        let names = steps.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        let asks = |(at, (name, step)): (usize, &(String, Through))| {
            let asked = if steps.len() == 1 { "itself" } else { names[(at + 1) % names.len()] };
            format!("{name} asks for {asked}{}", whereabouts(step.place.as_ref(), step.host.as_deref()))
        };
        let asks = steps.iter().enumerate().map(asks).collect::<Vec<_>>().join(", ");
        let what = match names.as_slice() {
            [name] => format!("the global {name} is made of itself: {asks}"),
            [rest @ .., last] => {
                format!("the globals {} and {last} are made of each other: {asks}", rest.join(", "))
            }
            [] => return error.clone(),
        };
        let mut told = Error::new(ErrorKind::Evaluation, what)
            .hint("give one of them a value that is not made of the others");
        told.place = steps.into_iter().find_map(|(_, step)| step.place);
        told
    }

    // ---- names that nobody declared ----

    async fn undeclared(
        &mut self,
        error: &Error,
        global: &OptionPath,
        cancel: &CancellationToken,
    ) -> Option<Error> {
        let expression = format!("steading.globalsAt.undeclared {}", global.to_nix_list());
        let mut found = self.ask::<Undeclared>(&expression, cancel).await.ok()?;
        found.written.iter_mut().for_each(|written| self.sources.map(&mut written.place));
        let mut places = found.written.iter();
        let first = places.next();
        let host = first.and_then(|written| written.host.as_ref());
        let by = host.map(|host| format!(" (host {host})")).unwrap_or_default();
        let mut told = Error::new(ErrorKind::Evaluation, format!("there is no global {global}{by}"));
        told.place = first.map(|written| written.place.clone()).or_else(|| error.place.clone());
        told.detail = places
            .map(|written| {
                format!("written too{}", whereabouts(Some(&written.place), written.host.as_deref()))
            })
            .collect();
        let (name, around) = global.0.split_last()?;
        let full = |name: &str| OptionPath([around, &[name.to_owned()]].concat()).to_string();
        Some(match nearest(name, found.beside.iter().map(String::as_str)) {
            Some(guess) => told.hint(format!("did you mean {}?", full(guess))),
            None if (1..=LISTED).contains(&found.beside.len()) => {
                let names = found.beside.iter().map(|name| full(name)).collect::<Vec<_>>();
                told.hint(format!("there are {}", names.join(", ")))
            }
            None => told.hint("options of globals are declared in modules/global"),
        })
    }

    // ---- definitions that don't go together, or are of no use ----

    /// What the row of a global says of it names all lines; Nix names the files.
    async fn spoiled(
        &mut self,
        error: &Error,
        global: &OptionPath,
        cancel: &CancellationToken,
    ) -> Option<Error> {
        let global = attribute_of(global);
        let expression = format!("steading.globalsAt.leaves {}", global.to_nix_list());
        let leaves = self.ask::<Vec<Leaf>>(&expression, cancel).await.ok()?;
        let mut leaf = leaves.into_iter().find(|leaf| leaf.error.is_some())?;
        super::globals::map_places(&self.sources, &mut leaf);
        let why = leaf.error.as_ref()?;
        let mut told = Error::new(ErrorKind::Evaluation, format!("the global {}: {why}", leaf.path));
        let culprit = leaf.definitions.iter().find(|definition| {
            definition.state == DefinitionState::Used && definition.kind == DefinitionKind::Definition
        });
        told.place = culprit.map(|culprit| culprit.place.clone()).or_else(|| error.place.clone());
        told.hint.clone_from(&error.hint);
        told.detail = [std::slice::from_ref(&error.what), error.detail.as_slice()].concat();
        Some(told)
    }
}

fn trail(error: &Error) -> Vec<Through> {
    error.trail.as_ref().map(|trail| trail.0.clone()).unwrap_or_default()
}

/// The option that the module system's message is about: the first that it names.
fn option_in(what: &str) -> Option<OptionPath> {
    let (_, rest) = what.split_once("option `")?;
    // Older messages close with a quote, newer ones with a backquote; a name may have either in it.
    let mut ends = rest.match_indices(['\'', '`']).map(|(at, _)| &rest[..at]);
    ends.find_map(|path| path.parse().ok())
}

/// The part of an option's path that is an attribute of the globals: what is in a list, or in what a function returns, has a name for messages only.
fn attribute_of(global: &OptionPath) -> OptionPath {
    let is_attribute = |name: &&String| !name.starts_with('[') && !name.starts_with('<');
    OptionPath(global.0.iter().take_while(is_attribute).cloned().collect())
}

fn whereabouts(place: Option<&Place>, host: Option<&str>) -> String {
    let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
    let host = host.map(|host| format!(" (host {host})")).unwrap_or_default();
    format!("{place}{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_of_a_message_is_found() {
        let option = |what: &str| option_in(what).map(|option| option.to_string());
        let found = |path: &str| Some(path.to_owned());
        assert_eq!(
            option("The option `x.global.it' has conflicting definition values:"),
            found("x.global.it")
        );
        assert_eq!(
            option("A definition for option `x.global.s.\"it's\".port' is not of type `signed integer'."),
            found("x.global.s.it's.port")
        );
        assert_eq!(
            option("The option `x.global.it` is defined both null and not null"),
            found("x.global.it")
        );
        assert_eq!(option("infinite recursion encountered"), None);
        assert_eq!(option("The option `"), None);
    }

    #[test]
    fn what_is_in_a_list_is_no_attribute() {
        let path = ["s", "[definition 1-entry 2]", "port"].map(str::to_owned);
        assert_eq!(attribute_of(&OptionPath(path.to_vec())).to_string(), "s");
    }
}
