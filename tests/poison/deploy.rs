//! A text from the command's editor to the hosts that read it, by a real deployment: it is in their memory, and nowhere else on either side.

use std::{collections::BTreeSet, process::Command};

use tempfile::TempDir;

use crate::{
    common::{
        Ran,
        lab::{Fleet, Lab},
    },
    lab::{TEXT, admin, callers, hearing, kept, on_operator, open},
    watch::{holds_any, search_in},
};

/// One without systemd, and one with it.
const HOSTS: [&str; 2] = ["post", "watch"];

/// What a host has said: to its journal where there is one, and to its console.
fn said(lab: &Lab, host: &str) -> String {
    let journal = lab.on(host, "! command -v journalctl >/dev/null || journalctl --no-pager --all");
    assert_eq!(journal.status, 0, "{journal:?}");
    journal.stdout + &lab.call(&["log", host]).well()
}

/// A fleet whose hosts mount `a/typed`, and what is made of it, for a unit that is restarted.
fn fleet(lab: &Lab, admin: &str) -> Fleet {
    let fleet = Fleet::example();
    for host in HOSTS {
        let key = lab.on(host, "cat /etc/ssh/ssh_host_ed25519_key.pub").well();
        fleet.write(&format!("secrets/hosts/{host}.pub"), &key);
    }
    // The rest of the example has to do without values here.
    fleet.write(
        "modules/globaldata/admins.nix",
        &format!("{{ x.global.agenix.adminKeys = [ \"{admin}\" ]; }}"),
    );
    fleet.write(
        "modules/linux/typed.nix",
        r#"{ lib, name, ... }: {
          config = lib.mkIf (lib.elem name [ "post" "watch" ]) {
            x.global.agenix = {
              secrets."a/typed" = { };
              secrets."a/made".generation.template.content = "password={{ readSecret \"a/typed\" }}";
              secretMounts."a/typed of ${name}" = { secret = "a/typed"; restartUnits = [ "reader.service" ]; };
              secretMounts."a/made of ${name}" = { secret = "a/made"; path = "/etc/a/made"; };
            };
            systemd.services.reader = {
              wantedBy = [ "multi-user.target" ];
              script = "wc -c < '/run/agenix/a/typed of ${name}'; exec sleep infinity";
            };
          };
        }"#,
    );
    fleet
}

#[test]
fn a_text_that_is_deployed_is_in_the_memory_of_its_hosts_and_nowhere_else() {
    let Some(lab) = Lab::take() else { return };
    let home = TempDir::new().unwrap();
    let fleet = fleet(&lab, &admin(home.path()));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(lab.program());
        command.args(on_operator(home.path(), &fleet)).args(arguments).current_dir(home.path());
        let ran = Ran::from(command.output().unwrap());
        assert!(!holds_any(format!("{ran:?}").as_bytes(), &[TEXT]), "{arguments:?}: {ran:?}");
        ran
    };
    let seen = callers(TEXT, || {
        let mut terminal = open(&lab, home.path(), &fleet, &["secrets", "edit", "a/typed"]);
        terminal.until_shown("the editor has the terminal");
        terminal.press(TEXT);
        terminal.until_shown("steading deploy post watch");
        let shown = terminal.bytes();
        let (status, screen) = terminal.ends_clean();
        assert_eq!(status, 0, "{screen}");
        assert!(!holds_any(&shown, &[TEXT]), "{screen}");

        run(&["plan", "post", "watch", "--json"]).well();
        let deployed = run(&["deploy", "post", "watch", "--yes", "--json"]);
        assert_eq!(deployed.status, 0, "{deployed:?}");
        for looks in [
            &["secrets", "plan", "--json", "--verify"][..],
            &["secrets", "--json"],
            &["secrets", "audit", "--json"],
            &["secrets", "reveal", "a/made", "--outline"],
            &["status", "post", "watch", "--json"],
        ] {
            run(looks);
        }
        run(&["secrets", "rotate", "a/made", "--yes", "--json"]).well();
        run(&["deploy", "post", "watch", "--yes"]).well();
    });
    assert_eq!(seen, BTreeSet::new());
    for host in HOSTS {
        let there = format!("cat '/run/agenix/a/typed of {host}' /etc/a/made");
        assert_eq!(lab.on(host, &there).well(), format!("{TEXT}password={TEXT}"));
        assert_eq!(kept(&lab, host, TEXT), Vec::<String>::new(), "{host}");
        assert!(!holds_any(said(&lab, host).as_bytes(), &[TEXT]), "{host}");
    }
    assert_eq!(kept(&lab, "operator", TEXT), Vec::<String>::new());
    for folder in [home.path(), &fleet.path().join("../..")] {
        assert_eq!(search_in(folder, &[TEXT]), Vec::<String>::new());
    }
    fleet.write("modules/linux/typed.nix", "{ }");
    run(&["deploy", "post", "watch", "--yes"]).well();
}

#[test]
fn what_a_host_says_is_heard() {
    let Some(lab) = Lab::take() else { return };
    let word = format!("Poison-planted-{}", std::process::id());
    for (host, say) in [("watch", &["systemd-cat"][..]), ("post", &["tee", "/proc/1/fd/1"])] {
        hearing(&lab, host, say, &format!("{word}\n"));
        assert!(holds_any(said(&lab, host).as_bytes(), &[&word]), "{host}");
    }
}
