//! Texts of strangers on our terminal.

/// A text that can't do anything to a terminal: control characters become `·`, line breaks a space.
#[must_use]
pub fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() || is_bidi_control(c) => '·',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// Characters that turn the writing direction around, and could make a text look like another one.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_lose_their_teeth() {
        assert_eq!(printable("a\u{1b}]0;x\u{7}b\nc\u{9b}31m\u{202e}d"), "a·]0;x·b c·31m·d");
    }
}
