use std::{fs, os::unix::fs::symlink};

use rustix::io::Errno;
use tempfile::TempDir;

use super::*;

fn tree() -> (TempDir, Tree) {
    let fleet = TempDir::new().unwrap();
    let tree = Tree::open(fleet.path()).unwrap();
    (fleet, tree)
}

fn put(tree: &Tree, file: &str, bytes: &[u8]) -> Result<()> {
    let lock = tree.lock()?;
    tree.stage(&lock, file, bytes)?;
    tree.place(&lock, file)?;
    tree.settle(&lock, file)
}

fn names(tree: &Tree, part: Part) -> Vec<String> {
    tree.digests(part).unwrap().keys().map(ToString::to_string).collect()
}

#[test]
fn what_is_put_is_found() {
    let (_fleet, tree) = tree();
    assert_eq!(names(&tree, Part::Data), Vec::<String>::new());
    assert_eq!(tree.read("secrets/data/a.age").unwrap(), None);
    put(&tree, "secrets/data/b/c.age", b"2").unwrap();
    put(&tree, "secrets/data/a.age", b"1").unwrap();
    put(&tree, "secrets/data/a.age", b"new").unwrap();
    put(&tree, "secrets/entropy/x.age", b"3").unwrap();
    fs::write(tree.fleet().join("secrets/data/README"), "").unwrap();
    assert_eq!(names(&tree, Part::Data), ["a", "b/c"]);
    assert_eq!(names(&tree, Part::Entropy), ["x"]);
    assert_eq!(names(&tree, Part::Derived), Vec::<String>::new());
    assert_eq!(tree.read("secrets/data/a.age").unwrap().unwrap(), b"new");
    let digests = tree.digests(Part::Data).unwrap();
    assert_eq!(digests[&"a".parse().unwrap()], Ok(Digest::of(b"new")));
}

#[test]
fn what_was_left_unfinished_is_swept() {
    let (fleet, tree) = tree();
    let lock = tree.lock().unwrap();
    tree.stage(&lock, "secrets/data/a/b.age", b"1").unwrap();
    tree.stage(&lock, "secrets/steading.lock.json", b"1").unwrap();
    assert_eq!(names(&tree, Part::Data), Vec::<String>::new());
    tree.sweep(&lock).unwrap();
    assert_eq!(fs::read_dir(fleet.path().join("secrets/data/a")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(fleet.path().join("secrets")).unwrap().count(), 1);
}

#[test]
fn a_removed_file_takes_its_empty_folders_along() {
    let (fleet, tree) = tree();
    put(&tree, "secrets/data/a/b/c.age", b"1").unwrap();
    put(&tree, "secrets/data/a/d.age", b"1").unwrap();
    let lock = tree.lock().unwrap();
    tree.remove(&lock, "secrets/data/a/b/c.age").unwrap();
    assert!(!fleet.path().join("secrets/data/a/b").exists());
    tree.remove(&lock, "secrets/data/a/d.age").unwrap();
    tree.remove(&lock, "secrets/data/a/d.age").unwrap();
    assert_eq!(fs::read_dir(fleet.path().join("secrets/data")).unwrap().count(), 0);
}

#[test]
fn links_are_refused() {
    let (fleet, tree) = tree();
    let elsewhere = TempDir::new().unwrap();
    fs::write(elsewhere.path().join("a.age"), "1").unwrap();
    let data = fleet.path().join("secrets/data");
    fs::create_dir_all(&data).unwrap();

    symlink(elsewhere.path(), data.join("out")).unwrap();
    for refused in [
        tree.digests(Part::Data).map(drop),
        tree.read("secrets/data/out/a.age").map(drop),
        put(&tree, "secrets/data/out/b.age", b"1"),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert!(error.what.contains("symbolic link"), "{error}");
    }
    assert!(!elsewhere.path().join("b.age").exists());

    fs::remove_file(data.join("out")).unwrap();
    symlink(elsewhere.path().join("a.age"), data.join("a.age")).unwrap();
    assert!(tree.digests(Part::Data).unwrap_err().what.contains("secrets/data/a.age"));
    assert!(tree.read("secrets/data/a.age").is_err());
    assert!(put(&tree, "secrets/data/a.age", b"2").is_err());
    assert_eq!(fs::read(elsewhere.path().join("a.age")).unwrap(), b"1");
}

#[test]
fn the_folder_of_secrets_may_be_a_link() {
    let (fleet, tree) = tree();
    let elsewhere = TempDir::new().unwrap();
    symlink(elsewhere.path(), fleet.path().join("secrets")).unwrap();
    put(&tree, "secrets/data/a.age", b"1").unwrap();
    assert_eq!(names(&tree, Part::Data), ["a"]);
}

#[test]
fn two_runs_at_once_are_refused() {
    let (_fleet, tree) = tree();
    let lock = tree.lock().unwrap();
    let error = tree.lock().unwrap_err();
    assert!(error.what.contains("another run"), "{error}");
    drop(lock);
    tree.lock().unwrap();
}

#[test]
fn a_pipe_is_not_waited_for() {
    let (fleet, tree) = tree();
    fs::create_dir_all(fleet.path().join("secrets/data")).unwrap();
    let pipe = fleet.path().join("secrets/data/a.age");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(tree.read("secrets/data/a.age").is_err());
    assert_eq!(names(&tree, Part::Data), Vec::<String>::new());
}

#[test]
fn a_file_system_without_locks_is_told() {
    let told = unlockable(Path::new("/mnt/fleet/secrets"), &Errno::BADF.into());
    assert!(told.what.contains("/mnt/fleet/secrets") && told.hint.unwrap().contains("local disk"));
    let other = unlockable(Path::new("/mnt/fleet/secrets"), &Errno::ACCESS.into());
    assert!(!other.what.contains("locks"), "{other}");
}
