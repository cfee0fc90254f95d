//! A line of text that one types: what is in it, and where the cursor stands.

use std::fmt;

use crossterm::event::KeyCode;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use zeroize::Zeroizing;

use super::keys::Key;

/// The longest text, in bytes: more is never typed, only pasted by mistake.
const LONGEST: usize = 4096;

/// One line of text under a cursor. It holds no control character.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Input {
    text: Zeroizing<String>,
    /// Whether nobody may see it.
    hidden: bool,
    /// In bytes, always between two graphemes.
    cursor: usize,
}

impl Input {
    /// A line that holds a text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut input = Self::default();
        input.paste(text);
        input
    }

    /// An empty line that nobody may see: it is neither shown nor told, and wherever it was kept is wiped.
    #[must_use]
    pub fn hidden() -> Self {
        // A text that outgrew its memory would leave it as it was.
        Self { text: Zeroizing::new(String::with_capacity(LONGEST)), hidden: true, cursor: 0 }
    }

    /// Whether nobody may see it.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// What it holds.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text
    }

    /// What is left of the cursor, and the rest.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Takes a key, as a shell would, if it is one that edits; hands back whether it was.
    pub fn key(&mut self, key: Key) -> bool {
        match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char('a'), true, false) | (KeyCode::Home, false, false) => self.cursor = 0,
            (KeyCode::Char('e'), true, false) | (KeyCode::End, false, false) => self.cursor = self.text.len(),
            (KeyCode::Char('b'), true, false) | (KeyCode::Left, false, false) => self.cursor = self.left(),
            (KeyCode::Char('f'), true, false) | (KeyCode::Right, false, false) => self.cursor = self.right(),
            (KeyCode::Char('b'), false, true) | (KeyCode::Left, true, false) => {
                self.settle(self.word_left());
            }
            (KeyCode::Char('f'), false, true) | (KeyCode::Right, true, false) => {
                self.settle(self.word_right());
            }
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
                self.delete_from(self.left());
            }
            (KeyCode::Delete, false, false) | (KeyCode::Char('d'), true, false) => {
                self.delete_to(self.right());
            }
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, false, true) => {
                self.delete_from(self.word_left());
            }
            (KeyCode::Char('u'), true, false) => self.delete_from(0),
            (KeyCode::Char('k'), true, false) => self.delete_to(self.text.len()),
            _ => match key.typed() {
                Some(typed) => self.paste(typed.encode_utf8(&mut [0; 4])),
                None => return false,
            },
        }
        true
    }

    /// Adds a text before the cursor: breaks of lines become spaces, so that words stay apart; every other control character goes.
    pub fn paste(&mut self, text: &str) {
        let one_line = Zeroizing::new(text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n"));
        let mut clean = Zeroizing::new(String::with_capacity(one_line.len()));
        let spaced = one_line.chars().map(|c| if matches!(c, '\r' | '\n' | '\t') { ' ' } else { c });
        clean.extend(spaced.filter(|c| !c.is_control()));
        let room = LONGEST.saturating_sub(self.text.len());
        let fitting = clean.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room);
        let end = fitting.last().unwrap_or(0);
        clean.truncate(end);
        self.text.insert_str(self.cursor, &clean);
        self.settle(self.cursor + clean.len());
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
    }

    fn delete_from(&mut self, start: usize) {
        self.text.replace_range(start..self.cursor, "");
        self.settle(start);
    }

    fn delete_to(&mut self, end: usize) {
        self.text.replace_range(self.cursor..end, "");
        self.settle(self.cursor);
    }

    /// Puts the cursor there, or behind the grapheme it would be inside of: what was put together can be one now.
    fn settle(&mut self, at: usize) {
        let mut graphemes = GraphemeCursor::new(at, self.text.len(), true);
        let between = graphemes.is_boundary(&self.text, 0).unwrap_or(true);
        self.cursor = if between { at } else { self.next(at) };
    }

    fn left(&self) -> usize {
        self.parts().0.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.next(self.cursor)
    }

    fn next(&self, at: usize) -> usize {
        let mut graphemes = GraphemeCursor::new(at, self.text.len(), true);
        graphemes.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len())
    }

    fn word_left(&self) -> usize {
        let words = self.parts().0.split_word_bound_indices().rev();
        words.filter(|(_, word)| is_word(word)).map(|(at, _)| at).next().unwrap_or(0)
    }

    fn word_right(&self) -> usize {
        let mut words = self.parts().1.split_word_bound_indices().filter(|(_, word)| is_word(word));
        words.next().map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.hidden { ".." } else { &**self.text };
        write!(f, "Input({text:?} at {})", self.cursor)
    }
}

fn is_word(piece: &str) -> bool {
    piece.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(input: &mut Input, keys: &str) {
        for key in keys.split_whitespace() {
            assert!(input.key(key.parse().unwrap()), "{key}");
        }
    }

    fn edited(text: &str, keys: &str) -> (String, String) {
        let mut input = Input::new(text);
        press(&mut input, keys);
        let (left, right) = input.parts();
        (left.to_owned(), right.to_owned())
    }

    fn parts(left: &str, right: &str) -> (String, String) {
        (left.to_owned(), right.to_owned())
    }

    #[test]
    fn keys_do_what_a_shell_does() {
        assert_eq!(edited("", "a space B"), parts("a B", ""));
        assert_eq!(edited("ab", "backspace"), parts("a", ""));
        assert_eq!(edited("ab", "left delete"), parts("a", ""));
        assert_eq!(edited("ab", "ctrl-a right"), parts("a", "b"));
        assert_eq!(edited("ab cd", "ctrl-w"), parts("ab ", ""));
        assert_eq!(edited("ab cd  ", "ctrl-w"), parts("ab ", ""));
        assert_eq!(edited("ab cd", "ctrl-left ctrl-left ctrl-right"), parts("ab", " cd"));
        assert_eq!(edited("ab", "left ctrl-u"), parts("", "b"));
        assert_eq!(edited("ab", "left ctrl-k ctrl-e"), parts("a", ""));
        assert_eq!(edited("", "backspace delete ctrl-w left right"), parts("", ""));
    }

    #[test]
    fn other_keys_are_left_to_others() {
        let mut input = Input::new("a");
        for key in ["enter", "esc", "tab", "up", "ctrl-x", "alt-x", "f1"] {
            assert!(!input.key(key.parse().unwrap()), "{key}");
        }
        assert_eq!(input, Input::new("a"));
    }

    #[test]
    fn a_letter_of_many_parts_is_one() {
        assert_eq!(edited("e\u{301}👩‍👩‍👧", "backspace"), parts("e\u{301}", ""));
        assert_eq!(edited("e\u{301}", "backspace"), parts("", ""));
        assert_eq!(edited("日本", "left"), parts("日", "本"));
        assert_eq!(
            edited("\u{11f02}[", "home ctrl-right"),
            parts("\u{11f02}[", ""),
            "a word that ends inside a letter"
        );
    }

    #[test]
    fn what_is_pasted_is_one_line_of_text() {
        let mut input = Input::default();
        input.paste("a\r\nb\tc\x1b[2J\n");
        assert_eq!(input.value(), "a b c[2J");
        let long = "ä".repeat(LONGEST);
        assert_eq!(Input::new(&long).value().len(), LONGEST);
    }

    proptest! {
        #[test]
        fn the_cursor_stands_between_letters(
            steps in prop::collection::vec(("\\PC{0,4}|\u{301}|\u{1f1e6}|\u{200d}|.{0,3}", 0..12_usize), 0..40),
        ) {
            let keys = [
                "left", "right", "home", "end", "ctrl-left", "ctrl-right", "backspace", "delete", "ctrl-w",
                "ctrl-u", "ctrl-k", "x",
            ];
            let mut input = Input::default();
            for (text, key) in steps {
                input.paste(&text);
                press(&mut input, keys[key]);
                let boundary = GraphemeCursor::new(input.cursor, input.text.len(), true)
                    .is_boundary(&input.text, 0);
                prop_assert_eq!(boundary, Ok(true), "{:?} after {:?}", input, keys[key]);
                prop_assert!(!input.text.contains(char::is_control));
            }
        }
    }
}
