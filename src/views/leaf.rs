//! A value and who said it: the part of a detail that globals and a host's own options share.

use serde_json::Value;

use super::{
    document::{Document, Row, Target},
    priority,
};
use crate::{
    app::theme::Role,
    backend::model::{Definition, DefinitionKind, DefinitionState, HostName, Leaf},
    views::report::{counted, printable},
};

/// Lines of a definition's value that are shown as they are; a longer one is told in a few words.
const LINES: usize = 8;

/// Columns of the word that says whether a definition counts.
const VERDICT: usize = 8;

/// Definitions that are named where one beats them.
const BEATEN: usize = 5;

/// A value in one line, as Nix would write it where that is short.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Object(fields) => format!("{{ {} }}", counted(fields.len(), "value")),
        Value::Array(items) if items.len() > 4 => format!("[ {} values ]", items.len()),
        Value::Array(items) => {
            let items = items.iter().map(brief).collect::<Vec<_>>().join(" ");
            if items.is_empty() { "[ ]".to_owned() } else { format!("[ {items} ]") }
        }
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
        text(document, "value", Role::Value, &format!("{value:#}"));
    }
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
    let contest = Contest::of(leaf, &definitions);
    for definition in &definitions {
        definition_rows(document, definition, &contest);
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

/// Who stands against whom.
struct Contest<'a> {
    /// Those that count; the first of them speaks for all.
    used: Vec<&'a Definition>,
    /// Modules' definitions that are overruled: an option's default loses to everybody, which is not worth a word.
    beaten: Vec<&'a Definition>,
    /// Whether those that count contradict each other.
    conflict: bool,
}

impl<'a> Contest<'a> {
    fn of(leaf: &Leaf, definitions: &[&'a Definition]) -> Self {
        let of = |state| definitions.iter().copied().filter(move |definition| definition.state == state);
        let used = of(DefinitionState::Used).collect::<Vec<_>>();
        let is_said = |definition: &&Definition| definition.kind == DefinitionKind::Definition;
        // The words are those of nixpkgs' lib (types.nix: mergeEqualOption, mergeUniqueOption).
        let told = |error: &String| {
            ["conflicting", "conflict", "defined multiple times", "has multiple"]
                .iter()
                .any(|word| error.contains(word))
        };
        let conflict = used.len() > 1 && leaf.error.as_ref().is_some_and(told);
        Self { used, beaten: of(DefinitionState::Overridden).filter(is_said).collect(), conflict }
    }
}

/// Moves a row's cursor on: to the editor at the definition, to the host that made it.
fn leads(row: &mut Row, definition: &Definition) {
    row.at(&definition.place);
    if let Some(host) = definition.host.as_ref().and_then(|host| host.parse::<HostName>().ok()) {
        row.to(Target::Host(host));
    }
}

fn definition_rows(document: &mut Document, definition: &Definition, contest: &Contest) {
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
        (Role::Name, format!("{} ", printable(&who(definition)))),
        (Role::Place, printable(&definition.written_at())),
    ];
    leads(document.row(head).hanging(indent), definition);
    if let Some(error) = &definition.error {
        leads(document.push(indent, [(Role::Bad, printable(&first_line(error)))]), definition);
    } else if let Some(value) = &definition.value {
        let role = if won { Role::Value } else { Role::Lost };
        let text = format!("{value:#}");
        if text.lines().count() <= LINES {
            for line in text.lines() {
                leads(document.push(indent, [(role, printable(line))]), definition);
            }
        } else {
            leads(document.push(indent, [(role, printable(&brief(value)))]), definition);
        }
    }
    let (reason, about) = reason(definition, contest);
    leads(document.push(indent, [(Role::Faint, reason)]), about.unwrap_or(definition));
    let decides = contest.used.first().is_some_and(|first| std::ptr::eq(*first, definition));
    if decides {
        beaten_rows(document, contest);
    }
}

/// Whom what counts beats, each a line that leads there.
fn beaten_rows(document: &mut Document, contest: &Contest) {
    let indent = u16::try_from(VERDICT).unwrap_or_default();
    for loser in contest.beaten.iter().take(BEATEN) {
        let text = format!(
            "beats the definition of {} in {}: {}",
            printable(&who(loser)),
            printable(&loser.place.to_string()),
            priority::words(loser.priority)
        );
        leads(document.push(indent, [(Role::Faint, text)]).hanging(2), loser);
    }
    if contest.beaten.len() > BEATEN {
        let more = counted(contest.beaten.len() - BEATEN, "other definition");
        document.push(indent, [(Role::Faint, format!("beats {more}"))]);
    }
}

/// Why a definition counts, or doesn't; and the other definition that the words are about.
fn reason<'a>(definition: &Definition, contest: &Contest<'a>) -> (String, Option<&'a Definition>) {
    let own = priority::words(definition.priority);
    let named =
        |other: &Definition| format!("{} in {}", printable(&who(other)), printable(&other.place.to_string()));
    match (definition.state, contest.used.as_slice()) {
        (DefinitionState::Disabled, _) => (format!("{own}: the mkIf around it is false"), None),
        (DefinitionState::Overridden, [winner, ..]) => {
            let by = priority::words(winner.priority);
            (format!("{own} loses to {by} of {}", named(winner)), Some(winner))
        }
        (DefinitionState::Overridden, []) => (format!("{own}: another one beats it"), None),
        (DefinitionState::Used, used) if contest.conflict => {
            let other = used.iter().copied().find(|other| !std::ptr::eq(*other, definition));
            let other = other.map(|other| (format!(" that of {}", named(other)), other));
            let text = other.as_ref().map_or(" another one", |(text, _)| text);
            let text = format!("{own}, as strong as{text}: neither beats the other; mkForce on one decides");
            (text, other.map(|(_, other)| other))
        }
        (DefinitionState::Used, used) => {
            let merged = match used.len() {
                0 | 1 => String::new(),
                count => format!(", merged with {}", counted(count - 1, "other")),
            };
            (format!("{own}{merged}{}", priority::order(definition.order)), None)
        }
    }
}

/// Whose definition it is.
pub(super) fn who(definition: &Definition) -> String {
    match &definition.host {
        _ if definition.kind == DefinitionKind::Default => "the default".to_owned(),
        Some(host) => host.clone(),
        None => "the fleet".to_owned(),
    }
}
