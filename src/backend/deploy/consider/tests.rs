use std::str::FromStr as _;

use super::*;
use crate::backend::model::{Action, Attempt, Deployment};

const OLD: &str = "/nix/store/00000000000000000000000000000000-old";
const NEW: &str = "/nix/store/11111111111111111111111111111111-new";

fn system() -> System {
    System {
        deployment: serde_json::from_value::<Deployment>(
            serde_json::json!({ "targetHost": "gate", "targetUser": "me" }),
        )
        .unwrap(),
        derivation: format!("{NEW}.drv").parse().unwrap(),
        toplevel: NEW.parse().unwrap(),
        warnings: Vec::new(),
        reads: None,
    }
}

fn target(kind: Kind, system: Option<Result<System>>) -> Target {
    Target { kind, deployment: None, system }
}

fn status(running: Option<&str>, profile: Option<&str>) -> HostStatus {
    HostStatus {
        reachable: true,
        running: running.map(str::to_owned),
        profile: profile.map(str::to_owned),
        nix: Some("/bin/nix-daemon".into()),
        privilege: Privilege::Root,
        ..HostStatus::default()
    }
}

fn record(system: &str, outcome: Option<&str>) -> Record {
    serde_json::from_value(serde_json::json!({
        "version": 1, "system": system, "token": "t", "action": "switch", "outcome": outcome, "known": [system],
    }))
    .unwrap()
}

fn attempt(step: AttemptStep, running: bool) -> Attempt {
    Attempt {
        token: "t".into(),
        action: Action::Switch,
        system: NEW.parse().unwrap(),
        previous: None,
        step,
        running,
        activation_status: None,
        staging_status: None,
        failed_before: Vec::new(),
    }
}

/// The outcome's word (or `build`, `stage`) and the reason (or the warnings).
fn told(course: Course) -> (String, String) {
    match course {
        Course::Settled { outcome, reason, .. } => (outcome.word().to_owned(), reason),
        Course::Build { warnings } => ("build".to_owned(), warnings.join("; ")),
        Course::Stage { reason } => ("stage".to_owned(), reason),
    }
}

fn course(
    action: &str,
    target: &Target,
    status: Result<&HostStatus, &Error>,
    record: Option<&Record>,
) -> (String, String) {
    let options = Options { action: Action::from_str(action).unwrap(), ..Options::default() };
    told(consider(&Situation {
        target,
        status,
        record: Ok(record),
        password: false,
        forced: false,
        options: &options,
    }))
}

/// action | runs | boots next | course
const TABLE: &str = "
switch | new | new | unchanged
switch | new | old | stage
switch | old | new | build
switch | old | old | build
switch | -   | -   | build
test   | new | old | unchanged
test   | old | new | build
boot   | new | new | unchanged
boot   | old | new | staged-reboot-pending
boot   | new | old | stage
boot   | old | old | build
dry-activate | new | old | unchanged
dry-activate | old | old | build
";

#[test]
fn what_runs_and_what_boots_next_decide() {
    let target = target(Kind::Linux, Some(Ok(system())));
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
        let [action, running, profile, wanted] = cells[..] else { panic!("{line}") };
        let path = |word| match word {
            "new" => Some(NEW),
            "old" => Some(OLD),
            _ => None,
        };
        let (found, _) = course(action, &target, Ok(&status(path(running), path(profile))), None);
        assert_eq!(found, wanted, "{line}");
    }
}

#[test]
fn somebody_elses_deployment_is_refused_unless_forced_and_a_first_contact_never() {
    let target = target(Kind::Nixos, Some(Ok(system())));
    let old = status(Some(OLD), Some(OLD));
    let theirs = record("/nix/store/22222222222222222222222222222222-ours", Some("activated"));
    assert_eq!(course("switch", &target, Ok(&old), None).0, "build");
    assert_eq!(
        course("switch", &target, Ok(&old), Some(&record(OLD, Some("activated")))),
        ("build".into(), String::new())
    );
    let (outcome, reason) = course("switch", &target, Ok(&old), Some(&theirs));
    assert!(
        outcome == "refused" && reason.contains("somebody else") && reason.contains("--force-host"),
        "{reason}"
    );
    let options = Options::default();
    let forced = |record| {
        told(consider(&Situation {
            target: &target,
            status: Ok(&old),
            record,
            password: false,
            forced: true,
            options: &options,
        }))
        .0
    };
    let damaged = Error::new(ErrorKind::Refused, "it can't be read");
    assert_eq!((forced(Ok(Some(&theirs))), forced(Err(&damaged))), ("build".to_owned(), "build".to_owned()));
    let nothing = status(None, None);
    assert_eq!(
        course("switch", &target, Ok(&nothing), Some(&theirs)).0,
        "build",
        "there is nothing to overwrite"
    );
    let wanted = status(Some(NEW), Some(NEW));
    assert_eq!(
        course("switch", &target, Ok(&wanted), Some(&theirs)).0,
        "unchanged",
        "they deployed what we want"
    );
}

#[test]
fn an_attempt_that_was_cut_off_is_run_again_and_one_that_runs_is_waited_for() {
    let target = target(Kind::Linux, Some(Ok(system())));
    let with = |attempt| HostStatus { attempt: Some(attempt), ..status(Some(NEW), Some(NEW)) };
    let (outcome, warning) = course("switch", &target, Ok(&with(attempt(AttemptStep::Staging, false))), None);
    assert!(outcome == "build" && warning.contains("cut off"), "{outcome} {warning}");
    let (outcome, reason) =
        course("switch", &target, Ok(&with(attempt(AttemptStep::Activating, true))), None);
    assert!(outcome == "refused" && reason.contains("an activation of"), "{outcome} {reason}");
    assert_eq!(course("switch", &target, Ok(&with(attempt(AttemptStep::Ended, false))), None).0, "unchanged");
    let unseen = record(OLD, None);
    let (_, warning) = course("switch", &target, Ok(&status(Some(OLD), Some(OLD))), Some(&unseen));
    assert!(warning.contains("nobody here saw"), "{warning}");
}

#[test]
fn what_keeps_a_host_from_being_deployed_to_is_said() {
    let linux = target(Kind::Linux, Some(Ok(system())));
    let old = status(Some(OLD), Some(OLD));
    let error = |kind, what: &str| Error::new(kind, what);
    let off = error(ErrorKind::Unreachable, "it does not answer");
    let stopped = error(ErrorKind::Cancelled, "stopped on request");
    let cases = [
        (
            target(Kind::Linux, Some(Err(error(ErrorKind::Evaluation, "x.nix:3: odd")))),
            Ok(&old),
            "evaluation-failed",
            "x.nix:3: odd",
        ),
        (target(Kind::Linux, None), Ok(&old), "evaluation-failed", "not evaluated"),
        (target(Kind::Linux, Some(Err(stopped.clone()))), Ok(&old), "cancelled", "stopped"),
        (target(Kind::Darwin, Some(Ok(system()))), Ok(&old), "refused", "kind `darwin`"),
        (linux.clone(), Err(&off), "unreachable", "does not answer"),
        (linux.clone(), Err(&stopped), "cancelled", "stopped"),
        (
            linux.clone(),
            Ok(&HostStatus { privilege: Privilege::SudoPassword, ..old.clone() }),
            "refused",
            "sudo asks `me` for a password",
        ),
        (
            linux.clone(),
            Ok(&HostStatus { privilege: Privilege::None, ..old.clone() }),
            "refused",
            "`me` is not root",
        ),
        (linux.clone(), Ok(&HostStatus { nix: None, ..old.clone() }), "refused", "no Nix"),
        (target(Kind::Push, Some(Ok(system()))), Ok(&HostStatus::default()), "build", ""),
    ];
    for (target, status, outcome, reason) in cases {
        let found = course("switch", &target, status, None);
        assert!(found.0 == outcome && found.1.contains(reason), "{outcome} {reason:?}: {found:?}");
    }
}
