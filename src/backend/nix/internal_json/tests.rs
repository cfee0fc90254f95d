use proptest::prelude::*;

use super::*;

#[test]
fn what_nix_says_is_read() {
    let line = r#"@nix {"action":"start","fields":["/nix/store/x.drv","ssh://pi",1,1],"id":7,"level":3,"parent":0,"text":"building","type":105}"#;
    assert_eq!(
        read(line),
        Some(Message::Start {
            id: 7,
            parent: 0,
            level: 3,
            text: "building".into(),
            activity: Activity::Build { derivation: "/nix/store/x.drv".into(), machine: "ssh://pi".into() },
        })
    );
    assert_eq!(
        read(r#"@nix {"action":"result","fields":["a\tb\u0000"],"id":7,"type":101}"#),
        Some(Message::Result { id: 7, report: Report::Line("a\tb\0".into()) })
    );
    assert_eq!(
        read(r#"@nix {"action":"result","fields":[1,2,3,4],"id":7,"type":105}"#),
        Some(Message::Result {
            id: 7,
            report: Report::Progress { done: 1, expected: 2, running: 3, failed: 4 }
        })
    );
    assert_eq!(read(r#"@nix {"action":"stop","id":7}"#), Some(Message::Stop { id: 7 }));
    assert_eq!(
        read(
            r#"@nix {"action":"msg","level":0,"msg":"error: bad","raw_msg":"bad","trace":[{"raw_msg":"x"}]}"#
        ),
        Some(Message::Said { level: 0, text: "bad".into() })
    );
}

#[test]
fn what_is_missing_or_of_another_type_says_less() {
    assert_eq!(
        read(r#"@nix {"action":"start","id":1,"type":105}"#),
        Some(Message::Start {
            id: 1,
            parent: 0,
            level: 0,
            text: "".into(),
            activity: Activity::Build { derivation: "".into(), machine: "".into() },
        })
    );
    let nothing =
        Message::Result { id: 1, report: Report::Progress { done: 0, expected: 0, running: 0, failed: 0 } };
    for fields in ["[]", "null", r#"["1",-2,3.5,{"a":[1]}]"#, "[true,[[]],null,1e99]"] {
        let line = format!(r#"@nix {{"action":"result","fields":{fields},"id":1,"type":105}}"#);
        assert_eq!(read(&line), Some(nothing.clone()), "{line}");
    }
}

#[test]
fn what_is_not_known_is_taken_for_that() {
    for line in [
        r#"@nix {"action":"dance"}"#,
        r#"@nix {"action":"start","type":105}"#,
        r#"@nix {"action":"result","id":1}"#,
        r#"@nix {"action":"msg","level":3}"#,
    ] {
        assert_eq!(read(line), Some(Message::Unknown), "{line}");
    }
    let other = |line| match read(line) {
        Some(
            Message::Start { activity: Activity::Other, .. } | Message::Result { report: Report::Other, .. },
        ) => {}
        message => panic!("{message:?}"),
    };
    other(r#"@nix {"action":"start","id":1,"type":113,"new":{"deep":[{}]}}"#);
    other(r#"@nix {"action":"result","id":1,"type":999,"fields":["x"]}"#);
}

#[test]
fn other_lines_are_not_in_the_format() {
    let deep = format!("@nix {}", "[".repeat(100_000));
    let deep_field = format!(r#"@nix {{"action":"stop","id":1,"x":{}}}"#, "[".repeat(100_000));
    for line in [
        "",
        "warning: hello",
        "@nix",
        "@nix ",
        "@nix {",
        "@nix []",
        "@nix {\"action\":1}",
        "@nix {\"id\":-1,\"action\":\"stop\"}",
        &deep,
        &deep_field,
    ] {
        assert_eq!(read(line), None, "{}", &line[..line.len().min(60)]);
    }
}

#[test]
fn a_long_list_of_fields_costs_no_memory() {
    let line =
        format!(r#"@nix {{"action":"result","id":1,"type":105,"fields":[1{}]}}"#, ",1".repeat(400_000));
    let Some(Message::Result { report, .. }) = read(&line) else { panic!() };
    assert_eq!(report, Report::Progress { done: 1, expected: 1, running: 1, failed: 1 });
}

proptest! {
    #[test]
    fn any_line_is_read_or_refused(line in ".*", action in "start|stop|result|msg", rest in ".*") {
        let _ = read(&line);
        let _ = read(&format!("@nix {line}"));
        let _ = read(&format!(r#"@nix {{"action":"{action}","id":1,"type":105,{rest}}}"#));
    }
}
