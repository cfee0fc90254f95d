//! What a host is and runs, asked with one call.

use std::{str::FromStr, time::Duration};

use super::scripts::{SURVEY, script};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Action, Attempt, AttemptStep, HostName, HostStatus, Privilege, Space, StorePath},
    ssh::{Login, Ssh},
};

/// How long a host that is logged in to may take to say what it runs.
const SURVEY_DEADLINE: Duration = Duration::from_secs(20);

/// Asks a host what it runs; with `ask_sudo`, also whether its user can become root (`sudo` may write a line about that into its log).
pub async fn survey(ssh: &Ssh, host: &HostName, ask_sudo: bool) -> Result<HostStatus> {
    let session = ssh.session(host).await?;
    let ask_sudo = if ask_sudo { "yes" } else { "no" };
    let reply =
        session.run(&Login::Plain, &script(SURVEY, &[("ask_sudo", ask_sudo)]), SURVEY_DEADLINE).await?;
    read(&String::from_utf8_lossy(&reply.stdout)).map_err(|line| {
        let said = String::from_utf8_lossy(&reply.stderr).lines().map(str::to_owned).collect::<Vec<_>>();
        Error::new(ErrorKind::Process, format!("`{host}` can't say what it runs: {line}")).detail(said)
    })
}

/// Reads what the survey printed: `KEY=VALUE` lines. Keys that aren't known are left alone; a value that makes no sense, or a boot id that is missing, is an error.
fn read(text: &str) -> std::result::Result<HostStatus, String> {
    let mut status = HostStatus { reachable: true, ..HostStatus::default() };
    let mut attempt = Record::default();
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let senseless = || format!("{line:?} makes no sense");
        match key {
            "current-system" => status.running = Some(absolute(value).ok_or_else(senseless)?),
            "booted-system" => status.booted = Some(absolute(value).ok_or_else(senseless)?),
            "profile" => status.profile = Some(absolute(value).ok_or_else(senseless)?),
            "generation" => status.generation = generation(value),
            "other-kernel" => status.reboot_pending = true,
            "boot-id" => status.boot_id = Some(value.to_owned()).filter(|id| !id.is_empty()),
            "uptime" => status.uptime_seconds = Some(number(value).ok_or_else(senseless)?),
            "nix-space" => status.nix_space = Some(space(value).ok_or_else(senseless)?),
            "boot-space" => status.boot_space = Some(space(value).ok_or_else(senseless)?),
            "nix-daemon" => status.nix = Some(program(value).ok_or_else(senseless)?),
            "systemd" => status.systemd = value == "yes",
            "failed-unit" => status.failed_units.push(value.to_owned()),
            "privilege" => status.privilege = privilege(value).ok_or_else(senseless)?,
            _ => {
                if let Some(key) = key.strip_prefix("attempt.") {
                    attempt.take(key, value);
                }
            }
        }
    }
    if status.boot_id.is_none() {
        return Err("it is no Linux machine, or /proc is missing".to_owned());
    }
    status.failed_units.sort();
    status.reboot_pending |= status.profile.is_some() && status.profile != status.running;
    status.attempt = attempt.finish();
    Ok(status)
}

fn absolute(value: &str) -> Option<String> {
    (value.starts_with('/') && !value.contains(char::is_control)).then(|| value.to_owned())
}

/// The path of a program that can stand in a URL and in a remote command as it is.
fn program(value: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._+-".contains(c);
    absolute(value).filter(|path| path.chars().all(plain))
}

fn number<N: FromStr>(value: &str) -> Option<N> {
    value.parse().ok()
}

/// The number in `system-42-link`.
fn generation(link: &str) -> Option<u64> {
    number(link.strip_prefix("system-")?.strip_suffix("-link")?)
}

/// Free and total blocks of 1024 bytes.
fn space(value: &str) -> Option<Space> {
    let (free, total) = value.split_once(' ')?;
    let bytes = |blocks: &str| number::<u64>(blocks)?.checked_mul(1024);
    Some(Space { free: bytes(free)?, total: bytes(total)? })
}

fn privilege(word: &str) -> Option<Privilege> {
    match word {
        "root" => Some(Privilege::Root),
        "sudo" => Some(Privilege::Sudo),
        "sudo-password" => Some(Privilege::SudoPassword),
        "none" => Some(Privilege::None),
        _ => None,
    }
}

/// Reads a record that the supervisor wrote.
pub fn read_record(text: &str, alive: bool) -> Option<Attempt> {
    let mut record = Record { alive, ..Record::default() };
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        record.take(key, value);
    }
    record.finish()
}

/// A record while it is being read.
#[derive(Default)]
struct Record {
    token: Option<String>,
    action: Option<Action>,
    system: Option<StorePath>,
    previous: Option<String>,
    step: Option<AttemptStep>,
    activation: Option<i32>,
    staging: Option<i32>,
    failed_before: Vec<String>,
    alive: bool,
}

impl Record {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "token" => self.token = Some(value.to_owned()),
            "action" => self.action = value.parse().ok(),
            "system" => self.system = value.parse().ok(),
            "previous" => self.previous = absolute(value),
            "step" => {
                self.step = match value {
                    "begun" => Some(AttemptStep::Begun),
                    "activating" => Some(AttemptStep::Activating),
                    "staging" => Some(AttemptStep::Staging),
                    "ended" => Some(AttemptStep::Ended),
                    _ => None,
                }
            }
            "activation" => self.activation = number(value),
            "staging" => self.staging = number(value),
            "failed-before" => self.failed_before.push(value.to_owned()),
            "alive" => self.alive = value == "yes",
            _ => {}
        }
    }

    /// A record that lacks something was written by somebody else, or is damaged: it tells nothing.
    fn finish(self) -> Option<Attempt> {
        let step = self.step?;
        Some(Attempt {
            token: self.token?,
            action: self.action?,
            system: self.system?,
            previous: self.previous,
            step,
            running: self.alive && step != AttemptStep::Ended,
            activation_status: self.activation,
            staging_status: self.staging,
            failed_before: self.failed_before,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::backend::process::{Invocation, capture};

    const SYSTEM: &str = "/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-linux-gate-1.0";

    fn answer(lines: &[&str]) -> std::result::Result<HostStatus, String> {
        read(&lines.join("\n"))
    }

    #[test]
    fn a_whole_answer_is_read() {
        let current = format!("current-system={SYSTEM}");
        let profile = format!("profile={SYSTEM}");
        let system = format!("attempt.system={SYSTEM}");
        let status = answer(&[
            &current,
            &profile,
            "generation=system-42-link",
            "boot-id=abc",
            "uptime=77",
            "nix-space=10 20",
            "boot-space=1 2",
            "systemd=yes",
            "failed-unit=b.service",
            "failed-unit=a.service",
            "privilege=sudo",
            "attempt.token=t",
            "attempt.action=switch",
            &system,
            "attempt.previous=",
            "attempt.step=staging",
            "attempt.activation=4",
            "attempt.staging=",
            "attempt.failed-before=a.service",
            "attempt.alive=yes",
            "something-new=1",
        ])
        .unwrap();
        assert_eq!(
            (status.running.as_deref(), status.generation, status.uptime_seconds),
            (Some(SYSTEM), Some(42), Some(77))
        );
        assert_eq!(status.nix_space, Some(Space { free: 10240, total: 20480 }));
        assert_eq!(status.failed_units, ["a.service", "b.service"]);
        assert_eq!((status.privilege, status.systemd, status.reboot_pending), (Privilege::Sudo, true, false));
        let attempt = status.attempt.unwrap();
        assert_eq!(
            (attempt.step, attempt.running, attempt.activation_status),
            (AttemptStep::Staging, true, Some(4))
        );
        assert_eq!((attempt.staging_status, attempt.previous), (None, None));
    }

    #[test]
    fn a_host_without_a_system_of_ours_is_fine() {
        let status = answer(&["boot-id=abc", "uptime=1"]).unwrap();
        assert!(
            status.reachable
                && status.running.is_none()
                && status.attempt.is_none()
                && !status.reboot_pending
        );
    }

    #[test]
    fn what_makes_no_sense_is_an_error_and_half_a_record_is_none() {
        for line in [
            "uptime=-3",
            "nix-daemon=/a b",
            "nix-space=1",
            "nix-space=99999999999999999999 1",
            "current-system=gone",
            "privilege=god",
        ] {
            let why = answer(&["boot-id=abc", line]).unwrap_err();
            assert!(why.contains("makes no sense"), "{why}");
        }
        assert!(answer(&["uptime=1"]).unwrap_err().contains("no Linux machine"));
        assert_eq!(answer(&["boot-id=abc", "attempt.token=t"]).unwrap().attempt, None);
    }

    proptest! {
        #[test]
        fn whatever_a_host_says_is_read_or_refused(text in ".*", keyed in "(attempt\\.)?(uptime|step|nix-space|profile|boot-id|token)=.*") {
            let _ = read(&format!("{keyed}\n{text}\n{keyed}"));
            let _ = read_record(&text, true);
        }
    }

    #[test]
    fn another_default_or_another_kernel_wants_a_reboot() {
        let (current, profile) = (format!("current-system={SYSTEM}"), format!("profile={SYSTEM}2"));
        assert!(answer(&["boot-id=abc", &current, &profile]).unwrap().reboot_pending);
        assert!(answer(&["boot-id=abc", "other-kernel=initrd"]).unwrap().reboot_pending);
    }

    /// The survey runs on this machine, too, whatever it is.
    #[tokio::test]
    async fn the_script_speaks_the_format() {
        let shell = Invocation::new("sh").arg("-c").arg(script(SURVEY, &[("ask_sudo", "yes")]).text);
        let output = capture(&shell, &CancellationToken::new()).await.unwrap();
        let status = read(&String::from_utf8(output.stdout).unwrap()).unwrap();
        assert!(status.boot_id.is_some() && status.uptime_seconds.is_some(), "{status:?}");
        assert!(status.nix_space.is_some(), "{status:?}");
        assert_eq!(status.privilege == Privilege::Root, rustix::process::geteuid().is_root());
    }
}
