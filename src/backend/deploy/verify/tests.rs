use super::*;

const OLD: &str = "/nix/store/00000000000000000000000000000000-old";
const NEW: &str = "/nix/store/11111111111111111111111111111111-new";

fn status(running: &str, profile: &str, failed: &[&str]) -> HostStatus {
    HostStatus {
        reachable: true,
        running: Some(running.into()),
        profile: Some(profile.into()),
        boot_id: Some("boot".into()),
        failed_units: failed.iter().map(|&unit| unit.to_owned()).collect(),
        ..HostStatus::default()
    }
}

fn attempt(step: AttemptStep, activation: Option<i32>, staging: Option<i32>) -> Attempt {
    Attempt {
        token: "t".into(),
        action: Action::Switch,
        system: NEW.parse().unwrap(),
        previous: Some(OLD.into()),
        step,
        running: false,
        activation_status: activation,
        staging_status: staging,
        failed_before: vec!["old.service".into()],
    }
}

fn verdict(action: Action, now: &HostStatus, attempt: Option<&Attempt>, words: &[&str]) -> Verdict {
    let words = words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    decide(&Facts {
        action,
        wanted: &NEW.parse().unwrap(),
        before: &status(OLD, OLD, &["old.service"]),
        now: Ok(now),
        attempt,
        reboot: None,
        last_words: &words,
    })
}

/// action | exit status of the activation, of staging | runs, and boots next | failed units | last words | outcome | reason
const TABLE: &str = "
switch | 0   | 0 | new new |                       |                          | activated              |
switch | 4   | 0 | new new | old.service           |                          | activated              | failed before and still: old.service
switch | 4   | 0 | new new |                       | a.service not found      | activated-units-failed | a unit could not be started, restarted or reloaded: a.service not found
switch | 4   | 0 | new new | a.service old.service |                          | activated-units-failed | failed: a.service
switch | 0   | 0 | new new | a.service             |                          | activated-units-failed | failed: a.service
switch | 0   | 1 | new old |                       | No space left on device  | activation-failed      | boot loader could not be written: No space left on device; it runs what is wanted, and the next boot starts
switch | 0   | 0 | old new |                       |                          | staged-reboot-pending  | as asked for
switch | 0   | 0 | old old |                       |                          | activation-failed      | ended well, yet it runs what it did before
switch | 100 | 0 | old new |                       |                          | staged-reboot-pending  | the init interface changed
switch | 1   | 0 | old new |                       | dbus changed             | staged-reboot-pending  | can't be activated while the host runs: dbus changed
switch | 1   | 1 | old old |                       | pre-switch checks failed | activation-failed      | refused it, and nothing was changed: pre-switch checks failed; it runs what it did before
switch | 1   | - | old old |                       | Could not acquire lock   | refused                | another activation was running there
switch | 2   | - | new old |                       | snippet 'etc' failed     | activation-failed      | an activation script failed: snippet 'etc' failed; it runs what is wanted, and the next boot starts
switch | 139 | - | old old |                       |                          | activation-failed      | status 139
test   | 0   | - | new old |                       |                          | activated              |
test   | 100 | - | old old |                       |                          | activation-failed      | use the action `boot`
boot   | -   | 0 | old new |                       |                          | staged-reboot-pending  | as asked for
boot   | -   | 0 | new new |                       |                          | activated              | stays after a reboot
boot   | -   | 1 | old old |                       | full                     | activation-failed      | boot loader could not be written: full
boot   | -   | 1 | old old |                       | Could not acquire lock   | refused                | another activation was running there
";

#[test]
fn the_outcome_is_what_was_read() {
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
        let [action, activation, staging, systems, failed, words, outcome, reason] = cells[..] else {
            panic!("{line}")
        };
        let (running, profile) = systems.split_once(' ').unwrap();
        let path = |word| if word == "new" { NEW } else { OLD };
        let failed = failed.split_whitespace().collect::<Vec<_>>();
        let attempt = attempt(AttemptStep::Ended, activation.parse().ok(), staging.parse().ok());
        let now = status(path(running), path(profile), &failed);
        let found = verdict(action.parse().unwrap(), &now, Some(&attempt), &[words]);
        assert_eq!(found.outcome.word(), outcome, "{line}: {found:?}");
        assert!(
            found.reason.contains(reason) && reason.is_empty() == found.reason.is_empty(),
            "{line}: {found:?}"
        );
    }
}

#[test]
fn an_attempt_without_an_end_is_told_as_such() {
    let running = Attempt { running: true, ..attempt(AttemptStep::Activating, None, None) };
    assert_eq!(
        verdict(Action::Switch, &status(OLD, OLD, &[]), Some(&running), &[]).outcome,
        Outcome::Unknown
    );
    let cut_off = verdict(
        Action::Switch,
        &status(NEW, OLD, &[]),
        Some(&attempt(AttemptStep::Activating, None, None)),
        &[],
    );
    assert_eq!(cut_off.outcome, Outcome::ActivationFailed);
    assert!(cut_off.reason.contains("cut off while activating it; it runs what is wanted"), "{cut_off:?}");
}

#[test]
fn after_a_reboot_only_what_runs_counts() {
    let rebooted =
        |running, profile| HostStatus { boot_id: Some("another".into()), ..status(running, profile, &[]) };
    let found = verdict(Action::Switch, &rebooted(OLD, OLD), None, &[]);
    assert_eq!(found.outcome, Outcome::ActivationFailed);
    assert!(found.reason.contains("rebooted in the middle; it runs what it did before"), "{found:?}");
    let past = attempt(AttemptStep::Activating, None, None);
    assert_eq!(verdict(Action::Switch, &rebooted(OLD, OLD), Some(&past), &[]), found);
    assert_eq!(verdict(Action::Switch, &rebooted(NEW, NEW), None, &[]).outcome, Outcome::Activated);
    assert_eq!(verdict(Action::Boot, &rebooted(OLD, NEW), None, &[]).outcome, Outcome::StagedRebootPending);
}

#[test]
fn a_host_that_cannot_be_asked_is_unknown() {
    let before = status(OLD, OLD, &[]);
    let facts = Facts {
        action: Action::Switch,
        wanted: &NEW.parse().unwrap(),
        before: &before,
        now: Err("`gate` does not answer"),
        attempt: None,
        reboot: None,
        last_words: &[],
    };
    let found = decide(&facts);
    assert_eq!(found.outcome, Outcome::Unknown);
    assert!(found.reason.starts_with("`gate` does not answer; the host goes on by itself"), "{found:?}");
}
