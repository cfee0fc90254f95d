//! The global namespace: a tree of values, and for each of them who said it, where, and who was overruled.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use serde_json::Value;

use super::{
    document::{Document, Target},
    widget::{Column, Look, Row, Table, branch},
};
use crate::{
    app::{glyph::Glyph, state::State, theme::Role, tree::TreeRow},
    backend::model::{Definition, DefinitionKind, DefinitionState, Leaf},
    views::report::printable,
};

const COLUMNS: [Column; 3] =
    [Column::new("NAME", 16, 60), Column::new("VALUE", 8, 80), Column::new("BY", 4, 20).expendable(0)];

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
    table
        .draw(buffer, area, look, |at| tree.row(at).map_or_else(Row::default, |row| cells(look, state, row)));
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

fn cells<'a>(look: Look, state: &State, row: TreeRow) -> Row<'a> {
    let leaf = row.leaf.and_then(|path| state.globals.leaf(path));
    let leaf = leaf.and_then(|at| state.known.globals.value.as_ref()?.leaves.get(at));
    let name = Line::styled(row.label.to_owned(), look.style(Role::Name));
    let name = branch(look, row.depth, row.open, name);
    let Some(leaf) = leaf else { return [name, Line::default(), Line::default()].into_iter().collect() };
    let value = match (&leaf.value, &leaf.error) {
        (_, Some(error)) => {
            let first = error.lines().next().unwrap_or_default();
            super::widget::status(look, Glyph::Bad, first, Role::Bad)
        }
        (Some(value), None) => Line::styled(brief(value), look.style(Role::Value)),
        (None, None) => Line::styled("no value", look.style(Role::Unknown)),
    };
    let by = Line::styled(authors(leaf), look.style(Role::Faint));
    [name, value, by].into_iter().collect()
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
        Value::Object(fields) => format!("{{ {} }}", counted_fields(fields.len())),
        Value::Array(items) if items.len() > 4 => format!("[ {} values ]", items.len()),
        Value::Array(items) => {
            let items = items.iter().map(brief).collect::<Vec<_>>().join(" ");
            if items.is_empty() { "[ ]".to_owned() } else { format!("[ {items} ]") }
        }
        other => other.to_string(),
    }
}

fn counted_fields(count: usize) -> String {
    crate::views::report::counted(count, "value")
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
        document.field("error", Role::Bad, error);
    }
    if let Some(value) = &leaf.value {
        document.row([(Role::Faint, "value".to_owned())]);
        for line in format!("{value:#}").lines() {
            document.item(Role::Value, line);
        }
    }
    document.head("Said by");
    let best = leaf.definitions.iter().filter(|definition| definition.state == DefinitionState::Used);
    let best = best.map(|definition| definition.priority).min();
    for definition in &leaf.definitions {
        definition_rows(&mut document, definition, best);
    }
    if !leaf.declarations.is_empty() {
        document.head("Declared in");
        for place in &leaf.declarations {
            document.item(Role::Place, &place.to_string()).at(place);
        }
    }
    document
}

fn definition_rows(document: &mut Document, definition: &Definition, best: Option<i64>) {
    let won = definition.state == DefinitionState::Used;
    let role = if won { Role::Good } else { Role::Lost };
    let word = match definition.state {
        DefinitionState::Used => "counts",
        DefinitionState::Overridden => "loses",
        DefinitionState::Disabled => "is off",
    };
    let host = definition.host.as_deref().unwrap_or("the fleet");
    let who = if definition.kind == DefinitionKind::Default { "the option's default" } else { host };
    let mut spans = vec![
        (role, format!("{word:<7}")),
        (Role::Name, format!("{} ", printable(who))),
        (Role::Place, printable(&definition.place.to_string())),
    ];
    let priority = priority(definition.priority);
    spans.push((Role::Faint, format!("  {priority}")));
    if let Some(order) = definition.order {
        spans.push((Role::Faint, format!(", order {order}")));
    }
    let row = document.push(0, spans).at(&definition.place);
    if let Some(host) = definition.host.as_ref().and_then(|host| host.parse().ok()) {
        row.to(Target::Host(host));
    }
    if let Some(error) = &definition.error {
        document.push(8, [(Role::Bad, printable(error))]).at(&definition.place);
    } else if let Some(value) = &definition.value {
        let role = if won { Role::Value } else { Role::Lost };
        document.push(8, [(role, printable(&brief(value)))]).at(&definition.place);
    }
    let reason = match definition.state {
        DefinitionState::Used => return,
        DefinitionState::Disabled => "the mkIf around it is false".to_owned(),
        DefinitionState::Overridden => match best {
            Some(best) => format!("{} beats {priority}", self::priority(best)),
            None => "another one has the better priority".to_owned(),
        },
    };
    document.push(8, [(Role::Faint, reason)]).at(&definition.place);
}

/// A priority in the words of nixpkgs' lib.
fn priority(priority: i64) -> String {
    match priority {
        10 => "mkVMOverride (10)".to_owned(),
        50 => "mkForce (50)".to_owned(),
        60 => "mkImageMediaOverride (60)".to_owned(),
        100 => "plain (100)".to_owned(),
        1000 => "mkDefault (1000)".to_owned(),
        1500 => "default (1500)".to_owned(),
        other => format!("priority {other}"),
    }
}

fn branch_document(document: &mut Document, state: &State) {
    let (Some(path), Some(globals)) = (state.globals.selected(), &state.known.globals.value) else { return };
    document.head(path.to_string());
    let within = globals.leaves.iter().filter(|leaf| leaf.path.is_within(&path)).collect::<Vec<_>>();
    let set = within.iter().filter(|leaf| leaf.is_set()).count();
    document.field("values", Role::Text, &format!("{set} set, {} in all", within.len()));
    let broken = within.iter().filter(|leaf| leaf.error.is_some()).collect::<Vec<_>>();
    if !broken.is_empty() {
        document.head("Errors");
        for leaf in broken {
            document.item(Role::Bad, &leaf.path.to_string()).to(Target::Global(leaf.path.clone()));
        }
    }
}
