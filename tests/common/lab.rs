//! The lab: real hosts over real SSH with a real Nix on both ends. `tests/lab/lab` brings them up.

#![allow(clippy::print_stdout, reason = "why a test was skipped belongs into its output")]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::Ran;

/// The lab, held by one test at a time: its hosts are shared.
pub struct Lab {
    program: PathBuf,
    home: TempDir,
    _turn: File,
}

/// A fleet of one's own: the example, in a git repository that the test may change.
pub struct Fleet(TempDir);

impl Lab {
    /// Brings the lab up and waits for one's turn. `None`, with the reason said, where it can't be; in CI that is a failure.
    pub fn take() -> Option<Self> {
        let instance = std::env::var("STEADING_LAB").unwrap_or_else(|_| "lab".to_owned());
        let turn = File::create(std::env::temp_dir().join(format!("steading-lab-turn-{instance}"))).unwrap();
        turn.lock().unwrap();
        let up = Command::new(lab()).arg("up").stdin(Stdio::null()).output().unwrap();
        if up.status.success() {
            return Some(Self { program: lab(), home: TempDir::new().unwrap(), _turn: turn });
        }
        let said = String::from_utf8_lossy(&up.stderr);
        assert!(std::env::var_os("CI").is_none(), "the lab does not start: {said}");
        println!("skipped: the lab does not start: {}", said.lines().last().unwrap_or_default());
        None
    }

    /// `tests/lab/lab`.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A call of `tests/lab/lab`.
    #[track_caller]
    pub fn call(&self, arguments: &[&str]) -> Ran {
        Ran::from(Command::new(&self.program).args(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a shell command on a host.
    #[track_caller]
    pub fn on(&self, host: &str, script: &str) -> Ran {
        self.call(&["exec", host, "sh", "-c", script])
    }

    /// The program under test on the operator's machine, with a state folder that is this test's alone.
    pub fn steading(&self, fleet: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["exec", "operator", "env"]);
        command.arg(format!("XDG_STATE_HOME={}", self.home.path().display()));
        command.arg(env!("CARGO_BIN_EXE_steading")).arg("--flake").arg(fleet).stdin(Stdio::null());
        command
    }

    /// Runs the program under test to its end.
    #[track_caller]
    pub fn run(&self, fleet: &Path, arguments: &[&str]) -> Ran {
        Ran::from(self.steading(fleet).args(arguments).output().unwrap())
    }
}

impl Fleet {
    /// A copy of the example and of the library it is made with.
    pub fn example() -> Self {
        let fleet = Self(TempDir::new().unwrap());
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["nix", "examples/homelab"] {
            copy(&source.join(folder), &fleet.0.path().join(folder));
        }
        git(fleet.0.path(), &["init", "--quiet"]);
        fleet.stage();
        fleet
    }

    /// The flake's folder.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("examples/homelab")
    }

    /// Writes a file of the fleet, and lets git know of it.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.stage();
    }

    /// The files below a folder that git knows.
    pub fn known(&self, folder: &str) -> Vec<String> {
        let listed =
            Command::new("git").current_dir(self.path()).args(["ls-files", folder]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
    }

    /// Lets git know of everything.
    pub fn stage(&self) {
        git(self.0.path(), &["add", "--all"]);
    }
}

fn lab() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/lab")
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git").current_dir(folder).args(arguments).status().unwrap();
    assert!(status.success());
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
