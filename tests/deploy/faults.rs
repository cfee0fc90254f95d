//! What goes wrong in the middle of a deployment.

use std::time::{Duration, Instant};

use super::scene::Scene;

#[test]
fn a_link_that_is_lost_in_an_activation_and_comes_back_loses_nothing() {
    let Some(scene) = Scene::take() else { return };
    for host in ["gate", "watch"] {
        scene.hold_up(host);
        let deployment = scene.start(&[host]);
        scene.wait_for_activation(host);
        scene.lab.call(&["cut", host]).well();
        scene.go_on(host);
        scene.wait_for_end(host);
        scene.lab.call(&["heal", host]).well();
        let said = deployment.said();
        assert_eq!(said.status, 0, "{}", said.stderr);
        said.is(host, "activated", "");
        assert_eq!(said.text(host, "running"), scene.running(host));
        scene.add(host, "");
    }
}

#[test]
fn a_connection_that_is_killed_in_an_activation_is_made_anew() {
    let Some(scene) = Scene::take() else { return };
    scene.hold_up("watch");
    let deployment = scene.start(&["watch"]);
    scene.wait_for_activation("watch");
    // Every session of sshd dies; the listener and the activation live.
    scene.lab.on("watch", "pkill -x sshd-session").well();
    scene.go_on("watch");
    let said = deployment.said();
    said.is("watch", "activated", "");
    assert_eq!(said.status, 0, "{}", said.stderr);
}

#[test]
fn a_link_that_stays_lost_is_unknown_until_status_settles_it() {
    let Some(scene) = Scene::take() else { return };
    scene.hold_up("post");
    let deployment = scene.start(&["post", "--link-timeout", "1"]);
    scene.wait_for_activation("post");
    scene.lab.call(&["cut", "post"]).well();
    scene.go_on("post");
    let said = deployment.said();
    assert_eq!(said.status, 4);
    said.is("post", "unknown", "the host goes on by itself");
    assert_eq!(said.text("post", "running"), "");
    scene.wait_for_end("post");
    scene.lab.call(&["heal", "post"]).well();
    let status = scene.status("post");
    assert_eq!(
        (status["running"].as_str(), status["wanted"].as_str()),
        (Some(said.text("post", "wanted")), Some(said.text("post", "wanted")))
    );
    scene.deploy(&["post"]).is("post", "unchanged", "");
}

#[test]
fn a_host_that_dies_in_an_activation_boots_what_it_booted_before() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["gate"]).is("gate", "activated", "");
    let before = scene.running("gate");
    scene.hold_up("gate");
    let deployment = scene.start(&["gate", "--link-timeout", "1"]);
    scene.wait_for_activation("gate");
    scene.lab.call(&["kill", "gate"]).well();
    let said = deployment.said();
    assert_eq!(said.status, 4);
    said.is("gate", "unknown", "`steading status` tells");
    scene.lab.call(&["start", "gate"]).well();
    assert_eq!(scene.status("gate")["running"].as_str(), Some(before.as_str()));
    assert_eq!(scene.running("gate"), before);
    scene.add("gate", "");
    scene.novelty();
    scene.deploy(&["gate"]).is("gate", "activated", "");
}

#[test]
fn a_host_that_reboots_in_an_activation_is_told_as_such() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["watch"]).is("watch", "activated", "");
    let before = scene.running("watch");
    scene.hold_up("watch");
    let deployment = scene.start(&["watch"]);
    scene.wait_for_activation("watch");
    scene.lab.call(&["reboot", "watch"]).well();
    let said = deployment.said();
    assert_eq!(said.status, 4);
    said.is("watch", "activation-failed", "rebooted in the middle");
    assert_eq!((said.text("watch", "running"), scene.running("watch")), (before.as_str(), before.clone()));
}

#[test]
fn a_second_deployment_is_refused_while_one_is_going_on() {
    let Some(scene) = Scene::take() else { return };
    for host in ["post", "watch"] {
        scene.hold_up(host);
        let first = scene.start(&[host]);
        scene.wait_for_activation(host);
        let second = scene.deploy(&[host]);
        assert_eq!(second.status, 4);
        second.is(host, "refused", "an activation of /nix/store/");
        scene.go_on(host);
        first.said().is(host, "activated", "");
        scene.deploy(&[host]).is(host, "unchanged", "");
        scene.add(host, "");
    }
}

#[test]
fn two_that_start_at_the_same_time_are_one_deployment_and_one_refusal() {
    let Some(scene) = Scene::take() else { return };
    for host in ["post", "watch"] {
        scene.novelty();
        let both = [scene.start(&[host]), scene.start(&[host])].map(super::scene::Started::said);
        let mut outcomes = both.each_ref().map(|said| said.outcome(host));
        outcomes.sort_unstable();
        assert!(
            matches!(outcomes, ["activated", "refused" | "unchanged"]),
            "{outcomes:?}: {:?}",
            both.each_ref().map(|said| said.text(host, "reason"))
        );
        assert_eq!(scene.running(host), both[0].text(host, "wanted"));
    }
}

#[test]
fn what_somebody_else_deployed_is_not_overwritten_unawares() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["post"]).is("post", "activated", "");
    scene.novelty();
    // Another operator: the same fleet, another memory.
    let elsewhere = tempfile::tempdir().unwrap();
    let theirs = scene.lab.on(
        "operator",
        &format!(
            "XDG_STATE_HOME={} {} --flake {} deploy post --yes --json",
            elsewhere.path().display(),
            env!("CARGO_BIN_EXE_steading"),
            scene.fleet.path().display()
        ),
    );
    assert_eq!(theirs.status, 0, "a first contact is never refused: {theirs:?}");
    let running = scene.running("post");
    scene.novelty();
    let said = scene.deploy(&["post"]);
    assert_eq!(said.status, 4);
    said.is("post", "refused", "somebody else deployed");
    assert_eq!(scene.running("post"), running);
    scene.deploy(&["post", "--force-host", "post"]).is("post", "activated", "");
}

#[test]
fn to_stop_waiting_does_not_stop_the_host() {
    let Some(scene) = Scene::take() else { return };
    scene.hold_up("attic");
    let deployment = scene.start(&["attic"]);
    scene.wait_for_activation("attic");
    deployment.signal("-INT");
    let said = deployment.said();
    assert_eq!(said.status, 4);
    said.is("attic", "cancelled", "the host goes on by itself");
    scene.go_on("attic");
    scene.wait_for_end("attic");
    assert_eq!(scene.running("attic"), said.text("attic", "wanted"));
    assert_eq!(scene.default("attic"), said.text("attic", "wanted"));
}

#[test]
fn a_killed_operator_leaves_nothing_half_done() {
    let Some(scene) = Scene::take() else { return };
    scene.hold_up("gate");
    let deployment = scene.start(&["gate"]);
    scene.wait_for_activation("gate");
    deployment.kill();
    scene.go_on("gate");
    scene.wait_for_end("gate");
    let status = scene.status("gate");
    assert_eq!(status["running"], status["wanted"]);
    assert_eq!(scene.default("gate"), scene.running("gate"));
    scene.deploy(&["gate"]).is("gate", "unchanged", "");
}

#[test]
fn a_full_store_fails_the_copy_only() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["post"]).is("post", "activated", "");
    let before = scene.running("post");
    scene.add("post", r#"environment.etc.large.source = derivation { name = "large"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "PATH=/usr/bin:/bin; head -c 4000000 /dev/urandom >$out" ]; };"#);
    scene.lab.call(&["disk-full", "post"]).well();
    let said = scene.deploy(&["post", "gate"]);
    scene.lab.call(&["disk-free", "post"]).well();
    assert_eq!(said.status, 4);
    said.is("post", "copy-failed", "");
    said.is("gate", "activated", "");
    assert_eq!((scene.running("post"), scene.default("post")), (before.clone(), before));
}

#[test]
fn a_login_that_is_refused_says_why_and_what_to_do() {
    let Some(scene) = Scene::take() else { return };
    let known_hosts = |text: &str| {
        let change =
            format!("mv /root/.ssh/known_hosts /root/.ssh/away; echo '{text}' >/root/.ssh/known_hosts");
        let _guard = scene.for_now("operator", &change, "mv /root/.ssh/away /root/.ssh/known_hosts");
        let said = scene.deploy(&["gate"]);
        let after = scene.lab.on("operator", "cat /root/.ssh/known_hosts").well();
        assert_eq!(after.trim(), text, "nothing is accepted by itself");
        said
    };
    let unknown = known_hosts("");
    unknown.is("gate", "unreachable", "the host key of `10.77.0.11` is not known here");
    unknown.is("gate", "unreachable", "steading adopt gate");
    let changed = known_hosts(&format!("10.77.0.11 {ANOTHER_KEY}"));
    changed.is("gate", "unreachable", "is not the one that is known");

    let away = "mv /root/.ssh/authorized_keys /root/.ssh/away";
    let _guard = scene.for_now("gate", away, "mv /root/.ssh/away /root/.ssh/authorized_keys");
    scene.deploy(&["gate"]).is("gate", "unreachable", "lets nobody in as `root`");
}

/// The key of no host.
const ANOTHER_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPqvNpcZRo5RYLKAxvHCiVYyBIpGVd2lnkzqvvyRhcEa";

#[test]
fn declared_host_keys_are_enough_and_the_only_ones() {
    let Some(scene) = Scene::take() else { return };
    let key = scene.lab.on("gate", "cat /etc/ssh/ssh_host_ed25519_key.pub").well();
    let declare = |key: &str| {
        let deployment = format!("{{ targetHost = \"10.77.0.11\"; hostKeys = [ \"{}\" ]; }}", key.trim());
        let meta = format!("{{ system = \"x86_64-linux\"; deployment = {deployment}; }}");
        scene.fleet.write("hosts/linux/gate/meta.nix", &meta);
    };
    declare(&key);
    let nothing_known = scene.for_now(
        "operator",
        "mv /root/.ssh/known_hosts /root/.ssh/away",
        "mv /root/.ssh/away /root/.ssh/known_hosts",
    );
    scene.deploy(&["gate"]).is("gate", "activated", "");
    drop(nothing_known);
    declare(ANOTHER_KEY);
    scene.deploy(&["gate"]).is("gate", "unreachable", "deployment.hostKeys");
}

/// Lets sudo on `attic` ask for a password.
fn sudo_asks(scene: &Scene) -> super::scene::ForNow<'_> {
    let change = "grep -q NOPASSWD /etc/sudoers.d/steward && cp -p /etc/sudoers.d/steward /root/rule && echo 'steward ALL=(ALL) ALL' >/etc/sudoers.d/steward && echo 'steward:it is me' | chpasswd";
    scene.for_now("attic", change, "cat /root/rule >/etc/sudoers.d/steward && usermod -p '*' steward")
}

#[test]
fn a_sudo_that_asks_is_refused_before_anything_is_built() {
    let Some(scene) = Scene::take() else { return };
    let _guard = sudo_asks(&scene);
    let said = scene.deploy(&["attic"]);
    said.is("attic", "refused", "sudo asks `steward` for a password");
    let wanted = said.text("attic", "wanted");
    assert_eq!(
        scene.lab.on("operator", &format!("test -e {wanted}")).status,
        1,
        "{wanted} was built for nothing"
    );
}

#[test]
fn a_password_is_asked_once_and_handed_to_sudo() {
    let Some(scene) = Scene::take() else { return };
    // Brings the system there as long as sudo asks nothing: an untrusted user can't.
    scene.plan(&["attic"]).is("attic", "would-activate", "");
    let _guard = sudo_asks(&scene);
    let wrong = scene.deploy_with_password("attic", "it is not");
    wrong.is("attic", "refused", "sudo on `attic` does not take the password");
    let right = scene.deploy_with_password("attic", "it is me");
    right.is("attic", "activated", "");
    assert_eq!(scene.running("attic"), right.text("attic", "wanted"));
    assert!(!right.stderr.contains("it is me"), "{}", right.stderr);
    scene.novelty();
    let untrusted = scene.deploy_with_password("attic", "it is me");
    untrusted.is("attic", "copy-failed", "takes no unsigned paths from `steward`");
}

#[test]
fn a_host_that_is_off_is_given_up_soon() {
    let Some(scene) = Scene::take() else { return };
    scene.lab.call(&["cut", "post"]).well();
    let since = Instant::now();
    assert_eq!(scene.status("post")["reachable"], false);
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
}

#[test]
fn a_run_that_is_stopped_before_an_activation_changes_nothing_and_leaves_nothing_running() {
    let Some(scene) = Scene::take() else { return };
    let before = ["gate", "post"].map(|host| scene.lab.on(host, "readlink /run/current-system").stdout);
    let builder = "PATH=/usr/bin:/bin; echo begun >/tmp/steading-slow-build; sleep 4321";
    scene.add(
        "gate",
        &format!(
            r#"environment.etc.slow.source = derivation {{ name = "slow"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "{builder}" ]; }};"#
        ),
    );
    let _guard =
        scene.for_now("operator", "rm -f /tmp/steading-slow-build", "rm -f /tmp/steading-slow-build");
    let deployment = scene.start(&["gate", "post"]);
    scene.wait_for("operator", "test -e /tmp/steading-slow-build");
    deployment.signal("-INT");
    let said = deployment.said();
    assert_ne!(said.status, 0);
    for host in ["gate", "post"] {
        said.is(host, "cancelled", "");
    }
    let after = ["gate", "post"].map(|host| scene.lab.on(host, "readlink /run/current-system").stdout);
    assert_eq!(after, before);
    assert_ne!(scene.lab.on("operator", "pgrep -f 'sleep [4]321'").status, 0, "the build lives on");
}
