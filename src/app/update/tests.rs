use std::collections::BTreeMap;

use super::*;
use crate::{
    app::{
        config::{Confirm, ReadOnly},
        deployment::Stage,
        filter::{Answer, Match},
        knowledge::Condition,
        state::Pane,
        testing::*,
    },
    backend::{
        error::{Error, ErrorKind},
        event::{Event, Phase},
        job::{End, Part as Read, Remembered, Report, Seen},
        model::{HostResult, HostStatus, Outcome},
    },
};

/// Plans the whole fleet; the plan is there.
fn planned(outcomes: &[(&str, Outcome)]) -> (State, Vec<Effect>) {
    let names = outcomes.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let mut state = with_fleet(&names);
    let effects = make_plan(&mut state, outcomes);
    (state, effects)
}

fn make_plan(state: &mut State, outcomes: &[(&str, Outcome)]) -> Vec<Effect> {
    let effects = press(state, "F");
    let (job, _) = plans(&effects)[0].clone();
    report(state, Report::Planned(job, plan(outcomes)));
    report(state, Report::Ended(job, End::Done))
}

fn stage(state: &State) -> Stage {
    state.deployment.as_ref().unwrap().stage
}

#[test]
fn two_keys_deploy_the_fleet() {
    let (mut state, effects) = planned(&[("gate", Outcome::WouldActivate), ("post", Outcome::Unchanged)]);
    assert_eq!((state.pane, stage(&state)), (Pane::Deploy, Stage::Planned));
    assert_eq!(orders(&effects), [], "a plan alone does nothing");
    let plan = state.deployment.as_ref().unwrap().plan_job;
    let effects = press(&mut state, "F");
    let Order::Begin(job, Work::Apply(of)) = orders(&effects).remove(0) else { panic!("{effects:?}") };
    assert_eq!((of, stage(&state)), (plan, Stage::Applying));
    report(
        &mut state,
        Report::Advanced(job, Event::PhaseEntered { host: host("gate"), phase: Phase::Activate }),
    );
    let result = HostResult::from(outcome_of("gate", Outcome::Activated));
    report(&mut state, Report::Applied(job, BTreeMap::from([(host("gate"), result)])));
    let effects = report(&mut state, Report::Ended(job, End::Done));
    assert_eq!(stage(&state), Stage::Ended);
    let asked = orders(&effects);
    assert!(
        matches!(&asked[..], [Order::Begin(_, Work::Ask(hosts))] if hosts.len() == 2),
        "what runs is read from the hosts, not believed: {asked:?}"
    );
}

#[test]
fn the_second_key_waits_for_the_plan() {
    let mut state = with_fleet(&["gate"]);
    press(&mut state, "F");
    let effects = press(&mut state, "F");
    assert_eq!(orders(&effects), []);
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("plan is being made")));
    assert_eq!(stage(&state), Stage::Planning);
}

#[test]
fn a_plan_without_changes_has_nothing_to_apply() {
    let (state, _) = planned(&[("gate", Outcome::Unchanged)]);
    assert_eq!(stage(&state), Stage::Ended);
}

#[test]
fn what_the_configuration_says_decides_who_agrees() {
    let outcomes = [("gate", Outcome::WouldActivate)];
    let applied = |confirm, prepare: fn(&mut State)| {
        let mut state = with_fleet(&["gate"]);
        state.settings.config.confirm_deploy = confirm;
        let effects = press(&mut state, "F");
        let (job, _) = plans(&effects)[0].clone();
        report(&mut state, Report::Planned(job, plan(&outcomes)));
        prepare(&mut state);
        let effects = report(&mut state, Report::Ended(job, End::Done));
        orders(&effects).iter().any(|order| matches!(order, Order::Begin(_, Work::Apply(_))))
    };
    let risky = |state: &mut State| {
        let deployment = state.deployment.as_mut().unwrap();
        let run = deployment.hosts.get_mut(&host("gate")).unwrap();
        run.plan.as_mut().unwrap().first_contact = true;
    };
    assert!(!applied(Confirm::Always, |_| ()));
    assert!(applied(Confirm::Risky, |_| ()));
    assert!(!applied(Confirm::Risky, risky));
    assert!(applied(Confirm::Never, risky));
}

#[test]
fn read_only_mode_deploys_nothing_and_says_why() {
    let mut state = with_fleet(&["gate"]);
    state.settings.read_only = true;
    for keys in ["F", "d"] {
        assert_eq!(orders(&press(&mut state, keys)), []);
        assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("read-only")));
    }
}

#[test]
fn a_read_only_host_is_left_out_of_the_fleet_and_refused_alone() {
    let mut state = with_fleet(&["gate", "post"]);
    state.settings.config.read_only = ReadOnly::Hosts(vec!["gate".to_owned(), "nobody".to_owned()]);
    assert_eq!(orders(&press(&mut state, "d")), []);
    let effects = press(&mut state, "F");
    assert_eq!(plans(&effects)[0].1, [host("post")]);
}

#[test]
fn marked_hosts_are_planned_together() {
    let mut state = with_fleet(&["attic", "gate", "post"]);
    press(&mut state, "space");
    press(&mut state, "j");
    press(&mut state, "space");
    let effects = press(&mut state, "d");
    assert_eq!(plans(&effects)[0].1, [host("attic"), host("post")]);
    assert!(state.hosts.marks.is_empty());
}

#[test]
fn escape_goes_back_and_never_out() {
    let mut state = with_fleet(&["gate"]);
    press(&mut state, "enter");
    assert_eq!(state.part, Part::Detail);
    for _ in 0..9 {
        let effects = press(&mut state, "esc");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    }
    assert_eq!((state.part, state.layers.len()), (Part::List, 0));
    assert!(matches!(press(&mut state, "q")[..], [Effect::Quit]));
}

#[test]
fn quitting_a_running_deployment_asks_and_names_the_hosts() {
    let mut state = with_fleet(&["gate", "post"]);
    let (job, _) = plans(&press(&mut state, "F"))[0].clone();
    report(
        &mut state,
        Report::Advanced(job, Event::PhaseEntered { host: host("gate"), phase: Phase::Reach }),
    );
    assert_eq!(press(&mut state, "q").len(), 0);
    let Some(Layer::Confirm(confirm)) = state.layers.last() else { panic!("no question") };
    assert!(!confirm.yes, "the answer that Enter gives is no");
    assert!(confirm.effects.iter().any(|effect| effect == "gate is reaching"), "{:?}", confirm.effects);
    assert_eq!(press(&mut state, "enter").len(), 0);
    assert!(state.layers.is_empty());
    press(&mut state, "q");
    assert!(matches!(press(&mut state, "y")[..], [Effect::Quit]));
}

#[test]
fn only_the_latest_evaluation_counts() {
    let mut state = with_fleet(&["gate"]);
    let first = evaluations(&press(&mut state, "r"))[0];
    let second = evaluations(&report(&mut state, Report::FleetChanged))[0];
    read(&mut state, first, Read::Fleet(Ok(facts(&["ghost"]))));
    assert!(state.known.host(&host("ghost")).is_none());
    report(&mut state, Report::Ended(first, End::Cancelled));
    assert_eq!(state.known.evaluation, Some(second));
    read(&mut state, second, Read::Fleet(Ok(facts(&["gate", "new"]))));
    assert_eq!(state.hosts.names.len(), 2);
}

#[test]
fn what_is_remembered_is_shown_until_it_is_read() {
    let mut state = new((120, 40));
    let job = evaluations(&begin(&mut state))[0];
    let remembered = Remembered { fleet: Some((facts(&["gate", "old"]), at(0))), ..Remembered::default() };
    report(&mut state, Report::Remembered(Box::new(remembered)));
    assert_eq!(*state.hosts.names, ["gate".to_owned(), "old".to_owned()]);
    assert!(state.known.fleet.remembered && state.known.fleet.reading);
    read(&mut state, job, Read::Fleet(Err(error("a brace is missing"))));
    assert_eq!(state.hosts.names.len(), 2, "what was known stays");
    assert_eq!(state.known.fleet.error.as_ref().unwrap().what, "a brace is missing");
}

#[test]
fn a_hosts_condition_is_told_from_what_it_runs() {
    let mut state = with_fleet(&["gate"]);
    let gate = host("gate");
    assert_eq!(state.known.condition(&gate), Condition::Unknown);
    let wanted = store("gate").as_str().to_owned();
    let mut runs = |running: Option<&str>, deployed: Option<&str>| {
        let status =
            HostStatus { reachable: true, running: running.map(str::to_owned), ..HostStatus::default() };
        let seen = Seen { status, deployed: deployed.map(str::to_owned), at: at(1) };
        let job = crate::backend::job::JobId(77);
        report(&mut state, Report::Asked { job, host: gate.clone(), seen: Box::new(seen) });
        state.known.condition(&gate)
    };
    assert_eq!(runs(Some(&wanted), None), Condition::UpToDate);
    assert_eq!(runs(Some("/nix/store/other"), None), Condition::Behind);
    assert_eq!(runs(Some("/nix/store/other"), Some("/nix/store/other")), Condition::Behind);
    assert_eq!(runs(Some("/nix/store/other"), Some(&wanted)), Condition::Drifted);
    assert_eq!(runs(None, None), Condition::Bare);
}

#[test]
fn an_older_answer_of_a_host_does_not_replace_a_newer_one() {
    let mut state = with_fleet(&["gate"]);
    let job = crate::backend::job::JobId(77);
    for (running, seconds) in [("/nix/store/new", 9), ("/nix/store/old", 3)] {
        report(&mut state, Report::Asked { job, host: host("gate"), seen: seen(running, seconds) });
    }
    assert_eq!(state.known.seen[&host("gate")].status.running.as_deref(), Some("/nix/store/new"));
}

#[test]
fn a_small_screen_takes_no_key_but_the_last() {
    let mut state = with_fleet(&["gate"]);
    update(&mut state, Msg::Resized { width: 40, height: 12 });
    for keys in ["F", "d", "?", "/", "5"] {
        assert_eq!(press(&mut state, keys).len(), 0);
    }
    assert!(state.deployment.is_none() && state.layers.is_empty() && state.pane == Pane::Hosts);
    assert!(matches!(press(&mut state, "q")[..], [Effect::Quit]));
}

#[test]
fn a_filter_asks_and_the_latest_answer_counts() {
    let mut state = with_fleet(&["attic", "gate", "post"]);
    press(&mut state, "/");
    let effects = type_in(&mut state, "ga");
    let questions = effects.iter().filter_map(|effect| match effect {
        Effect::Filter(question) => Some(question.clone()),
        _ => None,
    });
    let [early, late] = questions.collect::<Vec<_>>().try_into().unwrap();
    let answer = |generation, index| {
        let matches = vec![Match { index, score: 1, positions: vec![0] }];
        Msg::Filtered(Answer { list: Pane::Hosts as u32, generation, matches })
    };
    update(&mut state, answer(late.generation, 1));
    update(&mut state, answer(early.generation, 0));
    assert_eq!((state.hosts.len(), state.hosts.selected()), (1, Some("gate")));
    press(&mut state, "enter");
    assert!(state.layers.is_empty());
    assert_eq!(state.hosts.len(), 1, "Enter keeps the filter");
    press(&mut state, "esc");
    assert_eq!(
        (state.hosts.len(), state.hosts.selected()),
        (3, Some("gate")),
        "the cursor stays with its host"
    );
}

#[test]
fn chords_begin_and_end() {
    let mut state = with_fleet(&["attic", "gate", "post"]);
    press(&mut state, "G");
    assert_eq!(state.hosts.selected(), Some("post"));
    press(&mut state, "g");
    assert!(!state.pending.0.is_empty());
    press(&mut state, "g");
    assert_eq!(state.hosts.selected(), Some("attic"));
    press(&mut state, "g");
    press(&mut state, "F");
    assert!(state.deployment.is_none(), "the end of a chord that is none is no other key");
    assert!(state.pending.0.is_empty());
}

#[test]
fn the_failing_host_its_error_and_its_line_are_two_keys_away() {
    let mut state = with_fleet(&["gate", "post"]);
    let job = evaluations(&press(&mut state, "r"))[0];
    read(&mut state, job, Read::Fleet(Ok(facts(&["gate", "post"]))));
    let place = crate::backend::model::Place {
        file: crate::backend::model::File::Fleet("hosts/nixos/post/default.nix".to_owned()),
        line: Some(7),
        column: None,
    };
    let failure = error("attribute 'prot' missing").at(place.clone());
    read(&mut state, job, Read::System(host("post"), Box::new(Err(failure))));
    press(&mut state, "3");
    press(&mut state, "E");
    assert_eq!((state.pane, state.hosts.selected()), (Pane::Hosts, Some("post")));
    let effects = press(&mut state, "e");
    assert!(matches!(&effects[..], [Effect::Edit { place: found, .. }] if *found == place), "{effects:?}");
}

#[test]
fn declining_and_planning_anew_let_go_of_the_old_plan() {
    let (mut state, _) = planned(&[("gate", Outcome::WouldActivate)]);
    let old = state.deployment.as_ref().unwrap().plan_job;
    press(&mut state, "1");
    let effects = press(&mut state, "d");
    assert!(
        orders(&effects)
            .iter()
            .any(|order| matches!(order, Order::Begin(_, Work::Decline(job)) if *job == old))
    );
    let (job, _) = plans(&effects)[0].clone();
    report(&mut state, Report::Planned(job, plan(&[("gate", Outcome::WouldActivate)])));
    report(&mut state, Report::Ended(job, End::Done));
    let effects = press(&mut state, "c");
    assert!(matches!(orders(&effects)[..], [Order::Begin(_, Work::Decline(declined))] if declined == job));
    assert_eq!(stage(&state), Stage::Ended);
}

#[test]
fn reports_about_an_older_deployment_change_nothing() {
    let (mut state, _) = planned(&[("gate", Outcome::WouldActivate)]);
    let old = state.deployment.as_ref().unwrap().plan_job;
    press(&mut state, "1");
    press(&mut state, "d");
    report(&mut state, Report::Planned(old, plan(&[("gate", Outcome::Unchanged)])));
    report(&mut state, Report::Ended(old, End::Done));
    assert_eq!(stage(&state), Stage::Planning);
}

#[test]
fn time_alone_makes_a_frame_only_where_it_is_shown() {
    let mut state = with_fleet(&["gate"]);
    let asked = state.known.asking.values().next().copied();
    if let Some(job) = asked {
        report(&mut state, Report::Ended(job, End::Done));
    }
    state.stale = false;
    update(&mut state, Msg::Ticked(at(1)));
    assert!(!state.stale, "nothing on the screen counts seconds");
    update(&mut state, Msg::Ticked(at(61)));
    assert!(state.stale);
    press(&mut state, "F");
    state.stale = false;
    update(&mut state, Msg::Ticked(at(62)));
    assert!(state.stale, "a deployment counts seconds");
}

#[test]
fn help_lists_what_can_be_pressed_here_and_runs_it() {
    let mut state = with_fleet(&["gate"]);
    press(&mut state, "?");
    type_in(&mut state, "plans a deployment to the whole");
    let Some(Layer::Help(help)) = state.layers.last() else { panic!("no help") };
    assert_eq!(help.rows.iter().map(|command| command.id).collect::<Vec<_>>(), ["deploy.fleet"]);
    let effects = press(&mut state, "enter");
    assert_eq!(plans(&effects).len(), 1);
    assert!(state.layers.is_empty());
}

#[test]
fn the_palette_knows_commands_by_their_id() {
    let mut state = with_fleet(&["gate"]);
    press(&mut state, ":");
    type_in(&mut state, "pane.secrets");
    press(&mut state, "enter");
    assert_eq!(state.pane, Pane::Secrets);
}

#[test]
fn the_command_line_of_a_row_is_copied() {
    let mut state = with_fleet(&["gate"]);
    state.settings.flake = Some("/srv/my fleet".to_owned());
    let effects = press(&mut state, "Y");
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(text, "steading --flake '/srv/my fleet' plan gate");
}

#[test]
fn what_a_fleet_does_without_is_no_error() {
    let mut state = with_fleet(&["gate"]);
    for (kind, errors) in [(ErrorKind::Absent, 0), (ErrorKind::Evaluation, 1)] {
        evaluate(&mut state, |state, job| {
            read(state, job, Read::Globals(Err(Error::new(kind, "there are none"))));
        });
        assert_eq!(state.known.errors().count(), errors);
        assert_eq!(state.known.globals.is_absent(), kind == ErrorKind::Absent);
    }
}
