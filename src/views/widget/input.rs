//! A line that one types into.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Modifier,
    text::Line,
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Look, draw_line};
use crate::app::{input::Input, theme::Role};

/// Draws a prompt and what was typed behind it, so that the cursor is in sight; hands back where the terminal's own cursor belongs.
///
/// The cell under the cursor is reversed too: not every terminal shows its cursor well.
pub fn input(buffer: &mut Buffer, area: Rect, look: Look, prompt: &str, input: &Input) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let prompt = Line::styled(prompt, look.style(Role::Key));
    let prompt_width = u16::try_from(prompt.width()).unwrap_or(u16::MAX).min(area.width / 2);
    draw_line(buffer, (area.x, area.y), &prompt, prompt_width, look);
    let (x, width) = (area.x + prompt_width, area.width - prompt_width);
    let (left, right) = input.parts();
    let under = right.graphemes(true).next().map_or(1, UnicodeWidthStr::width).max(1);
    let left = end(left, usize::from(width).saturating_sub(under));
    let (cursor, _) = buffer.set_stringn(x, area.y, left, width.into(), look.style(Role::Text));
    let room = (x + width).saturating_sub(cursor);
    draw_line(buffer, (cursor, area.y), &Line::styled(right, look.style(Role::Text)), room, look);
    let cell = Rect::new(cursor, area.y, u16::try_from(under).unwrap_or(1), 1).intersection(area);
    buffer.set_style(cell, Modifier::REVERSED);
    Some(Position::new(cursor.min(area.right() - 1), area.y))
}

/// The end of a text that fits into so many columns.
fn end(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > width {
            return &text[at + grapheme.len()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::widget::testing::{drawn, sixteen};

    fn shown(text: &str, keys: &str, width: u16) -> String {
        let mut line = Input::new(text);
        for key in keys.split_whitespace() {
            line.key(key.parse().unwrap());
        }
        drawn(width, 1, |buffer, area| {
            let cursor = input(buffer, area, sixteen(), "/", &line).unwrap();
            assert!(area.contains(cursor) && buffer[cursor].modifier.contains(Modifier::REVERSED));
        })
    }

    #[test]
    fn the_cursor_is_always_in_sight() {
        insta::assert_snapshot!(shown("nginx", "", 12), @r"
        |/nginx
        0:0-0 Cyan BOLD
        0:6-6 REVERSED
        ");
        insta::assert_snapshot!(shown("nginx", "left left", 12), @r"
        |/nginx
        0:0-0 Cyan BOLD
        0:4-4 REVERSED
        ");
        insta::assert_snapshot!(shown("a long thing to look for", "", 12), @r"
        |/o look for
        0:0-0 Cyan BOLD
        0:11-11 REVERSED
        ");
        insta::assert_snapshot!(shown("a long thing to look for", "home", 12), @r"
        |/a long thi⋯
        0:0-0 Cyan BOLD
        0:1-1 REVERSED
        ");
        insta::assert_snapshot!(shown("日本語日本語", "left", 8), @r"
        |/日本語
        0:0-0 Cyan BOLD
        0:5-6 REVERSED
        ");
    }
}
