//! Lines without their colours, and broken to a width.

use std::{borrow::Cow, ops::Range};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The text of a line of a log without its colour sequences.
#[must_use]
pub fn without_colours(line: &str) -> Cow<'_, str> {
    let Some(mut at) = line.find("\u{1b}[") else { return Cow::Borrowed(line) };
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    loop {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let tail = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';' || c == ':');
        rest = tail.strip_prefix('m').unwrap_or(tail);
        match rest.find("\u{1b}[") {
            Some(next) => at = next,
            None => break,
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The pieces of a line that stand below each other in so many columns, in bytes; at least one. Broken anywhere: what stands in columns in a log should stay so.
#[must_use]
pub fn broken(plain: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(1);
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, grapheme) in plain.grapheme_indices(true) {
        let columns = grapheme.width();
        if used + columns > width && at > start {
            pieces.push(start..at);
            (start, used) = (at, 0);
        }
        used += columns;
    }
    pieces.push(start..plain.len());
    pieces
}

/// How many pieces that makes.
pub(super) fn pieces(line: &str, width: usize) -> usize {
    // What is told by its length alone is most of a log.
    if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return line.len().div_ceil(width.max(1)).max(1);
    }
    broken(&without_colours(line), width).len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_go_and_the_text_stays() {
        assert_eq!(without_colours("\x1b[1;31merror:\x1b[0m é\x1b[m"), "error: é");
        assert_eq!(without_colours("plain"), "plain");
        assert_eq!(without_colours("\x1b[31"), "");
    }

    #[test]
    fn a_line_breaks_where_the_width_ends() {
        assert_eq!(broken("abcdef", 4), [0..4, 4..6]);
        assert_eq!(broken("日本語", 5), [0..6, 6..9]);
        assert_eq!(broken("日本", 1), [0..3, 3..6], "a letter that doesn't fit is not broken");
        assert_eq!(broken("", 5).len(), 1);
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_line(line in "[ -~]{0,40}|[a日é\u{301}]{0,30}", width in 1..20_usize) {
            let ranges = broken(&line, width);
            prop_assert_eq!(ranges.iter().map(|piece| &line[piece.clone()]).collect::<String>(), line.clone());
            prop_assert_eq!(pieces(&line, width), ranges.len());
            for piece in &ranges {
                let letters = line[piece.clone()].graphemes(true).count();
                prop_assert!(letters <= 1 || line[piece.clone()].width() <= width);
            }
        }
    }
}
