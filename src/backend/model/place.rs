//! Where something is written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A file of the fleet or of one of its inputs.
///
/// In JSON: a text for the fleet's own files (relative to the flake), `{"input", "file"}` for an input's. What belongs to neither (`<unknown-file>`, `flake.nix, via option …`) stays the text that Nix gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum File {
    /// Relative to the flake.
    Fleet(String),
    /// Relative to an input.
    Input {
        /// The input's name in the flake.
        input: String,
        /// The file in it.
        file: String,
    },
}

/// A file with the line and column in it, as far as they are known. Both count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: File,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    #[serde(default)]
    pub column: Option<u32>,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet(file) => f.write_str(file),
            Self::Input { input, file } => write!(f, "{input}:{file}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// The store copy of the fleet (`input` is `None`) or of one input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Source {
    /// The input's name.
    pub input: Option<String>,
    /// Where Nix reads it: `/nix/store/HASH-source`, with the flake's folder where it is not at the top.
    pub path: String,
}

/// Maps paths of an evaluation, which are in the store, back to what the operator wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Takes the sources in any order; where one lies in another, the inner one is looked at first.
    #[must_use]
    pub fn new(mut sources: Vec<Source>) -> Self {
        sources.sort_by_key(|source| std::cmp::Reverse(source.path.len()));
        Self(sources)
    }

    /// The file that a path of the evaluation stands for.
    #[must_use]
    pub fn file(&self, path: &str) -> File {
        for source in &self.0 {
            let Some(rest) = path.strip_prefix(&source.path) else { continue };
            if !rest.is_empty() && !rest.starts_with('/') {
                continue;
            }
            let file = match rest.trim_start_matches('/') {
                "" => ".",
                file => file,
            };
            let file = file.to_owned();
            return match &source.input {
                None => File::Fleet(file),
                Some(input) => File::Input { input: input.clone(), file },
            };
        }
        File::Fleet(path.to_owned())
    }

    /// Puts the operator's file into a place that names a file of the store.
    pub fn map(&self, place: &mut Place) {
        if let File::Fleet(path) = &place.file {
            place.file = self.file(path);
        }
    }

    /// Maps every path in a running text, such as an error message of Nix.
    #[must_use]
    pub fn in_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for source in &self.0 {
            let name = source.input.as_ref().map(|input| format!("{input}:")).unwrap_or_default();
            text = text.replace(&format!("{}/", source.path), &name);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let source = |input: Option<&str>, path: &str| Source {
            input: input.map(str::to_owned),
            path: path.to_owned(),
        };
        Sources::new(vec![
            source(Some("whole"), "/nix/store/aaa-source"),
            source(None, "/nix/store/aaa-source/examples/homelab"),
            source(Some("steading"), "/nix/store/aaa-source/nix"),
        ])
    }

    #[test]
    fn the_innermost_source_names_the_file() {
        let file = |path| sources().file(path).to_string();
        assert_eq!(
            file("/nix/store/aaa-source/examples/homelab/hosts/linux/gate/default.nix"),
            "hosts/linux/gate/default.nix"
        );
        assert_eq!(file("/nix/store/aaa-source/nix/lib/fleet.nix"), "steading:lib/fleet.nix");
        assert_eq!(file("/nix/store/aaa-source/nixos.nix"), "whole:nixos.nix");
        assert_eq!(file("/nix/store/aaa-source/examples/homelab"), ".");
        assert_eq!(file("<unknown-file>"), "<unknown-file>");
    }

    #[test]
    fn a_message_speaks_of_the_operators_files() {
        let message = "at /nix/store/aaa-source/examples/homelab/flake.nix:3:5, from /nix/store/aaa-source/nix/lib/x.nix";
        assert_eq!(sources().in_text(message), "at flake.nix:3:5, from steading:lib/x.nix");
    }
}
