//! The global namespace: a tree of values, and for each of them who said it, where, and who was overruled.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    document::{Document, Target},
    leaf::{self, brief, first_line},
    readers,
    widget::{Column, Look, Row, Table, branch, highlighted, status},
};
use crate::{
    app::{glyph::Glyph, state::State, theme::Role, tree::TreeRow},
    backend::model::{Definition, DefinitionKind, DefinitionState, Leaf, OptionPath},
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

/// The tree.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let tree = &state.globals.paths.tree;
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
    if !state.globals.paths.filter.value().is_empty() {
        "no value matches; Esc takes the filter away"
    } else if globals.is_absent() {
        "this fleet does without globals: enter shows how to have them"
    } else if globals.error.is_some() || state.known.fleet.error.is_some() {
        "the globals can't be read: E shows why"
    } else if globals.reading {
        "evaluating the globals ..."
    } else {
        "nobody set a value yet; a shows the options there are"
    }
}

fn cells<'a>(look: Look, state: &State, at: usize, row: TreeRow) -> Row<'a> {
    let found = state.globals.paths.found_in(at);
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

/// What there is to say of the selected value or branch.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    if let Some(error) = &state.known.globals.error {
        document.head(super::words::unread(&state.known.globals, "globals"));
        document.error(error);
    }
    let Some(leaf) = state.selected_leaf() else {
        branch_document(&mut document, state);
        return document;
    };
    let namespace = state.known.globals.value.as_ref().map(|globals| globals.namespace.to_string());
    document.head(format!("{}.{}", namespace.unwrap_or_default(), leaf.path));
    leaf::value(&mut document, leaf);
    if let Some(service) = service_of(state, &leaf.path) {
        document.field("service", Role::Name, &service).to(Target::Service(service.clone()));
    }
    leaf::said_by(&mut document, leaf);
    readers::read_by(&mut document, state, &leaf.path, "Read by");
    readers::would_move(&mut document, state, &leaf.path);
    leaf::declared(&mut document, leaf);
    leaf::whole_value(&mut document, leaf);
    document
}

/// The service that a global is a part of.
fn service_of(state: &State, path: &OptionPath) -> Option<String> {
    let name = path.0.strip_prefix(&super::services::BRANCH.map(str::to_owned)[..])?.first()?;
    let known = state.known.services.value.iter().flatten().any(|service| service.name == *name);
    known.then(|| name.clone())
}

fn branch_document(document: &mut Document, state: &State) {
    let (Some(path), Some(globals)) = (state.globals.selected(), &state.known.globals.value) else { return };
    document.head(printable(&path.to_string()));
    let within = globals.within(&path);
    let shown = within.iter().filter(|leaf| state.globals.all || leaf.is_set());
    let set = state.globals.paths.tree.selected_row().map_or(0, |row| row.leaves);
    let values = match (state.globals.all, within.len() - set.min(within.len())) {
        (true, _) | (_, 0) => counted(within.len(), "value"),
        (false, unset) => format!("{}; a shows {unset} more that nobody set", counted(set, "value")),
    };
    document.field("holds", Role::Text, &values);
    if state.globals.broken_in(state.globals.paths.tree.cursor.selected) > 0 {
        document.head("Errors");
        for leaf in within.iter().filter(|leaf| leaf.error.is_some()).take(LISTED) {
            document.item(Role::Bad, &leaf.path.to_string()).to(Target::Global(leaf.path.clone()));
        }
    }
    if let Some(service) = service_of(state, &path) {
        document.field("service", Role::Name, &service).to(Target::Service(service.clone()));
    }
    readers::read_by(document, state, &path, "Read by");
    readers::would_move(document, state, &path);
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
