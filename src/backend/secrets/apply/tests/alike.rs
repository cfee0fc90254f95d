//! Names that would be one on a file system that ignores letter case.

use std::fs;

use serde_json::json;

use super::fleet::{Fleet, names};
use crate::backend::{
    model::{File, Place, SecretState, SecretStep},
    secrets::{Plaintext, Request, Wish, audit, seal::Identities},
};

#[track_caller]
fn refused(fleet: &Fleet, name: &str) -> String {
    let secret = fleet.of(name);
    assert_eq!(secret.step, None);
    match secret.state {
        SecretState::Failed(why) => why,
        state => panic!("{name} is {state:?}"),
    }
}

#[test]
fn two_that_would_be_one_file_are_not_made() {
    let mut fleet = Fleet::new();
    fleet.random("db/Password", 12);
    fleet.manual("db/password");
    fleet.random("DB/other", 12);
    fleet.random("fine", 12);
    fleet.template("reader", "{{ readSecret \"db/Password\" }}");
    let place = Place { file: File::Fleet("b.nix".to_owned()), line: Some(3), column: None };
    fleet.set("db/password", "definedAt", json!(place));
    fleet.generate();
    assert_eq!(
        fleet.files().into_keys().filter(|file| file.extension().is_some_and(|it| it == "age")).count(),
        2
    );
    assert_eq!(fleet.text("fine").len(), 12);
    assert!(
        refused(&fleet, "db/Password")
            .contains("that of \"db/password\" (b.nix:3) differ in letter case only")
    );
    assert!(refused(&fleet, "db/password").contains("that of \"db/Password\" differ in letter case only"));
    assert!(refused(&fleet, "DB/other").contains("\"db/"));
    assert_eq!(fleet.of("reader").state, SecretState::Skipped(vec!["db/Password".to_owned()]));
    let text = Plaintext::from(b"typed".to_vec());
    let entered = Wish::to(Request::Enter { name: "db/password".parse().unwrap(), text });
    let error = fleet.plan(entered).map(|_| ()).unwrap_err();
    assert!(error.what.contains("letter case"), "{error}");

    fleet.secrets.remove("db/password");
    fleet.secrets.remove("DB/other");
    assert!(fleet.generate().is_complete());
    assert_eq!(fleet.text("reader"), fleet.text("db/Password"));
}

#[test]
fn one_with_a_file_keeps_it_and_the_other_gets_none() {
    let mut fleet = Fleet::new();
    fleet.random("db/Password", 12);
    fleet.generate();
    let text = fleet.text("db/Password");
    fleet.random("db/password", 12);
    fleet.generate();
    assert_eq!(fleet.text("db/Password"), text);
    assert_eq!(fleet.of("db/Password").state, SecretState::Ok);
    refused(&fleet, "db/password");
    // Under its new name alone it would replace the file of the old one, where they are one.
    fleet.secrets.remove("db/Password");
    assert!(refused(&fleet, "db/password").contains("a file that nobody declares (move or prune it)"));
    fleet.run(Request::Prune { names: names(&["db/Password"]) });
    assert_eq!(fleet.of("db/password").step, Some(SecretStep::Make));
    assert!(fleet.generate().is_complete());
}

#[test]
fn two_with_files_are_what_they_are_and_told_of() {
    let mut fleet = Fleet::new();
    fleet.random("db/Password", 12);
    fleet.generate();
    // As a tree has it that was made elsewhere.
    for (from, to) in [
        (fleet.data("db/Password"), fleet.data("db/password")),
        (fleet.entropy("db/Password"), fleet.entropy("db/password")),
    ] {
        fs::copy(from, to).unwrap();
    }
    fs::remove_file(fleet.sidecar()).unwrap();
    fleet.random("db/password", 12);
    let before = fleet.files();
    assert!(fleet.generate().is_complete());
    let mut after = fleet.files();
    after.remove(&fleet.sidecar());
    assert_eq!(after, before);
    for name in ["db/Password", "db/password"] {
        assert_eq!(fleet.of(name).state, SecretState::Ok, "{name}");
    }
    let [one, other] = ["db/Password", "db/password"].map(|name| name.parse().unwrap());
    assert_eq!(fleet.check().alike().into_iter().collect::<Vec<_>>(), [[one, other]]);
    assert_eq!(audit(&fleet.context(Identities::default())).unwrap().alike.len(), 2);
    // What its entropy gives back is given back.
    let text = fleet.text("db/password");
    fs::remove_file(fleet.data("db/password")).unwrap();
    assert!(fleet.generate().is_complete());
    assert_eq!(fleet.text("db/password"), text);
}
