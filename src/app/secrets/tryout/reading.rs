//! JSON as the reference reads it (Go's `encoding/json`), where it takes more than others do.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Value;

/// How deep arrays and objects may be in each other (`maxNestingDepth` of Go's `encoding/json`).
const DEEPEST: usize = 10_000;

/// A text of bytes. Each byte that is none of UTF-8 becomes U+FFFD.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(text)
}

/// A value. Halves of surrogates in its texts become U+FFFD.
pub fn value(text: &str) -> Result<Value, String> {
    let text = whole_characters(text);
    if depth(&text) > DEEPEST {
        return Err(format!("it is nested deeper than {DEEPEST}"));
    }
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader);
    value.and_then(|value| reader.end().map(|()| value)).map_err(|error| error.to_string())
}

/// Whether a key is meant for a field: exactly, or in another letter case.
pub fn is_field(key: &str, field: &str) -> bool {
    // Two more are a case of `s` and `k` to Go: the long s, and the sign of Kelvin, which becomes a `k`.
    let folded = key.chars().flat_map(|c| if c == '\u{17f}' { 's' } else { c }.to_lowercase());
    folded.eq(field.chars())
}

/// How deep arrays and objects are in each other. What is between quotes does not count.
fn depth(text: &str) -> usize {
    let (mut here, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                here += 1;
                deepest = deepest.max(here);
            }
            b']' | b'}' => here = here.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

/// The text of a value with escapes of whole characters only. A backslash is nowhere but in texts.
fn whole_characters(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut left = text;
    while let Some(at) = left.find('\\') {
        let (before, escape) = left.split_at(at);
        whole.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.push_str("\\ufffd");
                left = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&escape[..length]);
        left = &escape[length..];
    }
    whole.push_str(left);
    Cow::Owned(whole)
}

/// The number of an escape `\uXXXX` at the beginning.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn halves_of_characters_are_replaced() {
        for (text, read) in [
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\udc00\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d\ud83d\ude00x""#, "\u{fffd}😀x"),
            (r#""\\ud800 \"\u0041ü""#, "\\ud800 \"Aü"),
            (r#""\ud83dü""#, "\u{fffd}ü"),
        ] {
            assert_eq!(value(text), Ok(json!(read)), "{text}");
        }
        for odd in [r#""\"#, r#""\u"#, r#""\ud8"#, r#""\u+041""#, "\"\\ü\""] {
            assert!(value(odd).is_err(), "{odd}");
        }
        assert_eq!(text(b"\"a\xe2\x28\xa1\xf0\x9f\""), "\"a\u{fffd}(\u{fffd}\u{fffd}\u{fffd}\"");
    }

    #[test]
    fn what_is_nested_is_read_as_deep_as_go_reads_it() {
        let nested = |deep: usize| format!("{}{{\"a\": [1, \"x\"]}}{}", "[".repeat(deep), "]".repeat(deep));
        let mut read = value(&nested(500)).unwrap();
        for _ in 0..500 {
            read = read[0].take();
        }
        assert_eq!(read, json!({"a": [1, "x"]}));
        assert_eq!(depth(&nested(10)), 12);
        assert_eq!(depth(r#"{"[[": ["\"[", "\\"]}"#), 2);
        assert!(value(&nested(DEEPEST)).unwrap_err().contains("nested deeper"));
        assert!(value("[1] 2").is_err() && value("[").is_err());
    }

    #[test]
    fn letter_case_does_not_count_in_fields() {
        assert!(is_field("Random", "random") && is_field("CHAR\u{17f}ETS", "charsets"));
        assert!(!is_field("random ", "random") && !is_field("rand", "random"));
    }
}
