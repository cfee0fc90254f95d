//! What there is to say of the selected secret.

use super::{condition, is_to_enter, key, mark, progress::why, when};
use crate::{
    app::{
        state::State,
        theme::Role,
        vault::{self, Stand},
    },
    backend::{
        fleet::Fleet,
        model::{KeyHolder, Mount, PlannedSecret, Secret, SecretReader, SecretState},
        secrets::SecretResult,
    },
    views::{
        document::{Document, Target},
        report::{counted, printable},
        words,
    },
};

/// What there is to say of the selected secret.
pub fn document(state: &State) -> Document {
    let mut document = Document::default();
    if let Some(error) = &state.known.secrets.error {
        document.head(words::unread(&state.known.secrets, "secrets"));
        document.error(error);
    }
    let Some(facts) = &state.known.secrets.value else { return document };
    let Some(name) = state.secrets.list.selected() else { return document };
    let declared = state.selected_secret();
    document.head(printable(name));
    if let Some(text) = declared.and_then(|secret| secret.description.as_ref()) {
        document.row([(Role::Faint, printable(text))]);
    }
    came_of(state, &mut document, name);
    let planned = vault::planned(state, name);
    match (&facts.plan, planned) {
        (Ok(_), Some(planned)) => stands(state, &mut document, planned),
        (Err(error), _) => document.error(error),
        (Ok(_), None) => {}
    }
    let place = planned.and_then(|secret| secret.defined_at.as_ref());
    if let Some(place) = place.or_else(|| declared.and_then(|secret| secret.defined_at.as_ref())) {
        document.field("declared", Role::Place, &place.to_string()).at(place);
    }
    if let Some(planned) = planned {
        if planned.engine != "manual" {
            related(state, &mut document, "Made from", "nothing: it is made by itself", &planned.reads);
        }
        related(state, &mut document, "Made from it", "nothing", &planned.read_by);
    }
    mounts(state, &mut document, name);
    if let Some(planned) = planned {
        readers(&mut document, planned);
    }
    if let Some(secret) = declared {
        generation(&mut document, secret);
        files(&mut document, secret);
    }
    document
}

/// What was or is being done about it.
fn came_of(state: &State, document: &mut Document, name: &str) {
    let Some(run) = &state.secrets.run else { return };
    match run.stand(name) {
        None => {}
        Some(Stand::Waits) => {
            document.field("now", Role::Faint, "waits for its turn");
        }
        Some(Stand::Works(step, since)) => {
            let text = format!("{} for {}", super::doing(step), words::since(state.clock, since));
            document.field("now", Role::Busy, &text);
            document.field(
                "",
                Role::Faint,
                &format!("{} shows what its program says", key(state, "secrets.log")),
            );
        }
        Some(Stand::Done(SecretResult::Failed(error))) => {
            document.field("tried", Role::Bad, "failed; it is as it was");
            document.error(error);
        }
        Some(Stand::Done(result)) => {
            let role = if result.is_bad() { Role::Bad } else { Role::Good };
            document.field(if run.is_running() { "now" } else { "last" }, role, &why(name, result));
        }
    }
}

/// How it stands, why, and what to do next.
fn stands(state: &State, document: &mut Document, secret: &PlannedSecret) {
    let done = vault::just_done(state, &secret.name);
    if done.is_none() {
        let (_, role) = mark(secret);
        document.field("state", role, secret.state.word());
        if secret.state != SecretState::Ok {
            document.field("why", Role::Text, &secret.state.meaning());
        }
        let waits = state.secrets.is_busy() && super::stand(state, &secret.name).is_some();
        if let Some(next) = next(state, secret).filter(|_| !waits) {
            document.field("next", Role::Key, &next);
        }
    }
    let made_by = if secret.engine == "manual" { "entered by hand" } else { &secret.engine };
    document.field("made by", Role::Text, made_by);
    let dated = !done.is_some_and(SecretResult::is_other_text);
    if let Some(at) = secret.made_at.filter(|_| dated) {
        // The screen's clock may be a moment behind.
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(at);
        document.field("made", Role::Text, &words::ago(state.clock, at));
    }
    if let Some(at) = secret.rotate_at.filter(|_| dated) {
        let overdue = std::time::UNIX_EPOCH + std::time::Duration::from_secs(at) <= state.clock;
        let role = if overdue { Role::Warn } else { Role::Text };
        document.field("rotate", role, &format!("due {}", when(state, at)));
    }
    if secret.protected {
        document.field("protected", Role::Warn, "a new value needs its name typed");
    }
}

/// What to do about it, by the keys that do it.
pub(super) fn next(state: &State, secret: &PlannedSecret) -> Option<String> {
    let key = |id| key(state, id);
    if let Some(step) = secret.step {
        return Some(format!("{} {}", key("secrets.generate"), step.word()));
    }
    Some(match &secret.state {
        SecretState::Ok => return None,
        _ if is_to_enter(secret) => format!("{} enters it, in your editor", key("secrets.enter")),
        SecretState::EditedByHand | SecretState::EntropyLost => {
            format!("{} keeps that value, {} makes a new one", key("secrets.adopt"), key("secrets.rotate"))
        }
        SecretState::Unverified => format!("{} looks inside, with your key", key("secrets.look")),
        SecretState::Expired => format!("{} makes a new value", key("secrets.rotate")),
        SecretState::Orphan => format!("{} deletes it", key("secrets.prune")),
        SecretState::Protected(_) => format!("{} makes a new value, by its name", key("secrets.rotate")),
        SecretState::Skipped(names) => format!("first see to {}", names.join(", ")),
        SecretState::Failed(_) => format!("{} opens its declaration", key("secrets.edit")),
        other => other.advice()?.to_owned(),
    })
}

/// Secrets that it depends on, or that depend on it.
fn related(state: &State, document: &mut Document, title: &str, none: &str, names: &[String]) {
    document.head(title);
    if names.is_empty() {
        document.item(Role::Faint, none);
    }
    for name in names {
        let (role, word) = match vault::planned(state, name) {
            Some(_) => {
                let (_, word, role) = condition(state, name);
                (role, word)
            }
            None => (Role::Bad, "not declared"),
        };
        document
            .push(2, [(Role::Name, printable(name)), (role, format!("  {word}"))])
            .to(Target::Secret(name.clone()));
    }
}

fn mounts(state: &State, document: &mut Document, name: &str) {
    document.head("Mounted");
    let mounts = state.known.secrets.value.iter().flat_map(|facts| &facts.declared.mounts);
    let mounts = mounts.filter(|mount| mount.secret.as_deref() == Some(name)).collect::<Vec<_>>();
    if mounts.is_empty() {
        document.item(Role::Faint, "nowhere: it is an ingredient of others, or nobody's");
    }
    for mount in mounts {
        one_mount(document, mount);
    }
}

fn one_mount(document: &mut Document, mount: &Mount) {
    let text = |text: &Option<String>| printable(text.as_deref().unwrap_or("unknown"));
    let row = document
        .push(2, [(Role::Name, text(&mount.host)), (Role::Place, format!("  {}", text(&mount.path)))]);
    if let Some(host) = mount.host.as_ref().and_then(|host| host.parse().ok()) {
        row.to(Target::Host(host));
    }
    let owner = format!("{}:{} {}", text(&mount.owner), text(&mount.group), text(&mount.mode));
    document.push(4, [(Role::Faint, owner)]);
    let units = |what: &str, units: &Option<Vec<String>>| {
        let units = units.as_ref().filter(|units| !units.is_empty())?;
        Some((Role::Faint, format!("{what} {}", printable(&units.join(" ")))))
    };
    let units = [units("restarts", &mount.restart_units), units("reloads", &mount.reload_units)];
    for units in units.into_iter().flatten() {
        document.push(4, [units]);
    }
}

fn readers(document: &mut Document, secret: &PlannedSecret) {
    document.head(format!("Can be read by {}", counted(secret.readers.len(), "key")));
    let name = |reader: &SecretReader| match &reader.who {
        Some(KeyHolder::Host(host)) => (Role::Name, host.to_string()),
        Some(KeyHolder::Admin) => (Role::Text, "admin".to_owned()),
        None => (Role::Warn, "nobody we know".to_owned()),
    };
    let mut line = |reader: &SecretReader, note: Option<(Role, &str)>| {
        let mut spans = vec![name(reader)];
        spans.extend(note.map(|(role, note)| (role, format!("  {note}"))));
        spans.push((Role::Faint, format!("  {}", printable(&reader.key))));
        let row = document.push(2, spans).hanging(2);
        if let Some(KeyHolder::Host(host)) = &reader.who {
            row.to(Target::Host(host.clone()));
        }
    };
    for reader in &secret.readers {
        let gains = secret.gains.contains(reader) && secret.state != SecretState::Missing;
        line(reader, gains.then_some((Role::Good, "gains access")));
    }
    for reader in &secret.loses {
        line(reader, Some((Role::Warn, "loses access; git's history stays readable to it")));
    }
}

fn generation(document: &mut Document, secret: &Secret) {
    if let Some(problem) = &secret.problem {
        document.head("Generation");
        document.item(Role::Bad, problem);
    }
    if secret.generation.as_object().is_some_and(|fields| !fields.is_empty()) {
        document.head("Generation");
        for line in lines_of(&secret.generation) {
            document.item(Role::Value, &line);
        }
    }
}

/// A declaration as it is read: texts of several lines as they are.
fn lines_of(generation: &serde_json::Value) -> Vec<String> {
    let Some(fields) = generation.as_object() else { return Vec::new() };
    let mut lines = Vec::new();
    for (name, value) in fields {
        match value.as_str() {
            Some(text) if text.contains('\n') => {
                lines.push(format!("{name}:"));
                lines.extend(text.lines().map(|line| format!("  {line}")));
            }
            _ => {
                let text = format!("{value:#}");
                let mut value = text.lines();
                lines.push(format!("{name}: {}", value.next().unwrap_or_default()));
                lines.extend(value.map(str::to_owned));
            }
        }
    }
    lines
}

fn files(document: &mut Document, secret: &Secret) {
    document.head("Files");
    match Fleet::secret_file(secret) {
        Ok(file) => {
            document.item(Role::Place, &file);
            if secret.engine != "manual" && secret.engine != "script" {
                document.item(Role::Place, &format!("secrets/entropy/{}.age", secret.name));
            }
        }
        Err(error) => document.error(&error),
    }
}
