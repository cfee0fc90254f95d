//! JSON values as Nix writes them: for the clipboard, and for files that Nix reads.

use std::fmt::Write;

use serde_json::{Map, Number, Value};

use super::{OptionPath, path::quoted};

/// Columns that a list or a set may take on one line.
const LINE: usize = 72;

/// A value as a Nix expression that evaluates to it: it can stand on the right of a `=`, also as an element of a list.
///
/// One thing can't be said in Nix, and no value of Nix holds it: a text with a NUL, which Nix refuses to read. Whole numbers beyond 64 bits become floating-point numbers, as they do in `builtins.fromJSON`.
#[must_use]
pub fn to_nix(value: &Value) -> String {
    written(value, 0, text)
}

/// A value to be looked at, written the same way. What only stands for a value ([`unwritable`]) has no quotes, and control characters are as they are: whoever shows it takes care of them.
#[must_use]
pub fn shown_as_nix(value: &Value) -> String {
    written(value, 0, |text| if stands_for_something(text) { text.to_owned() } else { quoted(text) })
}

/// The definition that gives an option its value: `x.global.netsrv.mtu = 1412;`.
#[must_use]
pub fn to_nix_definition(path: &OptionPath, value: &Value) -> String {
    let names = path.0.iter().map(|name| attribute(name)).collect::<Vec<_>>();
    format!("{} = {};", names.join("."), to_nix(value))
}

/// What the library shows for what JSON can't say, or what nobody asked for; there are more that begin or end in some way.
const STANDS_FOR: [&str; 7] =
    ["function", "nested too deeply", "mkMerge", "mkIf false", "set", "list", "it can't be evaluated"];

/// The first thing in a value that only stands for something that JSON can't say: a function, a derivation. The library shows such as `<function>`, `<derivation NAME>`.
#[must_use]
pub fn unwritable(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => stands_for_something(text).then_some(text),
        Value::Array(items) => items.iter().find_map(unwritable),
        Value::Object(fields) => fields.values().find_map(unwritable),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn stands_for_something(text: &str) -> bool {
    let Some(name) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else { return false };
    let begins = ["derivation ", "set of ", "list of ", "text of "];
    STANDS_FOR.contains(&name)
        || begins.iter().any(|begin| name.starts_with(begin))
        || name.ends_with(" more")
}

/// How a text is written.
type Text = fn(&str) -> String;

fn written(value: &Value, indent: usize, text: Text) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => self::number(number),
        Value::String(value) => text(value),
        Value::Array(items) if items.is_empty() => "[ ]".to_owned(),
        Value::Object(fields) if fields.is_empty() => "{ }".to_owned(),
        Value::Array(items) => list(items, indent, text),
        Value::Object(fields) => set(fields, indent, text),
    }
}

fn list(items: &[Value], indent: usize, text: Text) -> String {
    let items = items.iter().map(|item| written(item, indent + 2, text)).collect::<Vec<_>>();
    enclosed(&items, ('[', ']'), indent)
}

fn set(fields: &Map<String, Value>, indent: usize, text: Text) -> String {
    let field = |(name, value): (&String, &Value)| {
        format!("{} = {};", attribute(name), written(value, indent + 2, text))
    };
    enclosed(&fields.iter().map(field).collect::<Vec<_>>(), ('{', '}'), indent)
}

/// In one line where that is short, else one below the other.
fn enclosed(items: &[String], (open, close): (char, char), indent: usize) -> String {
    let wide = items.iter().map(|item| item.chars().count() + 1).sum::<usize>();
    if wide + indent <= LINE && !items.iter().any(|item| item.contains('\n')) {
        return format!("{open} {} {close}", items.join(" "));
    }
    let mut lines = String::from(open);
    for item in items {
        let _ = write!(lines, "\n{:1$}{item}", "", indent + 2);
    }
    let _ = write!(lines, "\n{:1$}{close}", "", indent);
    lines
}

/// A negative number in parentheses: `[ 1 -2 ]` is a list with a subtraction in it, which does not evaluate.
fn number(number: &Number) -> String {
    match (number.as_i64(), number.as_f64()) {
        // Its digits alone would be too large for a number, and the sign is none of the literal's.
        (Some(i64::MIN), _) => format!("(-{} - 1)", i64::MAX),
        (Some(whole), _) if whole < 0 => format!("({whole})"),
        (Some(whole), _) => whole.to_string(),
        (None, Some(float)) => self::float(float),
        (None, None) => "null".to_owned(),
    }
}

/// 2^-600 is a power of two, so that dividing by it and multiplying with it loses nothing of a number that is as small as can be.
const SCALE: i32 = 600;

fn float(float: f64) -> String {
    if float.is_sign_negative() {
        // Nix has no negative literals: `-x` is `0 - x`, and 0 - 0.0 is no negative zero.
        return format!("(-1 * {})", self::float(-float));
    }
    if float != 0.0 && !float.is_normal() && float.is_finite() {
        // Nix refuses literals below the smallest normal number.
        let scale = 2_f64.powi(-SCALE);
        return format!("({} * {})", self::float(float * 2_f64.powi(SCALE)), self::float(scale));
    }
    let literal = format!("{float:?}");
    match literal.split_once('e') {
        // A literal needs its dot: 1e21 would be the name e21 applied to.
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => literal,
    }
}

/// A text as a literal. Control characters, which a terminal or an editor would act upon, are escaped where Nix can: in JSON.
fn text(text: &str) -> String {
    match escaped(text) {
        Some(call) => format!("({call})"),
        None => quoted(text),
    }
}

fn attribute(name: &str) -> String {
    match escaped(name) {
        Some(call) => format!("${{{call}}}"),
        None => OptionPath(vec![name.to_owned()]).to_string(),
    }
}

fn escaped(text: &str) -> Option<String> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.contains(odd).then(|| {
        let mut json = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => json.extend(['\\', c]),
                c if c.is_control() => _ = write!(json, "\\u{:04x}", u32::from(c)),
                c => json.push(c),
            }
        }
        json.push('"');
        format!("builtins.fromJSON {}", quoted(&json))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_a_person_would() {
        for (value, nix) in [
            (json!(null), "null"),
            (json!(true), "true"),
            (json!(1412), "1412"),
            (json!([]), "[ ]"),
            (json!({}), "{ }"),
            (json!([1, -2, "a b"]), r#"[ 1 (-2) "a b" ]"#),
            (json!({ "a": { "b-c": 1 }, "a.b": [] }), r#"{ a = { b-c = 1; }; "a.b" = [ ]; }"#),
            (json!({ "": 1, "if": 2, "1a": 3 }), r#"{ "" = 1; "1a" = 3; "if" = 2; }"#),
        ] {
            assert_eq!(to_nix(&value), nix);
        }
    }

    #[test]
    fn what_is_long_takes_several_lines() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI";
        let value = json!({ "users": { "me": { "keys": [key, key] } }, "on": true });
        let nix = format!(
            "{{\n  on = true;\n  users = {{\n    me = {{\n      keys = [\n        \"{key}\"\n        \"{key}\"\n      ];\n    }};\n  }};\n}}"
        );
        assert_eq!(to_nix(&value), nix);
    }

    #[test]
    fn what_would_mean_something_else_is_escaped() {
        assert_eq!(to_nix(&json!("${x} $${y} \\ \" \n\t")), r#""\${x} $\${y} \\ \" \n\t""#);
        assert_eq!(to_nix(&json!("\u{1b}[2J\"")), r#"(builtins.fromJSON "\"\\u001b[2J\\\"\"")"#);
        assert_eq!(to_nix(&json!({ "\u{7}": 1 })), r#"{ ${builtins.fromJSON "\"\\u0007\""} = 1; }"#);
    }

    #[test]
    fn numbers_are_such_as_nix_reads() {
        for (value, nix) in [
            (json!(i64::MIN), "(-9223372036854775807 - 1)"),
            (json!(u64::MAX), "1.8446744073709552e19"),
            (json!(1e21), "1.0e21"),
            (json!(1e-7), "1.0e-7"),
            (json!(2.0), "2.0"),
            (json!(-0.5), "(-1 * 0.5)"),
        ] {
            assert_eq!(to_nix(&value), nix);
        }
    }

    #[test]
    fn what_only_stands_for_something_is_told() {
        assert_eq!(unwritable(&json!({ "a": [1, "<function>"] })), Some("<function>"));
        assert_eq!(unwritable(&json!("<derivation hello-2.12>")), Some("<derivation hello-2.12>"));
        assert_eq!(
            shown_as_nix(&json!([{ "f": "<function>" }, "f", -1])),
            "[ { f = <function>; } \"f\" (-1) ]"
        );
        assert_eq!(unwritable(&json!(["<ada@lab.example>", "function", "<>", null])), None);
    }

    #[test]
    fn a_definition_can_be_pasted_into_a_module() {
        let path = OptionPath(["x", "global", "a@b.c", "mtu"].map(str::to_owned).to_vec());
        assert_eq!(to_nix_definition(&path, &json!(1412)), r#"x.global."a@b.c".mtu = 1412;"#);
    }
}
