//! Which keys a host shows, before any of them is trusted.
//!
//! Asked by `ssh` itself and not by `ssh-keyscan`, so that it is asked on the way that a deployment takes: with the operator's names, ports and jump hosts.

use tokio_util::sync::CancellationToken;

use super::{HostKey, Ssh, failure};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::HostName,
    process::{Invocation, capture},
};

/// The types that hosts have, the best first. Only the first two can be encrypted to.
const ALGORITHMS: [&str; 3] = [
    "ssh-ed25519",
    "rsa-sha2-512,rsa-sha2-256",
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
];

impl Ssh {
    /// Asks a host for its keys; nobody logs in. Whoever answers on its address is believed: a fingerprint must be compared.
    pub async fn offered_keys(&self, host: &HostName, cancel: &CancellationToken) -> Result<Vec<HostKey>> {
        let mut keys = Vec::new();
        for algorithms in ALGORITHMS {
            let (key, said) = self.offered_key(host, algorithms, cancel).await?;
            match key {
                Some(key) => keys.push(key),
                // It has none of this type, but may have one of the next.
                None if said.contains("no matching host key type") => {}
                None => {
                    let prepared = self.prepared(host)?;
                    return Err(failure::explain(host, &prepared.endpoint, &said, self.circumstances));
                }
            }
        }
        if keys.is_empty() {
            let what = format!("`{host}` shows no key of a type that is known here");
            return Err(Error::new(ErrorKind::Refused, what).hint("give it one: `ssh-keygen -A` on the host"));
        }
        Ok(keys)
    }

    /// The key that a host shows where it may show one of these types only, and what `ssh` said.
    async fn offered_key(
        &self,
        host: &HostName,
        algorithms: &str,
        cancel: &CancellationToken,
    ) -> Result<(Option<HostKey>, String)> {
        let prepared = self.prepared(host)?;
        let seen = self.folder.write(&format!("{host}.seen"), "")?;
        let alias = "steading-scan";
        let mut call = Invocation::new("ssh").arg("-F").arg(&prepared.config);
        for option in [
            // The key is written down and nothing else is done: no way to log in is tried.
            "StrictHostKeyChecking=accept-new".to_owned(),
            format!("UserKnownHostsFile=\"{}\"", seen.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "KnownHostsCommand=none".to_owned(),
            "HashKnownHosts=no".to_owned(),
            "UpdateHostKeys=no".to_owned(),
            "VerifyHostKeyDNS=no".to_owned(),
            format!("HostKeyAlias={alias}"),
            format!("HostKeyAlgorithms={algorithms}"),
            "PreferredAuthentications=none".to_owned(),
        ] {
            call = call.arg("-o").arg(option);
        }
        let call = call.arg(&prepared.endpoint.name).arg("true");
        let output = capture(&call, cancel).await?;
        let seen = std::fs::read_to_string(&seen).map_err(|error| Error::io(seen.display(), &error))?;
        let key = seen.lines().find_map(|line| HostKey::parse(line.strip_prefix(alias)?));
        Ok((key, String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
