//! `steading secrets try`, as a program: the same bytes in any process, locale and number of threads.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::{Value, json};

fn tried(arguments: &[&str], environment: &[(&str, &str)], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steading"));
    command.args(["secrets", "try"]).args(arguments).env_clear().envs(environment.iter().copied());
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = pipes.spawn().unwrap();
    // A program that refuses its arguments may not read to the end.
    let _ = program.stdin.take().unwrap().write_all(input);
    program.wait_with_output().unwrap()
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
    let answers = serde_json::from_slice::<Vec<Value>>(&whole.stdout).unwrap();
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
    let answers = serde_json::from_slice::<Vec<Value>>(&first.stdout).unwrap();
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
fn what_is_no_case_is_told() {
    for (input, why) in [
        ("", "no array of cases"),
        ("[", "no array of cases"),
        ("{}", "no array of cases"),
        ("[{}]", "case 1: missing field `generation`"),
        (r#"[{"generation": {}}]"#, "exactly one of random, template"),
        (
            r#"[{"generation": {"json": {"content": 1}, "random": {"length": 1, "charsets": {}}}}]"#,
            "exactly one of",
        ),
        (
            r#"[{"generation": {"json": {"content": 1}}}, {"generation": {"magic": {}}}]"#,
            "case 2: there is no generation",
        ),
        (r#"[{"generation": {"script": {"script": "x"}}}]"#, "can't be tried"),
        (r#"[{"generation": {"random": {"length": -1, "charsets": {}}}}]"#, "random: invalid value"),
        (r#"[{"generation": {"json": {"content": 1}}, "entropy_hex": "0"}]"#, "no hexadecimal text"),
    ] {
        let ran = tried(&[], &[], input.as_bytes());
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{input}: {error}");
        assert!(error.contains(why), "{input}: {error}");
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
