//! Who reads a global, and what would move: seen by the real Nix, held against what really moves.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{
    check_schema,
    lab::{Fleet, Lab},
};
use serde_json::{Value, json};

/// The derivations of all systems, by plain evaluation.
fn derivations(lab: &Lab, fleet: &Fleet) -> BTreeMap<String, String> {
    let call = format!(
        "nix --extra-experimental-features 'nix-command flakes' eval --json '{}#steading.host' \
         --apply 'builtins.mapAttrs (_: host: host.toplevel.drvPath)'",
        fleet.path().display()
    );
    serde_json::from_str(&lab.on("operator", &call).well()).unwrap()
}

fn readers(document: &Value) -> BTreeMap<String, Vec<String>> {
    let texts = |list: &Value| {
        list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let leaf = |leaf: &Value| (texts(&leaf["path"]).join("/"), texts(&leaf["readers"]));
    document["leaves"].as_array().unwrap().iter().map(leaf).collect()
}

#[test]
fn readers_are_the_hosts_that_used_a_value() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let document = check_schema("globals", &lab.run(&fleet.path(), &["globals", "--json"]).well());
    assert_eq!(document["unknownReaders"], json!([]));
    let readers = readers(&document);
    assert_eq!(readers["netsrv/mtu"], ["router"], "the router alone is told the packets' size");
    assert_eq!(readers["netsrv/services/papers/ports/http/shared"], ["gate"]);
    assert!(readers["netsrv/services/paperless/ports/http/port"].contains(&"gate".to_owned()));
    assert!(readers["agenix/adminKeys"].is_empty(), "no system is made of keys");
}

#[test]
fn what_would_move_is_what_moves() {
    let Some(lab) = Lab::take() else { return };
    let changes = [
        ("netsrv.mtu", "hosts/linux/gate/default.nix", "mkForce 1412", "mkForce 1411"),
        ("netsrv.hosts.attic", "modules/globaldata/network.nix", "10.77.0.14", "10.77.0.15"),
        ("netsrv.domain", "modules/globaldata/network.nix", "in.example", "at.example"),
        ("users.accounts.bob.displayName", "modules/globaldata/people.nix", "Bob", "Robert"),
        ("portForwards.smtp.outside", "hosts/linux/post/default.nix", "outside = 25", "outside = 2525"),
    ];
    for (global, file, before, after) in changes {
        let fleet = Fleet::example();
        let answer = lab.run(&fleet.path(), &["globals", global, "--affected", "--json"]).well();
        let answer = check_schema("affected", &answer);
        let foretold = answer["affected"]["hosts"].as_array().unwrap().iter();
        let foretold = foretold.map(|host| host.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(answer["affected"]["unknown"], json!([]));
        let then = derivations(&lab, &fleet);
        let text = std::fs::read_to_string(fleet.path().join(file)).unwrap();
        assert!(text.contains(before), "{file} has no {before:?} any more");
        fleet.write(file, &text.replacen(before, after, 1));
        let now = derivations(&lab, &fleet);
        let moved = now.iter().filter(|(host, derivation)| then[*host] != **derivation);
        let moved = moved.map(|(host, _)| host.clone()).collect::<BTreeSet<_>>();
        assert_eq!(moved, foretold, "of {global}");
    }
}

/// Globals of all the sorts that could get lost on their way through a file.
const AWKWARD: &str = r"{ lib, ... }: {
  options.x.global.awkward = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; default = { }; };
  options.x.global.never = lib.mkOption { type = lib.types.str; };
}";

/// A host that says them.
const SAYS: &str = r#"{ inputs, ... }:
let
  tool = derivation { name = "tool"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ]; };
in {
  x.global.netsrv.hosts.says = "10.77.0.98";
  x.global.awkward = {
    output = "${tool}/bin/tool";
    derivation = tool.drvPath;
    file = "${./default.nix}";
    folder = "${./.}";
    self = "${inputs.self}";
    nested = [ { a = "pre ${tool} ${./default.nix}"; } "plain" [ 1 null ] ];
    set.within.tool = "${tool}";
    function = argument: "called with ${argument} and ${tool}";
    functor = { __functor = self: argument: "functor ${argument}"; };
    package = tool;
    path = ./default.nix;
    inherit inputs;
    floats = [ 0.1 1.0 1.0e300 (-2.5) ];
    numbers = [ (-1) 9223372036854775807 (-9223372036854775807 - 1) ];
    nothing = null;
    empty = { };
    none = [ ];
    text = "dollar \${x} ''quoted'' \"twice\" back\\slash\ttab\nline  ä €";
    "odd name" = "0";
    "" = "1";
    "a.b" = "2";
    "if" = "3";
    "\${x}\"\\" = "4";
    "_module" = "5";
    "steading-snapshot" = "6";
    broken = throw "nobody looks at this one";
  };
}"#;

/// A host whose system is made of all of them, and of where its inputs are.
const READS: &str = r#"{ globalConfig, inputs, lib, ... }:
let g = globalConfig.awkward; in {
  x.global.netsrv.hosts.reads = "10.77.0.97";
  environment.etc = {
    plain.text = builtins.toJSON (removeAttrs g [ "function" "functor" "package" "path" "inputs" "broken" ]);
    function.text = g.function "me" + g.functor "you";
    package.text = "${g.package} ${g.path} ${g.inputs.self}";
    path.source = g.path;
    names.text = toString (builtins.attrNames g) + toString (globalConfig ? nothing);
    registry.text = lib.concatMapStrings (name: "${inputs.${name}} ${inputs.${name}.narHash or ""}") (builtins.attrNames inputs);
  };
}"#;

#[test]
fn the_derivation_by_snapshot_is_the_plain_one() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write("modules/global/awkward.nix", AWKWARD);
    for (host, text, address) in [("says", SAYS, "10.77.0.98"), ("reads", READS, "10.77.0.97")] {
        fleet.write(&format!("hosts/linux/{host}/default.nix"), text);
        let meta = format!(r#"{{ system = "x86_64-linux"; deployment.targetHost = "{address}"; }}"#);
        fleet.write(&format!("hosts/linux/{host}/meta.nix"), &meta);
    }
    // Nobody can know the value of this one, and nobody looks.
    let plain = derivations(&lab, &fleet);
    let built = check_schema("build", &lab.run(&fleet.path(), &["build", "--json"]).well());
    let hosts = built["hosts"].as_object().unwrap();
    assert_eq!(hosts.len(), 7);
    for (host, built) in hosts {
        assert_eq!(built["derivation"], json!(plain[host]), "of {host}");
    }
    let document = check_schema("globals", &lab.run(&fleet.path(), &["globals", "--json"]).well());
    assert_eq!(document["unknownReaders"], json!([]), "each was evaluated from the snapshot");
    let readers = readers(&document);
    for name in ["output", "function", "package", "self", "odd name", "", "a.b", "empty", "nested", "numbers"]
    {
        assert_eq!(readers[&format!("awkward/{name}")], ["reads"], "{name:?}");
    }
    assert!(readers["awkward/broken"].is_empty());
    assert!(readers["never"].is_empty());
}

#[test]
fn without_a_snapshot_hosts_are_evaluated_all_the_same() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    // Not even `tryEval` catches a missing attribute.
    fleet.write("modules/globaldata/broken.nix", "{ x.global.netsrv.domain = { }.domain; }");
    let document = lab.run(&fleet.path(), &["globals", "--json"]).well();
    let document = check_schema("globals", &document);
    let unknown = document["unknownReaders"].as_array().unwrap();
    assert!(unknown.contains(&json!("attic")), "{unknown:?}");
    let domain = document["leaves"].as_array().unwrap().iter().find(|leaf| leaf["path"][1] == "domain");
    assert!(domain.unwrap()["error"].is_string(), "{domain:#?}");
}
