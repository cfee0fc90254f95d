//! The own options of the demo's hosts, asked as the real ones are.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    data::read,
    globals::{LeafScript, leaf, place},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{
        DefinitionKind, DefinitionState, HostName, OptionDetail, OptionNode, OptionPath, OptionsAnswer,
        OptionsQuestion, SetOption,
    },
};

/// The options of all hosts.
#[derive(Debug, Clone)]
pub struct OwnOptions {
    broken: Vec<Broken>,
    options: Vec<Own>,
}

#[derive(Debug, Clone)]
struct Own {
    hosts: Vec<HostName>,
    detail: OptionDetail,
    is_element: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    broken: Vec<Broken>,
    option: Vec<LeafScript>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Broken {
    host: HostName,
    error: String,
}

/// What an option has beside what a global has.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnScript {
    #[serde(default)]
    hosts: Vec<HostName>,
    description: Option<String>,
    default: Option<String>,
    example: Option<String>,
    /// Whether it is an element of another option, or in one.
    #[serde(default)]
    element: bool,
}

impl OwnOptions {
    /// Reads the file, which is part of the program.
    pub fn read() -> Result<Self> {
        let File { broken, option } = read("options.toml", include_str!("options.toml"))?;
        let own = |mut script: LeafScript| {
            let own = std::mem::take(&mut script.own);
            let leaf = leaf(script)?;
            let used = leaf.definitions.iter().filter(|said| said.state == DefinitionState::Used);
            let detail = OptionDetail {
                priority: used.map(|said| said.priority).min(),
                description: own.description,
                default: own.default,
                example: own.example,
                folded: 0,
                leaf,
            };
            Ok(Own { hosts: own.hosts, detail, is_element: own.element })
        };
        Ok(Self { broken, options: option.into_iter().map(own).collect::<Result<_>>()? })
    }

    /// Answers a question.
    pub fn answer(&self, host: &HostName, question: &OptionsQuestion) -> Result<OptionsAnswer> {
        if let Some(broken) = self.broken.iter().find(|broken| broken.host == *host) {
            let (at, what) = broken.error.split_once(": ").unwrap_or(("", &broken.error));
            let error = Error::new(ErrorKind::Evaluation, what);
            return Err(if at.is_empty() { error } else { error.at(place(at)?) });
        }
        let own = || self.options.iter().filter(|own| own.hosts.is_empty() || own.hosts.contains(host));
        Ok(match question {
            OptionsQuestion::Set => {
                let mut set = own().filter(|own| own.is_set()).map(Own::in_short).collect::<Vec<_>>();
                set.sort_by(|a, b| a.path.cmp(&b.path));
                OptionsAnswer::Set(set)
            }
            OptionsQuestion::Names => {
                let mut names = own()
                    .filter(|own| !own.is_element)
                    .map(|own| own.detail.leaf.path.clone())
                    .collect::<Vec<_>>();
                names.sort();
                OptionsAnswer::Names(names)
            }
            OptionsQuestion::Look(path) => {
                let below =
                    own().filter_map(|own| own.detail.leaf.path.0.strip_prefix(path.0.as_slice())?.first());
                let children = below.cloned().collect::<BTreeSet<_>>();
                let option = own().find(|own| own.detail.leaf.path == *path);
                if children.is_empty() && option.is_none() {
                    return Err(nowhere(host, path));
                }
                let option = option.map(|own| said_by(&own.detail, host));
                OptionsAnswer::Look(Box::new(OptionNode {
                    path: path.clone(),
                    children: children.into_iter().collect(),
                    option,
                }))
            }
        })
    }
}

fn nowhere(host: &HostName, path: &OptionPath) -> Error {
    Error::new(ErrorKind::Usage, format!("{host} has no option {path}"))
}

impl Own {
    fn is_set(&self) -> bool {
        !self.is_element && self.detail.priority.is_none_or(|priority| priority < 1500)
    }

    fn in_short(&self) -> SetOption {
        let leaf = &self.detail.leaf;
        let value =
            leaf.value.clone().filter(|value| value.as_str().is_none_or(|text| !text.starts_with('<')));
        SetOption { path: leaf.path.clone(), value, error: leaf.error.clone() }
    }
}

/// The host itself says what the script leaves open.
fn said_by(detail: &OptionDetail, host: &HostName) -> OptionDetail {
    let mut detail = detail.clone();
    let said = detail.leaf.definitions.iter_mut().filter(|said| said.kind == DefinitionKind::Definition);
    said.for_each(|said| said.host = Some(host.to_string()));
    detail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &str, question: &OptionsQuestion) -> Result<OptionsAnswer> {
        OwnOptions::read().unwrap().answer(&host.parse().unwrap(), question)
    }

    fn look(host: &str, path: &str) -> Result<OptionNode> {
        match answer(host, &OptionsQuestion::Look(path.parse().unwrap()))? {
            OptionsAnswer::Look(node) => Ok(*node),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_demo_has_to_show_is_there() {
        let root = look("gate", "services.openssh.settings.PermitRootLogin").unwrap().option.unwrap();
        assert_eq!((root.priority, root.leaf.definitions.len()), (Some(50), 2));
        assert_eq!(root.leaf.definitions[0].state, DefinitionState::Overridden);
        assert_eq!(root.leaf.definitions[0].host.as_deref(), Some("gate"));
        assert_eq!(look("gate", "users.users").unwrap().children, ["ada", "root"]);
        let shell = look("tower", "users.users.ada.shell").unwrap().option.unwrap();
        assert_eq!(
            shell.leaf.declarations[0].to_string(),
            "nixpkgs:nixos/modules/config/users-groups.nix:243"
        );
        assert!(
            look("gate", "networking.nat.externalInterface").unwrap().option.unwrap().leaf.error.is_some()
        );
        assert_eq!(look("gate", "no.such").unwrap_err().kind, ErrorKind::Usage);
        let broken = answer("lamp", &OptionsQuestion::Set).unwrap_err();
        assert_eq!(broken.to_string(), "hosts/nixos/lamp/default.nix:12: attribute 'wifi' missing");
    }

    #[test]
    fn what_is_set_is_less_than_what_there_is() {
        let (set, names) = (
            answer("gate", &OptionsQuestion::Set).unwrap(),
            answer("gate", &OptionsQuestion::Names).unwrap(),
        );
        let (OptionsAnswer::Set(set), OptionsAnswer::Names(names)) = (set, names) else {
            panic!("other answers")
        };
        assert!(set.iter().all(|option| names.contains(&option.path)));
        assert!(set.is_sorted_by(|a, b| a.path < b.path) && names.is_sorted());
        assert!(set.len() < names.len() && set.len() > 5);
    }
}
