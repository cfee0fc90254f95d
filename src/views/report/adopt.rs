//! A host that is adopted.

use std::collections::BTreeSet;

use super::{Cell, Table, style};
use crate::backend::adoption::{Adoption, Standing, file_of};

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Whether its key was written into the fleet.
    pub recorded: bool,
    /// The secrets that were encrypted anew.
    pub rekeyed: Vec<String>,
    /// What is left to do, in sentences.
    pub left: Vec<String>,
}

/// The keys that it shows, how they stand to what the fleet says, and which secrets are mounted there.
#[must_use]
pub fn adoption(adoption: &Adoption, mounted: &BTreeSet<&str>) -> String {
    let Adoption { host, offered, key, known, standing } = adoption;
    let mut table = Table::new(&["", "TYPE", "FINGERPRINT"]);
    for old in known.iter().filter(|old| !offered.contains(old)) {
        table.row([Cell::new(style::BAD, "known so far"), old.kind().into(), old.fingerprint().into()]);
    }
    for offered in offered {
        let (style, mark) = if offered == key { (style::GOOD, "shown ←") } else { (style::FAINT, "shown") };
        table.row([Cell::new(style, mark), offered.kind().into(), offered.fingerprint().into()]);
    }
    let file = file_of(host);
    let standing = match standing {
        Standing::New => format!("`{host}` is new: {file} will have the key marked with ←"),
        Standing::Known => format!("`{host}` shows the key that {file} has"),
        Standing::Declared => format!("`{host}` shows a key that the fleet's modules name"),
        Standing::Changed => style::paint(
            style::BAD,
            &format!("the key of `{host}` CHANGED: either it was installed anew, or somebody is in between"),
        ),
    };
    let secrets = mounted.iter().map(|name| super::printable(name)).collect::<Vec<_>>().join(", ");
    let secrets = if secrets.is_empty() { "none".to_owned() } else { secrets };
    format!("{}\n{standing}\nsecrets that are mounted there: {secrets}\n", table.render())
}

/// How one compares the fingerprint.
#[must_use]
pub fn how_to_compare(adoption: &Adoption) -> String {
    let file = match adoption.key.kind() {
        "ssh-rsa" => "rsa",
        _ => "ed25519",
    };
    format!("compare it with the host's own console: `ssh-keygen -lf /etc/ssh/ssh_host_{file}_key.pub`\n")
}

/// What was done.
#[must_use]
pub fn adopted(adoption: &Adoption, done: &Adopted) -> String {
    let mut text = String::new();
    let host = &adoption.host;
    if done.recorded {
        text += &format!("{} recorded in {}\n", style::paint(style::GOOD, "✓"), file_of(host));
    }
    for secret in &done.rekeyed {
        text += &format!(
            "{} {} is encrypted to `{host}` too\n",
            style::paint(style::GOOD, "✓"),
            super::printable(secret)
        );
    }
    for left in &done.left {
        text += &format!("{} {}\n", style::paint(style::WARN, "!"), super::printable(left));
    }
    if done.left.is_empty() {
        text += &format!("`{host}` is ready: `steading deploy {host}`\n");
    }
    text
}
