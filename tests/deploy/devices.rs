//! Devices that a program on the operator's machine pushes to.

use std::path::Path;

use super::scene::Scene;

#[test]
fn a_router_takes_on_what_changed_and_only_from_us() {
    let Some(scene) = Scene::take() else { return };
    // A box keeps files that the fleet speaks of no more, also those of this test's last run.
    scene.lab.on("router", "rm -f /etc/config/steading_test").well();
    let said = scene.deploy(&["router", "--force-host", "router"]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    assert_eq!(said.text("router", "running"), said.text("router", "wanted"));
    scene.deploy(&["router"]).is("router", "unchanged", "");
    let status = scene.status("router");
    assert_eq!((&status["reachable"], &status["running"]), (&true.into(), &status["wanted"]));

    scene.fleet.write(
        "modules/push/more.nix",
        "{ uci.steading_test = [ { type = \"novelty\"; options.word = \"hello\"; } ]; }",
    );
    let planned = scene.plan(&["router"]);
    planned.is("router", "would-activate", "");
    let notes = planned.host("router")["dryActivation"]["notes"].to_string();
    assert!(notes.contains("+\\toption word 'hello'") || notes.contains("option word 'hello'"), "{notes}");
    assert_ne!(
        scene.lab.on("router", "test -e /etc/config/steading_test").status,
        0,
        "a plan changes nothing"
    );
    scene.deploy(&["router"]).is("router", "activated", "");
    assert!(scene.lab.on("router", "cat /etc/config/steading_test").well().contains("hello"));

    let by_hand = "cp /etc/config/network /tmp/network; echo '# by hand' >>/etc/config/network";
    let guard = scene.for_now("router", by_hand, "cp /tmp/network /etc/config/network");
    let said = scene.deploy(&["router"]);
    assert_eq!(said.status, 4);
    said.is("router", "refused", "changed by hand");
    drop(guard);
    scene.deploy(&["router"]).is("router", "unchanged", "");
}

#[test]
fn a_router_that_is_off_is_unreachable_and_stops_nobody() {
    let Some(scene) = Scene::take() else { return };
    scene.lab.call(&["cut", "router"]).well();
    let said = scene.deploy(&["router", "post"]);
    assert_eq!(said.status, 4);
    said.is("router", "unreachable", "`router` can't be reached");
    said.is("post", "activated", "");
}

/// A device behind an API, as far as its program is concerned: a folder with the words that it has. The word `bad` makes an `apply` fail half way, `worse` a `rollback` too, and `refused` an `apply` before
/// anything is changed.
const PROGRAM: &str = r#"#!/bin/sh
[ "$STEADING_ADDRESS" = gadget.lan ] && cd "@folder@" || exit 255
mine=$(readlink -f "$0"); mine=${mine%/bin/deploy}
words=$(cat "$mine/words")
case $STEADING_ACTION in
    status) cat running 2>/dev/null || echo none ;;
    plan) echo "-$(cat words 2>/dev/null)"; echo "+$words" ;;
    apply)
        [ "$words" != refused ] || { echo "the API says no" >&2; exit 1; }
        cp running before 2>/dev/null || echo none >before
        echo half >running
        case $words in bad | worse) echo "the API broke" >&2; exit 1 ;; esac
        echo "$words" >words
        echo "$mine" >running
        ;;
    rollback) [ "$words" != worse ] || exit 1; cp before running ;;
esac
"#;

fn device(scene: &Scene, folder: &Path, words: &str) {
    let builder = format!(
        "PATH=/usr/bin:/bin; mkdir -p $out/bin; cp $program $out/bin/deploy; chmod +x $out/bin/deploy; echo {words} >$out/words"
    );
    scene
        .fleet
        .write("hosts/push/gadget/program", &PROGRAM.replace("@folder@", &folder.display().to_string()));
    scene.fleet.write(
        "hosts/push/gadget/default.nix",
        &format!(
            "{{ lib, ... }}: {{ push.deploy = lib.mkForce (derivation {{ name = \"gadget\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; program = ./program; args = [ \"-c\" \"{builder}\" ]; }}); }}"
        ),
    );
}

#[test]
fn a_device_that_breaks_half_way_is_taken_back() {
    let Some(scene) = Scene::take() else { return };
    let folder = tempfile::tempdir().unwrap();
    let meta = r#"{ system = "x86_64-linux"; deployment.targetHost = "gadget.lan"; }"#;
    scene.fleet.write("hosts/push/gadget/meta.nix", meta);
    let device = |words: &str| device(&scene, folder.path(), words);
    device("first");
    let said = scene.deploy(&["gadget"]);
    said.is("gadget", "activated", "");
    let first = said.text("gadget", "running").to_owned();
    assert_eq!(first, said.text("gadget", "wanted"));

    device("refused");
    let said = scene.deploy(&["gadget"]);
    said.is("gadget", "activation-failed", "the API says no; nothing was changed");
    assert_eq!(said.text("gadget", "running"), first);

    device("bad");
    let said = scene.deploy(&["gadget"]);
    assert_eq!(said.status, 4);
    said.is("gadget", "rolled-back", "the API broke");
    assert_eq!(said.text("gadget", "running"), first);

    device("worse");
    let said = scene.deploy(&["gadget"]);
    said.is("gadget", "activation-failed", "could not be taken back");
    assert_eq!(said.text("gadget", "running"), "half");
    device("second");
    scene.deploy(&["gadget"]).is("gadget", "refused", "it runs half, which did not come from this machine");
    scene.deploy(&["gadget", "--force-host", "gadget"]).is("gadget", "activated", "");
}
