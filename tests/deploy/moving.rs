//! A service moves to another host: who follows, and who is said to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::scene::Scene;

/// What the documents say of themselves, wherever they are: they are scraped, and the landing page tells who keeps them.
const DOCUMENTS: &str = r#"{ config, lib, name, ... }: {
  x.global = lib.mkIf config.roles.documents.enable {
    netsrv.services.paperless.site.description = "kept on ${name}";
    prometheus.scrapeConfigs.documents.targets = [ { service = "paperless"; port = "http"; } ];
  };
}"#;

/// The hosts that a plan would change something on.
fn moving(scene: &Scene) -> BTreeSet<String> {
    let planned = scene.plan(&[]);
    let moves = |host: &&str| {
        let outcome = planned.outcome(host);
        assert!(
            ["would-activate", "would-apply", "would-stage", "unchanged"].contains(&outcome),
            "{host}: {outcome}"
        );
        outcome != "unchanged"
    };
    planned.hosts().filter(moves).map(str::to_owned).collect()
}

/// The derivation of every host, by Nix itself.
fn derivations(scene: &Scene) -> Value {
    let flake = scene.fleet.path().display().to_string();
    let call = format!(
        "nix --extra-experimental-features 'nix-command flakes' eval --json '{flake}#steading.host' \
         --apply 'builtins.mapAttrs (_: host: host.toplevel.drvPath)'"
    );
    serde_json::from_str(&scene.lab.on("operator", &call).well()).unwrap()
}

fn differing(before: &Value, after: &Value) -> BTreeSet<String> {
    let differs = |(host, derivation): &(&String, &Value)| after[host.as_str()] != **derivation;
    before.as_object().unwrap().iter().filter(differs).map(|(host, _)| host.clone()).collect()
}

fn names(hosts: &[&str]) -> BTreeSet<String> {
    hosts.iter().map(|host| (*host).to_owned()).collect()
}

#[test]
fn a_service_that_moves_is_followed_by_everybody() {
    let Some(scene) = Scene::take() else { return };
    let on = |host: &str, script: &str| scene.lab.on(host, script).well();
    let has = |host: &str, file: &str, text: &str| {
        let found = on(host, &format!("cat /etc/{file}"));
        assert!(found.contains(text), "{text:?} is not in {file} of {host}: {found}");
    };
    scene.fleet.write("modules/linux/about-documents.nix", DOCUMENTS);
    assert_eq!(scene.deploy(&["--all"]).status, 0);
    let rule = r#"ip saddr { 10.77.0.11, 10.77.0.13 } tcp dport 8000 accept comment "paperless""#;
    has("attic", "steading/firewall.nft", rule);
    has("gate", "homelab/proxy/landing/index.html", "kept on attic");
    assert_eq!(moving(&scene), names(&[]));

    // A port is known to who offers it, who proxies it and who scrapes it.
    let before = derivations(&scene);
    let documents =
        on("operator", &format!("cat {}/modules/linux/documents.nix", scene.fleet.path().display()));
    scene.fleet.write("modules/linux/documents.nix", &documents.replace("port = 8000", "port = 8001"));
    assert_eq!(moving(&scene), names(&["attic", "gate", "watch"]));
    assert_eq!(differing(&before, &derivations(&scene)), names(&["attic", "gate", "watch"]));
    scene.fleet.write("modules/linux/documents.nix", &documents);

    // The role moves by one line. The names of all are in everybody's /etc/hosts; the router has nothing to do with it.
    scene.add("attic", "roles.documents.enable = lib.mkForce false;");
    scene.add("post", "roles.documents.enable = true;");
    let wanted = names(&["attic", "gate", "post", "watch"]);
    assert_eq!(moving(&scene), wanted);
    assert_eq!(differing(&before, &derivations(&scene)), wanted);
    assert_eq!(scene.deploy(&["--all"]).status, 0);

    let asked = on("watch", "busybox nslookup -type=a paperless.in.example 10.77.0.11");
    assert!(asked.contains("Address: 10.77.0.12\n"), "{asked}");
    for host in ["gate", "watch", "attic"] {
        has(host, "hosts", "\n10.77.0.12 post.in.example post ");
        let known = on(host, "getent hosts paperless.in.example");
        assert!(known.starts_with("10.77.0.12 "), "{host}: {known}");
    }
    let closed = on("attic", "! grep 8000 /etc/steading/firewall.nft");
    assert_eq!(closed, "");
    has("post", "steading/firewall.nft", rule);
    has("gate", "homelab/proxy/landing/index.html", "kept on post");
    has("watch", "homelab/monitoring/targets", "documents paperless http://10.77.0.12:8000/");
    on("post", "echo moved here > /var/lib/paperless/index.html");
    let through =
        on("post", "busybox wget -q -T 10 -O - --header 'Host: papers.in.example' http://10.77.0.11/");
    assert_eq!(through, "moved here\n", "the proxy asks the new host");
    scene.fleet.write("modules/linux/for-post.nix", "{ }");
    scene.fleet.write("modules/linux/for-attic.nix", "{ }");
    assert_eq!(differing(&before, &derivations(&scene)), names(&[]), "back where it was");
}
