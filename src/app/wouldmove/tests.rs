use super::*;
use crate::{
    app::testing::*,
    backend::{job::Report, model::DefinitionState},
};

fn fleet() -> State {
    let mut state = with_fleet(&["gate", "post"]);
    let said = [("gate", 100, DefinitionState::Used, 1)];
    with_globals(&mut state, vec![leaf("mail.size", &said), leaf("net.mtu", &said)]);
    press(&mut state, "2 j");
    state
}

/// The job that finds it out, and about what.
fn asked(effects: &[Effect]) -> Vec<(JobId, String)> {
    let asked = |order| match order {
        Order::Begin(job, Work::Affected(path)) => Some((job, path.to_string())),
        _ => None,
    };
    orders(effects).into_iter().filter_map(asked).collect()
}

fn says(state: &State) -> String {
    let lines = detail(state);
    let title = lines.iter().position(|line| line == document::WOULD_MOVE).unwrap();
    lines[title + 1..].join("|")
}

#[test]
fn the_answer_stands_where_it_was_asked_for() {
    let mut state = fleet();
    let effects = press(&mut state, "w");
    let (job, path) = asked(&effects)[0].clone();
    assert_eq!((path.as_str(), state.part), ("mail.size", Part::Detail));
    assert!(says(&state).starts_with("asking"));
    let affected = Affected {
        hosts: vec![host("post")],
        through: vec!["net.mtu".parse().unwrap()],
        unknown: vec![host("gate")],
    };
    let answer = Report::Affected(job, path.parse().unwrap(), Ok(affected));
    report(&mut state, answer);
    report(&mut state, Report::Ended(job, End::Done));
    assert_eq!(says(&state), "post|gate  not known: it does not evaluate|through 1 global:|net.mtu");
    press(&mut state, "1 2");
    assert!(says(&state).starts_with("post"), "it was found out, and is still so");
    let effects = evaluate(&mut state, |_, _| ());
    assert!(says(&state).starts_with("not asked"), "{effects:?}");
}

#[test]
fn the_latest_question_counts() {
    let mut state = fleet();
    let (first, path) = asked(&press(&mut state, "w"))[0].clone();
    let effects = press(&mut state, "w");
    assert_eq!(orders(&effects)[0], Order::Cancel(first));
    report(&mut state, Report::Affected(first, path.parse().unwrap(), Ok(Affected::default())));
    assert!(says(&state).starts_with("asking"), "that was the older one's answer");
    let (second, _) = asked(&effects)[0];
    report(&mut state, Report::Ended(second, End::Failed(error("it does not evaluate"))));
    assert!(says(&state).contains("it does not evaluate"));
}

#[test]
fn nobody_waits_for_what_is_not_shown() {
    for away in ["1", "h j", "<"] {
        let mut state = fleet();
        let (job, _) = asked(&press(&mut state, "w"))[0].clone();
        let effects = press(&mut state, away);
        assert_eq!(orders(&effects), [Order::Cancel(job)], "{away}");
        assert!(state.would_move.is_none());
    }
    let mut state = fleet();
    let (job, _) = asked(&press(&mut state, "w"))[0].clone();
    let effects = evaluate(&mut state, |_, _| ());
    assert!(orders(&effects).contains(&Order::Cancel(job)), "the fleet is another one");
}

#[test]
fn a_job_that_ends_without_an_answer_says_so() {
    let mut state = fleet();
    let (job, _) = asked(&press(&mut state, "w"))[0].clone();
    report(&mut state, Report::Ended(job, End::Done));
    assert!(says(&state).contains("no answer came"));
}
