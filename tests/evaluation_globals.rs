//! What can be wrong with globals, and how the operator is told: by the real Nix, on the example fleet.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{
    check_schema,
    lab::{Fleet, Lab},
};
use serde_json::{Value, json};

/// Globals that hosts may define each other by.
const DECLARED: &str = "{ lib, ... }: {\n  options.x.global = lib.genAttrs [ \"a\" \"b\" \"c\" ] (_: lib.mkOption { type = lib.types.int; default = 0; });\n}";

/// The example with a host `odd`, and, where given, one `even`.
fn fleet(odd: &str, even: Option<&str>) -> Fleet {
    let fleet = Fleet::example();
    fleet.write("modules/global/letters.nix", DECLARED);
    for (name, body) in [("odd", Some(odd)), ("even", even)] {
        let Some(body) = body else { continue };
        fleet.write(
            &format!("hosts/linux/{name}/meta.nix"),
            r#"{ system = "x86_64-linux"; deployment.targetHost = "10.77.0.97"; }"#,
        );
        fleet.write(
            &format!("hosts/linux/{name}/default.nix"),
            &format!(
                "{{ lib, config, globalConfig, ... }}: {{ x.global.netsrv.hosts.{name} = \"10.77.0.97\";\n{body}\n}}"
            ),
        );
    }
    fleet
}

fn leaves(lab: &Lab, fleet: &Fleet) -> Vec<Value> {
    let document = check_schema("globals", &lab.run(&fleet.path(), &["globals", "--json"]).well());
    document["leaves"].as_array().unwrap().clone()
}

fn broken(leaves: &[Value]) -> Vec<&Value> {
    leaves.iter().filter(|leaf| leaf.get("error").is_some()).collect()
}

fn path(leaf: &Value) -> String {
    let names = leaf["path"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    names.collect::<Vec<_>>().join(".")
}

/// The places of a leaf's definitions: `HOST FILE:LINE`.
fn places(leaf: &Value) -> Vec<String> {
    let said = leaf["definitions"].as_array().unwrap().iter();
    said.map(|said| {
        format!(
            "{} {}:{}",
            said["host"].as_str().unwrap_or("-"),
            said["file"].as_str().unwrap(),
            said["line"]
        )
    })
    .collect()
}

#[test]
fn a_circle_of_two_hosts_is_named_with_its_lines() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet(
        "  x.global.a =\n    globalConfig.netsrv.mtu + globalConfig.b;\n  x.global.c = globalConfig.a;",
        Some("  x.global.b = globalConfig.a;"),
    );
    let circle = "the globals a and b are made of each other: a asks for b in hosts/linux/odd/default.nix:3 (host odd), b asks for a in hosts/linux/even/default.nix:2 (host even)";
    let leaves = leaves(&lab, &fleet);
    let rows = broken(&leaves);
    assert_eq!(rows.iter().map(|leaf| path(leaf)).collect::<Vec<_>>(), ["a", "b", "c"]);
    for row in &rows {
        assert_eq!(row["error"], json!(circle));
    }
    assert_eq!(places(rows[0]), ["odd hosts/linux/odd/default.nix:2"]);
    assert_eq!(places(rows[1]), ["even hosts/linux/even/default.nix:2"]);
    assert!(leaves.iter().any(|leaf| path(leaf) == "netsrv.mtu" && leaf["value"].is_number()));

    fleet.write(
        "modules/linux/reads.nix",
        "{ globalConfig, ... }: { environment.etc.c.text = toString globalConfig.c; }",
    );
    lab.run(&fleet.path(), &["plan", "odd", "gate"]).fails(4, &[circle, "give one of them a value"]);
}

#[test]
fn a_circle_within_one_host_is_named_too() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet(
        "  x.global.a = config.x.global.b;\n  x.global.b = lib.mkIf (config.x.global.a > 1) 3;\n  x.global.c = globalConfig.c + 1;",
        None,
    );
    let leaves = leaves(&lab, &fleet);
    let errors =
        // Where the host's own option is asked for, Nix doesn't always tell whose it is.
        broken(&leaves).iter().map(|leaf| leaf["error"].as_str().unwrap().replace(" (host odd)", "")).collect::<Vec<_>>();
    let file = "hosts/linux/odd/default.nix";
    let circle = format!(
        "the globals a and b are made of each other: a asks for b in {file}:2, b asks for a in {file}:3"
    );
    let itself = format!("the global c is made of itself: c asks for itself in {file}:4");
    assert_eq!(errors, [circle.clone(), circle, itself]);
}

#[test]
fn modules_that_depend_on_values_are_told_what_to_write() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet("} // (if globalConfig.a == 0 then { x.global.b = 1; } else { }) // {", None);
    lab.run(&fleet.path(), &["globals"]).fails(3, &["infinite recursion", "lib.mkIf instead of if"]);
}

#[test]
fn a_conflict_is_told_with_both_lines_wherever_it_stands_in_the_way() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet(
        "  x.global.a = 1;\n  environment.etc.a.text = toString globalConfig.a;",
        Some("  x.global.a = 2;"),
    );
    let conflict = "1 in hosts/linux/odd/default.nix:2 (host odd)";
    let other = "2 in hosts/linux/even/default.nix:2 (host even)";
    let leaves = leaves(&lab, &fleet);
    let rows = broken(&leaves);
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let error = rows[0]["error"].as_str().unwrap();
    assert!(error.contains(conflict) && error.contains(other), "{error}");
    lab.run(&fleet.path(), &["plan", "odd"]).fails(4, &["the global a", "conflict", conflict, other]);
}

#[test]
fn an_unknown_global_suggests_the_nearest() {
    let Some(lab) = Lab::take() else { return };
    for (body, says) in [
        (
            "  x.global.netsvr.mtu = 1300;",
            ["hosts/linux/odd/default.nix:2: there is no global netsvr (host odd)", "did you mean netsrv?"],
        ),
        (
            "\n  x.global.netsrv.services.web.prots.http.port = 80;",
            [
                "hosts/linux/odd/default.nix:3: there is no global netsrv.services.web.prots (host odd)",
                "did you mean netsrv.services.web.ports?",
            ],
        ),
    ] {
        let fleet = fleet(body, None);
        lab.run(&fleet.path(), &["services"]).fails(3, &says);
        lab.run(&fleet.path(), &["plan", "odd"]).fails(4, &says);
    }
    let fleet = fleet("\n  environment.etc.x.text = globalConfig.netsvr.domain;", None);
    lab.run(&fleet.path(), &["plan", "odd"])
        .fails(4, &["hosts/linux/odd/default.nix:3", "attribute 'netsvr' missing", "did you mean netsrv?"]);
    lab.run(&fleet.path(), &["globals", "netsvr.hosts"])
        .fails(2, &["there is no global netsvr.hosts", "did you mean netsrv.hosts?"]);
}

#[test]
fn in_a_broken_service_only_what_is_broken_is_an_error() {
    let Some(lab) = Lab::take() else { return };
    let fleet = fleet(
        "  x.global.netsrv.services.web = {\n    host = \"odd\";\n    ports.http.port = abort \"no\";\n    ports.https.port = 443;\n  };",
        None,
    );
    let leaves = leaves(&lab, &fleet);
    let rows = broken(&leaves);
    assert_eq!(
        rows.iter().map(|leaf| path(leaf)).collect::<Vec<_>>(),
        ["netsrv.services.web.ports.http.port"]
    );
    let row = rows[0];
    assert!(row["error"].as_str().unwrap().contains("no"), "{row:#}");
    assert_eq!(places(row), ["odd hosts/linux/odd/default.nix:4"]);
    assert!(row["type"].as_str().unwrap().contains("unsigned integer"), "{row:#}");
    let https = leaves.iter().find(|leaf| path(leaf) == "netsrv.services.web.ports.https.port").unwrap();
    assert_eq!(https["value"], 443);
}
