//! The configuration that `ssh` is given for one host: our own words first, then the operator's and the system's.
//!
//! One file a host, and the host is called by the name that the operator would use (`deployment.targetHost`): so what `~/.ssh/config` says of that name (jump host, key, port) holds here too. `-F` replaces both
//! usual files (ssh(1)), therefore they are included.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv6Addr},
    path::Path,
};

use super::HostKey;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Deployment, HostName},
};

/// Seconds for TCP and SSH to come to terms.
pub const CONNECT_SECONDS: u16 = 10;

/// How one host is called by SSH. Every part was checked: none can be taken for an option, or end a line of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The name on the command line.
    pub name: String,
    /// The address, where it can't be the name: IPv6 has colons, which URLs and `host:port` take for something else.
    pub address: Option<String>,
    /// The user that logs in.
    pub user: String,
    /// The TCP port, where it isn't SSH's own.
    pub port: Option<u16>,
    /// The keys that it may show; empty: the operator's files decide.
    pub host_keys: Vec<HostKey>,
}

impl Endpoint {
    /// Checks what the fleet says about reaching a host.
    pub fn new(host: &HostName, deployment: &Deployment) -> Result<Self> {
        let fail = |option: &str, value: &str, rule: &str| {
            let what = format!("deployment.{option} of `{host}` is {value:?}, which can't be used for SSH");
            Error::new(ErrorKind::Configuration, what).hint(rule.to_owned())
        };
        let target = deployment.target_host.as_str();
        let address = is_ipv6(target).then(|| target.to_owned());
        if address.is_none() && !is_host_word(target) {
            return Err(fail(
                "targetHost",
                target,
                "use a DNS name, an address, or a name of ~/.ssh/config: letters, digits, `.`, `-` and `_`; user and port have options of their own",
            ));
        }
        if !is_user_word(&deployment.target_user) {
            return Err(fail(
                "targetUser",
                &deployment.target_user,
                "use the name of a user: letters, digits, `.`, `-`, `_`, not beginning with `-`",
            ));
        }
        if deployment.target_port == 0 {
            return Err(fail("targetPort", "0", "use 1 to 65535"));
        }
        let key_rule = "use a public key as in /etc/ssh/ssh_host_ed25519_key.pub: `ssh-ed25519 AAAA…`";
        let host_keys = deployment
            .host_keys
            .iter()
            .map(|key| HostKey::parse(key).ok_or_else(|| fail("hostKeys", key, key_rule)));
        Ok(Self {
            name: if address.is_some() { host.to_string() } else { target.to_owned() },
            address,
            user: deployment.target_user.clone(),
            // The default can't be told from no word at all, and the operator's configuration may know another port.
            port: Some(deployment.target_port).filter(|&port| port != 22),
            host_keys: host_keys.collect::<Result<_>>()?,
        })
    }

    /// What the host was called in the fleet.
    #[must_use]
    pub fn target(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.name)
    }

    /// A call of `ssh` with these words, as one could type it.
    pub(super) fn typed(&self, words: &str) -> String {
        let port = self.port.map(|port| format!(" -p {port}")).unwrap_or_default();
        let login = crate::backend::process::quote(&format!("{}@{}", self.user, self.target()));
        format!("ssh{port} {login} {words}")
    }

    /// The name under which declared keys are looked up.
    fn key_alias(&self) -> String {
        format!("steading-{}", self.name)
    }

    /// The `known_hosts` file with the declared keys.
    #[must_use]
    pub fn known_hosts(&self) -> String {
        self.host_keys.iter().fold(String::new(), |mut text, key| {
            let _ = writeln!(text, "{} {key}", self.key_alias());
            text
        })
    }

    /// The configuration file. `known_hosts` is where [`Self::known_hosts`] is written; it counts only where keys are declared. `users` is the operator's own configuration.
    ///
    /// The first value of an option wins (`ssh_config(5)`), so nothing that is set here can be undone below.
    #[must_use]
    pub fn config(&self, known_hosts: &Path, users: &Path) -> String {
        let mut text = format!("Host {}\n", self.name);
        let mut set = |option: &str, value: &str| {
            let _ = writeln!(text, "  {option} {value}");
        };
        if let Some(address) = &self.address {
            set("HostName", &address.replace('%', "%%"));
        }
        set("User", &self.user);
        if let Some(port) = self.port {
            set("Port", &port.to_string());
        }
        set("BatchMode", "yes");
        set("StrictHostKeyChecking", "yes");
        if !self.host_keys.is_empty() {
            set("HostKeyAlias", &self.key_alias());
            set("UserKnownHostsFile", &quoted(known_hosts));
            set("GlobalKnownHostsFile", "/dev/null");
            set("UpdateHostKeys", "no");
        }
        set("ConnectTimeout", &CONNECT_SECONDS.to_string());
        set("ConnectionAttempts", "1");
        // A link that is gone is noticed after 15 seconds.
        set("ServerAliveInterval", "5");
        set("ServerAliveCountMax", "3");
        // Our own sessions name their socket on the command line, which wins; Nix's must not meet the operator's.
        set("ControlMaster", "no");
        set("ControlPath", "none");
        // What an operator wants from a login is in the way of a program.
        set("ClearAllForwardings", "yes");
        set("ForwardAgent", "no");
        set("ForwardX11", "no");
        set("PermitLocalCommand", "no");
        set("RemoteCommand", "none");
        set("RequestTTY", "no");
        set("LogLevel", "INFO");
        // Within a `Host` block an `Include` would hold for that host only, and not for its jump host.
        let _ =
            write!(text, "Match all\nInclude {}\nMatch all\nInclude /etc/ssh/ssh_config\n", quoted(users));
        text
    }
}

fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    let zone_is_fine = zone.is_none_or(|zone| {
        !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
    });
    address.parse::<Ipv6Addr>().is_ok() && zone_is_fine
}

/// Letters, digits, `.`, `-`, `_`; no `-` in front, where it would be an option.
fn is_host_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 253
        && text.chars().all(allowed)
        || text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4())
}

fn is_user_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 64
        && text.chars().all(allowed)
}

/// A path as an argument in `ssh_config`. A path with a quotation mark, a line's end or a `%` can't be written there; none of ours has one.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace(['"', '\n', '\r'], "").replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(target: &str) -> Deployment {
        serde_json::from_value(serde_json::json!({ "targetHost": target })).unwrap()
    }

    fn endpoint(deployment: &Deployment) -> Result<Endpoint> {
        Endpoint::new(&"gate".parse().unwrap(), deployment)
    }

    #[test]
    fn what_could_become_an_option_or_a_line_is_refused() {
        for target in [
            "",
            "-oProxyCommand=reboot",
            "gate\n  ProxyCommand reboot",
            "gate reboot",
            "root@gate",
            "gate:22",
            "*",
            "!gate",
            "ssh://gate",
            "gate\"",
            "ga%h",
            "$(reboot)",
            "::1%",
            "::1%a b",
            &"x".repeat(254),
        ] {
            let error = endpoint(&deployment(target)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Configuration, "{target}");
            assert!(error.what.contains("deployment.targetHost of `gate`"), "{error}");
        }
        for user in ["", "-l", "a b", "a\nb", "a\"b", "root@x"] {
            let deployment = Deployment { target_user: user.into(), ..deployment("gate") };
            assert!(endpoint(&deployment).unwrap_err().what.contains("targetUser"), "{user}");
        }
        for key in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA\nevil ssh-rsa AAAA",
            "ssh-ed25519 AAA*",
            "@cert-authority * ssh-rsa AAAA",
        ] {
            let deployment = Deployment { host_keys: vec![key.into()], ..deployment("gate") };
            assert!(endpoint(&deployment).unwrap_err().what.contains("hostKeys"), "{key}");
        }
    }

    #[test]
    fn names_and_addresses_are_taken_as_they_are() {
        for target in ["gate", "nas.lan", "10.77.0.11", "_nas-2", "xn--gte-qla.example"] {
            let endpoint = endpoint(&deployment(target)).unwrap();
            assert_eq!((endpoint.name.as_str(), &endpoint.address), (target, &None));
        }
        for target in ["::1", "fe80::1%eth0", "2001:db8::7"] {
            let endpoint = endpoint(&deployment(target)).unwrap();
            assert_eq!((endpoint.name.as_str(), endpoint.target()), ("gate", target));
        }
    }

    /// Asks the real `ssh` what a configuration comes to, with an operator's file that contradicts ours.
    fn resolved(deployment: &Deployment, users: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let users_file = folder.path().join("ssh config");
        std::fs::write(&users_file, users).unwrap();
        let endpoint = endpoint(deployment).unwrap();
        let file = folder.path().join("config");
        std::fs::write(&file, endpoint.config(&folder.path().join("known hosts"), &users_file)).unwrap();
        let output = std::process::Command::new("ssh")
            .arg("-G")
            .arg("-F")
            .arg(&file)
            .arg(&endpoint.name)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn ssh_takes_our_words_first_and_the_operators_for_the_rest() {
        let operators = "Host nas\n  HostName 192.0.2.7\n  Port 2222\n  ProxyJump jump\n  StrictHostKeyChecking no\n  RemoteCommand tmux\n  User me\nHost other\n  IdentityFile /x\n";
        let lines = resolved(&deployment("nas"), operators);
        for line in [
            "hostname 192.0.2.7",
            "port 2222",
            "proxyjump jump",
            "stricthostkeychecking true",
            "user root",
            "batchmode yes",
        ] {
            assert!(lines.iter().any(|found| found == line), "{line} is missing in {lines:#?}");
        }
        assert!(!lines.iter().any(|line| line.contains("tmux") || line == "identityfile /x"), "{lines:#?}");
    }

    #[test]
    fn declared_keys_are_the_only_ones() {
        let declared = Deployment {
            host_keys: vec!["ssh-ed25519 AAAAC3Nz+/= root@gate".into()],
            target_port: 2022,
            ..deployment("fe80::1%eth0")
        };
        let lines = resolved(&declared, "Host *\n  UserKnownHostsFile /users\n  Port 1\n");
        for line in [
            "hostname fe80::1%eth0",
            "port 2022",
            "hostkeyalias steading-gate",
            "globalknownhostsfile /dev/null",
        ] {
            assert!(lines.iter().any(|found| found == line), "{line} is missing in {lines:#?}");
        }
        assert!(
            lines.iter().any(|line| line.starts_with("userknownhostsfile ") && line.ends_with("known hosts")),
            "{lines:#?}"
        );
        assert_eq!(endpoint(&declared).unwrap().known_hosts(), "steading-gate ssh-ed25519 AAAAC3Nz+/=\n");
    }
}
