//! Public halves: beside the value that they are of, and gone with it.

use std::fs;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::fleet::{Fleet, Writes, killed_anywhere, names};
use crate::backend::{
    model::{SecretState, SecretStep},
    secrets::{Request, SecretName, Wish, apply, audit},
};

const KEY: &str = "secrets/derived/key.pub";

fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.declare("key", "ssh-key", &json!({ "type": "ed25519", "comment": "" }));
    fleet.generate();
    assert!(fleet.path(KEY).exists());
    fleet
}

fn stray(fleet: &Fleet) -> Vec<String> {
    let found = audit(&fleet.context(fleet.identities())).unwrap();
    found.stray.iter().map(SecretName::derived_file).collect()
}

#[test]
fn it_goes_when_the_secret_becomes_one_of_another_sort() {
    let becomes = |change: fn(&mut Fleet)| {
        move || {
            let mut fleet = fleet();
            change(&mut fleet);
            assert_eq!(fleet.of("key").state, SecretState::DefinitionChanged);
            fleet
        }
    };
    let is_gone = |fleet: &Fleet| {
        fleet.generate();
        assert!(!fleet.path(KEY).exists() && fleet.data("key").exists());
        let left = fleet.check().report().secrets.clone();
        assert!(
            left.iter().all(|secret| secret.state == SecretState::Ok && secret.step.is_none()),
            "{left:?}"
        );
    };
    killed_anywhere(becomes(|fleet| fleet.random("key", 8)), Request::default, is_gone);
    killed_anywhere(becomes(|fleet| fleet.script("key", "echo made", &[])), Request::default, is_gone);
}

#[test]
fn it_goes_with_what_nobody_declares() {
    let undeclared = || {
        let mut fleet = fleet();
        fleet.secrets.clear();
        fleet
    };
    let prune = || Request::Prune { names: names(&[]) };
    killed_anywhere(undeclared, prune, |fleet| {
        fleet.run(prune());
        assert!(!fleet.path(KEY).exists() && !fleet.data("key").exists() && !fleet.entropy("key").exists());
        assert!(fleet.check().report().secrets.is_empty());
    });
    let fleet = undeclared();
    fs::remove_file(fleet.data("key")).unwrap();
    fs::remove_file(fleet.entropy("key")).unwrap();
    assert_eq!(fleet.check().report().secrets[0].state, SecretState::Orphan);
    assert_eq!(stray(&fleet), [KEY]);
    fleet.run(prune());
    assert!(!fleet.path(KEY).exists());
}

#[test]
fn what_a_script_writes_in_its_place_stays() {
    let mut fleet = fleet();
    fleet.declare("key", "script", &json!({ "script": "x", "secrets": [], "writes": ["secrets/derived"] }));
    let planned = fleet.plan(Wish::default()).unwrap();
    let scripts = Writes(fleet.path(KEY), "by a script");
    assert!(apply(&planned, &scripts, &CancellationToken::new(), &|_| ()).unwrap().is_complete());
    assert_eq!(fs::read_to_string(fleet.path(KEY)).unwrap(), "by a script");
    assert_eq!(stray(&fleet), Vec::<String>::new());
    // Nobody knows whose it is once the script is gone, so it is only told.
    fleet.random("key", 8);
    fleet.generate();
    assert_eq!(stray(&fleet), [KEY]);
}

#[test]
fn that_of_a_key_by_hand_is_written_when_it_is_adopted() {
    let mut fleet = fleet();
    fleet.declare("other", "ssh-key", &json!({ "type": "ed25519", "comment": "" }));
    fleet.generate();
    let other = fs::read_to_string(fleet.path("secrets/derived/other.pub")).unwrap();
    fleet.write("key", &fleet.text("other"));
    fleet.run(Request::Adopt { names: names(&["key"]) });
    assert_eq!(fs::read_to_string(fleet.path(KEY)).unwrap(), other);
    assert!(fleet.check().is_empty());
    fleet.write("key", "no key");
    fleet.run(Request::Adopt { names: names(&["key"]) });
    assert!(!fleet.path(KEY).exists() && fleet.check().is_empty());
}

#[test]
fn it_is_known_again_without_records() {
    let fleet = fleet();
    let public = fs::read(fleet.path(KEY)).unwrap();
    fs::remove_file(fleet.sidecar()).unwrap();
    fleet.generate();
    assert_eq!(stray(&fleet), Vec::<String>::new());
    fs::write(fleet.path(KEY), "another").unwrap();
    assert_eq!(fleet.of("key").step, Some(SecretStep::Restore));
    fleet.generate();
    assert_eq!(fs::read(fleet.path(KEY)).unwrap(), public);
}

#[test]
fn a_value_that_is_kept_keeps_its_own_but_needs_none() {
    let mut fleet = fleet();
    fleet.manual("key");
    fleet.generate();
    assert!(fleet.path(KEY).exists() && fleet.check().is_empty());
    fs::remove_file(fleet.path(KEY)).unwrap();
    assert!(fleet.check().is_empty());
}
