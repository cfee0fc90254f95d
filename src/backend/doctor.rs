//! What this machine needs for the work, and how to get what is missing.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{
    error::{Error, Result},
    fleet::Fleet,
    model::{HostName, HostStatus, Kind, Privilege},
    nix::{self, OLDEST_NIX},
    process::{Invocation, capture},
};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub subject: String,
    /// How it is.
    pub state: CheckState,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckState {
    /// As it should be.
    Fine,
    /// It will do for some of the work.
    Doubtful,
    /// It won't do.
    Missing,
}

impl Check {
    fn fine(subject: &str, found: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), state: CheckState::Fine, found: found.into(), hint: None }
    }

    fn doubtful(subject: &str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { subject: subject.to_owned(), state: CheckState::Doubtful, found: found.into(), hint }
    }

    fn missing(subject: &str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { state: CheckState::Missing, ..Self::doubtful(subject, found, hint) }
    }
}

/// Looks at this machine: its programs, its keys, and the folder where state is kept.
pub async fn examine(state: &Path, cancel: &CancellationToken) -> Result<Vec<Check>> {
    let mut checks = vec![nix_itself(cancel).await];
    if checks[0].state == CheckState::Fine {
        checks.push(nix_store(cancel).await);
    }
    checks.push(program("git", &["--version"], "install git: flakes are read through it", cancel).await);
    checks.push(program("ssh", &["-V"], "install OpenSSH's client (openssh-client)", cancel).await);
    checks.push(sandbox(cancel).await);
    checks.push(ssh_keys(cancel).await);
    checks.push(writable(state));
    if cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(checks) }
}

async fn nix_itself(cancel: &CancellationToken) -> Check {
    let (major, minor) = OLDEST_NIX;
    let how = format!("install Nix {major}.{minor} or newer");
    match nix::version(cancel).await {
        Err(error) => Check::missing("nix", error.what, how),
        Ok(version) => match nix::check_version(cancel).await {
            Ok(()) => Check::fine("nix", version),
            Err(error) => Check::missing("nix", error.what, how),
        },
    }
}

async fn nix_store(cancel: &CancellationToken) -> Check {
    const SUBJECT: &str = "nix store";
    match capture(&nix::nix(&["store", "info", "--json"]), cancel).await {
        Ok(output) if output.exit.status.success() => {
            let info = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap_or_default();
            let url = info["url"].as_str().unwrap_or("local").to_owned();
            // Nix says `trusted` only where a daemon stands between us and the store.
            match info["trusted"].as_u64().or_else(|| info["trusted"].as_bool().map(u64::from)) {
                Some(0) => Check::doubtful(
                    SUBJECT,
                    format!("{url}, which does not trust this user"),
                    "remote builders and unsigned paths won't work: add this user to `trusted-users` in nix.conf",
                ),
                _ => Check::fine(SUBJECT, url),
            }
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("it does not answer").to_owned();
            Check::missing(SUBJECT, last, "is the Nix daemon running? `systemctl status nix-daemon`")
        }
        Err(error) => Check::missing(SUBJECT, error.what, "see the line about nix"),
    }
}

async fn program(name: &str, arguments: &[&str], how: &str, cancel: &CancellationToken) -> Check {
    match capture(&Invocation::new(name).args(arguments.iter().copied()), cancel).await {
        Ok(output) => {
            // ssh prints its version on standard error.
            let said = [output.stdout, output.stderr].concat();
            Check::fine(
                name,
                String::from_utf8_lossy(&said).lines().next().unwrap_or_default().trim().to_owned(),
            )
        }
        Err(error) => Check::missing(name, error.what, how),
    }
}

/// Only secrets that are made by scripts need it.
async fn sandbox(cancel: &CancellationToken) -> Check {
    const HOW: &str = "install bubblewrap, if secrets are made by scripts";
    match program("bwrap", &["--version"], HOW, cancel).await {
        check if check.state == CheckState::Missing => Check::doubtful("bwrap", check.found, HOW),
        check => check,
    }
}

/// SSH runs in batch mode: a key with a passphrase works only through an agent.
async fn ssh_keys(cancel: &CancellationToken) -> Check {
    const SUBJECT: &str = "ssh keys";
    let in_agent = match capture(&Invocation::new("ssh-add").arg("-L"), cancel).await {
        Ok(output) if output.exit.status.success() => {
            output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count()
        }
        _ => 0,
    };
    if in_agent > 0 {
        return Check::fine(SUBJECT, format!("{in_agent} in the agent"));
    }
    let folder = std::env::home_dir().map(|home| home.join(".ssh"));
    let is_key = |name: &str| name.starts_with("id_") && !name.contains('.');
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let files = files
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_key(name))
        .collect::<Vec<_>>();
    if files.is_empty() {
        let hint = "hosts can't be reached without a key: `ssh-keygen -t ed25519`, and put it into their authorized_keys (or start your agent)";
        Check::doubtful(SUBJECT, "the agent holds no key, and ~/.ssh has none", hint)
    } else {
        Check::fine(
            SUBJECT,
            format!("no agent; {} in ~/.ssh (one with a passphrase needs an agent)", files.join(", ")),
        )
    }
}

fn writable(state: &Path) -> Check {
    const SUBJECT: &str = "state folder";
    let probe = state.join(".writable");
    let tried = std::fs::create_dir_all(state)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Check::fine(SUBJECT, state.display().to_string()),
        Err(error) => Check::missing(
            SUBJECT,
            format!("{}: {error}", state.display()),
            "make it writable, or set XDG_STATE_HOME",
        ),
    }
}

/// Looks at the fleet: does it evaluate, and does git know all of it?
#[must_use]
pub fn fleet(opened: Result<&Fleet, &Error>) -> Check {
    const SUBJECT: &str = "fleet";
    match opened {
        Ok(fleet) => {
            let found = format!("{}, {} hosts", fleet.flake().display(), fleet.hosts().len());
            match fleet.flake().revision().untracked.as_slice() {
                [] => Check::fine(SUBJECT, found),
                files => {
                    let found = format!("{found}; git does not know {}", files.join(", "));
                    Check::doubtful(SUBJECT, found, "`git add -N` makes them seen")
                }
            }
        }
        Err(error) => {
            let hint = error
                .hint
                .clone()
                .unwrap_or_else(|| "mend the flake, or name another with --flake DIR".to_owned());
            Check::doubtful(SUBJECT, Error { hint: None, ..error.clone() }.to_string(), hint)
        }
    }
}

/// Looks at what a host said of itself: can it be deployed to?
#[must_use]
pub fn host(name: &HostName, kind: Kind, user: &str, status: &HostStatus) -> Check {
    let subject = name.as_str();
    if !status.reachable {
        let problem = status.problem.clone().unwrap_or_else(|| "it does not answer".to_owned());
        let (what, hint) =
            problem.split_once("; ").unwrap_or((&problem, "is it on, and is deployment.targetHost right?"));
        return Check::doubtful(subject, what, hint);
    }
    if !kind.switches() {
        return Check::fine(subject, "answers");
    }
    if status.nix.is_none() {
        return Check::missing(subject, "has no Nix", "install Nix on it, or make it a host of kind `push`");
    }
    let nopasswd = format!("let its sudoers say `{user} ALL=(ALL) NOPASSWD: ALL`");
    match status.privilege {
        Privilege::Root => Check::fine(subject, "answers; root logs in"),
        Privilege::Sudo => Check::fine(
            subject,
            format!(
                "answers; {user} may use sudo, so nobody has to be one of its trusted-users for what is copied there"
            ),
        ),
        Privilege::SudoPassword => Check::doubtful(
            subject,
            format!("answers; sudo asks {user} for a password"),
            format!("deploy with --ask-sudo-password, or {nopasswd}"),
        ),
        Privilege::None => Check::missing(
            subject,
            format!(
                "answers, but {user} can't become root: nothing can be activated, and its Nix daemon takes unsigned paths from trusted-users only"
            ),
            format!("{nopasswd}, or log in as root (deployment.targetUser)"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_what_it_lacks() {
        let answers =
            HostStatus { reachable: true, nix: Some("/bin/nix-daemon".into()), ..HostStatus::default() };
        let off = HostStatus {
            problem: Some("connection refused; is sshd running?".into()),
            ..HostStatus::default()
        };
        let check = |kind, status: HostStatus| host(&"gate".parse().unwrap(), kind, "me", &status);
        let with = |privilege| HostStatus { privilege, ..answers.clone() };
        let off = check(Kind::Linux, off);
        assert_eq!((off.state, off.hint.as_deref()), (CheckState::Doubtful, Some("is sshd running?")));
        assert_eq!(check(Kind::Linux, with(Privilege::Root)).state, CheckState::Fine);
        assert_eq!(check(Kind::Linux, with(Privilege::Sudo)).state, CheckState::Fine);
        assert_eq!(check(Kind::Linux, with(Privilege::SudoPassword)).state, CheckState::Doubtful);
        let none = check(Kind::Linux, with(Privilege::None));
        assert!(none.state == CheckState::Missing && none.found.contains("trusted-users"), "{none:?}");
        let bare = HostStatus { nix: None, ..with(Privilege::Root) };
        assert_eq!(check(Kind::Nixos, bare.clone()).state, CheckState::Missing);
        assert_eq!(check(Kind::Push, bare).state, CheckState::Fine);
    }
}
