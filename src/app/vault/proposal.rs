//! What a verb would do, in full, before anybody agrees to it.

use std::collections::BTreeSet;

use super::{find, plan};
use crate::{
    app::state::State,
    backend::{
        model::{HostName, PlannedSecret, SecretReader, SecretState, SecretStep, SecretsPlan},
        secrets::{SecretsChange, SecretsVerb},
    },
    views::{report::counted, secrets::who},
};

/// What would be done, and how it is put to the operator. Two that are equal do the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What would be done.
    pub change: SecretsChange,
    /// The question.
    pub question: String,
    /// What will happen, to what.
    pub effects: Vec<String>,
}

/// All that is made from these secrets, directly or by way of others; sorted, without them. A cycle is no trouble.
#[must_use]
pub fn cascade(plan: &SecretsPlan, names: &[String]) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut ahead = names.iter().filter_map(|name| find(plan, name)).collect::<Vec<_>>();
    while let Some(secret) = ahead.pop() {
        for name in &secret.read_by {
            if !names.contains(name) && found.insert(name.clone()) {
                ahead.extend(find(plan, name));
            }
        }
    }
    found.into_iter().collect()
}

/// What is due besides these secrets and has to do with them: what they are made from, and what is made from them.
fn due_with(plan: &SecretsPlan, names: &[String]) -> Vec<String> {
    let mut seen = names.iter().cloned().collect::<BTreeSet<_>>();
    let mut ahead = names.iter().filter_map(|name| find(plan, name)).collect::<Vec<_>>();
    let mut due = BTreeSet::new();
    while let Some(secret) = ahead.pop() {
        for other in secret.reads.iter().chain(&secret.read_by).filter_map(|name| find(plan, name)) {
            if other.step.is_some() && seen.insert(other.name.clone()) {
                due.insert(other.name.clone());
                ahead.push(other);
            }
        }
    }
    due.into_iter().collect()
}

/// The secrets that a verb is meant for: of the marked ones those it can be done to; without marks the one under the cursor, or all that want it.
pub fn meant(state: &State, verb: SecretsVerb) -> Result<Vec<String>, String> {
    let plan = plan(state)?;
    let list = &state.secrets.list;
    let wants = |secret: &&PlannedSecret| match verb {
        SecretsVerb::Generate => secret.step.is_some(),
        // Of one alone, the reason is told why it can't be.
        SecretsVerb::Rotate => list.marks.is_empty() || can_rotate(secret).is_ok(),
        SecretsVerb::Restore => secret.state == SecretState::DataLost,
        SecretsVerb::Rekey => secret.step == Some(SecretStep::Rekey),
        SecretsVerb::Adopt => matches!(secret.state, SecretState::EditedByHand | SecretState::EntropyLost),
        SecretsVerb::Prune => secret.state == SecretState::Orphan,
    };
    let of_one = matches!(verb, SecretsVerb::Rotate | SecretsVerb::Adopt);
    let marks = state.secrets.marks();
    let asked = |secret: &&PlannedSecret| match marks {
        None => !of_one || list.selected() == Some(&*secret.name),
        Some(marks) => marks.contains(&secret.name),
    };
    let meant = plan.secrets.iter().filter(asked).filter(wants).map(|secret| secret.name.clone());
    let meant = meant.collect::<Vec<_>>();
    if meant.is_empty() { Err(nothing(verb, marks.is_some()).to_owned()) } else { Ok(meant) }
}

fn nothing(verb: SecretsVerb, marked: bool) -> &'static str {
    match (verb, marked) {
        (SecretsVerb::Generate, true) => "nothing is due of what is marked",
        (SecretsVerb::Generate, false) => "nothing is due",
        (SecretsVerb::Rotate, true) => "nothing can make anew what is marked",
        (SecretsVerb::Rotate, false) => "there is no secret under the cursor",
        (SecretsVerb::Restore, _) => "no value is lost that its entropy could give back",
        (SecretsVerb::Rekey, _) => "each is encrypted to those who should read it",
        (SecretsVerb::Adopt, true) => "of none that is marked it is known that it was written by hand",
        (SecretsVerb::Adopt, false) => "it is not known to be written by hand",
        (SecretsVerb::Prune, _) => "every file is declared",
    }
}

/// What a verb would do to these secrets; or why it can't be done.
pub fn propose(state: &State, verb: SecretsVerb, names: &[String]) -> Result<Proposal, String> {
    let plan = plan(state)?;
    let gone = |name: &String| format!("there is no secret {name} any more");
    let meant = names.iter().map(|name| find(plan, name).ok_or_else(|| gone(name)));
    let meant = meant.collect::<Result<Vec<_>, _>>()?;
    if verb == SecretsVerb::Rotate {
        meant.iter().try_for_each(|secret| can_rotate(secret))?;
    }
    let follow = match verb {
        SecretsVerb::Rotate => cascade(plan, names),
        SecretsVerb::Generate => due_with(plan, names),
        _ => Vec::new(),
    };
    let anew = follow.iter().filter_map(|name| find(plan, name)).collect::<Vec<_>>();
    let all = || meant.iter().chain(&anew).copied();
    let protected =
        |secret: &&PlannedSecret| verb == SecretsVerb::Rotate && secret.protected && !is_new(secret);
    let typed = all().filter(protected).map(|secret| secret.name.clone()).collect::<Vec<_>>();
    let mut effects = effects(verb, &meant);
    if !follow.is_empty() {
        let what = match verb {
            SecretsVerb::Rotate => "made anew, for they are made from that",
            _ => "due too, for they are made from that, or that from them",
        };
        effects.push(format!("{what}: {}", listed(&follow)));
    }
    let scripts = all().filter(|secret| makes(verb, secret) && secret.engine == "script");
    let scripts = scripts.map(|secret| &*secret.name).collect::<Vec<_>>();
    if !scripts.is_empty() {
        effects.push(format!("programs are run for: {}", listed(&scripts)));
    }
    if verb != SecretsVerb::Prune {
        effects.push(deployments(&all().collect::<Vec<_>>()));
    }
    if !typed.is_empty() {
        effects.push(format!("protected, for much depends on it: {}", typed.join(", ")));
    }
    // Whoever answers sees the hosts and the names to be typed before a list that goes on for pages.
    effects.sort_by_key(|effect| effect.len() > LONG);
    let what = if let [only] = names { only.clone() } else { counted(names.len(), "secret") };
    let question = match verb {
        SecretsVerb::Generate => format!("bring {what} up to date?"),
        SecretsVerb::Prune => format!("delete the files of {what}?"),
        SecretsVerb::Adopt => format!("keep the value of {what} that was written by hand?"),
        verb => format!("{} {what}?", verb.word()),
    };
    let change = SecretsChange { verb, names: names.to_vec(), follow, typed };
    Ok(Proposal { change, question, effects })
}

/// What follows from another value of a secret that is entered by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consequences {
    /// How it is put to the operator; nothing, where nothing follows.
    pub effects: Vec<String>,
    /// The secrets that get new values because of it.
    pub follow: Vec<String>,
    /// Those of them all that are protected, and whose names have to be typed.
    pub typed: Vec<String>,
}

/// What follows from another value of a secret that is entered by hand.
pub fn consequences(state: &State, name: &str) -> Consequences {
    let Ok(plan) = plan(state) else { return Consequences::default() };
    let Some(secret) = find(plan, name) else { return Consequences::default() };
    let follow = cascade(plan, std::slice::from_ref(&secret.name));
    let all = follow.iter().filter_map(|name| find(plan, name)).chain([secret]).collect::<Vec<_>>();
    let is_new = secret.state == SecretState::Missing;
    let protected = |secret: &&&PlannedSecret| secret.protected && !(is_new && secret.name == name);
    let typed = all.iter().filter(protected).map(|secret| secret.name.clone()).collect::<Vec<_>>();
    let mut effects = Vec::new();
    if !follow.is_empty() {
        effects.push(format!("made anew, for they are made from it: {}", listed(&follow)));
        effects.push(deployments(&all));
    }
    if !typed.is_empty() {
        effects.push(format!("protected, for much depends on it: {}", typed.join(", ")));
    }
    effects.sort_by_key(|effect| effect.len() > LONG);
    Consequences { effects, follow, typed }
}

fn can_rotate(secret: &PlannedSecret) -> Result<(), String> {
    let name = &secret.name;
    match &secret.state {
        SecretState::Orphan => Err(format!("nobody declares {name}, so nothing can make it anew")),
        SecretState::Failed(why) => Err(format!("{name}: {why}")),
        _ if secret.engine == "manual" => {
            Err(format!("{name} is entered by hand, so nothing can make it anew"))
        }
        _ => Ok(()),
    }
}

/// From how many letters on a line stands below the others.
const LONG: usize = 300;

/// From how many names on it is said how many they are.
const MANY: usize = 10;

/// Names, one after the other; of many also how many.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let all = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if names.len() < MANY { all } else { format!("{}: {all}", counted(names.len(), "secret")) }
}

/// Whether it never had a value.
fn is_new(secret: &PlannedSecret) -> bool {
    secret.state == SecretState::Missing
}

/// Whether a verb gives a secret a new value.
fn makes(verb: SecretsVerb, secret: &PlannedSecret) -> bool {
    verb == SecretsVerb::Rotate || (verb == SecretsVerb::Generate && secret.step == Some(SecretStep::Make))
}

fn effects(verb: SecretsVerb, meant: &[&PlannedSecret]) -> Vec<String> {
    let names =
        |secrets: &[&PlannedSecret]| listed(&secrets.iter().map(|secret| &*secret.name).collect::<Vec<_>>());
    match verb {
        SecretsVerb::Generate => {
            let steps = [
                SecretStep::Make,
                SecretStep::Restore,
                SecretStep::Rekey,
                SecretStep::Record,
                SecretStep::Remove,
            ];
            let mut effects = Vec::new();
            for step in steps {
                let of_step = meant.iter().filter(|secret| secret.step == Some(step)).copied();
                let of_step = of_step.collect::<Vec<_>>();
                if !of_step.is_empty() {
                    effects.push(format!("{}: {}", step.word(), names(&of_step)));
                }
            }
            effects.extend(access(meant));
            effects
        }
        SecretsVerb::Rotate => {
            let (new, old) = meant.iter().partition::<Vec<_>, _>(|secret| is_new(secret));
            let line = |what: &str, meant: &[&PlannedSecret]| {
                (!meant.is_empty()).then(|| format!("{what}: {}", names(meant)))
            };
            let old = line("new values; the old ones stay in git's history alone", &old);
            old.into_iter().chain(line("first values", &new)).collect()
        }
        SecretsVerb::Restore => vec![format!("the same values again, from their entropy: {}", names(meant))],
        SecretsVerb::Rekey => {
            std::iter::once(format!("the same values, encrypted to others: {}", names(meant)))
                .chain(access(meant))
                .collect()
        }
        SecretsVerb::Adopt => vec![
            format!("the value stays as it is: {}", names(meant)),
            "its definition makes another one, once it is rotated".to_owned(),
        ],
        SecretsVerb::Prune => vec![
            format!("deleted, with what they were made from: {}", names(meant)),
            "git keeps what was committed".to_owned(),
        ],
    }
}

/// Who gains and who loses access, reader by reader.
fn access(meant: &[&PlannedSecret]) -> Vec<String> {
    let lines = |of: fn(&PlannedSecret) -> &[SecretReader], what: &str| {
        let readers = meant.iter().flat_map(|secret| of(secret)).collect::<BTreeSet<_>>();
        let line = |reader: &SecretReader| {
            let secrets = meant.iter().filter(|secret| of(secret).contains(reader));
            let secrets = secrets.map(|secret| &*secret.name).collect::<Vec<_>>();
            // The names of all stand above.
            let all = secrets.len() > 1 && secrets.len() == meant.len();
            format!(
                "{} {what}: {}",
                who(reader),
                if all { "all of them".to_owned() } else { secrets.join(", ") }
            )
        };
        readers.into_iter().map(line).collect::<Vec<_>>()
    };
    let fresh = |secret: &PlannedSecret| secret.state == SecretState::Missing;
    if meant.iter().all(|secret| fresh(secret)) {
        return Vec::new();
    }
    let mut access = lines(
        |secret| if secret.state == SecretState::Missing { &[] } else { &secret.gains },
        "can read from then on",
    );
    access.extend(lines(
        |secret| &secret.loses,
        "can't read any more what is written from then on (git's history it can)",
    ));
    access
}

fn deployments(secrets: &[&PlannedSecret]) -> String {
    let hosts =
        secrets.iter().flat_map(|secret| &secret.hosts).map(HostName::as_str).collect::<BTreeSet<_>>();
    if hosts.is_empty() {
        return "no host has it mounted, so nothing is to be deployed".to_owned();
    }
    let hosts = hosts.into_iter().collect::<Vec<_>>().join(", ");
    format!("to be deployed to afterwards; until then they have what they have: {hosts}")
}
