//! Global values with everything that was said about them.

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
    /// The merged value; functions as `"<function>"`. `None`: see `error`.
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
    /// Its place with the helper that made it: `hosts/a.nix:12 (via lib/helper.nix:5)`, or `hosts/a.nix:12 (via :5)` where that stands in the same file.
    #[must_use]
    pub fn written_at(&self) -> String {
        match &self.via {
            None => self.place.to_string(),
            Some(Place { file, line: Some(line), .. }) if *file == self.place.file => {
                format!("{} (via :{line})", self.place)
            }
            Some(via) => format!("{} (via {via})", self.place),
        }
    }
}

/// A field that is there counts as there, also when it says `null`.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Which globals a host's evaluation used. Found by evaluating the host with each leaf of the globals in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reads {
    /// What its system is made of: if one of these changes, the host moves. Sorted.
    pub system: Vec<OptionPath>,
    /// What only its assertions and warnings looked at. Sorted.
    pub checks: Vec<OptionPath>,
}

impl Reads {
    /// Whether the host's system was made of something at, in or around a path.
    #[must_use]
    pub fn system_uses(&self, path: &OptionPath) -> bool {
        touches(&self.system, path)
    }

    /// Whether its assertions or warnings looked at something there.
    #[must_use]
    pub fn checks_use(&self, path: &OptionPath) -> bool {
        touches(&self.checks, path)
    }
}

/// A value that was read whole is a path above the leaves in it; what was read within a value, one below it.
fn touches(reads: &[OptionPath], path: &OptionPath) -> bool {
    reads.iter().any(|read| read.is_within(path) || path.is_within(read))
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
