//! Global values, and who said them.

use anstyle::Style;
use serde_json::Value;

use super::{
    Cell, Table,
    style::{self, paint},
    text::printable,
};
use crate::backend::model::{Definition, DefinitionKind, DefinitionState, Leaf};

/// How many leaves are shown with all their definitions; more are shown a line each.
const IN_FULL: usize = 20;

/// The longest value shown in a table, in characters.
const VALUE_WIDTH: usize = 60;

/// Leaves with their definitions, or, where they are many, a line each; then only those that somebody set, unless `all` are wanted.
#[must_use]
pub fn globals(leaves: &[&Leaf], all: bool) -> String {
    if leaves.len() <= IN_FULL {
        return leaves.iter().map(|leaf| in_full(leaf)).collect::<Vec<_>>().join("\n");
    }
    let (shown, hidden) = leaves.iter().partition::<Vec<&Leaf>, _>(|leaf| all || leaf.is_set());
    let mut text = overview(&shown);
    if !hidden.is_empty() {
        let rest =
            format!("{} more are what their options' declarations say: --all shows them", hidden.len());
        text.push_str(&paint(style::FAINT, &rest));
        text.push('\n');
    }
    text
}

fn overview(leaves: &[&Leaf]) -> String {
    let mut table = Table::new(&["GLOBAL", "VALUE", "SAID BY"]);
    for leaf in leaves {
        let used = leaf.definitions.iter().filter(|definition| definition.state == DefinitionState::Used);
        let mut said_by = used.map(who).collect::<Vec<_>>();
        said_by.dedup();
        // An option's default loses to everybody; that is not worth a word.
        let overruled = leaf.definitions.iter().filter(|definition| {
            definition.state == DefinitionState::Overridden && definition.kind == DefinitionKind::Definition
        });
        let overruled = match overruled.count() {
            0 => String::new(),
            count => format!("  ({count} overruled)"),
        };
        table.row([
            Cell::new(style::NAME, leaf.path.to_string()),
            value_cell(leaf.value.as_ref(), leaf.error.as_deref()),
            Cell::new(style::FAINT, format!("{}{overruled}", said_by.join(" "))),
        ]);
    }
    table.render()
}

fn in_full(leaf: &Leaf) -> String {
    let mut text = paint(style::NAME, &printable(&leaf.path.to_string()));
    let shown = match (&leaf.value, &leaf.error) {
        (Some(value), _) => format!(" = {}", printable(&as_nix(value))),
        (None, error) => {
            paint(style::BAD, &format!(" ✗ {}", printable(error.as_deref().unwrap_or("no value"))))
        }
    };
    text.push_str(&shown);
    text.push('\n');
    let declared = leaf.declarations.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let declared = if declared.is_empty() { String::new() } else { format!(", declared at {declared}") };
    let about = format!("{}{declared}", leaf.type_description);
    if !about.is_empty() {
        text.push_str(&paint(style::FAINT, &format!("  {}\n", printable(&about))));
    }
    if leaf.definitions.is_empty() {
        return text;
    }
    let mut table = Table::new(&["  STATE", "PRIORITY", "BY", "AT", "VALUE"]);
    let mut definitions = leaf.definitions.iter().collect::<Vec<_>>();
    definitions.sort_by_key(|definition| (definition.state as u8, definition.priority));
    for definition in definitions {
        let (glyph, word, style) = state(definition.state);
        table.row([
            Cell::new(style, format!("  {glyph} {word}")),
            priority(definition).into(),
            who(definition).into(),
            Cell::new(style::NAME, definition.written_at()),
            value_cell(definition.value.as_ref(), definition.error.as_deref()),
        ]);
    }
    text.push_str(&table.render());
    text
}

fn state(state: DefinitionState) -> (&'static str, &'static str, Style) {
    match state {
        DefinitionState::Used => ("●", "used", style::GOOD),
        DefinitionState::Overridden => ("○", "overridden", style::WARN),
        DefinitionState::Disabled => ("◌", "disabled", style::FAINT),
    }
}

fn who(definition: &Definition) -> &str {
    match (&definition.host, definition.kind) {
        (Some(host), _) => host,
        (None, DefinitionKind::Default) => "(default)",
        (None, DefinitionKind::Definition) => "(fleet)",
    }
}

/// A priority in the words of the module system (`lib/modules.nix`), and an order where one was given.
fn priority(definition: &Definition) -> String {
    let priority = match definition.priority {
        10 => "mkVMOverride".to_owned(),
        50 => "mkForce".to_owned(),
        100 => "plain".to_owned(),
        1000 => "mkDefault".to_owned(),
        1500 => "option default".to_owned(),
        other => format!("mkOverride {other}"),
    };
    match definition.order {
        None => priority,
        Some(500) => format!("{priority}, mkBefore"),
        Some(1500) => format!("{priority}, mkAfter"),
        Some(order) => format!("{priority}, mkOrder {order}"),
    }
}

fn value_cell(value: Option<&Value>, error: Option<&str>) -> Cell {
    match (value, error) {
        (Some(value), _) => {
            let text = as_nix(value);
            let cut = text.char_indices().nth(VALUE_WIDTH).map(|(at, _)| format!("{}…", &text[..at]));
            cut.unwrap_or(text).into()
        }
        (None, Some(error)) => Cell::new(style::BAD, format!("✗ {error}")),
        (None, None) => Cell::new(style::FAINT, "–"),
    }
}

/// A JSON value as one would write it in Nix, on one line.
fn as_nix(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) if text.starts_with('<') && text.ends_with('>') => text.clone(),
        Value::String(_) | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) if items.is_empty() => "[ ]".to_owned(),
        Value::Array(items) => format!("[ {} ]", items.iter().map(as_nix).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) if fields.is_empty() => "{ }".to_owned(),
        Value::Object(fields) => {
            let name = |name: &String| crate::backend::model::OptionPath(vec![name.clone()]).to_string();
            let field = |(key, value): (&String, &Value)| format!("{} = {};", name(key), as_nix(value));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(" "))
        }
    }
}
