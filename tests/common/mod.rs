//! What several test programs use.

#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

pub mod inside;
pub mod lab;
pub mod terminal;

use std::{fs, path::Path, process::Output};

use serde_json::Value;

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; -1 where a signal ended it.
    pub status: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Holds it to have ended with a status, and to have said some things on standard error.
    #[track_caller]
    pub fn fails(&self, status: i32, says: &[&str]) {
        assert_eq!(self.status, status, "{self:?}");
        for text in says {
            assert!(self.stderr.contains(text), "{text:?} is not in {:?}", self.stderr);
        }
    }

    /// What it printed, if it ended well.
    #[track_caller]
    pub fn well(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.stdout
    }
}

/// Reads a document, and holds it against the schema of its command.
#[track_caller]
pub fn check_schema(command: &str, document: &str) -> Value {
    let document: Value = serde_json::from_str(document).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/json/{command}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect::<Vec<_>>();
    assert_eq!(problems, Vec::<String>::new(), "{document:#}");
    document
}
