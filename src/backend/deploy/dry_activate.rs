//! What `switch-to-configuration dry-activate` says.

use std::time::Duration;

use super::scripts::{DRY_ACTIVATE, script};
use crate::backend::{
    error::Result,
    logstore::{Colour, clean_line},
    model::{DryActivation, StorePath},
    ssh::{Login, Session},
};

/// How long a dry run may take. It only compares; but a slow disk and many units take their time.
const DRY_RUN_DEADLINE: Duration = Duration::from_secs(300);

/// What a dry run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRun {
    /// It said what it would do.
    Said(DryActivation),
    /// Another activation holds the lock.
    Locked,
    /// It refuses to activate this system, with these words.
    Refused(Vec<String>),
}

/// Has a host say what activating a system that is there would do.
pub async fn dry_activate(session: &Session, login: &Login, system: &StorePath) -> Result<DryRun> {
    let reply =
        session.run(login, &script(DRY_ACTIVATE, &[("system", system.as_str())]), DRY_RUN_DEADLINE).await?;
    Ok(read(reply.status, &String::from_utf8_lossy(&reply.stdout)))
}

/// The texts are those of nixpkgs' `switch-to-configuration-ng/src/main.rs`, and of its elder in Perl.
pub fn read(status: i32, text: &str) -> DryRun {
    let mut dry = DryActivation::default();
    for line in text.lines().map(clean).filter(|line| !line.is_empty()) {
        let units = line.split_once(" units: ").map(|(what, units)| (what, list(units)));
        match units {
            Some(("would stop the following", units)) => dry.stop.extend(units),
            Some(("would NOT stop the following changed", units)) => dry.not_stop.extend(units),
            Some(("would NOT restart the following changed", units)) => dry.not_restart.extend(units),
            Some(("would reload the following", units)) => dry.reload.extend(units),
            Some(("would restart the following", units)) => dry.restart.extend(units),
            Some(("would start the following", units)) => dry.start.extend(units),
            _ if line == "would restart systemd" => dry.reexecute = true,
            _ if line.starts_with("would activate the configuration") => dry.activate = true,
            _ => dry.notes.push(line),
        }
    }
    match status {
        0 => DryRun::Said(dry),
        100 => {
            dry.reboot = Some("the init interface changed".to_owned());
            DryRun::Said(dry)
        }
        _ if is_locked(text) => DryRun::Locked,
        1 if is_inhibited(text) => {
            dry.reboot = Some("its checks keep it from being activated while the host runs".to_owned());
            DryRun::Said(dry)
        }
        _ => {
            if dry.notes.is_empty() {
                dry.notes.push(format!("it ended with status {status} and said nothing"));
            }
            DryRun::Refused(dry.notes)
        }
    }
}

/// Whether the words are those of a switch that found the lock taken.
pub fn is_locked(text: &str) -> bool {
    text.to_lowercase().contains("could not acquire")
}

/// Whether the words are those of a check that lets a system be booted, but not be switched to (nixpkgs' `system.switchInhibitors`).
fn is_inhibited(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("inhibitor")
        || text.contains("changes to critical components")
        || text.contains("nixos-rebuild boot")
}

fn list(units: &str) -> Vec<String> {
    units.split(", ").map(|unit| unit.trim().to_owned()).filter(|unit| !unit.is_empty()).collect()
}

/// A line without escapes and control characters.
fn clean(line: &str) -> String {
    clean_line(line.as_bytes(), Colour::Drop).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: i32, text: &str) -> DryActivation {
        match read(status, text) {
            DryRun::Said(dry) => dry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_words_of_nixos_are_sorted() {
        let dry = said(
            0,
            "would stop the following units: a.service, b.mount\nwould NOT stop the following changed units: getty@tty1.service\nwould stop swap device: /dev/sda2\n\
             would activate the configuration...\nsetting up /etc\nwould restart systemd\nwould reload the following units: dbus.service\n\
             would restart the following units: nginx.service, sshd.service\nwould start the following units: b.service\n",
        );
        assert_eq!(
            (dry.stop, dry.not_stop),
            (vec!["a.service".into(), "b.mount".into()], vec!["getty@tty1.service".to_owned()])
        );
        assert_eq!((dry.reload.len(), dry.restart.len(), dry.start.len()), (1, 2, 1));
        assert!(dry.reexecute && dry.activate && dry.reboot.is_none());
        assert_eq!(dry.notes, ["would stop swap device: /dev/sda2", "setting up /etc"]);
    }

    #[test]
    fn what_only_a_reboot_gets_there_is_told_from_a_refusal() {
        assert!(
            said(100, "Warning: the new NixOS configuration has an 'init' …")
                .reboot
                .unwrap()
                .contains("init interface")
        );
        let inhibited = "There are changes to critical components of the system:\n\nSwitching into this system is not recommended.\n";
        assert!(said(1, inhibited).reboot.unwrap().contains("checks"));
        assert_eq!(read(1, "Could not acquire lock\n"), DryRun::Locked);
        assert_eq!(
            read(1, "error: could not acquire the lock /run/x: another switch is running\n"),
            DryRun::Locked
        );
        assert_eq!(
            read(1, "This is not a NixOS installation!\n"),
            DryRun::Refused(vec!["This is not a NixOS installation!".into()])
        );
        assert!(matches!(read(127, ""), DryRun::Refused(words) if words[0].contains("127")));
    }

    #[test]
    fn escapes_of_a_host_are_not_handed_on() {
        assert_eq!(said(0, "\u{1b}[31mred\u{1b}[0m\u{7}\u{1b}]0;title\u{7} end\r\n").notes, ["red end"]);
    }
}
