//! Where one is in something long.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Look;
use crate::app::{glyph::Glyph, theme::Role};

/// Draws at the right edge of an area which part of a list of `len` rows is in it. Nothing where all of it is.
pub fn scrollbar(buffer: &mut Buffer, area: Rect, look: Look, offset: usize, len: usize) {
    let height = usize::from(area.height);
    if len <= height || area.is_empty() {
        return;
    }
    let size = (height * height / len).max(1);
    // The thumb is at an edge only when the list is.
    let (room, hidden) = (height - size, len - height);
    let offset = offset.min(hidden);
    let start = match offset {
        0 => 0,
        _ if offset == hidden => room,
        _ => (offset * room / hidden).max(1).min(room.saturating_sub(1).max(1)).min(room),
    };
    let x = area.right() - 1;
    for (row, y) in (area.top()..area.bottom()).enumerate() {
        let thumb = (start..start + size).contains(&row);
        let (glyph, role) = if thumb { (Glyph::Thumb, Role::Text) } else { (Glyph::Track, Role::Border) };
        buffer.set_string(x, y, look.glyph(glyph), look.style(role));
    }
}

/// Where one is in words: `12/345`, `0/0` in an empty list.
#[must_use]
pub fn position(selected: usize, len: usize) -> String {
    format!("{}/{len}", if len == 0 { 0 } else { selected.min(len - 1) + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::widget::testing::{ascii, rows};

    fn bar(offset: usize, len: usize) -> String {
        let area = Rect::new(0, 0, 1, 6);
        let mut buffer = Buffer::empty(area);
        scrollbar(&mut buffer, area, ascii(), offset, len);
        rows(&buffer).concat()
    }

    #[test]
    fn the_thumb_is_at_an_edge_only_when_the_list_is() {
        assert_eq!(bar(0, 6), "");
        assert_eq!([0, 1, 3, 5, 6].map(|at| bar(at, 12)), ["###|||", "|###||", "|###||", "||###|", "|||###"]);
        assert_eq!(
            [0, 1, 900, 993, 994].map(|at| bar(at, 1000)),
            ["#|||||", "|#||||", "||||#|", "||||#|", "|||||#"]
        );
        assert_eq!(bar(9, 7), "|#####");
    }

    #[test]
    fn positions_count_from_one() {
        assert_eq!([position(0, 3), position(9, 3), position(0, 0)], ["1/3", "3/3", "0/0"]);
    }
}
