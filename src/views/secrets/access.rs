//! Who can read what.

use std::collections::BTreeMap;

use crate::{
    backend::model::{KeyHolder, SecretReader, SecretsPlan},
    views::report::{counted, printable},
};

/// How much of a public key tells it from others.
const KEY: usize = 24;

/// Whose key it is, and for those of whom there may be several, which.
#[must_use]
pub fn who(reader: &SecretReader) -> String {
    let key = reader.key.chars().take(KEY).collect::<String>();
    match &reader.who {
        Some(KeyHolder::Host(host)) => host.to_string(),
        Some(KeyHolder::Admin) => format!("an admin ({})", printable(&key)),
        None => format!("somebody the fleet does not know ({})", printable(&key)),
    }
}

/// For each reader, what it can read; with what is going to change of that.
#[must_use]
pub fn audit(plan: &SecretsPlan) -> Vec<String> {
    let mut readers = BTreeMap::<(Option<&KeyHolder>, &str), Vec<String>>::new();
    for secret in &plan.secrets {
        let name = printable(&secret.name);
        for reader in secret.readers.iter().chain(&secret.loses) {
            let note = if secret.gains.contains(reader) {
                " (once it is rekeyed)"
            } else if secret.loses.contains(reader) {
                " (until it is rekeyed; in git's history for good)"
            } else {
                ""
            };
            readers.entry((reader.who.as_ref(), &reader.key)).or_default().push(format!("{name}{note}"));
        }
    }
    let mut lines = Vec::new();
    for ((holder, key), secrets) in readers {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let reader = SecretReader { key: key.to_owned(), who: holder.cloned() };
        lines.push(format!("{}: {}", who(&reader), counted(secrets.len(), "secret")));
        lines.extend(secrets.into_iter().map(|secret| format!("  {secret}")));
    }
    if lines.is_empty() {
        lines.push("there is no secret, so nobody can read one".to_owned());
    }
    lines
}
