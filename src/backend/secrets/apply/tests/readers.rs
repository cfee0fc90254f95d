//! Who can read a secret, and what is remembered of that when files and records come from different hands.

use std::fs;

use age::x25519::Identity;

use super::fleet::{Fleet, names};
use crate::backend::{
    model::{SecretState, SecretStep},
    secrets::{Request, audit},
};

fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.random("a", 8);
    fleet.mount("a", "gate");
    fleet.generate();
    fleet
}

#[test]
fn a_file_of_before_a_key_was_replaced_is_encrypted_anew() {
    let mut fleet = fleet();
    let (text, old) = (fleet.text("a"), fs::read(fleet.data("a")).unwrap());
    fleet.hosts.insert("gate".to_owned(), Identity::generate());
    fleet.generate();
    // As a merge leaves it: the records of one side, the file of the other. Both are for two keys.
    fs::write(fleet.data("a"), old).unwrap();
    assert!(!fleet.can_read(&fleet.hosts["gate"], "a"));
    let secret = fleet.of("a");
    assert_eq!((secret.state, secret.step), (SecretState::RecipientsChanged, Some(SecretStep::Rekey)));
    fleet.generate();
    assert!(fleet.can_read(&fleet.hosts["gate"], "a"));
    assert_eq!(fleet.text("a"), text);
    assert!(fleet.check().is_empty());
}

#[test]
fn who_could_read_a_value_is_not_forgotten_when_others_encrypt_it_anew() {
    let mut fleet = fleet();
    let text = fleet.text("a");
    fleet.mounts.clear();
    fleet.generate();
    fleet.write("a", &text);
    fleet.generate();
    assert!(fleet.check().is_empty());
    let found = audit(&fleet.context(fleet.identities())).unwrap();
    assert_eq!(found.former.len(), 1, "git's history is told");
    // Who lost it by that very file, too.
    fleet.mount("a", "forge");
    fleet.generate();
    fleet.write("a", &text);
    fleet.mounts.clear();
    fleet.generate();
    let found = audit(&fleet.context(fleet.identities())).unwrap();
    assert_eq!(found.former.len(), 2, "{found:?}");
}

#[test]
fn a_lost_entropy_keeps_nobody_from_reading_and_is_not_forgotten() {
    let mut fleet = fleet();
    let (text, entropy) = (fleet.text("a"), fs::read(fleet.entropy("a")).unwrap());
    fs::remove_file(fleet.entropy("a")).unwrap();
    fleet.mount("a", "forge");
    fleet.more_admins.push(Identity::generate().to_public().to_string());
    assert!(fleet.generate().is_complete());
    assert!(fleet.can_read(&fleet.hosts["forge"], "a"));
    let secret = fleet.of("a");
    assert_eq!((secret.state, secret.step), (SecretState::EntropyLost, None));
    fleet.run(Request::Rekey { names: names(&[]) });
    assert_eq!(fleet.of("a").state, SecretState::EntropyLost);
    // Taken from git, it is for the admins of today again.
    fs::write(fleet.entropy("a"), entropy).unwrap();
    fleet.generate();
    assert!(fleet.check().is_empty());
    assert_eq!(fleet.text("a"), text);
}

#[test]
fn what_keeps_its_value_gets_its_readers_in_the_same_run() {
    let mut fleet = fleet();
    fleet.template("b", "{{ with (readSecret \"a\") }}same{{ end }}");
    fleet.template("c", "{{ readSecret \"b\" }}");
    fleet.generate();
    fleet.random("a", 9);
    fleet.mount("c", "forge");
    fleet.generate();
    assert!(fleet.can_read(&fleet.hosts["forge"], "c"));
    assert!(fleet.generate().results.is_empty());
}

#[test]
fn a_public_half_of_somebody_else_is_not_pruned() {
    let mut fleet = fleet();
    fs::create_dir_all(fleet.path("secrets/derived")).unwrap();
    fs::write(fleet.path("secrets/derived/a.pub"), "by a script").unwrap();
    fleet.mounts.clear();
    fleet.secrets.remove("a");
    fleet.run(Request::Prune { names: names(&[]) });
    assert!(!fleet.data("a").exists() && !fleet.entropy("a").exists());
    assert!(fleet.path("secrets/derived/a.pub").exists());
}
