use proptest::prelude::*;

use super::*;
use crate::{
    app::{effect::Effect, filter::Answer, msg::Msg, testing::*, update::update},
    backend::{
        job::Part as Read,
        model::{DefinitionState, ReadSet, Reads},
    },
};

const USED: DefinitionState = DefinitionState::Used;

/// Two hosts and two globals; gate says both, post reads one of them.
fn fleet() -> State {
    let mut state = with_fleet(&["gate", "post"]);
    let mut post = system("post");
    post.reads = Some(Reads {
        system: ReadSet { values: vec!["net.mtu".parse().unwrap()], names: Vec::new() },
        checks: ReadSet::default(),
    });
    evaluate(&mut state, |state, job| {
        read(state, job, Read::System(host("post"), Box::new(Ok(post))));
    });
    let said = [("gate", 100, USED, 1)];
    with_globals(&mut state, vec![leaf("mail.size", &said), leaf("net.mtu", &said)]);
    state
}

/// Puts the cursor of the detail on the first line with a text, and goes where it leads.
fn follow(state: &mut State, text: &str) {
    state.part = Part::Detail;
    let row = detail(state).iter().position(|line| line.contains(text)).unwrap();
    state.detail.selected = row;
    press(state, "enter");
}

fn shown(state: &State) -> (Pane, String) {
    (state.pane, state.selected_name().unwrap_or_default())
}

#[test]
fn one_goes_back_through_jumps_and_forward_again() {
    let mut state = fleet();
    follow(&mut state, "mail.size");
    assert_eq!(shown(&state), (Pane::Globals, "mail.size".to_owned()));
    follow(&mut state, "gate hosts/gate.nix:1");
    assert_eq!(shown(&state), (Pane::Hosts, "gate".to_owned()));
    follow(&mut state, "net.mtu");
    follow(&mut state, "  post".trim());
    assert_eq!(shown(&state), (Pane::Hosts, "post".to_owned()));
    press(&mut state, "<");
    assert_eq!(shown(&state), (Pane::Globals, "net.mtu".to_owned()));
    assert_eq!(state.part, Part::Detail, "where one was in it, too");
    press(&mut state, "backspace ctrl-o");
    assert_eq!(shown(&state), (Pane::Globals, "mail.size".to_owned()));
    press(&mut state, "> > >");
    assert_eq!(shown(&state), (Pane::Hosts, "post".to_owned()));
    press(&mut state, ">");
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("go back first")));
    press(&mut state, "< 3");
    assert_eq!(state.history.is_empty(), (false, true), "another way makes the old one end");
}

#[test]
fn what_is_gone_is_passed_over_and_what_is_hidden_is_shown() {
    let mut state = fleet();
    follow(&mut state, "net.mtu");
    follow(&mut state, "gate hosts/gate.nix");
    follow(&mut state, "mail.size");
    press(&mut state, "1 /");
    let effects = type_in(&mut state, "z");
    let [Effect::Filter(question)] = &effects[..] else { panic!("{effects:?}") };
    let none = Answer { list: question.list, generation: question.generation, matches: Vec::new() };
    update(&mut state, Msg::Filtered(none));
    press(&mut state, "enter 3");
    with_globals(&mut state, vec![leaf("net.mtu", &[("gate", 100, USED, 1)])]);
    press(&mut state, "<");
    assert_eq!(shown(&state), (Pane::Hosts, String::new()), "nothing was found");
    press(&mut state, "<");
    assert_eq!(shown(&state), (Pane::Hosts, "gate".to_owned()), "mail.size is gone, and gate was hidden");
    press(&mut state, "<");
    assert_eq!(shown(&state), (Pane::Globals, "net.mtu".to_owned()));
}

#[test]
fn what_nobody_sets_is_shown_when_one_jumps_to_it() {
    let mut state = fleet();
    let mut unset = leaf("net.ttl", &[]);
    unset.value = Some(5.into());
    with_globals(&mut state, vec![leaf("net.mtu", &[("gate", 100, USED, 1)]), unset]);
    crate::app::moving::follow(
        &mut state,
        &crate::views::document::Target::Global("net.ttl".parse().unwrap()),
    );
    assert_eq!(shown(&state), (Pane::Globals, "net.ttl".to_owned()));
    assert!(state.globals.all);
}

proptest! {
    #[test]
    fn it_stays_small_and_leads_to_places_that_there_are(steps in prop::collection::vec(0..7_usize, 0..300)) {
        let mut state = fleet();
        let keys = ["1", "2", "3", "j", "<", ">", "tab"];
        for step in steps {
            press(&mut state, keys[step]);
            let History { before, after } = &state.history;
            prop_assert!(before.len() <= KEPT && after.len() <= KEPT);
        }
        // All the way back, and all the way forward again, one is where one was.
        let last = Spot::of(&state);
        let ahead = state.history.after.len();
        for _ in 0..=KEPT { press(&mut state, "<"); }
        for _ in 0..=KEPT { press(&mut state, ">"); }
        for _ in 0..ahead { press(&mut state, "<"); }
        prop_assert_eq!((last.pane, last.selected), (state.pane, Spot::of(&state).selected));
    }
}
