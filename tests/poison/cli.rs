//! The command line, from entering a secret to rekeying what is made of it, with a `nix` that says what the test wants.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use serde_json::{Value, json};

use crate::{
    library::{PASSPHRASE, locked},
    watch::{Room, Seen},
};

/// The text that is entered by hand.
const TEXT: &str = "Poison9vHc4Tq-belladonna";
/// What replaces it.
const OTHER_TEXT: &str = "Poison5bYr8Ns-oleander";
const HOST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1";

const ANOTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB56zuc6KKQcV9vSAfVFx23JM1Oio4y0gDS5eTXFPcU6";

/// A fleet with a secret that is entered and some that are made of it.
pub struct Fleet {
    pub room: Room,
    admin: String,
}

impl Fleet {
    pub fn new() -> Option<Self> {
        let room = Room::new()?;
        let fleet = room.path("fleet");
        let git = Command::new("git").args(["init", "-q"]).current_dir(&fleet).status().unwrap();
        assert!(git.success());
        fs::write(fleet.join("flake.nix"), "{ }").unwrap();
        let key = age::x25519::Identity::generate();
        let text = {
            use age::secrecy::ExposeSecret as _;
            key.to_string().expose_secret().to_owned()
        };
        let identity = room.path("home/.config/steading/identity");
        fs::create_dir_all(identity.parent().unwrap()).unwrap();
        fs::write(&identity, text).unwrap();
        fs::set_permissions(&identity, fs::Permissions::from_mode(0o600)).unwrap();
        let fleet = Self { room, admin: key.to_public().to_string() };
        fleet.declare(&[HOST], true);
        Some(fleet)
    }

    /// Has `nix` tell of the secrets, mounted on a host with these keys; one of them can't be made.
    fn declare(&self, host_keys: &[&str], wrong: bool) {
        let source = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-source";
        let outline = json!({ "schema": 1, "sources": [{ "input": null, "path": source }], "hosts": { "gate": {
            "kind": "linux", "system": "x86_64-linux", "folder": "hosts/linux/gate",
            "deployment": { "targetHost": "10.0.0.1" } } } });
        let secret = |name: &str, engine: &str, generation: Value| {
            json!({ "name": name, "engine": engine, "generation": generation, "problem": null, "description": null,
                "protect": false, "rotateAfter": null, "definedAt": null })
        };
        let call = |name: &str, arguments: Value| json!({ "__secretsGeneratorType": "functionCall", "name": name, "arguments": arguments });
        let read = call("readSecret", json!({ "name": "by/hand" }));
        let mut secrets = json!({
            "secrets": [
                secret("by/hand", "manual", Value::Null),
                secret("in/json", "json", json!({ "content": { "password": read, "hash": call("hashBcrypt", json!({ "data": read, "rounds": 4 })) } })),
                secret("in/template", "template", json!({ "content": "user:{{ readSecret \"by/hand\" | printf \"%s\" }}\n", "data": {} })),
                secret("wrong/template", "template", json!({ "content": "{{ hashBcrypt (readSecret \"by/hand\" | printf \"%s\") 99 }}", "data": {} })),
            ],
            "mounts": [{ "name": "m", "secret": "in/template", "host": "gate", "owner": "root", "group": "root",
                "mode": "u=r,go=", "path": "/run/agenix/m", "restartUnits": [], "reloadUnits": [] }],
            "adminKeys": [self.admin],
            "hostKeys": { "gate": host_keys },
        });
        if !wrong {
            secrets["secrets"].as_array_mut().unwrap().pop();
        }
        let file = |name: &str, answer: &Value| {
            let path = self.room.path(name);
            fs::write(&path, answer.to_string()).unwrap();
            path.display().to_string()
        };
        let script = format!(
            r#"#!/bin/sh
            case "$*" in
            --version) echo "nix (Nix) 2.26.3" ;;
            *metadata*) echo '{{"path":"{source}","resolved":{{}}}}' ;;
            *'inherit (fleet) secrets'*) exec cat '{}' ;;
            *'.#steading'|*'.#steading --apply '*) exec cat '{}' ;;
            *) echo "error: unexpected call: $*" >&2; exit 1 ;;
            esac"#,
            file("secrets.json", &json!({ "secrets": secrets, "inputs": {} })),
            file("outline.json", &outline),
        );
        let nix = self.room.path("bin/nix");
        fs::write(&nix, script).unwrap();
        fs::set_permissions(&nix, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a command, and holds that nothing got out but what it prints.
    #[track_caller]
    fn quiet(&self, arguments: &[&str], input: &str) -> Seen {
        self.quiet_about(&[TEXT, OTHER_TEXT], arguments, input)
    }

    #[track_caller]
    fn quiet_about(&self, poisons: &[&str], arguments: &[&str], input: &str) -> Seen {
        let mut command = self.room.command(env!("CARGO_BIN_EXE_steading"));
        let seen = self.room.watch(command.args(arguments), input);
        assert_eq!(seen.leaks(poisons), Vec::<String>::new(), "{arguments:?}");
        assert_eq!(self.room.left(poisons), Vec::<String>::new(), "{arguments:?}");
        seen
    }

    /// The same, of a command that prints no plaintext.
    #[track_caller]
    fn silent(&self, status: i32, arguments: &[&str], input: &str) -> Seen {
        let seen = self.quiet(arguments, input);
        assert_eq!(seen.status, status, "{arguments:?}: {}{}", seen.stdout, seen.stderr);
        for poison in [TEXT, OTHER_TEXT] {
            assert!(!seen.stdout.contains(poison), "{arguments:?}: {}", seen.stdout);
        }
        seen
    }

    #[track_caller]
    pub fn reveals(&self, name: &str, text: &str, poisons: &[&str]) {
        let seen = self.quiet_about(poisons, &["secrets", "reveal", name], "");
        assert_eq!((seen.status, seen.stdout.as_str()), (0, text), "{}", seen.stderr);
    }
}

#[test]
fn no_command_lets_plaintext_out() {
    let Some(fleet) = Fleet::new() else { return };
    fleet.silent(0, &["secrets", "edit", "by/hand", "--yes"], TEXT);
    let failed = fleet.silent(1, &["secrets", "generate", "--yes"], "");
    assert!(failed.stdout.contains("wrong/template"), "{}", failed.stdout);
    fleet.reveals("by/hand", TEXT, &[TEXT, OTHER_TEXT]);
    fleet.reveals("in/template", &format!("user:{TEXT}\n"), &[TEXT, OTHER_TEXT]);
    fleet.silent(2, &["secrets", "reveal", "by/hand", "--json"], "");
    for looks in [
        &["secrets"][..],
        &["secrets", "--json"],
        &["secrets", "plan"],
        &["secrets", "plan", "--json", "--verify"],
        &["secrets", "audit", "--json"],
    ] {
        fleet.silent(0, looks, "");
    }
    fleet.declare(&[HOST, ANOTHER], false);
    fleet.silent(1, &["secrets", "check"], "");
    fleet.silent(0, &["secrets", "rekey", "--yes", "by/hand", "in/json", "in/template"], "");
    let data = fleet.room.path("fleet/secrets/data");
    fs::remove_file(data.join("in/json.age")).unwrap();
    fleet.silent(0, &["secrets", "restore", "in/json"], "");
    fleet.silent(0, &["secrets", "edit", "by/hand", "--yes", "--json"], OTHER_TEXT);
    fleet.silent(0, &["secrets", "rotate", "in/template", "--yes"], "");
    fleet.reveals("in/template", &format!("user:{OTHER_TEXT}\n"), &[TEXT, OTHER_TEXT]);
    // A file that was cut off, and one that is no age file at all.
    let file = data.join("in/template.age");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    fleet.silent(1, &["secrets", "reveal", "in/template"], "");
    fleet.silent(1, &["secrets", "generate", "--yes"], "");
    assert_eq!(fs::read(&file).unwrap().len(), whole.len() - 3, "it is not overwritten");
}

#[test]
fn a_passphrase_is_typed_and_nothing_tells_of_it() {
    let Some(mut fleet) = Fleet::new() else { return };
    let (key, public) = locked(&fleet.room.path("home/.config/steading/identity"));
    fleet.admin = public;
    fleet.declare(&[HOST], false);
    fleet.silent(0, &["secrets", "edit", "by/hand", "--yes"], TEXT);
    let refused = fleet.silent(1, &["secrets", "reveal", "by/hand", "--no-input"], "");
    assert!(refused.stderr.contains("nobody is there to answer"), "{}", refused.stderr);

    let verify = ["secrets", "plan", "--verify", "--color", "never"];
    let mut terminal = fleet.room.terminal(env!("CARGO_BIN_EXE_steading"), &verify, &[]);
    terminal.until_shown("passphrase of");
    terminal.press("not this one\r");
    terminal.until_shown("that was not it; passphrase of");
    terminal.press(&format!("{PASSPHRASE}\r"));
    terminal.until_shown("3 secrets as declared");
    let bytes = terminal.bytes();
    let (status, screen) = terminal.ends_clean();
    assert!(!screen.contains("not this one"), "{screen}");
    let seen =
        fleet.room.seen(i32::try_from(status).unwrap(), String::new(), String::from_utf8(bytes).unwrap());
    let poisons = [TEXT, PASSPHRASE, &key];
    assert_eq!(seen.leaks(&poisons), Vec::<String>::new());
    assert_eq!(fleet.room.left(&poisons), Vec::<String>::new());
}

#[test]
fn a_passphrase_may_be_left_in_any_way() {
    let Some(mut fleet) = Fleet::new() else { return };
    let (_, public) = locked(&fleet.room.path("home/.config/steading/identity"));
    fleet.admin = public;
    fleet.declare(&[HOST], false);
    fleet.silent(0, &["secrets", "edit", "by/hand", "--yes"], TEXT);
    for (keys, status, says) in [
        ("\x04", 1, "the terminal is closed"),
        ("\x03", 130, "stopped on request"),
        ("\r\r\r", 1, "the passphrase was wrong 3 times"),
    ] {
        let reveal = ["secrets", "reveal", "by/hand", "--color", "never"];
        let mut terminal = fleet.room.terminal(env!("CARGO_BIN_EXE_steading"), &reveal, &[]);
        for (answered, key) in keys.chars().enumerate() {
            let asked = |screen: &vt100::Screen| screen.contents().matches("identity:").count();
            terminal.until("a question", |screen| (asked(screen) > answered).then_some(()));
            terminal.press(&key.to_string());
        }
        let (ended, screen) = terminal.ends_clean();
        assert_eq!(i32::try_from(ended).unwrap(), status, "{keys:?}: {screen}");
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(says), "{keys:?}: {screen}");
    }
}
