//! What happens when something is done about secrets.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{player::Player, step::Act};
use crate::backend::{
    error::{Error, ErrorKind},
    event::{Event, SecretEvent},
    job::{End, JobId, Report, SecretsWork, Work},
    logstore::LogKey,
    model::SecretStep,
    secrets::{
        Handover, SecretResult, SecretsChange, SecretsVerb,
        identity::{Answer, Question},
    },
};

/// The least time that a secret takes: long enough to be seen.
const LEAST: Duration = Duration::from_millis(600);

/// How long the key is looked for, or a moment is.
const MOMENT: Duration = Duration::from_millis(200);

/// Whether a job tells in the end what came of each secret.
pub(super) fn changes(work: &SecretsWork) -> bool {
    matches!(work, SecretsWork::Change(_) | SecretsWork::Enter { .. })
}

/// Whether a job needs the operator's key.
fn needs_key(work: &SecretsWork) -> bool {
    match work {
        SecretsWork::Look | SecretsWork::Reveal(_) => true,
        SecretsWork::Change(change) => change.verb != SecretsVerb::Prune,
        SecretsWork::Outline(_) | SecretsWork::Enter { .. } => false,
    }
}

impl Player {
    /// Begins to work on secrets; the first that needs the key asks for its passphrase.
    pub(super) fn secrets(&mut self, job: JobId, work: SecretsWork) {
        if needs_key(&work) && !self.vault.unlocked {
            let text = "passphrase of ~/.config/age/key.txt (the demo takes any)".to_owned();
            let question = Question { text, answer: Answer::Hidden };
            let asks = Report::Asks { job, number: 0, question };
            return self.schedule(job, None, MOMENT, Act::Tell(asks));
        }
        match work {
            SecretsWork::Look => {
                self.schedule(job, None, MOMENT * 5, Act::Look);
                self.schedule(job, None, MOMENT * 6, Act::Secrets);
                self.schedule(job, None, MOMENT * 6, Act::End(End::Done));
            }
            SecretsWork::Outline(name) => {
                let outline = self.vault.outline(&name);
                self.schedule(job, None, MOMENT, Act::Tell(Report::Outlined { job, name, outline }));
                self.schedule(job, None, MOMENT, Act::End(End::Done));
            }
            SecretsWork::Reveal(name) => {
                self.schedule(job, None, MOMENT, Act::Reveal(name));
                self.schedule(job, None, MOMENT, Act::End(End::Done));
            }
            SecretsWork::Enter { name, text, .. } => {
                self.schedule(job, None, LEAST, Act::Enter(name, text));
                self.conclude_secrets(job, LEAST);
            }
            SecretsWork::Change(change) => self.change(job, &change),
        }
    }

    /// The operator answered, or would not.
    pub(super) fn answered(&mut self, job: JobId, willing: bool) {
        let waits = self.queue_is_empty_of(job);
        let Some(Work::Secrets(work)) = self.job(job).map(|playing| playing.work.clone()) else { return };
        if !waits || !needs_key(&work) || self.vault.unlocked {
            return;
        }
        if willing {
            self.vault.unlocked = true;
            return self.secrets(job, work);
        }
        let error = Error::new(ErrorKind::Refused, "no key can be used: its passphrase was not given");
        let error = error.hint(
            "press the key again to be asked again, or name another identity in the configuration file",
        );
        if changes(&work) {
            self.schedule(job, None, Duration::ZERO, Act::Conclude);
        }
        self.schedule(job, None, Duration::ZERO, Act::End(End::Failed(error)));
    }

    /// One secret after the other, what others are made from first.
    fn change(&mut self, job: JobId, change: &SecretsChange) {
        let plan = self.vault.facts().plan.unwrap_or_default();
        let wanted = change.names.iter().chain(&change.follow).cloned().collect::<BTreeSet<_>>();
        let mut order = Vec::<String>::new();
        while order.len() < wanted.len() {
            let ready = |name: &&String| {
                let secret = plan.secrets.iter().find(|secret| secret.name == **name);
                let waits = |read: &String| wanted.contains(read) && !order.contains(read);
                !order.contains(name) && !secret.is_some_and(|secret| secret.reads.iter().any(waits))
            };
            let Some(next) = wanted.iter().find(ready) else { break };
            order.push(next.clone());
        }
        let mut at = MOMENT;
        self.tell_secret(job, at, SecretEvent::Counted(order.len()));
        for name in order {
            let Ok(found) = self.vault.get(&name) else { continue };
            let (lines, takes) = (found.lines.clone(), found.seconds.max(LEAST));
            let planned = plan.secrets.iter().find(|secret| secret.name == name);
            let step = match change.verb {
                SecretsVerb::Rotate => Some(SecretStep::Make),
                SecretsVerb::Generate => planned.and_then(|secret| secret.step),
                SecretsVerb::Restore => Some(SecretStep::Restore),
                SecretsVerb::Rekey => Some(SecretStep::Rekey),
                SecretsVerb::Adopt => None,
                SecretsVerb::Prune => Some(SecretStep::Remove),
            };
            self.tell_secret(job, at, SecretEvent::Began { name: name.clone(), step });
            if step == Some(SecretStep::Make) {
                let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
                for (number, line) in (1..).zip(lines) {
                    let say = Act::Say(LogKey::step(name.clone()), vec![line]);
                    self.schedule(job, None, at + takes * number / (count + 1), say);
                }
            }
            at += takes;
            self.schedule(job, None, at, Act::Change(change.verb, name));
        }
        self.conclude_secrets(job, at);
    }

    fn conclude_secrets(&mut self, job: JobId, at: Duration) {
        let at = at + MOMENT;
        for act in [Act::Conclude, Act::Secrets, Act::End(End::Done)] {
            self.schedule(job, None, at, act);
        }
    }

    fn tell_secret(&mut self, job: JobId, at: Duration, event: SecretEvent) {
        self.schedule(job, None, at, Act::Tell(Report::Advanced(job, Event::Secret(event))));
    }

    pub(super) fn change_secret(&mut self, job: JobId, verb: SecretsVerb, name: String) -> Option<Report> {
        let now = self.time();
        let reads = self.vault.reads(&name);
        let playing = self.job(job)?;
        let bad =
            reads.into_iter().filter(|read| playing.changed.get(read).is_some_and(SecretResult::is_bad));
        let bad = bad.collect::<Vec<_>>();
        let result =
            if bad.is_empty() { self.vault.change(verb, &name, now) } else { SecretResult::Skipped(bad) };
        self.settled(job, name, result)
    }

    pub(super) fn enter_secret(&mut self, job: JobId, name: String, text: &Handover) -> Option<Report> {
        let result = self.vault.enter(&name, text.take().as_ref(), self.time());
        self.settled(job, name, result)
    }

    fn settled(&mut self, job: JobId, name: String, result: SecretResult) -> Option<Report> {
        self.job(job)?.changed.insert(name.clone(), result.clone());
        Some(Report::Advanced(job, Event::Secret(SecretEvent::Settled { name, result })))
    }

    /// What came of each; what was not come to was stopped.
    pub(super) fn secrets_changed(&self, job: JobId) -> Option<BTreeMap<String, SecretResult>> {
        let playing = self.playing(job)?;
        let mut changed = playing.changed.clone();
        if let Work::Secrets(SecretsWork::Change(change)) = &playing.work {
            for name in change.names.iter().chain(&change.follow) {
                changed.entry(name.clone()).or_insert(SecretResult::Cancelled);
            }
        }
        Some(changed)
    }
}
