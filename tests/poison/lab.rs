//! The same on the lab's operator, with a real Nix and a program in its sandbox: what a watch of calls can't follow, since all of it runs elsewhere.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use age::secrecy::ExposeSecret as _;
use tempfile::TempDir;

use crate::{
    common::{
        lab::{Fleet, Lab},
        terminal::{Terminal, program},
    },
    watch::{forms, holds_any, search_in},
};

/// In two pieces: other tests have Nix copy this file to the operator's store.
pub const TEXT: &str = concat!("Poison6sRw9Xm", "-wolfsbane");
/// What is planted, to see that the search finds it.
const PLANT: &str = concat!("Poison1qJz4Vc", "-foxglove");

pub const PATIENCE: Duration = Duration::from_secs(120);

/// Where the operator's machine keeps anything at all; `/tmp` is this machine's, and what is ours there is searched by itself.
const PLACES: [&str; 8] = ["/nix", "/root", "/var", "/run", "/etc", "/home", "/srv", "/dev/shm"];

/// Looks at all programs that run on this machine, those of the lab too, while something is done: who was called with the text, or has it in a variable.
pub fn callers(poison: &str, done: impl FnOnce()) -> BTreeSet<String> {
    let over = AtomicBool::new(false);
    let look = || {
        let mut found = BTreeSet::new();
        while !over.load(Ordering::SeqCst) {
            for process in fs::read_dir("/proc").unwrap().flatten() {
                for file in ["cmdline", "environ"] {
                    let said = fs::read(process.path().join(file)).unwrap_or_default();
                    if holds_any(&said, &[poison]) {
                        found.insert(format!("{file}: {}", String::from_utf8_lossy(&said)));
                    }
                }
            }
        }
        found
    };
    thread::scope(|scope| {
        let looking = scope.spawn(look);
        // Also where it panics, or the test would never end.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(done));
        over.store(true, Ordering::SeqCst);
        let found = looking.join().unwrap();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        found
    })
}

/// A command on a machine of the lab that hears something on its standard input.
pub fn hearing(lab: &Lab, host: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(lab.program());
    command.args(["exec", host]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

/// Files of a machine of the lab that hold it, but for those in memory that a host's secrets are in.
pub fn kept(lab: &Lab, host: &str, poison: &str) -> Vec<String> {
    let grep = ["grep", "-rslaF", "--exclude-dir=agenix.d", "-f", "-"];
    let found = hearing(lab, host, &[&grep[..], &PLACES].concat(), &forms(&[poison]).join("\n"));
    found.lines().map(str::to_owned).collect()
}

pub fn executable(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The program in a terminal on the operator's machine, with an editor that takes a text as it is typed; what it keeps is in `home`.
pub fn open(lab: &Lab, home: &Path, fleet: &Fleet, arguments: &[&str]) -> Terminal {
    let mut command = program(lab.program().to_str().unwrap());
    command.cwd(home);
    command.args(on_operator(home, fleet));
    command.args(arguments);
    for (name, value) in std::env::vars().filter(|(name, _)| name.starts_with("STEADING_LAB")) {
        command.env(name, value);
    }
    Terminal::start(command, 120, 40).patient(PATIENCE)
}

/// How `lab` is called for that. The editor ends the last line of its file, as editors do.
pub fn on_operator(home: &Path, fleet: &Fleet) -> Vec<String> {
    let editor = home.join("editor");
    executable(
        &editor,
        &format!(
            "#!/bin/sh\nbefore=$(stty -g)\nstty -icanon -echo min 1\nprintf '\\033[H\\033[2Jthe editor has the terminal'\nhead -c {} >\"$1\"\necho >>\"$1\"\nstty \"$before\"\n",
            TEXT.len()
        ),
    );
    fs::create_dir_all(home.join("tmp")).unwrap();
    let mut call =
        ["exec", "operator", "env", "TERM=xterm-256color", "LANG=C.UTF-8"].map(str::to_owned).to_vec();
    for (name, file) in [
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("TMPDIR", "tmp"),
        ("EDITOR", "editor"),
        ("STEADING_IDENTITY", "identity"),
    ] {
        call.push(format!("{name}={}", home.join(file).display()));
    }
    let flake = fleet.path().display().to_string();
    call.extend([env!("CARGO_BIN_EXE_steading").to_owned(), "--flake".to_owned(), flake]);
    call
}

/// An admin's key in a home. Gives the public half.
pub fn admin(home: &Path) -> String {
    let key = age::x25519::Identity::generate();
    let identity = home.join("identity");
    fs::write(&identity, key.to_string().expose_secret()).unwrap();
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o600)).unwrap();
    key.to_public().to_string()
}

#[test]
fn with_a_real_nix_a_text_is_on_the_screen_while_it_is_revealed_and_nowhere_else() {
    let Some(lab) = Lab::take() else { return };
    let (home, fleet) = (TempDir::new().unwrap(), Fleet::example());
    let ours = format!(
        r#"{{ x.global.agenix = {{
          adminKeys = [ "{}" ];
          secrets."a/typed" = {{ }};
          secrets."a/made".generation.script = {{
            secrets = [ "a/typed" ];
            script = ''
              echo "the program had ''${{#}} arguments" >&2
              read_secret a/typed | tr a-z n-za-m
            '';
          }};
        }}; }}"#,
        admin(home.path())
    );
    fleet.write("modules/globaldata/ours.nix", &ours);

    let seen = callers(TEXT, || {
        let mut terminal = open(&lab, home.path(), &fleet, &[]);
        terminal.until_shown("evaluated just now");
        terminal.press("4/");
        terminal.press("a/typed\r");
        terminal.until_shown("by hand");
        terminal.press("i");
        terminal.until_shown("the editor has the terminal");
        terminal.press(TEXT);
        terminal.until_shown("take what you typed as the value of a/typed?");
        terminal.press("y");
        terminal.until_shown("2 secrets changed");
        terminal.press("L");
        terminal.until_shown("the program had 0 arguments");
        terminal.press("S");
        terminal.until_shown("save the log as");
        terminal.press("\r");
        terminal.until_shown("lines are in");
        assert!(!holds_any(&terminal.bytes(), &[TEXT]), "nothing of it was shown");
        terminal.press("hv");
        terminal.until_shown("<entered by hand>");
        terminal.press("v");
        terminal.until_shown(TEXT);
        terminal.press("v");
        terminal.until("the text gone", |screen| (!screen.contents().contains(TEXT)).then_some(()));
        terminal.press("q");
        terminal.until_shown("┌ Secrets");
        terminal.press("q");
        assert_eq!(terminal.ends_clean().0, 0);
    });
    assert_eq!(seen, BTreeSet::new());
    let log = fs::read_to_string(home.path().join("steading-run.log")).unwrap();
    assert!(log.contains("the program had 0 arguments"), "it is searched, too: {log}");
    assert_eq!(kept(&lab, "operator", TEXT), Vec::<String>::new());
    for folder in [home.path(), &fleet.path().join("../..")] {
        assert_eq!(search_in(folder, &[TEXT]), Vec::<String>::new());
    }
}

#[test]
fn what_is_planted_is_found() {
    let Some(lab) = Lab::take() else { return };
    let with = |variable: &str, argument: &str| {
        let variable = format!("PLANTED={variable}");
        let done =
            || drop(lab.call(&["exec", "operator", "env", &variable, "sh", "-c", "sleep 0.5", argument]));
        callers(PLANT, done).into_iter().map(|found| found[..7].to_owned()).collect::<BTreeSet<_>>()
    };
    assert!(with("nothing", PLANT).contains("cmdline"));
    assert!(with(PLANT, "nothing").contains("environ"));
    let plant =
        "mkdir -p /root/planted && tee /root/planted/file >/dev/null && nix-store --add /root/planted/file";
    for host in ["operator", "post", "watch"] {
        let in_store = hearing(&lab, host, &["sh", "-c", plant], PLANT);
        let found = kept(&lab, host, PLANT);
        lab.on(host, &format!("rm -r /root/planted; nix-store --delete {in_store}"));
        assert!(found.iter().any(|file| file == "/root/planted/file"), "{host}: {found:?}");
        assert!(found.iter().any(|file| file == in_store.trim()), "{host}: {found:?}");
        assert_eq!(kept(&lab, host, PLANT), Vec::<String>::new(), "{host}: it is gone again");
    }
}
