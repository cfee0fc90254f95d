//! Builds by the real Nix, on the lab's operator machine.

// Helpers of tests may fail loudly as tests do.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    time::{Duration, Instant, SystemTime},
};

use steading::backend::{
    error::ErrorKind,
    event::{Event, Events},
    logstore::{Limits, LogKey, RunLog},
    model::{HostName, StorePath},
    nix::{
        build::{BuildFailure, Built, Site, Wanted, build},
        store::{HostStore, valid},
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use common::inside::{evaluate, leads_to, on_operator};

/// Derivations that need nothing but a shell. Each run has its own, so that nothing is built yet.
const DERIVATIONS: &str = r#"
  let
    drv = name: needs: text: extra: derivation ({
      inherit name needs;
      salt = "SALT";
      system = builtins.currentSystem;
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      args = [ "-c" text ];
    } // extra);
    ok = name: needs: drv name needs "echo building ${name}; mkdir $out; echo $needs > $out/needs" { };
  in
  rec {
    shared = ok "shared-1.0" [ ];
    gate = ok "linux-gate-1.0" [ shared ];
    post = ok "linux-post-1.0" [ shared ];
    bad = drv "bad-1.0" [ shared ] "for i in $(seq 40); do echo line $i; done; printf '\\033]0;x\\007about to \\033[31mfail\\033[0m'; exit 3" { };
    middle = ok "middle-1.0" [ bad ];
    watch = ok "linux-watch-1.0" [ middle shared ];
    silent = drv "linux-silent-1.0" [ ] "echo I make nothing" { };
    foreign = drv "foreign-1.0" [ ] "mkdir $out" { system = "armv5tel-linux"; };
    pi = ok "linux-pi-1.0" [ foreign ];
    slow = drv "linux-slow-1.0" [ ] "trap '' INT TERM; sleep 1000 & echo $! > PIDFILE; echo started; wait" { };
    noisy = drv "linux-noisy-1.0" [ ] "seq 1 60000; head -c 3000000 /dev/zero; mkdir $out" { };
    quick = ok "linux-quick-1.0" [ ];
  }
"#;

/// A place to build in, and what is built there.
struct Yard {
    folder: TempDir,
    log: RunLog,
    events: Events,
    heard: Receiver<Event>,
    cancel: CancellationToken,
    salt: String,
}

impl Yard {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let folder = TempDir::new().unwrap();
        let log = RunLog::begin(&folder.path().join("logs"), limits);
        let (events, heard) = Events::channel();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let salt = format!("{}-{now}", process::id());
        Self { folder, log, events, heard, cancel: CancellationToken::new(), salt }
    }

    fn roots(&self) -> PathBuf {
        self.folder.path().join("state/roots")
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.path().join("pid")
    }

    fn derivations(&self) -> String {
        DERIVATIONS.replace("SALT", &self.salt).replace("PIDFILE", &self.pid_file().display().to_string())
    }

    fn wanted(&self, hosts: &[&str]) -> BTreeMap<HostName, Wanted> {
        let wanted = |host: &str| {
            let get = |what| evaluate(&format!("({}).{host}.{what}", self.derivations())).parse().unwrap();
            (host.parse().unwrap(), Wanted { derivation: get("drvPath"), output: get("outPath") })
        };
        hosts.iter().map(|host| wanted(host)).collect()
    }

    async fn build(&self, wanted: &BTreeMap<HostName, Wanted>) -> BTreeMap<String, Built> {
        let results = build(self.site(&self.roots()), wanted).await.unwrap();
        assert_eq!(results.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
        results.into_iter().map(|(host, result)| (host.to_string(), result)).collect()
    }

    fn site<'a>(&'a self, roots: &'a Path) -> Site<'a> {
        Site { store: None, roots, log: &self.log, events: &self.events, cancel: &self.cancel }
    }

    fn is_rooted(&self, host: &str, wanted: &BTreeMap<HostName, Wanted>) -> bool {
        let output = wanted[&host.parse::<HostName>().unwrap()].output.as_str();
        leads_to(&self.roots().join(host), output) && Path::new(output).exists()
    }
}

fn failure<'r>(results: &'r BTreeMap<String, Built>, host: &str) -> &'r BuildFailure {
    results[host].as_ref().unwrap_err()
}

fn culprit(failure: &BuildFailure) -> &str {
    failure.culprit.as_ref().map_or("", StorePath::name)
}

#[test]
fn what_works_is_built_once_kept_and_told() {
    on_operator("what_works_is_built_once_kept_and_told", async || {
        let mut yard = Yard::new();
        let wanted = yard.wanted(&["gate", "post"]);
        let results = yard.build(&wanted).await;
        assert!(results.values().all(Result::is_ok), "{results:?}");
        assert!(yard.is_rooted("gate", &wanted) && yard.is_rooted("post", &wanted));
        let output = wanted[&"gate".parse().unwrap()].output.as_str();
        let deleted = Command::new("nix-store").args(["--delete", output]).output().unwrap();
        assert!(!deleted.status.success(), "what is rooted can't be deleted");

        let said =
            yard.log.keys().into_iter().flat_map(|key| yard.log.tail(&key, 100).lines).collect::<Vec<_>>();
        let shared = said.iter().filter(|line| *line == "building shared-1.0").count();
        assert_eq!(shared, 1, "{said:?}");
        let mut last = None;
        while let Ok(event) = yard.heard.try_recv() {
            match event {
                Event::BuildAdvanced(progress) => last = Some(progress),
                event => panic!("{event:?}"),
            }
        }
        let last = last.unwrap();
        assert_eq!((last.builds_done, last.builds_expected, last.running.len()), (3, 3, 0));

        let started = Instant::now();
        assert!(yard.build(&wanted).await.values().all(Result::is_ok));
        assert!(yard.heard.try_recv().is_err(), "what is there isn't built again: {:?}", started.elapsed());
    });
}

#[test]
fn a_dependency_that_fails_fails_only_who_needs_it() {
    on_operator("a_dependency_that_fails_fails_only_who_needs_it", async || {
        let yard = Yard::new();
        let wanted = yard.wanted(&["gate", "watch", "silent"]);
        let results = yard.build(&wanted).await;
        assert_eq!(results["gate"], Ok(()));
        assert!(yard.is_rooted("gate", &wanted));

        let watch = failure(&results, "watch");
        assert_eq!(culprit(watch), "bad-1.0.drv");
        assert_eq!(watch.reason, "`bad-1.0`, which it needs, was not built: builder failed with exit code 3");
        assert_eq!(watch.lines.len(), 25);
        assert_eq!(watch.lines[24], "about to fail");
        let text = fs::read(watch.log.as_ref().unwrap()).unwrap();
        assert!(text.starts_with(b"line 1\nline 2\n") && text.ends_with(b"\x1b[0m\n"));
        assert!(watch.hint.as_ref().unwrap().contains("bad-1.0.log"));

        let silent = failure(&results, "silent");
        assert_eq!(culprit(silent), "linux-silent-1.0.drv");
        assert!(silent.reason.starts_with("builder failed to produce output path for output 'out'"));
        assert_eq!(silent.lines, ["I make nothing"]);
        assert!(!yard.roots().join("silent").exists());
        assert_eq!(silent.clone().into_error().kind, ErrorKind::Build);
    });
}

#[test]
fn a_foreign_platform_stops_nobody_else() {
    on_operator("a_foreign_platform_stops_nobody_else", async || {
        let yard = Yard::new();
        let wanted = yard.wanted(&["gate", "pi", "post", "quick", "watch"]);
        let results = yard.build(&wanted).await;
        for host in ["gate", "post", "quick"] {
            assert_eq!(results[host], Ok(()));
            assert!(yard.is_rooted(host, &wanted));
        }
        let pi = failure(&results, "pi");
        assert_eq!(culprit(pi), "foreign-1.0.drv");
        assert!(pi.reason.contains("armv5tel-linux"), "{pi:?}");
        assert!(pi.hint.as_ref().unwrap().contains("builders"), "{pi:?}");
        assert_eq!(culprit(failure(&results, "watch")), "bad-1.0.drv");
    });
}

#[test]
fn a_derivation_that_is_gone_is_told_by_what_nix_says() {
    on_operator("a_derivation_that_is_gone_is_told_by_what_nix_says", async || {
        let yard = Yard::new();
        let mut wanted = yard.wanted(&["quick"]);
        let path = |name| format!("/nix/store/00000000000000000000000000000000-{name}").parse().unwrap();
        let gone = Wanted { derivation: path("gone.drv"), output: path("gone") };
        wanted.insert("gone".parse().unwrap(), gone);
        let results = yard.build(&wanted).await;
        let gone = failure(&results, "gone");
        assert!(gone.reason.contains("gone.drv"), "{gone:?}");
        assert_eq!(results["quick"], Ok(()), "and stops nobody else");
    });
}

#[test]
fn a_cancelled_build_leaves_no_builder_behind() {
    on_operator("a_cancelled_build_leaves_no_builder_behind", async || {
        let mut yard = Yard::new();
        let wanted = yard.wanted(&["slow"]);
        let roots = yard.roots();
        let (log, cancel) = (yard.log.clone(), yard.cancel.clone());
        let (_, nobody) = Events::channel();
        let mut heard = std::mem::replace(&mut yard.heard, nobody);
        let key = LogKey::derivation(wanted[&"slow".parse().unwrap()].derivation.clone());
        let mut lines = log.subscribe();
        let stop = async {
            while log.tail(&key, 1).lines != ["started"] {
                lines.changed().await.unwrap();
            }
            let is_seen = |event| match event {
                Event::BuildAdvanced(progress) => {
                    progress.running.iter().any(|build| build.name == "linux-slow-1.0")
                }
                _ => false,
            };
            while !is_seen(heard.recv().await.unwrap()) {}
            cancel.cancel();
            Instant::now()
        };
        let (result, cancelled) = tokio::join!(build(yard.site(&roots), &wanted), stop);
        assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);
        assert!(cancelled.elapsed() < Duration::from_secs(10), "{:?}", cancelled.elapsed());
        let pid = fs::read_to_string(yard.pid_file()).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
            assert!(cancelled.elapsed() < Duration::from_secs(20), "the builder's child lives on");
            std::thread::yield_now();
        }
    });
}

#[test]
fn a_builder_that_floods_takes_bounded_room() {
    on_operator("a_builder_that_floods_takes_bounded_room", async || {
        let mut yard = Yard::with(Limits { disk: 1 << 18, ..Limits::default() });
        let wanted = yard.wanted(&["noisy"]);
        let results = yard.build(&wanted).await;
        assert_eq!(results["noisy"], Ok(()));
        let key = LogKey::derivation(wanted[&"noisy".parse().unwrap()].derivation.clone());
        let tail = yard.log.tail(&key, usize::MAX);
        assert!(tail.lines.len() <= Limits::default().lines);
        assert!(tail.before + tail.lines.len() as u64 >= 60_000);
        let size = fs::metadata(yard.log.file(&key).unwrap()).unwrap().len();
        assert!(size > 1 << 17 && size < (1 << 18) + 100, "{size}");
        let mut warned = 0;
        let mut told = 0;
        while let Ok(event) = yard.heard.try_recv() {
            match event {
                Event::Warned { warning, .. } if warning.contains("reached 1 MiB") => warned += 1,
                _ => told += 1,
            }
        }
        assert_eq!(warned, 1);
        assert!(told < 600, "progress is told in steps, not line by line: {told}");
    });
}

#[test]
fn what_cannot_be_kept_does_not_count_as_built() {
    on_operator("what_cannot_be_kept_does_not_count_as_built", async || {
        let yard = Yard::new();
        let wanted = yard.wanted(&["quick"]);
        let roots = yard.folder.path().join("file/roots");
        fs::write(yard.folder.path().join("file"), "in the way").unwrap();
        let results = build(yard.site(&roots), &wanted).await.unwrap();
        let failure = results.into_values().next().unwrap().unwrap_err();
        assert!(failure.reason.contains("can't be kept from being garbage collected"), "{failure:?}");
    });
}

#[test]
fn a_host_builds_for_itself_what_it_is_sent() {
    on_operator("a_host_builds_for_itself_what_it_is_sent", async || {
        let yard = Yard::new();
        let store = HostStore {
            url: "ssh-ng://root@10.77.0.11".to_owned(),
            ssh_options: "-o BatchMode=yes".to_owned(),
        };
        let wanted = yard.wanted(&["gate", "watch"]);
        let roots = yard.roots();
        let site = Site { store: Some(&store), ..yard.site(&roots) };
        let results = build(site, &wanted).await.unwrap();
        let [gate, watch] = ["gate", "watch"].map(|host| host.parse::<HostName>().unwrap());
        assert_eq!(results[&gate], Ok(()), "{:?}", yard.log.tail(&LogKey::step("build"), 30));
        let there = valid(Some(&store), [&wanted[&gate].output], &yard.cancel).await.unwrap();
        let here = valid(None, [&wanted[&gate].output], &yard.cancel).await.unwrap();
        assert_eq!((there.len(), here.len()), (1, 0));
        let watch = results[&watch].as_ref().unwrap_err();
        assert_eq!(culprit(watch), "bad-1.0.drv");
        assert_eq!(watch.lines.len(), 25);
        assert!(!roots.exists());
    });
}
