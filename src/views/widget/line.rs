//! One line: what of a text may be drawn, and what of it fits.

use std::borrow::Cow;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::{app::glyph::Glyph, views::report::printable};

/// A text of a stranger as it may be drawn: control characters and what turns the writing direction become visible dots.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    // Most texts are harmless, and looking is cheaper than building another.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) { text.into() } else { printable(text).into() }
}

/// Draws a line into so many columns, an ellipsis in place of what doesn't fit. Whatever is in the line, it stays in those columns.
pub fn draw_line(buffer: &mut Buffer, (x, y): (u16, u16), line: &Line, width: u16, look: Look) {
    let mut column = x;
    let line = cut(line, width, look);
    for span in &line.spans {
        let left = width.saturating_sub(column - x);
        (column, _) = buffer.set_stringn(column, y, &span.content, left.into(), line.style.patch(span.style));
    }
}

/// A line with an ellipsis in place of what doesn't fit into so many columns, and nothing in it that can't be drawn.
#[must_use]
pub fn cut<'a>(line: &Line<'a>, width: u16, look: Look) -> Line<'a> {
    let spans = line.spans.iter().map(|span| match plain(&span.content) {
        Cow::Borrowed(_) => span.clone(),
        Cow::Owned(text) => Span::styled(text, span.style),
    });
    let line = Line { spans: spans.collect(), ..*line };
    if line.width() <= width.into() {
        return line;
    }
    let mut left = usize::from(width.saturating_sub(1));
    let mut fitting = Vec::new();
    for span in line.spans {
        let (text, whole) = start(&span.content, left);
        left -= text.width();
        let (style, end) = (span.style, text.len());
        if whole {
            fitting.push(span);
            continue;
        }
        let mut text = span.content.into_owned();
        text.truncate(end);
        if width > 0 {
            text.push_str(look.glyph(Glyph::Ellipsis));
        }
        fitting.push(Span::styled(text, style));
        break;
    }
    Line { spans: fitting, ..line }
}

/// The end of a text that fits into so many columns, an ellipsis in place of what stands before it.
#[must_use]
pub fn end(text: &str, width: usize, look: Look) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let kept = text.grapheme_indices(true).rev().take_while(|(_, grapheme)| {
        let fits = grapheme.width() <= left;
        left = left.saturating_sub(grapheme.width());
        fits
    });
    let begin = kept.last().map_or(text.len(), |(at, _)| at);
    let ellipsis = if width > 0 { look.glyph(Glyph::Ellipsis) } else { "" };
    format!("{ellipsis}{}", &text[begin..])
}

/// The start of a text that fits into so many columns, and whether that is all of it.
pub(super) fn start(text: &str, width: usize) -> (&str, bool) {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > width {
            return (&text[..at], false);
        }
    }
    (text, true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{layout::Rect, style::Stylize};

    use super::*;
    use crate::views::widget::testing::{ascii, rows, sixteen};

    fn cut_text(text: &str, width: u16) -> String {
        cut(&Line::raw(text), width, sixteen()).to_string()
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(cut_text("workstation", 11), "workstation");
        assert_eq!(cut_text("workstation", 10), "workstati⋯");
        assert_eq!(cut_text("日本語", 6), "日本語");
        assert_eq!(cut_text("日本語", 5), "日本⋯");
        assert_eq!(cut_text("日本語", 4), "日⋯", "half a letter is none");
        assert_eq!(cut_text("abc", 1), "⋯");
        assert_eq!(cut_text("abc", 0), "");
        assert_eq!(cut(&Line::raw("workstation"), 5, ascii()).to_string(), "work~");
    }

    #[test]
    fn of_what_is_known_by_its_end_the_front_is_left_out() {
        assert_eq!(end("~/fleet", 7, sixteen()), "~/fleet");
        assert_eq!(end("~/fleet", 6, sixteen()), "⋯fleet");
        assert_eq!(end("日本語", 5, sixteen()), "⋯本語");
        assert_eq!(end("日本語", 4, sixteen()), "⋯語", "half a letter is none");
        assert_eq!((end("ab", 1, sixteen()), end("ab", 0, sixteen())), ("⋯".to_owned(), String::new()));
        assert_eq!(end("~/fleet", 6, ascii()), "~fleet");
    }

    #[test]
    fn every_part_keeps_its_style() {
        let line = Line::from(vec!["red".red(), " and ".into(), "blue".blue()]);
        assert_eq!(cut(&line, 10, sixteen()), Line::from(vec!["red".red(), " and ".into(), "b⋯".blue()]));
        assert_eq!(cut(&line, 3, sixteen()), Line::from(vec!["re⋯".red()]));
    }

    #[test]
    fn texts_of_strangers_do_nothing_to_the_screen() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        draw_line(&mut buffer, (0, 0), &Line::raw("a\x1b[2Jb\u{202e}c\nd"), 8, sixteen());
        assert_eq!(rows(&buffer), ["a·[2Jb·⋯"]);
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_its_columns(text in "\\PC{0,20}|.{0,20}|[日a\u{301}👩‍👧]{0,9}", width in 0..20_u16) {
            prop_assert!(cut(&Line::raw(&text), width, sixteen()).width() <= width.into(), "{:?}", text);
            let mut buffer = Buffer::filled(Rect::new(0, 0, 30, 1), ratatui::buffer::Cell::new("#"));
            draw_line(&mut buffer, (3, 0), &Line::raw(&text), width, sixteen());
            for x in (0..3).chain(3 + width..30) {
                prop_assert_eq!(buffer[(x, 0)].symbol(), "#", "{} of {:?}", x, text);
            }
        }
    }
}
