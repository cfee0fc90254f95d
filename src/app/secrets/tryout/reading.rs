//! JSON as the reference reads it (Go's `encoding/json`), where it takes more than others do.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, value::RawValue};

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
    match serde_json::from_str(&text) {
        // The crate has a limit of its own, which says nothing of the text.
        Err(error) if error.to_string().starts_with("recursion limit") => deep(text.trim_ascii(), DEEPEST),
        read => read.map_err(|error| error.to_string()),
    }
}

/// Whether a key is meant for a field: exactly, or in another letter case.
pub fn is_field(key: &str, field: &str) -> bool {
    // Two more are a case of `s` and `k` to Go: the long s, and the sign of Kelvin, which becomes a `k`.
    let folded = key.chars().flat_map(|c| if c == '\u{17f}' { 's' } else { c }.to_lowercase());
    folded.eq(field.chars())
}

/// A value, read level by level.
fn deep(text: &str, left: usize) -> Result<Value, String> {
    let too_deep = || format!("it is nested deeper than {DEEPEST}");
    let inner = |part: &RawValue| deep(part.get(), left - 1);
    let failed = |error: serde_json::Error| error.to_string();
    match text.as_bytes().first() {
        Some(b'{' | b'[') if left == 0 => Err(too_deep()),
        Some(b'{') => {
            let fields = serde_json::from_str::<BTreeMap<String, &RawValue>>(text).map_err(failed)?;
            fields.into_iter().map(|(name, part)| Ok((name, inner(part)?))).collect()
        }
        Some(b'[') => {
            let parts = serde_json::from_str::<Vec<&RawValue>>(text).map_err(failed)?;
            parts.into_iter().map(inner).collect()
        }
        _ => serde_json::from_str(text).map_err(failed),
    }
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
        assert!(deep(&nested(10), 12).is_ok());
        assert!(deep(&nested(10), 11).unwrap_err().contains("nested deeper"));
    }

    #[test]
    fn letter_case_does_not_count_in_fields() {
        assert!(is_field("Random", "random") && is_field("CHAR\u{17f}ETS", "charsets"));
        assert!(!is_field("random ", "random") && !is_field("rand", "random"));
    }
}
