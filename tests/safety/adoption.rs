//! A tree that the reference generator made is taken over as it is.

use std::path::Path;

use steading::backend::{
    model::{SecretState, SecretStep},
    secrets::{Wish, plan},
};

use crate::fleet::Fleet;

/// The tree of `tests/fixtures/reference`, in a folder of one's own.
fn taken_over(folder: &Path) -> Fleet {
    let fixture = Fleet(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference"));
    let fleet = fixture.copy(folder);
    std::fs::create_dir(folder.join("fleet")).unwrap();
    std::fs::rename(folder.join("secrets"), folder.join("fleet/secrets")).unwrap();
    fleet
}

#[test]
fn a_tree_of_the_reference_is_right_as_it_is() {
    let folder = Fleet::folder();
    let fleet = taken_over(folder.path());
    let before = fleet.files();
    assert_eq!(before.len(), 38);
    let plan_of_it = fleet.plan(true);
    assert_eq!(plan_of_it.secrets.len(), 20);
    for secret in &plan_of_it.secrets {
        assert_eq!(
            (&secret.state, secret.step),
            (&SecretState::Ok, Some(SecretStep::Record)),
            "{}",
            secret.name
        );
    }
    let reads = |name: &str| {
        let secret = plan_of_it.secrets.iter().find(|secret| secret.name == name).unwrap();
        secret.reads.clone()
    };
    assert_eq!(reads("radicale/htpasswd"), ["radicale/passwords/ada", "radicale/passwords/ben"]);
    assert_eq!(reads("nested"), ["sso"]);
    assert_eq!(reads("backup/url"), ["backup/user"]);
    assert_eq!(reads("documents/environment"), ["documents/settings"]);
    assert_eq!(reads("radio/people"), ["radicale/passwords/ada", "radicale/passwords/ben"]);
    assert_eq!(fleet.files(), before);

    let outcome = fleet.generate().unwrap();
    assert!(outcome.is_complete());
    assert_eq!(outcome.created, ["secrets/steading.lock.json"]);
    let mut after = fleet.files();
    let sidecar = String::from_utf8(after.remove("secrets/steading.lock.json").unwrap()).unwrap();
    assert_eq!(after, before, "not one byte of it changed");
    assert_eq!(sidecar.matches("\"dialect\": \"reference\"").count(), 20);
    for secret in fleet.plan(false).secrets {
        assert_eq!((secret.state, secret.step), (SecretState::Ok, None), "{}", secret.name);
    }
    let verified = plan(&fleet.context(true), Wish { verify: true, ..Wish::default() }).unwrap();
    assert!(verified.is_empty(), "{:?}", verified.report());
    assert!(fleet.generate().unwrap().results.is_empty());
}

#[test]
fn what_the_reference_lost_is_restored_byte_for_byte() {
    let folder = Fleet::folder();
    let fleet = taken_over(folder.path());
    let names = [
        "quirks/bare",
        "sso",
        "radicale/htpasswd",
        "pin",
        "backup/url",
        "documents/environment",
        "radio/people",
        "sign-on/client-hash",
    ];
    let texts = names.map(|name| fleet.text(name));
    for name in names {
        std::fs::remove_file(fleet.path(&format!("secrets/data/{name}.age"))).unwrap();
    }
    assert!(fleet.generate().unwrap().is_complete());
    assert_eq!(names.map(|name| fleet.text(name)), texts);
    assert!(fleet.plan(false).secrets.iter().all(|secret| secret.state == SecretState::Ok));
}
