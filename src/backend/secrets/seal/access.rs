//! Who gains access and who loses it when what a text is encrypted to changes.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical;
use crate::backend::model::{HostName, KeyHolder, SecretReader, Secrets};

/// Whose the public keys are, as the fleet says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders(BTreeMap<String, KeyHolder>);

/// What a change of recipients means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Who can read it then, and could not before.
    pub gains: Vec<SecretReader>,
    /// Who could read it, and can't then.
    pub loses: Vec<SecretReader>,
}

impl Holders {
    /// Reads them from what is declared. A key of both an admin and a host is the admin's: who loses it loses everything.
    #[must_use]
    pub fn of(secrets: &Secrets) -> Self {
        let hosts = secrets.host_keys.iter().filter_map(|(host, keys)| {
            let host = host.parse::<HostName>().ok()?;
            Some(keys.iter().map(move |key| (canonical(key), KeyHolder::Host(host.clone()))))
        });
        let admins = secrets.admin_keys.iter().map(|key| (canonical(key), KeyHolder::Admin));
        Self(hosts.flatten().chain(admins).collect())
    }

    /// A key with its holder.
    #[must_use]
    pub fn reader(&self, key: &str) -> SecretReader {
        let key = canonical(key);
        SecretReader { who: self.0.get(&key).cloned(), key }
    }

    /// Compares what a text is encrypted to with what it will be.
    #[must_use]
    pub fn access<'a>(
        &self,
        before: impl IntoIterator<Item = &'a str>,
        after: impl IntoIterator<Item = &'a str>,
    ) -> Access {
        let (before, after) = (keys(before), keys(after));
        let readers = |keys: BTreeSet<&String>| keys.into_iter().map(|key| self.reader(key)).collect();
        Access {
            gains: readers(after.difference(&before).collect()),
            loses: readers(before.difference(&after).collect()),
        }
    }
}

fn keys<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().map(canonical).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_recipients_names_the_holders() {
        let secrets = Secrets {
            admin_keys: vec!["age1admin".to_owned()],
            host_keys: [("gate".to_owned(), vec!["ssh-ed25519 AAAA root@gate".to_owned()])].into(),
            ..Secrets::default()
        };
        let holders = Holders::of(&secrets);
        let access = holders.access(
            ["age1admin", "ssh-ed25519 BBBB old", "ssh-ed25519 CCCC"],
            ["age1admin", "ssh-ed25519 AAAA", "ssh-ed25519 CCCC with a comment"],
        );
        let gate = SecretReader {
            key: "ssh-ed25519 AAAA".to_owned(),
            who: Some(KeyHolder::Host("gate".parse().unwrap())),
        };
        assert_eq!(access.gains, [gate]);
        assert_eq!(access.loses, [SecretReader { key: "ssh-ed25519 BBBB".to_owned(), who: None }]);
        assert_eq!(holders.reader("age1admin").who, Some(KeyHolder::Admin));
    }

    #[test]
    fn an_admins_key_stays_an_admins() {
        let secrets = Secrets {
            admin_keys: vec!["age1both".to_owned()],
            host_keys: [("gate".to_owned(), vec!["age1both".to_owned()])].into(),
            ..Secrets::default()
        };
        assert_eq!(Holders::of(&secrets).reader("age1both").who, Some(KeyHolder::Admin));
    }
}
