//! JSON as Go's `encoding/json` writes it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::backend::secrets::engines::{
    Buffer,
    go::{format, unicode, value::Value},
};

/// A value in one line, with all of HTML's characters escaped.
pub fn encoded(value: &Value) -> Buffer {
    let mut text = Buffer::new();
    encode(&mut text, value);
    text
}

fn encode(text: &mut Buffer, value: &Value) {
    match value {
        Value::Absent | Value::Nil | Value::Complex(..) => text.extend(b"null"),
        Value::Bool(true) => text.extend(b"true"),
        Value::Bool(false) => text.extend(b"false"),
        Value::Int(number) => text.extend(number.to_string().as_bytes()),
        Value::Byte(number) => text.extend(number.to_string().as_bytes()),
        Value::Float(number) => text.extend(format::shortest(*number).as_bytes()),
        Value::Text(bytes) => string(text, bytes.bytes()),
        Value::Bytes(part) => {
            let encoded = Zeroizing::new(STANDARD.encode(part.bytes()));
            string(text, encoded.as_bytes());
        }
        Value::List(part) => {
            text.push(b'[');
            for (number, value) in part.values().iter().enumerate() {
                if number > 0 {
                    text.push(b',');
                }
                encode(text, value);
            }
            text.push(b']');
        }
        Value::Map(map) => {
            text.push(b'{');
            for (number, (key, value)) in map.entries.iter().enumerate() {
                if number > 0 {
                    text.push(b',');
                }
                string(text, key.as_bytes());
                text.push(b':');
                encode(text, value);
            }
            text.push(b'}');
        }
    }
}

fn string(text: &mut Buffer, bytes: &[u8]) {
    text.push(b'"');
    for (character, bytes) in unicode::characters(bytes) {
        match character {
            '"' => text.extend(b"\\\""),
            '\\' => text.extend(b"\\\\"),
            '\n' => text.extend(b"\\n"),
            '\r' => text.extend(b"\\r"),
            '\t' => text.extend(b"\\t"),
            '\u{8}' => text.extend(b"\\b"),
            '\u{c}' => text.extend(b"\\f"),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.extend(format!("\\u{:04x}", u32::from(character)).as_bytes());
            }
            char::REPLACEMENT_CHARACTER if bytes.len() == 1 => text.extend(b"\\ufffd"),
            _ => text.extend(bytes),
        }
    }
    text.push(b'"');
}
