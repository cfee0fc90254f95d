//! The difference between two closures.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    last_lines,
    scripts::{CLOSURE, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{ClosureChange, PackageChange, StorePath},
    ssh::{Login, Session},
};

/// How long a host may take to list a closure.
const CLOSURE_DEADLINE: Duration = Duration::from_secs(120);

/// Outputs of a package besides its first, as nixpkgs names them (`pkgs/stdenv/generic/setup.sh`): they stand behind the version.
const OUTPUTS: [&str; 11] =
    ["bin", "dev", "lib", "man", "doc", "info", "debug", "static", "devdoc", "devman", "data"];

/// Store paths with their sizes, in bytes of NAR.
pub type Closure = BTreeMap<StorePath, u64>;

/// Asks a host for the closure of something in its store.
pub async fn closure_on_host(session: &Session, login: &Login, system: &str) -> Result<Closure> {
    let reply = session.run(login, &script(CLOSURE, &[("system", system)]), CLOSURE_DEADLINE).await?;
    let read = read(&String::from_utf8_lossy(&reply.stdout));
    read.filter(|_| reply.status == 0).ok_or_else(|| {
        Error::new(ErrorKind::Process, format!("the host can't list the closure of {system}"))
            .detail(last_lines(&reply.stderr))
    })
}

/// Reads paths, a line `--`, and as many sizes.
pub fn read(text: &str) -> Option<Closure> {
    let (paths, sizes) = text.split_once("\n--\n")?;
    let paths = paths.lines().map(|path| path.parse().ok()).collect::<Option<Vec<StorePath>>>()?;
    let sizes = sizes.lines().map(|size| size.trim().parse().ok()).collect::<Option<Vec<u64>>>()?;
    (paths.len() == sizes.len()).then(|| paths.into_iter().zip(sizes).collect())
}

/// What changes from one closure to another.
pub fn compare(before: &Closure, after: &Closure) -> ClosureChange {
    let size = |closure: &Closure| closure.values().sum();
    let only = |these: &Closure, others: &Closure| {
        let paths = these.iter().filter(|(path, _)| !others.contains_key(path)).map(|(_, size)| *size);
        paths.fold((0, 0), |(count, bytes), size| (count + 1, bytes + size))
    };
    let (paths_added, bytes_added) = only(after, before);
    let (paths_removed, _) = only(before, after);
    let (old, new) = (versions(before), versions(after));
    let names = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
    let packages = names.into_iter().filter(|name| old.get(*name) != new.get(*name)).map(|name| {
        PackageChange { name: (*name).to_owned(), before: list(&old, name), after: list(&new, name) }
    });
    ClosureChange {
        packages: packages.collect(),
        size_before: size(before),
        size_after: size(after),
        paths_added,
        paths_removed,
        bytes_added,
    }
}

type Versions<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn versions(closure: &Closure) -> Versions<'_> {
    let mut versions = Versions::new();
    for path in closure.keys() {
        let (name, version) = split(path.name());
        versions.entry(name).or_default().insert(version);
    }
    versions
}

fn list(versions: &Versions, name: &str) -> Vec<String> {
    versions.get(name).into_iter().flatten().map(|&version| version.to_owned()).collect()
}

/// Package and version of a store path's name: the version begins behind the first dash that no letter follows (`builtins.parseDrvName`).
fn split(name: &str) -> (&str, &str) {
    let dashes = name.match_indices('-').map(|(at, _)| at);
    let begins = |at: &usize| name[at + 1..].starts_with(|c: char| !c.is_ascii_alphabetic());
    let Some(at) = dashes.into_iter().find(begins) else { return (name, "") };
    let version = &name[at + 1..];
    let output = version.rsplit_once('-').filter(|(_, output)| OUTPUTS.contains(output));
    (&name[..at], output.map_or(version, |(version, _)| version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure(paths: &[(&str, u64)]) -> Closure {
        let path = |(name, size): &(&str, u64)| {
            let (hash, name) = name.split_once('/').unwrap_or(("0", name));
            (format!("/nix/store/{hash:0>32}-{name}").parse().unwrap(), *size)
        };
        paths.iter().map(path).collect()
    }

    #[test]
    fn packages_come_go_and_change() {
        let before = closure(&[
            ("glibc-2.40-66", 100),
            ("glibc-2.40-66-bin", 5),
            ("nginx-1.27.1", 10),
            ("old", 1),
            ("1/unit-nginx.service", 1),
        ]);
        let after = closure(&[
            ("glibc-2.40-66", 100),
            ("nginx-1.28.0", 12),
            ("new-3", 7),
            ("2/unit-nginx.service", 2),
        ]);
        let change = compare(&before, &after);
        let told = change
            .packages
            .iter()
            .map(|package| format!("{} {:?} {:?}", package.name, package.before, package.after));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [r#"new [] ["3"]"#, r#"nginx ["1.27.1"] ["1.28.0"]"#, r#"old [""] []"#]
        );
        assert_eq!((change.size_before, change.size_after, change.bytes_added), (117, 121, 21));
        assert_eq!((change.paths_added, change.paths_removed), (3, 4));
        assert_eq!(compare(&after, &after).packages, []);
    }

    #[test]
    fn names_are_split_as_nix_does() {
        for (name, package, version) in [
            ("linux-gate-1.0", "linux-gate", "1.0"),
            ("hello", "hello", ""),
            ("python3.13-requests-2.32.3", "python3.13-requests", "2.32.3"),
            ("openssl-3.0.14-dev", "openssl", "3.0.14"),
            ("etc-hosts", "etc-hosts", ""),
            ("x-", "x-", ""),
        ] {
            assert_eq!(split(name), (package, version), "{name}");
        }
    }

    #[test]
    fn an_answer_that_does_not_add_up_is_none() {
        let path = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-a";
        assert_eq!(read(&format!("{path}\n--\n12\n")).unwrap().len(), 1);
        for text in [
            String::new(),
            format!("{path}\n--\n"),
            format!("{path}\n--\nx\n"),
            "/etc/passwd\n--\n1\n".to_owned(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
