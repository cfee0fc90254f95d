use proptest::prelude::*;

use super::*;
use crate::{
    app::testing::{at, error, host, outcome_of, plan, store},
    backend::{
        event::{FailedBuild, RunningBuild},
        logstore::{Limits, LogKey, Scope},
    },
};

const HOSTS: [&str; 3] = ["attic", "gate", "post"];

fn begun() -> Deployment {
    Deployment::begin(JobId(1), HOSTS.map(host), true, Options::default(), at(0))
}

fn entered(name: &str, phase: Phase) -> Event {
    Event::PhaseEntered { host: host(name), phase }
}

fn settled(name: &str, outcome: Outcome) -> Event {
    Event::Settled { host: host(name), outcome: outcome_of(name, outcome) }
}

fn failed_build(name: &str) -> Event {
    let failed = FailedBuild { derivation: Some(store(name)), reason: "builder failed".to_owned() };
    Event::BuildAdvanced(BuildProgress { failed: vec![failed], ..BuildProgress::default() })
}

#[test]
fn steps_are_remembered_and_so_is_the_one_that_failed() {
    let mut deployment = begun();
    for phase in [Phase::Evaluate, Phase::Reach, Phase::Build] {
        deployment.advanced(entered("gate", phase), at(1));
    }
    deployment.advanced(settled("gate", Outcome::BuildFailed), at(2));
    deployment.advanced(entered("gate", Phase::Copy), at(3));
    let run = &deployment.hosts[&host("gate")];
    assert_eq!(run.phase, None, "what comes late changes nothing");
    assert_eq!((run.done.len(), run.stuck), (2, Some(Phase::Build)));
}

#[test]
fn a_build_that_failed_is_known_before_the_hosts_are_settled() {
    let mut deployment = begun();
    let log = RunLog::in_memory(Limits::default());
    let key = LogKey::derivation(store("relay.drv"));
    for line in ["Running phase: buildPhase", "error[E0425]: cannot find value `retries`", "error: aborting"]
    {
        log.append(&key, line.as_bytes());
    }
    deployment.logs.push(log);
    deployment.advanced(failed_build("relay.drv"), at(1));
    deployment.advanced(failed_build("relay.drv"), at(2));
    deployment.advanced(Event::BuildAdvanced(BuildProgress::default()), at(3));
    assert_eq!(deployment.failures(), [Failure::Build(store("relay.drv"))]);
    assert_eq!(deployment.failed_builds[0].line, "error[E0425]: cannot find value `retries`");

    let mut outcome = outcome_of("post", Outcome::BuildFailed);
    outcome.reason = "`relay`, which it needs, was not built: builder failed".to_owned();
    deployment.advanced(Event::Settled { host: host("post"), outcome }, at(4));
    assert_eq!(deployment.failures(), [Failure::Host(host("post"))]);
    assert_eq!(deployment.scope_of(&host("post")), Scope::Stream(key.clone()), "before the plan is made");
    assert_eq!(deployment.hosts[&host("post")].error_line(), deployment.failed_builds[0].line);

    let mut plan = plan(&[("gate", Outcome::BuildFailed)]);
    plan.hosts.get_mut(&host("gate")).unwrap().culprit = Some(store("relay.drv"));
    deployment.planned(plan);
    let hosts = ["post", "gate"].map(|name| Failure::Host(host(name)));
    assert_eq!(deployment.failures(), hosts, "the hosts' failure is the build's");
    assert_eq!(deployment.scope_of(&host("gate")), Scope::Stream(key));
    assert_eq!(deployment.scope_of(&host("attic")), Scope::Host(host("attic")));
}

#[test]
fn what_was_tried_and_failed_comes_before_what_was_not_tried() {
    let mut deployment = begun();
    deployment.advanced(settled("post", Outcome::Refused), at(1));
    deployment.advanced(settled("attic", Outcome::Unreachable), at(2));
    deployment.advanced(settled("gate", Outcome::CopyFailed), at(3));
    let hosts = ["gate", "post", "attic"].map(|name| Failure::Host(host(name)));
    assert_eq!(deployment.failures(), hosts);
}

#[test]
fn the_line_that_tells_most_is_the_one_of_the_error() {
    let mut run = HostRun { outcome: Some(outcome_of("gate", Outcome::BuildFailed)), ..HostRun::default() };
    run.outcome.as_mut().unwrap().reason = "builder failed".to_owned();
    assert_eq!(run.error_line(), "builder failed");
    run.detail = ["Compiling relay", "error: no such thing"].map(str::to_owned).to_vec();
    assert_eq!(run.error_line(), "error: no such thing");
}

/// Anything that could be told of a deployment or done with it.
#[derive(Debug, Clone)]
enum Happened {
    Advanced(Event),
    Planned(Vec<(usize, Outcome)>),
    Applying,
    Applied(Vec<(usize, Outcome)>),
    Ended(u8),
    Declined,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![
        Outcome::Unchanged,
        Outcome::Activated,
        Outcome::ActivatedUnitsFailed,
        Outcome::EvaluationFailed,
        Outcome::BuildFailed,
        Outcome::Unreachable,
        Outcome::Refused,
        Outcome::Cancelled,
        Outcome::WouldActivate,
        Outcome::WouldStage,
    ])
}

fn happened() -> impl Strategy<Value = Happened> {
    let phase = prop::sample::select(vec![Phase::Evaluate, Phase::Build, Phase::Copy, Phase::Activate]);
    // One more name than there are hosts.
    let name = || prop::sample::select(vec!["attic", "gate", "post", "nobody"]);
    let hosts = || prop::collection::vec((0..HOSTS.len(), outcome()), 0..4);
    let running = RunningBuild {
        derivation: store("lib.drv"),
        name: "lib".to_owned(),
        phase: String::new(),
        machine: String::new(),
        elapsed: std::time::Duration::ZERO,
    };
    let progress = BuildProgress { running: vec![running], ..BuildProgress::default() };
    prop_oneof![
        6 => (name(), phase).prop_map(|(name, phase)| Happened::Advanced(entered(name, phase))),
        4 => (name(), outcome()).prop_map(|(name, outcome)| Happened::Advanced(settled(name, outcome))),
        1 => name().prop_map(|name| Happened::Advanced(failed_build(name))),
        1 => Just(Happened::Advanced(Event::BuildAdvanced(progress))),
        1 => name().prop_map(|name| Happened::Advanced(Event::CopyAdvanced { host: host(name), transfer: Transfer::default() })),
        1 => name().prop_map(|name| Happened::Advanced(Event::Warned { host: Some(host(name)), warning: String::new() })),
        2 => hosts().prop_map(Happened::Planned),
        2 => Just(Happened::Applying),
        2 => hosts().prop_map(Happened::Applied),
        1 => (0..3_u8).prop_map(Happened::Ended),
        1 => Just(Happened::Declined),
    ]
}

fn happen(deployment: &mut Deployment, what: Happened) {
    let named = |rows: Vec<(usize, Outcome)>| rows.into_iter().map(|(at, outcome)| (HOSTS[at], outcome));
    match what {
        Happened::Advanced(event) => deployment.advanced(event, at(1)),
        Happened::Planned(rows) => deployment.planned(plan(&named(rows).collect::<Vec<_>>())),
        Happened::Applying => deployment.applying(JobId(2), at(1)),
        Happened::Applied(rows) => {
            let result = |(name, outcome)| (host(name), HostResult::from(outcome_of(name, outcome)));
            deployment.applied(named(rows).map(result).collect());
        }
        Happened::Ended(0) => deployment.job_ended(End::Done, at(2)),
        Happened::Ended(1) => deployment.job_ended(End::Cancelled, at(2)),
        Happened::Ended(_) => deployment.job_ended(End::Failed(error("no")), at(2)),
        Happened::Declined => deployment.declined(at(2)),
    }
}

proptest! {
    #[test]
    fn whatever_happens_a_host_is_at_one_thing_and_nothing_goes_backwards(
        story in prop::collection::vec(happened(), 0..60),
    ) {
        let mut deployment = begun();
        for what in story {
            let before = (deployment.stage, deployment.hosts.clone());
            happen(&mut deployment, what.clone());
            prop_assert!(before.0 <= deployment.stage, "{what:?}");
            prop_assert_eq!(deployment.hosts.len(), HOSTS.len());
            for (name, run) in &deployment.hosts {
                prop_assert!(run.phase.is_none() || run.outcome.is_none(), "{name} after {what:?}");
                let known = before.1[name].outcome.is_none() || run.outcome.is_some();
                prop_assert!(known || matches!(what, Happened::Applying), "{name} after {what:?}");
                prop_assert!(before.1[name].done.is_subset(&run.done));
            }
            let failed = deployment.failed().count();
            let hosts = deployment.failures();
            prop_assert!(hosts.iter().filter(|failure| matches!(failure, Failure::Host(_))).count() <= failed);
            prop_assert_eq!(deployment.stage == Stage::Ended, deployment.ended.is_some());
            if deployment.running_job().is_none() {
                prop_assert!(deployment.hosts.values().all(|run| run.phase.is_none() && run.transfer.is_none()));
                prop_assert!(deployment.build.is_none());
            }
        }
    }
}
