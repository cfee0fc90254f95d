//! Why SSH did not get through, read from what `ssh` said, and what to do about it.

use super::config::Endpoint;
use crate::backend::{
    error::{Error, ErrorKind},
    model::HostName,
};

/// What is known besides the words of `ssh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether an SSH agent answers to be asked (`SSH_AUTH_SOCK` is set).
    pub agent: bool,
}

/// Explains what `ssh` said before it gave up. The words are those of OpenSSH 8 to 10 (`sshconnect.c`, `ssh.c`, `readconf.c`, `packet.c`, `mux.c`).
#[must_use]
pub fn explain(host: &HostName, endpoint: &Endpoint, said: &str, circumstances: Circumstances) -> Error {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let case = Case { host, endpoint, lines, circumstances };
    let (kind, what, hint) =
        case.host_key().or_else(|| case.login()).or_else(|| case.way()).unwrap_or_else(|| case.other());
    Error::new(kind, what).hint(hint).detail(case.lines)
}

/// Sort of failure, sentence, what to do.
type Explanation = (ErrorKind, String, String);

struct Case<'a> {
    host: &'a HostName,
    endpoint: &'a Endpoint,
    lines: Vec<&'a str>,
    circumstances: Circumstances,
}

impl Case<'_> {
    fn line_with(&self, needle: &str) -> Option<&str> {
        self.lines.iter().copied().find(|line| line.contains(needle))
    }

    fn says(&self, needle: &str) -> bool {
        self.line_with(needle).is_some()
    }

    fn port(&self) -> u16 {
        self.endpoint.port.unwrap_or(22)
    }

    fn by_hand(&self) -> String {
        let port = self.endpoint.port.map(|port| format!("-p {port} ")).unwrap_or_default();
        format!("`ssh {port}{}@{}` tries it by hand", self.endpoint.user, self.endpoint.target())
    }

    fn host_key(&self) -> Option<Explanation> {
        let target = self.endpoint.target();
        let scan = format!("ssh-keyscan -p {} {target} | ssh-keygen -lf -", self.port());
        let declared = !self.endpoint.host_keys.is_empty();
        let changed = self.says("REMOTE HOST IDENTIFICATION HAS CHANGED")
            || self.says("has changed and you have requested strict checking");
        let unknown = self.says("host key is known for") || self.says("Host key verification failed");
        let (what, hint) = match (changed, unknown, declared) {
            (true, _, true) => (
                format!("the host key of `{target}` is not the one in deployment.hostKeys"),
                format!(
                    "if the host was installed anew, adopt it again (`steading adopt {}`), or put its new key into deployment.hostKeys; `{scan}` shows what it offers. Otherwise somebody may be in between: don't go on",
                    self.host
                ),
            ),
            (true, _, false) => (
                format!("the host key of `{target}` is not the one that is known"),
                format!(
                    "if the host was installed anew, `ssh-keygen -R {target}` forgets the old key; compare the new one (`{scan}`) with the host's console first. Otherwise somebody may be in between: don't go on"
                ),
            ),
            (false, true, true) => (
                format!("`{target}` offers none of the keys in deployment.hostKeys"),
                format!("`{scan}` shows what it offers; compare it with the host's console"),
            ),
            (false, true, false) => (
                format!("the host key of `{target}` is not known here"),
                format!(
                    "`steading adopt {}` shows its fingerprint, and records the key in the fleet once you have compared it with the host's console; or put it into deployment.hostKeys, or log in once by hand with `ssh`",
                    self.host
                ),
            ),
            (false, false, _) => return None,
        };
        Some((ErrorKind::Refused, what, hint))
    }

    fn login(&self) -> Option<Explanation> {
        if !self.says("Permission denied") && !self.says("Too many authentication failures") {
            return None;
        }
        let (target, user) = (self.endpoint.target(), &self.endpoint.user);
        let hint = if self.circumstances.agent {
            format!("is one of the keys of `ssh-add -l` in the authorized_keys of `{user}`?")
        } else {
            "no SSH agent runs (SSH_AUTH_SOCK is not set), and nobody can be asked for a passphrase: `eval \"$(ssh-agent)\"; ssh-add`.".to_owned()
        };
        let what = format!("`{target}` lets nobody in as `{user}` with the keys at hand");
        Some((ErrorKind::Unreachable, what, format!("{hint} {}", self.by_hand())))
    }

    fn way(&self) -> Option<Explanation> {
        let (host, target, port) = (self.host, self.endpoint.target(), self.port());
        let unreachable = |what: String, hint: String| Some((ErrorKind::Unreachable, what, hint));
        if let Some(line) = self.line_with("Could not resolve hostname") {
            let name =
                line.split_whitespace().skip_while(|word| *word != "hostname").nth(1).unwrap_or(target);
            return unreachable(
                format!("the name `{}` does not resolve", name.trim_end_matches(':')),
                format!(
                    "check deployment.targetHost of `{host}`, or tell DNS, /etc/hosts or ~/.ssh/config about it"
                ),
            );
        }
        if self.says("Connection refused") {
            return unreachable(
                format!("port {port} of `{target}` refuses connections"),
                format!("is sshd running there, and is deployment.targetPort of `{host}` right?"),
            );
        }
        if self.says("No route to host") {
            return unreachable(
                format!("there is no route to `{target}`"),
                "is it on, and is this machine in its network?".to_owned(),
            );
        }
        if self.says("Network is unreachable") {
            return unreachable(
                format!("the network of `{target}` can't be reached from here"),
                "is this machine's network, or VPN, up?".to_owned(),
            );
        }
        if self.says("timed out") {
            return unreachable(
                format!("`{target}` does not answer"),
                "is it on, and does a firewall let SSH through?".to_owned(),
            );
        }
        if self.says("no matching") {
            return unreachable(
                format!("this machine's ssh and `{target}` have no algorithm in common"),
                format!("one of the two is very old. {}", self.by_hand()),
            );
        }
        if self.says("onnection closed by") || self.says("onnection reset by") {
            return unreachable(
                format!("`{target}` closed the connection before the login"),
                format!("a jump host, a ban, or too many connections at once? {}", self.by_hand()),
            );
        }
        None
    }

    /// Trouble on this machine, and what nobody has met yet.
    fn other(&self) -> Explanation {
        if let Some(error) = configuration(&self.lines) {
            return (error.kind, error.what, error.hint.unwrap_or_default());
        }
        if self.says("Unix domain socket") || self.says("unix_listener") {
            let hint = "set XDG_RUNTIME_DIR to a folder of your own with a short path";
            return (ErrorKind::Io, "ssh can't make its control socket".to_owned(), hint.to_owned());
        }
        let target = self.endpoint.target();
        let what = match self.lines.last() {
            Some(last) => format!("ssh could not log in to `{target}`: {last}"),
            None => format!("ssh could not log in to `{target}`, and did not say why"),
        };
        (ErrorKind::Unreachable, what, self.by_hand())
    }
}

/// Whether `ssh` complains of its configuration.
pub fn configuration(lines: &[&str]) -> Option<Error> {
    let complaints = ["Bad owner or permissions", "onfiguration option"];
    let line = lines.iter().find(|line| complaints.iter().any(|complaint| line.contains(complaint)))?;
    let what = format!("ssh refuses its configuration: {line}");
    Some(Error::new(ErrorKind::Configuration, what).hint(
        "mend ~/.ssh/config or /etc/ssh/ssh_config; they must belong to you or root, and nobody else may write them",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::model::Deployment;

    fn error(said: &str, keys: &[&str], agent: bool) -> Error {
        let deployment: Deployment =
            serde_json::from_value(serde_json::json!({ "targetHost": "10.77.0.11", "hostKeys": keys }))
                .unwrap();
        let host = "gate".parse().unwrap();
        let endpoint = Endpoint::new(&host, &deployment).unwrap();
        explain(&host, &endpoint, said, Circumstances { agent })
    }

    #[test]
    fn what_ssh_says_becomes_a_sentence_and_a_next_step() {
        use ErrorKind::{Configuration, Io, Refused, Unreachable};
        for (said, kind, what, hint) in [
            (
                "ssh: Could not resolve hostname nas: Name or service not known",
                Unreachable,
                "the name `nas` does not resolve",
                "targetHost of `gate`",
            ),
            (
                "ssh: connect to host 10.77.0.11 port 22: Connection refused",
                Unreachable,
                "port 22 of `10.77.0.11` refuses",
                "targetPort",
            ),
            (
                "ssh: connect to host 10.77.0.11 port 22: Connection timed out",
                Unreachable,
                "does not answer",
                "is it on",
            ),
            (
                "Connection timed out during banner exchange\nConnection to 10.77.0.11 port 22 timed out",
                Unreachable,
                "does not answer",
                "is it on",
            ),
            (
                "ssh: connect to host 10.77.0.11 port 22: No route to host",
                Unreachable,
                "no route",
                "is it on",
            ),
            (
                "ssh: connect to host 10.77.0.11 port 22: Network is unreachable",
                Unreachable,
                "network of",
                "VPN",
            ),
            (
                "No ED25519 host key is known for 10.77.0.11 and you have requested strict checking.\nHost key verification failed.",
                Refused,
                "not known here",
                "`steading adopt gate`",
            ),
            (
                "@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@@@@@@\nHost key for 10.77.0.11 has changed and you have requested strict checking.\nHost key verification failed.",
                Refused,
                "not the one that is known",
                "ssh-keygen -R 10.77.0.11",
            ),
            (
                "root@10.77.0.11: Permission denied (publickey).",
                Unreachable,
                "lets nobody in as `root`",
                "no SSH agent runs",
            ),
            (
                "Received disconnect from 10.77.0.11 port 22:2: Too many authentication failures",
                Unreachable,
                "lets nobody in",
                "no SSH agent runs",
            ),
            (
                "Bad owner or permissions on /root/.ssh/config",
                Configuration,
                "Bad owner or permissions on /root/.ssh/config",
                "nobody else may write",
            ),
            (
                "/root/.ssh/config: line 3: Bad configuration option: hostnam",
                Configuration,
                "line 3: Bad configuration option",
                "mend",
            ),
            (
                "Unable to negotiate with 10.77.0.11 port 22: no matching host key type found. Their offer: ssh-rsa",
                Unreachable,
                "no algorithm in common",
                "very old",
            ),
            (
                "unix_listener: path \"/run/x\" too long for Unix domain socket",
                Io,
                "control socket",
                "XDG_RUNTIME_DIR",
            ),
            (
                "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535",
                Unreachable,
                "closed the connection",
                "jump host",
            ),
            ("something new", Unreachable, "something new", "ssh root@10.77.0.11"),
            ("", Unreachable, "did not say why", "ssh root@10.77.0.11"),
        ] {
            let error = error(said, &[], false);
            assert_eq!(error.kind, kind, "{said}");
            assert!(error.what.contains(what), "{said}: {error}");
            assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{said}: {error}");
        }
    }

    #[test]
    fn declared_keys_and_a_running_agent_change_the_advice() {
        let unknown = "No RSA host key is known for steading-10.77.0.11 and you have requested strict checking.\nHost key verification failed.";
        assert!(
            error(unknown, &["ssh-ed25519 AAAA"], true)
                .what
                .contains("none of the keys in deployment.hostKeys")
        );
        let changed = "Host key for steading-10.77.0.11 has changed and you have requested strict checking.";
        assert!(
            error(changed, &["ssh-ed25519 AAAA"], true)
                .to_string()
                .contains("new key into deployment.hostKeys")
        );
        assert!(error("Permission denied (publickey).", &[], true).to_string().contains("ssh-add -l"));
    }
}
