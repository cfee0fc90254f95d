//! The table of keys in the README.

use crate::app::{
    command::{COMMANDS, Scope},
    keymap::Keymap,
};

/// Every command with its standard keys, as a table in Markdown.
#[must_use]
pub fn table() -> String {
    let keymap = Keymap::default();
    let mut text = String::from("| key | where | what it does | command |\n|---|---|---|---|\n");
    for scope in Scope::ALL {
        for command in COMMANDS.iter().filter(|command| command.scope == scope) {
            let keys = keymap.keys(command).iter().map(|key| format!("`{}`", escaped(&key.to_string())));
            let keys = keys.collect::<Vec<_>>().join(" ");
            let keys = if keys.is_empty() { "by name".to_owned() } else { keys };
            text.push_str(&format!(
                "| {keys} | {} | {} | `{}` |\n",
                scope.title(),
                escaped(command.doc),
                command.id
            ));
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
