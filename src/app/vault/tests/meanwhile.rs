//! What the screen says of secrets while they are worked on.

use super::*;

/// What the list says of a secret: its row, up to the detail beside it.
fn row(state: &State, name: &str) -> String {
    let seen = seen(state);
    let mut rows = seen.lines().filter(|line| line.starts_with("\"│"));
    let row = rows.find_map(|line| {
        let of_list = line.chars().take(70).collect::<String>();
        let first = of_list.trim_start_matches(['"', '│', '❯', ' ']).split(' ').next();
        (first == Some(name)).then_some(of_list)
    });
    row.unwrap_or_else(|| panic!("{name} in {seen}"))
}

fn advance(state: &mut State, job: JobId, event: SecretEvent) {
    report(state, Report::Advanced(job, Event::Secret(event)));
}

fn settle(state: &mut State, job: JobId, name: &str, result: SecretResult) {
    advance(state, job, SecretEvent::Settled { name: name.to_owned(), result });
}

/// All of `a` to `d` are due, and `m` is to be entered.
fn due() -> Vec<PlannedSecret> {
    let mut secrets = some();
    for secret in &mut secrets[..4] {
        (secret.state, secret.step) = (SecretState::Missing, Some(SecretStep::Make));
        (secret.made_at, secret.rotate_at) = (Some(1), Some(2));
    }
    secrets
}

#[test]
fn a_secret_that_has_its_value_is_due_no_more() {
    let mut state = with(due());
    update(&mut state, Msg::Resized { width: 159, height: 40 });
    press(&mut state, "a");
    let (job, _) = only(&press(&mut state, "y"));
    for name in ["a", "b", "c", "d"] {
        let row = row(&state, name);
        assert!(row.contains("waits") && row.contains("make") && row.contains("overdue"), "{row}");
    }
    assert!(detail(&state).iter().any(|line| line.contains("now") && line.contains("waits")));
    assert!(!detail(&state).iter().any(|line| line.contains("next")), "{:?}", detail(&state));

    advance(&mut state, job, SecretEvent::Began { name: "a".to_owned(), step: Some(SecretStep::Make) });
    assert!(row(&state, "a").contains("being made"), "{}", row(&state, "a"));
    assert!(!row(&state, "a").contains(" make"), "{}", row(&state, "a"));

    settle(&mut state, job, "a", SecretResult::Made);
    let done = row(&state, "a");
    assert!(done.contains("new value") && !done.contains("make") && !done.contains("overdue"), "{done}");
    let text = detail(&state).join("\n");
    assert!(text.contains("new value") && !text.contains("missing") && !text.contains("made   "), "{text}");
    press(&mut state, "v");
    assert!(!seen(&state).contains("there is none") && seen(&state).contains("shows its text"));
    press(&mut state, "esc");

    settle(&mut state, job, "b", SecretResult::Failed(error("no")));
    settle(&mut state, job, "c", SecretResult::Skipped(vec!["b".to_owned()]));
    settle(&mut state, job, "d", SecretResult::Cancelled);
    for (name, word) in [("b", "failed"), ("c", "skipped"), ("d", "missing")] {
        let row = row(&state, name);
        assert!(row.contains(word) && row.contains("make"), "{row}");
    }
    select(&mut state, "b");
    let text = detail(&state).join("\n");
    assert!(text.contains("a  new value") && text.contains("c  skipped"), "what it has to do with: {text}");

    // Over, and looked at anew.
    let mut after = due();
    (after[0].state, after[0].step) = (SecretState::Ok, None);
    learn(&mut state, after);
    report(&mut state, Report::Ended(job, End::Done));
    assert!(row(&state, "a").contains("ok") && row(&state, "b").contains("failed"));
}

#[test]
fn a_file_with_the_same_text_keeps_its_dates() {
    let mut secrets = due();
    (secrets[0].state, secrets[0].step) = (SecretState::RecipientsChanged, Some(SecretStep::Rekey));
    let mut state = with(secrets);
    update(&mut state, Msg::Resized { width: 159, height: 40 });
    press(&mut state, "K");
    let (job, _) = only(&press(&mut state, "y"));
    settle(&mut state, job, "a", SecretResult::Rekeyed);
    let row = row(&state, "a");
    assert!(row.contains("rekeyed") && row.contains("overdue"), "{row}");
    assert!(row.matches("rekey").count() == 1, "{row}");
}

#[test]
fn a_look_leaves_the_log_of_what_was_done() {
    let mut state = with(some());
    press(&mut state, "L");
    assert!(state.pane == Pane::Secrets && notice(&state).contains("there is no log"), "{}", notice(&state));
    press(&mut state, "R");
    let (job, _) = only(&press(&mut state, "y"));
    let log = RunLog::in_memory(Limits::default());
    report(&mut state, Report::Began { job, log: log.clone() });
    log.append(&LogKey::step("a"), b"+ keygen\n");
    report(&mut state, Report::Ended(job, End::Done));
    let (job, _) = only(&press(&mut state, "s"));
    report(&mut state, Report::Began { job, log: RunLog::in_memory(Limits::default()) });
    update(&mut state, Msg::LogAdvanced);
    press(&mut state, "L");
    assert!(state.pane == Pane::Secrets && seen(&state).contains("+ keygen"), "{}", seen(&state));
}

#[test]
fn what_was_known_before_an_evaluation_failed_says_so() {
    let mut state = with(some());
    evaluate(&mut state, |state, job| {
        read(state, job, Read::Secrets(Err(error("undefined variable 'x'"))));
    });
    let seen = seen(&state);
    assert!(seen.contains("not evaluated anew, E shows why") && seen.contains("missing"), "{seen}");
}

#[test]
fn a_text_that_has_to_wait_says_for_what() {
    let mut state = with(some());
    press(&mut state, "R");
    press(&mut state, "y");
    press(&mut state, "v v");
    assert!(seen(&state).contains("its text comes after what is being done: rotating"), "{}", seen(&state));
}
