//! What a deployment came to on a host: decided by what was read there, never by an exit status alone.

use crate::backend::model::{Action, Attempt, AttemptStep, HostStatus, Outcome, StorePath};

/// All that is known when an attempt is over.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What was asked for.
    pub action: Action,
    /// The system that was to be activated.
    pub wanted: &'a StorePath,
    /// What the host said before.
    pub before: &'a HostStatus,
    /// What the host says now. An error: it can't be asked.
    pub now: Result<&'a HostStatus, &'a str>,
    /// The host's record of the attempt, if it has one.
    pub attempt: Option<&'a Attempt>,
    /// Why the plan meant to leave it to a reboot.
    pub reboot: Option<&'a str>,
    /// What `switch-to-configuration` said last.
    pub last_words: &'a [String],
}

/// What it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// Why; empty where the outcome says it all.
    pub reason: String,
    /// Units that failed and had not failed before.
    pub failed_units: Vec<String>,
}

impl Verdict {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), failed_units: Vec::new() }
    }
}

/// Decides. Pure, so that every case can be laid on a table.
pub fn decide(facts: &Facts) -> Verdict {
    let now = match facts.now {
        Ok(now) => now,
        Err(why) => {
            let reason =
                format!("{why}; the host goes on by itself: `steading status` tells what it came to");
            return Verdict::new(Outcome::Unknown, reason);
        }
    };
    let rebooted = facts.before.boot_id.is_some() && facts.before.boot_id != now.boot_id;
    // What the host last said of an attempt that had not ended is nothing but its past once it rebooted.
    let Some(attempt) = facts.attempt.filter(|attempt| !rebooted || attempt.step == AttemptStep::Ended)
    else {
        return without_record(facts, now, rebooted);
    };
    if attempt.running {
        return Verdict::new(
            Outcome::Unknown,
            "the host still works on it: `steading status` tells what it came to",
        );
    }
    if attempt.step != AttemptStep::Ended {
        let step =
            if attempt.step == AttemptStep::Staging { "making it the default" } else { "activating it" };
        return Verdict::new(
            Outcome::ActivationFailed,
            format!("it was cut off while {step}; {}", state(facts, now)),
        );
    }
    match facts.action {
        Action::Test => activated(facts, now, attempt, true),
        Action::Switch => {
            let staged = attempt.staging_status == Some(0) && is(now.profile.as_deref(), facts.wanted);
            if is(now.running.as_deref(), facts.wanted) || !staged {
                activated(facts, now, attempt, staged)
            } else {
                Verdict::new(Outcome::StagedRebootPending, why_reboot(facts, attempt))
            }
        }
        Action::Boot | Action::DryActivate => staged(facts, now, attempt),
    }
}

/// No record: the host rebooted, or another attempt came after this one.
fn without_record(facts: &Facts, now: &HostStatus, rebooted: bool) -> Verdict {
    let why =
        if rebooted { "the host rebooted in the middle" } else { "the host has no record of this attempt" };
    let runs = is(now.running.as_deref(), facts.wanted);
    let stays = is(now.profile.as_deref(), facts.wanted);
    if runs && (stays || !facts.action.stages()) {
        return with_failures(facts, now, &facts.before.failed_units, why);
    }
    if stays && facts.action == Action::Boot {
        return Verdict::new(Outcome::StagedRebootPending, why);
    }
    Verdict::new(Outcome::ActivationFailed, format!("{why}; {}", state(facts, now)))
}

/// An attempt that was to change what runs.
fn activated(facts: &Facts, now: &HostStatus, attempt: &Attempt, staged: bool) -> Verdict {
    let said = |text: &str| {
        let words = words(facts);
        Verdict::new(Outcome::ActivationFailed, format!("{text}{words}; {}", state(facts, now)))
    };
    let runs = is(now.running.as_deref(), facts.wanted);
    match attempt.activation_status {
        // No unit is down, yet one did not restart or reload as it was asked to: it may run with what was before.
        Some(4) if runs && staged && now.failed_units.is_empty() => Verdict::new(
            Outcome::ActivatedUnitsFailed,
            format!("a unit could not be started, restarted or reloaded{}", words(facts)),
        ),
        Some(0 | 4) if runs && staged => with_failures(facts, now, &attempt.failed_before, ""),
        Some(0 | 4) if runs => said("it runs, but the boot loader could not be written"),
        Some(0 | 4) => Verdict::new(
            Outcome::ActivationFailed,
            format!("the activation ended well, yet {}", state(facts, now)),
        ),
        Some(1) if super::dry_activate::is_locked(&facts.last_words.join("\n")) => Verdict::new(
            Outcome::Refused,
            format!("another activation was running there, and nothing was changed; {}", state(facts, now)),
        ),
        Some(1) => said("the host refused it, and nothing was changed"),
        Some(2) => said("an activation script failed"),
        Some(100) => Verdict::new(
            Outcome::ActivationFailed,
            format!(
                "only a reboot gets there, and nothing was changed: use the action `boot`; {}",
                state(facts, now)
            ),
        ),
        Some(status) => said(&format!("switch-to-configuration ended with status {status}")),
        None => said("switch-to-configuration did not end"),
    }
}

/// An attempt that was to change what the next boot starts.
fn staged(facts: &Facts, now: &HostStatus, attempt: &Attempt) -> Verdict {
    if attempt.staging_status == Some(0) && is(now.profile.as_deref(), facts.wanted) {
        return if is(now.running.as_deref(), facts.wanted) {
            Verdict::new(Outcome::Activated, "it was running already, and now stays after a reboot")
        } else {
            Verdict::new(Outcome::StagedRebootPending, why_reboot(facts, attempt))
        };
    }
    let words = words(facts);
    let what = if super::dry_activate::is_locked(&facts.last_words.join("\n")) {
        return Verdict::new(
            Outcome::Refused,
            format!("another activation was running there; {}", state(facts, now)),
        );
    } else {
        "the boot loader could not be written"
    };
    Verdict::new(Outcome::ActivationFailed, format!("{what}{words}; {}", state(facts, now)))
}

/// It runs what is wanted; units that had failed before don't count.
fn with_failures(facts: &Facts, now: &HostStatus, before: &[String], note: &str) -> Verdict {
    let old = |unit: &&String| before.contains(unit) || facts.before.failed_units.contains(unit);
    let (known, new): (Vec<&String>, Vec<&String>) = now.failed_units.iter().partition(old);
    if new.is_empty() {
        let known = known.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { known } else { format!("failed before and still: {known}") };
        let notes = [note, &known].into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>();
        return Verdict::new(Outcome::Activated, notes.join("; "));
    }
    let units = new.into_iter().cloned().collect::<Vec<_>>();
    let reason = format!("failed: {}", units.join(", "));
    Verdict { outcome: Outcome::ActivatedUnitsFailed, reason, failed_units: units }
}

fn why_reboot(facts: &Facts, attempt: &Attempt) -> String {
    match (attempt.activation_status, facts.reboot) {
        (_, Some(reason)) => reason.to_owned(),
        (Some(100), None) => "the init interface changed".to_owned(),
        (Some(1), None) => {
            let words = words(facts);
            format!("it can't be activated while the host runs{words}")
        }
        _ => "as asked for".to_owned(),
    }
}

/// The last line that the activation printed, to be appended.
fn words(facts: &Facts) -> String {
    facts.last_words.last().map(|line| format!(": {line}")).unwrap_or_default()
}

/// What runs, in words.
fn state(facts: &Facts, now: &HostStatus) -> String {
    let next = match &now.profile {
        Some(profile) if now.profile != now.running => format!(", and the next boot starts {profile}"),
        _ => String::new(),
    };
    match &now.running {
        Some(running) if running == facts.wanted.as_str() => format!("it runs what is wanted{next}"),
        Some(_) if now.running == facts.before.running => format!("it runs what it did before{next}"),
        Some(running) => format!("it runs {running}{next}"),
        None => format!("it runs nothing of ours{next}"),
    }
}

fn is(found: Option<&str>, wanted: &StorePath) -> bool {
    found == Some(wanted.as_str())
}

#[cfg(test)]
mod tests;
