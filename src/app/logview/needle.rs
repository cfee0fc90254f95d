//! A piece of text to look for in lines.

use std::ops::Range;

use memchr::{memchr2_iter, memmem::Finder};

/// What is looked for. With a capital in it case counts.
#[derive(Debug, Clone)]
pub struct Needle {
    text: String,
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Exactly(Box<Finder<'static>>),
    /// Without regard to case, letters of ASCII only: the first letter in both cases.
    Ascii(u8, u8),
    /// Without regard to case, letter by letter.
    Folded(Vec<char>),
}

impl Needle {
    /// A text to look for; none if it is empty, which is everywhere.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let first = *text.as_bytes().first()?;
        let how = if text.contains(char::is_uppercase) {
            How::Exactly(Box::new(Finder::new(text.as_bytes()).into_owned()))
        } else if text.is_ascii() {
            How::Ascii(first, first.to_ascii_uppercase())
        } else {
            How::Folded(text.chars().collect())
        };
        Some(Self { text: text.to_owned(), how })
    }

    /// What is looked for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is in a text.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// Where it is in a text, in bytes; places don't overlap.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.find(text, from)?;
            from = found.end;
            Some(found)
        })
    }

    /// The first place that begins at `from` or later.
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        match &self.how {
            How::Exactly(finder) => {
                let at = from + finder.find(rest.as_bytes())?;
                Some(at..at + self.text.len())
            }
            How::Ascii(lower, upper) => {
                let (rest, wanted) = (rest.as_bytes(), self.text.as_bytes());
                let mut places = memchr2_iter(*lower, *upper, rest);
                let at = places.find(|at| {
                    rest.get(*at..*at + wanted.len()).is_some_and(|there| there.eq_ignore_ascii_case(wanted))
                })?;
                Some(from + at..from + at + wanted.len())
            }
            How::Folded(wanted) => rest.char_indices().find_map(|(at, _)| {
                let mut chars = rest[at..].chars();
                let mut end = from + at;
                for c in wanted {
                    let there = chars.next()?;
                    end += there.len_utf8();
                    if there != *c && !there.to_lowercase().eq(c.to_lowercase()) {
                        return None;
                    }
                }
                Some(from + at..end)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(needle: &str, text: &str) -> Vec<String> {
        let needle = Needle::new(needle).unwrap();
        assert_eq!(needle.is_in(text), needle.places(text).next().is_some());
        needle.places(text).map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn case_counts_when_it_is_used() {
        assert_eq!(found("error", "Error: an ERROR, errors"), ["Error", "ERROR", "error"]);
        assert_eq!(found("Error", "Error: an ERROR, errors"), ["Error"]);
        assert_eq!(found("größe", "GRÖßE Größe"), ["GRÖßE", "Größe"]);
        assert_eq!(found("aa", "aaaaa"), ["aa", "aa"]);
        assert_eq!(found("x", ""), Vec::<String>::new());
        assert!(Needle::new("").is_none());
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_was_looked_for(needle in "[abAé.]{1,3}", text in "[abABéÉ.日]{0,30}") {
            let folded = |text: &str| {
                if needle.contains(char::is_uppercase) { text.to_owned() } else { text.to_lowercase() }
            };
            for place in found(&needle, &text) {
                prop_assert_eq!(folded(&place), folded(&needle));
            }
            let found = !found(&needle, &text).is_empty();
            prop_assert_eq!(found, folded(&text).contains(&folded(&needle)));
        }
    }
}
