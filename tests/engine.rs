//! The engine on the example fleet, over its channels, as a console has it: on the lab's operator machine.

#![allow(clippy::print_stdout, reason = "what was measured belongs into the test's output")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use common::{inside::on_operator, lab::Fleet};
use steading::backend::{
    deploy::Options,
    engine::{self, Site},
    event::Event,
    fleet::name_of,
    job::{Backend, End, JobId, Order, Part, Report, Work},
    model::{HostName, OptionsAnswer, OptionsQuestion, Outcome},
    secrets::identity::Sources,
};
use tempfile::TempDir;

/// How long a report may take.
const DEADLINE: Duration = Duration::from_secs(100);

fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

fn start(fleet: &Fleet, home: &Path) -> Backend {
    let flake = name_of(&fleet.path().display().to_string());
    engine::start(Site {
        flake,
        state: home.join("state"),
        cache: home.join("cache"),
        limit: 4,
        keys: Sources::default(),
    })
    .unwrap()
}

async fn order(backend: &Backend, order: Order) {
    backend.orders.send(order).await.unwrap();
}

async fn next(backend: &mut Backend) -> Report {
    tokio::time::timeout(DEADLINE, backend.reports.recv()).await.expect("a report").expect("the engine lives")
}

/// Hears a job to its end.
async fn hear(backend: &mut Backend, job: u64) -> (Vec<Report>, End) {
    let mut reports = Vec::new();
    loop {
        match next(backend).await {
            Report::Ended(ended, end) if ended == JobId(job) => return (reports, end),
            report => reports.push(report),
        }
    }
}

async fn carry_out(backend: &mut Backend, job: u64, work: Work) -> Vec<Report> {
    order(backend, Order::Begin(JobId(job), work)).await;
    let (reports, end) = hear(backend, job).await;
    assert_eq!(end, End::Done, "{reports:?}");
    reports
}

/// Gives every host something that it has never run.
fn novelty(fleet: &Fleet) {
    let text = format!("{:?} {}", Instant::now(), std::process::id());
    fleet.write("modules/linux/novelty.nix", &format!("{{ environment.etc.novelty.text = ''{text}''; }}"));
}

fn running(reports: &[Report]) -> BTreeMap<HostName, Option<String>> {
    let asked = reports.iter().filter_map(|report| match report {
        Report::Asked { host, seen, .. } => Some((host.clone(), seen.status.running.clone())),
        _ => None,
    });
    asked.collect()
}

#[test]
fn a_fleet_is_read_planned_deployed_and_read_again() {
    on_operator("a_fleet_is_read_planned_deployed_and_read_again", || async {
        let (fleet, home) = (Fleet::example(), TempDir::new().unwrap());
        novelty(&fleet);
        let mut backend = start(&fleet, home.path());

        let read = carry_out(&mut backend, 1, Work::Evaluate).await;
        assert!(
            matches!(read.first(), Some(Report::Began { job: JobId(1), .. })),
            "nothing was known before"
        );
        let systems = read
            .iter()
            .filter(|report| matches!(report, Report::Read(_, Part::System(_, system)) if system.is_ok()));
        assert_eq!(systems.count(), 5, "{read:?}");
        for part in ["Globals(Ok", "Services(Ok", "Secrets(Ok", "Fleet(Ok"] {
            let came = |report: &Report| matches!(report, Report::Read(_, read) if format!("{read:?}").starts_with(part));
            assert!(read.iter().any(came), "{part}");
        }

        let hosts = vec![host("gate"), host("post")];
        let plan =
            Work::Plan { hosts: [hosts.clone(), vec![host("nobody")]].concat(), options: Options::default() };
        let planned = carry_out(&mut backend, 2, plan).await;
        let plan = planned.iter().find_map(|report| match report {
            Report::Planned(_, plan) => Some(plan),
            _ => None,
        });
        let plan = plan.unwrap();
        assert_eq!(plan.hosts[&host("nobody")].outcome.outcome, Outcome::Refused);
        for host in &hosts {
            assert_eq!(plan.hosts[host].outcome.outcome, Outcome::WouldActivate, "{:?}", plan.hosts[host]);
        }

        let applied = carry_out(&mut backend, 3, Work::Apply(JobId(2))).await;
        let results = applied.iter().find_map(|report| match report {
            Report::Applied(_, results) => Some(results),
            _ => None,
        });
        for host in &hosts {
            assert_eq!(results.unwrap()[host].outcome.outcome, Outcome::Activated, "{results:?}");
        }

        let asked = carry_out(&mut backend, 4, Work::Ask(hosts.clone())).await;
        for host in &hosts {
            let wanted = plan.hosts[host].outcome.wanted.as_ref().map(ToString::to_string);
            assert_eq!(running(&asked)[host], wanted);
        }
        order(&backend, Order::Begin(JobId(5), Work::Apply(JobId(2)))).await;
        assert!(matches!(hear(&mut backend, 5).await.1, End::Failed(_)), "a plan is carried out once");

        let known = {
            drop(backend);
            let mut second = start(&fleet, home.path());
            match next(&mut second).await {
                Report::Remembered(known) => known,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((known.systems.len(), known.fleet.unwrap().0.hosts.len()), (5, 5));
        let seen = &known.statuses[&host("gate")];
        assert_eq!(seen.deployed, seen.status.running, "what runs there came from here");
    });
}

#[test]
fn the_latest_evaluation_counts_and_changed_files_are_noticed() {
    on_operator("the_latest_evaluation_counts_and_changed_files_are_noticed", || async {
        let (fleet, home) = (Fleet::example(), TempDir::new().unwrap());
        let mut backend = start(&fleet, home.path());
        for job in 1..=3 {
            order(&backend, Order::Begin(JobId(job), Work::Evaluate)).await;
        }
        let (mut ends, mut changed) = (BTreeMap::new(), 0);
        while ends.len() < 3 {
            match next(&mut backend).await {
                Report::Ended(job, end) => drop(ends.insert(job.0, end)),
                Report::FleetChanged => changed += 1,
                Report::Read(job, _) => assert!(!ends.contains_key(&job.0), "{job} goes on after its end"),
                _ => {}
            }
        }
        assert_eq!(ends.into_values().collect::<Vec<_>>(), [End::Cancelled, End::Cancelled, End::Done]);
        assert_eq!(changed, 0, "reading the fleet changes nothing in it");

        fleet.write("modules/linux/new.nix", "{ }");
        assert!(matches!(next(&mut backend).await, Report::FleetChanged));

        order(
            &backend,
            Order::Begin(
                JobId(4),
                Work::Plan { hosts: vec![host("gate"), host("post")], options: Options::default() },
            ),
        )
        .await;
        order(&backend, Order::CancelHost(JobId(4), host("gate"))).await;
        let (reports, end) = hear(&mut backend, 4).await;
        assert_eq!(end, End::Done);
        let outcomes = reports.iter().filter_map(|report| match report {
            Report::Advanced(_, Event::Settled { host, outcome }) => Some((host.as_str(), outcome.outcome)),
            _ => None,
        });
        let outcomes = outcomes.collect::<Vec<_>>();
        let of = |name| {
            outcomes.iter().filter(|(host, _)| *host == name).map(|(_, outcome)| *outcome).collect::<Vec<_>>()
        };
        assert_eq!(of("gate"), [Outcome::Cancelled]);
        assert_eq!(of("post").len(), 1);
        assert_ne!(of("post"), [Outcome::Cancelled], "the others go on");
    });
}

/// The options that a job told of, host by host.
fn told(reports: &[Report]) -> Vec<(String, Result<OptionsAnswer, String>)> {
    let told = reports.iter().filter_map(|report| match report {
        Report::Options { host, answer, .. } => {
            Some((host.to_string(), answer.clone().map_err(|error| error.to_string())))
        }
        _ => None,
    });
    told.collect()
}

fn value(answer: &Result<OptionsAnswer, String>) -> Option<serde_json::Value> {
    let Ok(OptionsAnswer::Look(node)) = answer else { panic!("{answer:?}") };
    node.option.as_ref().unwrap().leaf.value.clone()
}

#[test]
fn options_of_hosts_are_asked_again_and_again() {
    on_operator("options_of_hosts_are_asked_again_and_again", || async {
        let (fleet, home) = (Fleet::example(), TempDir::new().unwrap());
        let mut backend = start(&fleet, home.path());
        carry_out(&mut backend, 1, Work::Evaluate).await;
        let look = |hosts: &[&str], path: &str| Work::Options {
            hosts: hosts.iter().map(|name| host(name)).collect(),
            question: OptionsQuestion::Look(path.parse().unwrap()),
        };
        let first =
            told(&carry_out(&mut backend, 2, look(&["gate", "nobody", "post"], "networking.hostName")).await);
        let [(gate, of_gate), (_, nobody), (_, of_post)] = first.as_slice() else { panic!("{first:?}") };
        assert_eq!(
            (gate.as_str(), value(of_gate), value(of_post)),
            ("gate", Some("gate".into()), Some("post".into()))
        );
        assert!(nobody.as_ref().unwrap_err().contains("there is no host"), "{nobody:?}");

        // One that is given up ends as that, and the next is answered by the same evaluator.
        order(&backend, Order::Begin(JobId(3), look(&["attic"], "networking.hostName"))).await;
        order(&backend, Order::Cancel(JobId(3))).await;
        let (reports, end) = hear(&mut backend, 3).await;
        assert!(matches!((end, told(&reports).len()), (End::Cancelled, 0) | (End::Done, 1)));
        let since = Instant::now();
        let again = told(&carry_out(&mut backend, 4, look(&["gate"], "networking.hostName")).await);
        println!("asked again: {:?}", since.elapsed());
        assert_eq!(value(&again[0].1), Some("gate".into()));

        fleet.write(
            "hosts/linux/gate/more.nix",
            "{ lib, ... }: { networking.hostName = lib.mkForce \"gateway\"; }",
        );
        fleet.write("hosts/linux/gate/default.nix", "{ imports = [ ./more.nix ]; }");
        carry_out(&mut backend, 5, Work::Evaluate).await;
        let anew = told(&carry_out(&mut backend, 6, look(&["gate"], "networking.hostName")).await);
        assert_eq!(value(&anew[0].1), Some("gateway".into()), "by the fleet as it is now");
        let Work::Options { hosts, .. } = look(&["gate"], "x") else { panic!() };
        let set = Work::Options { hosts, question: OptionsQuestion::Set };
        let set = told(&carry_out(&mut backend, 7, set).await);
        assert!(matches!(&set[0].1, Ok(OptionsAnswer::Set(options)) if options.len() > 3), "{set:?}");
    });
}
