//! The console on the lab's fleet, as its operator sees it: real Nix, real SSH, real hosts.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use common::{
    lab::{Fleet, Lab},
    terminal::{Terminal, program},
};
use tempfile::TempDir;

/// How long a step of a deployment may take.
const PATIENCE: Duration = Duration::from_secs(120);

const HOSTS: [&str; 5] = ["attic", "gate", "post", "router", "watch"];

/// An operator's home, which outlives the console.
struct Home {
    folder: TempDir,
    editor: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        // A name that is known to take +LINE.
        let editor = folder.path().join("vi");
        let script = format!("#!/bin/sh\necho \"$@\" > {}/edited\n", folder.path().display());
        fs::write(&editor, script).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, editor }
    }

    fn open(&self, lab: &Lab, fleet: &Path) -> Terminal {
        let mut command = program(lab.program().to_str().unwrap());
        command.args(["exec", "operator", "env"]);
        for folder in ["STATE", "CACHE", "CONFIG"] {
            command.arg(format!("XDG_{folder}_HOME={}", self.folder.path().join(folder).display()));
        }
        command.arg(format!("EDITOR={}", self.editor.display()));
        command.args(["TERM=xterm-256color", "LANG=C.UTF-8"]);
        command.args([env!("CARGO_BIN_EXE_steading"), "--flake"]);
        command.arg(fleet);
        // Which lab it is.
        for (name, value) in std::env::vars().filter(|(name, _)| name.starts_with("STEADING_LAB")) {
            command.env(name, value);
        }
        Terminal::start(command, 120, 40).patient(PATIENCE)
    }
}

/// The line at the top: the fleet, how old what is shown is, and how many errors there are.
fn header(screen: &vt100::Screen) -> String {
    screen.rows(0, 120).next().unwrap_or_default()
}

#[test]
fn two_keys_deploy_the_fleet_and_the_hosts_say_the_same() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (Home::new(), Fleet::example());
    // A change on every Linux host.
    let stamp = std::process::id();
    let module = format!("{{ environment.etc.\"console-test\".text = \"{stamp}\"; }}\n");
    fleet.write("modules/linux/console-test.nix", &module);
    let mut terminal = home.open(&lab, &fleet.path());
    for host in HOSTS {
        terminal.until_shown(host);
    }
    terminal.until_shown("evaluated just now");
    terminal.press("F");
    terminal.until_shown("y applies");
    terminal.press("F");
    terminal.until_shown("switch done in");
    for host in HOSTS {
        terminal.until(&format!("{host} activated"), |screen| {
            let mut rows = screen.rows(0, 60);
            rows.any(|row| row.contains(host) && (row.contains("activated") || row.contains("unchanged")))
                .then_some(())
        });
    }
    terminal.press("q");
    let (status, _) = terminal.ends_clean();
    assert_eq!(status, 0);
    for host in ["attic", "gate", "post", "watch"] {
        assert_eq!(lab.on(host, "cat /etc/console-test").stdout, stamp.to_string(), "{host}");
    }
    let said = lab.run(&fleet.path(), &["status", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    for host in ["attic", "gate", "post", "watch"] {
        let host = &said["hosts"][host];
        assert!(!host["running"].is_null() && host["running"] == host["wanted"], "{host:#}");
    }
}

#[test]
fn an_error_is_shown_where_it_is_while_the_rest_stays() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (Home::new(), Fleet::example());
    let mut terminal = home.open(&lab, &fleet.path());
    terminal.until_shown("evaluated just now");
    let file = "modules/linux/broken.nix";
    fleet.write(
        file,
        "{ config, ... }:\n{\n  environment.etc.broken.text = config.there.is.no.such.option;\n}\n",
    );
    terminal.until("an error in the header", |screen| header(screen).contains("error").then_some(()));
    for host in HOSTS {
        terminal.until_shown(host);
    }
    terminal.press("E");
    terminal.until_shown(&format!("{file}:3"));
    terminal.press("e");
    let edited = home.folder.path().join("edited");
    terminal.until("the screen, once the editor is closed", |_| fs::read_to_string(&edited).ok());
    let arguments = fs::read_to_string(&edited).unwrap();
    assert!(arguments.contains(file) && arguments.contains("+3"), "{arguments}");
    fleet.write(file, "{ }\n");
    terminal.until("no error any more", |screen| {
        let header = header(screen);
        (header.contains("evaluated just now") && !header.contains("error")).then_some(())
    });
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn what_was_known_is_there_before_nix_is() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (Home::new(), Fleet::example());
    let mut terminal = home.open(&lab, &fleet.path());
    terminal.until_shown("evaluated just now");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
    // Now the fleet can't even be read.
    fs::write(fleet.path().join("flake.nix"), "{ this is no flake").unwrap();
    let mut terminal = home.open(&lab, &fleet.path());
    for host in HOSTS {
        terminal.until_shown(host);
    }
    terminal.until("an error in the header", |screen| header(screen).contains("error").then_some(()));
    terminal.press("2");
    terminal.until_shown("netsrv");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn a_value_leads_to_who_reads_it_and_a_host_to_its_options() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (Home::new(), Fleet::example());
    let mut terminal = home.open(&lab, &fleet.path());
    terminal.until_shown("evaluated just now");
    // The globals: who beats whom, who reads it, what would move.
    terminal.press("2/netsrv.mtu\r");
    terminal.until_shown("mkDefault (1000) loses to mkForce (50)");
    terminal.press("\rw");
    terminal.until("who would move", |screen| {
        let text = screen.contents();
        let (_, answer) = text.split_once("Would move if it changed")?;
        (answer.contains("router") && !answer.contains("asking")).then_some(())
    });
    // Back to the hosts, and to what one of them has set.
    terminal.press("1/gate\r");
    terminal.until_shown("Hosts 1/1 /gate");
    terminal.press("o");
    terminal.until_shown("Options of gate");
    terminal.until_shown("targetHost");
    terminal.press("/allowedTCPPorts\r");
    terminal.until_shown("Declared in");
    terminal.press("C");
    terminal.until_shown("differs");
    terminal.press("\x1b");
    terminal.until_shown("Said by");
    terminal.press("<");
    terminal.until_shown("Hosts 1/1 /gate");
    terminal.press(">");
    terminal.until_shown("Options of gate");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn nothing_that_it_started_outlives_it() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (Home::new(), Fleet::example());
    let folder = fleet.path();
    let inside = folder.to_str().unwrap();
    let working_there = || {
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let folders = processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
        folders.filter(|folder| folder.to_string_lossy().contains(inside)).count()
    };
    let mut terminal = home.open(&lab, &folder);
    terminal.until("an evaluation", |screen| {
        (screen.contents().contains("evaluating") && working_there() > 0).then_some(())
    });
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
    assert_eq!(working_there(), 0, "Nix was stopped and waited for");
}
