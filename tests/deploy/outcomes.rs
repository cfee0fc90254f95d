//! What hosts make of an activation, and how it is told.

use super::scene::Scene;

#[test]
fn a_unit_that_fails_is_named_and_one_that_had_failed_before_is_not_blamed() {
    let Some(scene) = Scene::take() else { return };
    for host in ["watch", "post"] {
        let failing = |name: &str| {
            format!(
                r#"systemd.services.{name} = {{ wantedBy = [ "multi-user.target" ]; serviceConfig.ExecStart = "/bin/false"; }};"#
            )
        };
        scene.add(host, &failing("first-to-fail"));
        let said = scene.deploy(&[host]);
        assert_eq!(said.status, 4);
        said.is(host, "activated-units-failed", "first-to-fail.service");
        assert_eq!(
            (said.text(host, "running"), scene.default(host)),
            (scene.running(host).as_str(), scene.running(host))
        );

        scene.novelty();
        let said = scene.deploy(&[host]);
        assert_eq!(said.status, 0, "{}", said.stderr);
        said.is(host, "activated", "failed before and still: first-to-fail.service");

        scene.add(host, &(failing("first-to-fail") + &failing("second-to-fail")));
        let said = scene.deploy(&[host]);
        said.is(host, "activated-units-failed", "failed: second-to-fail.service");
        scene.add(host, "");
        scene.deploy(&[host]).is(host, "activated", "");
    }
}

#[test]
fn a_failed_activation_script_is_not_made_the_default() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["post"]).is("post", "activated", "");
    let good = scene.default("post");
    scene.add("post", r#"system.activationScripts.bad = "echo no such thing >&2; exit 1";"#);
    let said = scene.deploy(&["post"]);
    assert_eq!(said.status, 4);
    said.is("post", "activation-failed", "an activation script failed");
    assert_eq!((said.text("post", "running"), scene.default("post")), (scene.running("post").as_str(), good));
}

#[test]
fn what_only_a_reboot_changes_is_left_to_it() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["gate"]).is("gate", "activated", "");
    let before = scene.running("gate");
    scene.add("gate", r#"system.preSwitchChecks.inhibitor = "[ \"$2\" = boot ] || { echo 'a switch inhibitor: the kernel changed' >&2; exit 1; }";"#);
    let planned = scene.plan(&["gate"]);
    assert_eq!(planned.status, 0);
    planned.is("gate", "would-stage", "checks keep it");
    let said = scene.deploy(&["gate"]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    said.is("gate", "staged-reboot-pending", "checks keep it");
    assert_eq!(
        (scene.running("gate"), scene.default("gate")),
        (before.clone(), said.text("gate", "wanted").to_owned())
    );
    assert_eq!(said.text("gate", "running"), before);

    scene.deploy(&["gate"]).is("gate", "staged-reboot-pending", "checks keep it");
    scene.deploy(&["gate", "--action", "boot"]).is("gate", "staged-reboot-pending", "already");
    scene.lab.call(&["reboot", "gate"]).well();
    let after = scene.deploy(&["gate"]);
    after.is("gate", "unchanged", "");
    assert_eq!(scene.running("gate"), said.text("gate", "wanted"));
}

#[test]
fn a_check_that_refuses_keeps_everything_as_it_is() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["post"]).is("post", "activated", "");
    let before = scene.running("post");
    scene.add("post", r#"system.preSwitchChecks.never = "echo not on a Sunday >&2; exit 1";"#);
    let said = scene.deploy(&["post"]);
    assert_eq!(said.status, 4);
    said.is("post", "refused", "would refuse");
    assert_eq!((scene.running("post"), scene.default("post")), (before.clone(), before));
}

#[test]
fn test_lasts_until_the_next_boot_and_switch_then_makes_it_stay() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["attic"]).is("attic", "activated", "");
    let old = scene.running("attic");
    scene.novelty();
    let said = scene.deploy(&["attic", "--action", "test"]);
    said.is("attic", "activated", "");
    let new = scene.running("attic");
    assert_eq!((said.text("attic", "wanted"), scene.default("attic")), (new.as_str(), old));
    scene.deploy(&["attic", "--action", "test"]).is("attic", "unchanged", "");
    scene.plan(&["attic"]).is("attic", "would-stage", "runs already");
    scene.deploy(&["attic"]).is("attic", "activated", "stays after a reboot");
    assert_eq!(scene.default("attic"), new);
}

#[test]
fn a_boot_loader_that_cannot_be_written_is_no_success() {
    let Some(scene) = Scene::take() else { return };
    scene.deploy(&["post"]).is("post", "activated", "");
    let old = scene.running("post");
    scene.novelty();
    // A boot loader of which the folder is a read-only file system.
    let read_only = scene.for_now("post", "mount -t tmpfs -o ro none /boot", "umount /boot");
    let said = scene.deploy(&["post"]);
    drop(read_only);
    assert_eq!(said.status, 4);
    said.is("post", "activation-failed", "boot loader could not be written");
    assert_eq!((scene.running("post").as_str(), scene.default("post")), (said.text("post", "wanted"), old));
    scene.deploy(&["post"]).is("post", "activated", "stays after a reboot");
    assert_eq!(scene.default("post"), scene.running("post"));
}
