//! What follows from the services of a fleet, and what is refused about them: by the real Nix, and by BIND.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::fs;

use common::{
    check_schema,
    lab::{Fleet, Lab},
};

/// Names and addresses of all sorts that a zone can have.
const AWKWARD: &str = r#"{
  x.global.netsrv = {
    hosts = { far = "192.0.2.200"; six = "2001:DB8::77:a"; also-six = "2001:db8:0:1::1"; my_box = "10.77.0.99"; };
    services = {
      web = { host = "gate"; fqdn = "in.example"; aliases = [ "www" "WWW2" "deep.er.in.example" "else.where.example" ]; };
      ns2 = { host = "six"; ports.dns = { port = 53; protocol = "udp"; }; };
      virtual = { host = "far"; address = "192.0.2.201"; };
      twin = { host = "gate"; fqdn = "Two.Places.in.example"; };
      twin2 = { host = "six"; fqdn = "two.places.in.example"; };
      link = { host = "six"; address = "fe80::1"; };
      outside = { host = "far"; fqdn = "www.example.org"; };
    };
  };
}"#;

#[test]
fn bind_finds_nothing_wrong_with_the_zones() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write("modules/globaldata/awkward.nix", AWKWARD);
    let answer = lab.run(&fleet.path(), &["services", "--as", "zones", "--json"]).well();
    let document = check_schema("network", &answer);
    let zones = document["zones"].as_object().unwrap();
    let names = zones.keys().map(String::as_str).collect::<Vec<_>>();
    let six = "8.b.d.0.1.0.0.2.ip6.arpa";
    let expected = [
        format!("0.0.0.0.0.0.0.0.{six}"),
        "0.77.10.in-addr.arpa".to_owned(),
        format!("1.0.0.0.0.0.0.0.{six}"),
        "2.0.192.in-addr.arpa".to_owned(),
        "in.example".to_owned(),
    ];
    assert_eq!(names, expected);
    for (name, text) in zones {
        let file = fleet.path().join("zone");
        fs::write(&file, text.as_str().unwrap()).unwrap();
        let checked = lab.on(
            "operator",
            &format!(
                "named-checkzone -D -i local -k fail -m fail -M fail -n fail -S fail -r fail {name} {}",
                file.display()
            ),
        );
        assert_eq!(checked.status, 0, "{name}: {checked:?}\n{text}");
        assert!(checked.stderr.contains("OK") || checked.stdout.contains("OK"), "{checked:?}");
        // As BIND writes them: the name of each, its type, and what it leads to.
        let says = |owner: &str, kind: &str, data: &str| {
            let said = checked.stdout.lines().any(|line| {
                let words = line.split_whitespace().collect::<Vec<_>>();
                matches!(words[..], [a, _, "IN", b, c] if a == owner && b == kind && c == data)
            });
            assert!(said, "{owner} {kind} {data} is not in {}", checked.stdout);
        };
        match name.as_str() {
            "in.example" => {
                says("in.example.", "A", "10.77.0.11");
                says("in.example.", "NS", "ns2.in.example.");
                says("six.in.example.", "AAAA", "2001:db8::77:a");
                says("www.in.example.", "CNAME", "in.example.");
                says("two.places.in.example.", "AAAA", "2001:db8::77:a");
                assert!(!text.as_str().unwrap().contains("example.org"), "{text}");
            }
            "2.0.192.in-addr.arpa" => {
                says("200.2.0.192.in-addr.arpa.", "PTR", "far.in.example.");
                says("201.2.0.192.in-addr.arpa.", "PTR", "virtual.in.example.");
            }
            _ => {}
        }
    }
}

#[test]
fn what_follows_from_the_services_is_printed_as_it_is_written() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    for (form, says) in [
        ("zones", "; in.example\n"),
        ("hosts", "10.77.0.14 attic.in.example attic "),
        ("firewall", "# gate\ntcp dport { 53, 80 } accept\n"),
        ("landing-page", "<!doctype html>\n"),
        ("prometheus", r#""targets":["10.77.0.14:9100"]"#),
    ] {
        let text = lab.run(&fleet.path(), &["services", "--as", form]).well();
        assert!(text.contains(says), "{text}");
        check_schema("network", &lab.run(&fleet.path(), &["services", "--as", form, "--json"]).well());
    }
    // Without anybody to serve them there are no zones.
    fleet.write("modules/linux/no-dns.nix", "{ lib, ... }: { roles.dns.enable = lib.mkForce false; }");
    let ran = lab.run(&fleet.path(), &["services", "--as", "zones"]);
    ran.fails(3, &["no published service has a port 53", "modules/globaldata/network.nix:4"]);
}

#[test]
fn what_is_refused_names_every_line_that_says_it() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    let attic = fs::read_to_string(fleet.path().join("hosts/linux/attic/default.nix")).unwrap();
    let own = attic.replace(
        "  roles.documents.enable = true;",
        "  roles.documents.enable = true;\n  x.global.netsrv.services.wiki.ports.web.port = 8000;\n  x.global.sites.notes = {\n    service = \"wikki\";\n  };",
    );
    fleet.write("hosts/linux/attic/default.nix", &own);
    fleet.write(
        "hosts/linux/post/more.nix",
        "{ globalConfig, ... }: {\n  environment.etc.wiki.text =\n    globalConfig.netsrv.services.wikki.fqdn;\n}\n",
    );
    let post = fs::read_to_string(fleet.path().join("hosts/linux/post/default.nix")).unwrap();
    fleet.write("hosts/linux/post/default.nix", &post.replacen('{', "{\n  imports = [ ./more.nix ];", 1));
    let line = |text: &str| own.lines().position(|line| line.contains(text)).unwrap() + 1;

    let ran = lab.run(&fleet.path(), &["plan", "attic", "--no-copy"]);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    for text in [
        "port 8000/tcp of host attic is taken twice: by services.paperless.ports.http (modules/linux/documents.nix:17)".to_owned(),
        format!("and services.wiki.ports.web (hosts/linux/attic/default.nix:{})", line("services.wiki")),
        format!("sites.notes (hosts/linux/attic/default.nix:{}): there is no service `wikki`", line("\"wikki\"")),
    ] {
        assert!(all.contains(&text), "{text:?} is not in {all}");
    }

    // A plain reference to what there is not: Nix itself says where it is, and what is near.
    let ran = lab.run(&fleet.path(), &["plan", "post", "--no-copy"]);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    for text in ["hosts/linux/post/more.nix:3", "attribute 'wikki' missing", "wiki?"] {
        assert!(all.contains(text), "{text:?} is not in {all}");
    }
    assert!(!all.contains("/nix/store/"), "{all}");
}

#[test]
fn a_service_of_two_hosts_and_one_of_a_host_without_an_address_name_their_lines() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Fleet::example();
    fleet.write("hosts/linux/attic/wiki.nix", "{\n  x.global.netsrv.services.wiki = { };\n}");
    fleet.write(
        "hosts/linux/odd/default.nix",
        "{\n  x.global.netsrv.services.wiki = { };\n  x.global.netsrv.hosts.odd = \"10.77.0.12\";\n}",
    );
    fleet.write(
        "hosts/linux/odd/meta.nix",
        "{ system = \"x86_64-linux\"; deployment.targetHost = \"10.77.0.12\"; }",
    );
    let attic = fs::read_to_string(fleet.path().join("hosts/linux/attic/default.nix")).unwrap();
    fleet.write("hosts/linux/attic/default.nix", &attic.replacen('{', "{\n  imports = [ ./wiki.nix ];", 1));
    let says = |command: &[&str], texts: &[&str]| {
        let ran = lab.run(&fleet.path(), command);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert_ne!(ran.status, 0, "{all}");
        for text in texts {
            assert!(all.contains(text), "{text:?} is not in {all}");
        }
    };
    says(
        &["services", "--as", "hosts"],
        &[
            "service `wiki` is on several hosts: attic, odd (hosts/linux/attic/wiki.nix:2 and hosts/linux/odd/default.nix:2)",
        ],
    );
    fleet.write("hosts/linux/odd/default.nix", "{ }");
    says(
        &["plan", "odd", "--no-copy"],
        &["service `metrics-odd` (modules/linux/metrics/default.nix:14) is on host `odd`, which"],
    );
}
