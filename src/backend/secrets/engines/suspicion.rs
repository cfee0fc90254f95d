//! What came out, but was hardly meant.

use super::{Fault, FaultClass};

/// Texts that somebody meant to replace.
const PLACEHOLDERS: [&str; 9] =
    ["changeme", "change-me", "change me", "fixme", "null", "placeholder", "todo", "undefined", "xxx"];

/// Why a text should not become a secret, if there is a reason: to be asked before it is encrypted. What stands in the secrets that it
/// was made of counts as meant.
pub fn suspicion<'a>(text: &[u8], made_of: impl IntoIterator<Item = &'a [u8]>) -> Option<Fault> {
    let suspicious = |what: &str| Some(Fault::new(FaultClass::Suspicious, what));
    if text.trim_ascii().is_empty() {
        return suspicious("nothing came out: the text is empty");
    }
    if PLACEHOLDERS.iter().any(|placeholder| text.trim_ascii().eq_ignore_ascii_case(placeholder.as_bytes())) {
        return suspicious("a placeholder came out");
    }
    let has = |text: &[u8]| [has_no_value(text), has_bad_verb(text)];
    let mut found = has(text);
    for secret in made_of {
        let [no_value, bad_verb] = has(secret);
        found = [found[0] && !no_value, found[1] && !bad_verb];
    }
    match found {
        [true, _] => suspicious("`<no value>` came out: something is missing"),
        [_, true] => suspicious("`%!` came out: the verb of a format does not fit its value"),
        _ => None,
    }
}

fn has_no_value(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"<no value>").is_some()
}

/// `%!d(`, as Go writes it.
fn has_bad_verb(text: &[u8]) -> bool {
    text.windows(4).any(|part| matches!(part, [b'%', b'!', verb, b'('] if verb.is_ascii_alphabetic()))
        || memchr::memmem::find(text, b"%!(").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_hardly_meant_is_told() {
        let is_suspicious = |text: &str, secrets: &[&str]| {
            suspicion(text.as_bytes(), secrets.iter().map(|secret| secret.as_bytes())).is_some()
        };
        for (text, anyway) in [
            ("", true),
            ("a <no value>", false),
            ("%!d(float64=5)", false),
            ("%!(EXTRA int=1)", false),
            ("ChangeMe\n", true),
        ] {
            assert!(is_suspicious(text, &["a"]), "{text}");
            assert_eq!(is_suspicious(text, &["a", text]), anyway, "{text}");
        }
        for text in ["a", "%!", "50%! (", "xxxx", "no value"] {
            assert!(!is_suspicious(text, &[]), "{text}");
        }
    }
}
