//! How it stands with the secrets, and what one command would do about it.

use std::collections::BTreeSet;

use anstyle::Style;

use crate::{
    backend::{
        model::{
            HostName, KeyHolder, Outline, OutlinePart, PlannedSecret, SecretReader, SecretState, SecretStep,
            SecretsPlan,
        },
        process::quote,
        secrets::{Audit, Outcome, SecretName, SecretResult},
    },
    views::report::{
        Cell, Table, counted, printable,
        style::{self, paint},
    },
};

/// What would be done, and what is left to the operator; then who gains and loses access.
#[must_use]
pub fn plan(plan: &SecretsPlan) -> String {
    let mut table = Table::new(&["SECRET", "STATE", "DOES", "WHY"]);
    let mut access = String::new();
    for secret in
        plan.secrets.iter().filter(|secret| secret.state != SecretState::Ok || secret.step.is_some())
    {
        let does = secret.step.map_or("–", SecretStep::word);
        table.row([
            Cell::new(style::NAME, &secret.name),
            state(&secret.state),
            Cell::new(if secret.step.is_some() { style::PLAIN } else { style::FAINT }, does),
            why(secret).into(),
        ]);
        access.push_str(&change_of_access(secret));
    }
    let mut text = if table.is_empty() { String::new() } else { table.render() };
    text.push_str(&access);
    text.push_str(&summary(plan));
    if !plan.with_key && plan.secrets.iter().any(|secret| secret.state == SecretState::Unverified) {
        text.push_str("without a key, unverified files can't be looked into: --identity names one\n");
    }
    text
}

/// What a run came to: what was done with each secret, what failed, and which hosts want to be deployed to.
#[must_use]
pub fn outcome(plan: &SecretsPlan, outcome: &Outcome) -> String {
    let mut table = Table::new(&["SECRET", "OUTCOME", "WHY"]);
    let mut details = String::new();
    for (name, result) in &outcome.results {
        let (glyph, style) = result_mark(result);
        let why = match result {
            SecretResult::Failed(error) => error.to_string(),
            SecretResult::Skipped(names) => format!("is made from {}", names.join(", ")),
            _ => String::new(),
        };
        table.row([
            Cell::new(style::NAME, name.as_str()),
            Cell::new(style, format!("{glyph} {}", result.word())),
            why.into(),
        ]);
        if let SecretResult::Failed(error) = result {
            let lines =
                error.detail.iter().map(|line| format!("  | {}", printable(line))).collect::<Vec<_>>();
            if !lines.is_empty() {
                let name = paint(style::NAME, &printable(name.as_str()));
                details.push_str(&format!("{name}\n{}\n", lines.join("\n")));
            }
        }
    }
    let mut text = if table.is_empty() { String::new() } else { table.render() };
    text.push_str(&details);
    let changed = |secret: &&PlannedSecret| {
        let result = outcome.results.iter().find(|(name, _)| name.as_str() == secret.name);
        result.is_some_and(|(_, result)| result.changes_files())
    };
    let hosts = plan.secrets.iter().filter(changed).flat_map(|secret| &secret.hosts);
    let hosts = hosts.map(HostName::as_str).collect::<BTreeSet<_>>();
    if !hosts.is_empty() {
        let hosts = hosts.into_iter().collect::<Vec<_>>().join(" ");
        text.push_str(&format!("their hosts get them with the next deployment: steading deploy {hosts}\n"));
    }
    text
}

fn result_mark(result: &SecretResult) -> (&'static str, Style) {
    match result {
        SecretResult::Made
        | SecretResult::Restored
        | SecretResult::Rekeyed
        | SecretResult::Adopted
        | SecretResult::Entered
        | SecretResult::Pruned => ("✓", style::GOOD),
        SecretResult::Recorded | SecretResult::Unchanged => ("=", style::FAINT),
        SecretResult::Failed(_) => ("✗", style::BAD),
        SecretResult::Skipped(_) | SecretResult::Cancelled => ("·", style::WARN),
    }
}

/// Who can read what: a paragraph for each secret.
#[must_use]
pub fn audit(audit: &Audit) -> String {
    let mut text = String::new();
    for (name, access) in &audit.secrets {
        text.push_str(&format!("{}\n", paint(style::NAME, &printable(name.as_str()))));
        for reader in &access.readers {
            text.push_str(&format!("  {}\n", printable(&reader_name(reader))));
        }
        for reader in &access.former {
            let who = printable(&reader_name(reader));
            text.push_str(&format!(
                "  {} {who}, from git's history, until it is rotated\n",
                paint(style::WARN, "▲")
            ));
        }
    }
    for name in &audit.unknown {
        let name = paint(style::NAME, &printable(name.as_str()));
        text.push_str(&format!(
            "{name}\n  {} nothing is recorded of who can: `steading secrets generate` with a key finds out\n",
            paint(style::WARN, "?")
        ));
    }
    for name in &audit.stray {
        let file = paint(style::NAME, &printable(&name.derived_file()));
        text.push_str(&format!(
            "{file}\n  {} of no value that is recorded, nor by a script: if nothing reads it, remove it\n",
            paint(style::WARN, "?")
        ));
    }
    for (name, other) in &audit.alike {
        let name = paint(style::NAME, &printable(name.as_str()));
        text.push_str(&format!("{name}\n  {} {}\n", paint(style::WARN, "▲"), shares_with(other)));
    }
    text
}

/// What there is to say of two secrets with names that differ in letter case only.
#[must_use]
pub fn alike([one, other]: &[SecretName; 2]) -> String {
    format!("{one} {}", shares_with(other))
}

fn shares_with(other: &SecretName) -> String {
    let other = printable(other.as_str());
    format!(
        "would share its file, or a folder, with {other} in a checkout where letter case is ignored, as on macOS: rename one of them"
    )
}

/// A state with its glyph and its style.
#[must_use]
pub fn state_mark(state: &SecretState) -> (&'static str, Style) {
    match state {
        SecretState::Ok => ("●", style::GOOD),
        SecretState::Missing | SecretState::DataLost | SecretState::ValueLost => ("○", style::WARN),
        SecretState::DefinitionChanged
        | SecretState::DependencyChanged(_)
        | SecretState::RecipientsChanged
        | SecretState::Interrupted
        | SecretState::Expired
        | SecretState::EditedByHand
        | SecretState::EntropyLost
        | SecretState::Protected(_) => ("▲", style::WARN),
        SecretState::Unverified | SecretState::Skipped(_) | SecretState::Orphan => ("?", style::WARN),
        SecretState::Unreadable(_) | SecretState::Failed(_) => ("✗", style::BAD),
    }
}

pub(super) fn state(state: &SecretState) -> Cell {
    let (glyph, style) = state_mark(state);
    Cell::new(style, format!("{glyph} {}", state.word()))
}

fn why(secret: &PlannedSecret) -> String {
    let meaning = secret.state.meaning();
    if secret.state == SecretState::Missing && secret.step.is_none() {
        return format!("{meaning}; enter it: steading secrets edit {}", quote(&secret.name));
    }
    let asked = |state: &SecretState| match state {
        SecretState::Ok => "a new value is asked for".to_owned(),
        state => state.meaning(),
    };
    match (&secret.state, secret.step) {
        (SecretState::Ok, Some(SecretStep::Make)) => return asked(&secret.state),
        (SecretState::Protected(state), None) => {
            return format!("{}; it is protected: say --protected {}", asked(state), quote(&secret.name));
        }
        _ => {}
    }
    match (secret.step, secret.state.advice()) {
        (None, Some(advice)) => format!("{meaning}; {advice}"),
        _ => meaning,
    }
}

fn change_of_access(secret: &PlannedSecret) -> String {
    // A new secret is news to all who can read it.
    if secret.state == SecretState::Missing {
        return String::new();
    }
    let name = paint(style::NAME, &printable(&secret.name));
    let line = |mark, style, reader: &SecretReader, what| {
        format!("{} {name}: {} {what}\n", paint(style, mark), printable(&reader_name(reader)))
    };
    let gains = secret.gains.iter().map(|reader| line("+", style::GOOD, reader, "can read it then"));
    let loses = secret.loses.iter().map(|reader| {
        line(
            "-",
            style::WARN,
            reader,
            "can't any more, but what is in git's history stays readable to it: rotate it if that matters",
        )
    });
    gains.chain(loses).collect()
}

/// Whose key it is, and which.
#[must_use]
pub fn reader_name(reader: &SecretReader) -> String {
    let key = short_key(&reader.key);
    match &reader.who {
        Some(KeyHolder::Admin) => format!("an admin's key {key}"),
        Some(KeyHolder::Host(host)) => format!("host {host} ({key})"),
        None => format!("the key {key}"),
    }
}

/// Enough of a public key to know it again.
fn short_key(key: &str) -> String {
    let characters = key.chars().count();
    if characters <= 30 {
        return key.to_owned();
    }
    let first = key.chars().take(20).collect::<String>();
    let last = key.chars().skip(characters - 6).collect::<String>();
    format!("{first}…{last}")
}

/// How many are well, how many would be worked on, how many wait for the operator.
fn summary(plan: &SecretsPlan) -> String {
    let due = plan.secrets.iter().filter(|secret| secret.step.is_some()).count();
    let fine = |secret: &&PlannedSecret| secret.step.is_none() && secret.state == SecretState::Ok;
    let well = plan.secrets.iter().filter(fine).count();
    let left = plan.secrets.len() - due - well;
    let mut parts = vec![format!("{} as declared", counted(well, "secret"))];
    if due > 0 {
        parts.push(format!("{due} to do"));
    }
    if left > 0 {
        parts.push(format!("{left} left to you"));
    }
    format!("{}\n", parts.join(", "))
}

/// What a secret is made of: the text that its definition says as it is, and in place of the rest what it is.
#[must_use]
pub fn outline(outline: &Outline) -> String {
    let mut text = String::new();
    for part in &outline.parts {
        let style = match part {
            OutlinePart::Literal(_) => style::PLAIN,
            OutlinePart::Secret(_) => style::NAME,
            _ => style::FAINT,
        };
        for (at, line) in part.shown().split('\n').enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(&paint(style, &printable(line)));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, state: SecretState, step: Option<SecretStep>) -> PlannedSecret {
        PlannedSecret { engine: "random".to_owned(), step, ..PlannedSecret::bare(name, state) }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn what_is_well_takes_no_line() {
        let all = SecretsPlan { secrets: vec![secret("a", SecretState::Ok, None)], with_key: true };
        assert_eq!(plain(&plan(&all)), "1 secret as declared\n");
    }

    #[test]
    fn what_is_rotated_without_need_says_that_it_is_asked_for() {
        let rotated = secret("a", SecretState::Ok, Some(SecretStep::Make));
        let all = SecretsPlan { secrets: vec![rotated], with_key: true };
        assert!(plain(&plan(&all)).contains("a new value is asked for"), "{}", plain(&plan(&all)));
        let state = SecretState::Protected(Box::new(SecretState::Ok));
        let all = SecretsPlan { secrets: vec![secret("a", state, None)], with_key: true };
        let told = plain(&plan(&all));
        assert!(told.contains("a new value is asked for; it is protected: say --protected a"), "{told}");
    }

    #[test]
    fn what_is_done_and_what_is_left_is_told_with_its_reason() {
        let mut rekeyed = secret("b\u{1b}[m", SecretState::RecipientsChanged, Some(SecretStep::Rekey));
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHostHostHostHost".to_owned();
        rekeyed.loses.push(SecretReader { key, who: Some(KeyHolder::Host("gate".parse().unwrap())) });
        let all = SecretsPlan {
            secrets: vec![
                secret("a", SecretState::Missing, Some(SecretStep::Make)),
                rekeyed,
                secret("c", SecretState::EditedByHand, None),
                secret("d", SecretState::Unverified, None),
                secret("e", SecretState::Ok, None),
            ],
            with_key: false,
        };
        insta::assert_snapshot!(plain(&plan(&all)));
    }
}
