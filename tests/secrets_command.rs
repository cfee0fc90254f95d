//! `steading secrets` on a real fleet, with real Nix, real age files and a real sandbox.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{
    collections::BTreeMap, fs, io::Write as _, os::unix::fs::PermissionsExt as _, path::PathBuf,
    process::Stdio,
};

use age::secrecy::ExposeSecret as _;
use common::{
    Ran, check_schema,
    lab::{Fleet, Lab},
};
use serde_json::Value;
use tempfile::TempDir;

/// A fleet whose admin we are.
struct Keeper {
    lab: Lab,
    fleet: Fleet,
    keys: TempDir,
}

impl Keeper {
    fn take() -> Option<Self> {
        let keeper = Self { lab: Lab::take()?, fleet: Fleet::example(), keys: TempDir::new().unwrap() };
        let admin = keeper.key("admin");
        keeper.admins(&[&admin]);
        Some(keeper)
    }

    /// Makes a key; the public half of it.
    fn key(&self, name: &str) -> String {
        let key = age::x25519::Identity::generate();
        let path = self.identity(name);
        fs::write(&path, key.to_string().expose_secret()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        key.to_public().to_string()
    }

    fn identity(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    fn admins(&self, keys: &[&str]) {
        let keys = keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(" ");
        let text = format!("{{ x.global.agenix.adminKeys = [ {keys} ]; }}");
        self.fleet.write("modules/globaldata/our-admins.nix", &text);
    }

    fn secrets(&self, arguments: &[&str]) -> Ran {
        self.with_input(arguments, b"")
    }

    fn with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.lab.steading(&self.fleet.path());
        command.arg("--identity").arg(self.identity("admin")).arg("secrets").args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Without any key.
    fn without_key(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.lab.steading(&self.fleet.path()).arg("secrets").args(arguments).output().unwrap())
    }

    #[track_caller]
    fn reveal(&self, name: &str) -> String {
        self.secrets(&["reveal", name]).well()
    }

    /// Every file below `secrets/`, with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn visit(folder: PathBuf, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(path, files);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        let mut files = BTreeMap::new();
        visit(self.fleet.path().join("secrets"), &mut files);
        files
    }
}

/// How it stands with each secret, by name.
fn states(plan: &Value) -> BTreeMap<String, String> {
    let secrets = plan["secrets"].as_array().unwrap().iter();
    let state = |secret: &Value| {
        (secret["name"].as_str().unwrap().to_owned(), secret["state"]["is"].as_str().unwrap().to_owned())
    };
    secrets.map(state).collect()
}

#[test]
fn one_command_brings_all_up_to_date_and_a_second_changes_nothing() {
    let Some(keeper) = Keeper::take() else { return };
    keeper.without_key(&["check"]).fails(1, &[]);
    let listed = check_schema("secrets", &keeper.without_key(&["--json"]).well());
    assert!(
        listed["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .all(|secret| secret["standing"]["state"]["is"] == "missing")
    );
    assert!(keeper.files().is_empty(), "looking writes nothing");

    // One is entered by hand; the others are made.
    let made = keeper.secrets(&["generate", "--json"]);
    let outcome = check_schema("secrets-outcome", &made.stdout);
    assert_eq!(made.status, 1, "one waits for the operator: {made:?}");
    let results = outcome["results"].as_object().unwrap();
    assert!(results.len() > 6 && results.values().all(|result| result["outcome"] == "made"), "{results:?}");
    keeper.with_input(&["edit", "uplink/password"], b"from the provider").well();
    assert_eq!(keeper.reveal("uplink/password"), "from the provider");
    keeper.without_key(&["check"]).well();

    let before = keeper.files();
    let again = check_schema("secrets-outcome", &keeper.secrets(&["generate", "--json"]).well());
    assert!(again["results"].is_null() && states(&again).values().all(|state| state == "ok"), "{again}");
    keeper.secrets(&["generate", "--verify"]).well();
    assert_eq!(keeper.files(), before, "not a byte");

    // Nix sees the files: git knows of them.
    assert_eq!(keeper.fleet.known("secrets").len(), before.len());

    check_schema("secrets-plan", &keeper.secrets(&["plan", "--json"]).well());
    let audit =
        check_schema("secrets-audit", &keeper.without_key(&["audit", "web/htpasswd", "--json"]).well());
    assert_eq!(audit["secrets"]["web/htpasswd"]["readers"].as_array().unwrap().len(), 2);
    assert_eq!(audit["alike"], serde_json::json!({}));

    // Told apart here, and one file in a checkout elsewhere.
    let data = keeper.fleet.path().join("secrets/data/web");
    std::fs::copy(data.join("htpasswd.age"), data.join("HTpasswd.age")).unwrap();
    let told = "web/HTpasswd would share its file, or a folder, with web/htpasswd in a checkout";
    keeper.without_key(&["check"]).fails(1, &["warning", told]);
    let audit = keeper.without_key(&["audit", "--json"]).well();
    assert_eq!(check_schema("secrets-audit", &audit)["alike"]["web/htpasswd"], "web/HTpasswd");
}

#[test]
fn what_is_made_from_a_secret_follows_it() {
    let Some(keeper) = Keeper::take() else { return };
    keeper.secrets(&["generate"]);
    let outline = ["reveal", "web/htpasswd", "--outline"];
    let made_of = keeper.without_key(&outline).well();
    assert!(made_of.starts_with("alice:<bcrypt of web/passwords/alice>"), "{made_of}");
    check_schema("secrets-outline", &keeper.without_key(&[&outline[..], &["--json"]].concat()).well());
    let hash = keeper.reveal("web/htpasswd");
    let password = keeper.reveal("web/passwords/alice");
    assert!(bcrypt::verify(&password, hash.trim().strip_prefix("alice:").unwrap()).unwrap());

    // Nobody is there to agree, so nothing happens.
    let before = keeper.files();
    keeper.secrets(&["rotate", "web/passwords/alice"]).fails(2, &["nobody is there to agree", "--yes"]);
    let said = keeper.secrets(&["rotate", "web/passwords/alice", "--dry-run"]).well();
    assert!(said.contains("to be deployed to afterwards: gate"), "{said}");
    let shown = keeper.secrets(&["rotate", "web/passwords/alice", "--dry-run", "--json"]);
    let plan = check_schema("secrets-plan", &shown.well());
    let steps = plan["secrets"].as_array().unwrap().iter().filter(|secret| secret["step"] == "make");
    assert_eq!(
        steps.map(|secret| secret["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["web/htpasswd", "web/passwords/alice"]
    );
    assert_eq!(keeper.files(), before);

    let said = keeper.secrets(&["rotate", "web/passwords/alice", "--yes"]).well();
    assert!(said.contains("steading deploy gate"), "{said}");
    let (new_password, new_hash) = (keeper.reveal("web/passwords/alice"), keeper.reveal("web/htpasswd"));
    assert!(new_password != password && new_hash != hash);
    assert!(bcrypt::verify(&new_password, new_hash.trim().strip_prefix("alice:").unwrap()).unwrap());
    keeper
        .secrets(&["rotate", "web/passwords/alic", "--yes"])
        .fails(2, &["did you mean \"web/passwords/alice\"?"]);
}

#[test]
fn who_comes_and_goes_among_the_admins_is_a_rekey() {
    let Some(keeper) = Keeper::take() else { return };
    keeper.secrets(&["generate"]);
    let password = keeper.reveal("web/passwords/alice");
    let (ours, theirs) = (keeper.key("admin-of-old"), keeper.key("other"));
    fs::rename(keeper.identity("admin-of-old"), keeper.identity("third")).unwrap();
    let admin = fs::read_to_string(keeper.identity("admin")).unwrap();
    let admin = admin.parse::<age::x25519::Identity>().unwrap().to_public().to_string();
    keeper.admins(&[&admin, &theirs, &ours]);

    let plan = check_schema("secrets-plan", &keeper.without_key(&["plan", "--json"]).well());
    let secret = |plan: &Value| {
        plan["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .find(|secret| secret["name"] == "web/passwords/alice")
            .unwrap()
            .clone()
    };
    assert_eq!(secret(&plan)["state"]["is"], "recipientsChanged");
    assert_eq!(secret(&plan)["gains"].as_array().unwrap().len(), 2);
    keeper.secrets(&["generate"]).fails(2, &["nobody is there to agree"]);
    keeper.secrets(&["generate", "--yes"]);
    assert_eq!(keeper.reveal("web/passwords/alice"), password, "the same value");
    fs::copy(keeper.identity("other"), keeper.identity("admin")).unwrap();
    assert_eq!(keeper.reveal("web/passwords/alice"), password);

    // And away again: the plan says what git's history keeps.
    keeper.admins(&[&theirs]);
    let said = keeper.without_key(&["plan"]).well();
    assert!(said.contains("stays readable to it"), "{said}");
    keeper.secrets(&["generate", "--yes"]);
    fs::copy(keeper.identity("third"), keeper.identity("admin")).unwrap();
    keeper.secrets(&["reveal", "web/passwords/alice"]).fails(1, &["not encrypted to this key"]);
}

#[test]
fn what_can_not_be_done_is_refused_with_the_reason() {
    let Some(keeper) = Keeper::take() else { return };
    keeper.without_key(&["--json", "reveal", "x"]).fails(2, &["never a part of JSON"]);
    keeper.secrets(&["reveal", "../x"]).fails(2, &["can't be the name of a secret"]);
    keeper.secrets(&["reveal", "web/htpasswd"]).fails(1, &["has no file yet"]);
    keeper.with_input(&["edit", "web/htpasswd"], b"x").fails(1, &["can't be entered by hand: it is made by"]);
    keeper.secrets(&["rotate", "uplink/password"]).fails(1, &["can't be rotated: it is entered by hand"]);
    keeper.secrets(&["generate"]);

    // A damaged file is told, and never written over.
    let file = keeper.fleet.path().join("secrets/data/web/passwords/alice.age");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let plan = check_schema("secrets-plan", &keeper.secrets(&["plan", "--json"]).well());
    assert_eq!(states(&plan)["web/passwords/alice"], "unreadable");
    assert_eq!(keeper.secrets(&["generate", "--yes"]).status, 1);
    assert_eq!(fs::read(&file).unwrap(), &whole[..whole.len() / 2]);
    fs::write(&file, &whole).unwrap();

    // So is the wrong key.
    keeper.key("admin");
    let before = keeper.files();
    fs::remove_file(keeper.fleet.path().join("secrets/steading.lock.json")).unwrap();
    let plan = check_schema("secrets-plan", &keeper.secrets(&["plan", "--json"]).well());
    assert_eq!(states(&plan)["web/passwords/alice"], "unreadable");
    keeper.secrets(&["generate", "--yes"]);
    let mut after = keeper.files();
    after.retain(|path, _| !path.ends_with("steading.lock.json"));
    let mut before = before;
    before.retain(|path, _| !path.ends_with("steading.lock.json"));
    assert_eq!(after, before);
}
