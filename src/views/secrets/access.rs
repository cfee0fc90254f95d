//! Who can read what.

use std::collections::BTreeMap;

use crate::{
    backend::model::{KeyHolder, SecretReader, SecretsPlan},
    views::report::{counted, printable},
};

/// How much of the end of a public key tells it from others; all of a kind begin alike.
const END: usize = 12;

/// Whose key it is, and for those of whom there may be several, which.
#[must_use]
pub fn who(reader: &SecretReader) -> String {
    let key = || {
        let kind = reader.key.split_once(' ').map(|(kind, _)| format!("{kind} ")).unwrap_or_default();
        let all = reader.key.chars().count();
        let end = reader.key.chars().skip(all.saturating_sub(END)).collect::<String>();
        printable(&format!("{kind}...{end}"))
    };
    match &reader.who {
        Some(KeyHolder::Host(host)) => host.to_string(),
        Some(KeyHolder::Admin) => format!("an admin ({})", key()),
        None => format!("somebody the fleet does not know ({})", key()),
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
