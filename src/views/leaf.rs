//! A value and who said it: the part of a detail that globals and a host's own options share.

mod contest;

use serde_json::Value;

pub(super) use self::contest::who;
use self::contest::{Contest, Said, together};
use super::{
    document::{Document, Row, Target},
    priority,
};
use crate::{
    app::theme::Role,
    backend::model::{Definition, DefinitionState, HostName, Leaf, shown_as_nix, unwritable},
    views::report::{counted, printable},
};

/// Lines of a definition's value that are shown as they are; a longer one is told in a few words.
const LINES: usize = 8;

/// Lines of a value that stand before who said it; a longer one stands after everything else.
const LONG: usize = 24;

/// Lines of a value that are shown at all.
const SHOWN: usize = 1000;

/// Columns of the word that says whether a definition counts.
const VERDICT: usize = 8;

/// The priority of `mkForce`.
const FORCED: i64 = 50;

/// Definitions that are named where one beats them.
const BEATEN: usize = 5;

/// A value in one line, as Nix would write it where that is short.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => "{ }".to_owned(),
        Value::Object(fields) => format!("{{ {} }}", counted(fields.len(), "value")),
        Value::Array(items) if items.len() > 4 => format!("[ {} values ]", items.len()),
        Value::Array(items) => {
            let items = items.iter().map(brief).collect::<Vec<_>>().join(" ");
            if items.is_empty() { "[ ]".to_owned() } else { format!("[ {items} ]") }
        }
        Value::String(text) if unwritable(value).is_some() => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not evaluate").to_owned()
}

/// Type, and value or error.
pub(super) fn value(document: &mut Document, leaf: &Leaf) {
    document.field("type", Role::Text, &leaf.type_description);
    if let Some(error) = &leaf.error {
        let mut lines = error.lines().filter(|line| !line.trim().is_empty());
        document.field("error", Role::Bad, lines.next().unwrap_or("it does not evaluate"));
        for line in lines {
            document.item(Role::Bad, line);
        }
    }
    if let Some(value) = &leaf.value {
        let whole = shown_as_nix(value);
        if is_long(&whole) {
            document.field("value", Role::Value, &format!("{}, below", brief(value)));
        } else {
            text(document, "value", Role::Value, &whole);
        }
    }
}

/// A value that is too long to stand before who said it, after everything else.
pub(super) fn whole_value(document: &mut Document, leaf: &Leaf) {
    let Some(text) = leaf.value.as_ref().map(shown_as_nix).filter(|text| is_long(text)) else { return };
    document.head("Value");
    for line in text.lines().take(SHOWN) {
        document.item(Role::Value, line);
    }
    let more = text.lines().skip(SHOWN).count();
    if more > 0 {
        document.item(Role::Faint, &format!("and {}; c copies all of it", counted(more, "more line")));
    }
}

fn is_long(text: &str) -> bool {
    text.lines().nth(LONG).is_some()
}

/// A field whose text may have several lines: those stand below it.
pub(super) fn text(document: &mut Document, label: &str, role: Role, text: &str) {
    match text.lines().collect::<Vec<_>>().as_slice() {
        [line] => _ = document.field(label, role, line),
        lines => {
            document.row([(Role::Faint, label.to_owned())]);
            for line in lines {
                document.item(role, line);
            }
        }
    }
}

/// Every definition, and why it counts or doesn't.
pub(super) fn said_by(document: &mut Document, leaf: &Leaf) {
    document.head("Said by");
    // Whoever decides comes first, who was overruled next, and what is off last.
    let mut definitions = leaf.definitions.iter().collect::<Vec<_>>();
    definitions.sort_by_key(|definition| match definition.state {
        DefinitionState::Used => (0, 0),
        DefinitionState::Overridden => (1, definition.priority),
        DefinitionState::Disabled => (2, definition.priority),
    });
    let contest = Contest::of(leaf, together(definitions));
    for said in contest.all() {
        definition_rows(document, said, &contest);
    }
    if leaf.definitions.is_empty() {
        document.item(Role::Faint, "nobody, and the option has no default");
    }
}

/// Where the option is declared.
pub(super) fn declared(document: &mut Document, leaf: &Leaf) {
    if !leaf.declarations.is_empty() {
        document.head("Declared in");
        for place in &leaf.declarations {
            document.item(Role::Place, &place.to_string()).at(place);
        }
    }
}

/// Moves a row's cursor on: to the editor at the definition, to the host that made it.
fn leads(row: &mut Row, definition: &Definition) {
    row.at(&definition.place);
    if let Some(host) = definition.host.as_ref().and_then(|host| host.parse::<HostName>().ok()) {
        row.to(Target::Host(host));
    }
}

fn definition_rows(document: &mut Document, said: &Said, contest: &Contest) {
    let definition = said.definition;
    let won = definition.state == DefinitionState::Used;
    let role = match definition.state {
        DefinitionState::Used if contest.conflict => Role::Bad,
        DefinitionState::Used => Role::Good,
        DefinitionState::Overridden | DefinitionState::Disabled => Role::Lost,
    };
    let word = match definition.state {
        DefinitionState::Used if contest.conflict => "clashes",
        DefinitionState::Used => "counts",
        DefinitionState::Overridden => "loses",
        DefinitionState::Disabled => "is off",
    };
    let indent = u16::try_from(VERDICT).unwrap_or_default();
    let head = [
        (role, format!("{word:<VERDICT$}")),
        (Role::Name, format!("{} ", said.who())),
        (Role::Place, printable(&definition.written_at())),
    ];
    leads(document.row(head).hanging(indent), definition);
    if let Some(error) = &definition.error {
        leads(document.push(indent, [(Role::Bad, printable(&first_line(error)))]), definition);
    } else if let Some(value) = &definition.value {
        let role = if won { Role::Value } else { Role::Lost };
        let text = shown_as_nix(value);
        if text.lines().count() <= LINES {
            for line in text.lines() {
                leads(document.push(indent, [(role, printable(line))]), definition);
            }
        } else {
            leads(document.push(indent, [(role, printable(&brief(value)))]), definition);
        }
    }
    let (reason, about) = reason(said, contest);
    leads(document.push(indent, [(Role::Faint, reason)]), about.unwrap_or(definition));
    if contest.used.first().is_some_and(|first| std::ptr::eq(first, said)) {
        beaten_rows(document, contest);
    }
}

/// Whom what counts beats, each a line that leads there.
fn beaten_rows(document: &mut Document, contest: &Contest) {
    let indent = u16::try_from(VERDICT).unwrap_or_default();
    for loser in contest.beaten().take(BEATEN) {
        let text = format!("beats that of {}: {}", loser.named(), priority::words(loser.definition.priority));
        leads(document.push(indent, [(Role::Faint, text)]).hanging(2), loser.definition);
    }
    let more = contest.beaten().skip(BEATEN).count();
    if more > 0 {
        let more = counted(more, "other definition");
        document.push(indent, [(Role::Faint, format!("beats {more}"))]);
    }
}

/// Why a definition counts, or doesn't; and the other definition that the words are about.
fn reason<'a>(said: &Said, contest: &Contest<'a>) -> (String, Option<&'a Definition>) {
    let own = priority::words(said.definition.priority);
    match (said.definition.state, contest.used.as_slice()) {
        (DefinitionState::Disabled, _) => (format!("{own}: the mkIf around it is false"), None),
        (DefinitionState::Overridden, [winner, ..]) => {
            let by = priority::words(winner.definition.priority);
            (format!("{own} loses to {by} of {}", winner.named()), Some(winner.definition))
        }
        (DefinitionState::Overridden, []) => (format!("{own}: another one beats it"), None),
        (DefinitionState::Used, used) if contest.conflict => {
            let mut others = used.iter().filter(|other| !std::ptr::eq(*other, said));
            let other = others.next();
            let text =
                other.map_or_else(|| "another one".to_owned(), |other| format!("that of {}", other.named()));
            let more = match others.count() {
                0 => String::new(),
                more => format!(" and {}", counted(more, "other")),
            };
            // What is forced already is beaten by nothing that has a name of its own.
            let decides = if said.definition.priority > FORCED {
                "mkForce"
            } else {
                "mkOverride with a smaller number"
            };
            let text =
                format!("{own}, as strong as {text}{more}: none beats the others; {decides} on one decides");
            (text, other.map(|other| other.definition))
        }
        (DefinitionState::Used, used) => {
            let merged = match used.iter().map(|said| said.hosts.len().max(1)).sum::<usize>() {
                0 | 1 => String::new(),
                count => format!(", merged with {}", counted(count - 1, "other")),
            };
            (format!("{own}{merged}{}", priority::order(said.definition.order)), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::leaf;

    const USED: DefinitionState = DefinitionState::Used;
    const LOST: DefinitionState = DefinitionState::Overridden;

    fn told(leaf: &Leaf) -> Vec<String> {
        let mut document = Document::default();
        said_by(&mut document, leaf);
        let text = |row: &Row| row.spans.iter().map(|(_, text)| text.as_str()).collect::<String>();
        document.rows.iter().map(text).collect()
    }

    #[test]
    fn who_beats_whom_is_told_both_ways() {
        let leaf = leaf("net.mtu", &[("fleet", 1000, LOST, 3), ("gate", 50, USED, 1), ("post", 75, LOST, 2)]);
        assert_eq!(
            told(&leaf),
            [
                "Said by",
                "counts  gate hosts/gate.nix:2",
                "1",
                "mkForce (50)",
                "beats that of post in hosts/post.nix:3: mkOverride 75 (weaker than mkForce, stronger than a plain definition)",
                "beats that of the fleet in hosts/fleet.nix:1: mkDefault (1000)",
                "loses   post hosts/post.nix:3",
                "2",
                "mkOverride 75 (weaker than mkForce, stronger than a plain definition) loses to mkForce (50) of gate in hosts/gate.nix:2",
                "loses   the fleet hosts/fleet.nix:1",
                "3",
                "mkDefault (1000) loses to mkForce (50) of gate in hosts/gate.nix:2",
            ]
        );
    }

    #[test]
    fn a_clash_names_the_other_one() {
        let mut leaf = leaf("net.mtu", &[("gate", 100, USED, 1), ("post", 100, USED, 2)]);
        leaf.error = Some("The option `net.mtu' has conflicting definition values".to_owned());
        let told = told(&leaf);
        assert_eq!(told[1], "clashes gate hosts/gate.nix:1");
        assert_eq!(
            told[3],
            "plain (100), as strong as that of post in hosts/post.nix:2: none beats the others; mkForce on one decides"
        );
        for definition in &mut leaf.definitions {
            definition.priority = 50;
        }
        assert!(super::tests::told(&leaf)[3].ends_with("mkOverride with a smaller number on one decides"));
        leaf.error = Some("attribute 'x' missing".to_owned());
        assert!(super::tests::told(&leaf)[3].starts_with("mkForce (50), merged with 1 other"));
    }

    #[test]
    fn a_long_value_does_not_hide_who_said_it() {
        let mut leaf = leaf("net.mtu", &[("gate", 100, USED, 1)]);
        leaf.value = Some((0..2000).collect());
        let mut document = Document::default();
        value(&mut document, &leaf);
        assert_eq!(document.rows.len(), 2);
        whole_value(&mut document, &leaf);
        assert_eq!(document.rows.len(), 2 + 2 + SHOWN + 1);
        assert_eq!(document.rows.last().unwrap().spans[0].1, "and 1002 more lines; c copies all of it");
    }

    #[test]
    fn what_hosts_have_from_one_module_is_told_once() {
        let mut leaf = leaf("net.mtu", &[("gate", 50, USED, 1)]);
        let hosts = ["a", "b", "c", "d", "e", "f"];
        let shared = hosts.map(|host| Definition {
            host: Some(host.to_owned()),
            priority: 1000,
            state: LOST,
            value: Some(5.into()),
            ..leaf.definitions[0].clone()
        });
        leaf.definitions.extend(shared);
        let told = told(&leaf);
        assert_eq!(told.len(), 8, "{told:#?}");
        assert_eq!(told[5], "loses   a, b, c and 3 other hosts hosts/gate.nix:1");
    }
}
