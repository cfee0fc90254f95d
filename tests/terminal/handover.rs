//! The whole console, in this very program, with the demo's fleet in a folder: so that there is something to edit.

use std::{env, fs, os::unix::fs::PermissionsExt, time::SystemTime};

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

#[test]
fn the_editor_gets_every_key_and_the_console_comes_back() {
    if env::var_os(INSIDE).is_some() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ended = runtime.block_on(async { tokio::spawn(console()).await });
        std::process::exit(ended.map_or(255, i32::from));
    }
    let folder = TempDir::new().unwrap();
    let (script, found, opened) =
        (folder.path().join("editor"), folder.path().join("found"), folder.path().join("opened"));
    let text = [
        "#!/bin/sh",
        &format!("echo \"$@\" >'{}'", opened.display()),
        "stty -icanon -echo min 1",
        "printf '\\033[H\\033[2Jthe editor has the terminal'",
        &format!("head -c 50 >'{}'", found.display()),
        "printf '\\033[2Jmess'",
    ];
    fs::write(&script, text.join("\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = program(env::current_exe().unwrap().to_str().unwrap());
    command.args([
        "--exact",
        "handover::the_editor_gets_every_key_and_the_console_comes_back",
        "--nocapture",
    ]);
    command.env(INSIDE, "1");
    command.env("EDITOR", script);
    command.cwd(folder.path());
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.until_shown("┌ Hosts");
    terminal.press("3");
    terminal.until_shown("┌ Services 1/12");
    terminal.press("e");
    terminal.until_shown("the editor has the terminal");
    assert!(!terminal.look(vt100::Screen::alternate_screen));
    let typed = ('A'..='Z').chain('a'..='x').collect::<String>();
    for key in typed.chars() {
        terminal.press(&key.to_string());
    }
    terminal.until_shown("┌ Services 1/12");
    assert!(terminal.look(|screen| screen.alternate_screen() && !screen.contents().contains("mess")));
    assert!(terminal.is_raw());
    assert_eq!(fs::read_to_string(&found).unwrap(), typed);
    let opened = fs::read_to_string(&opened).unwrap();
    assert!(opened.starts_with(folder.path().to_str().unwrap()) && opened.contains(".nix"), "{opened}");
    terminal.press("1");
    terminal.until_shown("┌ Hosts");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}
