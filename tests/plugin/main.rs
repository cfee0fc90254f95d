//! Plugins of age, tried with one of our own. The crate finds them in PATH, so every case is a process of its own with a PATH of its own.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use steading::backend::{
    error::{ErrorKind, Result},
    secrets::{
        Plaintext,
        identity::{Answer, Ask, Passphrase, Plugins, Question, Sources},
        seal::{Identities, Recipients, Unreadable},
    },
};

const RECIPIENT: &str = "age1fake1pppppppp7srfp9";
const IDENTITY: &str = "# a token\nAGE-PLUGIN-FAKE-1RRRRRRRRER6WEZ\n";
const OTHER: &str = "age1lrv8kt8uxwxt4mffzfp25kganyngcxdxm50psfxdr9v5lpcf9vzs9ngtyg";

/// Runs a case in a process of its own, and says which calls the plugin got.
#[track_caller]
fn case(name: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let room = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugin/age-plugin-fake");
    std::os::unix::fs::symlink(source, room.path().join("age-plugin-fake")).unwrap();
    let identity = room.path().join("identity");
    fs::write(&identity, IDENTITY).unwrap();
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o600)).unwrap();
    let path = format!("{}:{}", room.path().display(), env::var("PATH").unwrap());
    let log = room.path().join("log");
    let ran = Command::new(env::current_exe().unwrap())
        .args(["one_case", "--exact", "--ignored", "--nocapture"])
        .envs([("CASE", name), ("PATH", &path), ("ROOM", room.path().to_str().unwrap())])
        .env("FAKE_LOG", &log)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Types this PIN, and keeps what was asked and said.
#[derive(Default)]
struct Operator {
    pin: &'static str,
    heard: Mutex<Vec<String>>,
    /// Stops waiting for a plugin once it was called.
    leaves: bool,
}

impl Ask for Operator {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        self.heard.lock().unwrap().push(question.text.clone());
        let answer = match &question.answer {
            Answer::Hidden => self.pin,
            Answer::Choice { yes, no } => {
                assert_eq!((yes.as_str(), no.as_deref()), ("It is", Some("It is not")));
                "yes"
            }
            Answer::Shown => panic!("nobody asked for that"),
        };
        Ok(answer.to_owned().into())
    }

    fn tell(&self, message: &str) {
        self.heard.lock().unwrap().push(message.to_owned());
    }

    fn is_over(&self) -> bool {
        self.leaves && Path::new(&env::var_os("FAKE_LOG").unwrap()).exists()
    }
}

fn allowed(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn identities(operator: &Arc<Operator>, plugins: &[&str]) -> Result<Identities> {
    let named = vec![Path::new(&env::var_os("ROOM").unwrap()).join("identity")];
    let ask: Arc<dyn Ask> = operator.clone();
    Sources { named, plugins: allowed(plugins), ..Sources::default() }.open(&ask)
}

fn seal(plugins: &Plugins, keys: &[&str]) -> Result<Vec<u8>> {
    let recipients = Recipients::parse(keys.iter().copied()).unwrap().with_plugins(plugins);
    recipients.seal(&Plaintext::from(b"text".to_vec()))
}

#[test]
#[ignore = "part of the other tests"]
fn one_case() {
    let operator = Arc::new(Operator { pin: "1234", ..Operator::default() });
    let sealed = |identities: &Identities| seal(identities.plugins(), &[OTHER, RECIPIENT]).unwrap();
    match env::var("CASE").unwrap().as_str() {
        "round" => {
            let ours = identities(&operator, &["fake"]).unwrap();
            assert_eq!(ours.unseal(&sealed(&ours)).unwrap().bytes(), b"text");
            let heard = operator.heard.lock().unwrap().clone();
            let expected = [
                "age-plugin-fake: touch the [2Jkey",
                "Is the key in? (asked by age-plugin-fake)",
                "PIN (asked by age-plugin-fake)",
            ];
            assert_eq!(heard, expected);
            let others = seal(ours.plugins(), &[OTHER]).unwrap();
            assert_eq!(ours.unseal(&others), Err(Unreadable::NotForUs));
        }
        "wrong PIN" => {
            let wrong = Arc::new(Operator { pin: "0000", ..Operator::default() });
            let ours = identities(&wrong, &["fake"]).unwrap();
            let Err(Unreadable::Key(said)) = ours.unseal(&sealed(&ours)) else {
                panic!("it is the wrong one")
            };
            assert!(said.contains("the PIN is wrong"), "{said}");
        }
        "not allowed" => {
            let error = identities(&operator, &["other"]).err().unwrap();
            assert_eq!(error.kind, ErrorKind::Refused);
            assert!(error.to_string().contains("plugins = [\"fake\"]"), "{error}");
            let error = seal(&Plugins::default(), &[OTHER, RECIPIENT]).unwrap_err();
            assert!(error.to_string().contains("--plugin fake"), "{error}");
        }
        "would be printed" => {
            let error = identities(&operator, &["fake"]).err().unwrap();
            assert!(error.to_string().contains("AGEDEBUG"), "{error}");
        }
        "dies" => {
            let ours = identities(&operator, &["fake"]).unwrap();
            assert!(seal(ours.plugins(), &[RECIPIENT]).is_err());
            // Made by the plugin while it lived: a stanza of its kind.
            let file = b"age-encryption.org/v1\n-> fake argument\nAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef0123456789abcdef";
            assert!(matches!(ours.unseal(file), Err(Unreadable::Key(_))), "{:?}", ours.unseal(file));
        }
        "hangs" => {
            let leaving = Arc::new(Operator { pin: "1234", leaves: true, ..Operator::default() });
            let ours = identities(&leaving, &["fake"]).unwrap();
            let gave_up = "age-plugin-fake was not waited for any longer";
            if env::var("FAKE_HANGS").unwrap().ends_with("recipient-v1") {
                let error = seal(ours.plugins(), &[OTHER, RECIPIENT]).unwrap_err();
                assert_eq!(error.what, format!("nothing was encrypted: {gave_up}"));
            } else {
                let patient = identities(&operator, &["fake"]).unwrap();
                let file = sealed(&patient);
                fs::remove_file(env::var_os("FAKE_LOG").unwrap()).unwrap();
                assert_eq!(ours.unseal(&file), Err(Unreadable::Key(gave_up.to_owned())));
                assert_eq!(
                    ours.unseal(&file),
                    Err(Unreadable::Key(gave_up.to_owned())),
                    "it is not called again"
                );
            }
            assert_eq!(*leaving.heard.lock().unwrap(), [gave_up]);
            let pid = fs::read_to_string(env::var_os("FAKE_PID").unwrap()).unwrap();
            // Nobody asks for its status, so that it is kept until we end. Its pipes are closed a moment before that.
            let status = || fs::read_to_string(format!("/proc/{}/status", pid.trim())).unwrap();
            let until = Instant::now() + Duration::from_secs(20);
            while !status().contains("State:\tZ") {
                assert!(Instant::now() < until, "it lives: {}", status());
                thread::yield_now();
            }
        }
        "missing" => {
            let plugins = Plugins::new(allowed(&["other"]), operator);
            let error = seal(&plugins, &["age1other1zzzzzzzz6fpjqw"]).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Missing);
            assert!(error.what.contains("`age-plugin-other` was not found"), "{error}");
        }
        case => panic!("there is no case {case}"),
    }
}

#[test]
fn a_plugin_encrypts_decrypts_and_asks() {
    let calls = case("round", &[]);
    let (wrap, unwrap) = ("--age-plugin=recipient-v1", "--age-plugin=identity-v1");
    assert_eq!(calls, [wrap, unwrap, unwrap]);
}

#[test]
fn what_a_plugin_refuses_is_no_damage() {
    case("wrong PIN", &[]);
    case("dies", &[("FAKE_DIES", "1")]);
}

#[test]
fn a_plugin_that_hangs_is_ended_by_whoever_stops_waiting() {
    let room = tempfile::tempdir().unwrap();
    let pid = room.path().join("pid");
    for call in ["--age-plugin=recipient-v1", "--age-plugin=identity-v1"] {
        for stubborn in ["", "1"] {
            let variables =
                [("FAKE_HANGS", call), ("FAKE_STUBBORN", stubborn), ("FAKE_PID", pid.to_str().unwrap())];
            assert_eq!(case("hangs", &variables), [call]);
        }
    }
}

#[test]
fn no_plugin_is_run_that_was_not_allowed() {
    assert!(case("not allowed", &[]).is_empty());
    assert!(case("would be printed", &[("AGEDEBUG", "plugin")]).is_empty());
    case("missing", &[]);
}
