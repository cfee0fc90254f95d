//! The library's answers about options, as they arrive.

use serde::Deserialize;
use serde_json::Value;

use crate::backend::model::{Leaf, OptionDetail, OptionNode, OptionPath, to_nix};

/// What there is at a path.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Look {
    /// It leads somewhere.
    Node(Box<Node>),
    /// There is nothing of this name, but these.
    Nowhere { nowhere: String, names: Vec<String> },
}

#[derive(Debug, Deserialize)]
pub struct Node {
    path: OptionPath,
    children: Vec<String>,
    option: Option<Detail>,
}

#[derive(Debug, Deserialize)]
struct Detail {
    #[serde(flatten)]
    leaf: Leaf,
    description: Option<String>,
    default: Words,
    example: Words,
    priority: Option<i64>,
    folded: usize,
}

/// What is told in words, or by its value, or not at all.
#[derive(Debug, Deserialize)]
struct Words {
    text: Option<String>,
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Words {
    fn into_text(self) -> Option<String> {
        let shown = |value: &Value| match value {
            Value::String(text) if text.starts_with('<') && text.ends_with('>') => text.clone(),
            value => to_nix(value),
        };
        self.text.or_else(|| self.value.as_ref().map(shown)).map(|text| text.trim_end().to_owned())
    }
}

impl Node {
    /// As the model has it.
    pub fn into_node(self: Box<Self>) -> OptionNode {
        let Self { path, mut children, option } = *self;
        children.sort();
        let option = option.map(|option| OptionDetail {
            leaf: option.leaf,
            description: option.description.map(|text| text.trim_end().to_owned()),
            default: option.default.into_text(),
            example: option.example.into_text(),
            priority: option.priority,
            folded: option.folded,
        });
        OptionNode { path, children, option }
    }
}
