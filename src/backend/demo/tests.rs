use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::backend::{
    deploy::Options,
    event::Event,
    job::{End, JobId, Order, Part, Report, SecretsWork, Work},
    logstore::{LogKey, RunLog},
    model::{DefinitionState, HostName, HostResult, Kind, Outcome, Plan, SecretState},
    secrets::{Handover, Plaintext, SecretsChange, SecretsVerb},
};

fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

fn player() -> Player {
    Player::new(Script { remembers: false, ..Script::default() }).unwrap()
}

fn everyone(player: &Player) -> Vec<HostName> {
    player.data.hosts.keys().cloned().collect()
}

fn plan_of(player: &mut Player, job: u64, options: Options) -> Plan {
    let hosts = everyone(player);
    player.order(Order::Begin(JobId(job), Work::Plan { hosts, options }));
    let mut reports = player.play().into_iter();
    reports.find_map(|report| if let Report::Planned(_, plan) = report { Some(plan) } else { None }).unwrap()
}

fn apply(player: &mut Player, job: u64, plan: u64) -> (RunLog, BTreeMap<HostName, HostResult>) {
    player.order(Order::Begin(JobId(job), Work::Apply(JobId(plan))));
    let (mut log, mut results) = (None, None);
    for report in player.play() {
        match report {
            Report::Began { log: of_job, .. } => log = Some(of_job),
            Report::Applied(_, applied) => results = Some(applied),
            _ => {}
        }
    }
    (log.unwrap(), results.unwrap())
}

#[test]
fn the_fleet_has_something_of_everything() {
    let player = player();
    let kinds = player.data.hosts.values().map(|host| host.host.kind).collect::<BTreeSet<_>>();
    assert_eq!(kinds.len(), 5);
    let globals = &player.data.globals.leaves;
    assert!(globals.len() >= 60);
    assert!(globals.is_sorted_by(|a, b| a.path < b.path), "each leaf once");
    let said = || globals.iter().flat_map(|leaf| &leaf.definitions);
    for state in [DefinitionState::Used, DefinitionState::Overridden, DefinitionState::Disabled] {
        assert!(said().any(|definition| definition.state == state), "{state:?}");
    }
    assert_eq!(globals.iter().filter(|leaf| leaf.error.is_some()).count(), 1);
    for leaf in globals {
        let used = leaf.definitions.iter().filter(|definition| definition.state == DefinitionState::Used);
        assert!(used.count() > 0, "{} has a value that nobody says", leaf.path);
        if let (Some(value), [only]) = (&leaf.value, leaf.definitions.as_slice()) {
            assert_eq!(only.value.as_ref(), Some(value), "{}", leaf.path);
        }
    }
    let names = player.data.hosts.keys().map(HostName::as_str).collect::<BTreeSet<_>>();
    let speakers = said().filter_map(|definition| definition.host.as_deref());
    let providers = player.data.services.iter().filter_map(|service| service.host.as_deref());
    let secrets = player.vault.facts();
    let holders = secrets.declared.mounts.iter().filter_map(|mount| mount.host.as_deref());
    for name in speakers.chain(providers).chain(holders) {
        assert!(names.contains(name), "there is no host {name}");
    }
    assert!(player.data.services.len() >= 12);
    let states = secrets.plan.unwrap().secrets.into_iter().map(|secret| secret.state).collect::<Vec<_>>();
    for state in [SecretState::Ok, SecretState::Missing, SecretState::Expired, SecretState::Orphan] {
        assert!(states.contains(&state), "{state:?}");
    }
}

#[test]
fn a_deployment_comes_to_what_the_script_says_and_changes_the_hosts() {
    let mut player = player();
    let plan = plan_of(&mut player, 1, Options::default());
    let outcomes = |name: &str| plan.hosts[&host(name)].outcome.outcome;
    assert_eq!(outcomes("gate"), Outcome::WouldActivate);
    assert_eq!(outcomes("attic"), Outcome::WouldStage);
    assert_eq!(outcomes("forge"), Outcome::BuildFailed);
    assert_eq!((outcomes("lamp"), outcomes("post")), (Outcome::Unreachable, Outcome::Refused));
    let forge = &plan.hosts[&host("forge")];
    assert!(forge.detail.iter().any(|line| line.contains("src/fetch.rs:118:37")), "{forge:?}");
    assert!(plan.hosts[&host("post")].outcome.reason.contains("/nix/store/"));

    let (log, results) = apply(&mut player, 2, 1);
    assert_eq!(results.len(), plan.hosts.len());
    assert_eq!(results[&host("watch")].outcome.outcome, Outcome::Activated);
    assert_eq!(results[&host("tower")].failed_units, ["sunshine.service"]);
    let tail = log.tail(&LogKey::host_step(host("watch"), "activate"), 10_000);
    assert_eq!(tail.before + tail.lines.len() as u64, 40_000 + 6, "the flood, and what is said besides");

    let again = plan_of(&mut player, 3, Options::default());
    assert_eq!(again.hosts[&host("gate")].outcome.outcome, Outcome::Unchanged);
    assert_eq!(again.hosts[&host("attic")].outcome.outcome, Outcome::StagedRebootPending);
    player.order(Order::Begin(JobId(4), Work::Apply(JobId(1))));
    assert!(
        matches!(player.play().as_slice(), [Report::Ended(JobId(4), End::Failed(_))]),
        "a plan is carried out once"
    );
}

#[test]
fn what_the_operator_insists_on_is_done() {
    let mut player = player();
    let options = Options { force: [host("post")].into(), ..Options::default() };
    let plan = plan_of(&mut player, 1, options);
    assert_eq!(plan.hosts[&host("post")].outcome.outcome, Outcome::WouldActivate);
    let (_, results) = apply(&mut player, 2, 1);
    assert_eq!(results[&host("post")].outcome.outcome, Outcome::Activated);
}

#[test]
fn a_failing_build_is_known_while_others_are_built() {
    let mut player = player();
    let hosts = everyone(&player);
    player.order(Order::Begin(JobId(1), Work::Plan { hosts, options: Options::default() }));
    let reports = player.play_until(Duration::from_secs(14));
    let progress = reports.iter().rev().find_map(|report| match report {
        Report::Advanced(_, Event::BuildAdvanced(progress)) => Some(progress),
        _ => None,
    });
    let progress = progress.unwrap();
    assert_eq!(
        progress.running.iter().map(|build| build.name.as_str()).collect::<Vec<_>>(),
        ["linux-6.12.58", "grafana-12.3.0"]
    );
    let [failed] = progress.failed.as_slice() else { panic!("{progress:?}") };
    let Report::Began { log, .. } = &reports[0] else { panic!("{:?}", reports[0]) };
    let said = log.tail(&LogKey::derivation(failed.derivation.clone().unwrap()), 100).lines;
    assert!(said.iter().any(|line| line.contains("src/fetch.rs:118:37")), "{said:?}");
}

#[test]
fn hosts_and_jobs_can_be_stopped() {
    let mut player = player();
    let hosts = everyone(&player);
    player.order(Order::Begin(JobId(1), Work::Plan { hosts, options: Options::default() }));
    player.play_until(Duration::from_secs(8));
    player.order(Order::CancelHost(JobId(1), host("gate")));
    let reports = player.play_until(Duration::from_secs(9));
    let settled = |report: &Report| matches!(report, Report::Advanced(_, Event::Settled { host, outcome }) if host.as_str() == "gate" && outcome.outcome == Outcome::Cancelled);
    assert_eq!(reports.iter().filter(|report| settled(report)).count(), 1);
    player.order(Order::Cancel(JobId(1)));
    let reports = player.play();
    let [.., Report::Planned(_, plan), Report::Ended(JobId(1), End::Cancelled)] = reports.as_slice() else {
        panic!("{reports:?}")
    };
    assert_eq!(plan.hosts.len(), player.data.hosts.len(), "each host has its outcome");
    assert_eq!(plan.hosts[&host("lamp")].outcome.outcome, Outcome::Unreachable, "what was settled stays");
    assert_eq!(plan.hosts[&host("watch")].outcome.outcome, Outcome::Cancelled);
    player.order(Order::Begin(JobId(2), Work::Apply(JobId(1))));
    assert!(matches!(player.play().as_slice(), [Report::Ended(JobId(2), End::Failed(_))]));
}

#[test]
fn the_second_evaluation_fails_where_that_is_asked_for() {
    let mut player = Player::new(Script { evaluation_fails: true, ..Script::default() }).unwrap();
    let mut failed = |job| {
        player.order(Order::Begin(JobId(job), Work::Evaluate));
        let reports = player.play();
        reports.iter().filter(|report| matches!(report, Report::Read(_, Part::Globals(Err(_))))).count()
    };
    assert_eq!((failed(1), failed(2), failed(3)), (0, 1, 0));
}

#[test]
fn hosts_of_all_kinds_answer() {
    let mut player = player();
    let hosts = everyone(&player);
    player.order(Order::Begin(JobId(1), Work::Ask(hosts.clone())));
    let seen = player.play().into_iter().filter_map(|report| match report {
        Report::Asked { host, seen, .. } => Some((host, seen)),
        _ => None,
    });
    let seen = seen.collect::<BTreeMap<_, _>>();
    assert_eq!(seen.len(), hosts.len());
    assert!(
        seen[&host("post")].status.running != seen[&host("post")].deployed,
        "somebody else deployed there"
    );
    assert!(!seen[&host("lamp")].status.reachable && !seen[&host("lamp")].status.not_asked);
    for (name, seen) in &seen {
        let kind = player.data.hosts[name].host.kind;
        assert_eq!(seen.status.not_asked, matches!(kind, Kind::Darwin | Kind::Home), "{name}");
    }
}

#[tokio::test]
async fn over_channels_it_is_the_same_and_ends_with_the_orders() {
    let mut backend = start(Script::default(), Pace::Instant).unwrap();
    backend.orders.send(Order::Begin(JobId(1), Work::Evaluate)).await.unwrap();
    drop(backend.orders);
    let mut reports = Vec::new();
    while let Some(report) = backend.reports.recv().await {
        reports.push(report);
    }
    assert!(matches!(reports.first(), Some(Report::Remembered(_))));
    assert!(matches!(reports.last(), Some(Report::Ended(JobId(1), End::Done))));
}

#[derive(Debug, Clone)]
enum Move {
    Order(Order),
    Steps(usize),
}

fn typed() -> Handover {
    Plaintext::from(b"open sesame".to_vec()).into()
}

/// The same order with a text of its own: one can be taken only once.
fn anew(order: &Order) -> Order {
    let mut order = order.clone();
    match &mut order {
        Order::Begin(_, Work::Secrets(SecretsWork::Enter { text, .. })) | Order::Answer(.., Some(text)) => {
            *text = typed();
        }
        _ => {}
    }
    order
}

fn secrets() -> impl Strategy<Value = SecretsWork> {
    let names = ["mail/ada", "mail/passwd", "ci/token", "ci/netrc", "old/matrix", "ssh/borg", "nothing"];
    let name = move || prop::sample::select(names.to_vec()).prop_map(str::to_owned);
    let names = move || prop::collection::vec(name(), 0..4);
    let verb = prop::sample::select(vec![
        SecretsVerb::Generate,
        SecretsVerb::Rotate,
        SecretsVerb::Restore,
        SecretsVerb::Rekey,
        SecretsVerb::Adopt,
        SecretsVerb::Prune,
    ]);
    let change = (verb, names(), names()).prop_map(|(verb, names, follow)| {
        SecretsWork::Change(SecretsChange { verb, names, follow, typed: Vec::new() })
    });
    prop_oneof![
        1 => Just(SecretsWork::Look),
        3 => change,
        1 => name().prop_map(SecretsWork::Reveal),
        1 => name().prop_map(SecretsWork::Outline),
        1 => name().prop_map(|name| SecretsWork::Enter { name, text: typed(), follow: Vec::new(), typed: Vec::new() }),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let job = || (0_u64..9).prop_map(JobId);
    let some =
        || prop::collection::vec(prop_oneof!["gate", "lamp", "forge", "watch", "radio", "nobody"], 0..5);
    let hosts = move || some().prop_map(|names| names.iter().map(|name| host(name)).collect::<Vec<_>>());
    let work = prop_oneof![
        1 => Just(Work::Evaluate),
        1 => hosts().prop_map(Work::Ask),
        1 => hosts().prop_map(|hosts| Work::Plan { hosts, options: Options::default() }),
        1 => job().prop_map(Work::Apply),
        1 => job().prop_map(Work::Decline),
        4 => secrets().prop_map(Work::Secrets),
    ];
    let order = prop_oneof![
        3 => (job(), work).prop_map(|(job, work)| Order::Begin(job, work)),
        1 => job().prop_map(Order::Cancel),
        1 => (job(), 0_u64..2, any::<bool>()).prop_map(|(job, number, willing)| Order::Answer(job, number, willing.then(typed))),
        1 => (job(), hosts()).prop_map(|(job, hosts)| Order::CancelHost(job, hosts.first().cloned().unwrap_or_else(|| host("gate")))),
    ];
    prop::collection::vec(
        prop_oneof![order.prop_map(Move::Order), (0_usize..200).prop_map(Move::Steps)],
        0..24,
    )
}

#[test]
fn a_host_that_is_not_asked_any_more_leaves_the_others_in_their_job() {
    let mut player = player();
    player.order(Order::Begin(JobId(7), Work::Ask(vec![host("lamp"), host("gate")])));
    player.order(Order::CancelHost(JobId(7), host("gate")));
    let reports = player.play();
    assert!(reports.iter().any(|report| matches!(report, Report::Began { job: JobId(7), .. })));
    assert!(
        reports.iter().any(|report| matches!(report, Report::Asked { host, .. } if host.as_str() == "lamp"))
    );
    assert!(matches!(reports.last(), Some(Report::Ended(JobId(7), End::Done))), "{reports:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_job_that_began_ends_once_and_is_silent_afterwards(moves in moves()) {
        let (mut one, mut two) = (player(), player());
        let (mut reports, mut again) = (Vec::new(), Vec::new());
        for (player, reports) in [(&mut one, &mut reports), (&mut two, &mut again)] {
            for step in &moves {
                match step {
                    Move::Order(order) => player.order(anew(order)),
                    Move::Steps(count) => reports.extend((0..*count).filter_map(|_| player.step())),
                }
            }
            reports.extend(player.play());
            // Whoever still waits for an answer would do so for ever.
            let asking = reports.iter().filter_map(|report| match report {
                Report::Asks { job, .. } => Some(Order::Cancel(*job)),
                _ => None,
            });
            asking.collect::<Vec<_>>().into_iter().for_each(|cancel| player.order(cancel));
            reports.extend(player.play());
        }
        // A log notes the time at which a line came: that is the machine's, not the demo's.
        let told = |reports: &[Report]| reports.iter().map(|report| match report {
            Report::Began { job, .. } => format!("{job} began"),
            report => format!("{report:?}"),
        }).collect::<Vec<_>>();
        prop_assert_eq!(told(&reports), told(&again), "the same orders, the same reports");
        let (mut began, mut ended) = (BTreeSet::new(), BTreeSet::new());
        for report in &reports {
            let job = match report {
                Report::Began { job, .. } => {
                    prop_assert!(began.insert(*job), "{} began twice", job);
                    *job
                }
                Report::Ended(job, end) => {
                    prop_assert!(began.remove(job) || matches!(end, End::Failed(_)), "{} never began", job);
                    ended.insert(*job);
                    continue;
                }
                report => match report.job() {
                    Some(job) => job,
                    None => continue,
                },
            };
            prop_assert!(began.contains(&job), "{:?} outside of its job", report);
        }
        prop_assert!(began.is_empty(), "{:?} never ended", began);
    }
}
