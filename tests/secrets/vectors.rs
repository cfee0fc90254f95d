//! The recorded cases: what the reference generator answers, and what Go's templates come to.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use serde_json::{Value, json};
use steading::backend::secrets::{
    Entropy, Generation, Plaintext, Replay,
    engines::{Dialect, Fault, FaultClass, ReadSecret, make},
};

/// Secrets of a case.
#[derive(Default)]
pub struct StandIns(BTreeMap<String, Arc<Plaintext>>);

impl ReadSecret for StandIns {
    fn read(&mut self, name: &str) -> Result<Arc<Plaintext>, Fault> {
        let missing = || Fault::new(FaultClass::Secret(name.to_owned()), "missing");
        self.0.get(name).cloned().ok_or_else(missing)
    }
}

/// The class of a fault.
pub fn class_of(fault: &Fault) -> String {
    fault.class.name().to_owned()
}

/// What came out, or the class of the fault; and how much entropy it took.
fn made(case: &Value, dialect: Dialect, entropy: &[u8]) -> (Result<Vec<u8>, String>, usize) {
    let generation = serde_json::from_value::<Generation>(case["generation"].clone()).unwrap();
    let texts = case["secrets"].as_object().into_iter().flatten();
    let text = |text: &Value| Arc::new(Plaintext::from(text.as_str().unwrap().as_bytes().to_vec()));
    let mut secrets = StandIns(texts.map(|(name, secret)| (name.clone(), text(secret))).collect());
    let recorded = Plaintext::from(entropy.to_vec());
    let mut replay = Replay::of(&recorded);
    let made = make(&generation, dialect, &mut replay, &mut secrets);
    let result = made.map(|made| made.text.bytes().to_vec()).map_err(|fault| class_of(&fault));
    (result, replay.consumed())
}

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/secrets").join(name);
    let document = serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap();
    let cases = document["vectors"].as_array().unwrap().clone();
    assert!(cases.len() > 30);
    cases
}

fn expected(case: &Value) -> (Result<Vec<u8>, String>, usize) {
    let expect = &case["expect"];
    let result = match expect["output_hex"].as_str() {
        Some(output) => Ok(hex::decode(output).unwrap()),
        None => Err(expect["error"].as_str().unwrap().to_owned()),
    };
    (result, usize::try_from(expect["consumed"].as_u64().unwrap()).unwrap())
}

#[test]
fn the_reference_is_met_byte_for_byte() {
    for case in cases("secrets-vectors.json") {
        let entropy = hex::decode(case["entropy_hex"].as_str().unwrap()).unwrap();
        let expected = expected(&case);
        assert_eq!(made(&case, Dialect::Reference, &entropy), expected, "{}", case["id"]);
        let consumed = expected.1;
        if expected.0.is_err() {
            continue;
        }
        let more = [entropy.as_slice(), b"more"].concat();
        assert_eq!(made(&case, Dialect::Reference, &more), expected, "{}", case["id"]);
        if consumed > 0 {
            let short = made(&case, Dialect::Reference, &entropy[..consumed - 1]);
            assert_eq!(short.0, Err("entropy-exhausted".to_owned()), "{}", case["id"]);
        }
    }
}

#[test]
fn what_is_no_quirk_is_the_same_for_new_definitions() {
    for case in cases("secrets-vectors.json") {
        let entropy = hex::decode(case["entropy_hex"].as_str().unwrap()).unwrap();
        let mended = made(&case, Dialect::Mended, &entropy);
        let recommended = match case["id"].as_str().unwrap() {
            "tmpl-number-formatting" => Ok("65535 1000000 1234567 1.5 100000"),
            "tmpl-readsecret-bare" => Ok("abc"),
            "json-readsecret-bare-base64" => Ok("{\"p\":\"abc\"}\n"),
            "json-fmt-number" => Ok("\"x 3 1000000 3\"\n"),
            "tmpl-bcrypt-cost3-becomes-10" | "tmpl-bcrypt-73-bytes-error" => Err("hash-parameter"),
            "tmpl-fmt-d-on-json-number" | "tmpl-missing-key" => Err("execution"),
            other => {
                assert_ne!(case["quirk"], json!(true), "{other} has no recommendation here");
                assert_eq!(mended, expected(&case), "{other}");
                continue;
            }
        };
        let recommended =
            recommended.map(|text| text.as_bytes().to_vec()).map_err(std::borrow::ToOwned::to_owned);
        assert_eq!(mended.0, recommended, "{}", case["id"]);
    }
}

#[test]
fn templates_are_carried_out_as_go_does() {
    for case in cases("go-template-vectors.json") {
        let generation = json!({"template": {"content": case["template"], "data": case["data"]}});
        let made = made(&json!({"generation": generation}), Dialect::Reference, b"").0;
        match case["go127"]["output"].as_str() {
            Some(output) => assert_eq!(made, Ok(output.as_bytes().to_vec()), "{}", case["id"]),
            None => assert!(made.is_err(), "{}: {made:?}", case["id"]),
        }
    }
}
