//! What is written about the program and could become stale: it is compared with the program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::{fs, path::Path};

/// Compares a part of a document with what it should say; with `STEADING_UPDATE` set, writes it.
fn check(file: &str, begin: &str, end: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{file} has no {begin}"));
    let (found, after) = rest.split_once(end).unwrap_or_else(|| panic!("{file} has no {end}"));
    if std::env::var_os("STEADING_UPDATE").is_some() {
        fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert!(found == wanted, "{file} is stale: STEADING_UPDATE=1 cargo nextest run --test documents");
}

#[test]
fn the_key_table_in_the_readme_is_true() {
    let table = format!("\n\n{}\n", steading::views::keys::table());
    check("README.md", "<!-- keys: made by tests/documents.rs -->", "<!-- keys end -->", &table);
}
