//! The merged globals in files, one for each value, from which a host is evaluated without its neighbours.
//!
//! Nix tells which files it evaluates: so it tells which globals a host uses. A file is a function of what stands at its place when the whole fleet is evaluated; what could not be written down is
//! just that.

use std::{collections::BTreeMap, fmt::Write as _, fs, io, path::Path, sync::Arc};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::Fleet;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{OptionPath, ReadSet, quoted},
    nix::store::hash,
};

/// The folder with the values, in that of the snapshot: what tells its files from all others.
const FOLDER: &str = "steading-snapshot";

/// A value as `steading.snapshot` writes it down.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Attributes { attributes: BTreeMap<String, Self> },
    List { list: Vec<Self> },
    String { string: String, context: Value },
    Plain { plain: Value },
    Unwritable {},
}

/// The snapshot of an opened fleet: made when it is first needed, and gone with the last who has the fleet.
pub(super) type Shared = Arc<OnceCell<Option<Snapshot>>>;

/// Files with values.
#[derive(Debug)]
pub(super) struct Snapshot {
    folder: TempDir,
    /// Of its contents, as Nix takes it: pure evaluation reads only what it knows beforehand.
    hash: String,
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    path: OptionPath,
    has_names: bool,
}

impl Fleet {
    /// The snapshot. `None` where there can be none, because the globals can't be evaluated as a whole: then hosts are evaluated together with their neighbours.
    pub(super) async fn snapshot(&self, cancel: &CancellationToken) -> Result<Option<&Snapshot>> {
        let made = self.snapshot.get_or_try_init(|| self.make_snapshot(cancel)).await?;
        Ok(made.as_ref())
    }

    async fn make_snapshot(&self, cancel: &CancellationToken) -> Result<Option<Snapshot>> {
        match self.part::<Written>("snapshot", cancel).await {
            Ok(written) => {
                let written = Snapshot::write(&written);
                let (folder, nodes) =
                    written.map_err(|error| Error::io("writing the globals for the hosts", &error))?;
                let hash = hash(folder.path(), cancel).await?;
                Ok(Some(Snapshot { folder, hash, nodes }))
            }
            Err(error) if error.kind == ErrorKind::Evaluation => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Snapshot {
    fn write(written: &Written) -> io::Result<(TempDir, Vec<Node>)> {
        let folder = tempfile::Builder::new().prefix("steading-globals-").tempdir()?;
        let values = folder.path().join(FOLDER);
        fs::create_dir(&values)?;
        let mut nodes = Vec::new();
        write(written, &OptionPath::default(), &values, &mut nodes)?;
        Ok((folder, nodes))
    }

    /// The Nix expression for the function that makes of the merged globals what hosts see of them.
    pub(super) fn expression(&self) -> String {
        let folder = quoted(&self.folder.path().to_string_lossy());
        let tree = format!(
            "builtins.fetchTree {{ type = \"path\"; path = {folder}; narHash = {}; }}",
            quoted(&self.hash)
        );
        format!("import ({tree} + \"/{FOLDER}/0.nix\")")
    }

    /// Takes in that Nix evaluates a file; says whether it is one of these.
    pub(super) fn note(&self, message: &str, reads: &mut ReadSet) -> bool {
        let Some((_, name)) = message.split_once(FOLDER) else { return false };
        let number = name.trim_start_matches('/').split_once(".nix").map(|(number, _)| number);
        if let Some(node) = number.and_then(|number| self.nodes.get(number.parse::<usize>().ok()?)) {
            let list = if node.has_names { &mut reads.names } else { &mut reads.values };
            list.push(node.path.clone());
        }
        true
    }
}

/// Writes a value and what is in it, each into the file of its number. The whole has number 0.
fn write(written: &Written, path: &OptionPath, folder: &Path, nodes: &mut Vec<Node>) -> io::Result<usize> {
    let number = nodes.len();
    nodes.push(Node { path: path.clone(), has_names: matches!(written, Written::Attributes { .. }) });
    let text = match written {
        Written::Attributes { attributes } => {
            let mut text = String::from("merged: {\n");
            for (name, value) in attributes {
                let inner = OptionPath(path.0.iter().chain([name]).cloned().collect());
                let inner = write(value, &inner, folder, nodes)?;
                let name = quoted(name);
                let _ = writeln!(text, "  {name} = import ./{inner}.nix merged.{name};");
            }
            text + "}\n"
        }
        Written::Unwritable {} => "merged: merged\n".to_owned(),
        value => format!("_: {}\n", expression(value)),
    };
    fs::write(folder.join(format!("{number}.nix")), text)?;
    Ok(number)
}

/// A value that is written whole.
fn expression(written: &Written) -> String {
    match written {
        Written::Plain { plain } => format!("builtins.fromJSON {}", quoted(&plain.to_string())),
        Written::String { string, context } => {
            let context = quoted(&context.to_string());
            format!("builtins.appendContext {} (builtins.fromJSON {context})", quoted(string))
        }
        Written::List { list } => {
            let items = list.iter().map(|item| format!("({})", expression(item))).collect::<Vec<_>>();
            format!("[ {} ]", items.join(" "))
        }
        Written::Attributes { attributes } => {
            let field =
                |(name, value): (&String, &Written)| format!("{} = {};", quoted(name), expression(value));
            format!("{{ {} }}", attributes.iter().map(field).collect::<Vec<_>>().join(" "))
        }
        // A list with such a one is unwritable as a whole.
        Written::Unwritable {} => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_for_what_they_hold() {
        let written = serde_json::json!({ "attributes": {
            "a b": { "plain": { "deep": 1 } },
            "c": { "attributes": { "f": { "unwritable": true } } },
        } });
        let (folder, nodes) = Snapshot::write(&serde_json::from_value(written).unwrap()).unwrap();
        let text = |number: usize| {
            fs::read_to_string(folder.path().join(FOLDER).join(format!("{number}.nix"))).unwrap()
        };
        assert_eq!(
            text(0),
            "merged: {\n  \"a b\" = import ./1.nix merged.\"a b\";\n  \"c\" = import ./2.nix merged.\"c\";\n}\n"
        );
        assert_eq!(text(1), "_: builtins.fromJSON \"{\\\"deep\\\":1}\"\n");
        assert_eq!(text(3), "merged: merged\n");

        let snapshot = Snapshot { folder, hash: String::new(), nodes };
        let mut reads = ReadSet::default();
        let evaluating = |file: &str| format!("evaluating file '/nix/store/hash-source/{file}'");
        assert!(!snapshot.note(&evaluating("nix/lib/0.nix"), &mut reads));
        for file in ["0.nix", "1.nix", "2.nix", "3.nix", "9.nix", "odd"] {
            assert!(snapshot.note(&evaluating(&format!("{FOLDER}/{file}")), &mut reads));
        }
        let path = |text: &str| text.parse::<OptionPath>().unwrap();
        assert_eq!(reads.values, [path("\"a b\""), path("c.f")]);
        assert_eq!(reads.names, [OptionPath::default(), path("c")]);
        assert!(reads.has(&path("\"a b\".deep")), "it was read whole");
        assert!(!reads.has(&path("c.g")), "its name was read, on the way to another");
        assert!(reads.has(&path("c")));
    }
}
