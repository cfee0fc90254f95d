//! Names of secrets that stand in a declaration as they are.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::backend::secrets::{Generation, engines::go};

/// The names that calls of `readSecret` have as constants, whether or not they are carried out.
pub fn of(generation: &Generation) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match generation {
        Generation::Template(text) => names.extend(go::constant_names(text)),
        Generation::Json(document) => in_document(&document.content, &mut names),
        Generation::Tera(text) => in_tera(&text.content, &mut names),
        Generation::Random(_) | Generation::Script(_) | Generation::SshKey(_) => {}
    }
    names
}

fn in_document(value: &Json, names: &mut BTreeSet<String>) {
    match value {
        Json::Array(values) => values.iter().for_each(|value| in_document(value, names)),
        Json::Object(fields) => {
            if let (Some("readSecret"), Some(name)) =
                (fields.get("name").and_then(Json::as_str), value["arguments"]["name"].as_str())
            {
                names.insert(name.to_owned());
            }
            fields.values().for_each(|value| in_document(value, names));
        }
        _ => {}
    }
}

fn in_tera(content: &str, names: &mut BTreeSet<String>) {
    for call in content.split("read_secret").skip(1) {
        let argument = call.trim_start().strip_prefix('(').map(str::trim_start);
        let value =
            argument.and_then(|argument| argument.strip_prefix("name")?.trim_start().strip_prefix('='));
        let Some(value) = value.map(str::trim_start) else { continue };
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'));
        if let Some(name) = quote.and_then(|quote| value[1..].split(quote).next()) {
            names.insert(name.to_owned());
        }
    }
}
