//! Which key gives which command, in which scope.

use std::collections::BTreeMap;

use super::{
    command::{COMMANDS, Command, Scope, find},
    config::Binding,
    keys::Chord,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    fleet::nearest,
    model::Place,
};

/// The keys of all commands.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    keys: BTreeMap<&'static str, Vec<Chord>>,
}

/// What keys came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved {
    /// A command.
    Command(&'static Command),
    /// The beginning of one or more.
    Begun,
    /// Nothing.
    Nothing,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = |command: &Command| command.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { keys: COMMANDS.iter().map(|command| (command.id, keys(command))).collect() }
    }
}

impl Keymap {
    /// The standard keys, changed as the configuration file says. Unknown commands, and keys that two commands of one scope would share, are errors.
    pub fn new(bindings: &[Binding]) -> Result<Self> {
        let mut keymap = Self::default();
        for binding in bindings {
            let Some(command) = find(&binding.command) else {
                let what = format!("there is no command {:?}", binding.command);
                let error = Error::new(ErrorKind::Configuration, what).at(binding.place.clone());
                return Err(match nearest(&binding.command, COMMANDS.iter().map(|command| command.id)) {
                    Some(guess) => error.hint(format!("did you mean {guess}?")),
                    None => error.hint("the README lists them all"),
                });
            };
            keymap.keys.insert(command.id, binding.chords.iter().map(|(chord, _)| chord.clone()).collect());
        }
        match keymap.conflict() {
            None => Ok(keymap),
            Some((chord, one, other)) => Err(explain(&chord, one, other, bindings)),
        }
    }

    /// The keys of a command.
    #[must_use]
    pub fn keys(&self, command: &Command) -> &[Chord] {
        self.keys.get(command.id).map_or(&[], Vec::as_slice)
    }

    /// The keys of a command as they are written, with commas between.
    #[must_use]
    pub fn written(&self, command: &Command) -> String {
        self.keys(command).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// What has been pressed, in these scopes, the innermost first.
    #[must_use]
    pub fn resolve(&self, pressed: &Chord, scopes: &[Scope]) -> Resolved {
        let mut begun = false;
        for scope in scopes {
            for command in COMMANDS.iter().filter(|command| command.scope == *scope) {
                for chord in self.keys(command) {
                    if chord == pressed {
                        return Resolved::Command(command);
                    }
                    begun |= chord.0.starts_with(&pressed.0);
                }
            }
        }
        if begun { Resolved::Begun } else { Resolved::Nothing }
    }

    /// Two commands of one scope of which one's keys are those of the other, or begin them.
    fn conflict(&self) -> Option<(Chord, &'static Command, &'static Command)> {
        for (at, one) in COMMANDS.iter().enumerate() {
            for other in COMMANDS[at..].iter().filter(|other| other.scope == one.scope) {
                for (first, chord) in self.keys(one).iter().enumerate() {
                    for (second, rival) in self.keys(other).iter().enumerate() {
                        let same = one == other && first == second;
                        if !same && (chord.0.starts_with(&rival.0) || rival.0.starts_with(&chord.0)) {
                            return Some((chord.clone(), one, other));
                        }
                    }
                }
            }
        }
        None
    }
}

fn explain(chord: &Chord, one: &Command, other: &Command, bindings: &[Binding]) -> Error {
    let place = |command: &Command| -> Option<Place> {
        let binding = bindings.iter().find(|binding| binding.command == command.id)?;
        let written = binding.chords.iter().find(|(written, _)| written == chord);
        Some(written.map_or(&binding.place, |(_, place)| place).clone())
    };
    let what = if one == other {
        format!("{chord} stands twice, or begins another key, for {}", one.id)
    } else {
        format!("{chord} would be for both {} and {}", one.id, other.id)
    };
    let error = Error::new(ErrorKind::Configuration, what);
    let error = match place(other).or_else(|| place(one)) {
        Some(place) => error.at(place),
        None => error,
    };
    error.hint("give one of them another key; an empty list takes its keys away")
}
