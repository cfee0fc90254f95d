//! The global namespace: a tree of values, and for each of them who said it, where, and who was overruled.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use serde_json::Value;

use super::{
    document::{Document, Target},
    widget::{Column, Look, Row, Table, branch, highlighted, status},
};
use crate::{
    app::{glyph::Glyph, state::State, theme::Role, tree::TreeRow},
    backend::model::{Definition, DefinitionKind, DefinitionState, HostName, Leaf, OptionPath},
    views::report::{counted, printable},
};

const COLUMNS: [Column; 4] = [
    Column::new("NAME", 16, 60),
    Column::new("VALUE", 20, 80),
    Column::new("BY", 8, 20).expendable(1),
    Column::new("TYPE", 8, 24).expendable(0),
];

/// Values that the detail of a branch lists.
const LISTED: usize = 100;

/// Lines of a definition's value that are shown as they are; a longer one is told in a few words.
const LINES: usize = 8;

/// Columns of the word that says whether a definition counts.
const VERDICT: usize = 8;

/// The tree.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let tree = &state.globals.tree;
    let table = Table {
        columns: &COLUMNS,
        len: tree.len(),
        cursor: tree.cursor,
        focused,
        marks: false,
        empty: empty(state),
    };
    table.draw(buffer, area, look, |at| {
        tree.row(at).map_or_else(Row::default, |row| cells(look, state, at, row))
    });
}

fn empty(state: &State) -> &'static str {
    let globals = &state.known.globals;
    if !state.globals.filter.value().is_empty() {
        "no value matches; Esc takes the filter away"
    } else if globals.error.is_some() || state.known.fleet.error.is_some() {
        "the globals can't be read: E shows why"
    } else if globals.reading {
        "evaluating the globals ..."
    } else {
        "nobody set a value yet; a shows the options there are"
    }
}

fn cells<'a>(look: Look, state: &State, at: usize, row: TreeRow) -> Row<'a> {
    let found = state.globals.found_in(at);
    let name = branch(look, row.depth, row.open, highlighted(look, Role::Name, row.label, &found));
    let leaf = row.leaf.and_then(|path| state.globals.leaf(path));
    let leaf = leaf.and_then(|at| state.known.globals.value.as_ref()?.leaves.get(at));
    let Some(leaf) = leaf else {
        let broken = state.globals.broken_in(at);
        let below = match row.open {
            _ if broken > 0 => status(look, Glyph::Bad, &counted(broken, "error"), Role::Bad),
            Some(false) => Line::styled(counted(row.leaves, "value"), look.style(Role::Faint)),
            _ => Line::default(),
        };
        return [name, below, Line::default(), Line::default()].into_iter().collect();
    };
    let value = match (&leaf.value, &leaf.error) {
        (_, Some(error)) => status(look, Glyph::Bad, &first_line(error), Role::Bad),
        (Some(value), None) => Line::styled(brief(value), look.style(Role::Value)),
        (None, None) => Line::styled("no value", look.style(Role::Unknown)),
    };
    let by = Line::styled(authors(leaf), look.style(Role::Faint));
    let kind = Line::styled(short_type(&leaf.type_description), look.style(Role::Faint));
    [name, value, by, kind].into_iter().collect()
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not evaluate").to_owned()
}

/// A type without what explains it: `positive integer`, not `positive integer, meaning >0`.
fn short_type(description: &str) -> String {
    description.split([';', ',']).next().unwrap_or_default().trim().to_owned()
}

/// Who set it: the hosts whose definitions count.
fn authors(leaf: &Leaf) -> String {
    let counts = |definition: &&Definition| {
        definition.state == DefinitionState::Used && definition.kind == DefinitionKind::Definition
    };
    let mut hosts = leaf
        .definitions
        .iter()
        .filter(counts)
        .map(|definition| definition.host.as_deref().unwrap_or("fleet"))
        .collect::<Vec<_>>();
    hosts.dedup();
    match hosts.as_slice() {
        [] => "default".to_owned(),
        [host] => (*host).to_owned(),
        [host, others @ ..] => format!("{host} +{}", others.len()),
    }
}

/// A value in one line, as Nix would write it where that is short.
fn brief(value: &Value) -> String {
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

/// What there is to say of the selected value or branch.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    if let Some(error) = &state.known.globals.error {
        document.head("The globals can't be read anew");
        document.error(error);
    }
    let Some(leaf) = state.selected_leaf() else {
        branch_document(&mut document, state);
        return document;
    };
    let namespace = state.known.globals.value.as_ref().map(|globals| globals.namespace.to_string());
    document.head(format!("{}.{}", namespace.unwrap_or_default(), leaf.path));
    document.field("type", Role::Text, &leaf.type_description);
    if let Some(error) = &leaf.error {
        let mut lines = error.lines().filter(|line| !line.trim().is_empty());
        document.field("error", Role::Bad, lines.next().unwrap_or("it does not evaluate"));
        for line in lines {
            document.item(Role::Bad, line);
        }
    }
    if let Some(value) = &leaf.value {
        let text = format!("{value:#}");
        match text.lines().collect::<Vec<_>>().as_slice() {
            [line] => _ = document.field("value", Role::Value, line),
            lines => {
                document.row([(Role::Faint, "value".to_owned())]);
                for line in lines {
                    document.item(Role::Value, line);
                }
            }
        }
    }
    document.head("Said by");
    // Whoever decides comes first, who was overruled next, and what is off last.
    let mut definitions = leaf.definitions.iter().collect::<Vec<_>>();
    definitions.sort_by_key(|definition| match definition.state {
        DefinitionState::Used => (0, 0),
        DefinitionState::Overridden => (1, definition.priority),
        DefinitionState::Disabled => (2, definition.priority),
    });
    let used = definitions.iter().filter(|definition| definition.state == DefinitionState::Used).count();
    let winner = definitions.first().filter(|_| used > 0).copied();
    for definition in definitions {
        definition_rows(&mut document, definition, winner, used);
    }
    if leaf.definitions.is_empty() {
        document.item(Role::Faint, "nobody, and the option has no default");
    }
    if !leaf.declarations.is_empty() {
        document.head("Declared in");
        for place in &leaf.declarations {
            document.item(Role::Place, &place.to_string()).at(place);
        }
    }
    document
}

fn definition_rows(
    document: &mut Document,
    definition: &Definition,
    winner: Option<&Definition>,
    used: usize,
) {
    let won = definition.state == DefinitionState::Used;
    let role = if won { Role::Good } else { Role::Lost };
    let word = match definition.state {
        DefinitionState::Used => "counts",
        DefinitionState::Overridden => "loses",
        DefinitionState::Disabled => "is off",
    };
    let indent = u16::try_from(VERDICT).unwrap_or_default();
    let host = definition.host.as_ref().and_then(|host| host.parse().ok());
    let leads = |row: &mut super::document::Row| {
        row.at(&definition.place);
        if let Some(host) = &host {
            row.to(Target::Host(HostName::clone(host)));
        }
    };
    let head = [
        (role, format!("{word:<VERDICT$}")),
        (Role::Name, format!("{} ", printable(&who(definition)))),
        (Role::Place, printable(&definition.written_at())),
    ];
    leads(document.row(head).hanging(indent));
    if let Some(error) = &definition.error {
        leads(document.push(indent, [(Role::Bad, printable(&first_line(error)))]));
    } else if let Some(value) = &definition.value {
        let role = if won { Role::Value } else { Role::Lost };
        let text = format!("{value:#}");
        if text.lines().count() <= LINES {
            for line in text.lines() {
                leads(document.push(indent, [(role, printable(line))]));
            }
        } else {
            leads(document.push(indent, [(role, printable(&brief(value)))]));
        }
    }
    leads(document.push(indent, [(Role::Faint, reason(definition, winner, used))]));
}

/// Why a definition counts, or doesn't.
fn reason(definition: &Definition, winner: Option<&Definition>, used: usize) -> String {
    let own = priority(definition.priority);
    match (definition.state, winner) {
        (DefinitionState::Disabled, _) => format!("{own}: the mkIf around it is false"),
        (DefinitionState::Overridden, Some(winner)) => {
            let (by, at) = (printable(&who(winner)), printable(&winner.place.to_string()));
            format!("{own}: {} of {by} in {at} beats it", priority(winner.priority))
        }
        (DefinitionState::Overridden, None) => format!("{own}: another one beats it"),
        (DefinitionState::Used, _) => {
            let merged = if used > 1 {
                format!(", merged with {}", counted(used - 1, "other"))
            } else {
                String::new()
            };
            format!("{own}{merged}{}", order(definition.order))
        }
    }
}

fn who(definition: &Definition) -> String {
    match &definition.host {
        _ if definition.kind == DefinitionKind::Default => "the default".to_owned(),
        Some(host) => host.clone(),
        None => "the fleet".to_owned(),
    }
}

/// The place among what is merged, in the words of nixpkgs' lib; nothing where nothing was said.
fn order(order: Option<i64>) -> String {
    match order {
        None => String::new(),
        Some(500) => ", put first by mkBefore (500)".to_owned(),
        Some(1500) => ", put last by mkAfter (1500)".to_owned(),
        Some(other) => format!(", in the order {other}"),
    }
}

/// A priority in the words of nixpkgs' lib.
fn priority(priority: i64) -> String {
    match priority {
        10 => "mkVMOverride (10)".to_owned(),
        50 => "mkForce (50)".to_owned(),
        60 => "mkImageMediaOverride (60)".to_owned(),
        100 => "plain (100)".to_owned(),
        1000 => "mkDefault (1000)".to_owned(),
        1500 => "option default (1500)".to_owned(),
        other => format!("mkOverride {other}"),
    }
}

fn branch_document(document: &mut Document, state: &State) {
    let (Some(path), Some(globals)) = (state.globals.selected(), &state.known.globals.value) else { return };
    document.head(printable(&path.to_string()));
    let within = globals.within(&path);
    let shown = within.iter().filter(|leaf| state.globals.all || leaf.is_set());
    let set = state.globals.tree.selected_row().map_or(0, |row| row.leaves);
    let values = match (state.globals.all, within.len() - set.min(within.len())) {
        (true, _) | (_, 0) => counted(within.len(), "value"),
        (false, unset) => format!("{}; a shows {unset} more that nobody set", counted(set, "value")),
    };
    document.field("holds", Role::Text, &values);
    if state.globals.broken_in(state.globals.tree.cursor.selected) > 0 {
        document.head("Errors");
        for leaf in within.iter().filter(|leaf| leaf.error.is_some()).take(LISTED) {
            document.item(Role::Bad, &leaf.path.to_string()).to(Target::Global(leaf.path.clone()));
        }
    }
    document.head("Values");
    for leaf in shown.clone().take(LISTED) {
        let below = OptionPath(leaf.path.0.get(path.0.len()..).unwrap_or_default().to_vec());
        let value = leaf.value.as_ref().map(brief).unwrap_or_default();
        let value = match &leaf.error {
            Some(error) => (Role::Bad, printable(&first_line(error))),
            None => (Role::Value, printable(&value)),
        };
        let name = (Role::Name, format!("{} = ", printable(&below.to_string())));
        document.push(2, [name, value]).hanging(4).to(Target::Global(leaf.path.clone()));
    }
    if set > LISTED {
        document.item(Role::Faint, &format!("and {} more", set - LISTED));
    }
}
