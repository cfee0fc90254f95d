//! How far something is.

use ratatui::text::{Line, Span};

use super::Look;
use crate::app::{glyph::Glyph, theme::Role};

/// How much of something is done, in percent; none while it is not known how much there is. 100 only when all of it is.
#[must_use]
pub fn share(done: u64, expected: u64) -> Option<u16> {
    if expected == 0 {
        return None;
    }
    let percent = u128::from(done.min(expected)) * 100 / u128::from(expected);
    u16::try_from(percent).ok()
}

/// A bar of so many columns and what it says in words behind it: `▰▰▰▰▱▱▱▱ 12 of 24 built`. Without bar while it is not known how much there is.
#[must_use]
pub fn gauge<'a>(look: Look, done: u64, expected: u64, width: u16, words: &str) -> Line<'a> {
    let words = Span::raw(words.to_owned());
    let Some(percent) = share(done, expected).filter(|_| width > 0) else { return Line::from(words) };
    let full = usize::from(width) * usize::from(percent) / 100;
    let empty = usize::from(width) - full;
    let role = if percent == 100 { Role::Good } else { Role::Busy };
    Line::from(vec![
        Span::styled(look.glyph(Glyph::Done).repeat(full), look.style(role)),
        Span::styled(look.glyph(Glyph::ToDo).repeat(empty), look.style(Role::Faint)),
        Span::raw(" "),
        words,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::widget::testing::ascii;

    #[test]
    fn all_is_done_only_when_it_is() {
        assert_eq!(
            [share(0, 0), share(999, 1000), share(2, 2), share(3, 2)],
            [None, Some(99), Some(100), Some(100)]
        );
        assert_eq!(share(u64::MAX - 1, u64::MAX), Some(99));
    }

    #[test]
    fn a_bar_has_its_words_beside_it() {
        let bar = |done, expected| gauge(ascii(), done, expected, 8, "copied").to_string();
        assert_eq!(
            [bar(0, 4), bar(3, 4), bar(4, 4)],
            ["........ copied", "######.. copied", "######## copied"]
        );
        assert_eq!(bar(3, 0), "copied", "nobody knows how far it is");
        assert_eq!(gauge(ascii(), 1, 2, 0, "copied").to_string(), "copied");
    }
}
