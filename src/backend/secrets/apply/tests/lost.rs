//! What is lost, left over, or stopped in the middle: each is told for what it is, and the next run is right about it.

use std::{cell::Cell, fs};

use serde_json::json;

use super::fleet::{Fleet, killed_anywhere, names};
use crate::backend::{
    model::{
        SecretState::{
            self, DefinitionChanged, EditedByHand, EntropyLost, Missing, Ok, Protected, ValueLost,
        },
        SecretStep,
    },
    secrets::{Plaintext, Request, SecretResult, Wish, audit, tree::fuse},
};

fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.random("a", 8);
    fleet.template("b", "{{ printf \"%s\" (readSecret \"a\") }}!");
    fleet
}

#[track_caller]
fn state(fleet: &Fleet, name: &str) -> (SecretState, Option<SecretStep>) {
    let secret = fleet.of(name);
    (secret.state, secret.step)
}

fn enter(name: &str, text: &str) -> Request {
    Request::Enter { name: name.parse().unwrap(), text: Plaintext::from(text.as_bytes().to_vec()) }
}

#[test]
fn a_value_without_its_entropy_is_told_for_that() {
    let mut fleet = fleet();
    fleet.generate();
    let (a, b) = (fleet.text("a"), fs::read(fleet.data("b")).unwrap());
    let entropy = fs::read(fleet.entropy("a")).unwrap();
    fs::remove_file(fleet.entropy("a")).unwrap();
    assert_eq!(state(&fleet, "a"), (EntropyLost, None));
    let advice = EntropyLost.advice().unwrap();
    assert!(advice.contains("adopt") && advice.contains("rotate") && advice.contains("git"));
    // The value is known: what is made from it can be made.
    fleet.template("c", "{{ printf \"%s\" (readSecret \"a\") }}?");
    fleet.generate();
    assert_eq!((fleet.text("a"), fleet.text("c")), (a.clone(), format!("{a}?")));
    // The entropy of another value is none of it.
    fs::copy(fleet.entropy("b"), fleet.entropy("a")).unwrap();
    assert_eq!(state(&fleet, "a"), (EntropyLost, None));
    fs::write(fleet.entropy("a"), entropy).unwrap();
    assert_eq!(state(&fleet, "a"), (Ok, None));
    fs::remove_file(fleet.entropy("a")).unwrap();
    fleet.run(Request::Adopt { names: names(&["a"]) });
    assert!(fleet.check().is_empty(), "it is the value that it was");
    assert_eq!((fleet.text("a"), fs::read(fleet.data("b")).unwrap()), (a.clone(), b));
    fs::remove_file(fleet.sidecar()).unwrap();
    assert_eq!(state(&fleet, "a"), (EntropyLost, None));
    fleet.run(Request::Rotate { names: names(&["a"]) });
    assert_ne!(fleet.text("a"), a);
    assert!(fleet.check().is_empty());
    fleet.write("a", "by hand");
    assert_eq!(state(&fleet, "a"), (EditedByHand, None));
}

#[test]
fn a_value_that_nothing_gives_back_is_told() {
    let mut fleet = fleet();
    fleet.script("script", "echo s", &[]);
    fleet.manual("token");
    assert_eq!(state(&fleet, "token"), (Missing, None));
    assert_eq!(state(&fleet, "script"), (Missing, Some(SecretStep::Make)));
    fleet.generate();
    fleet.run(enter("token", "x"));
    fs::remove_file(fleet.entropy("a")).unwrap();
    for name in ["a", "script", "token"] {
        fs::remove_file(fleet.data(name)).unwrap();
    }
    for (name, step) in [("a", Some(SecretStep::Make)), ("script", Some(SecretStep::Make)), ("token", None)] {
        assert_eq!(state(&fleet, name), (ValueLost, step), "{name}");
    }
    let restored = fleet.plan(Wish::to(Request::Restore { names: names(&[]) })).unwrap();
    assert_eq!(restored.left(), ["a", "script", "token"]);
    fleet.generate();
    fleet.run(enter("token", "y"));
    assert!(fleet.check().is_empty());
}

#[test]
fn entropy_goes_with_the_value_that_was_made_from_it() {
    let mut fleet = fleet();
    fleet.generate();
    let a = fleet.text("a");
    // A value that is kept keeps its entropy.
    fleet.manual("a");
    fleet.generate();
    assert!(fleet.entropy("a").exists());
    fleet.random("a", 8);
    assert_eq!(state(&fleet, "a"), (Ok, Some(SecretStep::Record)));
    fleet.manual("a");
    fleet.generate();
    fleet.run(enter("a", "entered"));
    assert!(!fleet.entropy("a").exists());
    assert!(fleet.check().is_empty());
    fleet.random("a", 8);
    fleet.generate();
    assert_ne!(fleet.text("a"), a, "nothing is left that would give it");
    fleet.script("a", "echo made", &[]);
    fleet.generate();
    assert!(!fleet.entropy("a").exists() && fleet.check().is_empty());
}

#[test]
fn entropy_that_nobody_needs_may_be_removed() {
    let mut fleet = fleet();
    fleet.generate();
    fleet.manual("a");
    fleet.generate();
    fs::remove_file(fleet.entropy("a")).unwrap();
    fleet.more_admins.push(age::x25519::Identity::generate().to_public().to_string());
    assert!(fleet.generate().is_complete());
    assert!(fleet.check().is_empty());
}

#[test]
fn a_run_that_is_killed_while_the_way_it_is_made_changes_is_finished() {
    let with = |change: fn(&mut Fleet)| {
        move || {
            let mut fleet = fleet();
            fleet.generate();
            change(&mut fleet);
            fleet
        }
    };
    let finishes = |fleet: &Fleet| {
        fleet.generate();
        assert!(fleet.check().is_empty(), "{:?}", fleet.check().report().secrets);
        assert_eq!(fleet.text("b"), format!("{}!", fleet.text("a")));
    };
    killed_anywhere(with(|fleet| fleet.script("a", "echo made", &[])), Request::default, |fleet| {
        finishes(fleet);
        assert_eq!(fleet.text("a"), "made");
    });
    killed_anywhere(
        with(|fleet| fleet.manual("a")),
        || enter("a", "entered"),
        |fleet| {
            finishes(fleet);
            fleet.run(enter("a", "once more"));
            finishes(fleet);
        },
    );
    killed_anywhere(with(|fleet| fleet.random("a", 9)), Request::default, finishes);
    let hashed = with(|fleet| {
        fleet.manual("a");
        fleet.generate();
        fleet.template("b", "{{ hashBcrypt (readSecret \"a\") 4 }}");
        fleet.generate();
    });
    killed_anywhere(
        hashed,
        || enter("a", "entered"),
        |fleet| {
            let a = fs::read(fleet.data("a")).unwrap();
            fleet.generate();
            assert!(fleet.check().is_empty(), "{:?}", fleet.check().report().secrets);
            assert_eq!(fs::read(fleet.data("a")).unwrap(), a);
            assert!(bcrypt::verify(fleet.text("a"), &fleet.text("b")).unwrap());
        },
    );
    let lost = with(|fleet| {
        fleet.more_admins.push(age::x25519::Identity::generate().to_public().to_string());
        fs::remove_file(fleet.data("a")).unwrap();
    });
    killed_anywhere(lost, Request::default, finishes);
}

#[test]
fn a_run_that_is_killed_after_one_that_was_killed_is_finished() {
    let rotate = || Request::Rotate { names: names(&["a", "script"]) };
    for first in 1.. {
        let whole = Cell::new(false);
        let prepared = || {
            let mut fleet = Fleet::new();
            fleet.random("a", 8);
            fleet.script("script", "echo made", &[]);
            fleet.generate();
            fuse::set(Some(first));
            whole.set(fleet.run(rotate()).is_complete());
            fuse::set(None);
            if first % 2 == 0 {
                fleet.more_admins.push(age::x25519::Identity::generate().to_public().to_string());
            }
            fleet
        };
        killed_anywhere(prepared, rotate, |fleet| {
            fleet.generate();
            let left = fleet.check().report().secrets.clone();
            assert!(left.iter().all(|secret| secret.state == Ok), "{first}: {left:?}");
        });
        if whole.get() {
            break;
        }
    }
}

#[test]
fn what_a_stopped_run_meant_is_forgotten_with_the_secret() {
    let mut fleet = fleet();
    fleet.generate();
    fleet.random("c", 8);
    let is_meant = |fleet: &Fleet| fs::read_to_string(fleet.sidecar()).unwrap().contains("\"next\"");
    for changes in 1.. {
        fuse::set(Some(changes));
        let killed = fleet.carry_out(&fleet.plan(Wish::default()).unwrap());
        fuse::set(None);
        assert!(!killed.is_ok_and(|outcome| outcome.is_complete()));
        if is_meant(&fleet) {
            break;
        }
    }
    fleet.secrets.remove("c");
    fleet.random("d", 8);
    fleet.generate();
    assert!(!is_meant(&fleet));
}

#[test]
fn who_could_read_a_restored_value_is_not_forgotten() {
    let mut fleet = fleet();
    fleet.mount("a", "gate");
    fleet.generate();
    fleet.mounts.clear();
    fs::remove_file(fleet.data("a")).unwrap();
    assert!(fleet.generate().is_complete());
    let found = audit(&fleet.context(fleet.identities())).unwrap();
    assert_eq!(found.former.len(), 1, "git's history is told");
}

#[test]
fn a_protected_value_is_not_given_up_for_its_entropy_alone() {
    let mut fleet = fleet();
    fleet.set("a", "protect", json!(true));
    fleet.generate();
    fs::remove_file(fleet.data("a")).unwrap();
    fs::remove_file(fleet.sidecar()).unwrap();
    fleet.random("a", 80);
    fleet.set("a", "protect", json!(true));
    assert_eq!(state(&fleet, "a"), (Protected(Box::new(ValueLost)), None));
}

#[test]
fn what_is_in_the_way_of_one_is_not_in_the_way_of_others() {
    let mut fleet = fleet();
    fs::create_dir_all(fleet.data("c")).unwrap();
    fleet.random("c", 8);
    let outcome = fleet.generate();
    let result = |name: &str| &outcome.results[&name.parse().unwrap()];
    assert!(
        matches!(result("c"), SecretResult::Failed(error) if error.what.contains("secrets/data/c.age")),
        "{:?}",
        result("c")
    );
    assert_eq!((result("a"), result("b")), (&SecretResult::Made, &SecretResult::Made));
    assert!(!fleet.entropy("c").exists());
}

#[test]
fn a_definition_of_before_is_found_again() {
    let mut fleet = fleet();
    fleet.generate();
    fleet.random("a", 9);
    assert_eq!(state(&fleet, "a").0, DefinitionChanged);
    fs::remove_file(fleet.data("a")).unwrap();
    assert_eq!(state(&fleet, "a"), (ValueLost, Some(SecretStep::Make)));
    fleet.random("a", 8);
    assert_eq!(state(&fleet, "a").0, SecretState::DataLost);
}

#[test]
fn what_is_compared_with_a_lost_value_waits_for_a_new_one() {
    let mut fleet = fleet();
    fleet.script("a", "echo same", &[]);
    fleet.generate();
    fs::remove_file(fleet.data("a")).unwrap();
    fleet.write("b", "same!");
    assert_eq!(state(&fleet, "b"), (SecretState::Skipped(vec!["a".to_owned()]), None));
    fleet.generate();
    assert_eq!(state(&fleet, "b"), (Ok, Some(SecretStep::Record)));
}
