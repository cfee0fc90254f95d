//! The options of one host: what is set there, and everything that there is to say of an option.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    document::{Document, Target},
    leaf::{self, brief, first_line},
    widget::{Column, Look, Row, Table, branch, highlighted, status},
};
use crate::{
    app::{glyph::Glyph, inquiry::Inquiry, state::State, theme::Role, tree::TreeRow},
    backend::model::{HostName, OptionDetail, OptionNode, OptionPath},
    views::report::{counted, printable},
};

const COLUMNS: [Column; 2] = [Column::new("NAME", 20, 60), Column::new("VALUE", 20, 100)];

/// Names that the detail of a branch lists.
const LISTED: usize = 200;

/// The tree.
pub(super) fn list(buffer: &mut Buffer, area: Rect, look: Look, state: &State, focused: bool) {
    let tree = &state.options.paths.tree;
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
    let options = &state.options;
    let everything = options.all || !options.paths.filter.value().is_empty();
    if options.host.as_ref().is_none_or(|host| state.known.host(host).is_none()) {
        "no host's options are open: o on a host opens them"
    } else if options.set.error().is_some() {
        "its options can't be read: enter shows why"
    } else if options.set.job().is_some() || everything && options.names.job().is_some() {
        "asking ..."
    } else if !options.paths.filter.value().is_empty() {
        "no option matches; Esc takes the filter away"
    } else {
        "nobody sets anything here; a shows the options there are"
    }
}

/// What the title says besides the host: what is being asked.
pub(super) fn title(state: &State) -> String {
    let options = &state.options;
    let host = options.host.as_ref().map_or("nobody", HostName::as_str);
    let asking = match (options.set.job(), options.names.job()) {
        (Some(_), _) => ", asking what is set",
        (None, Some(_)) => ", asking for all names",
        (None, None) if options.names.error().is_some() => ", not all: their names can't be read",
        (None, None) => "",
    };
    format!("Options of {host}{asking}")
}

fn cells<'a>(look: Look, state: &State, at: usize, row: TreeRow) -> Row<'a> {
    let options = &state.options;
    let path = row.leaf.and_then(|item| options.paths.tree.path_of(item)).map(OptionPath);
    let set = path.as_ref().and_then(|path| options.set_at(path));
    let seen = path.as_ref().and_then(|path| options.leaf(path));
    let found = options.paths.found_in(at);
    let role = if path.is_none() || set.is_some() { Role::Name } else { Role::Text };
    let name = branch(look, row.depth, row.open, highlighted(look, role, row.label, &found));
    let value =
        seen.map(|leaf| (&leaf.value, &leaf.error)).or_else(|| set.map(|set| (&set.value, &set.error)));
    let value = match value {
        Some((_, Some(error))) => status(look, Glyph::Bad, &first_line(error), Role::Bad),
        Some((Some(value), None)) => Line::styled(brief(value), look.style(Role::Value)),
        Some((None, None)) => Line::styled("shown in its detail", look.style(Role::Faint)),
        None if row.open == Some(false) => {
            Line::styled(counted(row.leaves, "option"), look.style(Role::Faint))
        }
        None => Line::default(),
    };
    [name, value].into_iter().collect()
}

/// What there is to say of the selected option or branch.
pub(super) fn document(state: &State) -> Document {
    let mut document = Document::default();
    let options = &state.options;
    let Some(host) = &options.host else { return document };
    if state.known.host(host).is_none() {
        document.head(format!("The fleet has no host {host} any more"));
        return document;
    }
    if let Some(error) = options.set.error() {
        document.head(format!("The options of {host} can't be read"));
        document.error(error);
    }
    if let Some(error) = options.names.error().filter(|_| options.all) {
        document.head("The names of all options can't be read");
        document.error(error);
    }
    let Some(path) = options.paths.selected() else { return document };
    document.head(printable(&path.to_string()));
    document.field("host", Role::Name, host.as_str()).to(Target::Host(host.clone()));
    let namespace = state.known.globals.value.as_ref().map(|globals| &globals.namespace);
    if let Some(global) = namespace.and_then(|namespace| path.0.strip_prefix(&namespace.0[..])) {
        let global = OptionPath(global.to_vec());
        if !global.is_empty() {
            let row = document.field("global", Role::Name, &global.to_string());
            row.to(Target::Global(global));
        }
    }
    match options.look(&path) {
        None => _ = document.row([(Role::Faint, "not asked yet".to_owned())]),
        Some(look) => looked(&mut document, host, &path, look),
    }
    document
}

fn looked(document: &mut Document, host: &HostName, path: &OptionPath, look: &Inquiry<OptionNode>) {
    if look.job().is_some() {
        document.row([(Role::Busy, "asking ...".to_owned())]);
    }
    if let Some(error) = look.error() {
        document.error(error);
    }
    let Some(node) = look.value() else { return };
    if let Some(option) = &node.option {
        detail(document, option);
    }
    if node.children.is_empty() {
        if node.option.is_none() {
            document.item(Role::Faint, "nothing is in it");
        }
        return;
    }
    // `attribute set of …`, `list of …`: what is in other options has names that their types give it.
    let of_others = |option: &OptionDetail| option.leaf.type_description.contains(" of ");
    document.head(if node.option.as_ref().is_some_and(of_others) { "Elements" } else { "Holds" });
    for name in node.children.iter().take(LISTED) {
        let mut child = path.clone();
        child.0.push(name.clone());
        document
            .item(Role::Name, &OptionPath(vec![name.clone()]).to_string())
            .to(Target::Option(host.clone(), child));
    }
    if node.children.len() > LISTED {
        document.item(Role::Faint, &format!("and {} more", node.children.len() - LISTED));
    }
}

fn detail(document: &mut Document, option: &OptionDetail) {
    leaf::value(document, &option.leaf);
    for (label, text) in [("default", &option.default), ("example", &option.example)] {
        if let Some(text) = text {
            leaf::text(document, label, Role::Text, text.trim());
        }
    }
    if let Some(description) = &option.description {
        document.row([]);
        for paragraph in paragraphs(description) {
            document.row([(Role::Text, printable(&paragraph))]);
        }
    }
    leaf::said_by(document, &option.leaf);
    if option.folded > 0 {
        document.item(Role::Faint, &format!("and {} more, as everybody defines it", option.folded));
    }
    leaf::declared(document, &option.leaf);
    leaf::whole_value(document, &option.leaf);
}

/// Lines that belong together are joined, for they are wrapped anew; lists and code stay as they are.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut joins = false;
    let mut code = false;
    for line in text.trim().lines() {
        let fence = line.trim_start().starts_with("```");
        let own = code
            || fence
            || line.starts_with("    ")
            || line.trim_start().starts_with(['-', '*', '#', ':', '>']);
        match paragraphs.last_mut() {
            Some(last) if joins && !own && !line.trim().is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => paragraphs.push(line.trim_end().to_owned()),
        }
        code ^= fence;
        joins = !code && !fence && !line.trim().is_empty() && !line.starts_with("    ");
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_code_is_not() {
        let text =
            "Whether to do it,\nor not.\n\n- one\n  and more\n- two\n\n```nix\na = 1;\nb = 2;\n```\nend\n";
        assert_eq!(
            paragraphs(text),
            [
                "Whether to do it, or not.",
                "",
                "- one and more",
                "- two",
                "",
                "```nix",
                "a = 1;",
                "b = 2;",
                "```",
                "end"
            ]
        );
    }
}
