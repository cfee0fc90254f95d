use std::fs;

use serde_json::json;

use super::fleet::{Fleet, names, planned};
use crate::backend::{
    model::{
        SecretState::{
            self, DataLost, DefinitionChanged, DependencyChanged, EditedByHand, Expired, Failed, Missing,
            Orphan, Protected, RecipientsChanged, Skipped, Unverified,
        },
        SecretStep,
    },
    secrets::{Cascade, Plaintext, Request, SecretResult, Wish, audit},
};

const OK: SecretState = SecretState::Ok;

fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.random("password", 12);
    fleet.template("hash", "user:{{ printf \"%s\" (readSecret \"password\") }}");
    fleet.manual("token");
    fleet.mount("hash", "gate");
    fleet
}

#[track_caller]
fn state(fleet: &Fleet, name: &str) -> (SecretState, Option<SecretStep>) {
    let secret = fleet.of(name);
    (secret.state, secret.step)
}

#[track_caller]
fn keyless(fleet: &Fleet, name: &str) -> SecretState {
    planned(&fleet.check(), name).state
}

#[test]
fn what_is_missing_is_made_once() {
    let fleet = fleet();
    assert_eq!(state(&fleet, "password"), (Missing, Some(SecretStep::Make)));
    assert_eq!(state(&fleet, "token"), (Missing, None));
    let outcome = fleet.generate();
    assert!(outcome.is_complete());
    assert_eq!(outcome.created.len(), 5);
    let password = fleet.text("password");
    assert_eq!(password.len(), 12);
    assert_eq!(fleet.text("hash"), format!("user:{password}"));
    assert!(fleet.can_read(&fleet.hosts["gate"], "hash"));
    assert!(!fleet.can_read(&fleet.hosts["gate"], "password"));
    for name in ["password", "hash"] {
        assert_eq!(state(&fleet, name), (OK, None));
        assert_eq!(keyless(&fleet, name), OK);
    }
    let files = fleet.files();
    assert!(fleet.generate().results.is_empty());
    assert_eq!(fleet.files(), files);
    let wish = Wish { verify: true, ..Wish::default() };
    assert!(fleet.plan(wish).unwrap().is_empty());
}

#[test]
fn a_definition_that_changes_nothing_is_only_recorded() {
    let mut fleet = fleet();
    fleet.generate();
    let text = fleet.text("hash");
    let data = fs::read(fleet.data("hash")).unwrap();
    fleet.template("hash", "{{/* who */}}user:{{ printf \"%s\" (readSecret \"password\") }}");
    assert_eq!(keyless(&fleet, "hash"), DefinitionChanged);
    assert_eq!(state(&fleet, "hash"), (OK, Some(SecretStep::Record)));
    assert_eq!(fleet.generate().results.into_values().collect::<Vec<_>>(), [SecretResult::Recorded]);
    assert_eq!(fs::read(fleet.data("hash")).unwrap(), data);
    assert_eq!(keyless(&fleet, "hash"), OK);
    fleet.template("hash", "other:{{ printf \"%s\" (readSecret \"password\") }}");
    assert_eq!(state(&fleet, "hash"), (DefinitionChanged, Some(SecretStep::Make)));
    fleet.generate();
    assert_eq!(fleet.text("hash"), text.replace("user", "other"));
    fleet.random("password", 13);
    assert_eq!(state(&fleet, "password"), (DefinitionChanged, Some(SecretStep::Make)));
    assert_eq!(state(&fleet, "hash").0, DependencyChanged(vec!["password".to_owned()]));
    fleet.generate();
    assert_eq!(fleet.text("hash"), format!("other:{}", fleet.text("password")));
}

#[test]
fn what_does_not_follow_from_a_new_value_keeps_its_own() {
    let mut fleet = fleet();
    fleet.template("length", "{{ len (readSecret \"password\") }}");
    fleet.generate();
    let data = fs::read(fleet.data("length")).unwrap();
    let outcome = fleet.run(Request::Rotate { names: names(&["password"]) });
    assert_eq!(outcome.results[&"length".parse().unwrap()], SecretResult::Recorded);
    assert_eq!(fs::read(fleet.data("length")).unwrap(), data);
    assert_eq!(state(&fleet, "length"), (OK, None));
}

#[test]
fn a_rotation_takes_what_is_made_from_it_along() {
    let mut fleet = fleet();
    fleet.random("unrelated", 4);
    fleet.random("late", 4);
    fleet.generate();
    fleet.secrets.remove("late");
    let (password, unrelated) = (fleet.text("password"), fleet.text("unrelated"));
    fleet.random("missing", 4);
    let plan = fleet.plan(Wish::to(Request::Rotate { names: names(&["password"]) })).unwrap();
    let cascade = Cascade::of(plan.report());
    assert_eq!(cascade.secrets.into_iter().collect::<Vec<_>>(), ["hash", "password"]);
    assert_eq!(cascade.hosts.into_iter().collect::<Vec<_>>(), ["gate".parse().unwrap()]);
    assert!(fleet.carry_out(&plan).unwrap().is_complete());
    assert_ne!(fleet.text("password"), password);
    assert_eq!(fleet.text("hash"), format!("user:{}", fleet.text("password")));
    assert_eq!(fleet.text("unrelated"), unrelated);
    assert_eq!(state(&fleet, "missing").0, Missing);
    assert_eq!(keyless(&fleet, "late"), Orphan);
    for refused in ["token", "nobody", "late"] {
        assert!(fleet.plan(Wish::to(Request::Rotate { names: names(&[refused]) })).is_err(), "{refused}");
    }
}

#[test]
fn what_is_protected_waits_for_its_name() {
    let mut fleet = fleet();
    fleet.set("password", "protect", json!(true));
    fleet.generate();
    let password = fleet.text("password");
    fleet.random("password", 5);
    fleet.set("password", "protect", json!(true));
    assert_eq!(state(&fleet, "password"), (Protected(Box::new(DefinitionChanged)), None));
    assert_eq!(state(&fleet, "hash"), (OK, None));
    fleet.generate();
    assert_eq!(fleet.text("password"), password);
    let rotate = || Request::Rotate { names: names(&["password"]) };
    assert!(fleet.plan(Wish::to(rotate())).unwrap().is_empty());
    let wish = Wish { confirmed: names(&["password"]), ..Wish::to(rotate()) };
    fleet.carry_out(&fleet.plan(wish).unwrap()).unwrap();
    assert_eq!(fleet.text("password").len(), 5);
}

#[test]
fn who_may_read_is_changed_without_a_new_value() {
    let mut fleet = fleet();
    fleet.generate();
    let (text, password) = (fleet.text("hash"), fs::read(fleet.data("password")).unwrap());
    fleet.mounts.clear();
    fleet.mount("hash", "forge");
    let secret = fleet.of("hash");
    assert_eq!((secret.state, secret.step), (RecipientsChanged, Some(SecretStep::Rekey)));
    assert_eq!(secret.gains[0].key, fleet.hosts["forge"].to_public().to_string());
    assert_eq!(secret.loses[0].key, fleet.hosts["gate"].to_public().to_string());
    assert_eq!(keyless(&fleet, "hash"), RecipientsChanged);
    fleet.generate();
    assert_eq!(fleet.text("hash"), text);
    assert!(fleet.can_read(&fleet.hosts["forge"], "hash"));
    assert!(!fleet.can_read(&fleet.hosts["gate"], "hash"));
    assert_eq!(fs::read(fleet.data("password")).unwrap(), password);
    let found = audit(&fleet.context(fleet.identities())).unwrap();
    assert_eq!(found.former.len(), 1, "git's history is told");
    assert_eq!(found.secrets[&"hash".parse().unwrap()].readers.len(), 2);
    // A new admin can read everything, entropy too.
    let other = age::x25519::Identity::generate();
    fleet.more_admins.push(other.to_public().to_string());
    assert_eq!(state(&fleet, "password"), (RecipientsChanged, Some(SecretStep::Rekey)));
    fleet.generate();
    assert!(fleet.can_read(&other, "password"));
    assert!(age::decrypt(&other, &fs::read(fleet.entropy("password")).unwrap()).is_ok());
    assert!(fleet.check().is_empty());
    fleet.run(Request::Rotate { names: names(&["hash"]) });
    assert!(audit(&fleet.context(fleet.identities())).unwrap().former.is_empty());
    let data = fs::read(fleet.data("hash")).unwrap();
    let text = fleet.text("hash");
    fleet.run(Request::Rekey { names: names(&["hash"]) });
    assert_ne!(fs::read(fleet.data("hash")).unwrap(), data);
    assert_eq!(fleet.text("hash"), text);
    assert!(fleet.check().is_empty());
}

#[test]
fn what_is_lost_is_restored() {
    let mut fleet = fleet();
    fleet.generate();
    let (password, text) = (fleet.text("password"), fleet.text("hash"));
    fs::remove_file(fleet.data("password")).unwrap();
    fs::remove_file(fleet.data("hash")).unwrap();
    assert_eq!(keyless(&fleet, "hash"), DataLost);
    assert_eq!(state(&fleet, "hash"), (DataLost, Some(SecretStep::Restore)));
    assert!(fleet.run(Request::Restore { names: names(&[]) }).is_complete());
    assert_eq!((fleet.text("password"), fleet.text("hash")), (password, text));
    assert!(fleet.check().is_empty());
    // Others may read it by now, too.
    fleet.more_admins.push(age::x25519::Identity::generate().to_public().to_string());
    fs::remove_file(fleet.data("password")).unwrap();
    fleet.generate();
    assert!(fleet.check().is_empty());
}

#[test]
fn what_is_written_by_hand_stays() {
    let mut fleet = fleet();
    fleet.generate();
    fleet.write("password", "by hand");
    assert_eq!(keyless(&fleet, "password"), Unverified);
    assert_eq!(state(&fleet, "password"), (EditedByHand, None));
    assert_eq!(state(&fleet, "hash"), (OK, None));
    fleet.generate();
    assert_eq!(fleet.text("password"), "by hand");
    fleet.run(Request::Adopt { names: names(&["password"]) });
    assert_eq!(state(&fleet, "password"), (OK, None));
    assert_eq!(state(&fleet, "hash").0, DependencyChanged(vec!["password".to_owned()]));
    fleet.generate();
    assert_eq!(fleet.text("hash"), "user:by hand");
    assert!(fleet.check().is_empty());
    fleet.mount("password", "gate");
    fleet.generate();
    assert_eq!(fleet.text("password"), "by hand");
    assert!(fleet.can_read(&fleet.hosts["gate"], "password"));
    fleet.random("password", 13);
    assert_eq!(state(&fleet, "password"), (EditedByHand, None));
    // It can't be replayed; it can be rotated.
    fs::remove_file(fleet.data("password")).unwrap();
    assert!(matches!(state(&fleet, "password").0, Failed(_)));
    fleet.run(Request::Rotate { names: names(&["password"]) });
    assert_eq!(fleet.text("password").len(), 13);
    assert!(fleet.check().is_empty());
}

#[test]
fn a_file_that_others_encrypted_anew_is_only_verified() {
    let fleet = fleet();
    fleet.generate();
    let text = fleet.text("password");
    fleet.write("password", &text);
    assert_eq!(keyless(&fleet, "password"), Unverified);
    assert_eq!(state(&fleet, "password"), (OK, Some(SecretStep::Record)));
    assert_eq!(state(&fleet, "hash"), (OK, None));
    let data = fs::read(fleet.data("password")).unwrap();
    fleet.generate();
    assert_eq!(fs::read(fleet.data("password")).unwrap(), data);
    assert!(fleet.check().is_empty());
}

#[test]
fn without_records_everything_is_found_out_again() {
    let mut fleet = fleet();
    fleet.script("script", "echo abc", &[]);
    fleet.generate();
    fs::remove_file(fleet.sidecar()).unwrap();
    let files = fleet.files();
    for name in ["password", "hash", "script"] {
        assert_eq!(keyless(&fleet, name), Unverified);
        assert_eq!(state(&fleet, name), (OK, Some(SecretStep::Record)), "{name}");
    }
    assert_eq!(fleet.files(), files);
    fleet.generate();
    assert!(fleet.check().is_empty());
    fs::remove_file(fleet.sidecar()).unwrap();
    fs::remove_file(fleet.data("password")).unwrap();
    assert_eq!(state(&fleet, "password"), (DataLost, Some(SecretStep::Restore)));
    assert_eq!(state(&fleet, "hash"), (OK, Some(SecretStep::Record)));
    let text = fleet.text("hash");
    fleet.generate();
    assert_eq!(format!("user:{}", fleet.text("password")), text);
    assert!(fleet.check().is_empty());
}

#[test]
fn manual_secrets_are_entered() {
    let mut fleet = fleet();
    fleet.template("uses", "{{ printf \"%s\" (readSecret \"token\") }}");
    assert_eq!(state(&fleet, "uses").0, Skipped(vec!["token".to_owned()]));
    assert!(fleet.generate().is_complete());
    let enter = |text: &str| Request::Enter {
        name: "token".parse().unwrap(),
        text: Plaintext::from(text.as_bytes().to_vec()),
    };
    for refused in ["", " \n", "changeme", "a <no value>"] {
        assert!(!fleet.run(enter(refused)).is_complete(), "{refused:?}");
    }
    assert!(fleet.run(enter("x1")).is_complete());
    assert_eq!((fleet.text("token"), fleet.text("uses")), ("x1".to_owned(), "x1".to_owned()));
    fleet.run(enter("x2"));
    assert_eq!(fleet.text("uses"), "x2");
    fleet.write("token", "x3");
    assert_eq!(state(&fleet, "token"), (OK, Some(SecretStep::Record)));
    fleet.generate();
    assert_eq!(fleet.text("uses"), "x3");
    let enter = Request::Enter { name: "password".parse().unwrap(), text: Plaintext::default() };
    assert!(fleet.plan(Wish::to(enter)).is_err());
}

#[test]
fn scripts_run_again_when_what_they_are_made_from_changed() {
    let mut fleet = fleet();
    fleet.script("copy", "cat password", &["password"]);
    fleet.generate();
    assert_eq!(fleet.text("copy"), fleet.text("password"));
    fleet.run(Request::Rotate { names: names(&["password"]) });
    assert_eq!(fleet.text("copy"), fleet.text("password"));
    fleet.script("copy", "fail", &["password"]);
    let text = fleet.text("copy");
    let outcome = fleet.generate();
    assert!(matches!(outcome.results.values().next(), Some(SecretResult::Failed(_))));
    assert_eq!(fleet.text("copy"), text);
}

#[test]
fn what_fails_stops_what_is_made_from_it_alone() {
    let mut fleet = fleet();
    fleet.template("broken", "{{ fail");
    fleet.template("above", "{{ readSecret \"broken\" }}");
    fleet.template("self", "{{ readSecret \"self\" }}");
    fleet.template("typo", "{{ readSecret \"pasword\" }}");
    fleet.mount("token", "nowhere");
    fleet.script("bad", "fail", &[]);
    fleet.template("placeholder", "changeme");
    fleet.template("empty", "{{/* nothing */}}");
    fleet.template("after", "{{ printf \"%s\" (readSecret \"bad\") }}");
    let failed = |name: &str, says: &str| match state(&fleet, name).0 {
        Failed(why) => assert!(why.contains(says), "{why}"),
        state => panic!("{name}: {state:?}"),
    };
    failed("broken", "");
    failed("self", "self -> self");
    failed("typo", "did you mean \"password\"?");
    failed("token", "nowhere");
    assert_eq!(state(&fleet, "above").0, Skipped(vec!["broken".to_owned()]));
    let outcome = fleet.generate();
    let result = |name: &str| outcome.results.get(&name.parse().unwrap());
    for name in ["bad", "placeholder", "empty"] {
        assert!(matches!(result(name), Some(SecretResult::Failed(_))), "{name}");
        assert!(!fleet.data(name).exists());
    }
    assert_eq!(result("after"), Some(&SecretResult::Skipped(vec!["bad".to_owned()])));
    assert_eq!(result("hash"), Some(&SecretResult::Made));
}

#[test]
fn old_values_are_told_and_rotated_when_asked() {
    let mut fleet = fleet();
    fleet.set("password", "rotateAfter", json!(30));
    fleet.generate();
    assert_eq!(fleet.of("password").rotate_at, Some(1_000_000 + 30 * 86_400));
    fleet.now += 30 * 86_400;
    assert_eq!(state(&fleet, "password"), (Expired, None));
    assert_eq!(keyless(&fleet, "password"), Expired);
    let text = fleet.text("password");
    fleet.generate();
    assert_eq!(fleet.text("password"), text);
    fleet.run(Request::Generate { names: names(&[]), expired: true });
    assert_ne!(fleet.text("password"), text);
    assert_eq!(state(&fleet, "password"), (OK, None));
}

#[test]
fn what_nobody_declares_is_pruned_when_asked() {
    let mut fleet = fleet();
    fleet.generate();
    let hash = fleet.secrets.remove("hash").unwrap();
    assert_eq!(keyless(&fleet, "hash"), Orphan);
    fleet.generate();
    assert!(fleet.data("hash").exists());
    assert!(fleet.plan(Wish::to(Request::Prune { names: names(&["password"]) })).is_err());
    let outcome = fleet.run(Request::Prune { names: names(&[]) });
    let results: Vec<_> = outcome.results.into_iter().collect();
    assert_eq!(results, [("hash".parse().unwrap(), SecretResult::Pruned)]);
    assert!(!fleet.data("hash").exists() && !fleet.entropy("hash").exists());
    assert!(!fs::read_to_string(fleet.sidecar()).unwrap().contains("hash"));
    fleet.secrets.insert("hash".to_owned(), hash);
    assert_eq!(state(&fleet, "hash").0, Missing);
}

#[test]
fn only_what_is_named_is_brought_up_to_date() {
    let mut fleet = fleet();
    fleet.random("other", 3);
    fleet.run(Request::Generate { names: names(&["hash"]), expired: false });
    assert!(fleet.data("hash").exists() && fleet.data("password").exists());
    assert!(!fleet.data("other").exists());
}
