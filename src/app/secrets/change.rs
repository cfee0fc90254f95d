//! The verbs that write: what would be done is shown, agreed to, and done.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::room::Room;
use crate::{
    app::{cli::Consent, consent, exit::Exit, inspect::Answer, progress::counting},
    backend::{
        error::{Error, ErrorKind, Result},
        model::{SecretState, SecretStep, SecretsPlan},
        secrets::{Cascade, Progress, Request, SecretName, Wish},
    },
    views::report::{self, json, printable},
};

/// Plans, asks where something would be lost or given away, and applies.
pub async fn change(room: Room<'_>, mut wish: Wish, consent: &Consent) -> Result<(Answer, Exit)> {
    wish.confirmed = room.names(&consent.protected)?;
    let rotates = matches!(wish.request, Request::Rotate { .. });
    let planned = room.plan(wish).await?;
    let plan = planned.report();
    if consent.dry_run {
        let Answer { mut text, json } = shown(plan);
        text.push_str(&hosts_afterwards(plan));
        return Ok((Answer { text, json }, Exit::Done));
    }
    if planned.is_empty() {
        // A run that was stopped may have left files that git does not know.
        room.fleet.tell_git(&planned, &[]).await?;
        return Ok((shown(plan), exit_of(&planned.left())));
    }
    if !consent.yes && (rotates || needs_consent(plan)) {
        let look = "steading secrets plan";
        consent::somebody(room.cli, "this change of secrets", look)?;
        let question = question(plan);
        if !consent::agreed(&report::secrets::plan(plan), &question, &room.cancel).await? {
            return Err(Error::new(ErrorKind::Cancelled, "declined: nothing was changed"));
        }
    }
    let steps = plan.secrets.iter().filter(|secret| secret.step.is_some()).count();
    let bar = bar(steps);
    let say = {
        let bar = bar.clone();
        move |name: &SecretName, line: &str| {
            let (name, line) = (printable(name.as_str()), printable(line));
            bar.suspend(|| anstream::eprintln!("{name}: {line}"));
        }
    };
    let progress = {
        let bar = bar.clone();
        move |progress: Progress<'_>| tell(&bar, &progress)
    };
    let planned = Arc::new(planned);
    let carried_out = room.fleet.carry_out(planned.clone(), &room.cancel, say, progress).await;
    bar.finish_and_clear();
    let (outcome, tracked) = carried_out?;
    let plan = planned.report();
    let left = planned.left();
    let exit = match () {
        () if room.cancel.is_cancelled() => Exit::Interrupted,
        () if !outcome.is_complete() => Exit::Failed,
        () => exit_of(&left),
    };
    let mut text = report::secrets::outcome(plan, &outcome);
    if !left.is_empty() {
        let names = printable(&left.join(", "));
        text.push_str(&format!("left to you: {names}; `steading secrets plan` says why\n"));
    }
    if let Err(error) = tracked {
        // Both are told: what is written, and that Nix will not see it.
        anstream::eprint!("{text}");
        return Err(error);
    }
    Ok((Answer { text, json: json::secrets_outcome(plan, &outcome) }, exit))
}

/// A plan as the answer to a command.
pub fn shown(plan: &SecretsPlan) -> Answer {
    Answer { text: report::secrets::plan(plan), json: json::secrets_plan(plan) }
}

fn exit_of(left: &[&str]) -> Exit {
    if left.is_empty() { Exit::Done } else { Exit::Failed }
}

/// Whether a value that is there would be replaced, files would go, or somebody would gain or lose access: the rest does no harm.
fn needs_consent(plan: &SecretsPlan) -> bool {
    plan.secrets.iter().any(|secret| match secret.step {
        None | Some(SecretStep::Restore | SecretStep::Record) => false,
        Some(SecretStep::Remove) => true,
        Some(SecretStep::Make | SecretStep::Rekey) => {
            secret.state != SecretState::Missing
                && (secret.step == Some(SecretStep::Make)
                    || !secret.gains.is_empty()
                    || !secret.loses.is_empty())
        }
    })
}

fn question(plan: &SecretsPlan) -> String {
    let due = || plan.secrets.iter().filter(|secret| secret.step.is_some());
    let replaced = |step, what: &str| {
        let names = due()
            .filter(|secret| secret.step == Some(step) && secret.state != SecretState::Missing)
            .map(|secret| printable(&secret.name))
            .collect::<Vec<_>>();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
    };
    let parts = [
        replaced(SecretStep::Make, "new values for"),
        replaced(SecretStep::Rekey, "encrypt anew"),
        replaced(SecretStep::Remove, "delete"),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>();
    format!("{}{}? [y/N] ", hosts_afterwards(plan), parts.join("; "))
}

/// The hosts that a deployment brings the new files to, in a line; nothing, where there are none.
fn hosts_afterwards(plan: &SecretsPlan) -> String {
    let hosts = Cascade::of(plan).hosts.iter().map(ToString::to_string).collect::<Vec<_>>();
    if hosts.is_empty() {
        return String::new();
    }
    format!("to be deployed to afterwards: {}\n", hosts.join(" "))
}

fn bar(length: usize) -> ProgressBar {
    let bar = counting(ProgressBar::new(length as u64));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

fn tell(bar: &ProgressBar, progress: &Progress<'_>) {
    match progress {
        Progress::Begun { name, step } => {
            bar.set_message(format!("{} {}", printable(name.as_str()), step.word()));
        }
        Progress::Ended { done, .. } => bar.set_position(*done as u64),
    }
}
