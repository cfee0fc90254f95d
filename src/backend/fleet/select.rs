//! Which hosts are meant: names, globs, `@tag`, and `!` before any of them to leave hosts out.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Host, HostName, Hosts},
};

/// Hosts, as the operator names them.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    text: String,
    excludes: bool,
    by_tag: bool,
    glob: GlobMatcher,
}

impl Selection {
    /// Reads terms such as `gate`, `web-*`, `@core`, `!@slow`. None at all means every host; so does a selection that only leaves hosts out.
    pub fn parse<T: AsRef<str>>(terms: &[T]) -> Result<Self> {
        let terms = terms.iter().map(|term| Term::parse(term.as_ref())).collect::<Result<_>>()?;
        Ok(Self { terms })
    }

    /// The hosts that are meant, in the order of their names. A term that names no host at all is a mistake, and an error that guesses what was meant.
    pub fn of(&self, hosts: &Hosts) -> Result<Vec<HostName>> {
        for term in &self.terms {
            if !hosts.values().any(|host| term.matches(host)) {
                return Err(term.names_nobody(hosts));
            }
        }
        let everybody = self.terms.iter().all(|term| term.excludes);
        let named =
            |host: &Host| everybody || self.terms.iter().any(|term| !term.excludes && term.matches(host));
        let left_out = |host: &Host| self.terms.iter().any(|term| term.excludes && term.matches(host));
        let chosen =
            hosts.values().filter(|host| named(host) && !left_out(host)).map(|host| host.name.clone());
        let chosen = chosen.collect::<Vec<_>>();
        if chosen.is_empty() && !hosts.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "the selection leaves no host over"));
        }
        Ok(chosen)
    }
}

impl Term {
    fn parse(text: &str) -> Result<Self> {
        let (excludes, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (by_tag, pattern) = rest.strip_prefix('@').map_or((false, rest), |rest| (true, rest));
        let invalid = |why: &str| {
            Error::new(ErrorKind::Usage, format!("{text:?} names no hosts: {why}"))
                .hint("use a name, a glob (web-*), a tag (@core), or ! before one of them")
        };
        if pattern.is_empty() {
            return Err(invalid("it is empty"));
        }
        let glob = Glob::new(pattern).map_err(|error| invalid(&error.kind().to_string()))?.compile_matcher();
        Ok(Self { text: text.to_owned(), excludes, by_tag, glob })
    }

    fn matches(&self, host: &Host) -> bool {
        if self.by_tag {
            host.deployment
                .as_ref()
                .is_some_and(|deployment| deployment.tags.iter().any(|tag| self.glob.is_match(tag)))
        } else {
            self.glob.is_match(host.name.as_str())
        }
    }

    fn names_nobody(&self, hosts: &Hosts) -> Error {
        let word = self.text.trim_start_matches(['!', '@']);
        let tags = hosts
            .values()
            .filter_map(|host| host.deployment.as_ref())
            .flat_map(|deployment| &deployment.tags);
        let known = if self.by_tag {
            tags.map(String::as_str).collect::<BTreeSet<_>>()
        } else {
            hosts.keys().map(HostName::as_str).collect()
        };
        let what = if self.by_tag { "tag" } else { "host" };
        let error = Error::new(ErrorKind::Usage, format!("there is no {what} {word:?} in this fleet"));
        match nearest(word, known.iter().copied()) {
            Some(guess) => error.hint(format!("did you mean {guess:?}?")),
            None if known.is_empty() => error.hint(format!("no host has a {what}")),
            None => error.hint(format!("there are {}", known.into_iter().collect::<Vec<_>>().join(", "))),
        }
    }
}

/// The known word that is most like a mistyped one, if any is like it.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|candidate| (strsim::jaro_winkler(word, candidate), candidate));
    scored
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::model::{Deployment, Kind};

    fn hosts() -> Hosts {
        let host = |name: &str, tags: &[&str]| {
            let deployment = serde_json::json!({ "targetHost": name, "tags": tags });
            let deployment = serde_json::from_value::<Deployment>(deployment).unwrap();
            let name: HostName = name.parse().unwrap();
            (
                name.clone(),
                Host {
                    name,
                    kind: Kind::Linux,
                    system: None,
                    folder: String::new(),
                    deployment: Some(deployment),
                },
            )
        };
        Hosts::from([
            host("gate", &["core", "edge"]),
            host("post", &["core"]),
            host("web-1", &[]),
            host("web-2", &["slow"]),
        ])
    }

    fn select(terms: &[&str]) -> Result<String> {
        let names = Selection::parse(terms)?.of(&hosts())?;
        Ok(names.iter().map(HostName::as_str).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn terms_add_up_and_exclusions_win() {
        for (terms, chosen) in [
            (&[][..], "gate post web-1 web-2"),
            (&["post"], "post"),
            (&["web-*", "gate"], "gate web-1 web-2"),
            (&["@core"], "gate post"),
            (&["@core", "!@edge"], "post"),
            (&["!@slow"], "gate post web-1"),
            (&["web-?", "!web-1"], "web-2"),
        ] {
            assert_eq!(select(terms).unwrap(), chosen, "{terms:?}");
        }
    }

    #[test]
    fn a_mistake_is_met_with_a_guess() {
        for (terms, says) in [
            (&["gat"][..], "there is no host \"gat\" in this fleet; did you mean \"gate\"?"),
            (&["xyz"], "there are gate, post, web-1, web-2"),
            (&["@cor"], "did you mean \"core\"?"),
            (&["@"], "it is empty"),
            (&["[a"], "names no hosts"),
            (&["gate", "!gate"], "leaves no host over"),
        ] {
            let error = select(terms).unwrap_err().to_string();
            assert!(error.contains(says), "{terms:?}: {error}");
        }
    }
}
