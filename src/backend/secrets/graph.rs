//! Which secret is made from which: found without a key, and judged before anything is made.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Generation, SecretName,
    declared::{Declaration, Declared},
    engines::{self, Dialect},
    sidecar::{Record, Sidecar},
};

/// The dependencies of all declared secrets.
#[derive(Debug, Default)]
pub struct Graph {
    /// The secrets, each after those that it is made from.
    pub order: Vec<SecretName>,
    /// What each is made from. What is declared nowhere is left out.
    pub reads: BTreeMap<SecretName, BTreeSet<SecretName>>,
    /// What is made from each.
    pub read_by: BTreeMap<SecretName, BTreeSet<SecretName>>,
    /// Why some can't be made.
    pub problems: BTreeMap<SecretName, String>,
}

impl Graph {
    /// Finds the dependencies: as they were recorded where the definition is still the same, and else by a trace.
    pub fn of(declared: &Declared, sidecar: &Sidecar) -> Self {
        let mut graph = Self::default();
        for (name, declaration) in &declared.secrets {
            let recorded = sidecar.next.get(name).or_else(|| sidecar.secrets.get(name));
            let found = match names_read(declaration, recorded) {
                Ok(found) => found,
                Err(why) => {
                    graph.problems.insert(name.clone(), why);
                    BTreeSet::new()
                }
            };
            let mut reads = BTreeSet::new();
            for read in found {
                let known =
                    read.parse::<SecretName>().ok().filter(|read| declared.secrets.contains_key(read));
                if let Some(read) = known {
                    graph.read_by.entry(read.clone()).or_default().insert(name.clone());
                    reads.insert(read);
                } else {
                    let guess = declared
                        .nearest(&read)
                        .map_or_else(String::new, |guess| format!(" (did you mean {guess:?}?)"));
                    let why = format!("it reads {read:?}, which nobody declares{guess}");
                    graph.problems.entry(name.clone()).or_insert(why);
                }
            }
            graph.reads.insert(name.clone(), reads);
        }
        graph.sort();
        graph
    }

    /// What a secret is made from.
    pub fn reads(&self, name: &SecretName) -> impl Iterator<Item = &SecretName> {
        self.reads.get(name).into_iter().flatten()
    }

    /// What is made from a secret.
    pub fn read_by(&self, name: &SecretName) -> impl Iterator<Item = &SecretName> {
        self.read_by.get(name).into_iter().flatten()
    }

    /// Some secrets with all that they are made from, directly or through others.
    #[must_use]
    pub fn with_sources(&self, names: impl IntoIterator<Item = SecretName>) -> BTreeSet<SecretName> {
        closure(names, |name| self.reads.get(name))
    }

    /// Orders the secrets, and finds those that are made from themselves.
    fn sort(&mut self) {
        let mut waits: BTreeMap<&SecretName, usize> =
            self.reads.iter().map(|(name, reads)| (name, reads.len())).collect();
        let mut ready: Vec<&SecretName> =
            waits.iter().filter(|(_, waits)| **waits == 0).map(|(name, _)| *name).rev().collect();
        let mut order = Vec::with_capacity(waits.len());
        let mut placed = BTreeSet::new();
        loop {
            while let Some(name) = ready.pop() {
                placed.insert(name);
                order.push(name.clone());
                for reader in self.read_by.get(name).into_iter().flatten() {
                    if let Some(waits) = waits.get_mut(reader) {
                        *waits = waits.saturating_sub(1);
                        if *waits == 0 && !placed.contains(reader) {
                            ready.push(reader);
                        }
                    }
                }
            }
            // Each of those that are left waits for another one of them: following that leads into a circle.
            let Some(start) = self.reads.keys().find(|name| !placed.contains(name)) else { break };
            let mut path = vec![start];
            let circle = loop {
                let next = self.reads[path[path.len() - 1]].iter().find(|read| !placed.contains(read));
                let Some(next) = next else { break &path[path.len()..] };
                if let Some(begin) = path.iter().position(|name| *name == next) {
                    break &path[begin..];
                }
                path.push(next);
            };
            // From its smallest name on, so that all of its members tell it the same way.
            let smallest =
                circle.iter().enumerate().min_by_key(|(_, name)| **name).map_or(0, |(index, _)| index);
            let round =
                (0..=circle.len()).map(|step| circle[(smallest + step) % circle.len().max(1)].as_str());
            let round = round.collect::<Vec<_>>().join(" -> ");
            for name in circle {
                self.problems.insert((*name).clone(), format!("it is made from itself: {round}"));
            }
            let mut members: Vec<_> = circle.to_vec();
            members.sort();
            // They can't be made; taken as placed, they let the others be ordered.
            for name in &members {
                waits.insert(name, 0);
                placed.insert(name);
            }
            ready.extend(members.into_iter().rev());
        }
        self.order = order;
    }
}

/// Some names with all that follow from them.
pub(super) fn closure<'a>(
    names: impl IntoIterator<Item = SecretName>,
    next: impl Fn(&SecretName) -> Option<&'a BTreeSet<SecretName>>,
) -> BTreeSet<SecretName> {
    let mut found = BTreeSet::new();
    let mut left: Vec<SecretName> = names.into_iter().collect();
    while let Some(name) = left.pop() {
        if !found.contains(&name) {
            left.extend(next(&name).into_iter().flatten().cloned());
            found.insert(name);
        }
    }
    found
}

/// The names of what a secret reads.
fn names_read(declaration: &Declaration, recorded: Option<&Record>) -> Result<BTreeSet<String>, String> {
    if let Some(problem) = &declaration.problem {
        return Err(problem.clone());
    }
    if let Some(record) =
        recorded.filter(|record| record.definition == declaration.definition && !record.adopted)
    {
        return Ok(record.reads.keys().map(ToString::to_string).collect());
    }
    let Some(generation) = &declaration.generation else { return Ok(BTreeSet::new()) };
    if let Generation::Script(script) = generation {
        return Ok(script.secrets.iter().cloned().collect());
    }
    let dialect = recorded.map_or(Dialect::Reference, |record| record.dialect);
    // What the one takes and the other doesn't is told when it is made.
    let traced = engines::trace(generation, dialect);
    traced.or_else(|_| engines::trace(generation, Dialect::Mended)).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (name, reads) in edges {
            let name: SecretName = name.parse().unwrap();
            let reads: BTreeSet<SecretName> = reads.iter().map(|read| read.parse().unwrap()).collect();
            for read in &reads {
                graph.read_by.entry(read.clone()).or_default().insert(name.clone());
            }
            graph.reads.insert(name, reads);
        }
        graph.sort();
        graph
    }

    fn order(graph: &Graph) -> Vec<&str> {
        graph.order.iter().map(SecretName::as_str).collect()
    }

    #[test]
    fn what_is_read_comes_first() {
        let graph = graph(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[]), ("d", &[])]);
        assert_eq!(order(&graph), ["c", "b", "a", "d"]);
        assert!(graph.problems.is_empty());
        let sources = graph.with_sources(["b".parse().unwrap()]);
        assert_eq!(sources.iter().map(SecretName::as_str).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn circles_are_named() {
        let graph = graph(&[
            ("x", &["c"]),
            ("a", &["b"]),
            ("b", &["c"]),
            ("c", &["a"]),
            ("self", &["self"]),
            ("fine", &[]),
        ]);
        let problem = |name: &str| graph.problems.get(&name.parse().unwrap()).map(String::as_str);
        for member in ["a", "b", "c"] {
            assert_eq!(problem(member), Some("it is made from itself: a -> b -> c -> a"));
        }
        assert_eq!(problem("self"), Some("it is made from itself: self -> self"));
        assert_eq!(problem("x"), None);
        assert_eq!(graph.order.len(), 6);
    }

    #[test]
    fn two_circles_that_share_a_secret_end() {
        let graph = graph(&[("a", &["b", "c"]), ("b", &["a"]), ("c", &["a"])]);
        assert_eq!(graph.order.len(), 3);
        assert!(!graph.problems.is_empty());
    }

    #[test]
    fn a_long_chain_is_no_matter() {
        let names: Vec<String> = (0..20_000).map(|number| format!("n{number:05}")).collect();
        let edges: Vec<(&str, Vec<&str>)> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                (name.as_str(), names.get(index + 1).map(String::as_str).into_iter().collect())
            })
            .collect();
        let edges: Vec<(&str, &[&str])> =
            edges.iter().map(|(name, reads)| (*name, reads.as_slice())).collect();
        assert_eq!(order(&graph(&edges))[0], "n19999");
    }
}
