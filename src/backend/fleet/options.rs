//! The options of one host, browsed a place at a time by a living evaluator.

mod library;
mod told;

use std::{collections::BTreeSet, path::Path};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use self::told::Look;
use super::{Fleet, globals::map_places, nearest};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{HostName, OptionNode, OptionPath, OptionsAnswer, OptionsQuestion, SetOption, Sources, to_nix},
    nix::repl::Evaluator,
};

/// How many branches that can't be evaluated as a whole are taken apart for what is set in them, before that is given up.
const BROKEN_BRANCHES: usize = 500;

/// Answers questions about the options of a fleet's hosts. What was evaluated for one is there for the next.
#[derive(Debug)]
pub struct Browser {
    evaluator: Evaluator,
    sources: Sources,
    hosts: BTreeSet<HostName>,
    warnings: Vec<String>,
    /// Which copy of the flake it reads.
    copy: String,
}

impl Fleet {
    /// Begins to browse the hosts' options. Nothing is evaluated for that. `cache` is where what Nix has to read is written to.
    pub fn browser(&self, cache: &Path) -> Result<Browser> {
        let library = library::write(cache)?;
        let flake = self.flake();
        let (folder, reference) = (flake.folder(), flake.reference());
        let mut evaluator = Evaluator::of_flake(folder, reference, Some(&library), self.sources.clone());
        if let Some(adopted) = &flake.adopted {
            evaluator = evaluator.variable("steading", &adopted.expression("steadingAdopt"));
        }
        let evaluator = evaluator.variable("steadingHosts", &library::hosts());
        Ok(Browser {
            evaluator,
            sources: self.sources.clone(),
            hosts: self.hosts.keys().cloned().collect(),
            warnings: Vec::new(),
            copy: flake.store_copy().to_owned(),
        })
    }
}

impl Browser {
    /// Whether it reads the very copy of the flake that a fleet was opened from.
    #[must_use]
    pub fn is_of(&self, fleet: &Fleet) -> bool {
        self.copy == fleet.flake().store_copy()
    }

    /// What Nix warned of since this was asked for last.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// The process that answers, if it lives.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.evaluator.process()
    }

    /// Answers a question. When `cancel` fires, only the answer is dropped: what is evaluated is kept for the next question.
    pub async fn answer(
        &mut self,
        host: &HostName,
        question: &OptionsQuestion,
        cancel: &CancellationToken,
    ) -> Result<OptionsAnswer> {
        if !self.hosts.contains(host) {
            return Err(unknown_host(host, &self.hosts));
        }
        Ok(match question {
            OptionsQuestion::Names => OptionsAnswer::Names(self.names(host, cancel).await?),
            OptionsQuestion::Set => OptionsAnswer::Set(self.set(host, cancel).await?),
            OptionsQuestion::Look(path) => {
                OptionsAnswer::Look(Box::new(self.look(host, path, cancel).await?))
            }
        })
    }

    /// The names of all options; of one that can't even be asked whether it is shown, too.
    async fn names(&mut self, host: &HostName, cancel: &CancellationToken) -> Result<Vec<OptionPath>> {
        let (mut names, broken) = self.piecewise(host, "names", cancel).await?;
        names.extend(broken.into_iter().map(|(path, _)| path));
        names.sort();
        Ok(names)
    }

    /// The set options; one of which can't be told whether it is set counts as that, with the reason.
    async fn set(&mut self, host: &HostName, cancel: &CancellationToken) -> Result<Vec<SetOption>> {
        let (mut set, broken) = self.piecewise(host, "set { values = true; }", cancel).await?;
        set.extend(broken.into_iter().map(|(path, error)| {
            let error = Some(self.sources.in_text(&with_place(&error)));
            SetOption { path, value: None, error }
        }));
        set.sort_by(|a: &SetOption, b: &SetOption| a.path.cmp(&b.path));
        Ok(set)
    }

    /// What a question finds in the whole tree: at once, or, where something that Nix can't catch spoils that, branch by branch, so that it costs one option alone.
    async fn piecewise<T: DeserializeOwned>(
        &mut self,
        host: &HostName,
        question: &str,
        cancel: &CancellationToken,
    ) -> Result<(Vec<T>, Vec<(OptionPath, Error)>)> {
        let (mut found, mut broken) = (Vec::new(), Vec::new());
        let mut branches = vec![OptionPath::default()];
        let mut failures = 0;
        while let Some(branch) = branches.pop() {
            let names = list(&branch);
            let error = match self.ask::<Vec<T>>(host, &format!("{question} {names}"), cancel).await {
                Ok(of_branch) => {
                    found.extend(of_branch);
                    continue;
                }
                Err(error) => error,
            };
            failures += 1;
            if error.kind != ErrorKind::Evaluation || failures > BROKEN_BRANCHES {
                return Err(error);
            }
            match self.ask::<Vec<String>>(host, &format!("below {names}"), cancel).await {
                Err(_) if branch.is_empty() => return Err(error),
                Err(_) => broken.push((branch, error)),
                Ok(below) if below.is_empty() => broken.push((branch, error)),
                Ok(below) => branches.extend(below.into_iter().map(|name| {
                    let mut path = branch.clone();
                    path.0.push(name);
                    path
                })),
            }
        }
        Ok((found, broken))
    }

    /// One place: with its value, or, where Nix can't even fail over that in order, without.
    async fn look(
        &mut self,
        host: &HostName,
        path: &OptionPath,
        cancel: &CancellationToken,
    ) -> Result<OptionNode> {
        let names = list(path);
        let whole = self.ask::<Look>(host, &format!("look {names}"), cancel).await;
        let (look, failure) = match whole {
            Err(error) if error.kind == ErrorKind::Evaluation => {
                let without = format!("declared {names}");
                match self.ask::<Look>(host, &without, cancel).await {
                    Err(again) if again.kind == ErrorKind::Cancelled => return Err(again),
                    Err(_) => return Err(error),
                    Ok(look) => (look, Some(error)),
                }
            }
            look => (look?, None),
        };
        let mut node = match look {
            Look::Node(node) => node.into_node(),
            Look::Nowhere { nowhere, names } => return Err(self::nowhere(host, path, &nowhere, &names)),
        };
        if let Some(option) = &mut node.option {
            if let Some(error) = failure {
                option.leaf.error = Some(with_place(&error));
            }
            map_places(&self.sources, &mut option.leaf);
        }
        Ok(node)
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        host: &HostName,
        question: &str,
        cancel: &CancellationToken,
    ) -> Result<T> {
        let asked = self.evaluator.ask::<T>(&library::question(host, question), cancel).await?;
        for warning in asked.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        Ok(asked.value)
    }
}

/// Says that a path leads nowhere from some name on, with what may have been meant.
fn nowhere(host: &HostName, path: &OptionPath, name: &str, names: &[String]) -> Error {
    let error = Error::new(ErrorKind::Usage, format!("{host} has no option {path}"));
    let at = path.0.iter().position(|part| part == name).unwrap_or_default();
    let in_place = |guess: &str| {
        let mut path = path.clone();
        if let Some(part) = path.0.get_mut(at) {
            guess.clone_into(part);
        }
        path.0.truncate(at + 1);
        path
    };
    match nearest(name, names.iter().map(String::as_str)) {
        Some(guess) => error.hint(format!("did you mean {}?", in_place(guess))),
        None if at > 0 => {
            let known = OptionPath(path.0.iter().take(at).cloned().collect());
            error.hint(format!("`steading options {host} {known}` shows what is there"))
        }
        None => error.hint(format!("`steading options {host} --all` lists them")),
    }
}

fn unknown_host(host: &HostName, hosts: &BTreeSet<HostName>) -> Error {
    let error = Error::new(ErrorKind::Usage, format!("there is no host \"{host}\" in this fleet"));
    match nearest(host.as_str(), hosts.iter().map(HostName::as_str)) {
        Some(guess) => error.hint(format!("did you mean {guess:?}?")),
        None => error.hint("`steading hosts` lists them"),
    }
}

fn with_place(error: &Error) -> String {
    let place = error.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}", error.what)
}

/// A path as a list of Nix, on one line whatever the names hold.
fn list(path: &OptionPath) -> String {
    let json = Value::from(path.0.clone()).to_string();
    format!("(builtins.fromJSON {})", to_nix(&Value::String(json)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_question_is_one_line_of_text(names in prop::collection::vec(".*", 0..4)) {
            let list = list(&OptionPath(names));
            prop_assert!(!list.contains(char::is_control), "{:?}", list);
        }
    }
}
