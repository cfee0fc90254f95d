//! Devices that are no computers with Nix: a program of the fleet's own, run here, deals with them.
//!
//! `bin/deploy` of the host's derivation gets `STEADING_ACTION` (`status`, `plan`, `apply`, `rollback`) and `STEADING_ADDRESS`, and for what it does over SSH `STEADING_USER`, `STEADING_PORT` and
//! `STEADING_SSHOPTS`. `status` prints what runs there: the output path of what was applied, or `none`, or any other word. `plan` prints the difference. Exit status 255 is that of a failed `ssh`.

use std::{path::Path, time::Duration};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{last_lines, plan::Draft, run::Run};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    event::Phase,
    logstore::{Colour, clean_line},
    model::{DryActivation, HostName, HostPlan, HostResult, HostStatus, Outcome, StorePath, System},
    process::{Invocation, Stream, run},
    ssh::random_word,
};

/// How long a device may take to say what it runs.
const QUESTION_DEADLINE: Duration = Duration::from_secs(60);

/// How long a device may take to take something on. Then the program is stopped, and what runs is read.
const CHANGE_DEADLINE: Duration = Duration::from_secs(900);

/// What `status` prints for a device that nothing of ours runs on.
const NOTHING: &str = "none";

/// What `bin/deploy` is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    Status,
    Plan,
    Apply,
    Rollback,
}

impl Errand {
    fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Rollback => "rollback",
        }
    }
}

/// What it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Errands {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

fn not_asked(why: &str) -> HostStatus {
    HostStatus { not_asked: true, ..unknown(why) }
}

/// Asks a device what it runs. It can be asked only once its program is built.
pub async fn status(run_: &Run, host: &HostName) -> HostStatus {
    let Some(system) = run_.system(host) else {
        return not_asked("what asks it did not evaluate");
    };
    if !program(&system.toplevel).is_file() {
        return not_asked("what asks it is not built yet: `steading plan` builds it");
    }
    match ask(run_, host, system, &run_.stop_of(host)).await {
        Ok(running) => HostStatus { reachable: true, running, ..HostStatus::default() },
        Err(error) => unknown(error.to_string()),
    }
}

fn unknown(problem: impl Into<String>) -> HostStatus {
    HostStatus { problem: Some(problem.into()), ..HostStatus::default() }
}

/// The plan of a device whose program is built.
pub async fn plan(run_: &Run, mut draft: Draft) -> Box<HostPlan> {
    let host = draft.host.clone();
    let Some(system) = run_.system(&host) else {
        return draft.end(run_, Outcome::EvaluationFailed, "it was not evaluated", Vec::new());
    };
    run_.enter(&host, Phase::Reach).await;
    let running = match ask(run_, &host, system, &run_.stop_of(&host)).await {
        Ok(running) => running,
        Err(error) => return draft.fail(run_, Outcome::Unreachable, &error),
    };
    draft.status = Some(HostStatus { reachable: true, running: running.clone(), ..HostStatus::default() });
    if running.as_deref() == Some(system.toplevel.as_str()) {
        return draft.end(run_, Outcome::Unchanged, "", Vec::new());
    }
    let forced = run_.options.force.contains(&host);
    match (run_.history.read(&host), &running) {
        (Err(error), _) if !forced => return draft.fail(run_, Outcome::Refused, &error),
        (Ok(Some(record)), Some(running)) if record.is_foreign(running) && !forced => {
            let reason = format!(
                "it runs {running}, which did not come from this machine; --force-host deploys anyway"
            );
            return draft.end(run_, Outcome::Refused, reason, Vec::new());
        }
        _ => {}
    }
    run_.enter(&host, Phase::DryActivate).await;
    let said = match errand(run_, &host, system, Errand::Plan, QUESTION_DEADLINE, &run_.stop_of(&host)).await
    {
        Ok(said) => said,
        Err(error) => return draft.fail(run_, Outcome::Unreachable, &error),
    };
    if said.status != Some(0) {
        let error = said.failure(&host, Errand::Plan);
        return draft.fail(run_, Outcome::Unreachable, &error);
    }
    let notes = String::from_utf8_lossy(&said.stdout).lines().map(clean).collect();
    draft.dry_activation = Some(DryActivation { activate: true, notes, ..DryActivation::default() });
    if run_.options.action.activates() {
        draft.end(run_, Outcome::WouldActivate, "", Vec::new())
    } else {
        let action = run_.options.action;
        draft.end(
            run_,
            Outcome::Refused,
            format!("a device has no `{action}`: it is changed at once, or not at all"),
            Vec::new(),
        )
    }
}

/// Deploys to a device.
///
/// From here on nothing is cancelled: the program runs on this machine, and to stop it half way would leave the device half changed.
pub async fn apply(run_: &Run, host: &HostName, plan: &HostPlan) -> HostResult {
    let planned = plan.outcome.running.as_deref();
    let stop = |outcome: Outcome, running: Option<&str>, reason: String, detail: Vec<String>| HostResult {
        detail,
        ..HostResult::from(run_.outcome(host, outcome, running, reason))
    };
    let Some(system) = run_.system(host) else {
        return stop(Outcome::EvaluationFailed, planned, "it was not evaluated".to_owned(), Vec::new());
    };
    if run_.stop_of(host).is_cancelled() {
        return stop(
            Outcome::Cancelled,
            planned,
            "stopped before it was activated; nothing was changed".to_owned(),
            Vec::new(),
        );
    }
    let never = CancellationToken::new();
    let before = match ask(run_, host, system, &never).await {
        Ok(before) => before,
        Err(error) => {
            return stop(Outcome::Unreachable, None, format!("{error}; nothing was changed"), error.detail);
        }
    };
    if before.as_deref() != planned && !run_.options.force.contains(host) {
        let what = before.as_deref().unwrap_or(NOTHING);
        let reason = format!(
            "it runs {what} now, which is not what the plan saw: somebody else deployed. Plan again, or use --force-host"
        );
        return stop(Outcome::Refused, before.as_deref(), reason, Vec::new());
    }
    let token = match random_word().and_then(|token| {
        run_.history.begin(host, &token, run_.options.action, system.toplevel.as_str(), before.as_deref())?;
        Ok(token)
    }) {
        Ok(token) => token,
        Err(error) => {
            let reason = format!("what is deployed can't be noted down, so nothing was changed: {error}");
            return stop(Outcome::Refused, before.as_deref(), reason, Vec::new());
        }
    };
    run_.enter(host, Phase::Activate).await;
    let applied = errand(run_, host, system, Errand::Apply, CHANGE_DEADLINE, &never).await;
    run_.enter(host, Phase::Verify).await;
    let now = ask(run_, host, system, &never).await;
    let succeeded = matches!(&applied, Ok(applied) if applied.status == Some(0));
    let (why, detail) = match &applied {
        Ok(applied) if succeeded => (String::new(), last_lines(&applied.stderr)),
        Ok(applied) => {
            let error = applied.failure(host, Errand::Apply);
            (error.what, error.detail)
        }
        Err(error) => (error.to_string(), error.detail.clone()),
    };
    let result = match now {
        Ok(now) if now.as_deref() == Some(system.toplevel.as_str()) => {
            // What runs is what counts; a program that did its work and failed afterwards is only worth a word.
            stop(Outcome::Activated, now.as_deref(), why, Vec::new())
        }
        Ok(now) if now == before => {
            let why = if succeeded {
                "its program ended well, yet nothing was changed".to_owned()
            } else {
                format!("{why}; nothing was changed")
            };
            stop(Outcome::ActivationFailed, now.as_deref(), why, detail)
        }
        Ok(now) if succeeded => {
            let what = now.as_deref().unwrap_or(NOTHING);
            stop(
                Outcome::ActivationFailed,
                now.as_deref(),
                format!("its program ended well, yet it runs {what}"),
                detail,
            )
        }
        Ok(_) => take_back(run_, host, system, &why, detail).await,
        Err(error) => {
            let why = if why.is_empty() { error.to_string() } else { format!("{why}; {error}") };
            stop(Outcome::Unknown, None, format!("{why}: `steading status` tells what it came to"), detail)
        }
    };
    if result.outcome.outcome != Outcome::Unknown
        && let Err(error) = run_.history.end(host, &token, result.outcome.outcome)
    {
        run_.warn(host, format!("what was deployed could not be noted down: {error}")).await;
    }
    result
}

/// Takes a device back to what it ran before an apply that failed half way.
async fn take_back(
    run_: &Run,
    host: &HostName,
    system: &System,
    why: &str,
    detail: Vec<String>,
) -> HostResult {
    let never = CancellationToken::new();
    let taken_back = errand(run_, host, system, Errand::Rollback, CHANGE_DEADLINE, &never).await;
    let now = ask(run_, host, system, &never).await.ok().flatten();
    let result = |outcome: Outcome, reason: String| HostResult {
        detail: detail.clone(),
        ..HostResult::from(run_.outcome(host, outcome, now.as_deref(), reason))
    };
    match taken_back {
        Ok(said) if said.status == Some(0) => result(Outcome::RolledBack, why.to_owned()),
        Ok(said) => {
            let error = said.failure(host, Errand::Rollback);
            result(
                Outcome::ActivationFailed,
                format!("{why}; and it could not be taken back: {}", error.what),
            )
        }
        Err(error) => {
            result(Outcome::ActivationFailed, format!("{why}; and it could not be taken back: {error}"))
        }
    }
}

/// What runs there; `None`: nothing of ours.
async fn ask(
    run_: &Run,
    host: &HostName,
    system: &System,
    cancel: &CancellationToken,
) -> Result<Option<String>> {
    let said = errand(run_, host, system, Errand::Status, QUESTION_DEADLINE, cancel).await?;
    if said.status != Some(0) {
        return Err(said.failure(host, Errand::Status));
    }
    let text = String::from_utf8_lossy(&said.stdout);
    let line = text.lines().map(clean).find(|line| !line.is_empty());
    Ok(line.filter(|line| line != NOTHING))
}

async fn errand(
    run_: &Run,
    host: &HostName,
    system: &System,
    errand: Errand,
    deadline: Duration,
    cancel: &CancellationToken,
) -> Result<Errands> {
    let deployment = &system.deployment;
    let mut invocation = Invocation::new(program(&system.toplevel))
        .env("STEADING_ACTION", errand.word())
        .env("STEADING_ADDRESS", &deployment.target_host)
        .env("STEADING_USER", &deployment.target_user)
        .env("STEADING_PORT", deployment.target_port.to_string());
    // An address that is none for SSH may well be one for the program: the URL of an API.
    if let Ok(access) = run_.ssh().and_then(|ssh| ssh.nix(host)) {
        invocation = invocation.env("STEADING_SSHOPTS", access.ssh_options);
    }
    let stop = cancel.child_token();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let stream_name = if errand == Errand::Apply { "activate" } else { errand.word() };
    let exit = {
        let working = run(&invocation, &stop, |stream, line| {
            run_.log(host, stream_name, [line]);
            let kept = if stream == Stream::Out { &mut stdout } else { &mut stderr };
            if kept.len() < KEPT {
                kept.extend_from_slice(line);
                kept.push(b'\n');
            }
        });
        tokio::pin!(working);
        if let Ok(exit) = timeout(deadline, &mut working).await {
            exit?
        } else {
            stop.cancel();
            working.await?
        }
    };
    if exit.cancelled && cancel.is_cancelled() {
        return Err(Error::cancelled());
    }
    if exit.cancelled {
        let what = format!(
            "the program for `{host}` did not finish `{}` within {} s",
            errand.word(),
            deadline.as_secs()
        );
        return Err(Error::new(ErrorKind::Process, what));
    }
    Ok(Errands { status: exit.status.code(), stdout, stderr })
}

/// How much of each of a program's streams is kept, in bytes. All of it is in the log.
const KEPT: usize = 4 * 1024 * 1024;

impl Errands {
    fn failure(&self, host: &HostName, errand: Errand) -> Error {
        let lines = last_lines(&self.stderr);
        let last = lines.last().map(|line| format!(": {line}")).unwrap_or_default();
        let (kind, what) = match self.status {
            Some(255) => (ErrorKind::Unreachable, format!("`{host}` can't be reached{last}")),
            Some(126 | 127) => (ErrorKind::Missing, format!("the program for `{host}` can't run{last}")),
            _ => (ErrorKind::Process, format!("the program for `{host}` failed to {}{last}", errand.word())),
        };
        Error::new(kind, what).detail(lines)
    }
}

fn program(toplevel: &StorePath) -> std::path::PathBuf {
    Path::new(toplevel.as_str()).join("bin/deploy")
}

fn clean(line: &str) -> String {
    clean_line(line.as_bytes(), Colour::Drop).trim_end().to_owned()
}
