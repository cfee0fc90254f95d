//! Adopting hosts: real keys of real hosts.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::fs;

use common::{
    check_schema,
    lab::{Fleet, Lab},
};
use serde_json::Value;

const ANOTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB56zuc6KKQcV9vSAfVFx23JM1Oio4y0gDS5eTXFPcU6";
const ANOTHER_FINGERPRINT: &str = "SHA256:+F6CYfshbOSS7//vqSF27RJ1rdIZ9UZhnl4B15ZAjMI";
const RECORD: &str = "secrets/hosts/gate.pub";

/// The example fleet, without the made-up keys of its hosts.
fn fleet() -> Fleet {
    let fleet = Fleet::example();
    fleet.write(
        "modules/globaldata/secrets.nix",
        r#"{ x.global.agenix.adminKeys = [ "age1lrv8kt8uxwxt4mffzfp25kganyngcxdxm50psfxdr9v5lpcf9vzs9ngtyg" ]; }"#,
    );
    fleet
}

fn adopted(text: &str) -> Value {
    check_schema("adopt", text)
}

#[test]
fn a_host_is_adopted_by_its_key_and_trusted_by_it_alone() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet();
    let folder = fleet.path();
    let run = |arguments: &[&str]| lab.run(&folder, arguments);
    let known = |command: &str| lab.on("gate", command).well().trim().to_owned();
    let key = known("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    let fingerprint = known("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2");

    let seen = adopted(&run(&["adopt", "gate", "--dry-run", "--json"]).well());
    assert_eq!((&seen["standing"], &seen["recorded"]), (&"new".into(), &false.into()));
    assert_eq!(
        (seen["key"]["key"].as_str(), seen["key"]["fingerprint"].as_str()),
        (Some(&*key), Some(&*fingerprint))
    );
    run(&["adopt", "gate"]).fails(2, &["nobody is there to agree", "--fingerprint SHA256:… --yes"]);
    run(&["adopt", "gate", "--yes"]).fails(2, &["--fingerprint"]);
    run(&["adopt", "gate", "--yes", "--fingerprint", ANOTHER_FINGERPRINT])
        .fails(1, &["shows no key with the fingerprint", &fingerprint, "don't go on"]);
    assert!(!folder.join(RECORD).exists(), "nothing was written so far");

    let done = adopted(&run(&["adopt", "gate", "--yes", "--fingerprint", &fingerprint, "--json"]).well());
    assert_eq!((&done["standing"], &done["recorded"]), (&"new".into(), &true.into()));
    assert_eq!(fs::read_to_string(folder.join(RECORD)).unwrap(), format!("{key} gate\n"));
    let hosts: Value = serde_json::from_str(&run(&["hosts", "gate", "--json"]).well()).unwrap();
    assert_eq!(hosts["hosts"]["gate"]["deployment"]["hostKeys"], serde_json::json!([key]));
    run(&["status", "gate"]).well();
    let again = adopted(&run(&["adopt", "gate", "--json"]).well());
    assert_eq!((&again["standing"], &again["recorded"]), (&"known".into(), &false.into()));

    // Another key in the record: the host was installed anew, or somebody is in between.
    fleet.write(RECORD, &format!("{ANOTHER} gate\n"));
    run(&["status", "gate"]).fails(4, &[]);
    let changed = adopted(&run(&["adopt", "gate", "--dry-run", "--json"]).well());
    assert_eq!(changed["standing"], "changed");
    assert_eq!(changed["knownBefore"][0]["fingerprint"], ANOTHER_FINGERPRINT);
    let told = run(&["adopt", "gate", "--dry-run"]).well();
    assert!(
        told.contains("CHANGED") && told.contains(ANOTHER_FINGERPRINT) && told.contains(&fingerprint),
        "{told}"
    );
    run(&["adopt", "gate", "--no-input"]).fails(2, &["nobody is there to agree"]);
    assert_eq!(fs::read_to_string(folder.join(RECORD)).unwrap(), format!("{ANOTHER} gate\n"));
    run(&["adopt", "gate", "--yes", "--fingerprint", &fingerprint]).well();
    run(&["status", "gate"]).well();
}

#[test]
fn what_modules_say_is_not_overruled() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet();
    fleet.write(
        "modules/globaldata/hands.nix",
        &format!("{{ x.global.agenix.publicKeys.gate = [ \"{ANOTHER}\" ]; }}"),
    );
    let run = |arguments: &[&str]| lab.run(&fleet.path(), arguments);
    let seen = adopted(&run(&["adopt", "gate", "--dry-run", "--json"]).well());
    assert_eq!(seen["standing"], "changed");
    assert_eq!(seen["knownBefore"][0]["fingerprint"], ANOTHER_FINGERPRINT);
    let fingerprint = seen["key"]["fingerprint"].as_str().unwrap();
    run(&["adopt", "gate", "--yes", "--fingerprint", fingerprint])
        .fails(3, &["x.global.agenix.publicKeys.gate", "steading globals agenix.publicKeys.gate"]);
    fleet.write("modules/globaldata/hands.nix", "{ }");
    fleet.write(
        "hosts/linux/gate/meta.nix",
        &format!("{{ deployment = {{ targetHost = \"10.77.0.11\"; hostKeys = [ \"{ANOTHER}\" ]; }}; }}"),
    );
    run(&["adopt", "gate"])
        .fails(1, &["deployment.hostKeys", ANOTHER_FINGERPRINT, fingerprint, "don't go on"]);
    lab.run(&fleet.path(), &["adopt", "gates"]).fails(2, &["did you mean `gate`?"]);
}

#[test]
fn a_host_that_does_not_answer_is_told_as_such() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet();
    lab.call(&["cut", "gate"]).well();
    let ran = lab.run(&fleet.path(), &["adopt", "gate", "--dry-run"]);
    lab.call(&["heal", "gate"]).well();
    ran.fails(1, &["`10.77.0.11` does not answer", "is it on"]);
    // Something else listens there.
    fleet.write(
        "hosts/linux/gate/meta.nix",
        "{ system = \"x86_64-linux\"; deployment = { targetHost = \"10.77.0.11\"; targetPort = 1; }; }",
    );
    lab.run(&fleet.path(), &["adopt", "gate", "--dry-run"]).fails(1, &["10.77.0.11", "refuse"]);
    assert!(!fleet.path().join(RECORD).exists());
}

/// The same secret on two hosts: one is known from the start, the other is adopted later.
#[test]
fn what_a_host_mounts_is_encrypted_to_it_and_deployed() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let admin = age::x25519::Identity::generate();
    let identity = fleet.path().join("../../.git/admin.key");
    {
        use age::secrecy::ExposeSecret as _;
        fs::write(&identity, admin.to_string().expose_secret()).unwrap();
    }
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o600)).unwrap();
    fleet.write(
        "modules/globaldata/secrets.nix",
        &format!("{{ x.global.agenix.adminKeys = [ \"{}\" ]; }}", admin.to_public()),
    );
    let mounted = |hosts: &str| {
        fleet.write(
            "modules/linux/shared.nix",
            &format!(
                r#"{{ lib, name, ... }}: {{ config = lib.mkIf (lib.elem name [ {hosts} ]) {{ x.global.agenix = {{
                    secrets."lab/shared".generation.random.length = 20;
                    secretMounts."shared-${{name}}".secret = "lab/shared";
                }}; }}; }}"#
            ),
        );
    };
    let folder = fleet.path();
    let identity = identity.to_str().unwrap();
    let adopt = |host: &str, more: &[&str]| {
        let print = lab.on(host, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2").well();
        let all = [&["adopt", host, "--json", "--yes", "--fingerprint", print.trim()], more].concat();
        adopted(&lab.run(&folder, &all).well())
    };
    let text = || lab.run(&folder, &["secrets", "reveal", "lab/shared", "--identity", identity]).well();

    mounted("\"post\"");
    adopt("post", &[]);
    lab.run(&folder, &["secrets", "generate", "lab/shared", "--yes", "--identity", identity]);
    let before = text();
    assert_eq!(before.trim().len(), 20);

    mounted("\"post\" \"gate\"");
    let without = adopt("gate", &[]);
    // The operator's own key of SSH is found, but is no admin's.
    assert!(without["left"].to_string().contains("lab/shared was not encrypted anew"), "{without}");
    let done = adopt("gate", &["--identity", identity]);
    assert_eq!((&done["standing"], &done["rekeyed"]), (&"known".into(), &serde_json::json!(["lab/shared"])));
    assert_eq!(text(), before, "it has the same value");
    let deployed = lab.run(&folder, &["deploy", "gate", "--yes"]);
    assert_eq!(deployed.status, 0, "{deployed:?}");
    assert_eq!(lab.on("gate", "cat /run/agenix/shared-gate").well(), before);
}
