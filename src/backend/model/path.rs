//! Attribute paths in Nix's own syntax.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A path of attribute names: `email.accounts."a@b.c"`. Empty: the whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OptionPath(pub Vec<String>);

/// Says why a text is no attribute path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no attribute path: {why} (quote odd names: email.accounts.\"a@b.c\")")]
pub struct InvalidOptionPath {
    text: String,
    why: &'static str,
}

impl OptionPath {
    /// Whether `self` is `other` or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Its names as a list of Nix, on one line: `[ "email" "accounts" "a@b.c" ]`.
    #[must_use]
    pub fn to_nix_list(&self) -> String {
        let names = self.0.iter().map(|name| quoted(name)).collect::<Vec<_>>();
        format!("[ {} ]", names.join(" "))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether Nix lets a name stand without quotes (`ID` in its lexer), keywords excepted.
fn is_bare(name: &str) -> bool {
    const KEYWORDS: [&str; 9] = ["assert", "else", "if", "in", "inherit", "let", "rec", "then", "with"];
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    starts_well && chars.all(|c| c.is_ascii_alphanumeric() || "_'-".contains(c)) && !KEYWORDS.contains(&name)
}

impl fmt::Display for OptionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            if is_bare(name) {
                f.write_str(name)?;
            } else {
                f.write_str(&quoted(name))?;
            }
        }
        Ok(())
    }
}

/// A text as a Nix string literal.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => literal.push_str("\\$"),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

impl FromStr for OptionPath {
    type Err = InvalidOptionPath;

    /// Reads what [`fmt::Display`] writes. Unquoted names may be anything without a dot or a quote, so that `netsrv.services.web-1` and `hosts.7` need no quotes on a command line.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |why| InvalidOptionPath { text: text.to_owned(), why };
        let mut names = Vec::new();
        let mut chars = text.chars().peekable();
        if chars.peek().is_none() {
            return Ok(Self::default());
        }
        loop {
            let mut name = String::new();
            if chars.peek() == Some(&'"') {
                chars.next();
                loop {
                    match chars.next() {
                        None => return Err(fail("a quote is not closed")),
                        Some('"') => break,
                        Some('$') if chars.peek() == Some(&'{') => {
                            return Err(fail("it holds an interpolation"));
                        }
                        Some('\\') => match chars.next() {
                            None => return Err(fail("a quote is not closed")),
                            Some('n') => name.push('\n'),
                            Some('r') => name.push('\r'),
                            Some('t') => name.push('\t'),
                            Some(c) => name.push(c),
                        },
                        Some(c) => name.push(c),
                    }
                }
                if chars.peek().is_some_and(|&c| c != '.') {
                    return Err(fail("something follows a closing quote"));
                }
            } else {
                while let Some(c) = chars.next_if(|&c| c != '.') {
                    if c == '"' {
                        return Err(fail("a quote stands within a name"));
                    }
                    name.push(c);
                }
                if name.is_empty() {
                    return Err(fail("a name in it is empty"));
                }
            }
            names.push(name);
            match chars.next() {
                None => return Ok(Self(names)),
                Some(_) if chars.peek().is_none() => return Err(fail("it ends in a dot")),
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(names: &[&str]) -> OptionPath {
        OptionPath(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn odd_names_are_quoted_as_nix_does() {
        assert_eq!(path(&["email", "accounts", "a@b.c"]).to_string(), r#"email.accounts."a@b.c""#);
        assert_eq!(
            path(&["a", "", "if", "${x}", "$x", "\\\""]).to_string(),
            r#"a.""."if"."\${x}"."$x"."\\\"""#
        );
    }

    #[test]
    fn a_malformed_path_says_why() {
        for (text, why) in [
            ("a.", "ends in a dot"),
            ("a..b", "empty"),
            (".", "empty"),
            ("a.\"b", "not closed"),
            ("\"a\"b", "follows a closing quote"),
            ("a\"b\"", "within a name"),
            ("\"${x}\"", "interpolation"),
        ] {
            let error = text.parse::<OptionPath>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(names in prop::collection::vec(".*", 0..5)) {
            let path = OptionPath(names);
            prop_assert_eq!(path.to_string().parse::<OptionPath>().unwrap(), path);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<OptionPath>();
        }
    }
}
