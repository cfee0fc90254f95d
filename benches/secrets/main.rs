//! A plan over secrets of which nothing is due, beside what decrypting the same files by the `age` command line takes.
//!
//! `cargo bench --bench secrets [-- --secrets 500]`. The plan runs in a process of its own, as a command does. Nothing is asserted: each figure stands beside its peer from the same run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may fail loudly, and prints")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use serde_json::json;
use steading::backend::{
    error::{Error, ErrorKind, Result},
    model::{SecretState, Secrets},
    secrets::{Context, Plaintext, RunScript, Script, SecretName, Wish, apply, plan, seal::Identities},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How often each is measured; the best counts, since all else is what other programs took.
const ROUNDS: usize = 5;
/// Tells this program that it is the one that plans.
const INSIDE: &str = "STEADING_BENCH_SECRETS";

struct NoScripts;

impl RunScript for NoScripts {
    fn run(&self, _: &SecretName, _: &Script, _: &BTreeMap<String, Arc<Plaintext>>) -> Result<Plaintext> {
        Err(Error::new(ErrorKind::Process, "there is no script here"))
    }
}

fn main() {
    if let Some(folder) = env::var_os(INSIDE) {
        let folder = PathBuf::from(folder);
        let verify = env::args().any(|argument| argument == "verify");
        let planned = plan(&context(&folder), Wish { verify, ..Wish::default() }).unwrap();
        assert!(
            planned
                .report()
                .secrets
                .iter()
                .all(|secret| secret.state == SecretState::Ok && secret.step.is_none())
        );
        return;
    }
    let arguments = env::args().collect::<Vec<_>>();
    let secrets =
        arguments.iter().position(|argument| argument == "--secrets").and_then(|at| arguments.get(at + 1));
    let secrets: usize = secrets.map_or(500, |number| number.parse().unwrap());
    let folder = TempDir::new().unwrap();
    write(folder.path(), secrets);
    let made = apply(
        &plan(&context(folder.path()), Wish::default()).unwrap(),
        &NoScripts,
        &CancellationToken::new(),
        &|_| (),
    );
    assert!(made.unwrap().is_complete());
    println!("\n{secrets} secrets, {} of them bcrypt hashes of cost 10; the best of {ROUNDS}", secrets / 5);
    let this = env::current_exe().unwrap();
    let planning =
        |argument: &str| best(|| run(Command::new(&this).arg(argument).env(INSIDE, folder.path())));
    let unchanged = planning("plan");
    let verified = best_of(1, || run(Command::new(&this).arg("verify").env(INSIDE, folder.path())));
    let files = files(&folder.path().join("fleet/secrets/data"));
    assert_eq!(files.len(), secrets);
    let identity = folder.path().join("identity");
    let decrypted = best(|| {
        for file in &files {
            run(Command::new("age").arg("--decrypt").arg("-i").arg(&identity).arg(file));
        }
    });
    let line = |what: &str, time: Duration, peer: bool| {
        let ratio = time.as_secs_f64() / decrypted.as_secs_f64();
        let ratio = if peer { String::new() } else { format!("   {ratio:.4} of that") };
        println!("  {what:<44} {:>9.1} ms{ratio}", time.as_secs_f64() * 1e3);
    };
    line("`age --decrypt` of each file", decrypted, true);
    line("a plan with nothing due", unchanged, false);
    line("the same with --verify, everything replayed", verified, false);
}

fn context(folder: &Path) -> Arc<Context> {
    let declared: Secrets = serde_json::from_slice(&fs::read(folder.join("declared.json")).unwrap()).unwrap();
    let identity: Identity = fs::read_to_string(folder.join("identity")).unwrap().parse().unwrap();
    let identities = Identities::of(vec![Box::new(identity)]);
    Arc::new(Context::new(&folder.join("fleet"), &declared, identities, 1_000_000).unwrap())
}

/// A fleet of five hosts: of five secrets, one is a hash of another.
fn write(folder: &Path, secrets: usize) {
    let admin = Identity::generate();
    let hosts: Vec<Identity> = (0..5).map(|_| Identity::generate()).collect();
    let charsets = json!({ "lowercase": true, "numbers": true, "special": true, "uppercase": true });
    let secret = |number: usize| {
        let (engine, generation) = if number % 5 == 4 {
            let content = format!("user:{{{{ hashBcrypt (readSecret \"secret/{}\") 10 }}}}\n", number - 1);
            ("template", json!({ "content": content, "data": {} }))
        } else {
            ("random", json!({ "length": 64, "charsets": charsets }))
        };
        json!({ "name": format!("secret/{number}"), "engine": engine, "generation": generation, "definedAt": null })
    };
    let mount = |number: usize| {
        let name = format!("secret/{number}");
        json!({ "name": name, "secret": name, "host": format!("host{}", number % 5) })
    };
    let keys = hosts
        .iter()
        .enumerate()
        .map(|(number, key)| (format!("host{number}"), json!([key.to_public().to_string()])));
    let declared = json!({
        "secrets": (0..secrets).map(secret).collect::<Vec<_>>(),
        "mounts": (0..secrets).map(mount).collect::<Vec<_>>(),
        "adminKeys": [admin.to_public().to_string()],
        "hostKeys": keys.collect::<serde_json::Map<_, _>>(),
    });
    fs::create_dir(folder.join("fleet")).unwrap();
    fs::write(folder.join("identity"), admin.to_string().expose_secret()).unwrap();
    fs::write(folder.join("declared.json"), declared.to_string()).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn run(command: &mut Command) {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?}");
}

fn best(work: impl Fn()) -> Duration {
    best_of(ROUNDS, work)
}

fn best_of(rounds: usize, work: impl Fn()) -> Duration {
    let time = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..rounds).map(|_| time()).min().unwrap_or_default()
}
