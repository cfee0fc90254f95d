//! The jobs that are about secrets.

use std::collections::BTreeSet;

use crate::backend::{
    error::{Error, ErrorKind, Result},
    fleet::Fleet,
    job::{End, SecretFacts},
    model::{
        HostName, KeyHolder, PlannedSecret, Secret, SecretReader, SecretState, SecretStep, Secrets,
        SecretsPlan,
    },
};

/// How every job about secrets ends that the command line has to do yet.
pub(super) fn not_here() -> End {
    let error = Error::new(ErrorKind::Refused, "the console only lists the secrets of a real fleet yet");
    End::Failed(error.hint("`steading secrets --help` tells what the command line does"))
}

/// The secrets, and which of them have their file.
pub(super) fn facts(fleet: &Fleet, declared: Result<Secrets>) -> Result<SecretFacts> {
    let declared = declared?;
    let folder = fleet.flake().folder();
    let planned =
        |secret| planned(&declared, secret, |file| folder.is_some_and(|folder| folder.join(file).is_file()));
    let secrets = declared.secrets.iter().map(planned).collect();
    Ok(SecretFacts { plan: Ok(SecretsPlan { secrets, with_key: false }), declared })
}

fn planned(declared: &Secrets, secret: &Secret, is_there: impl Fn(&str) -> bool) -> PlannedSecret {
    let state = match Fleet::secret_file(secret) {
        Err(error) => SecretState::Failed(error.what),
        Ok(file) if is_there(&file) => SecretState::Unverified,
        Ok(_) => SecretState::Missing,
    };
    let mounts = declared.mounts.iter().filter(|mount| mount.secret.as_ref() == Some(&secret.name));
    let hosts = mounts.filter_map(|mount| mount.host.as_ref()?.parse().ok()).collect::<BTreeSet<_>>();
    let reader = |key: &String, who: KeyHolder| SecretReader { key: key.clone(), who: Some(who) };
    let of_admins = declared.admin_keys.iter().map(|key| reader(key, KeyHolder::Admin));
    let of_hosts =
        hosts.iter().filter_map(|host: &HostName| Some((host, declared.host_keys.get(host.as_str())?)));
    let of_hosts = of_hosts
        .flat_map(|(host, keys)| keys.iter().map(move |key| reader(key, KeyHolder::Host(host.clone()))));
    PlannedSecret {
        name: secret.name.clone(),
        engine: secret.engine.clone(),
        step: (state == SecretState::Missing && secret.engine != "manual").then_some(SecretStep::Make),
        state,
        reads: Vec::new(),
        read_by: Vec::new(),
        readers: of_admins.chain(of_hosts).collect(),
        gains: Vec::new(),
        loses: Vec::new(),
        hosts: hosts.into_iter().collect(),
        protected: secret.protect,
        made_at: None,
        rotate_at: None,
        defined_at: secret.defined_at.clone(),
    }
}
