//! Histories of a fleet, by chance: whatever is declared, deleted and edited, no value changes without a reason.

use std::{collections::BTreeMap, fs};

use proptest::prelude::*;

use super::fleet::{Fleet, names, planned};
use crate::backend::{
    model::{PlannedSecret, SecretState},
    secrets::{Plaintext, Request, SecretResult, Wish, tree::fuse},
};

const NAMES: [&str; 4] = ["a", "b", "c/d", "e"];

/// What happens.
#[derive(Debug, Clone)]
enum Happening {
    Random(usize, usize),
    Template(usize, usize, bool),
    Script(usize, usize),
    Manual(usize),
    Undeclare(usize),
    Mount(usize, bool),
    Admin,
    LoseData(usize),
    LoseEntropy(usize),
    LoseRecords,
    Edit(usize, u8),
    EncryptAnew(usize),
    Rotate(usize),
    Rekey,
    Adopt(usize),
    Enter(usize, u8),
    /// One of the verbs is killed, after so many changes of the disk.
    Kill(usize, usize, usize),
}

impl Happening {
    /// Whether a value may count as written by hand afterwards. What a script made is not known again when somebody encrypted it anew.
    fn is_by_hand(&self) -> bool {
        matches!(self, Self::Edit(..) | Self::Adopt(_) | Self::EncryptAnew(_) | Self::LoseRecords)
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    let name = 0..NAMES.len();
    prop_oneof![
        3 => (name.clone(), 6_usize..9).prop_map(|(name, length)| Happening::Random(name, length)),
        3 => (name.clone(), name.clone(), any::<bool>()).prop_map(|(name, reads, long)| Happening::Template(name, reads, long)),
        1 => (name.clone(), 0_usize..3).prop_map(|(name, text)| Happening::Script(name, text)),
        1 => name.clone().prop_map(Happening::Undeclare),
        2 => (name.clone(), any::<bool>()).prop_map(|(name, there)| Happening::Mount(name, there)),
        1 => Just(Happening::Admin),
        2 => name.clone().prop_map(Happening::LoseData),
        1 => name.clone().prop_map(Happening::LoseEntropy),
        1 => Just(Happening::LoseRecords),
        1 => (name.clone(), any::<u8>()).prop_map(|(name, text)| Happening::Edit(name, text)),
        1 => name.clone().prop_map(Happening::EncryptAnew),
        2 => name.clone().prop_map(Happening::Rotate),
        1 => Just(Happening::Rekey),
        1 => name.clone().prop_map(Happening::Adopt),
        1 => name.clone().prop_map(Happening::Manual),
        1 => (name.clone(), any::<u8>()).prop_map(|(name, text)| Happening::Enter(name, text)),
        3 => (0_usize..5, name, 1_usize..40).prop_map(|(verb, name, changes)| Happening::Kill(verb, name, changes)),
    ]
}

fn entered(name: usize, text: u8) -> Request {
    let text = Plaintext::from(format!("entered {text}").into_bytes());
    Request::Enter { name: NAMES[name].parse().unwrap(), text }
}

impl Fleet {
    fn happens(&mut self, happening: &Happening) {
        match *happening {
            Happening::Random(name, length) => self.random(NAMES[name], length),
            Happening::Template(name, reads, long) => {
                let read = format!("{{{{ printf \"%s\" (readSecret \"{}\") }}}}", NAMES[reads]);
                self.template(NAMES[name], &if long { format!("x{read}{read}") } else { format!("x{read}") });
            }
            Happening::Script(name, text) => self.script(NAMES[name], &format!("echo {text}"), &[]),
            Happening::Manual(name) => self.manual(NAMES[name]),
            Happening::Undeclare(name) => {
                self.secrets.remove(NAMES[name]);
                self.mounts.retain(|(secret, _)| secret != NAMES[name]);
            }
            Happening::Mount(name, there) => {
                if there && self.secrets.contains_key(NAMES[name]) {
                    self.mount(NAMES[name], "gate");
                } else {
                    self.mounts.retain(|(secret, _)| secret != NAMES[name]);
                }
            }
            Happening::Admin => {
                let key = age::x25519::Identity::generate().to_public().to_string();
                self.more_admins = if self.more_admins.is_empty() { vec![key] } else { Vec::new() };
            }
            Happening::LoseData(name) => drop(fs::remove_file(self.data(NAMES[name]))),
            Happening::LoseEntropy(name) => drop(fs::remove_file(self.entropy(NAMES[name]))),
            Happening::LoseRecords => drop(fs::remove_file(self.sidecar())),
            Happening::Edit(name, text) => self.write(NAMES[name], &format!("by hand {text}")),
            Happening::EncryptAnew(name) => {
                if let Some(text) = self.texts().get(NAMES[name]) {
                    self.write(NAMES[name], text);
                }
            }
            Happening::Rotate(name) => self.try_to(Request::Rotate { names: names(&[NAMES[name]]) }),
            Happening::Rekey => self.try_to(Request::Rekey { names: names(&[]) }),
            Happening::Adopt(name) => self.try_to(Request::Adopt { names: names(&[NAMES[name]]) }),
            Happening::Enter(name, text) => self.try_to(entered(name, text)),
            Happening::Kill(verb, name, changes) => {
                let request = match verb {
                    0 => Request::Rotate { names: names(&[NAMES[name]]) },
                    1 => Request::Rekey { names: names(&[]) },
                    2 => Request::Adopt { names: names(&[NAMES[name]]) },
                    3 => entered(name, 0),
                    _ => Request::default(),
                };
                let before = self.texts();
                if let Ok(planned) = self.plan(Wish::to(request)) {
                    fuse::set(Some(changes));
                    drop(self.carry_out(&planned));
                    fuse::set(None);
                }
                assert!(before.keys().all(|name| self.texts().contains_key(name)), "a secret is gone");
            }
        }
    }

    fn try_to(&self, request: Request) {
        if let Ok(planned) = self.plan(Wish::to(request)) {
            self.carry_out(&planned).unwrap();
        }
    }

    fn texts(&self) -> BTreeMap<&'static str, String> {
        let text = |name: &&'static str| {
            let sealed = fs::read(self.data(name)).ok()?;
            Some((*name, String::from_utf8(age::decrypt(&self.admin, &sealed).unwrap()).unwrap()))
        };
        NAMES.iter().filter_map(text).collect()
    }

    /// One run, held against what was before: no value changes without a reason. Whether another run is to follow.
    fn runs(&self, killed: bool) -> bool {
        let before = self.texts();
        let plan = self.plan(Wish::default()).unwrap();
        let outcome = self.carry_out(&plan).unwrap();
        let after = self.texts();
        for (name, text) in &before {
            assert!(after.contains_key(name), "{name} is gone");
            if after[name] == *text {
                continue;
            }
            let result = outcome.results.get(&name.parse().unwrap());
            let state = planned(&plan, name).state;
            let reason = match state {
                SecretState::DefinitionChanged | SecretState::DependencyChanged(_) => {
                    result == Some(&SecretResult::Made)
                }
                SecretState::Interrupted => killed && result == Some(&SecretResult::Restored),
                _ => false,
            };
            assert!(reason, "{name} has another value, for it was {state:?}");
        }
        let waits = |secret: &PlannedSecret| matches!(secret.state, SecretState::Skipped(_));
        killed || plan.report().secrets.iter().any(waits)
    }

    /// Brings all up to date. What is told to be edited `by_hand` must be that.
    fn is_brought_up_to_date(&self, killed: bool, by_hand: bool) {
        // What was stopped is finished first, and then what has changed since is followed; and what is compared with something is looked at after that is made.
        if self.runs(killed) {
            self.runs(killed);
        }
        for name in self.secrets.keys() {
            let secret = self.of(name);
            let right = match secret.state {
                SecretState::Ok => {
                    let is_read_by_gate = self.mounts.contains(&(name.clone(), "gate".to_owned()));
                    assert_eq!(self.can_read(&self.hosts["gate"], name), is_read_by_gate, "{name}");
                    secret.step.is_none()
                }
                SecretState::EditedByHand => by_hand && secret.step.is_none(),
                SecretState::EntropyLost | SecretState::Failed(_) | SecretState::Skipped(_) => {
                    secret.step.is_none()
                }
                SecretState::Missing | SecretState::ValueLost => {
                    secret.engine == "manual" && secret.step.is_none()
                }
                _ => false,
            };
            assert!(right, "{name} is {:?} with {:?}", secret.state, secret.step);
        }
        let files = self.files();
        let again = self.generate();
        assert!(again.results.is_empty(), "{:?}", again.results);
        assert_eq!(self.files(), files);
    }
}

/// Fewer than usual, for each encrypts some dozens of files; as many as are asked for by `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig { cases: if asked { config.cases } else { 48 }, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_value_changes_without_a_reason(history in prop::collection::vec(prop::collection::vec(happening(), 1..5), 1..6)) {
        let mut fleet = Fleet::new();
        fleet.random("a", 6);
        fleet.happens(&Happening::Template(1, 0, false));
        let mut by_hand = false;
        for happenings in history {
            for happening in &happenings {
                fleet.happens(happening);
                by_hand |= happening.is_by_hand();
            }
            let killed = happenings.iter().any(|happening| matches!(happening, Happening::Kill(..)));
            fleet.is_brought_up_to_date(killed, by_hand);
        }
    }
}
