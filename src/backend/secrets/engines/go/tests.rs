//! Templates held against what Go itself made of them.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::*;
use crate::backend::secrets::{JsonDocument, Plaintext, engines::hash::Argon2id, engines::json};

/// Cases, with the answers of Go 1.27.3 to a program of ours that has `text/template` or `encoding/json` carry them out.
/// Its `hashBcrypt` and `hashArgon2id` only say what they were given.
#[derive(Deserialize)]
struct Cases {
    data: Json,
    secrets: BTreeMap<String, String>,
    #[serde(rename = "cases")]
    all: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    template: Option<String>,
    json: Option<Json>,
    /// Nothing where Go failed.
    output_hex: Option<String>,
}

struct Fake {
    secrets: BTreeMap<String, String>,
    dialect: Dialect,
}

impl Functions for Fake {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn read_secret(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        let text = self.secrets.get(name).ok_or_else(|| Fault::execution("missing"))?;
        Ok(Arc::new(text.as_bytes().to_vec().into()))
    }

    fn bcrypt(&mut self, password: &[u8], cost: i64) -> Result<String, Fault> {
        Ok(format!("bcrypt({},{cost})", String::from_utf8_lossy(password)))
    }

    fn argon2id(&mut self, password: &[u8], cost: Argon2id) -> Result<String, Fault> {
        let Argon2id { memory, iterations, parallelism } = cost;
        Ok(format!("argon({},{memory},{iterations},{parallelism})", String::from_utf8_lossy(password)))
    }

    fn random(&mut self, _: &[u8], _: usize) -> Result<Buffer, Fault> {
        Ok(Buffer::new())
    }
}

impl Cases {
    fn recorded() -> Self {
        Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/go/answers.json"))
    }

    fn of(path: &Path) -> Self {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    fn answer(&self, case: &Case, dialect: Dialect) -> Result<Vec<u8>, Fault> {
        let mut functions = Fake { secrets: self.secrets.clone(), dialect };
        let made = match (&case.template, &case.json) {
            (Some(content), _) => {
                make(&Text { content: content.clone(), data: self.data.clone() }, &mut functions)
            }
            (None, document) => {
                json::make(&JsonDocument { content: document.clone().unwrap_or_default() }, &mut functions)
            }
        };
        made.map(|text| text.bytes().to_vec())
    }

    fn differences(&self) -> Vec<String> {
        let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        let difference = |case: &Case| {
            let expected = case.output_hex.as_ref().map(|output| hex::decode(output).unwrap());
            let made = self.answer(case, Dialect::Reference);
            (made.as_ref().ok() != expected.as_ref()).then(|| {
                let document = || case.json.clone().unwrap_or_default().to_string();
                format!(
                    "{}\n    Go:   {:?}\n    ours: {:?}",
                    case.template.clone().unwrap_or_else(document),
                    expected.as_deref().map(shown),
                    made.as_deref().map(shown).map_err(|fault| &fault.what),
                )
            })
        };
        self.all.iter().filter_map(difference).collect()
    }
}

#[test]
fn what_go_made_of_templates_is_made() {
    // Any number of further cases may be held against, in a file of the same form.
    let more = std::env::var_os("STEADING_GO_CASES").map(|path| Cases::of(Path::new(&path)));
    for cases in [Some(Cases::recorded()), more].into_iter().flatten() {
        assert!(cases.all.len() > 100);
        let differences = cases.differences();
        let first = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
        assert!(differences.is_empty(), "{} of {} differ:\n{first}", differences.len(), cases.all.len());
    }
}

/// Inserts, deletes or doubles something, somewhere.
fn mutated(template: &str, changes: &[(usize, usize)]) -> String {
    const BITS: [&str; 24] = [
        "{{", "}}", "{{-", "-}}", "(", ")", "|", ".", "$", ":=", "\"", "`", "'", "/*", "*/", "end", "range",
        "define", "\n", " ", "é", "9", "%", ",",
    ];
    let mut text = template.chars().collect::<Vec<_>>();
    for (at, what) in changes {
        let at = at % (text.len() + 1);
        match what % 3 {
            0 if at < text.len() => drop(text.remove(at)),
            1 => drop(text.splice(at..at, BITS[what / 3 % BITS.len()].chars())),
            _ => {
                let end = (at + what % 17).min(text.len());
                let again = text[at..end].to_vec();
                text.splice(end..end, again);
            }
        }
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_mutated_template_hangs_or_panics(
        number: usize,
        changes in prop::collection::vec((0..400_usize, 0..1000_usize), 1..6),
        mended: bool,
    ) {
        static CASES: std::sync::LazyLock<Cases> = std::sync::LazyLock::new(Cases::recorded);
        let templates = CASES.all.iter().filter_map(|case| case.template.as_ref());
        let templates = templates.collect::<Vec<_>>();
        let template = mutated(templates[number % templates.len()], &changes);
        let dialect = if mended { Dialect::Mended } else { Dialect::Reference };
        let case = Case { template: Some(template), json: None, output_hex: None };
        let _ = CASES.answer(&case, dialect);
    }

    #[test]
    fn any_format_is_printed_without_a_panic(format: Vec<u8>, verbs in "(%[-+# 0]{0,3}[0-9*]{0,2}(\\.[0-9*]{0,2})?[a-zA-Z%\\[\\]]){0,4}", number: f64, int: i64) {
        let arguments =
            [value::Value::Float(number), value::Value::Int(int), value::Value::text(format.as_slice()), value::Value::Nil];
        for format in [format.as_slice(), verbs.as_bytes()] {
            for dialect in [Dialect::Reference, Dialect::Mended] {
                let _ = format::sprintf(dialect, format, &arguments);
            }
        }
    }

    #[test]
    fn any_number_is_read_back_as_it_was(number: f64) {
        let number = if number.is_finite() { number } else { 0.5 };
        for format in ["%v", "%g", "%.17g", "%.30e", "%x"] {
            let text = format::sprintf(Dialect::Reference, format.as_bytes(), &[value::Value::Float(number)]).unwrap();
            let text = String::from_utf8(text.bytes().to_vec()).unwrap();
            let read = match literal::number(&text) {
                Ok(read) => read.float,
                Err(_) => text.parse().ok(),
            };
            prop_assert_eq!(read.map(f64::abs), Some(number.abs()), "{}", text);
        }
    }
}

fn templated(content: &str, dialect: Dialect) -> Result<String, Fault> {
    let cases = Cases { data: Json::Null, secrets: BTreeMap::new(), all: Vec::new() };
    let case = Case { template: Some(content.to_owned()), json: None, output_hex: None };
    cases.answer(&case, dialect).map(|text| String::from_utf8(text).unwrap())
}

#[test]
fn a_template_that_does_not_end_is_stopped() {
    for (content, why) in [
        ("{{ range 1000000000 }}{{ end }}", "does not end"),
        ("{{ define \"t\" }}{{ template \"t\" . }}{{ end }}{{ template \"t\" }}", "in each other"),
        (
            "{{ define \"t\" }}{{ template \"t\" . }}{{ template \"t\" . }}{{ end }}{{ template \"t\" }}",
            "in each other",
        ),
        ("{{ $x := \"0123456789\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}", "bytes"),
        ("{{ range 100 }}{{ printf \"%1000000d\" 1 }}{{ end }}", "bytes"),
    ] {
        // A thread of the usual size must be enough.
        let stopped = std::thread::scope(|scope| {
            let stopped = || templated(content, Dialect::Reference).unwrap_err().what;
            std::thread::Builder::new()
                .stack_size(2 << 20)
                .spawn_scoped(scope, stopped)
                .unwrap()
                .join()
                .unwrap()
        });
        assert!(stopped.contains(why), "{content}: {stopped}");
    }
}

#[test]
fn what_is_not_balanced_is_a_mistake() {
    let cases = Cases::recorded();
    let whole = cases.all.iter().filter(|case| case.output_hex.is_some());
    for template in whole.filter_map(|case| case.template.as_ref()) {
        for one_sided in
            ["{{", "{{ 1", "{{ (1 }}", "{{ end }}", "{{ else }}", "{{ if 1 }}", "{{ range 1 }}", "{{/*"]
        {
            let content = format!("{template}{one_sided}");
            let case = Case { template: Some(content), json: None, output_hex: None };
            let class = cases.answer(&case, Dialect::Reference).map_err(|fault| fault.class);
            assert_eq!(class, Err(FaultClass::Syntax), "{template}{one_sided}");
        }
    }
}

#[test]
fn nesting_has_an_end() {
    let deep = 100_000;
    for content in [
        format!("{{{{ {}1{} }}}}", "(".repeat(deep), ")".repeat(deep)),
        "{{ if 1 }}".repeat(deep) + &"{{ end }}".repeat(deep),
        format!("{{{{ if 1 }}}}{}{{{{ end }}}}", "{{ else if 1 }}".repeat(deep)),
        "{{ block \"a\" . }}".repeat(deep),
    ] {
        assert_eq!(templated(&content, Dialect::Reference).unwrap_err().class, FaultClass::Syntax);
    }
}

#[test]
fn new_definitions_are_mended() {
    for (content, expected) in [
        ("{{ print 1000000 1.5 2e6 }}", Some("1000000 1.5 2000000")),
        ("{{ printf \"%d %.1f %v %x\" 3.0 2 1e6 255 }}", Some("3 2.0 1000000 ff")),
        ("{{ eq 5 5.0 }} {{ lt 1 1.5 }}", Some("true true")),
        ("{{ base64 \"a\" }}", Some("YQ==")),
        ("{{ hashBcrypt \"a\" 5.0 }}", Some("bcrypt(a,5)")),
        ("{{ hashArgon2id \"a\" 64 1 257 }}", None),
        ("{{ printf \"%s\" 1 }}", None),
        ("{{ printf \"%s\" }}", None),
        ("{{ printf \"a\" 1 }}", None),
        ("{{ printf \"%\" }}", None),
        ("{{ .a }}", None),
        ("{{ index . \"a\" }}", None),
        ("{{ hashBcrypt (index . \"a\") 4 }}", None),
        ("{{ if index . \"a\" }}yes{{ else }}no{{ end }}", Some("no")),
        ("{{ print nil }}", None),
        ("{{ html nil }}", None),
    ] {
        assert_eq!(templated(content, Dialect::Mended).ok().as_deref(), expected, "{content}");
    }
    assert_eq!(
        templated("{{ base64 1 }}", Dialect::Reference).unwrap_err().class,
        FaultClass::UnknownFunction
    );
}
