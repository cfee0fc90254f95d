//! The pictures that the documents show.

use std::{fmt::Write, fs, path::Path};

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};

use steading::app::theme::Role;

use crate::console::{Console, Dress};

/// Seconds in the demo until the plan is there, and from then on until it is half carried out.
const PLANNED: f64 = 70.0;
const APPLYING: f64 = 6.0;

/// A deployment in its middle: hosts at every step, one that failed, what is being built.
fn deployment() -> Console {
    let mut console = Console::ready((130, 34), Dress::Dark);
    console.press("F");
    console.play(PLANNED);
    console.press("F");
    console.play(APPLYING);
    console.press("g g").press("j").press("j");
    console
}

/// Secrets in all states, some being made, one with all there is to say of it.
fn secrets() -> Console {
    let mut console = Console::ready((130, 34), Dress::Dark);
    console.press("4 a y").play(0.5);
    console.type_in("open sesame").press("enter").play(3.5);
    while console.state.secrets.list.selected() != Some("mail/passwd") {
        console.press("j");
    }
    console
}

/// The screen as a terminal would be told it.
fn ansi(buffer: &Buffer) -> String {
    let color = |color: Color, layer: u8| match color {
        Color::Rgb(r, g, b) => format!("\x1b[{layer}8;2;{r};{g};{b}m"),
        _ => String::new(),
    };
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut last = None;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if last != Some(cell.style()) {
                last = Some(cell.style());
                let mut codes = String::from("0");
                for (modifier, code) in [
                    (Modifier::BOLD, ";1"),
                    (Modifier::DIM, ";2"),
                    (Modifier::ITALIC, ";3"),
                    (Modifier::UNDERLINED, ";4"),
                    (Modifier::REVERSED, ";7"),
                ] {
                    if cell.modifier.contains(modifier) {
                        codes.push_str(code);
                    }
                }
                write!(text, "\x1b[{codes}m{}{}", color(cell.fg, 3), color(cell.bg, 4)).unwrap();
            }
            text.push_str(cell.symbol());
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

fn is_true(console: &Console, file: &str) {
    let Some(Color::Rgb(r, g, b)) = console.state.settings.theme.style(Role::Screen).bg else {
        panic!("the dark theme has a background")
    };
    let paper = anstyle_svg::Term::new().bg_color(anstyle::RgbColor(r, g, b).into());
    let picture = paper.render_svg(&ansi(&console.draw()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(file);
    if std::env::var_os("STEADING_UPDATE").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == picture,
        "docs/pictures/{file} is stale: STEADING_UPDATE=1 cargo nextest run --test screens the_pictures"
    );
}

#[test]
fn the_pictures_in_the_documents_are_true() {
    is_true(&deployment(), "console.svg");
    is_true(&secrets(), "secrets.svg");
}
