//! Secrets, as they are declared. Nothing here ever holds a plaintext.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Place;

/// All that the fleet says about secrets (`x.global.agenix`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secrets {
    /// The secrets, sorted by name.
    pub secrets: Vec<Secret>,
    /// Where they are mounted.
    pub mounts: Vec<Mount>,
    /// Public keys that can read every secret.
    pub admin_keys: Vec<String>,
    /// Public keys by host, for the secrets mounted there.
    pub host_keys: BTreeMap<String, Vec<String>>,
}

/// A declared secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// Its name; may have slashes.
    pub name: String,
    /// What generates it: `random`, `template`, …, or `manual`.
    pub engine: String,
    /// The `generation` object as declared, without what `engine` says.
    pub generation: Value,
    /// Why `generation` is null though there is an engine, in words that begin with `it` or with a place in the settings; nothing where all is well.
    #[serde(default)]
    pub problem: Option<String>,
    /// What it is, in a sentence.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether a new value needs the name typed.
    #[serde(default)]
    pub protect: bool,
    /// After how many days it should be rotated.
    #[serde(default)]
    pub rotate_after: Option<u32>,
    /// Where it is defined.
    pub defined_at: Option<Place>,
}

/// A secret on a host. A field is `None` where it does not evaluate; the globals say why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mount {
    /// Name of the mount.
    pub name: String,
    /// Name of the secret.
    pub secret: Option<String>,
    /// The host that gets it.
    pub host: Option<String>,
    /// Owning user of the file.
    pub owner: Option<String>,
    /// Owning group of the file.
    pub group: Option<String>,
    /// Mode in chmod's symbolic or octal form.
    pub mode: Option<String>,
    /// Where the plaintext is on the host.
    pub path: Option<String>,
    /// Units that are restarted when the text changes.
    #[serde(default)]
    pub restart_units: Option<Vec<String>>,
    /// Units that are reloaded then.
    #[serde(default)]
    pub reload_units: Option<Vec<String>>,
}
