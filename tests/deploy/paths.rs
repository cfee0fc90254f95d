//! The main ways through a deployment: one host, all of them, some that fail.

use super::scene::Scene;

const HOSTS: [&str; 4] = ["attic", "gate", "post", "watch"];

#[test]
fn all_hosts_run_what_the_answer_says_and_the_second_time_nothing_changes() {
    let Some(scene) = Scene::take() else { return };
    let said = scene.deploy(&["--all"]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    for host in HOSTS {
        said.is(host, "activated", "");
        let running = scene.running(host);
        assert_eq!(
            (said.text(host, "running"), said.text(host, "wanted")),
            (running.as_str(), running.as_str())
        );
        assert_eq!(scene.default(host), running, "{host} boots what it runs");
        let held = scene.lab.on(host, "ls /nix/var/nix/gcroots/steading").well();
        assert_eq!(held, "", "what was deployed needs no root of the plan's any more");
    }
    assert_eq!(said.text("router", "running"), said.text("router", "wanted"));

    let generations = HOSTS.map(|host| scene.lab.on(host, "readlink /nix/var/nix/profiles/system").well());
    let again = scene.deploy(&["--all"]);
    assert_eq!(again.status, 0);
    assert_eq!(again.hosts().count(), 5);
    for host in again.hosts() {
        again.is(host, "unchanged", "");
    }
    assert_eq!(
        HOSTS.map(|host| scene.lab.on(host, "readlink /nix/var/nix/profiles/system").well()),
        generations
    );
    let status = scene.status("attic");
    assert_eq!(status["reachable"], true);
    assert_eq!(status["running"], status["wanted"]);
    assert!(status["generation"].is_u64() && status["bootId"].is_string());
}

#[test]
fn one_host_is_deployed_and_no_other_is_touched() {
    let Some(scene) = Scene::take() else { return };
    let others = ["attic", "gate", "watch"];
    let before = others.map(|host| {
        scene.lab.on(host, "readlink /run/current-system; ls -l /run/steading/activation").stdout
    });
    let said = scene.deploy(&["post"]);
    assert_eq!((said.status, said.hosts().collect::<Vec<_>>()), (0, vec!["post"]));
    said.is("post", "activated", "");
    assert_eq!(said.text("post", "running"), scene.running("post"));
    assert_eq!(
        others.map(|host| scene
            .lab
            .on(host, "readlink /run/current-system; ls -l /run/steading/activation")
            .stdout),
        before
    );
}

#[test]
fn a_host_that_is_off_costs_no_build_and_stops_nobody() {
    let Some(scene) = Scene::take() else { return };
    scene.lab.call(&["cut", "gate"]).well();
    let said = scene.deploy(&["gate", "post", "watch"]);
    assert_eq!(said.status, 4);
    said.is("gate", "unreachable", "10.77.0.11");
    assert_eq!(said.text("gate", "running"), "");
    for host in ["post", "watch"] {
        said.is(host, "activated", "");
        assert_eq!(said.text(host, "running"), scene.running(host));
    }
    let wanted = said.text("gate", "wanted");
    assert_eq!(
        scene.lab.on("operator", &format!("test -e {wanted}")).status,
        1,
        "{wanted} was built for nothing"
    );
}

#[test]
fn a_host_whose_build_fails_stops_nobody() {
    let Some(scene) = Scene::take() else { return };
    scene.add(
        "gate",
        r#"environment.etc.broken.source = derivation { name = "broken"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo it is broken; exit 3" ]; };"#,
    );
    let before = scene.lab.on("gate", "readlink /run/current-system").stdout;
    let said = scene.deploy(&["gate", "post", "attic"]);
    assert_eq!(said.status, 4);
    said.is("gate", "build-failed", "broken");
    assert_eq!(said.text("gate", "running"), before.trim(), "what runs is told all the same");
    for host in ["post", "attic"] {
        said.is(host, "activated", "");
        assert_eq!(said.text(host, "running"), scene.running(host));
    }
}

#[test]
fn a_host_that_does_not_evaluate_stops_nobody() {
    let Some(scene) = Scene::take() else { return };
    scene.add("gate", r#"environment.etc.broken.text = throw "this is odd";"#);
    let said = scene.deploy(&["gate", "post"]);
    assert_eq!(said.status, 4);
    said.is("gate", "evaluation-failed", "this is odd");
    said.is("post", "activated", "");
}

#[test]
fn a_plan_changes_nothing_and_keeps_what_it_copied() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["gate", "watch", "attic"]);
    scene.novelty();
    scene.add("gate", r#"systemd.services.extra = { wantedBy = [ "multi-user.target" ]; serviceConfig.ExecStart = "/bin/sleep 1000"; };"#);
    let looked_at = "readlink /run/current-system /nix/var/nix/profiles/system; cat /boot/steading-entry; find /run /nix/var/nix/profiles /etc -newer /tmp/before ! -path '/run/systemd/*' ! -path '/run/log/*' ! -path '/run/user*' ! -path '/run/utmp' ! -path '/run/motd.dynamic' ! -path '/run/sudo/*' ! -path '/run' | sort";
    let hosts = ["gate", "watch", "attic"];
    for host in hosts {
        // Times of files have the kernel's tick for their grain.
        scene.lab.on(host, "touch /tmp/before; sleep 0.05").well();
    }
    let before = hosts.map(|host| scene.lab.on(host, looked_at).well());
    let said = scene.plan(&hosts);
    assert_eq!(said.status, 0, "{}", said.stderr);
    for (host, before) in hosts.iter().zip(before) {
        said.is(host, "would-activate", "");
        assert_eq!(scene.lab.on(host, looked_at).well(), before, "{host}");
        let held = scene.lab.on(host, "readlink /nix/var/nix/gcroots/steading/plan && nix-store --gc >/dev/null 2>&1 && readlink -e /nix/var/nix/gcroots/steading/plan");
        assert_eq!(
            held.well(),
            format!("{0}\n{0}\n", said.text(host, "wanted")),
            "{host} keeps it from its collector"
        );
    }
}

#[test]
fn a_plan_without_copying_leaves_the_store_alone_and_can_be_deployed() {
    let Some(scene) = Scene::take() else { return };
    let said = scene.plan(&["post", "--no-copy"]);
    said.is("post", "would-activate", "");
    assert_eq!(scene.lab.on("post", &format!("test -e {}", said.text("post", "wanted"))).status, 1);
    scene.deploy(&["post"]).is("post", "activated", "");
}

#[test]
fn hosts_may_build_for_themselves() {
    let Some(scene) = Scene::take() else { return };
    for (host, address, user) in [("gate", "10.77.0.11", "root"), ("attic", "10.77.0.14", "steward")] {
        let deployment =
            format!("{{ targetHost = \"{address}\"; targetUser = \"{user}\"; buildOn = \"target\"; }}");
        let meta = format!("{{ system = \"x86_64-linux\"; deployment = {deployment}; }}");
        scene.fleet.write(&format!("hosts/linux/{host}/meta.nix"), &meta);
    }
    let said = scene.deploy(&["gate", "attic"]);
    for host in ["gate", "attic"] {
        said.is(host, "activated", "");
        let wanted = said.text(host, "wanted");
        assert_eq!(scene.running(host), wanted);
        assert_ne!(
            scene.lab.on("operator", &format!("test -e {wanted}")).status,
            0,
            "it was built on {host} only"
        );
    }
}
