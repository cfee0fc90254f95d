//! `app::term` alone, under a console that does nothing but use it: it counts keys, gives the terminal away, and panics on request.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crossterm::event::{Event, KeyCode};
use portable_pty::CommandBuilder;
use ratatui::{
    style::{Color, Modifier, Style},
    text::Line,
};
use rustix::process::Signal as Number;
use steading::app::{
    editor::Editor,
    keys::Key,
    term::{Input, Signal, Signals, Term},
};
use tempfile::TempDir;

use super::common::terminal::{Terminal, program};

const INSIDE: &str = "STEADING_TEST_INSIDE";

/// The exit status of a console whose terminal went away before anybody said so.
const GONE: u8 = 99;

/// This very program again, as the console that a test looks at.
fn start(test: &str, editor: Option<&Path>) -> Terminal {
    let mut command = program(env::current_exe().unwrap().to_str().unwrap());
    command.args(["--exact", &format!("small::{test}"), "--nocapture"]);
    command.env(INSIDE, "1");
    command.env("NO_COLOR", "1");
    if let Some(editor) = editor {
        command.env("EDITOR", editor);
    }
    let terminal = Terminal::start(command, 40, 10);
    terminal.until_shown("keys: 0");
    terminal
}

/// Whether this is the inner program; then it was the console, and is through.
fn was_the_console() -> bool {
    if env::var_os(INSIDE).is_none() {
        return false;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // As in `main`: a task of its own, whose panic is an exit status.
    let ended = runtime.block_on(async { tokio::spawn(console()).await });
    std::process::exit(ended.map_or(255, i32::from));
}

#[allow(clippy::panic, reason = "that is what it is for")]
async fn console() -> u8 {
    let mut term = Term::enter(true).unwrap();
    let mut input = Input::listen().unwrap();
    let mut signals = Signals::listen().unwrap();
    let (mut keys, mut pasted, mut panics) = (0, String::new(), 0);
    loop {
        let drawn = term.draw(|frame| {
            let size = frame.area();
            let reversed = Style::new().add_modifier(Modifier::REVERSED);
            let text = [
                Line::from(format!("keys: {keys}")),
                // The change back to the colours of the terminal is what crossterm would write as an end of everything.
                Line::styled("red", Color::Red),
                Line::styled("the row under the cursor", reversed).style(reversed),
                Line::from(format!("size: {}x{}", size.width, size.height)),
                Line::from(format!("pasted: {pasted}")),
                Line::from(format!("panics: {panics}")),
            ];
            for (line, row) in text.iter().zip(size.rows()) {
                frame.render_widget(line, row);
            }
        });
        if drawn.is_err() {
            return GONE;
        }
        let event = tokio::select! {
            event = input.next() => event,
            signal = signals.next() => {
                match signal {
                    Signal::Resized | Signal::Continued => drop(term.redraw()),
                    Signal::Suspended => {
                        term.suspend(&mut input, &mut signals).await.unwrap();
                    }
                    Signal::Ended(status) => return status,
                }
                continue;
            }
        };
        let key = match event {
            None => return GONE,
            Some(Event::Key(key)) => Key::from(key),
            Some(Event::Paste(text)) => {
                pasted = format!("{} bytes", text.len());
                continue;
            }
            Some(_) => continue,
        };
        keys += 1;
        match key.code {
            KeyCode::Char('q') => return 0,
            KeyCode::Char('p') => panic!("the screen's own"),
            KeyCode::Char('o') => {
                let other = tokio::spawn(async { panic!("of \u{1b}[31msomebody else") });
                panics += i32::from(other.await.is_err());
            }
            KeyCode::Char('e') => {
                let editor = Editor::of_process().unwrap();
                // In another task, so that this one can go on with other things.
                let lent = tokio::spawn(async move {
                    let work = editor.open(Path::new("/dev/null"), Some(1), None);
                    let done = term.lend(&mut input, &mut signals, work).await.unwrap();
                    (term, input, signals, done)
                });
                let (edited, end);
                (term, input, signals, (edited, end)) = lent.await.unwrap();
                edited.unwrap();
                if let Some(status) = end {
                    return status;
                }
            }
            KeyCode::Char('z') if key.ctrl => {
                term.suspend(&mut input, &mut signals).await.unwrap();
            }
            _ => {}
        }
    }
}

#[test]
fn a_console_leaves_the_terminal_as_it_was() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("a_console_leaves_the_terminal_as_it_was", None);
    assert!(terminal.is_raw());
    assert!(
        terminal.look(|screen| screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste())
    );
    terminal.press("jk");
    terminal.until_shown("keys: 2");
    terminal.press("q");
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 0);
    assert!(!left.contains("keys"), "{left}");
}

#[test]
fn a_reversed_row_stays_reversed_without_colour() {
    if was_the_console() {
        return;
    }
    let terminal = start("a_reversed_row_stays_reversed_without_colour", None);
    let (row, column) = terminal.until_shown("the row under the cursor");
    terminal.look(|screen| {
        let reversed = (0..24).filter(|letter| screen.cell(row, column + letter).unwrap().inverse());
        assert_eq!(reversed.count(), 24);
    });
}

#[test]
fn a_panic_restores_the_screen_before_it_speaks() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("a_panic_restores_the_screen_before_it_speaks", None);
    terminal.press("p");
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 255);
    assert!(left.contains("the screen's own"), "{left}");
}

#[test]
fn a_panic_elsewhere_waits_until_the_screen_is_gone() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("a_panic_elsewhere_waits_until_the_screen_is_gone", None);
    terminal.press("o");
    terminal.until_shown("panics: 1");
    assert!(!terminal.look(vt100::Screen::contents).contains("somebody else"));
    terminal.press("q");
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 0);
    assert!(left.contains("of ·[31msomebody else"), "{left}");
}

#[test]
fn a_long_paste_is_one_and_arrives_whole() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("a_long_paste_is_one_and_arrives_whole", None);
    let text = "a line of text\n".repeat(600);
    terminal.press(&format!("\x1b[200~{text}\x1b[201~"));
    terminal.until_shown("pasted: 9000 bytes");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn many_keys_at_once_are_all_heard() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("many_keys_at_once_are_all_heard", None);
    terminal.press(&"j".repeat(3000));
    terminal.until_shown("keys: 3000");
}

#[test]
fn signals_end_it_clean() {
    if was_the_console() {
        return;
    }
    for (number, status) in [(Number::TERM, 143), (Number::HUP, 129), (Number::INT, 130), (Number::QUIT, 131)]
    {
        let terminal = start("signals_end_it_clean", None);
        terminal.signal(number);
        assert_eq!(terminal.ends_clean().0, status, "{number:?}");
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    if was_the_console() {
        return;
    }
    let status = start("a_terminal_that_goes_away_ends_it", None).closes();
    assert!([GONE.into(), 129].contains(&status), "{status}");
}

#[test]
fn another_size_is_noticed() {
    if was_the_console() {
        return;
    }
    let terminal = start("another_size_is_noticed", None);
    for (columns, rows) in [(20, 5), (120, 40), (40, 10)] {
        terminal.resize(columns, rows);
        terminal.until_shown(&format!("size: {columns}x{rows}"));
    }
}

/// A program that reads fifty keys as an editor does, writes them down, and leaves the screen in a mess.
fn editor(folder: &TempDir) -> (PathBuf, PathBuf) {
    let (script, found) = (folder.path().join("editor"), folder.path().join("found"));
    let text = [
        "#!/bin/sh",
        "trap '' INT",
        "stty -icanon -echo min 1",
        "printf '\\033[H\\033[2Jthe editor has the terminal'",
        &format!("head -c 50 >'{}'", found.display()),
        "printf '\\033[2Jmess'",
        "stty sane",
    ];
    fs::write(&script, text.join("\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    (script, found)
}

#[test]
fn an_editor_gets_every_key() {
    if was_the_console() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (script, found) = editor(&folder);
    let mut terminal = start("an_editor_gets_every_key", Some(&script));
    for round in 1..=3 {
        terminal.press("e");
        terminal.until_shown("the editor has the terminal");
        assert!(!terminal.look(vt100::Screen::alternate_screen));
        let typed = ('A'..='Z').chain('a'..='x').collect::<String>();
        for key in typed.chars() {
            terminal.press(&key.to_string());
        }
        terminal.until_shown(&format!("keys: {round}"));
        assert!(terminal.look(|screen| screen.alternate_screen() && !screen.contents().contains("mess")));
        assert!(terminal.is_raw());
        assert_eq!(fs::read_to_string(&found).unwrap(), typed);
    }
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn a_panic_after_an_editor_restores_the_screen_too() {
    if was_the_console() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (script, _) = editor(&folder);
    let mut terminal = start("a_panic_after_an_editor_restores_the_screen_too", Some(&script));
    terminal.press("e");
    terminal.until_shown("the editor has the terminal");
    terminal.press(&"x".repeat(50));
    terminal.until_shown("keys: 1");
    terminal.press("p");
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 255);
    // Said in the usual way, and not as what was missed.
    assert!(left.contains("thread '") && left.contains("the screen's own"), "{left}");
}

#[test]
fn what_is_typed_to_interrupt_an_editor_is_for_the_editor() {
    if was_the_console() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (script, found) = editor(&folder);
    let mut terminal = start("what_is_typed_to_interrupt_an_editor_is_for_the_editor", Some(&script));
    terminal.press("e");
    terminal.until_shown("the editor has the terminal");
    terminal.press("\x03");
    terminal.press(&"x".repeat(50));
    terminal.until_shown("keys: 1");
    assert_eq!(fs::read_to_string(&found).unwrap(), "x".repeat(50));
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn who_ends_the_console_under_an_editor_ends_it_after_the_editor() {
    if was_the_console() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (script, _) = editor(&folder);
    let mut terminal = start("who_ends_the_console_under_an_editor_ends_it_after_the_editor", Some(&script));
    terminal.press("e");
    terminal.until_shown("the editor has the terminal");
    terminal.signal(Number::TERM);
    terminal.press(&"x".repeat(50));
    assert_eq!(terminal.ends_clean().0, 143);
}

#[test]
fn stopped_in_an_editor_both_stop_and_go_on() {
    if was_the_console() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (script, found) = editor(&folder);
    let mut shell = under_a_shell("stopped_in_an_editor_both_stop_and_go_on");
    shell.env("EDITOR", script);
    let mut terminal = Terminal::start(shell, 60, 10);
    terminal.until_shown("keys: 0");
    terminal.press("e");
    terminal.until_shown("the editor has the terminal");
    // The keys before it would be lost: the terminal forgets what nobody has read yet.
    terminal.press("\x1a");
    terminal.until_shown("stopped");
    all_are_stopped(&terminal);
    terminal.press("\r");
    terminal.until_shown("on again");
    terminal.press(&"x".repeat(50));
    terminal.until_shown("keys: 1");
    assert_eq!(fs::read_to_string(&found).unwrap(), "x".repeat(50));
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

/// Waits until the whole job of the shell stands. A program that reads, and that the signal has only woken yet, would still take what is typed now.
fn all_are_stopped(terminal: &Terminal) {
    let shell = terminal.process().as_raw_nonzero().to_string();
    let deadline = Instant::now() + Duration::from_secs(20);
    let running = || {
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let of_the_job = |line: &String| {
            // A shell sleeps deeply (D) until the child that it makes is another program: that one may be stopped before it is.
            // What stands behind the name: state, parent, group, session (`man 5 proc_pid_stat`).
            let fields = line.rsplit_once(") ").map_or("", |(_, fields)| fields);
            let fields = fields.split(' ').take(4).collect::<Vec<_>>();
            matches!(fields.as_slice(), [state, _, group, session] if *session == shell && *group != shell && !matches!(*state, "T" | "D"))
        };
        processes
            .filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
            .filter(of_the_job)
            .collect::<Vec<_>>()
    };
    loop {
        let running = running();
        if running.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "these run on: {running:?}");
        thread::yield_now();
    }
}

/// The console as a job of a shell that says when it stopped, and goes on with it after a line.
fn under_a_shell(test: &str) -> CommandBuilder {
    let mut shell = program("/bin/sh");
    let console = env::current_exe().unwrap();
    let script = format!(
        "'{}' --exact small::{test} --nocapture; echo stopped; stty -a | grep -o ' icanon'; read line; echo on again; fg; echo over",
        console.display()
    );
    shell.args(["-mc", &script]);
    shell.env(INSIDE, "1");
    shell
}

#[test]
fn stopped_it_leaves_the_terminal_and_continued_it_takes_it_back() {
    if was_the_console() {
        return;
    }
    for by_key in [true, false] {
        let shell = under_a_shell("stopped_it_leaves_the_terminal_and_continued_it_takes_it_back");
        let mut terminal = Terminal::start(shell, 60, 10);
        terminal.until_shown("keys: 0");
        if by_key {
            terminal.press("\x1a");
        } else {
            let shells_child = format!("/proc/{0}/task/{0}/children", terminal.process().as_raw_nonzero());
            let child = fs::read_to_string(shells_child).unwrap().trim().parse().unwrap();
            rustix::process::kill_process(rustix::process::Pid::from_raw(child).unwrap(), Number::TSTP)
                .unwrap();
        }
        terminal.until_shown("stopped");
        terminal.until_shown(" icanon");
        assert!(!terminal.look(|screen| screen.alternate_screen() || screen.hide_cursor()));
        terminal.press("\r");
        terminal.until("screen again", |screen| screen.alternate_screen().then_some(()));
        terminal.until_shown("the row under the cursor");
        terminal.press("j");
        terminal.until_shown(if by_key { "keys: 2" } else { "keys: 1" });
        terminal.press("q");
        let (status, left) = terminal.ends_clean();
        assert_eq!(status, 0);
        assert!(left.contains("over"), "{left}");
    }
}

#[test]
fn ctrl_z_does_nothing_where_no_shell_could_continue_it() {
    if was_the_console() {
        return;
    }
    let mut terminal = start("ctrl_z_does_nothing_where_no_shell_could_continue_it", None);
    terminal.press("\x1aj");
    terminal.until_shown("keys: 2");
}
