//! Evaluation by the real Nix, on the example fleet and on what can be wrong with one.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{fs, path::Path};

use common::{
    check_schema,
    lab::{Fleet, Lab},
};
use serde_json::{Value, json};

#[test]
fn who_said_it_and_who_was_overruled() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let document =
        check_schema("globals", &lab.run(&fleet.path(), &["globals", "netsrv.mtu", "--json"]).well());
    let leaf = &document["leaves"][0];
    assert_eq!(leaf["value"], 1412);
    let used = leaf["definitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|definition| definition["state"] == "used")
        .collect::<Vec<_>>();
    assert_eq!(used.len(), 1, "{leaf:#}");
    assert_eq!(
        (&used[0]["host"], &used[0]["priority"], &used[0]["file"]),
        (&json!("gate"), &json!(50), &json!("hosts/linux/gate/default.nix"))
    );
    let line = used[0]["line"].as_u64().unwrap();
    let text = fs::read_to_string(fleet.path().join("hosts/linux/gate/default.nix")).unwrap();
    let line = text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
    assert!(line.contains("mtu = lib.mkForce 1412"), "the line that is named says it: {line:?}");
    let lost = leaf["definitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|definition| definition["state"] == "overridden");
    assert!(lost.count() >= 2, "{leaf:#}");
}

/// The README's picture is what the program says. `STEADING_UPDATE=1` draws it anew.
#[test]
fn the_picture_in_the_readme_is_true() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let said = lab.run(&fleet.path(), &["globals", "netsrv.mtu", "--color", "always"]).well();
    let term = anstyle_svg::Term::new().min_width_px(900);
    let picture = term.render_svg(&format!("\u{1b}[2m$ steading globals netsrv.mtu\u{1b}[0m\n{said}"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/globals.svg");
    if std::env::var_os("STEADING_UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &picture).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == picture,
        "docs/pictures/globals.svg is stale: STEADING_UPDATE=1 cargo nextest run the_picture"
    );
}

#[test]
fn every_part_of_the_fleet_is_listed() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let run = |command: &str| check_schema(command, &lab.run(&fleet.path(), &[command, "--json"]).well());
    assert_eq!(run("hosts")["hosts"].as_object().unwrap().len(), 5);
    assert!(run("globals")["leaves"].as_array().unwrap().len() > 100);
    let services = run("services");
    let dns =
        services["services"].as_array().unwrap().iter().find(|service| service["name"] == "dns").unwrap();
    assert_eq!((&dns["host"], &dns["address"]), (&json!("gate"), &json!("10.77.0.11")), "{dns:#}");
    assert_eq!(dns["definedAt"]["file"], "modules/linux/dns.nix");
    let secrets = run("secrets");
    let engines = secrets["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| secret["engine"].as_str().unwrap())
        .collect::<Vec<_>>();
    for engine in ["random", "template", "json", "manual"] {
        assert!(engines.contains(&engine), "{engines:?}");
    }
    assert_eq!(run("info")["fleet"]["hosts"], 5);
    run("doctor");
}

/// A host that looks at the flake in all the ways that differ between a work tree and its copy in the store.
const MIRROR: &str = r#"{ inputs, ... }: {
  x.global.netsrv.hosts.mirror = "10.77.0.99";
  environment.etc.self.text = "${inputs.self}";
  environment.etc.folder.source = ./.;
  environment.etc.file.source = ./default.nix;
  environment.etc.listing.text = toString (builtins.attrNames (builtins.readDir ./.));
}"#;

#[test]
fn the_derivation_is_the_one_that_nix_build_has() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write("hosts/linux/mirror/default.nix", MIRROR);
    fleet.write(
        "hosts/linux/mirror/meta.nix",
        r#"{ system = "x86_64-linux"; deployment.targetHost = "10.77.0.99"; }"#,
    );
    // Git doesn't know this one, so it isn't there.
    fs::write(fleet.path().join("hosts/linux/mirror/untracked.nix"), "throw \"seen\"").unwrap();

    let built = lab.run(&fleet.path(), &["build", "mirror", "--json"]);
    assert!(built.stderr.contains("git does not know hosts/linux/mirror/untracked.nix"), "{}", built.stderr);
    let document = check_schema("build", &built.well());
    let installable = format!("{}#steading.host.mirror.toplevel", fleet.path().display());
    let nix = |arguments: &str| {
        let call =
            format!("nix --extra-experimental-features 'nix-command flakes' {arguments} '{installable}'");
        lab.on("operator", &call).well().trim().to_owned()
    };
    let mirror = &document["hosts"]["mirror"];
    assert_eq!(mirror["state"], "built", "{document:#}");
    assert_eq!(mirror["system"], json!(nix("build --no-link --print-out-paths")));
    assert_eq!(mirror["derivation"], json!(nix("path-info --derivation")));
}

/// What is wrong, by which files, seen by which command, said how.
type Case<'a> = (&'a str, &'a [(&'a str, String)], &'a [&'a str], &'a [&'a str]);

#[test]
fn what_is_wrong_with_a_fleet_is_said_where_it_is_wrong() {
    let Some(lab) = Lab::take() else { return };
    let meta = r#"{ system = "x86_64-linux"; deployment.targetHost = "10.77.0.12"; }"#;
    let host = |body: &str| {
        format!("{{ globalConfig, ... }}: {{\n{body}\n  x.global.netsrv.hosts.odd = \"10.77.0.12\";\n}}")
    };
    let cases: &[Case] = &[
        (
            "a syntax error",
            &[("hosts/linux/odd/default.nix", "{\n  a = ;\n}".to_owned())],
            &["plan", "odd"],
            &["hosts/linux/odd/default.nix:2: syntax error"],
        ),
        (
            "an unknown option",
            &[("hosts/linux/odd/default.nix", host("  enviroment.etc = { };"))],
            &["plan", "odd"],
            &["`enviroment' does not exist", "hosts/linux/odd/default.nix"],
        ),
        (
            "a service that nobody provides",
            &[(
                "hosts/linux/odd/default.nix",
                host("  environment.etc.x.text = globalConfig.netsrv.services.dnss.address;"),
            )],
            &["plan", "odd"],
            &["hosts/linux/odd/default.nix:2", "dnss"],
        ),
        (
            "an assertion",
            &[(
                "hosts/linux/odd/default.nix",
                host("  assertions = [ { assertion = false; message = \"odd must be even\"; } ];"),
            )],
            &["plan", "odd"],
            &["odd must be even"],
        ),
        (
            "two hosts of one name",
            &[("hosts/nixos/gate/default.nix", "{ }".to_owned())],
            &["hosts"],
            &["hosts/linux/gate", "hosts/nixos/gate"],
        ),
        (
            "a name that no host can have",
            &[("hosts/linux/o d d/default.nix", "{ }".to_owned())],
            &["hosts"],
            &["`o d d` can't be the name of a host"],
        ),
        (
            "a typo in meta.nix",
            &[("hosts/linux/odd/meta.nix", "{ sytem = \"x\"; }".to_owned())],
            &["hosts"],
            &["hosts/linux/odd/meta.nix", "`sytem`", "`system`"],
        ),
        (
            "a flake that doesn't parse",
            &[("flake.nix", "{ outputs = inputs: ; }".to_owned())],
            &["hosts"],
            &["flake.nix:1: syntax error"],
        ),
        (
            "a flake that is no fleet",
            &[
                ("flake.nix", "{ outputs = _: { }; }".to_owned()),
                ("flake.lock", r#"{"nodes":{"root":{}},"root":"root","version":7}"#.to_owned()),
            ],
            &["hosts"],
            &["has no hosts", "mkFleet"],
        ),
    ];
    for (what, files, command, says) in cases {
        let fleet = Fleet::example();
        fleet.write("hosts/linux/odd/default.nix", "{ }");
        fleet.write("hosts/linux/odd/meta.nix", meta);
        for (file, text) in *files {
            fleet.write(file, text);
        }
        let ran = lab.run(&fleet.path(), command);
        assert!(ran.status == 3 || ran.status == 4, "{what}: {ran:?}");
        for text in *says {
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert!(all.contains(text), "{what}: {text:?} is not in {all}");
        }
    }
}

#[test]
fn two_hosts_that_force_one_value_are_both_named_and_the_rest_stays() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write(
        "hosts/linux/odd/default.nix",
        "{ lib, ... }: {\n  x.global.netsrv.mtu = lib.mkForce 1300;\n}",
    );
    let document = check_schema("globals", &lab.run(&fleet.path(), &["globals", "--json"]).well());
    let leaves = document["leaves"].as_array().unwrap();
    let mtu = leaves.iter().find(|leaf| leaf["path"] == json!(["netsrv", "mtu"])).unwrap();
    let error = mtu["error"].as_str().unwrap();
    assert!(
        error.contains("hosts/linux/odd/default.nix:2") && error.contains("hosts/linux/gate/default.nix"),
        "{error}"
    );
    assert!(!error.contains("/nix/store"), "{error}");
    assert!(
        leaves
            .iter()
            .any(|leaf| leaf["path"] == json!(["netsrv", "domain"]) && leaf["value"] == "in.example")
    );
}

#[test]
fn what_nix_cannot_catch_spoils_one_row_only() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write(
        "hosts/linux/odd/default.nix",
        "{ lib, ... }: {\n  x.global.netsrv.mtu = lib.mkOverride 10 (abort \"no\");\n  x.global.netsrv.hosts.odd = \"10.77.0.97\";\n}",
    );
    let document = check_schema("globals", &lab.run(&fleet.path(), &["globals", "--json"]).well());
    let broken = |leaf: &&Value| leaf.get("error").is_some();
    let errors = document["leaves"].as_array().unwrap().iter().filter(broken).collect::<Vec<_>>();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0]["error"].as_str().unwrap().contains("hosts/linux/odd/default.nix:2"), "{errors:#?}");
}
