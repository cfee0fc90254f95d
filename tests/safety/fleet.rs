//! A fleet on a disk that this program can be started on again.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use serde_json::{Value, json};
use steading::backend::{
    error::{Error, ErrorKind, Result},
    model::{Secrets, SecretsPlan},
    secrets::{
        Context, Outcome, Plaintext, RunScript, Script, SecretName, Wish, apply, plan, reveal,
        seal::Identities,
    },
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Tells a test that it is the one that was started on a fleet.
const STARTED_ON: &str = "STEADING_TEST_FLEET";

/// Scripts that say `echo TEXT`.
pub struct Scripts;

impl RunScript for Scripts {
    fn run(
        &self,
        _: &SecretName,
        script: &Script,
        _: &BTreeMap<String, Arc<Plaintext>>,
    ) -> Result<Plaintext> {
        let text =
            script.script.strip_prefix("echo ").ok_or_else(|| Error::new(ErrorKind::Process, "no echo"))?;
        Ok(text.as_bytes().to_vec().into())
    }
}

/// A fleet, its declarations and the admin's key beside it.
pub struct Fleet(pub PathBuf);

impl Fleet {
    /// In a folder in memory where there is one: what waits for a disk a thousand times would take minutes.
    pub fn folder() -> TempDir {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
    }

    /// The fleet that this program was started on.
    pub fn started_on() -> Option<Self> {
        env::var_os(STARTED_ON).map(|folder| Self(folder.into()))
    }

    pub fn new(folder: &Path, admin: &Identity, declared: &Value) -> Self {
        fs::create_dir_all(folder.join("fleet")).unwrap();
        fs::write(folder.join("identity"), admin.to_string().expose_secret()).unwrap();
        let fleet = Self(folder.to_owned());
        fleet.declare(declared);
        fleet
    }

    pub fn declare(&self, declared: &Value) {
        fs::write(self.0.join("declared.json"), declared.to_string()).unwrap();
    }

    pub fn admin(&self) -> Identity {
        fs::read_to_string(self.0.join("identity")).unwrap().trim().parse().unwrap()
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.join("fleet").join(file)
    }

    pub fn context(&self, with_key: bool) -> Arc<Context> {
        let declared = fs::read(self.0.join("declared.json")).unwrap();
        let declared: Secrets = serde_json::from_slice(&declared).unwrap();
        let identities =
            if with_key { Identities::of(vec![Box::new(self.admin())]) } else { Identities::default() };
        Arc::new(Context::new(&self.0.join("fleet"), &declared, identities, 1_000_000).unwrap())
    }

    pub fn plan(&self, with_key: bool) -> SecretsPlan {
        plan(&self.context(with_key), Wish::default()).unwrap().report().clone()
    }

    pub fn generate(&self) -> Result<Outcome> {
        apply(&plan(&self.context(true), Wish::default())?, &Scripts, &CancellationToken::new(), &|_| ())
    }

    pub fn text(&self, name: &str) -> Vec<u8> {
        reveal(&self.context(true), &name.parse().unwrap()).unwrap().bytes().to_vec()
    }

    /// All files below `secrets`.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn visit(folder: &Path, from: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, from, files);
                } else {
                    let name = path.strip_prefix(from).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        let mut files = BTreeMap::new();
        visit(&self.path("secrets"), &self.0.join("fleet"), &mut files);
        files
    }

    /// A copy of all of it.
    pub fn copy(&self, folder: &Path) -> Self {
        let copied = Command::new("cp").arg("-a").arg(self.0.join(".")).arg(folder).status().unwrap();
        assert!(copied.success());
        Self(folder.to_owned())
    }

    /// Starts the test `name` of this program on this fleet, by a command that is given the program and its arguments.
    pub fn start(&self, name: &str, by: &[&str]) -> Output {
        let program = env::current_exe().unwrap();
        let mut command = Command::new(by.first().copied().unwrap_or("env"));
        command.args(by.iter().skip(1)).arg(program);
        command
            .args(["--exact", name, "--nocapture", "--test-threads", "1"])
            .env(STARTED_ON, &self.0)
            .output()
            .unwrap()
    }
}

/// A declaration.
pub fn secret(name: &str, engine: &str, generation: &Value) -> Value {
    json!({ "name": name, "engine": engine, "generation": generation, "definedAt": null })
}

/// One of random characters.
pub fn random(name: &str, length: usize) -> Value {
    secret(name, "random", &json!({ "length": length, "charsets": { "lowercase": true } }))
}

/// One with another one in it.
pub fn template(name: &str, before: &str, reads: &str) -> Value {
    let content = format!("{before}{{{{ printf \"%s\" (readSecret \"{reads}\") }}}}");
    secret(name, "template", &json!({ "content": content, "data": {} }))
}
