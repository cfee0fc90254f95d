//! The jobs that are about secrets.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::runtime::Handle;

use super::{job::Desk, looked::Looked};
use crate::backend::{
    blocking::blocking,
    error::{Error, ErrorKind, Result},
    event::{Event, Events, SecretEvent},
    fleet::Fleet,
    job::{End, Part, Report, SecretFacts, SecretsWork},
    logstore::LogKey,
    model::{SecretStep, Secrets, SecretsPlan},
    secrets::{
        Context, Planned, Progress, Request, SecretName, SecretsChange, SecretsVerb, Wish, identity::Ask,
        outline, plan, reveal, seal::Identities,
    },
};

/// A fleet's secrets, as they are worked on.
struct Room {
    fleet: Fleet,
    context: Arc<Context>,
}

impl Room {
    fn of(fleet: &Fleet, declared: &Secrets, identities: Identities) -> Result<Self> {
        let folder = fleet.flake().folder().ok_or_else(|| {
            let what = format!("{} is no folder of this machine", fleet.flake().display());
            Error::new(ErrorKind::Usage, what).hint("its secrets are files: check it out, and open that")
        })?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let context = Arc::new(Context::new(folder, declared, identities, now)?);
        Ok(Self { fleet: fleet.clone(), context })
    }

    /// What is found without any key.
    async fn keyless(fleet: &Fleet, declared: &Secrets) -> Result<Planned> {
        Self::of(fleet, declared, Identities::default())?.plan(Wish::default()).await
    }

    async fn plan(&self, wish: Wish) -> Result<Planned> {
        let context = self.context.clone();
        blocking(move || plan(&context, wish)).await
    }
}

impl Desk {
    /// The secrets, and how it stands with them as far as that can be told without a key: by what is found now, and by the last look into the files while it holds.
    pub async fn facts(&self, fleet: &Fleet, declared: Result<Secrets>) -> Result<SecretFacts> {
        let declared = declared?;
        let plan = Room::keyless(fleet, &declared).await.map(|planned| {
            let looked = self.shared.looked();
            let still = looked.as_ref().and_then(|looked| looked.still(&declared, &planned));
            still.unwrap_or_else(|| planned.report().clone())
        });
        Ok(SecretFacts { declared, plan })
    }

    /// Works on secrets, after whoever does so already. What a secret is made of needs no turn: it asks for no key and reads no file.
    pub async fn secrets(&self, work: SecretsWork) -> End {
        let cancel = &self.context.cancel;
        if matches!(work, SecretsWork::Outline(_)) {
            return self.ended(self.keep(work).await);
        }
        let _turn = tokio::select! {
            turn = self.shared.keeping.lock() => turn,
            () = cancel.cancelled() => return End::Cancelled,
        };
        let questions = &self.shared.questions;
        questions.belong_to(Some(self.number));
        let done = {
            let work = self.keep(work);
            tokio::pin!(work);
            tokio::select! {
                done = &mut work => done,
                () = cancel.cancelled() => {
                    // Whoever waits for an answer is let go, and ends.
                    self.forget_identities();
                    questions.belong_to(None);
                    work.await
                }
            }
        };
        if questions.were_in_vain() {
            self.forget_identities();
        }
        questions.belong_to(None);
        self.ended(done)
    }

    fn ended(&self, done: Result<()>) -> End {
        match done {
            Ok(()) => self.end(),
            Err(_) if self.stopped() => End::Cancelled,
            Err(error) => End::Failed(error),
        }
    }

    async fn keep(&self, work: SecretsWork) -> Result<()> {
        let fleet = self.opened().await.map_err(|end| match end {
            End::Failed(error) => error,
            _ => Error::cancelled(),
        })?;
        // What only looks at a secret needs no newer declarations than those on the screen.
        let looks = matches!(work, SecretsWork::Reveal(_) | SecretsWork::Outline(_));
        let known = self.shared.memory().declared().filter(|_| looks);
        let declared = match known {
            Some(known) => known,
            None => fleet.secrets(&self.context.cancel).await?,
        };
        let needs_none = matches!(work, SecretsWork::Outline(_));
        let identities = if needs_none { Identities::default() } else { self.identities()? };
        let room = Room::of(&fleet, &declared, identities)?;
        let done = match work {
            SecretsWork::Look => room.context.identities.required(),
            SecretsWork::Change(change) => match wish(&change) {
                Ok(wish) => self.change(&room, wish, &change.follow).await,
                Err(error) => Err(error),
            },
            SecretsWork::Enter { name, text, follow, typed } => {
                let text = text.take().ok_or_else(|| Error::new(ErrorKind::Refused, "the text is gone"))?;
                let wish = Wish::to(Request::Enter { name: name.parse()?, text });
                let wish = Wish { confirmed: parsed(&typed)?, ..wish };
                self.change(&room, wish, &follow).await
            }
            SecretsWork::Reveal(name) => {
                let (context, wanted) = (room.context.clone(), name.parse::<SecretName>());
                let text = blocking(move || reveal(&context, &wanted?)).await.map(Into::into);
                self.shared.report(Report::Revealed { job: self.number, name, text }).await;
                return Ok(());
            }
            SecretsWork::Outline(name) => {
                let outline = name.parse().and_then(|name| outline(&room.context, &name));
                self.shared.report(Report::Outlined { job: self.number, name, outline }).await;
                return Ok(());
            }
        };
        // How it stands now is told whatever came of it: what was refused was decided by an older plan.
        let planned = room.plan(Wish::default()).await;
        if let Ok(planned) = &planned {
            let without = Room::keyless(&fleet, &declared).await;
            *self.shared.looked() =
                without.ok().and_then(|without| Looked::new(&declared, planned, &without));
        }
        let plan = planned.map(|planned| planned.report().clone());
        self.read(Part::Secrets(Ok(SecretFacts { declared, plan }))).await;
        done
    }

    /// The operator's identities: looked for once, and unlocked once.
    fn identities(&self) -> Result<Identities> {
        let mut known = self.shared.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identities) = &*known {
            return Ok(identities.clone());
        }
        let ask: Arc<dyn Ask> = self.shared.questions.clone();
        let identities = self.shared.site.keys.open(&ask)?;
        // One that is missing now may be there later.
        if !identities.is_empty() {
            *known = Some(identities.clone());
        }
        Ok(identities)
    }

    fn forget_identities(&self) {
        *self.shared.identities.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Plans, sees that it is what was agreed to, carries it out, and tells what came of it.
    async fn change(&self, room: &Room, wish: Wish, follow: &[String]) -> Result<()> {
        let meant = wish.request.names();
        let planned = room.plan(wish).await?;
        as_agreed(planned.report(), &meant, follow)?;
        let due = planned.report().secrets.iter().filter(|secret| secret.step.is_some()).count();
        self.context.events.send(Event::Secret(SecretEvent::Counted(due))).await;
        let log = self.context.log.clone();
        // Logs of jobs are in memory alone.
        let say =
            move |name: &SecretName, line: &str| log.append(&LogKey::step(name.as_str()), line.as_bytes());
        let (events, runtime) = (self.context.events.clone(), Handle::current());
        let progress = move |progress: Progress<'_>| tell(&runtime, &events, &progress);
        let (outcome, tracked) =
            room.fleet.carry_out(Arc::new(planned), &self.context.cancel, say, progress).await?;
        let results = outcome.results.into_iter().map(|(name, result)| (name.to_string(), result)).collect();
        self.shared.report(Report::SecretsChanged(self.number, results)).await;
        tracked
    }
}

fn parsed(names: &[String]) -> Result<BTreeSet<SecretName>> {
    names.iter().map(|name| name.parse()).collect()
}

fn wish(change: &SecretsChange) -> Result<Wish> {
    let meant = parsed(&change.names)?;
    let request = match change.verb {
        SecretsVerb::Generate => Request::Generate { names: meant, expired: false },
        SecretsVerb::Rotate => Request::Rotate { names: meant },
        SecretsVerb::Restore => Request::Restore { names: meant },
        SecretsVerb::Rekey => Request::Rekey { names: meant },
        SecretsVerb::Adopt => Request::Adopt { names: meant },
        SecretsVerb::Prune => Request::Prune { names: meant },
    };
    Ok(Wish { confirmed: parsed(&change.typed)?, ..Wish::to(request) })
}

/// Refuses to make new values, or to delete files, beyond those that were shown.
fn as_agreed(plan: &SecretsPlan, meant: &BTreeSet<SecretName>, follow: &[String]) -> Result<()> {
    let shown = |name: &String| follow.contains(name) || meant.iter().any(|meant| meant.as_str() == name);
    let grave = |step: Option<SecretStep>| matches!(step, Some(SecretStep::Make | SecretStep::Remove));
    let more = plan.secrets.iter().filter(|secret| grave(secret.step) && !shown(&secret.name));
    let more = more.map(|secret| secret.name.as_str()).collect::<Vec<_>>();
    if more.is_empty() {
        return Ok(());
    }
    let what = format!("more would change than was shown: {}", more.join(", "));
    Err(Error::new(ErrorKind::Refused, what).hint("look at the plan again; nothing was done"))
}

fn tell(runtime: &Handle, events: &Events, progress: &Progress<'_>) {
    let event = match progress {
        Progress::Begun { name, step } => SecretEvent::Began { name: name.to_string(), step: Some(*step) },
        Progress::Ended { name, result, .. } => {
            SecretEvent::Settled { name: name.to_string(), result: (*result).clone() }
        }
    };
    runtime.block_on(events.send(Event::Secret(event)));
}
