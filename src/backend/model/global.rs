//! Global values with everything that was said about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{HostName, OptionPath, Place};

/// The global namespace, leaf by leaf.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Globals {
    /// Where the namespace lives in a host's options: `x.global`.
    pub namespace: OptionPath,
    /// The leaves, sorted by path.
    pub leaves: Vec<Leaf>,
}

/// One value of the namespace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Its path below the namespace.
    pub path: OptionPath,
    /// Description of its type: `16 bit unsigned integer; between 0 and 65535 (both inclusive)`.
    #[serde(rename = "type")]
    pub type_description: String,
    /// The merged value; functions as `"<function>"`. `None`: see `error`; where that is `None` too, it is an element that is not there, since none of its definitions counts.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where the option is declared.
    pub declarations: Vec<Place>,
    /// Every definition, the losing ones too.
    pub definitions: Vec<Definition>,
}

impl Globals {
    /// The leaves at or below a path.
    #[must_use]
    pub fn within(&self, path: &OptionPath) -> &[Leaf] {
        let start = self.leaves.partition_point(|leaf| leaf.path < *path);
        let rest = self.leaves.get(start..).unwrap_or_default();
        let length = rest.partition_point(|leaf| leaf.path.is_within(path));
        rest.get(..length).unwrap_or_default()
    }
}

impl Leaf {
    /// Whether a module has a say in it; else it is what the option's declaration says.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.error.is_some()
            || self.definitions.iter().any(|definition| definition.kind == DefinitionKind::Definition)
    }
}

/// One definition of a leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The host whose modules say it; `None` for the fleet's own modules and option defaults.
    pub host: Option<String>,
    /// Where it is written.
    #[serde(flatten)]
    pub place: Place,
    /// Where a helper made it that is called in that place; `None` where it is written there itself, or Nix can't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Place>,
    /// Where the items of a list are written, in its order, as far as Nix can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Option<Place>>,
    /// The smallest number wins: 50 `mkForce`, 100 plain, 1000 `mkDefault`, 1500 an option's default.
    pub priority: i64,
    /// Place among the definitions that are merged: 500 `mkBefore`, 1500 `mkAfter`; `None` where nothing was said (1000).
    pub order: Option<i64>,
    /// Whether it counts.
    pub state: DefinitionState,
    /// Whether a module said it, or the option's declaration.
    pub kind: DefinitionKind,
    /// What it says; absent where it is disabled or does not evaluate.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Definition {
    /// Its place with what more is known: `hosts/a.nix:12 (via lib/helper.nix:5)` for what a helper made, `hosts/a.nix:12 (items :13 :17)` for a list. In the same file a line is enough.
    #[must_use]
    pub fn written_at(&self) -> String {
        let short = |place: &Place| match place {
            Place { file, line: Some(line), .. } if *file == self.place.file => format!(":{line}"),
            place => place.to_string(),
        };
        let via = self.via.as_ref().map(|via| format!("via {}", short(via)));
        let items = self.items.iter().flatten().map(short).collect::<Vec<_>>();
        let more = if items.len() > ITEMS { " …" } else { "" };
        let shown = items.iter().take(ITEMS).map(String::as_str).collect::<Vec<_>>().join(" ");
        let items = (!items.is_empty()).then(|| format!("items {shown}{more}"));
        let notes = via.into_iter().chain(items).collect::<Vec<_>>().join(", ");
        if notes.is_empty() { self.place.to_string() } else { format!("{} ({notes})", self.place) }
    }

    /// All places that it names.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let items = self.items.iter_mut().flatten();
        std::iter::once(&mut self.place).chain(self.via.as_mut()).chain(items)
    }
}

/// Items of a list whose lines are told.
const ITEMS: usize = 8;

/// A field that is there counts as there, also when it says `null`.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Which globals a host's evaluation used. Found by evaluating the host with each value of the globals in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reads {
    /// What its system is made of: if one of these changes, the host moves.
    pub system: ReadSet,
    /// What its assertions, warnings and deployment options looked at beside that.
    pub checks: ReadSet,
}

impl Reads {
    /// Puts all in order.
    pub fn sort(&mut self) {
        for set in [&mut self.system, &mut self.checks] {
            set.values.sort();
            set.names.sort();
        }
    }

    /// Whether anything of the host looked at what is at a path, or in it.
    #[must_use]
    pub fn uses(&self, path: &OptionPath) -> bool {
        self.system.has(path) || self.checks.has(path)
    }
}

/// What was read of the globals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReadSet {
    /// The values, sorted. One that was read whole can hold several leaves (a list of submodules).
    pub values: Vec<OptionPath>,
    /// The sets of attributes, sorted, of which it is known which names they have. To come to a value, the names on the way have to be read.
    pub names: Vec<OptionPath>,
}

impl ReadSet {
    /// Whether something of what is at a path, or in it, was read.
    #[must_use]
    pub fn has(&self, path: &OptionPath) -> bool {
        self.values.iter().any(|read| read.is_within(path) || path.is_within(read))
            || self.names.iter().any(|read| read.is_within(path))
    }
}

/// What every host of the fleet read, by host; `None` of one that doesn't evaluate, or could not be observed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readers(pub BTreeMap<HostName, Option<Reads>>);

impl Readers {
    /// The hosts that read something of what is at a path, or in it.
    pub fn of(&self, path: &OptionPath) -> impl Iterator<Item = &HostName> {
        let reads = |(host, reads): (_, &Option<Reads>)| reads.as_ref()?.uses(path).then_some(host);
        self.0.iter().filter_map(reads)
    }

    /// The hosts of which it is not known.
    pub fn unknown(&self) -> impl Iterator<Item = &HostName> {
        self.0.iter().filter(|(_, reads)| reads.is_none()).map(|(host, _)| host)
    }
}

/// What would move if a global changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Affected {
    /// The hosts whose systems would.
    pub hosts: Vec<HostName>,
    /// The globals that are made of it, directly or by way of others.
    pub through: Vec<OptionPath>,
    /// Hosts of which it isn't known, because they don't evaluate.
    pub unknown: Vec<HostName>,
}

/// Whether a definition counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefinitionState {
    /// It is part of the value.
    Used,
    /// Another one has the better priority.
    Overridden,
    /// An `mkIf` around it is false.
    Disabled,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefinitionKind {
    /// A module's `config`.
    Definition,
    /// The `default` of the option's declaration.
    Default,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_tells_its_helper_and_the_lines_of_its_items() {
        let at = |more: serde_json::Value| {
            let mut definition = serde_json::json!({ "host": null, "file": "a.nix", "line": 12, "column": 3, "priority": 100, "order": null, "state": "used", "kind": "definition" });
            definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value::<Definition>(definition).unwrap().written_at()
        };
        let place = |file: &str, line: u32| serde_json::json!({ "file": file, "line": line, "column": 1 });
        assert_eq!(at(serde_json::json!({})), "a.nix:12");
        assert_eq!(at(serde_json::json!({ "via": place("a.nix", 5) })), "a.nix:12 (via :5)");
        assert_eq!(at(serde_json::json!({ "via": place("b.nix", 5) })), "a.nix:12 (via b.nix:5)");
        let items = [place("a.nix", 13), serde_json::Value::Null, place("b.nix", 2)];
        assert_eq!(at(serde_json::json!({ "items": items })), "a.nix:12 (items :13 b.nix:2)");
        assert_eq!(
            at(serde_json::json!({ "via": place("b.nix", 5), "items": vec![place("a.nix", 13); 9] })),
            "a.nix:12 (via b.nix:5, items :13 :13 :13 :13 :13 :13 :13 :13 …)"
        );
    }
}
