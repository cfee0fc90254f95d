use super::*;
use crate::{
    app::testing::*,
    backend::{
        error::ErrorKind,
        job::Report,
        model::{DefinitionState, OptionDetail, ReadSet, Reads},
    },
};

const USED: DefinitionState = DefinitionState::Used;
const LOST: DefinitionState = DefinitionState::Overridden;

fn answer(name: &str, value: i64) -> OptionsAnswer {
    let leaf = leaf("net.mtu", &[(name, 100, USED, value)]);
    let option = OptionDetail {
        leaf,
        description: None,
        default: None,
        example: None,
        priority: Some(100),
        folded: 0,
    };
    let path = "net.mtu".parse().unwrap();
    OptionsAnswer::Look(Box::new(OptionNode { path, children: Vec::new(), option: Some(option) }))
}

/// The options of gate, one of them selected.
fn open() -> State {
    let mut state = with_fleet(&["attic", "forge", "gate", "lamp", "post"]);
    state.options.open(&host("gate"), &"net.mtu".parse().unwrap());
    press(&mut state, "5");
    super::super::moving::show(&mut state, Pane::Options);
    state
}

fn compare(state: &mut State) -> JobId {
    let effects = press(state, "C");
    let mut jobs = orders(&effects).into_iter().filter_map(|order| match order {
        Order::Begin(job, Work::Options { hosts, .. }) if hosts.len() == 5 => Some(job),
        _ => None,
    });
    jobs.next_back().unwrap()
}

fn tell(state: &mut State, job: JobId, name: &str, answer: Result<OptionsAnswer>) {
    let question = OptionsQuestion::Look("net.mtu".parse().unwrap());
    report(state, Report::Options { job, host: host(name), question, answer });
}

#[test]
fn equal_values_stand_together_and_others_are_marked() {
    let mut state = open();
    let job = compare(&mut state);
    assert!(detail(&state).contains(&"attic, forge, gate, lamp, post".to_owned()));
    for (name, value) in [("attic", 9000), ("gate", 1412), ("post", 1412)] {
        tell(&mut state, job, name, Ok(answer(name, value)));
    }
    let none = crate::backend::error::Error::new(ErrorKind::Usage, "there is no option net.mtu");
    tell(&mut state, job, "forge", Err(none));
    tell(&mut state, job, "lamp", Err(error("it does not evaluate")));
    report(&mut state, Report::Ended(job, End::Done));
    assert_eq!(
        detail(&state),
        [
            "net.mtu, host by host",
            "",
            "1412  2 hosts",
            "gate         hosts/gate.nix:1  plain (100)",
            "post         hosts/post.nix:1  plain (100)",
            "",
            "9000  1 host, differs",
            "attic        hosts/attic.nix:1  plain (100)",
            "",
            "no such option  1 host",
            "forge",
            "",
            "lamp: not known",
            "it does not evaluate",
        ]
    );
    state.detail.selected = 4;
    press(&mut state, "enter");
    assert_eq!((state.pane, state.options.host.clone()), (Pane::Options, Some(host("post"))));
    assert_eq!(state.selected_name().as_deref(), Some("net.mtu"));
}

#[test]
fn who_does_not_answer_is_named() {
    let mut state = open();
    let job = compare(&mut state);
    tell(&mut state, job, "gate", Ok(answer("gate", 1)));
    report(&mut state, Report::Ended(job, End::Failed(error("the evaluator died"))));
    let lines = detail(&state).join("\n");
    assert!(lines.contains("the evaluator died") && lines.contains("attic, forge, lamp, post"), "{lines}");
}

#[test]
fn it_ends_when_something_else_is_selected_and_is_asked_again_of_another_fleet() {
    let mut state = open();
    let job = compare(&mut state);
    let effects = press(&mut state, "esc");
    assert!(orders(&effects).contains(&Order::Cancel(job)) && state.comparing.is_none());
    assert_eq!(state.part, Part::Detail);
    let job = compare(&mut state);
    let effects = press(&mut state, "1");
    assert!(orders(&effects).contains(&Order::Cancel(job)));
    press(&mut state, "<");
    let job = compare(&mut state);
    let effects = evaluate(&mut state, |_, _| ());
    let begun = orders(&effects)
        .into_iter()
        .any(|order| matches!(order, Order::Begin(_, Work::Options { hosts, .. }) if hosts.len() == 5));
    assert!(begun && orders(&effects).contains(&Order::Cancel(job)));
}

#[test]
fn of_a_global_it_is_said_what_each_host_says() {
    let mut state = with_fleet(&["gate", "post"]);
    let mut gate = system("gate");
    gate.reads = Some(Reads {
        system: ReadSet { values: vec!["net.mtu".parse().unwrap()], names: Vec::new() },
        checks: ReadSet::default(),
    });
    evaluate(&mut state, |state, job| {
        read(state, job, crate::backend::job::Part::System(host("gate"), Box::new(Ok(gate))));
    });
    let said = [("gate", 50, USED, 1), ("post", 100, LOST, 2), ("fleet", 1000, LOST, 3)];
    with_globals(&mut state, vec![leaf("net.mtu", &said)]);
    press(&mut state, "2 j");
    let effects = press(&mut state, "C");
    assert_eq!(orders(&effects), [], "all is known");
    assert_eq!(
        detail(&state),
        [
            "net.mtu, host by host",
            "",
            "gate  reads it",
            "counts 1  mkForce (50)",
            "hosts/gate.nix:1",
            "",
            "post  not known whether it reads it",
            "loses  2  plain (100)",
            "hosts/post.nix:2",
            "",
            "the fleet's own modules",
            "loses  3  mkDefault (1000)",
            "hosts/fleet.nix:3",
        ]
    );
}
