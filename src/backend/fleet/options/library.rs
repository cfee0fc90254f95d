//! The Nix code that answers: the library's own, in this program, since most flakes don't have it.

use std::path::Path;

use crate::backend::{
    error::{Error, Result},
    model::HostName,
    nix::repl::Library,
};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("lib/", $name), include_str!(concat!("../../../../nix/lib/", $name)))),*, ("flake.nix", FLAKE)]
    };
}

/// Its outputs, and `builtins`, so that no output of the fleet's can take that name.
const FLAKE: &str = "{ outputs = _: { inherit builtins; steadingOptions = import ./lib/own; steadingAdopt = import ./lib/own/adopt.nix; }; }\n";

/// `own/` with all that it imports. A flake that knows nothing of Steading is adopted first.
const FILES: &[(&str, &str)] = files![
    "adapter.nix",
    "adapter/types.nix",
    "collect.nix",
    "definitions.nix",
    "explain.nix",
    "leaves.nix",
    "own/adopt.nix",
    "own/default.nix",
    "own/origin.nix",
    "own/visible.nix",
    "show.nix",
    "submodules.nix",
    "walk.nix",
    "wrapped.nix",
];

/// Writes it where Nix can read it.
pub fn write(cache: &Path) -> Result<Library> {
    let folder = cache.join("nix");
    Library::write(&folder, "options", FILES).map_err(|error| Error::io(folder.display(), &error))
}

/// All hosts, by their names, as what answers.
pub fn hosts() -> String {
    let missing =
        "throw \"the flake's Steading library is too old to show options: run `nix flake update steading`\"";
    format!(
        "builtins.mapAttrs (host: evaluation: steadingOptions {{ inherit evaluation host; }}) (steading.evaluations or ({missing}))"
    )
}

/// A question to a host, as an expression.
pub fn question(host: &HostName, question: &str) -> String {
    format!("steadingHosts.\"{host}\".{question}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_that_is_imported_is_there() {
        let there = FILES.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
        for (name, text) in FILES {
            let folder = Path::new(name).parent().unwrap();
            for import in
                text.split("import ").skip(1).map(|rest| rest.split([' ', ';', ')', '\n']).next().unwrap())
            {
                let file = match import.strip_prefix("../") {
                    Some(file) => format!("lib/{file}"),
                    None if import.starts_with("./") => {
                        folder.join(import.trim_start_matches("./")).to_string_lossy().into_owned()
                    }
                    None => continue,
                };
                let is_there =
                    there.contains(file.as_str()) || there.contains(format!("{file}/default.nix").as_str());
                assert!(is_there, "{name} imports {import}");
            }
        }
    }
}
