use std::{fs, time::Duration};

use super::*;
use crate::backend::{deploy::Options, job::Part, model::HostName};

fn host() -> HostName {
    "gate".parse().unwrap()
}

/// An engine on a folder that is no fleet.
fn on_nothing(folder: &Path) -> Backend {
    start(Site {
        keys: Sources::default(),
        flake: folder.display().to_string(),
        state: folder.join("state"),
        cache: folder.join("cache"),
        limit: 2,
    })
    .unwrap()
}

/// Gives all orders, and hears everything until the end.
async fn hear(orders: impl IntoIterator<Item = Order>) -> Vec<Report> {
    let folder = tempfile::tempdir().unwrap();
    let mut backend = on_nothing(folder.path());
    for order in orders {
        backend.orders.send(order).await.unwrap();
    }
    drop(backend.orders);
    let mut reports = Vec::new();
    let all = async {
        while let Some(report) = backend.reports.recv().await {
            reports.push(report);
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.expect("the engine ends with its orders");
    reports
}

fn ends(reports: &[Report]) -> Vec<(u64, &End)> {
    let ends = reports.iter().filter_map(|report| match report {
        Report::Ended(job, end) => Some((job.0, end)),
        _ => None,
    });
    ends.collect()
}

#[tokio::test]
async fn orders_about_what_never_was_are_answered() {
    let job = JobId(7);
    let orders = [Order::Cancel(job), Order::CancelHost(job, host())];
    for order in orders {
        let folder = tempfile::tempdir().unwrap();
        let mut backend = on_nothing(folder.path());
        backend.orders.send(order).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(10), backend.reports.recv()).await.unwrap();
        assert!(
            matches!(&answer, Some(Report::Ended(JobId(7), End::Failed(error))) if error.kind == ErrorKind::Usage),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn every_job_ends_once_and_is_silent_afterwards() {
    let plan = || Work::Plan { hosts: vec![host()], options: Options::default() };
    let begin = |number, work| Order::Begin(JobId(number), work);
    let reports = hear([
        begin(1, Work::Evaluate),
        begin(2, Work::Evaluate),
        begin(2, Work::Evaluate),
        begin(3, plan()),
        Order::CancelHost(JobId(3), host()),
        begin(4, Work::Apply(JobId(3))),
        begin(5, Work::Decline(JobId(99))),
        begin(6, Work::Ask(vec![host(), host()])),
        Order::Cancel(JobId(6)),
        Order::Cancel(JobId(6)),
        begin(7, plan()),
    ])
    .await;
    let mut over = Vec::new();
    for report in &reports {
        let Some(job) = report.job() else { continue };
        if matches!(report, Report::Ended(..)) {
            over.push(job);
            continue;
        }
        assert!(!over.contains(&job), "{report:?} after its end");
    }
    over.sort();
    assert_eq!(over, (1..=7).map(JobId).collect::<Vec<_>>());
    let failed = ends(&reports)
        .into_iter()
        .filter(|(job, _)| [4, 5].contains(job))
        .all(|(_, end)| matches!(end, End::Failed(_)));
    assert!(failed, "there are no such plans: {:?}", ends(&reports));
}

#[tokio::test]
async fn a_folder_that_is_no_fleet_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut backend = on_nothing(folder.path());
    backend.orders.send(Order::Begin(JobId(1), Work::Evaluate)).await.unwrap();
    let mut reports = Vec::new();
    while !matches!(reports.last(), Some(Report::Ended(..))) {
        reports.push(
            tokio::time::timeout(Duration::from_secs(30), backend.reports.recv()).await.unwrap().unwrap(),
        );
    }
    assert!(
        reports.iter().any(|report| matches!(report, Report::Read(_, Part::Fleet(Err(_))))),
        "{reports:?}"
    );
    assert!(matches!(ends(&reports).as_slice(), [(1, End::Failed(_))]), "{reports:?}");
}

#[tokio::test]
async fn a_damaged_cache_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("cache")).unwrap();
    fs::write(folder.path().join("cache/known.json"), b"{\"version\":1,\"known\":{\"fl").unwrap();
    let mut backend = on_nothing(folder.path());
    backend.orders.send(Order::Cancel(JobId(1))).await.unwrap();
    let first = tokio::time::timeout(Duration::from_secs(10), backend.reports.recv()).await.unwrap();
    assert!(matches!(first, Some(Report::Ended(..))), "{first:?}");
}
