use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    app::{filter::Narrowing, history, msg::Msg, testing::*, update::update},
    backend::{
        error::{Error, ErrorKind},
        job::Report,
        model::{DefinitionState, OptionDetail},
    },
};

fn path(text: &str) -> OptionPath {
    text.parse().unwrap()
}

/// The jobs that ask about options, with what they ask.
fn asked(effects: &[Effect]) -> Vec<(JobId, HostName, OptionsQuestion)> {
    let asked = |order| match order {
        Order::Begin(job, Work::Options { mut hosts, question }) if hosts.len() == 1 => {
            Some((job, hosts.remove(0), question))
        }
        _ => None,
    };
    orders(effects).into_iter().filter_map(asked).collect()
}

fn cancelled(effects: &[Effect]) -> Vec<JobId> {
    let cancelled = |order| match order {
        Order::Cancel(job) => Some(job),
        _ => None,
    };
    orders(effects).into_iter().filter_map(cancelled).collect()
}

/// What a host's module system says, in these tests: a few options, one of them with an element, one broken.
fn answer(question: &OptionsQuestion) -> Result<OptionsAnswer> {
    let option = |name: &str| {
        let mut leaf = leaf(name, &[("gate", 100, DefinitionState::Used, 1)]);
        if name == "net.odd" {
            (leaf.value, leaf.error) = (None, Some("it throws".to_owned()));
        }
        OptionDetail {
            leaf,
            description: Some("What it is for,\nin a word.".to_owned()),
            default: Some("0".to_owned()),
            example: None,
            priority: Some(100),
            folded: 0,
        }
    };
    Ok(match question {
        OptionsQuestion::Set => {
            let set = |name: &str| SetOption { path: path(name), value: Some(1.into()), error: None };
            OptionsAnswer::Set(vec![set("net.mtu"), set("net.odd"), set("web.sites")])
        }
        OptionsQuestion::Names => {
            let names = ["net.mtu", "net.odd", "net.ttl", "web.enable", "web.sites"];
            OptionsAnswer::Names(names.map(path).to_vec())
        }
        OptionsQuestion::Look(at) => {
            let name = at.to_string();
            let children: &[&str] = match name.as_str() {
                "net" => &["mtu", "odd", "ttl"],
                "web" => &["enable", "sites"],
                "web.sites" => &["a.b"],
                "web.sites.\"a.b\"" => &["root"],
                "net.mtu" | "net.odd" | "net.ttl" | "web.enable" | "web.sites.\"a.b\".root" => &[],
                _ => return Err(Error::new(ErrorKind::Usage, format!("there is no option {name}"))),
            };
            let is_branch = ["net", "web", "web.sites.\"a.b\""].contains(&name.as_str());
            OptionsAnswer::Look(Box::new(OptionNode {
                path: at.clone(),
                children: children.iter().map(|name| (*name).to_owned()).collect(),
                option: (!is_branch).then(|| option(&name)),
            }))
        }
    })
}

/// Answers everything that is asked, and what is asked then.
fn settle(state: &mut State, effects: Vec<Effect>) {
    let mut effects = effects;
    while !effects.is_empty() {
        let mut next = Vec::new();
        for (job, host, question) in asked(&effects) {
            let answer = answer(&question);
            next.extend(report(state, Report::Options { job, host, question, answer }));
            next.extend(report(state, Report::Ended(job, End::Done)));
        }
        for effect in effects {
            if let Effect::Filter(question) = effect {
                let found = Narrowing::default().answer(&question, || true).unwrap();
                next.extend(update(state, Msg::Filtered(found)));
            }
        }
        effects = next;
    }
}

fn act(state: &mut State, keys: &str) {
    let effects = press(state, keys);
    settle(state, effects);
}

/// The options of gate, with what is set in sight; the branches are open.
fn open() -> State {
    let mut state = with_fleet(&["gate", "post"]);
    act(&mut state, "o");
    state
}

fn labels(state: &State) -> Vec<String> {
    let tree = &state.options.paths.tree;
    (0..tree.len()).filter_map(|row| Some(tree.row(row)?.label.to_owned())).collect()
}

fn goto(state: &mut State, option: &str) {
    state.options.open(&host("gate"), &path(option));
    let effects = update(state, Msg::LogAdvanced);
    settle(state, effects);
}

#[test]
fn no_key_waits_and_what_is_set_comes_first() {
    let mut state = with_fleet(&["gate", "post"]);
    let effects = press(&mut state, "o");
    assert_eq!((state.pane, state.part), (Pane::Options, Part::List));
    let questions = asked(&effects);
    assert!(
        matches!(&questions[..], [(_, of, OptionsQuestion::Set)] if *of == host("gate")),
        "{questions:?}"
    );
    settle(&mut state, effects);
    assert_eq!(labels(&state), ["net", "mtu", "odd", "web", "sites"]);
    act(&mut state, "a");
    assert_eq!(labels(&state), ["net", "mtu", "odd", "ttl", "web", "enable", "sites"]);
    act(&mut state, "a");
    assert_eq!(labels(&state).len(), 5);
}

#[test]
fn the_latest_place_is_looked_at_and_known_ones_are_not_again() {
    let mut state = open();
    let first = press(&mut state, "j");
    let (job, _, question) = asked(&first)[0].clone();
    assert_eq!(question, OptionsQuestion::Look(path("net.mtu")));
    assert!(detail(&state).contains(&"asking ...".to_owned()));
    let second = press(&mut state, "j");
    assert_eq!(cancelled(&second), [job]);
    let late =
        report(&mut state, Report::Options { job, host: host("gate"), answer: answer(&question), question });
    assert!(state.options.leaf(&path("net.mtu")).is_none(), "{late:?}");
    settle(&mut state, second);
    assert!(detail(&state).iter().any(|line| line.contains("it throws")));
    act(&mut state, "k");
    assert!(detail(&state).iter().any(|line| line == "What it is for, in a word."));
    assert_eq!(asked(&press(&mut state, "j")), [], "it is known");
}

#[test]
fn nothing_is_looked_at_that_is_not_in_sight() {
    let mut state = with_fleet(&["gate"]);
    state.size = (80, 24);
    act(&mut state, "o");
    assert_eq!(asked(&press(&mut state, "j")), []);
    let effects = press(&mut state, "enter");
    assert_eq!(asked(&effects)[0].2, OptionsQuestion::Look(path("net.mtu")));
}

#[test]
fn elements_appear_when_their_option_is_looked_at() {
    let mut state = open();
    goto(&mut state, "web.sites");
    act(&mut state, "enter");
    assert_eq!(labels(&state), ["net", "mtu", "odd", "web", "sites", "a.b"]);
    act(&mut state, "j");
    assert_eq!(state.options.paths.selected(), Some(path("web.sites.\"a.b\"")));
    act(&mut state, "enter j");
    assert_eq!(state.options.paths.selected(), Some(path("web.sites.\"a.b\".root")));
    assert_eq!(crate::app::command::twin(&state).unwrap(), "steading options gate 'web.sites.\"a.b\".root'");
}

#[test]
fn all_names_are_searched_and_what_was_found_stays_in_sight() {
    let mut state = open();
    act(&mut state, "/");
    let effects = type_in(&mut state, "ttl");
    settle(&mut state, effects);
    assert_eq!(labels(&state), ["net", "ttl"]);
    act(&mut state, "enter esc");
    assert!(state.options.all && state.options.paths.selected() == Some(path("net.ttl")));
    act(&mut state, "a /");
    let effects = type_in(&mut state, "mtu");
    settle(&mut state, effects);
    act(&mut state, "esc");
    assert!(!state.options.all, "what was found is set");
    act(&mut state, "esc");
    assert_eq!((state.pane, state.selected_name().as_deref()), (Pane::Hosts, Some("gate")));
}

#[test]
fn an_error_says_so_and_another_evaluation_asks_again() {
    let mut state = with_fleet(&["gate"]);
    let effects = press(&mut state, "o");
    let (job, host, question) = asked(&effects)[0].clone();
    let answer = Err(error("attribute 'x' missing"));
    report(&mut state, Report::Options { job, host, question, answer });
    let effects = report(&mut state, Report::Ended(job, End::Done));
    assert!(detail(&state).iter().any(|line| line.contains("attribute 'x' missing")));
    assert_eq!(asked(&effects), [], "it isn't asked over and over");
    let effects = evaluate(&mut state, |_, _| ());
    assert_eq!(asked(&effects).len(), 1);
    settle(&mut state, effects);
    assert_eq!(labels(&state).len(), 5);
}

#[test]
fn a_job_that_ends_without_an_answer_is_an_error() {
    let mut state = with_fleet(&["gate"]);
    let effects = press(&mut state, "o");
    report(&mut state, Report::Ended(asked(&effects)[0].0, End::Done));
    assert!(state.options.set.error().is_some_and(|error| error.what.contains("no answer")));
}

#[test]
fn what_is_known_stays_while_it_is_asked_anew() {
    let mut state = open();
    act(&mut state, "j");
    let effects = evaluate(&mut state, |_, _| ());
    assert_eq!(asked(&effects).len(), 2, "what is set, and the place in sight: {effects:?}");
    assert_eq!(labels(&state).len(), 5);
    let lines = detail(&state);
    assert!(lines.contains(&"asking ...".to_owned()) && lines.iter().any(|line| line.contains("counts")));
}

#[test]
fn one_goes_back_to_another_hosts_option() {
    let mut state = open();
    act(&mut state, "j");
    act(&mut state, "esc");
    act(&mut state, "j o");
    assert_eq!(state.options.host, Some(host("post")));
    act(&mut state, "< <");
    assert_eq!(state.options.host, Some(host("gate")));
    assert_eq!(state.selected_name().as_deref(), Some("net.mtu"));
    assert!(state.options.leaf(&path("net.mtu")).is_some(), "it was asked again");
    history::forward(&mut state);
    assert_eq!(state.pane, Pane::Hosts);
}

#[test]
fn a_value_is_copied_as_nix_unless_it_has_none() {
    let mut state = open();
    act(&mut state, "j");
    let effects = press(&mut state, "=");
    assert!(matches!(&effects[..], [Effect::Copy(text)] if text == "net.mtu = 1;"), "{effects:?}");
    act(&mut state, "j");
    let effects = press(&mut state, "=");
    assert!(effects.is_empty() && state.notice.is_some_and(|notice| notice.text.contains("no value")));
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Press(&'static str),
    Answer(usize),
    Fail(usize),
    End(usize),
    Evaluate,
    Find,
}

fn step() -> impl Strategy<Value = Step> {
    let keys = [
        "j",
        "k",
        "enter",
        "h",
        "a",
        "esc",
        "o",
        "1",
        "2",
        "<",
        ">",
        "/",
        "t",
        "C",
        "*",
        "-",
        "i",
        "G",
        "backspace",
        "tab",
    ];
    prop_oneof![
        6 => prop::sample::select(keys.to_vec()).prop_map(Step::Press),
        3 => (0..8_usize).prop_map(Step::Answer),
        1 => (0..8_usize).prop_map(Step::Fail),
        1 => (0..8_usize).prop_map(Step::End),
        1 => Just(Step::Evaluate),
        2 => Just(Step::Find),
    ]
}

proptest! {
    #[test]
    fn whatever_is_pressed_and_answered_nothing_is_asked_twice_or_forgotten(
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut state = with_fleet(&["gate", "post"]);
        let mut waiting: Vec<(JobId, Vec<HostName>, OptionsQuestion)> = Vec::new();
        let mut stopped = BTreeSet::new();
        let mut filters = Vec::new();
        let mut effects = press(&mut state, "o");
        for step in steps {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Order(Order::Begin(job, Work::Options { hosts, question })) => {
                        let same = waiting.iter().any(|(other, of, about)| {
                            !stopped.contains(other) && *of == hosts && *about == question
                        });
                        prop_assert!(!same, "{question:?} is asked twice");
                        waiting.push((job, hosts, question));
                    }
                    Effect::Order(Order::Cancel(job)) => prop_assert!(stopped.insert(job)),
                    Effect::Filter(question) => filters.push(question),
                    _ => {}
                }
            }
            let looks = waiting.iter().filter(|(job, hosts, question)| {
                matches!(question, OptionsQuestion::Look(_)) && hosts.len() == 1 && !stopped.contains(job)
            });
            prop_assert!(looks.count() <= 1, "one place is in sight");
            let tree = &state.options.paths.tree;
            prop_assert!(tree.cursor.selected < tree.len().max(1));
            effects = match step {
                Step::Press(keys) => press(&mut state, keys),
                Step::Answer(at) if !waiting.is_empty() => {
                    let (job, mut hosts, question) = waiting.remove(at % waiting.len());
                    let mut effects = Vec::new();
                    let answer = answer(&question);
                    for host in hosts.drain(..) {
                        let (question, answer) = (question.clone(), answer.clone());
                        effects.extend(report(&mut state, Report::Options { job, host, question, answer }));
                    }
                    effects.extend(report(&mut state, Report::Ended(job, End::Done)));
                    effects
                }
                Step::Fail(at) if !waiting.is_empty() => {
                    let (job, mut hosts, question) = waiting.remove(at % waiting.len());
                    let (host, answer) = (hosts.remove(0), Err(error("it does not evaluate")));
                    let mut effects = report(&mut state, Report::Options { job, host, question, answer });
                    effects.extend(report(&mut state, Report::Ended(job, End::Done)));
                    effects
                }
                Step::End(at) if !waiting.is_empty() => {
                    let (job, ..) = waiting.remove(at % waiting.len());
                    report(&mut state, Report::Ended(job, End::Cancelled))
                }
                Step::Evaluate => evaluate(&mut state, |_, _| ()),
                Step::Find if !filters.is_empty() => {
                    let question = filters.remove(0);
                    let found = Narrowing::default().answer(&question, || true).unwrap();
                    update(&mut state, Msg::Filtered(found))
                }
                _ => Vec::new(),
            };
        }
        // Whoever waits is told in the end: nothing says that it is asking when all is answered.
        for effect in effects {
            if let Effect::Order(Order::Begin(job, Work::Options { hosts, question })) = effect {
                waiting.push((job, hosts, question));
            }
        }
        for _ in 0..20 {
            let Some((job, ..)) = waiting.pop() else { break };
            let effects = report(&mut state, Report::Ended(job, End::Done));
            prop_assert!(asked(&effects).is_empty(), "what has no answer isn't asked over and over");
        }
        if waiting.is_empty() {
            prop_assert!(state.options.jobs().is_empty(), "{:?}", state.options.jobs());
        }
    }
}
