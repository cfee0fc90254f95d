//! Colours that programs chose themselves.

use ratatui::{
    style::{Color, Modifier, Style},
    text::{Line, Span},
};

use super::{Look, plain};
use crate::app::theme::Role;

/// A line of a log with the colours its program gave it, as far as the theme has any.
///
/// The sixteen colours by name become those of the theme's roles, so that they can be read on its background; backgrounds are left out for the same reason. What is no colour sequence is text.
#[must_use]
pub fn coloured<'a>(text: &str, base: Style, look: Look) -> Line<'a> {
    let mut spans = Vec::new();
    let mut style = Style::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let after = &rest[at + 2..];
        let parameters = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';' || c == ':');
        let parameters = &after[..after.len() - parameters.len()];
        let Some(tail) = after[parameters.len()..].strip_prefix('m') else {
            push(&mut spans, &rest[..at + 2], base.patch(style));
            rest = after;
            continue;
        };
        push(&mut spans, &rest[..at], base.patch(style));
        style = changed(style, parameters, look);
        rest = tail;
    }
    push(&mut spans, rest, base.patch(style));
    Line::from(spans)
}

fn push(spans: &mut Vec<Span>, text: &str, style: Style) {
    if !text.is_empty() {
        spans.push(Span::styled(plain(text).into_owned(), style));
    }
}

/// A style after an SGR sequence (ECMA-48, 8.3.117; colours of 256 and of 24 bits: ITU-T T.416, 13.1.8).
fn changed(mut style: Style, parameters: &str, look: Look) -> Style {
    let mut parameters = parameters.split(';');
    while let Some(parameter) = parameters.next() {
        let mut details = parameter.split(':');
        let number = |text: Option<&str>| {
            text.map_or(Some(0), |text| if text.is_empty() { Some(0) } else { text.parse::<u8>().ok() })
        };
        let Some(code) = number(details.next()) else { continue };
        style = match code {
            0 => Style::new(),
            1 => style.add_modifier(Modifier::BOLD),
            2 => style.add_modifier(Modifier::DIM),
            3 => style.add_modifier(Modifier::ITALIC),
            4 if details.next() == Some("0") => without(style, Modifier::UNDERLINED),
            4 | 21 => style.add_modifier(Modifier::UNDERLINED),
            7 => style.add_modifier(Modifier::REVERSED),
            9 => style.add_modifier(Modifier::CROSSED_OUT),
            22 => without(style, Modifier::BOLD | Modifier::DIM),
            23 => without(style, Modifier::ITALIC),
            24 => without(style, Modifier::UNDERLINED),
            27 => without(style, Modifier::REVERSED),
            29 => without(style, Modifier::CROSSED_OUT),
            30..=37 => Style { fg: named(code - 30, look), ..style },
            39 => Style { fg: None, ..style },
            90..=97 => Style { fg: named(code - 90, look), ..style },
            38 | 48 => {
                let details = details.collect::<Vec<_>>();
                let colour = if details.is_empty() {
                    let kind = parameters.next();
                    let count = if kind == Some("2") { 3 } else { 1 };
                    let numbers = parameters.by_ref().take(count).filter_map(|part| number(Some(part)));
                    wide(&numbers.collect::<Vec<_>>(), look)
                } else {
                    // With colons a colour space stands before the three numbers, and may be left empty.
                    let numbers =
                        details[1..].iter().filter_map(|part| number(Some(part))).collect::<Vec<_>>();
                    wide(
                        &numbers[numbers.len().saturating_sub(if details[0] == "2" { 3 } else { 1 })..],
                        look,
                    )
                };
                if code == 38 { Style { fg: colour, ..style } } else { style }
            }
            _ => style,
        };
    }
    style
}

fn without(mut style: Style, modifier: Modifier) -> Style {
    style.add_modifier -= modifier;
    style
}

/// The theme's own colour of that kind.
fn named(colour: u8, look: Look) -> Option<Color> {
    let role = match colour {
        1 => Role::Bad,
        2 => Role::Good,
        3 => Role::Warn,
        4 => Role::Place,
        5 => Role::Unknown,
        6 => Role::Name,
        _ => return None,
    };
    look.style(role).fg
}

/// A colour of 256, or of all.
fn wide(numbers: &[u8], look: Look) -> Option<Color> {
    // A theme without colours stays without.
    look.style(Role::Bad).fg?;
    match *numbers {
        [index @ 0..=15] => named(index % 8, look),
        [index] => Some(Color::Indexed(index)),
        [red, green, blue] => Some(Color::Rgb(red, green, blue)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Stylize;

    use super::*;
    use crate::views::widget::testing::sixteen;

    fn spans(text: &str) -> Vec<Span<'static>> {
        coloured(text, Style::new(), sixteen()).spans
    }

    #[test]
    fn colours_by_name_are_the_theme_s() {
        assert_eq!(
            spans("\x1b[31merror:\x1b[0m no \x1b[1;92mway\x1b[m"),
            ["error:".fg(Color::Red), " no ".into(), "way".fg(Color::Green).bold()]
        );
        assert_eq!(spans("\x1b[37;41mx\x1b[39;49my"), [Span::raw("x"), Span::raw("y")], "readable anywhere");
    }

    #[test]
    fn wide_colours_stay() {
        assert_eq!(
            spans("\x1b[38;5;208ma\x1b[38;2;1;2;3mb\x1b[38:2::4:5:6mc\x1b[38:5:9md\x1b[48;5;1;4me"),
            [
                "a".fg(Color::Indexed(208)),
                "b".fg(Color::Rgb(1, 2, 3)),
                "c".fg(Color::Rgb(4, 5, 6)),
                "d".fg(Color::Red),
                "e".fg(Color::Red).underlined()
            ]
        );
    }

    #[test]
    fn weights_come_and_go() {
        assert_eq!(
            spans("\x1b[1;3;4;7;9ma\x1b[22;23;24;27;29mb\x1b[4:3mc\x1b[4:0md"),
            [
                "a".bold().italic().underlined().reversed().crossed_out(),
                Span::raw("b"),
                "c".underlined(),
                Span::raw("d")
            ]
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_is_text_without_control_characters(text in "(\x1b\\[?[0-9;:]{0,6}m?|.|\\PC){0,30}") {
            for span in spans(&text) {
                prop_assert!(!span.content.contains(char::is_control));
            }
        }
    }
}
