//! What one would type instead, on the command line.

use crate::{
    app::{
        state::{Pane, State},
        vault,
    },
    backend::{model::HostName, secrets::SecretsVerb},
};

/// A word as a POSIX shell needs it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A command line of this program for the fleet that is shown.
pub(super) fn command(state: &State, words: &str) -> String {
    match &state.settings.flake {
        Some(flake) => format!("steading --flake {} {words}", quoted(flake)),
        None => format!("steading {words}"),
    }
}

fn with_hosts(state: &State, words: &str, hosts: &[HostName]) -> String {
    let hosts = hosts.iter().map(HostName::as_str).collect::<Vec<_>>().join(" ");
    command(state, format!("{words} {hosts}").trim_end())
}

pub(super) fn deploy_fleet(state: &State) -> String {
    command(state, "deploy --all")
}

pub(super) fn deploy_hosts(state: &State) -> String {
    with_hosts(state, "deploy", &state.meant_hosts())
}

pub(super) fn deploy_planned(state: &State) -> String {
    match &state.deployment {
        Some(deployment) if !deployment.whole_fleet => {
            with_hosts(state, "deploy", &deployment.hosts.keys().cloned().collect::<Vec<_>>())
        }
        _ => deploy_fleet(state),
    }
}

pub(super) fn retry_failed(state: &State) -> String {
    let failed = state.deployment.iter().flat_map(|deployment| deployment.to_retry().cloned());
    with_hosts(state, "deploy", &failed.collect::<Vec<_>>())
}

pub(super) fn status_hosts(state: &State) -> String {
    with_hosts(state, "status", &state.meant_hosts())
}

pub(super) fn status(state: &State) -> String {
    command(state, "status")
}

pub(super) fn would_move(state: &State) -> String {
    let path = state.selected_name().map(|path| format!("{} ", quoted(&path))).unwrap_or_default();
    command(state, &format!("globals {path}--affected"))
}

pub(super) fn options(state: &State) -> String {
    let host = state.selected_host().map(|host| format!(" {host}")).unwrap_or_default();
    let path = (state.pane == Pane::Options).then(|| state.selected_name()).flatten();
    let path = path.map(|path| format!(" {}", quoted(&path))).unwrap_or_default();
    command(state, &format!("options{host}{path}"))
}

fn with_secrets(state: &State, verb: SecretsVerb) -> String {
    let names = vault::meant(state, verb).unwrap_or_default();
    let all = state.secrets.marks().is_none() && verb != SecretsVerb::Rotate && verb != SecretsVerb::Adopt;
    let names = if all { Vec::new() } else { names };
    let words = std::iter::once(verb.word().to_owned()).chain(names.iter().map(|name| quoted(name)));
    command(state, &format!("secrets {}", words.collect::<Vec<_>>().join(" ")))
}

fn with_secret(state: &State, verb: &str) -> String {
    let name = state.secrets.list.selected().map(|name| format!(" {}", quoted(name))).unwrap_or_default();
    command(state, &format!("secrets {verb}{name}"))
}

pub(super) fn generate(state: &State) -> String {
    with_secrets(state, SecretsVerb::Generate)
}

pub(super) fn rotate(state: &State) -> String {
    with_secrets(state, SecretsVerb::Rotate)
}

pub(super) fn restore(state: &State) -> String {
    with_secrets(state, SecretsVerb::Restore)
}

pub(super) fn rekey(state: &State) -> String {
    with_secrets(state, SecretsVerb::Rekey)
}

pub(super) fn adopt(state: &State) -> String {
    with_secrets(state, SecretsVerb::Adopt)
}

pub(super) fn prune(state: &State) -> String {
    with_secrets(state, SecretsVerb::Prune)
}

pub(super) fn enter(state: &State) -> String {
    with_secret(state, "edit")
}

pub(super) fn reveal(state: &State) -> String {
    with_secret(state, "reveal")
}

pub(super) fn look(state: &State) -> String {
    command(state, "secrets plan")
}

pub(super) fn audit(state: &State) -> String {
    command(state, "secrets audit")
}

pub(super) fn deploy_mounts(state: &State) -> String {
    with_hosts(state, "deploy", &vault::meant_hosts(state))
}

/// The command line for what is selected.
#[must_use]
pub fn twin(state: &State) -> Option<String> {
    match state.pane {
        Pane::Hosts => state.selected_host().map(|_| with_hosts(state, "plan", &state.meant_hosts())),
        Pane::Globals => {
            state.selected_name().map(|path| command(state, &format!("globals {}", quoted(&path))))
        }
        Pane::Options => state.options.host.as_ref().map(|_| options(state)),
        Pane::Services => Some(command(state, "services")),
        Pane::Secrets => Some(command(state, "secrets")),
        Pane::Deploy => state.deployment.as_ref().map(|_| deploy_planned(state)),
    }
}
