//! What disks, other programs and wrong keys do to a tree. Nothing of it may lead to a value that is lost.

use std::{fs, os::unix::fs::symlink};

use age::x25519::Identity;
use tokio_util::sync::CancellationToken;

use super::fleet::{Fleet, Writes, names, planned};
use crate::backend::{
    error::ErrorKind,
    model::SecretState,
    secrets::{Request, SecretResult, Wish, apply, plan, seal::Identities},
};

fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.random("a", 8);
    fleet.template("b", "{{ printf \"%s\" (readSecret \"a\") }}!");
    fleet.script("c", "echo c", &[]);
    fleet.generate();
    fleet
}

#[track_caller]
fn is_unreadable(fleet: &Fleet, name: &str) {
    let secret = fleet.of(name);
    assert!(matches!(secret.state, SecretState::Unreadable(_)), "{:?}", secret.state);
    assert_eq!(secret.step, None);
}

#[test]
fn damaged_files_are_told_and_left_alone() {
    let fleet = fleet();
    for file in [fleet.data("a"), fleet.entropy("a"), fleet.data("c")] {
        let whole = fs::read(&file).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for damage in
            [b"".to_vec(), whole[..whole.len() / 2].to_vec(), whole[..whole.len() - 1].to_vec(), flipped]
        {
            fs::write(&file, &damage).unwrap();
            is_unreadable(&fleet, name);
            fleet.generate();
            assert_eq!(fs::read(&file).unwrap(), damage, "it was overwritten");
            assert!(fleet.plan(Wish::to(Request::Rotate { names: names(&[name]) })).is_err());
        }
        fs::write(&file, &whole).unwrap();
    }
    assert!(fleet.check().is_empty());
}

#[test]
fn a_wrong_key_changes_nothing() {
    let mut fleet = fleet();
    fs::remove_file(fleet.sidecar()).unwrap();
    let files = fleet.files();
    let right = std::mem::replace(&mut fleet.admin, Identity::generate());
    fleet.more_admins.push(right.to_public().to_string());
    for name in ["a", "c"] {
        is_unreadable(&fleet, name);
    }
    assert_eq!(fleet.of("b").state, SecretState::Unreadable("it is not encrypted to this key".to_owned()));
    assert!(fleet.generate().results.is_empty());
    assert_eq!(fleet.files(), files);
}

#[test]
fn a_wrong_key_can_still_make_what_is_missing() {
    let mut fleet = fleet();
    fleet.random("new", 4);
    let context = fleet.context(Identities::default());
    let planned = plan(&context, Wish::default()).unwrap();
    assert!(fleet.carry_out(&planned).unwrap().is_complete());
    assert_eq!(fleet.text("new").len(), 4);
}

#[test]
fn links_are_refused() {
    let fleet = fleet();
    fs::rename(fleet.data("a"), fleet.path("elsewhere")).unwrap();
    symlink(fleet.path("elsewhere"), fleet.data("a")).unwrap();
    let refused = fleet.plan(Wish::default()).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.what.contains("secrets/data/a.age"), "{refused}");
}

#[test]
fn a_plan_that_is_out_of_date_is_not_carried_out() {
    let mut fleet = fleet();
    fleet.random("d", 8);
    let planned = fleet.plan(Wish::default()).unwrap();
    fleet.write("d", "meanwhile");
    let refused = fleet.carry_out(&planned).unwrap_err();
    assert!(refused.what.contains("changed since"), "{refused}");
    assert_eq!(fleet.text("d"), "meanwhile");
}

#[test]
fn what_changes_while_a_run_is_at_work_is_not_overwritten() {
    let mut fleet = fleet();
    fleet.script("c", "echo d", &[]);
    let planned = fleet.plan(Wish::default()).unwrap();
    let outcome =
        apply(&planned, &Writes(fleet.data("c"), "of somebody else"), &CancellationToken::new(), &|_| ())
            .unwrap();
    let result = &outcome.results[&"c".parse().unwrap()];
    assert!(
        matches!(result, SecretResult::Failed(error) if error.what.contains("changed while")),
        "{result:?}"
    );
    assert_eq!(fs::read(fleet.data("c")).unwrap(), b"of somebody else");
    is_unreadable(&fleet, "c");
}

#[test]
fn two_runs_at_once_are_refused() {
    let mut fleet = fleet();
    fleet.random("d", 8);
    let planned = fleet.plan(Wish::default()).unwrap();
    let lock = planned.context.tree.lock().unwrap();
    let refused = fleet.carry_out(&planned).unwrap_err();
    assert!(refused.what.contains("another run"), "{refused}");
    drop(lock);
    assert!(fleet.carry_out(&planned).unwrap().is_complete());
}

#[test]
fn a_folder_in_the_way_is_told_and_the_rest_is_whole() {
    let mut fleet = fleet();
    fleet.random("d/e", 8);
    fs::write(fleet.path("secrets/data/d"), "no folder").unwrap();
    let files = fleet.files();
    let outcome = fleet.generate();
    let result = &outcome.results[&"d/e".parse().unwrap()];
    assert!(
        matches!(result, SecretResult::Failed(error) if error.to_string().contains("secrets/data/d/e.age")),
        "{result:?}"
    );
    let left: Vec<_> = fleet.files().into_keys().filter(|file| !files.contains_key(file)).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    fs::remove_file(fleet.path("secrets/data/d")).unwrap();
    assert!(fleet.generate().is_complete());
    assert!(fleet.check().is_empty());
}

#[test]
fn a_sidecar_in_conflict_stops_everything() {
    let fleet = fleet();
    let text = fs::read_to_string(fleet.sidecar()).unwrap();
    fs::write(fleet.sidecar(), format!("<<<<<<< ours\n{text}")).unwrap();
    let refused = fleet.plan(Wish::default()).err().unwrap();
    assert!(refused.to_string().contains("merge conflict"), "{refused}");
}

#[test]
fn a_record_of_another_branch_is_only_verified() {
    let fleet = fleet();
    let sidecar = fs::read(fleet.sidecar()).unwrap();
    let old = fleet.files();
    fleet.run(Request::Rotate { names: names(&["a"]) });
    let (a, b) = (fleet.text("a"), fleet.text("b"));
    fs::write(fleet.sidecar(), &sidecar).unwrap();
    for name in ["a", "b"] {
        assert_eq!(planned(&fleet.check(), name).state, SecretState::Unverified);
    }
    fleet.generate();
    assert_eq!((fleet.text("a"), fleet.text("b")), (a, b));
    assert!(fleet.check().is_empty());
    // Half of each: the dependent was made from a value that is not there any more.
    fs::write(fleet.data("a"), &old[&fleet.data("a")]).unwrap();
    fs::write(fleet.entropy("a"), &old[&fleet.entropy("a")]).unwrap();
    fleet.generate();
    fleet.generate();
    assert_eq!(fleet.text("b"), format!("{}!", fleet.text("a")));
    assert!(fleet.check().is_empty());
}
