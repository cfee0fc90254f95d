//! The themes are held to numbers: contrast as WCAG 2 defines it, and how different two colours are to eyes of three kinds.

#![allow(clippy::many_single_char_names, reason = "colours and their axes have letters for names")]

use std::fs;

use ratatui::style::Color;
use tempfile::TempDir;

use super::*;

const TRUE_COLOR: [&str; 5] = ["dark", "light", "high-contrast", "deuteranopia", "tritanopia"];
const STATUS: [Role; 6] = [Role::Good, Role::Busy, Role::Warn, Role::Bad, Role::Unknown, Role::Lost];

fn built_in(name: &str) -> Theme {
    Theme::named(name, Path::new("")).unwrap()
}

/// The colours of a theme as they are on a terminal of all colours, and on one of 256.
fn on_both(name: &str) -> [Theme; 2] {
    [built_in(name), built_in(name).mapped(color::indexed)]
}

/// Red, green and blue from 0 to 1, linear (IEC 61966-2-1).
fn linear(color: Color) -> [f64; 3] {
    let (r, g, b) = match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index) => color::rgb(index),
        other => panic!("{other} is not a known colour"),
    };
    [r, g, b].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

type Matrix = [[f64; 3]; 3];

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// sRGB to CIE XYZ under D65.
const XYZ: Matrix = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175_0],
    [0.019_333_9, 0.119_192_0, 0.950_304_1],
];
const SOUND: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1.0.
const PROTANOPIA: Matrix = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: Matrix = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITANOPIA: Matrix = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];

/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
fn contrast(a: Color, b: Color) -> f64 {
    let [a, b] = [a, b].map(|color| times(&XYZ, linear(color))[1] + 0.05);
    a.max(b) / a.min(b)
}

/// The distance in CIELAB (CIE 1976) of what eyes of a kind see.
fn difference(eyes: &Matrix, a: Color, b: Color) -> f64 {
    let [a, b] = [a, b].map(|color| {
        let seen = times(eyes, linear(color)).map(|part| part.clamp(0.0, 1.0));
        let [x, y, z] = times(&XYZ, seen);
        let [x, y, z] = [x / 0.950_47, y, z / 1.088_83]
            .map(|t| if t > 216.0 / 24_389.0 { t.cbrt() } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    });
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn every_theme_defines_every_role() {
    for name in Theme::built_in() {
        built_in(name);
    }
    assert_eq!(Theme::default(), built_in("ansi16"));
    assert_eq!(BUILT_IN.len(), fs::read_dir("themes").unwrap().count(), "every file is built in");
    for (index, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, index);
    }
}

#[test]
fn every_role_and_theme_is_documented() {
    let document = fs::read_to_string("docs/themes.md").unwrap();
    for name in Role::ALL.map(Role::name).into_iter().chain(Theme::built_in()) {
        assert!(document.contains(&format!("`{name}`")), "{name}");
    }
    for role in Role::ALL {
        let surface = document.contains(&format!("`{}` (surface)", role.name()));
        assert_eq!(surface, Role::SURFACES.contains(&role), "{role:?}");
    }
}

#[test]
fn every_text_stands_out_wherever_it_stands() {
    for name in TRUE_COLOR {
        for theme in on_both(name) {
            for surface in Role::SURFACES {
                let background = theme.style(surface).bg.unwrap();
                for role in Role::ALL {
                    // The cursor's row keeps the colours of what stands in it.
                    let Some(text) = theme.style(role).fg else { continue };
                    let beside =
                        matches!(role, Role::Faint | Role::Lost | Role::Border | Role::BorderFocused);
                    let least = match (name, beside) {
                        ("high-contrast", false) => 7.0,
                        ("high-contrast", true) | (_, false) => 4.5,
                        (_, true) => 3.0,
                    };
                    let found = contrast(text, background);
                    assert!(found >= least, "{name}: {role:?} on {surface:?} has {found:.2}");
                }
            }
        }
    }
}

#[test]
fn the_row_under_the_cursor_can_be_seen() {
    for name in TRUE_COLOR {
        for theme in on_both(name) {
            let [screen, cursor, elsewhere] =
                [Role::Screen, Role::Cursor, Role::CursorElsewhere].map(|role| theme.style(role).bg.unwrap());
            for (a, b) in [(screen, cursor), (screen, elsewhere), (cursor, elsewhere)] {
                let found = difference(&SOUND, a, b);
                assert!(found >= 6.0, "{name}: {a} and {b} are {found:.1} apart");
            }
        }
    }
    for name in ["ansi16", "mono"] {
        let theme = built_in(name);
        assert!(theme.style(Role::Cursor).add_modifier.contains(Modifier::REVERSED));
        assert_ne!(theme.style(Role::CursorElsewhere), theme.style(Role::Cursor));
        assert_ne!(theme.style(Role::CursorElsewhere), theme.style(Role::Screen));
    }
}

#[test]
fn well_and_failed_differ_to_the_eyes_a_theme_is_for() {
    let everyone = &[&SOUND][..];
    for (name, eyes) in [
        ("dark", everyone),
        ("light", everyone),
        ("high-contrast", everyone),
        ("deuteranopia", &[&SOUND, &DEUTERANOPIA, &PROTANOPIA]),
        ("tritanopia", &[&SOUND, &TRITANOPIA]),
    ] {
        for theme in on_both(name) {
            for eyes in eyes {
                let colors = STATUS.map(|role| (role, theme.style(role).fg.unwrap()));
                for (at, (a, color_a)) in colors.into_iter().take(5).enumerate() {
                    for (b, color_b) in colors.into_iter().take(5).skip(at + 1) {
                        let outcome = |role| matches!(role, Role::Good | Role::Warn | Role::Bad);
                        let least = if outcome(a) && outcome(b) { 20.0 } else { 10.0 };
                        let found = difference(eyes, color_a, color_b);
                        assert!(found >= least, "{name}: {a:?} and {b:?} are {found:.1} apart");
                    }
                }
            }
        }
    }
}

#[test]
fn the_measure_finds_what_looks_alike() {
    let red_and_green = (Color::Rgb(0xff, 0x80, 0x80), Color::Rgb(0x6f, 0xd5, 0x8a));
    assert!(difference(&SOUND, red_and_green.0, red_and_green.1) > 80.0);
    assert!(difference(&DEUTERANOPIA, red_and_green.0, red_and_green.1) < 10.0);
    assert!((contrast(Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
}

#[test]
fn mono_tells_by_other_means() {
    let theme = built_in("mono");
    for role in Role::ALL {
        let style = theme.style(role);
        assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
    }
    let text = theme.style(Role::Text);
    for (at, role) in STATUS.into_iter().enumerate() {
        let plain = text.patch(theme.style(role));
        let on_cursor = plain.patch(theme.style(Role::Cursor));
        assert_ne!(on_cursor, plain, "the cursor is seen on {role:?}");
        for other in STATUS.into_iter().skip(at + 1) {
            let other = text.patch(theme.style(other));
            assert_ne!(plain, other, "{role:?}");
            assert_ne!(on_cursor, other.patch(theme.style(Role::Cursor)), "{role:?} under the cursor");
        }
    }
}

#[test]
fn sixteen_are_enough_for_ansi16() {
    assert!(!built_in("ansi16").needs_more_than_sixteen());
    assert!(built_in("dark").needs_more_than_sixteen());
}

#[test]
fn a_theme_of_ones_own_builds_on_ours() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("mine.toml", "inherits = 'dark'\n[roles]\nbad = { fg = 'bright-red', italic = true }\n");
    write("dark.toml", "inherits = 'dark'\n[roles]\ngood = { fg = '#00ff00' }\n");
    let mine = Theme::named("mine", folder.path()).unwrap();
    assert_eq!(mine.style(Role::Bad), Style::new().fg(Color::LightRed).add_modifier(Modifier::ITALIC));
    assert_eq!(mine.style(Role::Good), Style::new().fg(Color::Rgb(0, 255, 0)));
    assert_eq!(mine.style(Role::Warn), built_in("dark").style(Role::Warn));
}

#[test]
fn a_mistake_is_met_with_its_line_and_a_guess() {
    let folder = TempDir::new().unwrap();
    let of = |text: &str| {
        fs::write(folder.path().join("mine.toml"), text).unwrap();
        Theme::named("mine", folder.path()).unwrap_err().to_string()
    };
    for (text, says) in [
        ("[roles]\nbadd = {}\n", "mine.toml:2: there is no role \"badd\"; did you mean \"bad\"?"),
        ("[roles.bad]\nblink = true\n", "mine.toml:2: there is no attribute \"blink\"; there are fg, bg,"),
        ("[roles]\nbad = { fg = 'redd' }\n", "mine.toml:2: \"redd\" is no color; did you mean \"red\"?"),
        ("[roles]\nbad = { fg = '#ff00' }\n", "mine.toml:2: \"#ff00\" is no color; six hexadecimal digits"),
        ("[roles]\nbad = { bold = 1 }\n", "mine.toml:2: bold must be true or false, not 1"),
        ("[roles]\nbad = { bg = 'red' }\n", "mine.toml:2: bad has no background of its own; those that have"),
        ("inherit = 'dark'\n", "mine.toml:1: there is no part of a theme called \"inherit\"; did you mean"),
        ("\ninherits = 'drak'\n", "mine.toml:2: there is no theme \"drak\"; did you mean \"dark\"?"),
        ("inherits = '../x'\n", "mine.toml:1: \"../x\" is no name of a theme"),
        ("[roles]\nbad = {}\n", "mine.toml leaves out \"screen\"; inherit it: inherits = \"dark\""),
        ("[roles\n", "mine.toml:1: "),
    ] {
        let error = of(text);
        assert!(error.contains(says), "{text:?}: {error}");
    }
    let error = Theme::named("mien", folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("did you mean \"mine\"?"), "{error}");
}

#[test]
fn a_round_of_inheritance_is_named() {
    let folder = TempDir::new().unwrap();
    for (name, parent) in [("a", "b"), ("b", "c"), ("c", "b")] {
        let text = format!("# {name}\ninherits = '{parent}'\n");
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let error = Theme::named("a", folder.path()).unwrap_err().to_string();
    let at = |name: &str| folder.path().join(format!("{name}.toml")).display().to_string();
    let (b, c) = (at("b"), at("c"));
    let says = format!("{c}:2: themes inherit from each other without an end: {b} → {c} → {b}");
    assert_eq!(error, says);
}

#[test]
fn the_terminal_has_a_say() {
    let folder = Path::new("");
    let plain = Environment::read(|_| None);
    let on = |chosen, environment: Environment| Theme::for_environment(chosen, &environment, folder).unwrap();
    let with = |depth, light, no_color| Environment { no_color, depth, light, ..plain };
    assert_eq!(on(None, with(Depth::True, false, false)), built_in("dark"));
    assert_eq!(on(None, with(Depth::True, true, false)), built_in("light"));
    assert_eq!(on(None, with(Depth::Indexed, false, false)), built_in("ansi16"));
    assert_eq!(on(None, with(Depth::Sixteen, true, false)), built_in("ansi16"));
    assert_eq!(on(Some("light"), with(Depth::True, false, false)), built_in("light"));
    assert_eq!(on(Some("light"), with(Depth::Indexed, false, false)), on_both("light")[1]);
    assert_eq!(on(Some("light"), with(Depth::Sixteen, false, false)), built_in("ansi16"));
    assert_eq!(on(Some("mono"), with(Depth::Sixteen, false, false)), built_in("mono"));
    for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
        assert_eq!(on(None, with(depth, false, true)), built_in("mono"));
        assert_eq!(on(Some("light"), with(depth, false, true)), built_in("mono"));
    }
    assert!(Theme::for_environment(Some("x"), &with(Depth::True, false, true), folder).is_err());
}
