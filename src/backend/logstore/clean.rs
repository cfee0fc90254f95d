//! Makes a line of a log safe to draw.

/// Whether the colours of a line are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// `ESC [ … m` stays where it is about colours and weight.
    Keep,
    /// Nothing but text.
    Drop,
}

/// A tab goes to the next multiple of this, in characters.
const TAB: usize = 8;

/// The longest escape sequence of colours that is believed, in characters.
const LONGEST_SGR: usize = 64;

/// What is drawn of a line: text, and colours if they are wanted.
///
/// Every other escape sequence, every control character and what would turn the direction of the text is left out; bytes that are no UTF-8 become
/// U+FFFD. Of a line that was drawn over itself with carriage returns only the last state is left, as a terminal would show. A sequence that has no
/// end loses its beginning only, so that nothing can hide the rest of a line.
///
/// The result holds no control character but the ESC of a complete colour sequence, and cleaning it again changes nothing.
#[must_use]
pub fn clean_line(line: &[u8], colour: Colour) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let text = text.rsplit('\r').next().unwrap_or(text);
    let mut clean = String::with_capacity(text.len());
    let mut column = 0;
    // Once no end was found behind one beginning, there is none behind a later one either: looking again would take quadratic time.
    let mut ends = true;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        rest = match c {
            '\u{1b}' => match tail.strip_prefix([']', 'P', 'X', '^', '_']) {
                Some(tail) => control_string(tail, &mut ends),
                None => escape(tail, colour, &mut clean),
            },
            '\u{9b}' => control_sequence(tail, colour, &mut clean),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => control_string(tail, &mut ends),
            '\t' => {
                let width = TAB - column % TAB;
                clean.extend(std::iter::repeat_n(' ', width));
                column += width;
                tail
            }
            c if c.is_control() || misleads(c) => tail,
            c => {
                clean.push(c);
                column += 1;
                tail
            }
        };
    }
    clean
}

/// Characters that are no control characters, but move or reverse what is drawn: separators of lines and paragraphs, and marks of direction.
fn misleads(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What follows an ESC that begins no string (ECMA-48, 5.3): hands back what is left to read.
fn escape<'a>(rest: &'a str, colour: Colour, clean: &mut String) -> &'a str {
    let mut chars = rest.chars();
    match chars.next() {
        Some('[') => control_sequence(chars.as_str(), colour, clean),
        Some(' '..='/') => {
            let end = rest.trim_start_matches(|c| matches!(c, ' '..='/'));
            end.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(end)
        }
        Some('0'..='~') => chars.as_str(),
        _ => rest,
    }
}

/// `CSI parameters intermediates final`, of which only SGR (final `m`, no intermediates, no private parameters) may stay.
fn control_sequence<'a>(rest: &'a str, colour: Colour, clean: &mut String) -> &'a str {
    let after_parameters = rest.trim_start_matches(|c| matches!(c, '0'..='?'));
    let parameters = &rest[..rest.len() - after_parameters.len()];
    let end = after_parameters.trim_start_matches(|c| matches!(c, ' '..='/'));
    let Some(left) = end.strip_prefix(|c| matches!(c, '@'..='~')) else { return end };
    if colour == Colour::Keep
        && end.len() == after_parameters.len()
        && end.starts_with('m')
        && is_colour(parameters)
    {
        clean.push_str("\u{1b}[");
        clean.push_str(parameters);
        clean.push('m');
    }
    left
}

/// A string such as a window's title or a link: up to ST (or BEL). Without an end only its beginning goes.
fn control_string<'a>(rest: &'a str, ends: &mut bool) -> &'a str {
    if !*ends {
        return rest;
    }
    let end = rest.char_indices().find_map(|(at, c)| match c {
        '\u{7}' | '\u{9c}' => Some(at + c.len_utf8()),
        '\u{1b}' => rest[at + 1..].starts_with('\\').then_some(at + 2),
        _ => None,
    });
    *ends = end.is_some();
    end.map_or(rest, |end| &rest[end..])
}

/// Whether the parameters of an SGR sequence only set colours, weight, slant or lines: nothing that blinks, hides or changes the font.
fn is_colour(parameters: &str) -> bool {
    if parameters.len() > LONGEST_SGR || !parameters.bytes().all(|b| b.is_ascii_digit() || b";:".contains(&b))
    {
        return false;
    }
    let mut numbers = parameters.split(';');
    while let Some(number) = numbers.next() {
        // Behind a colon stand details of the same parameter: `4:3`, `38:2::255:0:0`.
        let (number, detailed) = number.split_once(':').map_or((number, false), |(number, _)| (number, true));
        match if number.is_empty() { Ok(0) } else { number.parse::<u16>() } {
            Ok(38 | 48) if !detailed => {
                let count = match numbers.next() {
                    Some("5") => 1,
                    Some("2") => 3,
                    _ => return false,
                };
                if numbers.by_ref().take(count).filter(|part| !part.contains(':')).count() < count {
                    return false;
                }
            }
            Ok(0..=4 | 7 | 9 | 21..=25 | 27..=49 | 90..=97 | 100..=107) => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(line: &[u8]) -> String {
        clean_line(line, Colour::Drop)
    }

    fn coloured(line: &[u8]) -> String {
        clean_line(line, Colour::Keep)
    }

    #[test]
    fn text_stays_and_colours_as_wanted() {
        let line = "\x1b[1;31merror:\x1b[0m größer als \x1b[38;5;208m日本\x1b[m".as_bytes();
        assert_eq!(plain(line), "error: größer als 日本");
        assert_eq!(coloured(line), "\x1b[1;31merror:\x1b[0m größer als \x1b[38;5;208m日本\x1b[m");
        assert_eq!(
            coloured(b"\x1b[38;2;1;2;3mx\x1b[4:3my\x1b[38:2::9:9:9mz"),
            "\x1b[38;2;1;2;3mx\x1b[4:3my\x1b[38:2::9:9:9mz"
        );
    }

    #[test]
    fn every_other_sequence_goes() {
        for hostile in [
            "a\x1b[2Jb",
            "a\x1b[1;1Hb",
            "a\x1b[?1049hb",
            "a\x1b[>4;2mb",
            "a\x1b[0 mb",
            "a\x1b[8mb",
            "a\x1b[5mb",
            "a\x1b[38;5mb",
            "a\x1b[38;9;1mb",
            "a\x1b]0;title\x07b",
            "a\x1b]52;c;cm0gLXJm\x1b\\b",
            "a\x1b]8;;https://example.org\x1b\\b\x1b]8;;\x1b\\",
            "a\x1bP+q544e\x1b\\b",
            "a\x1bX\u{1}string\u{9c}b",
            "a\u{9d}0;title\u{9c}b",
            "a\u{90}q\u{1b}[31mstring\u{9c}b",
            "a\u{9b}2Jb",
            "a\x1b(0b",
            "a\x1b#8b",
            "a\x1bcb",
            "a\x1b\x1b[Kb",
            "a\0\u{7}\u{8}\u{b}\u{c}\u{7f}\u{85}\u{8d}b",
            "a\u{202e}\u{2066}\u{2028}\u{200f}b",
            "a\x1b[3\u{0}mb",
        ] {
            let clean = coloured(hostile.as_bytes());
            assert!(
                clean == "ab" || (hostile.contains("3\u{0}m") && clean == "amb"),
                "{hostile:?} gave {clean:?}"
            );
        }
    }

    #[test]
    fn what_has_no_end_hides_nothing() {
        assert_eq!(coloured(b"\x1b]0;the rest is shown"), "0;the rest is shown");
        assert_eq!(coloured(b"\x1bPthe rest"), "the rest");
        assert_eq!(coloured(b"text\x1b[31"), "text");
        assert_eq!(coloured(b"text\x1b"), "text");
        assert_eq!(coloured("text\x1b[31é".as_bytes()), "texté");
    }

    #[test]
    fn raw_bytes_and_nul_are_no_harm() {
        assert_eq!(plain(b"raw \xff\x80 nul\0end"), "raw \u{fffd}\u{fffd} nulend");
    }

    #[test]
    fn of_a_progress_line_the_last_state_is_left() {
        assert_eq!(plain(b"10%\r50%\r100%\r\n"), "100%");
        assert_eq!(plain(b"dos\r\n"), "dos");
        assert_eq!(plain(b"\r"), "");
    }

    #[test]
    fn tabs_keep_columns() {
        assert_eq!(plain(b"a\tb\t\x1b[31mc"), "a       b       c");
    }

    /// Bytes out of which terminals make something.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let pieces = [
            "\x1b", "[", "]", "P", "\\", "m", "0", "31", ";", ":", "38", "5", "2", "?", ">", " ", "(",
            "\u{9b}", "\u{9d}", "\u{9c}", "\u{90}", "\x07", "\r", "\t", "\0", "text", "é", "\u{202e}", "J",
            "H",
        ];
        let bytes = prop_oneof![
            4 => prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 1..3),
        ];
        prop::collection::vec(bytes, 0..40).prop_map(|parts| parts.concat())
    }

    /// Takes complete colour sequences out of a text.
    fn without_colours(text: &str) -> String {
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("\x1b[") {
            plain.push_str(&rest[..at]);
            let sequence = &rest[at + 2..];
            let end = sequence.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':')).unwrap();
            assert!(sequence[end..].starts_with('m'), "{text:?}");
            rest = &sequence[end + 1..];
        }
        plain + rest
    }

    proptest! {
        #[test]
        fn nothing_gets_through_but_text_and_colours(line in hostile()) {
            let clean = clean_line(&line, Colour::Keep);
            let text = without_colours(&clean);
            prop_assert!(!text.contains(char::is_control), "{:?}", clean);
            prop_assert!(!clean_line(&line, Colour::Drop).contains(char::is_control));
            prop_assert_eq!(clean_line(clean.as_bytes(), Colour::Keep), clean);
        }

        #[test]
        fn ordinary_text_is_left_alone(line in "[a-zA-Zäöü0-9 ./:-]*") {
            prop_assert_eq!(clean_line(line.as_bytes(), Colour::Keep), line);
        }
    }
}
