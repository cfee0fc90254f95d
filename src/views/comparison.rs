//! One option or global over all hosts.

use serde_json::Value;

use super::{
    document::{Document, Target},
    leaf::{brief, first_line, who},
    priority,
};
use crate::{
    app::{
        comparison::Comparison,
        state::{Pane, State},
        theme::Role,
    },
    backend::{
        error::ErrorKind,
        model::{Definition, DefinitionState, HostName, Leaf, OptionDetail, OptionPath, shown_as_nix},
    },
    views::report::{counted, printable},
};

/// Lines of a value that are shown as they are; a longer one is told in a few words.
const LINES: usize = 6;

/// What the hosts have there, or say of it.
pub(super) fn document(state: &State, comparison: &Comparison) -> Document {
    let mut document = Document::default();
    document.head(format!("{}, host by host", printable(&comparison.path.to_string())));
    if comparison.pane == Pane::Globals {
        global(&mut document, state, &comparison.path);
    } else {
        options(&mut document, state, comparison);
    }
    document
}

/// A host, and the option there.
type Holder<'a> = (&'a HostName, Option<&'a OptionDetail>);

/// What hosts have in common: the same value, or the same reason for none.
#[derive(PartialEq)]
enum Kind<'a> {
    Value(&'a Value),
    Error(&'a str),
    NoValue,
    Branch,
    Missing,
}

fn options(document: &mut Document, state: &State, comparison: &Comparison) {
    let mut groups: Vec<(Kind, Vec<Holder>)> = Vec::new();
    let mut failed = Vec::new();
    for (host, answer) in &comparison.answers {
        let (kind, option) = match answer {
            Ok(node) => match &node.option {
                Some(option) => (kind(&option.leaf), Some(option)),
                None if node.children.is_empty() => (Kind::Missing, None),
                None => (Kind::Branch, None),
            },
            Err(error) if error.kind == ErrorKind::Usage => (Kind::Missing, None),
            Err(error) => {
                failed.push((host, error));
                continue;
            }
        };
        match groups.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, hosts)) => hosts.push((host, option)),
            None => groups.push((kind, vec![(host, option)])),
        }
    }
    // What most have comes first; where there is a difference, that is what the others differ from.
    groups.sort_by_key(|(kind, hosts)| (*kind == Kind::Missing, std::cmp::Reverse(hosts.len())));
    let several = groups.iter().filter(|(kind, _)| *kind != Kind::Missing).count() > 1;
    for (at, (kind, hosts)) in groups.iter().enumerate() {
        let differs = several && at > 0 && *kind != Kind::Missing;
        title(document, kind, hosts.len(), differs);
        for (host, option) in hosts {
            host_rows(document, host, *option, &comparison.path);
        }
    }
    for (host, error) in failed {
        document.head(format!("{host}: not known"));
        document.error(error);
    }
    let silent = state.known.hosts().map(|host| &host.name);
    let silent = silent.filter(|host| !comparison.answers.contains_key(*host)).collect::<Vec<_>>();
    if silent.is_empty() {
        return;
    }
    let names = silent.into_iter().map(HostName::as_str).collect::<Vec<_>>().join(", ");
    match &comparison.error {
        None => _ = document.head("Asking ..."),
        Some(error) => {
            document.head("Not known");
            document.error(error);
        }
    }
    document.push(2, [(Role::Unknown, names)]).hanging(2);
}

fn kind(leaf: &Leaf) -> Kind<'_> {
    match (&leaf.value, &leaf.error) {
        (_, Some(error)) => Kind::Error(error),
        (Some(value), None) => Kind::Value(value),
        (None, None) => Kind::NoValue,
    }
}

fn title(document: &mut Document, kind: &Kind, hosts: usize, differs: bool) {
    let (role, text) = match kind {
        Kind::Value(value) => {
            let text = shown_as_nix(value);
            let text = if text.lines().count() <= LINES { text } else { brief(value) };
            (if differs { Role::Warn } else { Role::Value }, text)
        }
        Kind::Error(error) => (Role::Bad, first_line(error)),
        Kind::NoValue => (Role::Unknown, "no value".to_owned()),
        Kind::Branch => (Role::Text, "a branch with options in it".to_owned()),
        Kind::Missing => (Role::Faint, "no such option".to_owned()),
    };
    document.row([]);
    let mut lines = text.lines();
    let first = printable(lines.next().unwrap_or("\"\""));
    let of = format!("  {}{}", counted(hosts, "host"), if differs { ", differs" } else { "" });
    document.row([(role, first), (Role::Faint, of)]);
    for line in lines {
        document.row([(role, printable(line))]);
    }
}

fn host_rows(document: &mut Document, host: &HostName, option: Option<&OptionDetail>, path: &OptionPath) {
    let target = Target::Option(host.clone(), path.clone());
    let Some(option) = option else {
        document.item(Role::Name, host.as_str()).to(target);
        return;
    };
    let used = |definition: &&Definition| definition.state == DefinitionState::Used;
    let mut used = option.leaf.definitions.iter().filter(used).peekable();
    if used.peek().is_none() {
        document.item(Role::Name, host.as_str()).to(target);
        return;
    }
    for definition in used {
        let spans = [
            (Role::Name, format!("{host:<12} ")),
            (Role::Place, printable(&definition.written_at())),
            (Role::Faint, format!("  {}", priority::words(definition.priority))),
        ];
        document.push(2, spans).hanging(13).at(&definition.place).to(target.clone());
    }
}

/// What each host says of a global, whether that counts, and whether the host reads it.
fn global(document: &mut Document, state: &State, path: &OptionPath) {
    let leaves = state.known.globals.value.iter().flat_map(|globals| globals.within(path));
    let leaves = leaves.filter(|leaf| leaf.is_set()).collect::<Vec<_>>();
    let of = |host: Option<&HostName>| {
        let host = host.map(HostName::as_str);
        let all =
            leaves.iter().flat_map(|leaf| leaf.definitions.iter().map(|definition| (*leaf, definition)));
        all.filter(|(_, definition)| definition.host.as_deref() == host).collect::<Vec<_>>()
    };
    let mut silent = Vec::new();
    for host in state.known.hosts().map(|host| &host.name) {
        let said = of(Some(host));
        let note = note(state, host, path);
        if said.is_empty() {
            silent.push((host, note));
            continue;
        }
        document.row([]);
        let row = document.row([(Role::Name, host.to_string()), (Role::Faint, note.unwrap_or_default())]);
        row.to(Target::Host(host.clone()));
        said_rows(document, path, said);
    }
    let fleet = of(None);
    if !fleet.is_empty() {
        document.row([]);
        document.row([(Role::Text, "the fleet's own modules".to_owned())]);
        said_rows(document, path, fleet);
    }
    let (readers, others): (Vec<_>, Vec<_>) = silent.into_iter().partition(|(_, note)| note.is_some());
    if !readers.is_empty() {
        document.head("Say nothing");
    }
    for (host, note) in readers {
        let spans = [(Role::Name, host.to_string()), (Role::Faint, note.unwrap_or_default())];
        document.push(2, spans).to(Target::Host(host.clone()));
    }
    if !others.is_empty() {
        document.head("Neither say nor read it");
        let names = others.into_iter().map(|(host, _)| host.as_str()).collect::<Vec<_>>().join(", ");
        document.push(2, [(Role::Faint, names)]);
    }
}

/// Whether a host reads a global; nothing, if it doesn't.
fn note(state: &State, host: &HostName, path: &OptionPath) -> Option<String> {
    let note = match state.known.reads(host) {
        None => "  not known whether it reads it",
        Some(reads) if reads.system.has(path) => "  reads it",
        Some(reads) if reads.checks.has(path) => "  its checks alone read it",
        Some(_) => return None,
    };
    Some(note.to_owned())
}

fn said_rows(document: &mut Document, path: &OptionPath, said: Vec<(&Leaf, &Definition)>) {
    for (leaf, definition) in said {
        let (role, word) = match definition.state {
            DefinitionState::Used => (Role::Good, "counts "),
            DefinitionState::Overridden => (Role::Lost, "loses  "),
            DefinitionState::Disabled => (Role::Lost, "is off "),
        };
        let below = OptionPath(leaf.path.0.get(path.0.len()..).unwrap_or_default().to_vec());
        let name =
            if below.is_empty() { String::new() } else { format!("{} = ", printable(&below.to_string())) };
        let value = match (&definition.value, &definition.error) {
            (_, Some(error)) => (Role::Bad, printable(&first_line(error))),
            (Some(value), None) => (Role::Value, printable(&brief(value))),
            (None, None) => (Role::Faint, format!("of {}", printable(&who(definition)))),
        };
        let priority = (Role::Faint, format!("  {}", priority::words(definition.priority)));
        let row = document.push(2, [(role, word.to_owned()), (Role::Name, name), value, priority]).hanging(7);
        row.at(&definition.place);
        if !below.is_empty() {
            row.to(Target::Global(leaf.path.clone()));
        }
        document.push(9, [(Role::Place, printable(&definition.written_at()))]).at(&definition.place);
    }
}
