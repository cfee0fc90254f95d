use std::collections::BTreeSet;

use super::*;
use crate::app::{keymap::Keymap, keys::Chord};

#[test]
fn ids_are_unique_and_say_where_they_belong() {
    let ids = COMMANDS.iter().map(|command| command.id).collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), COMMANDS.len());
    for command in COMMANDS {
        assert!(command.id.contains('.') && command.id.is_ascii(), "{}", command.id);
        assert!(!command.doc.is_empty() && !command.doc.ends_with('.'), "{}", command.id);
    }
}

#[test]
fn every_standard_key_can_be_read_and_none_is_for_two() {
    for command in COMMANDS {
        for key in command.keys {
            assert_eq!(key.parse::<Chord>().unwrap().to_string(), *key, "{}", command.id);
        }
    }
    assert_eq!(Keymap::new(&[]).unwrap(), Keymap::default());
}

/// The scopes that have keys at the same time, apart from what layers have.
fn stacks() -> Vec<Vec<Scope>> {
    let panes = [Scope::Hosts, Scope::Globals, Scope::Services, Scope::Secrets, Scope::Deploy];
    let mut stacks = Vec::new();
    for pane in panes {
        for part in [Scope::List, Scope::Detail, Scope::Log] {
            if part != Scope::Log || pane == Scope::Deploy {
                stacks.push(vec![part, pane, Scope::Rows, Scope::Everywhere]);
            }
        }
    }
    stacks.push(vec![Scope::Reader, Scope::Rows]);
    stacks
}

#[test]
fn no_standard_key_hides_another() {
    let keymap = Keymap::default();
    for stack in stacks() {
        let reachable = COMMANDS.iter().filter(|command| stack.contains(&command.scope));
        for command in reachable {
            for chord in keymap.keys(command) {
                let found = keymap.resolve(chord, &stack);
                assert_eq!(found, crate::app::keymap::Resolved::Command(command), "{chord} in {stack:?}");
                for shorter in 1..chord.0.len() {
                    let beginning = Chord(chord.0[..shorter].to_vec());
                    assert_eq!(keymap.resolve(&beginning, &stack), crate::app::keymap::Resolved::Begun);
                }
            }
        }
    }
}

#[test]
fn what_is_written_to_hosts_has_a_command_line() {
    for command in COMMANDS.iter().filter(|command| command.danger == Danger::Writes) {
        let is_local = command.id == "log.save";
        assert!(command.cli.is_some() || is_local, "{}", command.id);
    }
}

#[test]
fn keys_that_slip_do_no_harm() {
    let keymap = Keymap::default();
    for key in ["ctrl-d", "ctrl-k", "ctrl-a", "ctrl-b"] {
        let chord = Chord(vec![key.parse::<Chord>().unwrap().0[0]]);
        for stack in stacks() {
            if let crate::app::keymap::Resolved::Command(command) = keymap.resolve(&chord, &stack) {
                assert_eq!(command.scope, Scope::Rows, "{key} gives {}", command.id);
            }
        }
    }
}
