//! Deploying to one host.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{
    activate::{Launch, Launched},
    follow::{Followed, Following},
    plan::bring,
    reach::survey,
    run::Run,
    verify::{Facts, Verdict, decide},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::Phase,
    logstore::LogKey,
    model::{Action, Attempt, HostName, HostPlan, HostResult, HostStatus, Outcome, StorePath},
    ssh::{Login, random_word},
};

/// How long a start whose answer was lost is given to show up on the host.
const LATE_START: Duration = Duration::from_secs(3);

/// How many lines of an activation are told when it fails.
const TOLD_LINES: usize = 20;

/// A host that is deployed to.
#[derive(Debug)]
pub struct Deployment<'a> {
    run: &'a Run,
    host: &'a HostName,
    plan: &'a HostPlan,
    system: StorePath,
    before: HostStatus,
    login: Login,
    token: String,
}

impl<'a> Deployment<'a> {
    /// Deploys what the plan says.
    pub async fn carry_out(run: &'a Run, host: &'a HostName, plan: &'a HostPlan) -> HostResult {
        match Self::prepare(run, host, plan).await {
            Ok(deployment) => deployment.activate().await,
            Err(result) => *result,
        }
    }

    /// Sees to it that the system is there, and that nothing speaks against activating it.
    async fn prepare(
        run: &'a Run,
        host: &'a HostName,
        plan: &'a HostPlan,
    ) -> std::result::Result<Self, Box<HostResult>> {
        let running = plan.outcome.running.as_deref();
        let stop = |outcome: Outcome, error: &Error| {
            let outcome = match error.kind {
                ErrorKind::Cancelled => Outcome::Cancelled,
                ErrorKind::Refused => Outcome::Refused,
                _ => outcome,
            };
            let result = HostResult::from(run.outcome(host, outcome, running, error.to_string()));
            Box::new(HostResult { detail: error.detail.clone(), ..result })
        };
        let refuse = |what: &str| stop(Outcome::Refused, &Error::new(ErrorKind::Refused, what));
        let (Some(system), Some(status)) = (plan.outcome.wanted.clone(), &plan.status) else {
            return Err(refuse("the plan does not say what to deploy"));
        };
        // What the operator forces comes over whatever runs there by now.
        let before = if run.options.force.contains(host) {
            let read = run.unless_stopped(host, async { survey(run.ssh()?, host, true).await });
            read.await.map_err(|error| stop(Outcome::Unreachable, &error))?
        } else {
            status.clone()
        };
        let Some(login) = run.root(&before) else {
            return Err(refuse("nobody can become root there"));
        };
        // A plan that copied nothing has no dry run.
        if plan.dry_activation.is_none() && before.running.as_deref() != Some(system.as_str()) {
            bring(run, host, &before, &login, &system)
                .await
                .map_err(|error| stop(Outcome::CopyFailed, &error))?;
        }
        let token = random_word().map_err(|error| stop(Outcome::ActivationFailed, &error))?;
        Ok(Self { run, host, plan, system, before, login, token })
    }

    /// The action that gets there: where the plan saw that only a reboot does, it is left to it.
    fn action(&self) -> Action {
        match self.plan.outcome.outcome {
            Outcome::WouldStage => Action::Boot,
            _ => self.run.options.action,
        }
    }

    async fn activate(&self) -> HostResult {
        if self.run.stop_of(self.host).is_cancelled() {
            return self.result(
                Outcome::Cancelled,
                self.before.running.as_deref(),
                "stopped before it was activated; nothing was changed",
            );
        }
        let met = self.before.running.as_deref();
        if let Err(error) =
            self.run.history.begin(self.host, &self.token, self.action(), self.system.as_str(), met)
        {
            let reason = format!("what is deployed can't be noted down, so nothing was changed: {error}");
            return self.result(Outcome::Refused, met, reason);
        }
        self.run.enter(self.host, Phase::Activate).await;
        let (result, began) = match self.launch().await {
            Ok(Launched::Started) => (self.watch(true).await, true),
            Ok(Launched::Slow) => (self.watch(false).await, true),
            Ok(other) => (self.not_started(other), false),
            Err(error) if error.kind == ErrorKind::Unreachable => (self.watch(false).await, true),
            Err(error) => (self.failed_to_start(&error), false),
        };
        self.note(&result, began).await;
        result
    }

    async fn launch(&self) -> Result<Launched> {
        let session = self.run.ssh()?.session(self.host).await?;
        let launch = Launch {
            token: &self.token,
            action: self.action(),
            system: &self.system,
            expected: self.before.running.as_deref(),
        };
        // Not given up half way when the operator cancels: then nobody would know whether it began.
        launch.start(&session, &self.login).await
    }

    /// The record that it began is right only if it did.
    async fn note(&self, result: &HostResult, began: bool) {
        let settled = !matches!(result.outcome.outcome, Outcome::Unknown | Outcome::Cancelled);
        if began && !settled {
            return;
        }
        if let Err(error) = self.run.history.end(self.host, &self.token, result.outcome.outcome) {
            self.run.warn(self.host, format!("what was deployed could not be noted down: {error}")).await;
        }
    }

    fn not_started(&self, launched: Launched) -> HostResult {
        let running = self.before.running.as_deref();
        match launched {
            Launched::Busy(system) => {
                let system = system.map(|system| format!(" of {system}")).unwrap_or_default();
                let reason =
                    format!("another activation{system} runs there; `steading status` tells when it is done");
                self.result(Outcome::Refused, running, reason)
            }
            Launched::Changed(now) => {
                let what = now.clone().unwrap_or_else(|| "nothing of ours".to_owned());
                let reason = format!(
                    "it runs {what} now, which is not what the plan saw: somebody else deployed. Plan again, or use --force-host"
                );
                self.result(Outcome::Refused, now.as_deref(), reason)
            }
            Launched::Absent => {
                let reason =
                    "the system is not in its store any more, its garbage collector was faster: deploy again";
                self.result(Outcome::CopyFailed, running, reason)
            }
            Launched::Lacks(what) => self.result(
                Outcome::Refused,
                running,
                format!("it lacks {what}, which an activation needs to survive the loss of the link"),
            ),
            Launched::Started | Launched::Slow => self.result(Outcome::Unknown, running, ""),
        }
    }

    fn failed_to_start(&self, error: &Error) -> HostResult {
        let outcome =
            if error.kind == ErrorKind::Refused { Outcome::Refused } else { Outcome::ActivationFailed };
        let reason = format!("{error}; nothing was changed");
        HostResult {
            detail: error.detail.clone(),
            ..self.result(outcome, self.before.running.as_deref(), reason)
        }
    }

    /// Follows the attempt to its end and reads what came of it. `sure`: the host said that it began.
    async fn watch(&self, sure: bool) -> HostResult {
        let mut followed = self.follow().await;
        if !sure && followed == Followed::Ended(None) {
            sleep(LATE_START).await;
            followed = self.follow().await;
        }
        let attempt = match followed {
            Followed::Ended(attempt) => attempt,
            Followed::Cancelled => {
                let reason = "you stopped waiting; the host goes on by itself: `steading status` tells what it came to";
                return self.result(Outcome::Cancelled, None, reason);
            }
            Followed::Lost(error) => return self.judge(Err(&error), None),
        };
        self.run.enter(self.host, Phase::Verify).await;
        match self.read_again().await {
            Ok(now) => {
                // The host may have come to know of it since.
                let known = now.attempt.clone().filter(|attempt| attempt.token == self.token);
                let attempt = attempt.or(known);
                let untouched = attempt.is_none()
                    && now.running == self.before.running
                    && now.boot_id == self.before.boot_id;
                if !sure && untouched {
                    let reason = "the connection was lost before the activation began; nothing was changed";
                    return self.result(Outcome::Unreachable, now.running.as_deref(), reason);
                }
                self.judge(Ok(&now), attempt.as_ref())
            }
            Err(error) if error.kind == ErrorKind::Cancelled => self.result(
                Outcome::Cancelled,
                None,
                "you stopped waiting; `steading status` tells what it came to",
            ),
            Err(error) => self.judge(Err(&error), attempt.as_ref()),
        }
    }

    async fn follow(&self) -> Followed {
        let ssh = match self.run.ssh() {
            Ok(ssh) => ssh,
            Err(error) => return Followed::Lost(error),
        };
        let following = Following {
            ssh,
            host: self.host,
            login: &self.login,
            token: &self.token,
            patience: self.run.context.patience,
            cancel: &self.run.stop_of(self.host),
        };
        let mut lines = Lines::default();
        let followed = following.follow(|bytes| self.run.log(self.host, "activate", lines.take(bytes))).await;
        self.run.log(self.host, "activate", lines.rest());
        followed
    }

    /// Asks the host until it answers, as long as a lost link is waited for.
    async fn read_again(&self) -> Result<HostStatus> {
        let since = Instant::now();
        loop {
            let read =
                self.run.unless_stopped(self.host, async { survey(self.run.ssh()?, self.host, true).await });
            match read.await {
                Err(error)
                    if error.kind != ErrorKind::Cancelled && since.elapsed() < self.run.context.patience =>
                {
                    self.run.ssh()?.forget(self.host).await;
                    let pause = async {
                        sleep(Duration::from_secs(1)).await;
                        Ok(())
                    };
                    self.run.unless_stopped(self.host, pause).await?;
                }
                result => return result,
            }
        }
    }

    fn judge(&self, now: Result<&HostStatus, &Error>, attempt: Option<&Attempt>) -> HostResult {
        let why = now.err().map(ToString::to_string).unwrap_or_default();
        let words = self.last_words();
        let verdict = decide(&Facts {
            action: self.action(),
            wanted: &self.system,
            before: &self.before,
            now: now.map_err(|_| why.as_str()),
            attempt,
            reboot: Some(self.plan.outcome.reason.as_str())
                .filter(|_| self.plan.outcome.outcome == Outcome::WouldStage),
            last_words: &words,
        });
        let Verdict { outcome, reason, failed_units } = verdict;
        let running = now.ok().and_then(|now| now.running.as_deref());
        let detail = if outcome.is_fine() { Vec::new() } else { words };
        HostResult { outcome: self.run.outcome(self.host, outcome, running, reason), detail, failed_units }
    }

    fn last_words(&self) -> Vec<String> {
        let key = LogKey::host_step(self.host.clone(), "activate");
        self.run.context.log.tail(&key, TOLD_LINES).lines
    }

    fn result(&self, outcome: Outcome, running: Option<&str>, reason: impl Into<String>) -> HostResult {
        self.run.outcome(self.host, outcome, running, reason).into()
    }
}

/// Bytes, cut into lines.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The lines that are complete.
    fn take(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|&byte| byte == b'\n') else { return Vec::new() };
        let rest = self.0.split_off(end + 1);
        let complete = std::mem::replace(&mut self.0, rest);
        complete[..end].split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// What no line's end came for.
    fn rest(self) -> Option<Vec<u8>> {
        Some(self.0).filter(|rest| !rest.is_empty())
    }
}
