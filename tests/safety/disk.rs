//! Disks that are full, and trees that can't be written.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use age::x25519::Identity;
use serde_json::{Value, json};
use steading::backend::{model::SecretState, secrets::SecretResult};

use crate::fleet::{Fleet, random, template};

fn declared(admin: &Identity, secrets: &[Value]) -> Value {
    json!({ "secrets": secrets, "mounts": [], "adminKeys": [admin.to_public().to_string()], "hostKeys": {} })
}

fn fleet(folder: &std::path::Path) -> Fleet {
    let admin = Identity::generate();
    let old = || vec![random("old", 20), template("follows", "x", "old")];
    let fleet = Fleet::new(folder, &admin, &declared(&admin, &old()));
    assert!(fleet.generate().unwrap().is_complete());
    let mut secrets = old();
    secrets.push(random("old-too", 20));
    secrets[0] = random("old", 21);
    fleet.declare(&declared(&admin, &secrets));
    fleet
}

/// Whether everything is as it was, and the next run, with room, does what this one did not.
fn is_unharmed(fleet: &Fleet, before: &std::collections::BTreeMap<String, Vec<u8>>) {
    assert_eq!(fleet.files().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (file, bytes) in before {
        assert_eq!(&fleet.files()[file], bytes, "{file}");
    }
}

fn finishes(fleet: &Fleet) {
    assert!(fleet.generate().unwrap().is_complete());
    assert_eq!(fleet.text("old").len(), 21);
    assert!(fleet.plan(false).secrets.iter().all(|secret| secret.state == SecretState::Ok));
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    if let Some(fleet) = Fleet::started_on() {
        let outcome = fleet.generate().unwrap();
        assert!(!outcome.is_complete());
        let full = |result: &SecretResult| match result {
            SecretResult::Failed(error) => error.to_string().contains("No space") && error.hint.is_some(),
            result => *result == SecretResult::Cancelled,
        };
        assert!(outcome.results.values().all(full), "{:?}", outcome.results);
        return;
    }
    let folder = Fleet::folder();
    let mounted = folder.path().join("disk");
    fs::create_dir(&mounted).unwrap();
    let source = fleet(&folder.path().join("source"));
    let before = source.files();
    // A disk of one's own, so small that it is full at every step once: from not even a sidecar to all but the last.
    let script = r#"set -e
        mount -t tmpfs -o "size=$1,mode=755" tmpfs "$2"
        cp -a "$3/." "$2"
        shift 3
        status=0; "$@" || status=$?
        rm -rf "$COPY"; cp -a "$DISK" "$COPY"
        exit $status"#;
    let mut full = 0;
    for pages in 0..40 {
        let size = format!("{}", 4096 * (10 + pages));
        let copy = folder.path().join("copy");
        let started = Fleet(mounted.clone());
        let test = std::env::current_exe().unwrap();
        let ran = Command::new("unshare")
            .args(["--mount", "--map-root-user", "sh", "-c", script, "sh", &size])
            .args([&mounted, &source.0, &test])
            .args(["--exact", "disk::a_full_disk_is_told_and_nothing_is_lost", "--nocapture"])
            .envs([("STEADING_TEST_FLEET", &started.0), ("DISK", &mounted), ("COPY", &copy)])
            .output()
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        if said.contains("unshare") || said.contains("mount:") {
            assert!(std::env::var_os("CI").is_none(), "no disk of one's own: {said}");
            println!("skipped: no disk of one's own can be had here: {said}");
            return;
        }
        if said.contains("cp: ") {
            continue; // Not even what is there fits.
        }
        let left = Fleet(copy.clone());
        if ran.status.success() {
            full += 1;
            if left.files().keys().eq(before.keys()) {
                is_unharmed(&left, &before);
            }
        } else {
            assert!(said.contains("!outcome.is_complete()"), "{said}");
            assert!(full > 0, "the disk was never full");
            return;
        }
        finishes(&left);
    }
    panic!("the disk was always full");
}

#[test]
fn a_tree_that_cannot_be_written_is_told() {
    if let Some(started) = Fleet::started_on() {
        let told = match started.generate() {
            Err(error) => error.to_string(),
            Ok(outcome) => format!("{:?}", outcome.results),
        };
        assert!(told.contains("denied") || told.contains("Read-only"), "{told}");
        return;
    }
    let folder = Fleet::folder();
    let fleet = fleet(folder.path());
    let before = fleet.files();
    for path in ["secrets/data", "secrets/entropy", "secrets"] {
        fs::set_permissions(fleet.path(path), fs::Permissions::from_mode(0o555)).unwrap();
    }
    // Root writes anywhere: somebody else must try.
    let who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let by: &[&str] = if is_root() { &who } else { &["env"] };
    open_to_all(&fleet.0);
    let ran = fleet.start("disk::a_tree_that_cannot_be_written_is_told", by);
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    is_unharmed(&fleet, &before);
    for path in ["secrets", "secrets/data", "secrets/entropy"] {
        fs::set_permissions(fleet.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    finishes(&fleet);
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn open_to_all(folder: &std::path::Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}
