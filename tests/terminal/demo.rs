//! The console itself, on the fleet that is played, as somebody at a terminal sees it.

use portable_pty::CommandBuilder;
use rustix::process::Signal as Number;
use tempfile::TempDir;

use super::common::terminal::{Terminal, position, program};

/// The console's command line, with a home of its own.
fn command(home: &TempDir) -> CommandBuilder {
    let mut command = program(env!("CARGO_BIN_EXE_steading"));
    command.arg("--demo");
    command.env("HOME", home.path());
    command
}

/// A console that shows its hosts.
fn start(command: CommandBuilder, columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(command, columns, rows);
    terminal.until_shown("attic");
    terminal
}

/// Whether every cell of a row is as `test` says.
fn whole_row(
    screen: &vt100::Screen,
    row: u16,
    columns: std::ops::Range<u16>,
    test: impl Fn(&vt100::Cell) -> bool,
) -> bool {
    columns.into_iter().all(|column| test(screen.cell(row, column).unwrap()))
}

#[test]
fn it_opens_shows_its_panes_and_quits() {
    let home = TempDir::new().unwrap();
    let mut terminal = start(command(&home), 80, 24);
    assert!(terminal.is_raw());
    for (key, pane) in [("2", "┌ Globals"), ("3", "┌ Services"), ("4", "┌ Secrets"), ("1", "┌ Hosts")]
    {
        terminal.press(key);
        terminal.until_shown(pane);
    }
    terminal.press("q");
    let (status, left) = terminal.ends_clean();
    assert_eq!((status, left.trim()), (0, ""));
}

#[test]
fn a_row_under_the_cursor_is_whole() {
    let home = TempDir::new().unwrap();
    let mut terminal = start(command(&home), 80, 24);
    terminal.press("jj");
    terminal.until("cursor on the third host", |screen| {
        let (row, _) = position(screen, "forge")?;
        let color = screen.cell(row, 1)?.bgcolor();
        let whole = whole_row(screen, row, 1..78, |cell| cell.bgcolor() == color);
        let (above, _) = position(screen, "ada")?;
        (whole && color != screen.cell(above, 2)?.bgcolor()).then_some(())
    });
}

#[test]
fn a_theme_paints_the_whole_screen() {
    let home = TempDir::new().unwrap();
    let mut command = command(&home);
    command.args(["--theme", "light"]);
    let mut terminal = start(command, 80, 24);
    // A frame can arrive in pieces.
    let painted = |screen: &vt100::Screen| {
        let is_painted = |cell: &vt100::Cell| cell.bgcolor() != vt100::Color::Default;
        (0..24).all(|row| whole_row(screen, row, 0..80, is_painted)).then_some(())
    };
    terminal.until("colour everywhere", painted);
    // An overlay is a screen of its own.
    terminal.press("?");
    terminal.until_shown("┌ Help");
    terminal.until("colour everywhere", painted);
}

#[test]
fn it_fits_any_size() {
    let home = TempDir::new().unwrap();
    let mut terminal = start(command(&home), 120, 40);
    terminal.resize(20, 5);
    terminal.until_shown("too small");
    for (columns, rows) in [(120, 40), (60, 16), (200, 50), (80, 24)] {
        terminal.resize(columns, rows);
        terminal.until_shown("┌ Hosts");
        terminal.until("frame to the edge", |screen| {
            let corner = |row: u16| screen.cell(row, columns - 1).is_some_and(|cell| cell.contents() == "┘");
            (0..rows).any(corner).then_some(())
        });
    }
    terminal.resize(20, 5);
    terminal.until_shown("too small");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn signals_end_it_clean() {
    for (number, status) in [(Number::TERM, 143), (Number::HUP, 129), (Number::INT, 130)] {
        let home = TempDir::new().unwrap();
        let terminal = start(command(&home), 80, 24);
        terminal.signal(number);
        assert_eq!(terminal.ends_clean().0, status, "{number:?}");
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let home = TempDir::new().unwrap();
    let status = start(command(&home), 80, 24).closes();
    assert!([1, 129].contains(&status), "{status}");
}

#[test]
fn stopped_it_leaves_the_terminal_and_continued_it_takes_it_back() {
    let home = TempDir::new().unwrap();
    let mut shell = program("/bin/sh");
    shell.env("HOME", home.path());
    let script =
        format!("'{}' --demo; echo stopped; read line; fg; echo over", env!("CARGO_BIN_EXE_steading"));
    shell.args(["-mc", &script]);
    let mut terminal = start(shell, 80, 24);
    terminal.press("\x1a");
    terminal.until_shown("stopped");
    assert!(!terminal.look(|screen| screen.alternate_screen() || screen.hide_cursor()));
    terminal.press("\r");
    terminal.until_shown("attic");
    assert!(terminal.look(vt100::Screen::alternate_screen));
    terminal.press("2");
    terminal.until_shown("┌ Globals");
    terminal.press("q");
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 0);
    assert!(left.contains("over"), "{left}");
}

#[test]
fn without_colour_the_cursor_is_still_seen() {
    let home = TempDir::new().unwrap();
    let mut command = command(&home);
    command.env("NO_COLOR", "1");
    let mut terminal = start(command, 80, 24);
    terminal.press("jj");
    terminal.until("reversed row", |screen| {
        let (row, _) = position(screen, "forge")?;
        whole_row(screen, row, 1..78, vt100::Cell::inverse).then_some(())
    });
    terminal.press("q");
    let bytes = terminal.bytes();
    assert_eq!(colors(&bytes), Vec::<String>::new());
    assert_eq!(terminal.ends_clean().0, 0);
}

#[test]
fn a_terminal_of_ascii_gets_ascii() {
    let home = TempDir::new().unwrap();
    let mut command = command(&home);
    command.env("LANG", "C");
    let terminal = start(command, 80, 24);
    terminal.until_shown("+ Hosts");
    let shown = terminal.bytes();
    let strange = String::from_utf8_lossy(&shown).chars().filter(|c| !c.is_ascii()).collect::<String>();
    assert_eq!(strange, "");
}

#[test]
fn a_mistake_in_the_configuration_is_said_before_the_screen_is_taken() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join(".config/steading");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "\ntheme = 'drak'\n").unwrap();
    let terminal = Terminal::start(command(&home), 120, 24);
    let (status, left) = terminal.ends_clean();
    assert_eq!(status, 3);
    assert!(left.contains("there is no theme \"drak\"") && left.contains("did you mean \"dark\"?"), "{left}");
}

/// The parameters of every sequence that sets a colour (SGR 30 to 38, 40 to 48, 90 to 107).
fn colors(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let sets = |parameters: &String| {
        let numbers = parameters.split(';').filter_map(|number| number.parse::<u8>().ok());
        numbers.into_iter().any(|number| matches!(number, 30..=38 | 40..=48 | 90..=107))
    };
    sequences.filter(sets).collect()
}

#[test]
fn the_search_for_colours_finds_them() {
    assert_eq!(colors(b"\x1b[1;7mx\x1b[39;49mx\x1b[0m\x1b[2J"), Vec::<String>::new());
    assert_eq!(colors(b"\x1b[38;5;1mx\x1b[41mx\x1b[1;91m"), ["38;5;1", "41", "1;91"]);
}
