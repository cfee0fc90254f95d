//! `steading secrets try`, as a program: the same bytes in any process, locale and number of threads.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::{Value, json};

use crate::common;

fn tried(arguments: &[&str], environment: &[(&str, &str)], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steading"));
    command.args(["secrets", "try"]).args(arguments).env_clear().envs(environment.iter().copied());
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = pipes.spawn().unwrap();
    // A program that refuses its arguments may not read to the end.
    let _ = program.stdin.take().unwrap().write_all(input);
    program.wait_with_output().unwrap()
}

/// The answers, which are as they are described.
fn answers(stdout: &[u8]) -> Vec<Value> {
    let document = common::check_schema("secrets-try", std::str::from_utf8(stdout).unwrap());
    document.as_array().unwrap().clone()
}

fn recorded() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/secrets/secrets-vectors.json"))
        .unwrap()
}

#[test]
fn recorded_cases_are_answered() {
    let file = serde_json::from_slice::<Value>(&recorded()).unwrap();
    let cases = file["vectors"].as_array().unwrap();
    let whole = tried(&["--json"], &[], &recorded());
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    assert_eq!(whole.stdout, tried(&["--json"], &[], file["vectors"].to_string().as_bytes()).stdout);
    let answers = answers(&whole.stdout);
    assert_eq!(answers.len(), cases.len());
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer["id"], case["id"]);
        for field in ["output_hex", "error", "consumed"] {
            assert_eq!(answer[field], case["expect"][field], "{}: {answer}", case["id"]);
        }
    }
}

#[test]
fn chance_has_no_part_in_it() {
    let data: Value = (0..50).map(|number| (format!("k{}", number * 37 % 50), json!(number))).collect();
    let tera = "{% for k, v in m %}{{ k }}={{ v }} {% endfor %}{{ m }}{{ m | keys }}{{ m | json_encode }}\
        {% for k, v in l | group_by(attribute='k') %}{{ k }}:{{ v | length }} {% endfor %}{{ hash_bcrypt(password='a', cost=4) }}";
    let list = (0..50).map(|number| json!({"k": format!("g{}", number * 7 % 20)})).collect::<Vec<_>>();
    let template = "{{ range $k, $v := . }}{{ $k }}={{ $v }} {{ end }}{{ . }}{{ hashArgon2id \"a\" 64 1 4 }}";
    let cases = json!([
        {"generation": {"tera": {"content": tera, "data": {"m": data, "l": list}}}, "entropy_hex": "00".repeat(16)},
        {"generation": {"template": {"content": template, "data": data}}, "entropy_hex": "11".repeat(16)},
        {"generation": {"json": {"content": data}}},
        {"generation": {"ssh-key": {}}, "entropy_hex": "22".repeat(32)},
    ]);
    let input = cases.to_string();
    let environments = [
        vec![],
        vec![("LC_ALL", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo")],
        vec![("LC_ALL", "tr_TR.UTF-8"), ("LANG", "C"), ("RAYON_NUM_THREADS", "1")],
        vec![("TOKIO_WORKER_THREADS", "1"), ("RAYON_NUM_THREADS", "7"), ("TZ", "UTC")],
    ];
    let first = tried(&["--json"], &[], input.as_bytes());
    let answers = answers(&first.stdout);
    assert!(answers.iter().all(|answer| answer["output_hex"].is_string()), "{answers:?}");
    thread::scope(|scope| {
        let runs = environments.iter().flat_map(|environment| [environment; 3]);
        let runs = runs.map(|environment| scope.spawn(|| tried(&["--json"], environment, input.as_bytes())));
        for run in runs.collect::<Vec<_>>() {
            assert_eq!(run.join().unwrap().stdout, first.stdout);
        }
    });
}

#[test]
fn what_is_no_array_of_cases_is_refused() {
    for input in ["", "[", "{}", "null"] {
        let ran = tried(&[], &[], input.as_bytes());
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{input}: {error}");
        assert!(error.contains("no array of cases"), "{input}: {error}");
    }
    assert_eq!(tried(&["--json"], &[], b"[]").stdout, b"[]\n");
}

#[test]
fn what_is_no_case_is_told_in_its_place() {
    let wrong = [
        (json!({}), "missing field `generation`"),
        (json!("x"), "invalid type"),
        (json!({"generation": {}}), "exactly one of random, template"),
        (json!({"generation": {"tera": {"content": "x"}, "ssh-key": {}}}), "exactly one of"),
        (json!({"generation": {"magic": {}}}), "there is no generation \"magic\""),
        (json!({"generation": {"script": {"script": "x"}}}), "can't be tried"),
        (json!({"generation": {"random": {"length": -1}}}), "random: invalid value"),
        (json!({"generation": {"json": {"content": 1}}, "entropy_hex": "0"}), "no hexadecimal text"),
    ];
    let good = json!({"id": "good", "generation": {"random": {"length": 2, "charsets": {"numbers": true}}}, "entropy_hex": "0000"});
    let cases = wrong.iter().map(|(case, _)| case.clone()).chain([good]).collect::<Vec<_>>();
    let ran = tried(&["--json"], &[], json!(cases).to_string().as_bytes());
    assert!(ran.status.success(), "{ran:?}");
    let answers = answers(&ran.stdout);
    for ((case, why), answer) in wrong.iter().zip(&answers) {
        assert_eq!(answer["error"], "malformed", "{case}: {answer}");
        assert!(answer["what"].as_str().unwrap().contains(why), "{case}: {answer}");
    }
    assert_eq!(answers.last().unwrap()["output_hex"], "3131");
}

#[test]
fn what_can_t_be_read_of_one_case_keeps_no_other_from_being_tried() {
    let deep = format!("{}{}", "[".repeat(10_001), "]".repeat(10_001));
    for (content, why) in [("1e400", "number out of range"), (deep.as_str(), "nested deeper than 10000")] {
        let case = |content: &str| format!("{{\"generation\": {{\"json\": {{\"content\": {content}}}}}}}");
        let cases = format!("[{}, {}]", case(content), case("1"));
        for input in [cases.clone(), format!("\n{{\"schema\": {content}, \"vectors\": {cases}}}")] {
            let ran = tried(&["--json"], &[], input.as_bytes());
            assert!(ran.status.success(), "{input}: {ran:?}");
            let answers = answers(&ran.stdout);
            assert_eq!(answers[0]["error"], "malformed", "{input}");
            assert!(answers[0]["what"].as_str().unwrap().contains(why), "{input}: {}", answers[0]);
            assert_eq!(answers[1]["output_hex"], "310a", "{input}");
        }
    }
}

#[test]
fn what_go_reads_is_read() {
    let deep = format!("{}{}", "[".repeat(9_000), "]".repeat(9_000));
    let generation =
        |generation: &str| format!("{{\"generation\": {generation}, \"entropy_hex\": \"0000\"}}");
    let of = |content: &str| generation(&format!("{{\"json\": {{\"content\": {content}}}}}"));
    let numbers = "{\"Length\": 2, \"CHARSETS\": {\"numbers\": true}}";
    let cases = [
        (of("\"\\ud800\""), "\"\u{fffd}\"\n".to_owned()),
        (of(&deep), format!("{deep}\n")),
        // Where there are several, the first of json, random, script and template is taken, and what is unknown is not looked at.
        (
            generation("{\"template\": {\"content\": \"x\"}, \"json\": {\"content\": 1}, \"random\": {}}"),
            "1\n".to_owned(),
        ),
        (
            generation(&format!(
                "{{\"template\": {{\"content\": \"x\"}}, \"random\": {numbers}, \"magic\": 1}}"
            )),
            "11".to_owned(),
        ),
        (generation(&format!("{{\"RANDOM\": {numbers}}}")), "11".to_owned()),
        (generation("{\"Template\": {\"Content\": \"{{ .A }}\", \"Data\": {\"A\": \"b\"}}}"), "b".to_owned()),
    ];
    let mut input = format!("[{}", cases.each_ref().map(|(case, _)| case.as_str()).join(", ")).into_bytes();
    input.extend(b", {\"generation\": {\"json\": {\"content\": \"\xff\xfe\"}}}]");
    let ran = tried(&["--json"], &[], &input);
    assert!(ran.status.success(), "{ran:?}");
    let answers = answers(&ran.stdout);
    let broken = ("not UTF-8".to_owned(), "\"\u{fffd}\u{fffd}\"\n".to_owned());
    for ((case, expected), answer) in cases.iter().chain([&broken]).zip(&answers) {
        let start = case.chars().take(80).collect::<String>();
        assert_eq!(answer["output_hex"], hex::encode(expected), "{start}: {:?}", answer["what"]);
    }
    // New definitions are written as they are documented.
    let ran = tried(&["--json", "--mended"], &[], &input);
    let mended = self::answers(&ran.stdout);
    let errors = mended.iter().map(|answer| answer["error"].as_str()).collect::<Vec<_>>();
    let no_case = Some("malformed");
    assert_eq!(errors, [None, None, no_case, no_case, no_case, no_case, None]);
}

#[test]
fn what_is_not_said_is_nothing_to_the_reference_and_a_default_to_new_definitions() {
    let numbers = json!({"numbers": true, "special": null});
    let cases = [
        (json!({"random": {}}), "bad-charset", "61".repeat(64)),
        (json!({"random": {"length": 2, "charsets": null}}), "bad-charset", "malformed".to_owned()),
        (json!({"random": {"length": null, "charsets": numbers}}), "", "malformed".to_owned()),
        (json!({"random": {"charsets": {"numbers": true}}}), "", "31".repeat(64)),
        (json!({"random": {"length": 3, "charsets": numbers}}), "313131", "malformed".to_owned()),
        (json!({"template": {"content": null}}), "", "malformed".to_owned()),
        (json!({"template": {}}), "", "malformed".to_owned()),
        (json!({"json": {}}), "6e756c6c0a", "malformed".to_owned()),
        (json!({"json": {"content": null}, "random": null}), "6e756c6c0a", "6e756c6c0a".to_owned()),
    ];
    let input = cases
        .iter()
        .map(|(generation, ..)| json!({"generation": generation, "entropy_hex": "00".repeat(64)}));
    let input = input.collect::<Value>().to_string();
    for mended in [false, true] {
        let arguments = if mended { ["--json", "--mended"].as_slice() } else { &["--json"] };
        let ran = tried(arguments, &[], input.as_bytes());
        for ((generation, reference, new), answer) in cases.iter().zip(answers(&ran.stdout)) {
            let expected = if mended { new.as_str() } else { reference };
            let came = answer["output_hex"].as_str().or(answer["error"].as_str());
            assert_eq!(came, Some(expected), "{generation}: {answer}");
        }
    }
}

#[test]
fn authors_read_what_comes_out() {
    let cases = json!([
        {"id": "a", "generation": {"template": {"content": "x={{ readSecret \"p\" }}\u{1b}[1m", "data": {}}}, "secrets": {"p": "q"}},
        {"generation": {"template": {"content": "{{ .nope }}", "data": {}}}},
        {"generation": {"template": {"content": "", "data": {}}}},
    ]);
    let ran = tried(&["--mended"], &[], cases.to_string().as_bytes());
    let text = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(
        text,
        "a: 0 bytes of entropy\n  x=q·[1m\n\
         case 2: 0 bytes of entropy\n  failed (execution): line 1, column 4: there is no key \"nope\"\n\
         case 3: 0 bytes of entropy\n  it would not be encrypted: nothing came out: the text is empty\n"
    );
}
