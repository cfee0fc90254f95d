//! Names that differ in letter case only: each has a file of its own here, and all of them one where that is ignored, as on macOS.

use std::collections::{BTreeMap, BTreeSet};

use super::{SecretName, declared::Declared, sidecar::Found};

/// Of each name that would share a file, or a folder, with another one where letter case is ignored: that other one, or one of them.
pub fn alike<'a>(names: impl IntoIterator<Item = &'a SecretName>) -> BTreeMap<SecretName, SecretName> {
    let names: BTreeSet<&SecretName> = names.into_iter().collect();
    // What would be one file or folder, in each of its spellings, with the first name that has it.
    let mut places = BTreeMap::<String, BTreeMap<&str, &SecretName>>::new();
    for name in &names {
        for place in places_of(name) {
            places.entry(folded(place)).or_default().entry(place).or_insert(name);
        }
    }
    let other = |name: &SecretName| {
        places_of(name).find_map(|place| {
            places[&folded(place)].iter().find(|(spelling, _)| **spelling != place).map(|(_, other)| *other)
        })
    };
    names.iter().filter_map(|name| Some(((*name).clone(), other(name)?.clone()))).collect()
}

/// Why secrets can't be made that have no file yet, and would not get one of their own everywhere. Those that have one are left as they are: where they came from they were told apart.
pub(super) fn problems(
    declared: &Declared,
    found: &BTreeMap<SecretName, Found>,
) -> BTreeMap<SecretName, String> {
    let has_file = |name: &SecretName| {
        found.get(name).is_some_and(|found| found.data.is_some() || found.entropy.is_some())
    };
    let known = declared.secrets.keys().chain(found.keys().filter(|name| has_file(name)));
    let without = |name: &SecretName| declared.secrets.contains_key(name) && !has_file(name);
    let alike = alike(known).into_iter().filter(|(name, _)| without(name));
    alike.map(|(name, other)| (name, why(declared, &other))).collect()
}

fn why(declared: &Declared, other: &SecretName) -> String {
    let other_one = match declared.secrets.get(other).map(|other| &other.declared.defined_at) {
        Some(Some(place)) => format!("{:?} ({place})", other.as_str()),
        Some(None) => format!("{:?}", other.as_str()),
        None => {
            format!("{:?}, of which there is a file that nobody declares (move or prune it),", other.as_str())
        }
    };
    format!(
        "its name and that of {other_one} differ in letter case only, so that they would share a file or folder where it is ignored, as on macOS: rename one"
    )
}

/// The file of a name and the folders that it is in, the file first.
fn places_of(name: &SecretName) -> impl Iterator<Item = &str> {
    let name = name.as_str();
    let folders = name.rmatch_indices('/').map(|(end, _)| &name[..=end]);
    std::iter::once(name).chain(folders)
}

fn folded(place: &str) -> String {
    place.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_as_a_whole_or_in_their_folders() {
        let of = |names: &[&str]| -> Vec<(String, String)> {
            let names: Vec<SecretName> = names.iter().map(|name| name.parse().unwrap()).collect();
            alike(&names).iter().map(|(name, other)| (name.to_string(), other.to_string())).collect()
        };
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned()), (b.to_owned(), a.to_owned())];
        assert_eq!(of(&["db/Password", "db/password", "db/other"]), pair("db/Password", "db/password"));
        assert_eq!(of(&["DB/x", "db/y", "x"]), pair("DB/x", "db/y"));
        assert_eq!(of(&["a/DB/x", "a/db/y", "b/db/x"]), pair("a/DB/x", "a/db/y"));
        assert_eq!(of(&["Äpfel", "äpfel"]), pair("Äpfel", "äpfel"));
        assert_eq!(of(&["db", "DB/x", "db/x/y", "same", "same"]), pair("DB/x", "db/x/y"));
        assert_eq!(of(&["db", "dB/x", "b", "b"]), []);
        let many = of(&["a", "A", "aa", "AA", "aA"]);
        assert_eq!(many.len(), 5);
        assert!(many.iter().all(|(name, other)| name != other && folded(name) == folded(other)), "{many:?}");
    }
}
