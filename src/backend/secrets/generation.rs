//! How a secret is made, as it is declared (`x.global.agenix.secrets.NAME.generation`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A way of making a secret. In JSON an object with one field: `{"random":{"length":64,"charsets":{…}}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Generation {
    /// Random characters.
    Random(Random),
    /// A template in the language of Go's `text/template`.
    Template(Text),
    /// A Tera template.
    Tera(Text),
    /// A JSON document with calls in it.
    Json(JsonDocument),
    /// What a program prints.
    Script(Script),
    /// An SSH key pair.
    SshKey(SshKey),
}

/// Random characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Random {
    /// How many characters.
    #[serde(default = "length")]
    pub length: usize,
    /// Which sets of characters are used, by name.
    #[serde(default = "charsets")]
    pub charsets: BTreeMap<String, bool>,
}

/// What a declaration means that says nothing of the length.
fn length() -> usize {
    64
}

/// What a declaration means that says nothing of characters.
fn charsets() -> BTreeMap<String, bool> {
    ["lowercase", "numbers", "special", "uppercase"].map(|name| (name.to_owned(), true)).into()
}

/// A text template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The template.
    pub content: String,
    /// What it can refer to: an object, or null.
    #[serde(default)]
    pub data: Value,
}

/// A JSON document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JsonDocument {
    /// Any value; an object with `"__secretsGeneratorType": "functionCall"` in it is a call.
    pub content: Value,
}

/// A program that prints the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Script {
    /// The text of the shell script: what its definition is compared by.
    pub script: String,
    /// Secrets that it may read.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Whether it may use the network.
    #[serde(default)]
    pub network: bool,
    /// Folders of the fleet that it may write to, relative to it: for public halves and the like.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Names or store paths of what is in its PATH: a change of these is a change of the definition.
    #[serde(default)]
    pub runtime_inputs: Vec<String>,
}

/// An SSH key pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshKey {
    /// The kind of key.
    #[serde(default)]
    pub r#type: SshKeyType,
    /// The comment of the public half.
    #[serde(default)]
    pub comment: String,
}

/// Kinds of SSH key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SshKeyType {
    /// Ed25519.
    #[default]
    Ed25519,
    /// RSA of 4096 bits.
    Rsa,
}
