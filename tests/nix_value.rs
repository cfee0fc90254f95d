//! Values that are written as Nix expressions, read back by the real Nix.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{fmt::Write, fs};

use common::lab::Lab;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use steading::backend::model::{OptionPath, to_nix, to_nix_definition};
use tempfile::TempDir;

/// Values by chance, all in one evaluation.
const VALUES: usize = 1500;

/// Any text without a NUL; often one of the pieces that mean something to Nix.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "$", "{", "}", "${", "$$", "\"", "\\", "''", "\n", "\r", "\t", "\u{1b}", "\u{85}", "\u{1}", ".",
            "if", "or", "a", "-", "\\u", "#", "/*", "é", "💥",
        ])
        .prop_map(str::to_owned),
        ".".prop_map(|text: String| text.replace('\0', "0")),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(vec![0, -1, i64::MIN, i64::MAX]).prop_map(Value::from),
        (proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL)
            .prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn nix_reads_the_values_that_were_written() {
    let Some(lab) = Lab::take() else { return };
    let mut runner = TestRunner::default();
    let mut sample = || value().new_tree(&mut runner).unwrap().current();
    let mut values = (0..VALUES).map(|_| sample()).collect::<Vec<_>>();
    values.extend([json!(f64::MAX), json!(f64::MIN_POSITIVE), json!(5e-324), json!(-0.0), json!(i64::MIN)]);
    // Each once as an element, and once as what a definition of an oddly named option gives.
    let mut runner = TestRunner::default();
    let names = prop::collection::vec(text(), 1..4);
    let mut sample = || OptionPath(names.new_tree(&mut runner).unwrap().current());
    let definitions = values.iter().map(|value| (sample(), value)).collect::<Vec<_>>();
    let mut file = String::from("[\n");
    for (path, value) in &definitions {
        writeln!(file, "{} {{ {} }}", to_nix(value), to_nix_definition(path, value)).unwrap();
    }
    file.push_str("]\n");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("values.nix");
    fs::write(&path, file).unwrap();
    let path = path.display().to_string();
    let read =
        lab.call(&["exec", "operator", "nix-instantiate", "--eval", "--strict", "--json", &path]).well();
    let read: Vec<Value> = serde_json::from_str(&read).unwrap();
    assert_eq!(read.len(), 2 * values.len());
    for ((path, value), read) in definitions.iter().zip(read.chunks(2)) {
        assert_eq!(&read[0], *value, "{}", to_nix(value));
        let mut found = &read[1];
        for name in &path.0 {
            found = &found[name];
        }
        assert_eq!(&found, value, "{}", to_nix_definition(path, value));
    }
}
