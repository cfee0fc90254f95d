//! Text that is read: heads, paragraphs, labelled values; wrapped at words, scrolled by lines.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Look, draw_line, line::plain, line::start, scrollbar};
use crate::app::theme::Role;

/// Blanks between a label and its value.
const GAP: usize = 2;

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Block<'a> {
    /// A head, with an empty line above unless it is the first.
    Head(Line<'a>),
    /// A paragraph, indented by so many columns.
    Text(u16, Line<'a>),
    /// A label and its value.
    Pair(&'a str, Line<'a>),
    /// An empty line.
    Blank,
}

/// The lines of a text in so many columns. Labels stand in one column, as wide as the widest of them needs, and never more than a third.
#[must_use]
pub fn lay_out<'a>(blocks: &[Block<'a>], width: u16, look: Look) -> Vec<Line<'a>> {
    let labels = blocks.iter().filter_map(|block| match block {
        Block::Pair(label, _) => Some(label.width() + GAP),
        _ => None,
    });
    let label_width = labels.max().unwrap_or(0).min(usize::from(width) / 3);
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Head(head) => {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                lines.extend(wrap(&head.clone().patch_style(look.style(Role::Head)), width));
            }
            Block::Text(indent, text) => {
                let indent = (*indent).min(width / 2);
                let blank = Span::raw(" ".repeat(indent.into()));
                lines.extend(wrap(text, width - indent).into_iter().map(|line| indented(&blank, line)));
            }
            Block::Pair(label, value) => {
                let value_width = usize::from(width) - label_width;
                let value = wrap(value, u16::try_from(value_width).unwrap_or(width));
                for (at, line) in value.into_iter().enumerate() {
                    let label = if at == 0 { start(label, label_width.saturating_sub(GAP)).0 } else { "" };
                    let blanks = " ".repeat(label_width - label.width());
                    let label = Span::styled(format!("{label}{blanks}"), look.style(Role::Faint));
                    lines.push(indented(&label, line));
                }
            }
            Block::Blank => lines.push(Line::default()),
        }
    }
    lines
}

fn indented<'a>(indent: &Span<'a>, line: Line<'a>) -> Line<'a> {
    let spans = line.spans.into_iter().map(|span| Span::styled(span.content, line.style.patch(span.style)));
    std::iter::once(indent.clone()).chain(spans).collect()
}

/// A line as the lines it becomes in so many columns: broken between words, and within a word that is longer than a line. At least one line.
#[must_use]
pub fn wrap<'a>(line: &Line<'a>, width: u16) -> Vec<Line<'a>> {
    wrap_hanging(line, width, 0)
}

/// The same, where all lines but the first are so much shorter.
#[must_use]
pub fn wrap_hanging<'a>(line: &Line<'a>, width: u16, hang: u16) -> Vec<Line<'a>> {
    let first = usize::from(width.max(1));
    let width = usize::from(width.saturating_sub(hang).max(1));
    let mut wrapped = Wrapped { lines: Vec::new(), spans: Vec::new(), used: 0, first, width };
    for span in &line.spans {
        let style = line.style.patch(span.style);
        let text = plain(&span.content);
        for word in text.split_inclusive(' ').flat_map(|word| {
            let (word, blank) = word.split_at(word.trim_end_matches(' ').len());
            [word, blank].into_iter().filter(|piece| !piece.is_empty())
        }) {
            if word.width() <= width {
                wrapped.push(word, style);
            } else {
                word.split_word_bounds().for_each(|piece| wrapped.push(piece, style));
            }
        }
    }
    wrapped.end();
    wrapped.lines
}

struct Wrapped<'a> {
    lines: Vec<Line<'a>>,
    spans: Vec<Span<'a>>,
    used: usize,
    first: usize,
    width: usize,
}

impl Wrapped<'_> {
    fn width(&self) -> usize {
        if self.lines.is_empty() { self.first } else { self.width }
    }

    fn push(&mut self, word: &str, style: Style) {
        let mut word = word;
        if self.used + word.width() > self.width() && self.used > 0 {
            self.end();
            // The blank at which a line was broken is not wanted on the next.
            if word.trim().is_empty() {
                return;
            }
        }
        while !word.is_empty() {
            let (mut piece, whole) = start(word, self.width() - self.used);
            if piece.is_empty() && !whole {
                // Not even one letter fits: it is drawn cut.
                piece = word.graphemes(true).next().unwrap_or(word);
            }
            self.used += piece.width();
            match self.spans.last_mut() {
                Some(last) if last.style == style => last.content.to_mut().push_str(piece),
                _ => self.spans.push(Span::styled(piece.to_owned(), style)),
            }
            word = &word[piece.len()..];
            if !word.is_empty() {
                self.end();
            }
        }
    }

    fn end(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.spans)));
        self.used = 0;
    }
}

/// How far a text of so many lines can be scrolled in so many.
#[must_use]
pub fn scroll_limit(lines: usize, height: u16) -> usize {
    lines.saturating_sub(height.into())
}

/// Draws the lines of a text from the one at `offset` on, or as far down as it goes; with a scroll bar where not all of it is in sight.
pub fn scrolled(buffer: &mut Buffer, area: Rect, look: Look, lines: &[Line], offset: usize) {
    let offset = offset.min(scroll_limit(lines.len(), area.height));
    let edge = u16::from(lines.len() > area.height.into());
    for (y, line) in (area.top()..area.bottom()).zip(&lines[offset..]) {
        draw_line(buffer, (area.x, y), line, area.width.saturating_sub(edge), look);
    }
    scrollbar(buffer, area, look, offset, lines.len());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Stylize;

    use super::*;
    use crate::views::widget::testing::{drawn, sixteen};

    fn wrapped(text: &str, width: u16) -> Vec<String> {
        wrap(&Line::raw(text), width).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words_where_they_can() {
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick ", "brown fox"]);
        assert_eq!(wrapped("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrapped("a /nix/store/abcdefgh b", 9), ["a /nix/", "store/", "abcdefgh ", "b"]);
        assert_eq!(wrapped("abcdefghijkl", 5), ["abcde", "fghij", "kl"]);
        assert_eq!(wrapped("日本語", 5), ["日本", "語"]);
        assert_eq!(wrapped("日", 1), ["日"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn what_hangs_is_narrower() {
        let lines = wrap_hanging(&Line::raw("host  a long name (100)"), 12, 6);
        assert_eq!(
            lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["host  a long", "name ", "(100)"]
        );
    }

    #[test]
    fn styles_survive_a_break() {
        let line = Line::from(vec!["red words ".red(), "blue".blue()]);
        assert_eq!(
            wrap(&line, 6),
            [Line::from("red ".red()), Line::from("words ".red()), Line::from("blue".blue())]
        );
    }

    #[test]
    fn details_stand_in_two_columns() {
        let blocks = [
            Block::Head("gate".into()),
            Block::Pair("address", "10.0.0.1".green().into()),
            Block::Pair("kind", "a machine that forwards packets".into()),
            Block::Head("Definitions".into()),
            Block::Text(2, "hosts/gate.nix:12".blue().into()),
            Block::Blank,
            Block::Text(0, "the end".into()),
        ];
        insta::assert_snapshot!(drawn(30, 7, |buffer, area| {
            let lines = lay_out(&blocks, area.width - 1, sixteen());
            scrolled(buffer, area, sixteen(), &lines, 0);
        }), @r"
        |gate                         ▮
        |address  10.0.0.1            ▮
        |kind     a machine that      ▮
        |         forwards packets    ▮
        |                             ▮
        |Definitions                  ╎
        |  hosts/gate.nix:12          ╎
        0:0-3 BOLD
        1:0-8 DIM
        1:9-16 Green
        2:0-8 DIM
        3:0-8 DIM
        5:0-10 BOLD
        5:29-29 DIM
        6:2-18 Blue
        6:29-29 DIM
        ");
        insta::assert_snapshot!(drawn(30, 4, |buffer, area| {
            let lines = lay_out(&blocks, area.width - 1, sixteen());
            scrolled(buffer, area, sixteen(), &lines, 99);
        }), @r"
        |Definitions                  ╎
        |  hosts/gate.nix:12          ╎
        |                             ╎
        |the end                      ▮
        0:0-10 BOLD
        0:29-29 DIM
        1:2-18 Blue
        1:29-29 DIM
        2:29-29 DIM
        ");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_but_blanks(text in "[a-c日é /]{0,60}", width in 2..20_u16) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| line.width() <= width.into()), "{:?}", lines);
            let solid = |text: &str| text.replace(' ', "");
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
        }
    }
}
