//! Where a fleet is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::adopt::Adopted;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{File, Source, Sources},
    nix::{
        diagnostic::{Diagnostic, Said},
        nix,
    },
    process::{Invocation, capture},
};

/// A flake, found.
#[derive(Debug, Clone)]
pub struct Flake {
    /// The folder that Nix runs in; `None` for one that is elsewhere (`github:…`).
    folder: Option<PathBuf>,
    /// What Nix is told, seen from that folder. For a folder it is `.`, so that no character of its path can mean anything in a URL.
    reference: String,
    /// The copy in the store, whole: a flake in a subfolder comes with the repository around it.
    store_copy: String,
    /// The flake's folder in it; empty at the top.
    subfolder: String,
    /// What the copy was made from, where that is on this machine.
    work_tree: Option<PathBuf>,
    revision: Revision,
    /// What stands for the library's output where there is none.
    pub(super) adopted: Option<Adopted>,
}

/// Which version of the flake was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Revision {
    /// The commit, where it is in git and has one.
    pub commit: Option<String>,
    /// Whether there are changes that are not committed.
    pub dirty: bool,
    /// Nix files that git doesn't know: a flake does not see them.
    pub untracked: Vec<String>,
}

/// What `nix flake metadata --json` prints, as far as it is used.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    path: String,
    revision: Option<String>,
    dirty_revision: Option<String>,
    #[serde(default)]
    resolved: Resolved,
}

#[derive(Deserialize, Default)]
struct Resolved {
    dir: Option<String>,
}

/// How a fleet is spoken of, and what is kept of it is named after, known without asking Nix: its folder, or its reference.
#[must_use]
pub fn name_of(flake: &str) -> String {
    let folder = Path::new(flake).canonicalize().ok().filter(|folder| folder.is_dir());
    folder.map_or_else(|| flake.to_owned(), |folder| folder.display().to_string())
}

impl Flake {
    /// Finds a flake by its folder, or by a reference such as `github:OWNER/REPOSITORY`.
    pub(super) async fn locate(flake: &str, cancel: &CancellationToken) -> Result<Self> {
        let folder = Path::new(flake);
        let (folder, reference) = if folder.is_dir() {
            let folder = folder.canonicalize().map_err(|error| Error::io(flake, &error))?;
            if !folder.ancestors().any(|folder| folder.join("flake.nix").is_file()) {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!("there is no flake.nix in {}", folder.display()),
                )
                .hint("name the fleet's folder with --flake DIR"));
            }
            (Some(folder), ".".to_owned())
        } else if flake.contains(':') && !flake.contains(char::is_whitespace) {
            (None, flake.to_owned())
        } else {
            return Err(Error::new(ErrorKind::Usage, format!("the folder {flake:?} does not exist"))
                .hint("name the fleet's folder with --flake DIR"));
        };
        let metadata = metadata(folder.as_deref(), &reference, cancel).await?;
        let untracked = match &folder {
            Some(folder) => untracked(folder, cancel).await?,
            None => Vec::new(),
        };
        let subfolder = metadata.resolved.dir.unwrap_or_default();
        let work_tree = folder.as_deref().and_then(|folder| work_tree(folder, &subfolder));
        let dirty = metadata.dirty_revision.is_some();
        let commit = metadata.revision.or_else(|| {
            metadata.dirty_revision.map(|revision| revision.trim_end_matches("-dirty").to_owned())
        });
        Ok(Self {
            folder,
            reference,
            store_copy: metadata.path,
            subfolder,
            work_tree,
            revision: Revision { commit, dirty, untracked },
            adopted: None,
        })
    }

    /// The folder, where it is one on this machine.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The copy of it in the store.
    pub(super) fn store_copy(&self) -> &str {
        &self.store_copy
    }

    /// What Nix calls it, seen from [`Flake::folder`].
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Which version of it was read.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// How to speak of it to the operator.
    #[must_use]
    pub fn display(&self) -> String {
        self.folder.as_ref().map_or_else(|| self.reference.clone(), |folder| folder.display().to_string())
    }

    /// The flake's own files, before the fleet itself tells of its inputs.
    pub(super) fn sources(&self) -> Sources {
        let path = if self.subfolder.is_empty() {
            self.store_copy.clone()
        } else {
            format!("{}/{}", self.store_copy, self.subfolder)
        };
        let inputs = self.adopted.iter().flat_map(|adopted| adopted.inputs.iter().cloned());
        self.with_work_tree(std::iter::once(Source { input: None, path }).chain(inputs).collect())
    }

    /// Sources, also by their paths in the work tree: Nix from 2.29 on names those in its errors.
    pub(super) fn with_work_tree(&self, mut sources: Vec<Source>) -> Sources {
        if let Some(work_tree) = &self.work_tree {
            let in_work_tree = |source: &Source| {
                let rest = source.path.strip_prefix(&self.store_copy)?;
                Some(Source { input: source.input.clone(), path: format!("{}{rest}", work_tree.display()) })
            };
            let more = sources.iter().filter_map(in_work_tree).collect::<Vec<_>>();
            sources.extend(more);
        }
        Sources::new(sources)
    }

    /// Puts what Nix says of a flake that is no fleet into words.
    pub(super) fn explain(&self, error: Error) -> Error {
        if lacks_output(&error) {
            let what = format!(
                "the flake {} has no hosts: there is neither an output `steading` nor `nixosConfigurations` and the like",
                self.display()
            );
            return Error::new(ErrorKind::Configuration, what).hint(
                "let its outputs come from `inputs.steading.lib.mkFleet { inherit inputs; root = ./.; }`",
            );
        }
        if error.what.contains("access to absolute path") && !self.in_git() {
            return error.hint("the flake lies in no git repository, so Nix copies its folder alone: run `git init` and `git add` in the repository's root");
        }
        error
    }

    fn in_git(&self) -> bool {
        self.folder
            .as_ref()
            .is_none_or(|folder| folder.ancestors().any(|folder| folder.join(".git").exists()))
    }
}

/// Whether Nix says that the flake has not what it was asked for.
pub(super) fn lacks_output(error: &Error) -> bool {
    error.what.contains("does not provide attribute")
}

/// The folder that Nix copies for a flake in `folder`, or above it.
fn work_tree(folder: &Path, subfolder: &str) -> Option<PathBuf> {
    let is_root = |root: &&Path| {
        let flake = root.join(subfolder);
        flake.join("flake.nix").is_file() && folder.starts_with(&flake)
    };
    folder.ancestors().find(is_root).map(Path::to_owned)
}

async fn metadata(folder: Option<&Path>, reference: &str, cancel: &CancellationToken) -> Result<Metadata> {
    let invocation =
        nix(&["flake", "metadata", "--json", "--no-write-lock-file", "--log-format", "internal-json"]);
    let invocation = in_folder(invocation, folder).arg(reference);
    let output = capture(&invocation, cancel).await?;
    if !output.exit.status.success() {
        let said = output.stderr.split(|&byte| byte == b'\n').map(Diagnostic::read);
        let mut errors =
            said.filter_map(|said| if let Said::Error(diagnostic) = said { Some(diagnostic) } else { None });
        return Err(errors.next_back().map_or_else(
            || {
                Error::new(
                    ErrorKind::Evaluation,
                    format!("`nix flake metadata` ended with {}", output.exit.status),
                )
            },
            |diagnostic| in_flake_file(diagnostic.into_error(&Sources::default())),
        ));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Error::new(
            ErrorKind::Evaluation,
            format!("`nix flake metadata` printed something unexpected: {error}"),
        )
    })
}

/// An error of reading `flake.nix`, which is all that is read before it is known where the copy in the store is.
fn in_flake_file(mut error: Error) -> Error {
    if let Some(place) = &mut error.place
        && place.file.to_string().ends_with("/flake.nix")
    {
        place.file = File::Fleet("flake.nix".to_owned());
    }
    error
}

/// Nix files below the flake that git doesn't know. A machine without git has none to tell of.
async fn untracked(folder: &Path, cancel: &CancellationToken) -> Result<Vec<String>> {
    let invocation =
        Invocation::new("git").args(["ls-files", "-z", "--others", "--exclude-standard", "--", "*.nix"]);
    match capture(&invocation.folder(folder), cancel).await {
        Ok(output) if output.exit.status.success() => {
            let files = output
                .stdout
                .split(|&byte| byte == 0)
                .map(|file| String::from_utf8_lossy(file).trim().to_owned());
            Ok(files.filter(|file| !file.is_empty()).collect())
        }
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        _ => Ok(Vec::new()),
    }
}

/// Runs a call in a folder, if there is one.
pub(super) fn in_folder(invocation: Invocation, folder: Option<&Path>) -> Invocation {
    match folder {
        Some(folder) => invocation.folder(folder),
        None => invocation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_alike_in_the_store_and_in_the_work_tree() {
        let copy = "/nix/store/aaa-source";
        let flake = Flake {
            folder: Some("/home/me/lab/fleet".into()),
            reference: ".".to_owned(),
            store_copy: copy.to_owned(),
            subfolder: "fleet".to_owned(),
            work_tree: Some("/home/me/lab".into()),
            revision: Revision::default(),
            adopted: None,
        };
        let input = |input: Option<&str>, path: String| Source { input: input.map(str::to_owned), path };
        let sources = flake.with_work_tree(vec![
            input(None, format!("{copy}/fleet")),
            input(Some("steading"), format!("{copy}/nix")),
            input(Some("nixpkgs"), "/nix/store/bbb-source".to_owned()),
        ]);
        let named = |path: &str| sources.file(path).to_string();
        assert_eq!(named("/home/me/lab/fleet/hosts/a.nix"), "hosts/a.nix");
        assert_eq!(named("/nix/store/aaa-source/fleet/hosts/a.nix"), "hosts/a.nix");
        assert_eq!(named("/home/me/lab/nix/lib/a.nix"), "steading:lib/a.nix");
        assert_eq!(named("/nix/store/bbb-source/lib/a.nix"), "nixpkgs:lib/a.nix");
    }

    #[test]
    fn the_work_tree_is_the_one_around_the_flake() {
        let root = tempfile::tempdir().unwrap();
        let flake = root.path().join("deep/fleet");
        std::fs::create_dir_all(flake.join("hosts")).unwrap();
        std::fs::write(flake.join("flake.nix"), "").unwrap();
        assert_eq!(work_tree(&flake, "deep/fleet").as_deref(), Some(root.path()));
        assert_eq!(work_tree(&flake.join("hosts"), "").as_deref(), Some(flake.as_path()));
        assert_eq!(work_tree(root.path(), "elsewhere"), None);
    }
}
