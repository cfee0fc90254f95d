//! A run over 50 secrets, killed at every write, rename and fsync.
//!
//! The run is this program, started again under `strace`, which kills it when it enters the n-th of those calls: for every n that there is.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use age::x25519::Identity;
use serde_json::{Value, json};
use steading::backend::model::SecretState;

use crate::fleet::{Fleet, random, secret, template};

/// What a run does to a disk.
const CALLS: &str = "write,pwrite64,writev,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,ftruncate,fsync,fdatasync,sync_file_range";

const NAME: &str = "crash::a_run_that_is_killed_loses_nothing";

/// How many groups of secrets there are, of five each.
const GROUPS: usize = 10;

/// What a run is to bring up to date, and what it must keep.
struct Scene {
    fleet: Fleet,
    gate: Identity,
    second: Identity,
    /// The files before the run.
    files: BTreeMap<String, Vec<u8>>,
    /// The texts before the run.
    texts: BTreeMap<String, Vec<u8>>,
    /// Secrets whose text must not change.
    kept: BTreeSet<String>,
}

impl Scene {
    /// Fifty secrets, for each of which something else is due: a first value, a new one, one that follows from that, a lost one, other readers.
    fn new(folder: &Path) -> Self {
        let (admin, second, gate) = (Identity::generate(), Identity::generate(), Identity::generate());
        let declared = |secrets: Vec<Value>, admins: &[&Identity]| {
            let mount = |group: usize| json!({ "name": format!("kept/{group}"), "secret": format!("kept/{group}"), "host": "gate" });
            json!({
                "secrets": secrets,
                "mounts": (0..GROUPS).map(mount).collect::<Vec<_>>(),
                "adminKeys": admins.iter().map(|admin| admin.to_public().to_string()).collect::<Vec<_>>(),
                "hostKeys": { "gate": [gate.to_public().to_string()] },
            })
        };
        let group = |group: usize, length: usize, with_new: bool| {
            let script = secret(
                &format!("new/{group}"),
                "script",
                &json!({ "script": format!("echo {length} {group}") }),
            );
            let new = if group.is_multiple_of(3) { script } else { random(&format!("new/{group}"), 12) };
            let mut secrets = vec![
                random(&format!("source/{group}"), length),
                template(&format!("follows/{group}"), "x", &format!("source/{group}")),
                random(&format!("kept/{group}"), 12),
                random(&format!("lost/{group}"), 12),
            ];
            secrets.extend(with_new.then_some(new));
            secrets
        };
        let before = (0..GROUPS).flat_map(|number| group(number, 12, number == 0)).collect();
        let fleet = Fleet::new(folder, &admin, &declared(before, &[&admin]));
        assert!(fleet.generate().unwrap().is_complete());
        let texts = fleet.texts();
        for number in 0..GROUPS {
            fs::remove_file(fleet.path(&format!("secrets/data/lost/{number}.age"))).unwrap();
        }
        let after = (0..GROUPS).flat_map(|number| group(number, 13, true)).collect();
        fleet.declare(&declared(after, &[&admin, &second]));
        let kept = texts
            .keys()
            .filter(|name| name.starts_with("kept/") || name.starts_with("lost/"))
            .cloned()
            .collect();
        let files = fleet.files();
        Self { fleet, gate, second, files, texts, kept }
    }

    /// Each of the calls of a run that is not killed: its name, and the how many-th of that name it is.
    fn points(&self, folder: &Path) -> Vec<(String, usize)> {
        let log = folder.with_extension("log");
        let ran = self
            .fleet
            .copy(folder)
            .start(NAME, &["strace", "-f", "-o", log.to_str().unwrap(), "-e", &format!("trace={CALLS}")]);
        assert!(ran.status.success(), "{ran:?}");
        let mut counted = BTreeMap::<(String, String), usize>::new();
        for line in fs::read_to_string(log).unwrap().lines() {
            let Some((thread, call)) = line.split_once(' ') else { continue };
            if let Some((call, _)) = call.trim_start().split_once('(') {
                *counted.entry((call.to_owned(), thread.to_owned())).or_default() += 1;
            }
        }
        // They are counted by thread, and one thread alone writes.
        let mut most = BTreeMap::<String, usize>::new();
        for ((call, _), count) in counted {
            let most = most.entry(call).or_default();
            *most = count.max(*most);
        }
        most.into_iter()
            .flat_map(|(call, count)| (1..=count).map(move |number| (call.clone(), number)))
            .collect()
    }

    /// Holds a tree against what it was before, and lets the next run finish it.
    fn judge(&self, fleet: &Fleet, when: &str) {
        // Nothing is torn or lost, and nobody reads what they should not.
        let killed = fleet.files();
        for file in self.files.keys().filter(|file| *file != "secrets/steading.lock.json") {
            assert!(killed.contains_key(file), "{file} is gone, {when}");
        }
        let (mut landed, admin) = (BTreeMap::new(), fleet.admin());
        for (file, bytes) in &killed {
            if Path::new(file).extension().is_none_or(|ending| ending != "age")
                || self.files.get(file) == Some(bytes)
            {
                continue;
            }
            let text = age::decrypt(&admin, bytes).unwrap_or_else(|error| panic!("{file}: {error}, {when}"));
            assert!(age::decrypt(&self.second, bytes).is_ok(), "{file} is not for all admins, {when}");
            let Some(name) = file.strip_prefix("secrets/data/").and_then(|name| name.strip_suffix(".age"))
            else {
                assert!(age::decrypt(&self.gate, bytes).is_err(), "{file} is for a host, {when}");
                continue;
            };
            assert_eq!(age::decrypt(&self.gate, bytes).is_ok(), name.starts_with("kept/"), "{file}, {when}");
            if self.kept.contains(name) {
                assert_eq!(text, self.texts[name], "{file} has another value, {when}");
            }
            landed.insert(name.to_owned(), text);
        }
        for secret in fleet.plan(false).secrets {
            let bad = matches!(
                secret.state,
                SecretState::Failed(_)
                    | SecretState::Unreadable(_)
                    | SecretState::EditedByHand
                    | SecretState::Unverified
            );
            assert!(!bad, "{} is {:?}, {when}", secret.name, secret.state);
        }
        // The next run finishes it, and gives nothing a third value.
        let outcome = fleet.generate().unwrap();
        assert!(outcome.is_complete(), "{:?}, {when}", outcome.results);
        let texts = fleet.texts();
        for (name, text) in &landed {
            assert_eq!(&texts[name], text, "{name} got another value, {when}");
        }
        for name in &self.kept {
            assert_eq!(texts[name], self.texts[name], "{name} got another value, {when}");
        }
        for number in 0..GROUPS {
            let source = &texts[&format!("source/{number}")];
            assert_eq!(source.len(), 13, "{when}");
            assert_eq!(texts[&format!("follows/{number}")], [b"x", source.as_slice()].concat(), "{when}");
        }
        assert_eq!(texts.len(), 5 * GROUPS);
        let finished = fleet.files();
        assert!(!finished.keys().any(|file| file.contains("steading-new")), "{when}");
        assert!(
            !String::from_utf8_lossy(&finished["secrets/steading.lock.json"]).contains("\"next\""),
            "{when}"
        );
        for secret in fleet.plan(false).secrets {
            assert_eq!((secret.state, secret.step), (SecretState::Ok, None), "{}, {when}", secret.name);
        }
    }
}

impl Fleet {
    fn texts(&self) -> BTreeMap<String, Vec<u8>> {
        let admin = self.admin();
        let text = |(file, bytes): (String, Vec<u8>)| {
            let name = file.strip_prefix("secrets/data/")?.strip_suffix(".age")?.to_owned();
            Some((name, age::decrypt(&admin, &bytes).unwrap()))
        };
        self.files().into_iter().filter_map(text).collect()
    }
}

/// The numbers of the processors that may be used.
fn processors() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
    let range = |range: &str| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        (from.parse::<usize>().unwrap()..=to.parse::<usize>().unwrap()).map(|number| number.to_string())
    };
    list.trim().split(',').flat_map(range).collect()
}

#[test]
fn a_run_that_is_killed_loses_nothing() {
    if let Some(fleet) = Fleet::started_on() {
        assert!(fleet.generate().unwrap().is_complete());
        return;
    }
    let traced = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    if !traced.is_ok_and(|ran| ran.status.success()) {
        assert!(env::var_os("CI").is_none(), "strace does not work here");
        println!("skipped: for want of a working strace");
        return;
    }
    let folder = Fleet::folder();
    let scene = Scene::new(&folder.path().join("scene"));
    let points = scene.points(&folder.path().join("counted"));
    let (next, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for (worker, processor) in processors().into_iter().take(8).enumerate() {
            let (scene, points, next, killed, folder) = (&scene, &points, &next, &killed, folder.path());
            scope.spawn(move || {
                while let Some((call, number)) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let copy = folder.join(format!("copy-{worker}"));
                    let _ = fs::remove_dir_all(&copy);
                    let fleet = scene.fleet.copy(&copy);
                    let (trace, inject) =
                        (format!("trace={call}"), format!("inject={call}:signal=KILL:when={number}"));
                    // At each of thousands of calls one of the two waits for the other: on one processor that takes a third less.
                    let here = ["taskset", "-c", &processor];
                    let traced = ["strace", "-f", "-o", "/dev/null", "-e", &trace, "-e", &inject];
                    let ran = fleet.start(NAME, &[&here[..], &traced].concat());
                    if !ran.status.success() {
                        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
                        assert!(!said.contains("panicked"), "{call} {number}: {said}");
                        killed.fetch_add(1, Ordering::Relaxed);
                    }
                    scene.judge(&fleet, &format!("killed at {call} {number}"));
                }
            });
        }
    });
    let killed = killed.into_inner();
    println!("killed at {killed} of {} calls", points.len());
    assert!(points.len() > 6 * 50, "there were only {} calls", points.len());
    assert!(killed * 10 > points.len() * 9, "of {} runs only {killed} were killed", points.len());
}
