//! The definitions of a value, and who stands against whom.

use crate::{
    backend::model::{Definition, DefinitionKind, DefinitionState, Leaf},
    views::report::printable,
};

/// Hosts that are named where several say the same in one place.
const NAMED: usize = 4;

/// A definition, and the hosts that say it in that very place: a module that several of them have.
#[derive(Clone)]
pub(super) struct Said<'a> {
    pub definition: &'a Definition,
    pub hosts: Vec<&'a str>,
}

impl Said<'_> {
    /// Whose it is.
    pub fn who(&self) -> String {
        let names = match self.hosts.as_slice() {
            [] | [_] => who(self.definition),
            few if few.len() <= NAMED => few.join(", "),
            many => format!("{} and {} other hosts", many[..NAMED - 1].join(", "), many.len() + 1 - NAMED),
        };
        printable(&names)
    }

    /// Whose, and where.
    pub fn named(&self) -> String {
        format!("{} in {}", self.who(), printable(&self.definition.place.to_string()))
    }
}

/// Puts together what several hosts say in one place with the same words.
pub(super) fn together(definitions: Vec<&Definition>) -> Vec<Said<'_>> {
    let mut together: Vec<Said> = Vec::new();
    for definition in definitions {
        let host = definition.host.as_deref();
        let same = |said: &&mut Said| {
            let one = Definition { host: said.definition.host.clone(), ..definition.clone() };
            one == *said.definition && host.is_some_and(|host| !said.hosts.contains(&host))
        };
        match together.iter_mut().rfind(same).zip(host) {
            Some((said, host)) => said.hosts.push(host),
            None => together.push(Said { definition, hosts: host.into_iter().collect() }),
        }
    }
    together
}

/// Who stands against whom.
pub(super) struct Contest<'a> {
    /// Those that count; the first of them speaks for all.
    pub used: Vec<Said<'a>>,
    /// Those that are overruled or off.
    pub others: Vec<Said<'a>>,
    /// Whether those that count contradict each other.
    pub conflict: bool,
}

impl<'a> Contest<'a> {
    /// All of them, in their order.
    pub fn all(&self) -> impl Iterator<Item = &Said<'a>> {
        self.used.iter().chain(&self.others)
    }

    /// Modules' definitions that are overruled: an option's default loses to everybody, which is not worth a word.
    pub fn beaten(&self) -> impl Iterator<Item = &Said<'a>> {
        self.others.iter().filter(|said| {
            let Definition { state, kind, .. } = said.definition;
            *state == DefinitionState::Overridden && *kind == DefinitionKind::Definition
        })
    }

    /// Takes the definitions of a leaf, those that count first.
    pub fn of(leaf: &Leaf, definitions: Vec<Said<'a>>) -> Self {
        let (used, others): (Vec<_>, Vec<_>) =
            definitions.into_iter().partition(|said| said.definition.state == DefinitionState::Used);
        // The words are those of nixpkgs' lib (types.nix: mergeEqualOption, mergeUniqueOption).
        let told = |error: &String| {
            ["conflicting", "conflict", "defined multiple times", "has multiple"]
                .iter()
                .any(|word| error.contains(word))
        };
        let conflict = used.len() > 1 && leaf.error.as_ref().is_some_and(told);
        Self { used, others, conflict }
    }
}

/// Whose definition it is.
pub(in crate::views) fn who(definition: &Definition) -> String {
    match &definition.host {
        _ if definition.kind == DefinitionKind::Default => "the default".to_owned(),
        Some(host) => host.clone(),
        None => "the fleet".to_owned(),
    }
}
