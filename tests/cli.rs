//! The command line in a hermetic environment: nothing of this machine's is in it but a shell, and a `nix` that says what the test wants.
//! What the program does with the real Nix and real hosts is tested in the lab.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use common::{Ran, check_schema};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A machine with a fleet in `fleet/`, and programs in `bin/` only.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(TempDir::new().unwrap());
        for folder in ["bin", "fleet", "home"] {
            fs::create_dir(machine.path(folder)).unwrap();
        }
        fs::write(machine.path("fleet/flake.nix"), "{ }").unwrap();
        machine
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Puts a shell script into PATH.
    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A `nix` which answers each evaluation with what `answers` has for its attribute.
    fn nix(&self, answers: &[(&str, Value)]) {
        let mut cases = String::new();
        for (attribute, answer) in answers {
            let file = self.path(&format!("{attribute}.json"));
            fs::write(&file, answer.to_string()).unwrap();
            cases.push_str(&format!("*'.#{attribute}') exec /bin/cat '{}' ;;\n", file.display()));
        }
        self.program(
            "nix",
            &format!(
                r#"case "$*" in
                --version) echo "nix (Nix) 2.26.3" ;;
                *metadata*) echo '{{"path":"/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-source","resolved":{{}}}}' ;;
                {cases}
                *) echo "error: unexpected call: $*" >&2; exit 1 ;;
                esac"#
            ),
        );
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_steading"));
        command
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .current_dir(self.path("fleet"));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command().args(arguments).output().unwrap())
    }
}

const SOURCE: &str = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-source";

fn outline() -> Value {
    let deployment = |tags: &[&str]| json!({ "targetHost": "10.0.0.1", "targetUser": "root", "targetPort": 22, "tags": tags, "buildOn": "operator", "after": [], "hostKeys": [] });
    json!({
        "schema": 1,
        "sources": [{ "input": null, "path": SOURCE }, { "input": "steading", "path": "/nix/store/8h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-source" }],
        "hosts": {
            "gate": { "kind": "linux", "system": "x86_64-linux", "folder": "hosts/linux/gate", "deployment": deployment(&["core"]) },
            "far": { "kind": "nixos", "system": null, "folder": "hosts/nixos/far", "deployment": null },
        },
    })
}

#[test]
fn without_nix_it_says_how_to_go_on() {
    let machine = Machine::new();
    let ran = machine.run(&["hosts", "--json"]);
    ran.fails(1, &["the program `nix` was not found", "steading doctor"]);
    assert_eq!(check_schema("error", &ran.stdout)["error"]["kind"], "missing");

    let doctor = machine.run(&["doctor", "--json"]);
    assert_eq!(doctor.status, 1);
    let checks = check_schema("doctor", &doctor.stdout);
    assert_eq!(checks["checks"][0]["state"], "missing", "{checks}");
    let info = machine.run(&["info", "--json"]);
    assert_eq!((info.status, check_schema("info", &info.stdout)["nix"].clone()), (0, Value::Null));
}

#[test]
fn without_ssh_it_says_how_to_go_on() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    let ran = machine.run(&["status", "gate", "--no-eval", "--json"]);
    assert_eq!(ran.status, 4, "{ran:?}");
    let document = check_schema("status", &ran.stdout);
    let problem = document["hosts"]["gate"]["problem"].as_str().unwrap();
    assert!(problem.contains("the program `ssh` was not found; install OpenSSH's client"), "{problem}");
}

#[test]
fn an_old_nix_is_refused_by_its_number() {
    let machine = Machine::new();
    machine.program("nix", "echo 'nix (Nix) 2.8.0'");
    machine.run(&["hosts"]).fails(1, &["too old: nix (Nix) 2.8.0", "2.26 or newer"]);
}

#[test]
fn a_folder_without_a_fleet_is_named() {
    let machine = Machine::new();
    machine.nix(&[]);
    machine
        .run(&["hosts", "--flake", "../nowhere"])
        .fails(2, &["\"../nowhere\" does not exist", "--flake DIR"]);
    machine.run(&["hosts", "--flake", "../home"]).fails(3, &["there is no flake.nix in", "--flake DIR"]);
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    machine.run(&["deploy"]).fails(2, &["deploy to which hosts?", "--all"]);
    machine.run(&["globals", "a..b"]).fails(2, &["no attribute path"]);
    machine
        .run(&["deploy", "--all", "--action", "reboot"])
        .fails(2, &["use switch, test, boot or dry-activate"]);
    machine.run(&["hosts", "gaet"]).fails(2, &["there is no host \"gaet\"", "did you mean \"gate\"?"]);
    machine.run(&["hosts", "@cor"]).fails(2, &["did you mean \"core\"?"]);
    machine.run(&["frobnicate"]).fails(2, &["frobnicate"]);
}

#[test]
fn hosts_are_listed_without_evaluating_any() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    let ran = machine.run(&["hosts"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout);
    let document = check_schema("hosts", &machine.run(&["hosts", "@core", "--json"]).stdout);
    assert_eq!(document["hosts"].as_object().unwrap().keys().collect::<Vec<_>>(), ["gate"]);
}

#[test]
fn a_foreign_flake_and_another_schema_are_told_apart() {
    let machine = Machine::new();
    let mut other = outline();
    other["schema"] = json!(2);
    machine.nix(&[("steading", other)]);
    machine.run(&["hosts"]).fails(3, &["schema 2", "this program is too old", "update Steading"]);
    machine.nix(&[("steading", json!("nonsense"))]);
    machine.run(&["hosts"]).fails(3, &["is not what was expected"]);
    let says = r#"@nix {"action":"msg","level":0,"msg":"","raw_msg":"flake 'x' does not provide attribute 'steading'"}"#;
    machine.program("nix", &format!("case \"$*\" in --version) echo nix 2.26.0;; *metadata*) echo '{{\"path\":\"{SOURCE}\"}}';; *) echo '{says}' >&2; exit 1;; esac"));
    machine.run(&["hosts"]).fails(3, &["has no hosts", "mkFleet"]);
}

#[test]
fn an_evaluation_error_stands_at_its_line() {
    let machine = Machine::new();
    // With its whole trace it is longer than any line of text.
    let trace = "x".repeat(200_000);
    let says = format!(
        r#"@nix {{"action":"msg","level":0,"line":7,"column":3,"file":"{SOURCE}/hosts/linux/gate/default.nix:7:3","msg":"{trace}","raw_msg":"undefined variable \u001b[31mfoo"}}"#
    );
    machine.program("nix", &format!("case \"$*\" in --version) echo nix 2.26.0;; *metadata*) echo '{{\"path\":\"{SOURCE}\"}}';; *) printf '%s\\n' '{says}' >&2; exit 1;; esac"));
    let ran = machine.run(&["hosts", "--json"]);
    ran.fails(3, &["hosts/linux/gate/default.nix:7: undefined variable foo"]);
    let error = check_schema("error", &ran.stdout);
    assert_eq!(
        error["error"]["place"],
        json!({ "file": "hosts/linux/gate/default.nix", "line": 7, "column": 3 })
    );
}

#[test]
fn globals_show_who_won_and_who_lost() {
    let definition = |host: Value, line: u32, priority: i64, state: &str, kind: &str, value: Value| json!({ "host": host, "file": format!("{SOURCE}/x.nix"), "line": line, "column": 5, "priority": priority, "order": null, "state": state, "kind": kind, "value": value });
    let with_via = |mut definition: Value, file: &str, line: u32| {
        definition["via"] = json!({ "file": format!("{SOURCE}/{file}"), "line": line, "column": 9 });
        definition
    };
    let declared = json!([{ "file": "/nix/store/8h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-source/lib/netsrv.nix", "line": 3, "column": 1 }]);
    let leaves = json!({ "namespace": ["x", "global"], "leaves": [
        { "path": ["netsrv", "mtu"], "type": "integer", "value": 9000, "declarations": declared, "definitions": [
            definition(Value::Null, 3, 1500, "overridden", "default", json!(1500)),
            definition(json!("attic"), 12, 50, "used", "definition", json!(9000)),
            with_via(definition(json!("gate"), 4, 1000, "overridden", "definition", json!(1400)), "x.nix", 2),
            with_via(definition(json!("post"), 8, 1000, "overridden", "definition", json!(1300)), "lib/helper.nix", 5),
        ] },
        { "path": ["email", "accounts", "a@b.c", "name"], "type": "null or string", "value": null, "declarations": [], "definitions": [] },
        { "path": ["broken"], "type": "string", "error": "does not evaluate", "declarations": [], "definitions": [] },
        { "path": ["set", "off"], "type": "integer", "declarations": [], "definitions": [definition(json!("gate"), 9, 100, "disabled", "definition", json!(1))] },
    ] });
    let machine = Machine::new();
    machine.nix(&[("steading", outline()), ("steading.globals", leaves)]);
    insta::assert_snapshot!("globals_in_full", machine.run(&["globals"]).stdout);
    let document = check_schema("globals", &machine.run(&["globals", "netsrv", "--json"]).stdout);
    assert_eq!(document["leaves"][0]["definitions"][1]["file"], "x.nix");
    assert_eq!(
        document["leaves"][0]["definitions"][3]["via"],
        json!({ "file": "lib/helper.nix", "line": 5, "column": 9 })
    );
    assert_eq!(
        document["leaves"][0]["declarations"][0]["file"],
        json!({ "input": "steading", "file": "lib/netsrv.nix" })
    );
    let whole = check_schema("globals", &machine.run(&["globals", "--json"]).stdout);
    assert_eq!(whole["leaves"].as_array().unwrap().len(), 4);
    let same = machine.run(&["globals", "x.global.netsrv.mtu", "--json"]).stdout;
    assert_eq!(check_schema("globals", &same), document);
    machine
        .run(&["globals", "netsrv.mut"])
        .fails(2, &["there is no global netsrv.mut", "did you mean netsrv.mtu?"]);
    let quoted = machine.run(&["globals", r#"email.accounts."a@b.c""#, "--json"]).stdout;
    assert_eq!(check_schema("globals", &quoted)["leaves"][0]["value"], Value::Null);
}

#[test]
fn services_and_secrets_are_listed() {
    let services = json!([{ "name": "dns", "host": "gate", "address": "10.0.0.1", "fqdn": "dns.home.arpa", "ports": [{ "name": "dns", "port": 53, "protocol": "udp", "shared": false }],
        "accessFrom": ["far"], "accessFromAllHosts": false, "publishDNS": true, "definedAt": { "file": format!("{SOURCE}/dns.nix"), "line": 4 } }]);
    let secret = |name: &str| {
        json!({ "secrets": [{ "name": name, "engine": "random", "generation": { "length": 64 }, "definedAt": null }],
        "mounts": [{ "name": "m", "secret": name, "host": "gate", "owner": "root", "group": "root", "mode": "u=r,go=", "path": "/run/agenix/m" }],
        "adminKeys": ["age1a", "age1b"], "hostKeys": { "gate": ["ssh-ed25519 AAAA", "age1a"] } })
    };
    let machine = Machine::new();
    machine.nix(&[
        ("steading", outline()),
        ("steading.services", services),
        ("steading.secrets", secret("web/password")),
    ]);
    insta::assert_snapshot!("services", machine.run(&["services"]).stdout);
    check_schema("services", &machine.run(&["services", "--json"]).stdout);
    insta::assert_snapshot!("secrets", machine.run(&["secrets"]).stdout);
    fs::create_dir_all(machine.path("fleet/secrets/data/web")).unwrap();
    fs::write(machine.path("fleet/secrets/data/web/password.age"), "age").unwrap();
    let document = check_schema("secrets", &machine.run(&["secrets", "--json"]).stdout);
    assert_eq!(
        document["secrets"][0]["file"],
        json!({ "path": "secrets/data/web/password.age", "present": true })
    );
    assert_eq!(document["secrets"][0]["recipients"], json!(["age1a", "age1b", "ssh-ed25519 AAAA"]));
    for name in ["../../etc/shadow", "/etc/passwd", "a//b", "a\nb", ""] {
        machine.nix(&[("steading", outline()), ("steading.secrets", secret(name))]);
        machine.run(&["secrets"]).fails(3, &["can't be the name of a secret"]);
    }
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    let ran = machine.run(&["deploy", "gate", "--json"]);
    assert_ne!(ran.status, 0);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["version"], 1);
}

#[test]
fn colours_are_the_readers_choice() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    assert!(!machine.run(&["hosts"]).stdout.contains('\u{1b}'), "a pipe gets none");
    assert!(machine.run(&["hosts", "--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!machine.run(&["hosts", "--color", "never"]).stdout.contains('\u{1b}'));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let machine = Machine::new();
    machine.nix(&[("steading", outline())]);
    let mut child =
        machine.command().arg("hosts").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
