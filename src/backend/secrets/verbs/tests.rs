use std::fs;

use tempfile::TempDir;

use super::*;

async fn git(folder: &TempDir, arguments: &[&str]) -> String {
    let call = Invocation::new("git").args(arguments.iter().copied()).folder(folder.path());
    String::from_utf8(capture(&call, &CancellationToken::new()).await.unwrap().stdout).unwrap()
}

#[tokio::test]
async fn new_files_are_told_to_git_where_there_is_one() {
    let fleet = TempDir::new().unwrap();
    let tree = Tree::open(fleet.path()).unwrap();
    let cancel = CancellationToken::new();
    let files = ["secrets/data/a *.age".to_owned(), "secrets/data/b.age".to_owned()];
    fs::create_dir_all(fleet.path().join("secrets/data")).unwrap();
    for file in &files {
        fs::write(fleet.path().join(file), "x").unwrap();
    }
    fs::write(fleet.path().join("secrets/data/a other.age"), "x").unwrap();
    let none = BTreeSet::new();
    track(&tree, &files, &none, &cancel).await.unwrap();
    git(&fleet, &["init", "--quiet"]).await;
    track(&tree, &files, &none, &cancel).await.unwrap();
    let known = git(&fleet, &["ls-files", "-z"]).await;
    assert_eq!(known.split_terminator('\0').collect::<Vec<_>>(), files);
    assert!(git(&fleet, &["diff", "--cached", "--name-only"]).await.is_empty(), "nothing is staged");
    // What a stopped run wrote is told later; what is somebody else's is not.
    let older = BTreeSet::from([files[0].clone(), "secrets/data/a other.age".to_owned()]);
    fs::write(fleet.path().join("secrets/data/nobody's.age"), "x").unwrap();
    track(&tree, &[], &older, &cancel).await.unwrap();
    assert_eq!(git(&fleet, &["ls-files"]).await.lines().count(), 3);
    fs::write(fleet.path().join(".gitignore"), "secrets\n").unwrap();
    fs::write(fleet.path().join("secrets/data/c.age"), "x").unwrap();
    let refused = track(&tree, &["secrets/data/c.age".to_owned()], &none, &cancel).await.unwrap_err();
    assert!(refused.to_string().contains(".gitignore"), "{refused}");
    track(&tree, &[], &BTreeSet::from(["secrets/data/c.age".to_owned()]), &cancel).await.unwrap();
}
