//! `html`, `js`, `urlquery` and `stringReplace`.

use crate::backend::secrets::engines::{
    Buffer, Dialect, Fault, Functions,
    go::{format, unicode, value::Value},
};

/// Escapes what the values print as.
pub fn escaped(
    functions: &mut dyn Functions,
    values: &mut [Value],
    escape: fn(&[u8]) -> Buffer,
) -> Result<Value, Fault> {
    if let [Value::Text(text)] = &*values {
        return Ok(escape(text.bytes()).into());
    }
    if functions.dialect() == Dialect::Reference {
        for value in values.iter_mut().filter(|value| value.is_nothing()) {
            *value = Value::text(*b"<no value>");
        }
    }
    let text = format::sprint(functions.dialect(), values).map_err(Fault::execution)?;
    Ok(escape(text.bytes()).into())
}

/// For HTML and XML.
pub fn html(text: &[u8]) -> Buffer {
    let mut escaped = Buffer::new();
    for byte in text {
        match byte {
            0 => escaped.character(char::REPLACEMENT_CHARACTER),
            b'"' => escaped.extend(b"&#34;"),
            b'\'' => escaped.extend(b"&#39;"),
            b'&' => escaped.extend(b"&amp;"),
            b'<' => escaped.extend(b"&lt;"),
            b'>' => escaped.extend(b"&gt;"),
            other => escaped.push(*other),
        }
    }
    escaped
}

/// For texts in JavaScript.
pub fn js(text: &[u8]) -> Buffer {
    let mut escaped = Buffer::new();
    for (character, bytes) in unicode::characters(text) {
        match character {
            '\\' | '\'' | '"' => escaped.extend(&[b'\\', bytes[0]]),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                escaped.extend(format!("\\u{:04X}", u32::from(character)).as_bytes());
            }
            _ if character.is_ascii() || unicode::is_printable(character) => escaped.extend(bytes),
            _ => escaped.extend(format!("\\u{:04X}", u32::from(character)).as_bytes()),
        }
    }
    escaped
}

/// For values in addresses.
pub fn url_query(text: &[u8]) -> Buffer {
    let mut escaped = Buffer::new();
    for byte in text {
        match byte {
            b' ' => escaped.push(b'+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(*byte),
            other => escaped.extend(format!("%{other:02X}").as_bytes()),
        }
    }
    escaped
}

/// `stringReplace TEXT OLD NEW TIMES`: all of them where the number is negative. An empty old text is found before every character and at the end.
pub fn replaced(values: &[Value]) -> Value {
    let [text, old, new] = [0, 1, 2].map(|index| values[index].bytes().unwrap_or_default());
    let times = match values[3] {
        Value::Int(times) => usize::try_from(times).unwrap_or(usize::MAX),
        _ => 0,
    };
    let mut result = Buffer::new();
    let mut rest = text;
    let mut done = 0;
    while done < times {
        let Some(found) = find(rest, old) else { break };
        result.extend(&rest[..found]);
        result.extend(new);
        rest = &rest[found + old.len()..];
        done += 1;
        if old.is_empty() {
            let Some((_, size)) = unicode::first(rest) else { break };
            result.extend(&rest[..size]);
            rest = &rest[size..];
        }
    }
    result.extend(rest);
    result.into()
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(text, wanted)
}
