//! The options of one host: its own, not the globals.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Leaf, OptionPath};

/// What is asked about a host's options. None of these forces more than it names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionsQuestion {
    /// What is really set: the options that somebody says something about (priority below 1500).
    Set,
    /// The names of all options, without their values.
    Names,
    /// One place of the tree.
    Look(OptionPath),
}

/// The answer to an [`OptionsQuestion`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionsAnswer {
    /// The options that are set, sorted by path.
    Set(Vec<SetOption>),
    /// All options that are shown, sorted.
    Names(Vec<OptionPath>),
    /// What is there.
    Look(Box<OptionNode>),
}

/// An option that is set, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOption {
    /// Its path.
    pub path: OptionPath,
    /// Its value where that is short; long ones and those that can't be shown are left out.
    #[serde(default, deserialize_with = "super::global::present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why it has no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A place of the option tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionNode {
    /// Where it is.
    pub path: OptionPath,
    /// The names below it: of a branch its options and branches, of an option with elements those.
    pub children: Vec<String>,
    /// The option that stands here; `None` for a branch.
    pub option: Option<OptionDetail>,
}

/// An option, with everything that was said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionDetail {
    /// Type, value, declarations, definitions: as of a global. The definitions' host is this host. A value with elements of its own (see [`OptionNode::children`]) is not evaluated,
    /// but told by their number: `<set of 3>`. So is one that everybody defines; what is large is shown by its beginning.
    #[serde(flatten)]
    pub leaf: Leaf,
    /// What it is for, in the module's words (`CommonMark`).
    pub description: Option<String>,
    /// Its default as text: the declaration's own words, or the value as Nix writes it.
    pub default: Option<String>,
    /// An example, as text.
    pub example: Option<String>,
    /// The best priority of its definitions: below 1500 somebody set it.
    pub priority: Option<i64>,
    /// How many more definitions there are than are told: of `assertions` and the like, which everybody defines, only the first of those that count are.
    #[serde(default)]
    pub folded: usize,
}
