//! What a secret is made of, told without any: its template is carried out with stand-ins, and where they come out is seen.

mod constants;
mod standin;

use std::collections::BTreeSet;

use super::{Buffer, Dialect, Fault, FaultClass, go, json, tera};
use crate::backend::{
    model::{Outline, OutlinePart},
    secrets::{Generation, SshKeyType},
};
pub use standin::StandIns;

/// Which secrets are read to make another, found without any key.
///
/// Of a condition on a secret's text, only the branch that the stand-in leads to is looked at: what is read in the other is met when the
/// secret is made. Where the template fails on a stand-in, the names that stand in it count as well.
pub fn trace(generation: &Generation, dialect: Dialect) -> Result<BTreeSet<String>, Fault> {
    if let Generation::Script(script) = generation {
        return Ok(script.secrets.iter().cloned().collect());
    }
    let (result, stand_ins) = render(generation, dialect);
    let mut names = stand_ins.secrets();
    match result {
        Ok(_) => {}
        // It may have failed only because of what the stand-in is.
        Err(Fault { class: FaultClass::Execution, .. }) if !names.is_empty() => {
            names.extend(constants::of(generation));
        }
        Err(fault) => return Err(fault),
    }
    Ok(names)
}

/// The parts of a secret's text, none of which is a secret.
pub fn outline(generation: &Generation, dialect: Dialect) -> Result<Outline, Fault> {
    let opaque = |what: &str| vec![OutlinePart::Opaque(what.to_owned())];
    let parts = match generation {
        Generation::Random(random) => vec![OutlinePart::Random(random.length)],
        Generation::Script(_) => opaque("what its script prints"),
        Generation::SshKey(key) => opaque(match key.r#type {
            SshKeyType::Ed25519 => "an ed25519 key",
            SshKeyType::Rsa => "an RSA key of 4096 bits",
        }),
        Generation::Template(_) | Generation::Tera(_) | Generation::Json(_) => {
            let (result, stand_ins) = render(generation, dialect);
            match result {
                Ok(text) => stand_ins.parts(text.bytes()),
                Err(Fault { class: FaultClass::Execution, .. }) if !stand_ins.secrets().is_empty() => {
                    opaque("a text whose structure depends on secrets")
                }
                Err(fault) => return Err(fault),
            }
        }
    };
    Ok(Outline { parts })
}

fn render(generation: &Generation, dialect: Dialect) -> (Result<Buffer, Fault>, StandIns) {
    let mut stand_ins = StandIns::beside(&declared_text(generation), dialect);
    let result = match generation {
        Generation::Template(text) => go::make(text, &mut stand_ins),
        Generation::Tera(text) => tera::make(text, &mut stand_ins),
        Generation::Json(document) => json::make(document, &mut stand_ins),
        Generation::Random(_) | Generation::Script(_) | Generation::SshKey(_) => Ok(Buffer::new()),
    };
    (result, stand_ins)
}

fn declared_text(generation: &Generation) -> String {
    serde_json::to_string(generation).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn generation(generation: serde_json::Value) -> Generation {
        serde_json::from_value(generation).unwrap()
    }

    fn template(content: &str) -> Generation {
        generation(json!({"template": {"content": content, "data": {"users": ["ada", "bob"], "port": 8080}}}))
    }

    fn shown(generation: &Generation) -> String {
        let part = |part: &OutlinePart| match part {
            OutlinePart::Literal(text) => text.clone(),
            OutlinePart::Secret(name) => format!("<{name}>"),
            OutlinePart::Hash { kind, of } => format!("<{kind} of {}>", of.join(",")),
            OutlinePart::Random(length) => format!("<{length}>"),
            OutlinePart::Opaque(what) => format!("<({what})>"),
        };
        outline(generation, Dialect::Mended).unwrap().parts.iter().map(part).collect()
    }

    #[test]
    fn the_parts_of_a_text_are_told() {
        let users =
            "{{- range .users -}}{{ . }}:{{ hashBcrypt (readSecret (fmt \"radicale/%s\" .)) 10 }}\n{{ end }}";
        assert_eq!(shown(&template(users)), "ada:<bcrypt of radicale/ada>\nbob:<bcrypt of radicale/bob>\n");
        assert_eq!(
            shown(&template("a={{ readSecret \"x\" }}&{{ readSecret \"y\" | urlquery }} {{ .port }}")),
            "a=<x>&<y> 8080"
        );
        assert_eq!(
            shown(&template(
                "{{ printf \"%x %.20s|\" (readSecret \"x\") (readSecret \"y\") }}{{ hashBcrypt \"a\" 4 }}"
            )),
            "<x> <y>|<bcrypt of >"
        );
        assert_eq!(shown(&template("{{ slice (readSecret \"x\") 0 5 }}")), "<(a part of a secret)>");
        let call = |name: &str, arguments: serde_json::Value| json!({"__secretsGeneratorType": "functionCall", "name": name, "arguments": arguments});
        let read = call("readSecret", json!({"name": "p/q"}));
        let hash = call(
            "hashArgon2id",
            json!({"data": &read, "memory": 1_000_000, "iterations": 9, "parallelism": 1}),
        );
        let document = generation(json!({"json": {"content": {"b": &read, "a": hash}}}));
        assert_eq!(shown(&document), "{\"a\":\"<argon2id of p/q>\",\"b\":\"<p/q>\"}\n");
        let tera = json!({"tera": {"content": "{{ read_secret(name='a') | upper }} {{ random_string(length=9) }} {{ hash_bcrypt(password=read_secret(name='b'), cost=12) }}"}});
        assert_eq!(shown(&generation(tera)), "<a> <9> <bcrypt of b>");
    }

    #[test]
    fn stand_ins_are_told_from_the_text_beside_them() {
        assert_eq!(shown(&template("qqq00000 qqx00001 {{ readSecret \"qqz\" }}")), "qqq00000 qqx00001 <qqz>");
    }

    #[test]
    fn what_is_read_is_found_without_a_key() {
        let found = |content: &str| {
            trace(&template(content), Dialect::Mended).unwrap().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(found("{{ range .users }}{{ readSecret . | len }}{{ end }}"), ["ada", "bob"]);
        assert_eq!(
            found("{{ if .port }}{{ readSecret \"a\" }}{{ else }}{{ readSecret \"b\" }}{{ end }}"),
            ["a"]
        );
        // It fails on the stand-in: what stands in the template counts, too.
        let fails = "{{ slice (readSecret \"a\") 0 9999 }}{{ \"b\" | readSecret }}{{ if .x }}{{ (readSecret `c`) }}{{ end }}";
        assert_eq!(found(fails), ["a", "b", "c"]);
        let tera = generation(
            json!({"tera": {"content": "{{ read_secret(name='a')[200] }}{{ read_secret( name = \"b\") }}"}}),
        );
        assert_eq!(trace(&tera, Dialect::Mended).unwrap().len(), 2);
    }

    #[test]
    fn mistakes_that_no_secret_has_a_part_in_are_told() {
        let class = |content: &str| trace(&template(content), Dialect::Mended).unwrap_err().class;
        assert_eq!(class("{{ if }}"), FaultClass::Syntax);
        assert_eq!(class("{{ .nope }}"), FaultClass::Execution);
        assert_eq!(class("{{ hashBcrypt (readSecret \"a\") 99 }}"), FaultClass::HashParameter);
    }

    #[test]
    fn hundreds_of_hashes_take_no_time() {
        let users = (0..500).map(|user| format!("u{user}")).collect::<Vec<_>>();
        let content = "{{ range . }}{{ range . }}{{ hashBcrypt (readSecret .) 15 }}{{ end }}{{ end }}";
        let many = generation(json!({"template": {"content": content, "data": {"users": users}}}));
        let started = std::time::Instant::now();
        assert_eq!(trace(&many, Dialect::Mended).unwrap().len(), 500);
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
    }
}
