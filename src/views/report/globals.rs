//! Global values, and who said them.

use anstyle::Style;
use serde_json::Value;

use super::{
    Cell, Table,
    style::{self, paint},
    text::printable,
};
use crate::backend::model::{Affected, Definition, DefinitionKind, DefinitionState, HostName, Leaf, Readers};

/// How many leaves are shown with all their definitions; more are shown a line each.
const IN_FULL: usize = 20;

/// The longest value shown in a table, in characters.
const VALUE_WIDTH: usize = 60;

/// Leaves with their definitions, or, where they are many, a line each; then only those that somebody set, unless `all` are wanted.
///
/// With `readers`, also who reads them.
#[must_use]
pub fn globals(leaves: &[&Leaf], all: bool, readers: Option<&Readers>) -> String {
    let unknown = readers.map(unknown_readers).unwrap_or_default();
    if leaves.len() <= IN_FULL {
        return leaves.iter().map(|leaf| in_full(leaf, readers)).collect::<Vec<_>>().join("\n") + &unknown;
    }
    let (shown, hidden) = leaves.iter().partition::<Vec<&Leaf>, _>(|leaf| all || leaf.is_set());
    let mut text = overview(&shown, readers);
    text.push_str(&unknown);
    if !hidden.is_empty() {
        let rest =
            format!("{} more are what their options' declarations say: --all shows them", hidden.len());
        text.push_str(&paint(style::FAINT, &rest));
        text.push('\n');
    }
    text
}

/// What would move if a global changed.
#[must_use]
pub fn affected(affected: &Affected) -> String {
    let mut text = match affected.hosts.as_slice() {
        [] => "no host's system is made of it\n".to_owned(),
        hosts => {
            let hosts = hosts.iter().map(|host| paint(style::NAME, host.as_str())).collect::<Vec<_>>();
            format!("would move: {}\n", hosts.join(" "))
        }
    };
    for path in &affected.through {
        text.push_str(&paint(style::FAINT, &printable(&format!("  by way of {path}"))));
        text.push('\n');
    }
    text.push_str(&not_known(affected.unknown.iter()));
    text
}

fn unknown_readers(readers: &Readers) -> String {
    not_known(readers.unknown())
}

fn not_known<'a>(hosts: impl Iterator<Item = &'a HostName>) -> String {
    let hosts = hosts.map(HostName::as_str).collect::<Vec<_>>().join(" ");
    if hosts.is_empty() {
        return String::new();
    }
    paint(style::WARN, &format!("not known of {hosts}: `steading plan` says why")) + "\n"
}

fn read_by(leaf: &Leaf, readers: &Readers) -> String {
    readers.of(&leaf.path).map(HostName::as_str).collect::<Vec<_>>().join(" ")
}

fn overview(leaves: &[&Leaf], readers: Option<&Readers>) -> String {
    let titles = ["GLOBAL", "VALUE", "SAID BY", "READ BY"];
    let mut table = Table::new(if readers.is_some() { &titles } else { &titles[..3] });
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
        let read_by = readers.map(|readers| Cell::new(style::FAINT, read_by(leaf, readers)));
        let cells = [
            Cell::new(style::NAME, leaf.path.to_string()),
            value_cell(leaf.value.as_ref(), leaf.error.as_deref()),
            Cell::new(style::FAINT, format!("{}{overruled}", said_by.join(" "))),
        ];
        table.row(cells.into_iter().chain(read_by));
    }
    table.render()
}

pub(super) fn in_full(leaf: &Leaf, readers: Option<&Readers>) -> String {
    let mut text = paint(style::NAME, &printable(&leaf.path.to_string()));
    let shown = match (&leaf.value, &leaf.error) {
        (Some(value), _) => format!(" = {}", printable(&as_nix(value))),
        (None, Some(error)) => paint(style::BAD, &format!(" ✗ {}", printable(error))),
        (None, None) => paint(style::FAINT, " is not there: none of its definitions counts"),
    };
    text.push_str(&shown);
    text.push('\n');
    let declared = leaf.declarations.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let declared = if declared.is_empty() { String::new() } else { format!(", declared at {declared}") };
    let about = format!("{}{declared}", leaf.type_description);
    if !about.is_empty() {
        text.push_str(&paint(style::FAINT, &format!("  {}\n", printable(&about))));
    }
    if let Some(readers) = readers {
        let by = read_by(leaf, readers);
        let by = if by.is_empty() { "  read by nobody".to_owned() } else { format!("  read by {by}") };
        text.push_str(&paint(style::FAINT, &by));
        text.push('\n');
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

pub(super) fn value_cell(value: Option<&Value>, error: Option<&str>) -> Cell {
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
