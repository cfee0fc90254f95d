//! The whole console, in this very program, with the demo's fleet in a folder: so that there is something to edit.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use steading::{
    app::{
        config::Config,
        console::Screen,
        environment::Environment,
        glyph::Glyphs,
        keymap::Keymap,
        runtime::Runtime,
        state::{Settings, State},
        theme::Theme,
    },
    backend::{
        demo,
        job::{Backend, CAPACITY, Part, Report},
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::common::terminal::{Terminal, program};

const INSIDE: &str = "STEADING_TEST_INSIDE";

async fn console() -> u8 {
    let folder = env::current_dir().unwrap();
    let Backend { orders, reports: mut told } =
        demo::start(demo::Script::default(), demo::Pace::Instant).unwrap();
    let (tell, reports) = mpsc::channel(CAPACITY);
    let here = folder.clone();
    tokio::spawn(async move {
        while let Some(mut report) = told.recv().await {
            if let Report::Read(_, Part::Fleet(Ok(facts))) = &mut report {
                facts.folder = Some(here.clone());
            }
            if tell.send(report).await.is_err() {
                return;
            }
        }
    });
    let settings = Settings {
        config: Config::default(),
        read_only: false,
        theme: Theme::default(),
        themes: [].into(),
        glyphs: Glyphs::Unicode,
        keymap: Keymap::new(&[]).unwrap(),
        flake: None,
        folder,
    };
    let screen = Screen::enter(false, Environment::of_process()).unwrap();
    let state = State::new(settings, screen.size().unwrap(), SystemTime::now());
    Runtime::new(screen, state, Backend { orders, reports }).unwrap().run().await.unwrap()
}

/// An editor that takes 50 keys into a file, after a note of what it finds; `$1` is what it was asked to open.
fn editor(folder: &Path, before: &str, into: &str) -> PathBuf {
    let script = [
        "#!/bin/sh",
        before,
        "stty -icanon -echo min 1",
        "printf '\\033[H\\033[2Jthe editor has the terminal'",
        &format!("head -c 50 >{into}"),
        "printf '\\033[2Jmess'",
    ];
    let path = folder.join("editor");
    fs::write(&path, script.join("\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The console, run by a test's own program, started again.
fn start(test: &str, editor: &Path, folder: &Path) -> Terminal {
    let mut command = program(env::current_exe().unwrap().to_str().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    command.env(INSIDE, "1");
    command.env("EDITOR", editor);
    command.cwd(folder);
    let terminal = Terminal::start(command, 80, 24);
    terminal.until_shown("┌ Hosts");
    terminal
}

/// Is the console, where a test started its program again.
fn be_the_console() {
    if env::var_os(INSIDE).is_some() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ended = runtime.block_on(async { tokio::spawn(console()).await });
        std::process::exit(ended.map_or(255, i32::from));
    }
}

/// Types 50 keys, one by one, into the editor.
fn type_into_editor(terminal: &mut Terminal) -> String {
    terminal.until_shown("the editor has the terminal");
    assert!(!terminal.look(vt100::Screen::alternate_screen));
    let typed = ('A'..='Z').chain('a'..='x').collect::<String>();
    for key in typed.chars() {
        terminal.press(&key.to_string());
    }
    typed
}

fn is_back(terminal: &Terminal) {
    assert!(terminal.look(|screen| screen.alternate_screen() && !screen.contents().contains("mess")));
    assert!(terminal.is_raw());
}

#[test]
fn the_editor_gets_every_key_and_the_console_comes_back() {
    be_the_console();
    let folder = TempDir::new().unwrap();
    let (found, opened) = (folder.path().join("found"), folder.path().join("opened"));
    let note = format!("echo \"$@\" >'{}'", opened.display());
    let editor = editor(folder.path(), &note, &format!("'{}'", found.display()));
    let name = "handover::the_editor_gets_every_key_and_the_console_comes_back";
    let mut terminal = start(name, &editor, folder.path());
    terminal.press("3");
    terminal.until_shown("┌ Services 1/12");
    terminal.press("e");
    let typed = type_into_editor(&mut terminal);
    terminal.until_shown("┌ Services 1/12");
    is_back(&terminal);
    assert_eq!(fs::read_to_string(&found).unwrap(), typed);
    let opened = fs::read_to_string(&opened).unwrap();
    assert!(opened.starts_with(folder.path().to_str().unwrap()) && opened.contains(".nix"), "{opened}");
    terminal.press("1");
    terminal.until_shown("┌ Hosts");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn a_secret_is_typed_into_a_file_in_memory_that_is_gone_afterwards() {
    be_the_console();
    let folder = TempDir::new().unwrap();
    let opened = folder.path().join("opened");
    // What it finds: the file and its folder with their modes, what is in it, and where temporary files go.
    let note = format!(
        "{{ stat -c '%n %a' \"$1\"; stat -f -c %T \"$1\"; stat -c %a \"$(dirname \"$1\")\"; wc -c <\"$1\"; echo \"$TMPDIR\"; }} >'{}'",
        opened.display()
    );
    let editor = editor(folder.path(), &note, "\"$1\"");
    let name = "handover::a_secret_is_typed_into_a_file_in_memory_that_is_gone_afterwards";
    let mut terminal = start(name, &editor, folder.path());
    terminal.press("4/");
    terminal.press("ci/token\r");
    terminal.until_shown("by hand");
    terminal.press("i");
    let typed = type_into_editor(&mut terminal);
    terminal.until_shown("take what you typed as the value of ci/token?");
    is_back(&terminal);
    let told = fs::read_to_string(&opened).unwrap();
    let told = told.lines().collect::<Vec<_>>();
    let file = told[0].strip_suffix(" 600").unwrap();
    assert_eq!(told[1..4], ["tmpfs", "700", "0"], "{told:?}");
    let scratch = Path::new(file).parent().unwrap();
    assert_eq!(Path::new(told[4]), scratch);
    assert!(!scratch.exists(), "{file}");
    terminal.press("y");
    terminal.until_shown("1 secret changed");
    assert!(!terminal.look(|screen| screen.contents().contains(&typed)));
    // What was typed is what it is now.
    terminal.press("v");
    terminal.until_shown("┌ ci/token");
    terminal.press("v");
    terminal.until_shown("passphrase of");
    terminal.press("any\r");
    terminal.until_shown(&typed);
    terminal.press("qq");
    assert_eq!(terminal.ends_clean().0, 0);
}
