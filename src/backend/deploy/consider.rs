//! What is clear about a host before anything is built for it.

use super::{Options, Target, history::Record};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{AttemptStep, HostStatus, Kind, Outcome, Privilege, System},
};

/// What is known of a host once it was evaluated and asked.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    pub target: &'a Target,
    /// What the host says, or why it can't be asked.
    pub status: Result<&'a HostStatus, &'a Error>,
    /// What this machine last deployed there.
    pub record: Result<Option<&'a Record>, &'a Error>,
    /// Whether a password for `sudo` is at hand.
    pub password: bool,
    /// The operator wants it whoever deployed there.
    pub forced: bool,
    pub options: &'a Options,
}

/// What follows for the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Course {
    /// It ends here.
    Settled { outcome: Outcome, reason: String, detail: Vec<String> },
    /// It has to be built, and what happens then is to be found out.
    Build {
        /// What the operator should know.
        warnings: Vec<String>,
    },
    /// It runs there already; only the next boot has to be told. It is there, so nothing has to be built.
    Stage { reason: String },
}

fn settled(outcome: Outcome, reason: impl Into<String>) -> Course {
    Course::Settled { outcome, reason: reason.into(), detail: Vec::new() }
}

fn failed(outcome: Outcome, error: &Error) -> Course {
    Course::Settled { outcome, reason: error.to_string(), detail: error.detail.clone() }
}

/// Decides. Pure, so that every case can be laid on a table.
pub fn consider(situation: &Situation) -> Course {
    let system = match &situation.target.system {
        Some(Ok(system)) => system,
        Some(Err(error)) if error.kind == ErrorKind::Cancelled => return failed(Outcome::Cancelled, error),
        Some(Err(error)) => return failed(Outcome::EvaluationFailed, error),
        None => return settled(Outcome::EvaluationFailed, "it was not evaluated"),
    };
    if !situation.target.kind.switches() && situation.target.kind != Kind::Push {
        let kind = situation.target.kind.word();
        return settled(
            Outcome::Refused,
            format!("hosts of kind `{kind}` can be built, but not deployed to yet"),
        );
    }
    let status = match situation.status {
        Ok(status) => status,
        Err(error) if error.kind == ErrorKind::Cancelled => return failed(Outcome::Cancelled, error),
        Err(error) => return failed(Outcome::Unreachable, error),
    };
    host(situation, system, status)
}

/// What a host that answers makes of it.
fn host(situation: &Situation, system: &System, status: &HostStatus) -> Course {
    let action = situation.options.action;
    let runs = status.running.as_deref() == Some(system.toplevel.as_str());
    let stays = status.profile.as_deref() == Some(system.toplevel.as_str());
    let cut_off = status.attempt.as_ref().filter(|attempt| {
        !attempt.running && attempt.step != AttemptStep::Ended && attempt.system == system.toplevel
    });

    if let Some(attempt) = status.attempt.as_ref().filter(|attempt| attempt.running) {
        let reason = format!(
            "an activation of {} runs there; `steading status` tells when it is done",
            attempt.system
        );
        return settled(Outcome::Refused, reason);
    }
    let done = match (action.activates(), action.stages()) {
        (true, true) => runs && stays,
        (false, true) => stays,
        (true | false, false) => runs,
    };
    if done && cut_off.is_none() {
        let pending = action.stages() && !runs;
        return if pending {
            settled(Outcome::StagedRebootPending, "it is what the next boot starts already")
        } else {
            settled(Outcome::Unchanged, "")
        };
    }
    if situation.target.kind.switches()
        && let Some(course) = unable(situation, status)
    {
        return course;
    }
    let record = match situation.record {
        Ok(record) => record,
        Err(_) if situation.forced => None,
        Err(error) => return failed(Outcome::Refused, error),
    };
    if let (Some(record), Some(running)) = (record, &status.running)
        && record.is_foreign(running)
        && !runs
        && !situation.forced
    {
        let reason = "somebody else deployed there since: what it runs did not come from this machine; --force-host deploys anyway";
        return settled(Outcome::Refused, reason);
    }
    if runs && !stays && action.stages() && cut_off.is_none() {
        return Course::Stage {
            reason: "it runs already, but the next boot would start something else".to_owned(),
        };
    }
    let mut warnings = Vec::new();
    if cut_off.is_some() {
        warnings.push("its last activation was cut off: it will be run again".to_owned());
    }
    if record.is_some_and(|record| record.outcome.is_none()) {
        warnings.push("nobody here saw how the last deployment from this machine ended".to_owned());
    }
    Course::Build { warnings }
}

/// Why nothing can be activated there.
fn unable(situation: &Situation, status: &HostStatus) -> Option<Course> {
    let user = situation.target.deployment().map_or("the user", |deployment| deployment.target_user.as_str());
    match status.privilege {
        Privilege::Root | Privilege::Sudo => {}
        Privilege::SudoPassword if situation.password => {}
        Privilege::SudoPassword => {
            let reason = format!(
                "sudo asks `{user}` for a password; give it with --ask-sudo-password, or let sudoers say `{user} ALL=(ALL) NOPASSWD: ALL`"
            );
            return Some(settled(Outcome::Refused, reason));
        }
        Privilege::None => {
            let reason = format!(
                "`{user}` is not root and may not use sudo; set deployment.targetUser to root, or let sudoers say `{user} ALL=(ALL) NOPASSWD: ALL`"
            );
            return Some(settled(Outcome::Refused, reason));
        }
    }
    if status.nix.is_none() {
        return Some(settled(
            Outcome::Refused,
            "there is no Nix on it: install it there, or make it a host of kind `push`",
        ));
    }
    None
}

#[cfg(test)]
mod tests;
