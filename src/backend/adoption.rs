//! Adopting a host: its key, once a human has compared it, is recorded in the fleet. From then on SSH trusts that key, and secrets are encrypted to it.
//!
//! The record is data, `secrets/hosts/NAME.pub`, which the library reads (`nix/lib/adopted.nix`): no Nix is written by a machine.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;

use super::{
    error::{Error, ErrorKind, Result},
    model::{HostName, Secrets},
    secrets::{seal::Recipients, track, tree::Tree},
    ssh::HostKey,
};

/// The types of key that can be encrypted to, the best first.
const USABLE: [&str; 2] = ["ssh-ed25519", "ssh-rsa"];

/// What is known about a host that is to be adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The host.
    pub host: HostName,
    /// The keys that it shows.
    pub offered: Vec<HostKey>,
    /// The one that is recorded.
    pub key: HostKey,
    /// The keys that the fleet knew of it: those in the record, and those that modules name.
    pub known: Vec<HostKey>,
    /// What that comes to.
    pub standing: Standing,
}

/// How a host's key stands to what the fleet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The fleet knows no key of it.
    New,
    /// Recorded already.
    Known,
    /// The fleet's modules say it themselves: there is nothing to record.
    Declared,
    /// The fleet knew another key: the host was installed anew, or somebody is in between.
    Changed,
}

/// What the fleet says about a host's keys.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// `deployment.hostKeys`.
    pub ssh: &'a [String],
    /// `x.global.agenix.publicKeys.NAME`.
    pub secrets: &'a [String],
}

impl<'a> Declared<'a> {
    /// Finds them.
    #[must_use]
    pub fn of(host: &HostName, ssh: &'a [String], secrets: &'a Secrets) -> Self {
        Self { ssh, secrets: secrets.host_keys.get(host.as_str()).map_or(&[], Vec::as_slice) }
    }
}

/// Where a host's key is recorded, relative to the fleet.
#[must_use]
pub fn file_of(host: &HostName) -> String {
    format!("secrets/hosts/{host}.pub")
}

/// Reads the record of a host; an absent one is empty.
pub fn recorded(fleet: &Path, host: &HostName) -> Result<Vec<HostKey>> {
    let path = fleet.join(file_of(host));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(path.display(), &error)),
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let key = |line: &str| {
        HostKey::parse(line).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("{}: a line is no public key of SSH", path.display()),
            )
            .hint("remove the file, and adopt the host again")
        })
    };
    lines.map(key).collect()
}

impl Adoption {
    /// Compares the keys that a host shows with what the fleet says. With a fingerprint, the key must have it.
    pub fn examine(
        host: &HostName,
        offered: Vec<HostKey>,
        recorded: Vec<HostKey>,
        declared: Declared<'_>,
        fingerprint: Option<&str>,
    ) -> Result<Self> {
        let by_hand = |keys: &[String]| {
            let keys = keys.iter().filter_map(|key| HostKey::parse(key)).collect::<BTreeSet<_>>();
            // What comes from the record is not the modules' own word.
            Some(keys).filter(|keys| !keys.is_empty() && *keys != recorded.iter().cloned().collect())
        };
        let (ssh, secrets) = (by_hand(declared.ssh), by_hand(declared.secrets));
        let is_named = |key: &&HostKey| secrets.as_ref().is_some_and(|keys| keys.contains(key));
        let key = match offered.iter().find(is_named) {
            // Modules may name another one than we would.
            Some(key) if fingerprint.is_none() => key.clone(),
            _ => chosen(host, &offered, fingerprint)?,
        };
        let other = |keys: &BTreeSet<HostKey>| {
            let option = format!("deployment.hostKeys of `{host}`");
            let known = keys.iter().map(|key| format!("{option}: {} {}", key.kind(), key.fingerprint()));
            let shown = offered.iter().map(|key| format!("shown now: {} {}", key.kind(), key.fingerprint()));
            Error::new(ErrorKind::Refused, format!("`{host}` shows none of the keys that {option} names"))
                .hint("if the host was installed anew, take that definition out of the fleet and adopt the host again. Otherwise somebody may be in between: don't go on")
                .detail(known.chain(shown))
        };
        if let Some(keys) = &ssh
            && !offered.iter().any(|key| keys.contains(key))
        {
            return Err(other(keys));
        }
        let named = secrets.unwrap_or_default();
        let standing = if recorded.contains(&key) {
            Standing::Known
        } else if named.contains(&key) && ssh.is_some() {
            Standing::Declared
        } else if named.contains(&key) || (recorded.is_empty() && named.is_empty()) {
            Standing::New
        } else {
            // Whether the record counts more than what modules say, which may be but a default, is seen when the fleet is read again.
            Standing::Changed
        };
        let known = recorded.into_iter().chain(named).collect::<BTreeSet<_>>().into_iter().collect();
        Ok(Self { host: host.clone(), offered, key, known, standing })
    }

    /// Whether the record is to be written.
    #[must_use]
    pub fn is_due(&self) -> bool {
        matches!(self.standing, Standing::New | Standing::Changed)
    }

    /// Writes the record, whole or not at all, and tells git of it: a flake does not see what git does not know.
    pub async fn record(&self, fleet: &Path, cancel: &CancellationToken) -> Result<()> {
        let file = file_of(&self.host);
        let path = fleet.join(&file);
        write(fleet, &path, &format!("{} {}\n", self.key, self.host))
            .map_err(|error| Error::io(path.display(), &error))?;
        track(&Tree::open(fleet)?, &[file], &BTreeSet::new(), cancel).await
    }
}

/// The key that is recorded: the one with the fingerprint, else the best.
fn chosen(host: &HostName, offered: &[HostKey], fingerprint: Option<&str>) -> Result<HostKey> {
    let shown = || offered.iter().map(|key| format!("shown: {} {}", key.kind(), key.fingerprint()));
    let refused = |what: String| Error::new(ErrorKind::Refused, what).detail(shown());
    let usable =
        |key: &HostKey| USABLE.contains(&key.kind()) && Recipients::parse([key.to_string().as_str()]).is_ok();
    let Some(fingerprint) = fingerprint else {
        let best =
            USABLE.iter().find_map(|kind| offered.iter().find(|key| key.kind() == *kind && usable(key)));
        return best.cloned().ok_or_else(|| {
            refused(format!("`{host}` shows no key that can be encrypted to"))
                .hint("it takes one of ssh-ed25519, or ssh-rsa of 2048 to 4096 bits: `ssh-keygen -A` on the host makes what is missing")
        });
    };
    match offered.iter().find(|key| key.has_fingerprint(fingerprint)) {
        None => Err(refused(format!("`{host}` shows no key with the fingerprint {fingerprint}"))
            .hint("compare it with the host's console: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. Somebody may be in between: don't go on")),
        Some(key) if !usable(key) => {
            let what = format!("the key with that fingerprint is one of {}, which can't be encrypted to", key.kind());
            Err(refused(what).hint("give the fingerprint of the host's key of ssh-ed25519"))
        }
        Some(key) => Ok(key.clone()),
    }
}

fn write(fleet: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    for folder in [fleet.join("secrets"), folder.clone()] {
        if folder.is_symlink() {
            return Err(std::io::Error::other("its folder is a link, which may lead out of the fleet"));
        }
    }
    fs::create_dir_all(&folder)?;
    let mut file =
        tempfile::Builder::new().prefix(".steading-").permissions(readable()).tempfile_in(&folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    fs::File::open(&folder)?.sync_all()
}

/// A public key is no secret.
fn readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::process::{Invocation, capture};

    const GATE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1";
    const POST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB56zuc6KKQcV9vSAfVFx23JM1Oio4y0gDS5eTXFPcU6";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA==";

    fn key(text: &str) -> HostKey {
        HostKey::parse(text).unwrap()
    }

    fn host() -> HostName {
        "gate".parse().unwrap()
    }

    fn examine(
        recorded: &[&str],
        ssh: &[&str],
        secrets: &[&str],
        fingerprint: Option<&str>,
    ) -> Result<Adoption> {
        let keys = |texts: &[&str]| texts.iter().map(|text| key(text)).collect::<Vec<_>>();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (ssh, secrets) = (texts(ssh), texts(secrets));
        let declared = Declared { ssh: &ssh, secrets: &secrets };
        Adoption::examine(&host(), keys(&[ECDSA, GATE]), keys(recorded), declared, fingerprint)
    }

    #[test]
    fn a_key_is_new_or_known_or_changed() {
        for (recorded, ssh, secrets, standing) in [
            (&[][..], &[][..], &[][..], Standing::New),
            (&[GATE], &[GATE], &[GATE], Standing::Known),
            (&[POST], &[POST], &[POST], Standing::Changed),
            // Recorded, but git or the fleet does not see it: that is found when the fleet is read again.
            (&[GATE], &[], &[], Standing::Known),
            (&[], &[GATE], &[GATE, POST], Standing::Declared),
            (&[], &[ECDSA], &[GATE], Standing::Declared),
            (&[], &[], &[GATE], Standing::New),
            (&[POST], &[GATE], &[GATE], Standing::Declared),
            (&[], &[], &[POST], Standing::Changed),
            (&[GATE], &[GATE], &[POST], Standing::Known),
        ] {
            let adoption = examine(recorded, ssh, secrets, None).unwrap();
            assert_eq!(
                (adoption.standing, adoption.key),
                (standing, key(GATE)),
                "{recorded:?} {ssh:?} {secrets:?}"
            );
        }
    }

    #[test]
    fn what_a_host_says_of_itself_is_never_overruled() {
        let error = examine(&[], &[POST], &[], None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert!(error.what.contains("deployment.hostKeys"), "{error}");
        let detail = error.detail.join("\n");
        assert!(detail.contains(&key(POST).fingerprint()) && detail.contains(&key(GATE).fingerprint()));
    }

    #[test]
    fn a_fingerprint_must_be_that_of_a_key_that_can_be_used() {
        let print = |text: &str| key(text).fingerprint();
        assert_eq!(examine(&[], &[], &[], Some(&print(GATE))).unwrap().key, key(GATE));
        let error = examine(&[], &[], &[], Some(&print(POST))).unwrap_err();
        assert!(error.what.contains("no key with the fingerprint"), "{error}");
        let error = examine(&[], &[], &[], Some(&print(ECDSA))).unwrap_err();
        assert!(error.what.contains("ecdsa-sha2-nistp256"), "{error}");
        let nothing = Declared { ssh: &[], secrets: &[] };
        let error = Adoption::examine(&host(), vec![key(ECDSA)], Vec::new(), nothing, None).unwrap_err();
        assert!(error.hint.unwrap().contains("ssh-keygen -A"));
    }

    #[tokio::test]
    async fn the_record_is_written_whole_and_git_is_told() {
        let fleet = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        let git = async |words: &[&str]| {
            let call = Invocation::new("git").args(words.to_vec()).folder(fleet.path());
            String::from_utf8(capture(&call, &cancel).await.unwrap().stdout).unwrap()
        };
        let adoption = examine(&[], &[], &[], None).unwrap();
        adoption.record(fleet.path(), &cancel).await.unwrap();
        assert_eq!(recorded(fleet.path(), &host()).unwrap(), [key(GATE)], "without git, too");
        git(&["init", "-q"]).await;
        adoption.record(fleet.path(), &cancel).await.unwrap();
        assert_eq!(git(&["ls-files"]).await, "secrets/hosts/gate.pub\n");
        assert_eq!(fs::read_dir(fleet.path().join("secrets/hosts")).unwrap().count(), 1);
        fs::write(fleet.path().join("secrets/hosts/gate.pub"), format!("# by hand\n\n{POST} root@gate\n"))
            .unwrap();
        assert_eq!(recorded(fleet.path(), &host()).unwrap(), [key(POST)]);
        fs::write(fleet.path().join("secrets/hosts/gate.pub"), "nonsense").unwrap();
        assert!(recorded(fleet.path(), &host()).is_err());
        fs::write(fleet.path().join(".gitignore"), "secrets\n").unwrap();
        git(&["rm", "-q", "--cached", "secrets/hosts/gate.pub"]).await;
        let error = adoption.record(fleet.path(), &cancel).await.unwrap_err();
        assert!(error.what.contains("git does not take"), "{error}");
    }

    #[tokio::test]
    async fn a_link_out_of_the_fleet_is_not_followed() {
        let (fleet, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), fleet.path().join("secrets")).unwrap();
        let adoption = examine(&[], &[], &[], None).unwrap();
        let error = adoption.record(fleet.path(), &CancellationToken::new()).await.unwrap_err();
        assert!(error.what.contains("out of the fleet"), "{error}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
