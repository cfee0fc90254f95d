//! A fleet on a disk, whose declarations a test changes as it likes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use age::x25519::Identity;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{PlannedSecret, Secrets},
    secrets::{
        Context, Outcome, Plaintext, Planned, Request, RunScript, Script, SecretName, Wish, apply, plan,
        reveal, seal::Identities, tree::fuse,
    },
};

/// A fleet with an admin and some hosts.
pub struct Fleet {
    pub folder: TempDir,
    pub admin: Identity,
    pub hosts: BTreeMap<String, Identity>,
    pub secrets: BTreeMap<String, Value>,
    pub mounts: BTreeSet<(String, String)>,
    pub more_admins: Vec<String>,
    pub now: u64,
}

/// Scripts that say `echo TEXT` or `cat SECRET`, and all others fail.
pub struct Scripts;

impl RunScript for Scripts {
    fn run(
        &self,
        _: &SecretName,
        script: &Script,
        secrets: &BTreeMap<String, Arc<Plaintext>>,
    ) -> Result<Plaintext> {
        match script.script.split_once(' ') {
            Some(("echo", text)) => Ok(text.as_bytes().to_vec().into()),
            Some(("cat", name)) => Ok((*secrets[name]).clone()),
            _ => Err(Error::new(ErrorKind::Process, "the script failed")),
        }
    }
}

/// A script while which a file is written: by itself, or by somebody else.
pub struct Writes(pub PathBuf, pub &'static str);

impl RunScript for Writes {
    fn run(&self, _: &SecretName, _: &Script, _: &BTreeMap<String, Arc<Plaintext>>) -> Result<Plaintext> {
        fs::write(&self.0, self.1).unwrap();
        Ok(b"made".to_vec().into())
    }
}

impl Fleet {
    pub fn new() -> Self {
        let hosts = ["gate", "forge"].map(|host| (host.to_owned(), Identity::generate()));
        Self {
            folder: TempDir::new().unwrap(),
            admin: Identity::generate(),
            hosts: hosts.into(),
            secrets: BTreeMap::new(),
            mounts: BTreeSet::new(),
            more_admins: Vec::new(),
            now: 1_000_000,
        }
    }

    pub fn random(&mut self, name: &str, length: usize) {
        self.declare(name, "random", &json!({ "length": length, "charsets": { "lowercase": true } }));
    }

    pub fn template(&mut self, name: &str, content: &str) {
        self.declare(name, "template", &json!({ "content": content, "data": {} }));
    }

    pub fn script(&mut self, name: &str, script: &str, secrets: &[&str]) {
        self.declare(name, "script", &json!({ "script": script, "secrets": secrets }));
    }

    pub fn manual(&mut self, name: &str) {
        self.declare(name, "manual", &Value::Null);
    }

    pub fn declare(&mut self, name: &str, engine: &str, generation: &Value) {
        let secret = json!({ "name": name, "engine": engine, "generation": generation, "definedAt": null });
        self.secrets.insert(name.to_owned(), secret);
    }

    pub fn set(&mut self, name: &str, field: &str, value: Value) {
        self.secrets.get_mut(name).unwrap()[field] = value;
    }

    pub fn mount(&mut self, name: &str, host: &str) {
        self.mounts.insert((name.to_owned(), host.to_owned()));
    }

    pub fn declared(&self) -> Secrets {
        let mount =
            |(secret, host): &(String, String)| json!({ "name": secret, "secret": secret, "host": host });
        let key = |(host, key): (&String, &Identity)| (host.clone(), json!([key.to_public().to_string()]));
        let mut admins = vec![self.admin.to_public().to_string()];
        admins.extend(self.more_admins.clone());
        serde_json::from_value(json!({
            "secrets": self.secrets.values().collect::<Vec<_>>(),
            "mounts": self.mounts.iter().map(mount).collect::<Vec<_>>(),
            "adminKeys": admins,
            "hostKeys": self.hosts.iter().map(key).collect::<serde_json::Map<_, _>>(),
        }))
        .unwrap()
    }

    pub fn context(&self, identities: Identities) -> Arc<Context> {
        Arc::new(Context::new(self.folder.path(), &self.declared(), identities, self.now).unwrap())
    }

    pub fn identities(&self) -> Identities {
        Identities::of(vec![Box::new(self.admin.clone())])
    }

    pub fn plan(&self, wish: Wish) -> Result<Planned> {
        plan(&self.context(self.identities()), wish)
    }

    /// Plans with no key.
    pub fn check(&self) -> Planned {
        plan(&self.context(Identities::default()), Wish::default()).unwrap()
    }

    #[track_caller]
    pub fn run(&self, request: Request) -> Outcome {
        self.carry_out(&self.plan(Wish::to(request)).unwrap()).unwrap()
    }

    #[allow(clippy::unused_self, reason = "it reads as the others do")]
    pub fn carry_out(&self, planned: &Planned) -> Result<Outcome> {
        apply(planned, &Scripts, &CancellationToken::new(), &|_| ())
    }

    #[track_caller]
    pub fn generate(&self) -> Outcome {
        self.run(Request::default())
    }

    /// What a plan to bring all up to date says of a secret.
    #[track_caller]
    pub fn of(&self, name: &str) -> PlannedSecret {
        planned(&self.plan(Wish::default()).unwrap(), name)
    }

    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let text = reveal(&self.context(self.identities()), &name.parse().unwrap()).unwrap();
        String::from_utf8(text.bytes().to_vec()).unwrap()
    }

    /// Whether somebody can read a secret as it is on the disk.
    pub fn can_read(&self, identity: &Identity, name: &str) -> bool {
        age::decrypt(identity, &fs::read(self.data(name)).unwrap()).is_ok()
    }

    pub fn data(&self, name: &str) -> PathBuf {
        self.path(&format!("secrets/data/{name}.age"))
    }

    pub fn entropy(&self, name: &str) -> PathBuf {
        self.path(&format!("secrets/entropy/{name}.age"))
    }

    pub fn sidecar(&self) -> PathBuf {
        self.path("secrets/steading.lock.json")
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Encrypts a text as somebody would by hand.
    pub fn write(&self, name: &str, text: &str) {
        let sealed = age::encrypt(&self.admin.to_public(), text.as_bytes()).unwrap();
        fs::create_dir_all(self.data(name).parent().unwrap()).unwrap();
        fs::write(self.data(name), sealed).unwrap();
    }

    /// All files, with what is in them.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn visit(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, files);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    files.insert(path, bytes);
                }
            }
        }
        let mut files = BTreeMap::new();
        visit(self.folder.path(), &mut files);
        files
    }
}

/// What a plan says of a secret.
#[track_caller]
pub fn planned(plan: &Planned, name: &str) -> PlannedSecret {
    plan.report().secrets.iter().find(|secret| secret.name == name).unwrap().clone()
}

/// Names, for a wish.
pub fn names(names: &[&str]) -> BTreeSet<SecretName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Kills a run at each of its changes of the disk; what is done next must end well.
pub fn killed_anywhere(prepared: impl Fn() -> Fleet, request: impl Fn() -> Request, then: impl Fn(&Fleet)) {
    for changes in 1.. {
        let fleet = prepared();
        let planned = fleet.plan(Wish::to(request())).unwrap();
        fuse::set(Some(changes));
        let outcome = fleet.carry_out(&planned);
        let ended = !fuse::is_burnt();
        fuse::set(None);
        then(&fleet);
        if ended {
            assert!(outcome.unwrap().is_complete() && changes > 5);
            return;
        }
    }
}
