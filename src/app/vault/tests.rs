use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    app::{
        effect::Effect,
        layers::Layer,
        msg::Msg,
        testing::{at, detail, error, evaluate, host, orders, press, read, report, type_in, with_fleet},
        update::update,
    },
    backend::{
        event::{Event, SecretEvent},
        job::{End, Order, Part as Read, Report, SecretFacts, SecretsWork, Work},
        logstore::{Limits, RunLog},
        model::{Secret, SecretState, SecretStep, Secrets},
        secrets::{
            Handover, Plaintext, SecretResult, SecretsChange, SecretsVerb,
            identity::{Answer, Question},
        },
    },
    views,
};

mod looks;
mod meanwhile;
mod texts;

const POISON: &str = "hunter2-and-a-half";

fn secret(name: &str, state: SecretState, step: Option<SecretStep>) -> PlannedSecret {
    PlannedSecret { engine: "random".to_owned(), step, ..PlannedSecret::bare(name, state) }
}

fn facts(secrets: Vec<PlannedSecret>) -> SecretFacts {
    let declared = secrets.iter().map(|planned| Secret {
        name: planned.name.clone(),
        engine: planned.engine.clone(),
        generation: serde_json::json!({}),
        problem: None,
        description: None,
        protect: planned.protected,
        rotate_after: None,
        defined_at: None,
    });
    let declared = Secrets { secrets: declared.collect(), ..Secrets::default() };
    SecretFacts { declared, plan: Ok(SecretsPlan { secrets, with_key: false }) }
}

/// `a` is read by `b`, that by `c`; `d` is due, `m` is entered by hand, `p` is protected.
fn some() -> Vec<PlannedSecret> {
    let mut secrets = ["a", "b", "c", "d", "m", "p"].map(|name| secret(name, SecretState::Ok, None));
    let [a, b, ..] = &mut secrets;
    a.read_by = vec!["b".to_owned()];
    b.reads = vec!["a".to_owned()];
    b.read_by = vec!["c".to_owned()];
    b.hosts = vec![host("gate")];
    let [_, _, last, due, manual, protected] = &mut secrets;
    last.reads = vec!["b".to_owned()];
    last.hosts = vec![host("post")];
    due.state = SecretState::Missing;
    due.step = Some(SecretStep::Make);
    due.hosts = vec![host("gate")];
    manual.state = SecretState::Missing;
    manual.engine = "manual".to_owned();
    protected.protected = true;
    secrets.into()
}

fn learn(state: &mut State, secrets: Vec<PlannedSecret>) {
    evaluate(state, |state, job| {
        read(state, job, Read::Secrets(Ok(facts(secrets))));
    });
}

fn with(secrets: Vec<PlannedSecret>) -> State {
    let mut state = with_fleet(&["gate", "post"]);
    learn(&mut state, secrets);
    press(&mut state, "4");
    state
}

fn works(effects: &[Effect]) -> Vec<(JobId, SecretsWork)> {
    let work = |order| match order {
        Order::Begin(job, Work::Secrets(work)) => Some((job, work)),
        _ => None,
    };
    orders(effects).into_iter().filter_map(work).collect()
}

fn only(effects: &[Effect]) -> (JobId, SecretsWork) {
    let works = works(effects);
    assert_eq!(works.len(), 1, "{effects:?}");
    works[0].clone()
}

fn select(state: &mut State, name: &str) {
    assert!(state.secrets.list.select(name), "{name}");
}

fn asked(state: &State) -> String {
    match state.layers.last() {
        Some(Layer::Confirm(question)) => format!("{} {}", question.question, question.effects.join(" | ")),
        other => panic!("{other:?}"),
    }
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |notice| &notice.text)
}

fn seen(state: &State) -> String {
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| views::draw(frame, state)).unwrap();
    terminal.backend().to_string()
}

fn handle() -> Handover {
    Handover::from(Plaintext::from(POISON.as_bytes().to_vec()))
}

fn reveal(state: &mut State, job: JobId, name: &str) -> Vec<Effect> {
    report(state, Report::Revealed { job, name: name.to_owned(), text: Ok(handle()) })
}

#[test]
fn what_is_due_is_made_when_it_was_agreed_to() {
    let mut state = with(some());
    assert!(press(&mut state, "a").is_empty());
    assert!(asked(&state).contains("bring d up to date?"), "{}", asked(&state));
    assert!(asked(&state).contains("until then they have what they have: gate"));
    assert!(press(&mut state, "enter").is_empty(), "no is the standard answer");
    assert!(state.layers.is_empty() && state.secrets.run.is_none());
    press(&mut state, "a");
    let (job, work) = only(&press(&mut state, "y"));
    let change = SecretsChange {
        verb: SecretsVerb::Generate,
        names: vec!["d".to_owned()],
        follow: Vec::new(),
        typed: Vec::new(),
    };
    assert_eq!(work, SecretsWork::Change(change));
    assert!(press(&mut state, "a").is_empty() && notice(&state).contains("being worked on"));
    let event = SecretEvent::Began { name: "d".to_owned(), step: Some(SecretStep::Make) };
    report(&mut state, Report::Advanced(job, Event::Secret(event)));
    assert!(seen(&state).contains("being made"));
    let results = [("d".to_owned(), SecretResult::Made)].into();
    report(&mut state, Report::SecretsChanged(job, results));
    report(&mut state, Report::Ended(job, End::Done));
    assert_eq!(notice(&state), "1 secret changed; d plans to deploy to gate");
    let effects = press(&mut state, "d");
    assert_eq!(crate::app::testing::plans(&effects)[0].1, [host("gate")]);
}

#[test]
fn a_rotation_shows_what_follows_and_the_hosts() {
    let mut state = with(some());
    press(&mut state, "R");
    let text = asked(&state);
    assert!(text.contains("rotate a?") && text.contains("made from that: b, c"), "{text}");
    assert!(text.contains("gate, post"), "{text}");
    let (_, work) = only(&press(&mut state, "y"));
    let SecretsWork::Change(change) = work else { panic!("{work:?}") };
    assert_eq!((change.names, change.follow), (vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()]));
}

#[test]
fn a_circle_of_secrets_ends() {
    let mut secrets = some();
    secrets[2].read_by = vec!["a".to_owned(), "gone".to_owned()];
    let plan = SecretsPlan { secrets, with_key: false };
    assert_eq!(cascade(&plan, &["a".to_owned()]), ["b", "c", "gone"]);
}

#[test]
fn what_is_protected_is_typed() {
    let mut state = with(some());
    select(&mut state, "p");
    press(&mut state, "R");
    assert!(press(&mut state, "y enter").is_empty(), "y is a letter here");
    assert!(!state.layers.is_empty());
    press(&mut state, "backspace");
    type_in(&mut state, "p");
    let (_, work) = only(&press(&mut state, "enter"));
    assert!(matches!(work, SecretsWork::Change(change) if change.typed == ["p"]));
}

#[test]
fn what_never_had_a_value_is_rotated_without_ado() {
    let mut secrets = some();
    secrets[3].protected = true;
    let mut state = with(secrets);
    select(&mut state, "d");
    press(&mut state, "R");
    let text = asked(&state);
    assert!(text.contains("first values: d") && !text.contains("git's history"), "{text}");
    assert_eq!(works(&press(&mut state, "y")).len(), 1);
}

#[test]
fn of_what_is_marked_that_is_rotated_which_can_be() {
    let mut state = with(some());
    press(&mut state, "V R");
    let text = asked(&state);
    assert!(text.contains("rotate 5 secrets?"), "what is entered by hand is left out: {text}");
    press(&mut state, "esc V");
    select(&mut state, "m");
    press(&mut state, "space R");
    assert!(
        state.layers.is_empty() && notice(&state).contains("nothing can make anew"),
        "{}",
        notice(&state)
    );
}

#[test]
fn a_stale_question_does_nothing() {
    for answer in ["y", "tab enter"] {
        let mut state = with(some());
        press(&mut state, "R");
        let mut other = some();
        other[5].reads = vec!["c".to_owned()];
        other[2].read_by = vec!["p".to_owned()];
        learn(&mut state, other.clone());
        assert!(works(&press(&mut state, answer)).is_empty());
        assert!(notice(&state).contains("nothing was done"), "{}", notice(&state));
        // What is there again as it was shown is done.
        learn(&mut state, some());
        press(&mut state, "R");
        learn(&mut state, other);
        learn(&mut state, some());
        assert_eq!(works(&press(&mut state, answer)).len(), 1);
    }
    let mut state = with(some());
    press(&mut state, "R");
    learn(&mut state, some().split_off(1));
    assert!(works(&press(&mut state, "y")).is_empty());
    assert!(notice(&state).contains("no secret a any more"));
}

#[test]
fn nothing_is_written_in_read_only_mode() {
    let mut state = with(some());
    state.settings.read_only = true;
    for key in ["a", "R", "u", "K", "A", "x", "i", "d"] {
        assert!(press(&mut state, key).is_empty() && state.layers.is_empty(), "{key}");
        assert!(notice(&state).contains("read-only mode"), "{key}: {}", notice(&state));
    }
    state.settings.read_only = false;
    press(&mut state, "a");
    state.settings.read_only = true;
    assert!(works(&press(&mut state, "y")).is_empty() && notice(&state).contains("read-only"));
    let text = Box::new(Ok(Some(handle())));
    assert!(update(&mut state, Msg::SecretEdited("m".to_owned(), text)).is_empty());
}

#[test]
fn a_run_tells_of_each_and_of_what_failed() {
    let mut state = with(some());
    press(&mut state, "R");
    let (job, _) = only(&press(&mut state, "y"));
    let log = RunLog::in_memory(Limits::default());
    report(&mut state, Report::Began { job, log: log.clone() });
    log.append(&LogKey::step("a"), b"+ keygen \x1b[2J");
    update(&mut state, Msg::LogAdvanced);
    press(&mut state, "L");
    assert!(seen(&state).contains("+ keygen") && state.pane == Pane::Secrets);
    let failed = SecretResult::Failed(error("the script ended with status 1"));
    let results = [("a".to_owned(), failed), ("b".to_owned(), SecretResult::Skipped(vec!["a".to_owned()]))];
    report(&mut state, Report::SecretsChanged(job, results.into()));
    report(&mut state, Report::Ended(job, End::Done));
    assert!(seen(&state).contains("the script ended with status 1"));
    press(&mut state, "esc esc");
    assert!(
        detail(&state).iter().any(|line| line.contains("failed; it is as it was")),
        "{:?}",
        detail(&state)
    );
    select(&mut state, "b");
    assert!(detail(&state).iter().any(|line| line.contains("not tried, for it needs a")));
    // What comes late changes nothing.
    let event = SecretEvent::Began { name: "c".to_owned(), step: None };
    report(&mut state, Report::Advanced(job, Event::Secret(event)));
    assert!(!state.secrets.is_busy());
    assert_eq!(state.secrets.run.as_ref().unwrap().stand("c"), None);
}

#[test]
fn stopping_asks_and_stops_what_it_was_asked_about() {
    let mut state = with(some());
    press(&mut state, "R");
    let (job, _) = only(&press(&mut state, "y"));
    press(&mut state, "c");
    assert_eq!(orders(&press(&mut state, "y")), [Order::Cancel(job)]);
    press(&mut state, "c");
    report(&mut state, Report::Ended(job, End::Cancelled));
    assert!(press(&mut state, "y").is_empty(), "it is over already");
    press(&mut state, "R");
    press(&mut state, "y");
    press(&mut state, "q");
    assert!(asked(&state).contains("quit while rotating"));
}

#[test]
fn a_plan_that_can_t_be_made_says_why() {
    let mut state = with_fleet(&["gate"]);
    let mut broken = facts(some());
    broken.plan = Err(error("the record of secrets is damaged"));
    evaluate(&mut state, |state, job| {
        read(state, job, Read::Secrets(Ok(broken)));
    });
    press(&mut state, "4");
    assert!(seen(&state).contains("the record of secrets is damaged"));
    assert_eq!(state.secrets.list.len(), 6, "what is declared is known");
    assert!(press(&mut state, "R").is_empty() && notice(&state).contains("is not known"));
}

#[test]
fn states_are_filtered_for() {
    let state = with(some());
    let (names, sought) = rows(&state);
    assert_eq!((names.len(), &*sought[3]), (6, "d missing"));
}
