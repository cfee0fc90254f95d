//! What strangers wrote, and much of it.

use super::*;

#[test]
fn strangers_names_and_reasons_do_no_harm() {
    let evil = "x\x1b[2J\u{202e}/\x07y".to_owned();
    let many = (0..500).map(|number| {
        let state = match number % 5 {
            0 => SecretState::Failed(format!("{evil} {}", "because of this ".repeat(200))),
            1 => SecretState::Skipped(vec![evil.clone(); 50]),
            2 => SecretState::Protected(Box::new(SecretState::DependencyChanged(vec![evil.clone()]))),
            _ => SecretState::Ok,
        };
        let mut secret = secret(&format!("many/{number:03}"), state, None);
        secret.read_by = vec![format!("many/{:03}", (number + 1) % 500)];
        secret.hosts = vec![host("gate")];
        secret
    });
    let mut secrets = many.collect::<Vec<_>>();
    secrets.push(secret(&evil, SecretState::Ok, None));
    let mut state = with(secrets);
    for (width, height) in [(60, 16), (80, 24), (120, 40), (200, 50)] {
        update(&mut state, Msg::Resized { width, height });
        let keys = [
            "g g",
            "G",
            "enter",
            "G",
            "esc",
            "g g j j j",
            "R",
            "down down up",
            "esc",
            "w",
            "G",
            "esc",
            "v",
            "esc",
        ];
        for keys in keys {
            press(&mut state, keys);
            let seen = seen(&state);
            assert!(!seen.contains(['\x1b', '\x07', '\u{202e}']), "{keys} at {width}x{height}");
        }
    }
    press(&mut state, "g g j j j R");
    assert!(asked(&state).len() > 3000, "all of it can be scrolled to");
    press(&mut state, "y");
    assert_eq!(state.secrets.run.as_ref().unwrap().count, 500);
}

#[test]
fn what_failed_is_gone_to_one_after_the_other() {
    let mut secrets = some();
    secrets[2].state = SecretState::Failed("its template is wrong".to_owned());
    let mut state = with(secrets);
    press(&mut state, "R");
    let (job, _) = only(&press(&mut state, "y"));
    let failed = SecretResult::Failed(error("the script ended with status 1"));
    let results = [
        ("a".to_owned(), SecretResult::Skipped(vec!["b".to_owned()])),
        ("b".to_owned(), failed),
        ("gone".to_owned(), SecretResult::Failed(error("it is not there any more"))),
    ];
    report(&mut state, Report::SecretsChanged(job, results.into()));
    report(&mut state, Report::Ended(job, End::Failed(error("git was not told"))));
    press(&mut state, "1");
    let mut gone_to = Vec::new();
    for _ in 0..2 {
        press(&mut state, "E");
        assert_eq!((state.pane, state.part), (Pane::Secrets, Part::Detail));
        gone_to.push(state.secrets.list.selected().unwrap().to_owned());
    }
    assert_eq!(gone_to, ["b", "c"]);
    press(&mut state, "E");
    assert!(seen(&state).contains("git was not told"), "the run as a whole comes last");
    press(&mut state, "esc");
    press(&mut state, "1");
    press(&mut state, "E");
    assert_eq!(state.secrets.list.selected(), Some("b"));
}

#[test]
fn what_failed_by_itself_is_named_before_what_was_not_tried() {
    let mut state = with(some());
    press(&mut state, "R");
    let (job, _) = only(&press(&mut state, "y"));
    let results = [
        ("a".to_owned(), SecretResult::Skipped(vec!["b".to_owned()])),
        ("b".to_owned(), SecretResult::Failed(error("no register answers"))),
    ];
    report(&mut state, Report::SecretsChanged(job, results.into()));
    report(&mut state, Report::Ended(job, End::Done));
    assert!(seen(&state).contains("b: no register answers (and 1 more)"), "{}", seen(&state));
}

#[test]
fn a_column_that_says_nothing_leaves_its_room_to_others() {
    let heads = |secrets| seen(&with(secrets)).lines().nth(3).unwrap().to_owned();
    let mut secrets = some();
    let shown = heads(secrets.clone());
    assert!(shown.contains("DUE") && !shown.contains("ROTATE") && !shown.contains("AGE"), "{shown}");
    for secret in &mut secrets {
        (secret.state, secret.step, secret.rotate_at) = (SecretState::Ok, None, Some(1));
    }
    let shown = heads(secrets);
    assert!(!shown.contains("DUE") && shown.contains("ROTATE"), "{shown}");
}

#[test]
fn what_must_be_entered_says_so_and_has_no_text_to_show() {
    let mut state = with(some());
    assert!(seen(&state).lines().any(|line| line.contains(" m ") && line.contains("by hand")));
    select(&mut state, "m");
    press(&mut state, "v");
    assert!(
        seen(&state).contains("i enters it") && !seen(&state).contains("shows its text"),
        "{}",
        seen(&state)
    );
}

#[test]
fn what_is_lost_is_entered_without_a_text_to_begin_with() {
    for state in [SecretState::Missing, SecretState::ValueLost] {
        let mut secrets = some();
        secrets[4].state = state;
        let mut state = with(secrets);
        select(&mut state, "m");
        let effects = press(&mut state, "i");
        assert!(matches!(&effects[..], [Effect::EditSecret { name, .. }] if name == "m"), "{effects:?}");
    }
}

#[test]
fn a_look_says_what_it_came_to() {
    let mut state = with(some());
    let (job, _) = only(&press(&mut state, "s"));
    report(&mut state, Report::Ended(job, End::Done));
    assert!(notice(&state).contains("none is another"), "{}", notice(&state));
    let mut secrets = some();
    secrets[0].state = SecretState::Unreadable("it is not encrypted to this key".to_owned());
    let (job, _) = only(&press(&mut state, "s"));
    read(&mut state, job, Read::Secrets(Ok(facts(secrets))));
    report(&mut state, Report::Ended(job, End::Done));
    assert!(notice(&state).contains("1 can't be read"), "{}", notice(&state));
}

#[test]
fn what_a_run_marks_is_meant_by_a_deployment_alone() {
    let mut state = with(some());
    let run = |state: &mut State, name: &str| {
        select(state, "a");
        press(state, "R");
        let (job, _) = only(&press(state, "y"));
        report(state, Report::SecretsChanged(job, [(name.to_owned(), SecretResult::Made)].into()));
        report(state, Report::Ended(job, End::Done));
    };
    run(&mut state, "b");
    assert!(state.secrets.list.marks.contains("b") && notice(&state).contains("deploy to gate"));
    select(&mut state, "a");
    assert_eq!(meant(&state, SecretsVerb::Rotate).unwrap(), ["a"]);
    assert_eq!(meant(&state, SecretsVerb::Generate).unwrap(), ["d"], "all that is due");
    // Another run leaves its marks beside them: neither is deployed yet.
    run(&mut state, "c");
    assert!(notice(&state).contains("deploy to gate, post"), "{}", notice(&state));
    assert_eq!(super::super::meant_hosts(&state), [host("gate"), host("post")]);
    // What the operator marks is only that.
    select(&mut state, "b");
    press(&mut state, "space");
    assert_eq!(meant(&state, SecretsVerb::Rotate).unwrap(), ["b"]);
    run(&mut state, "c");
    press(&mut state, "esc");
    assert!(state.secrets.list.marks.is_empty());
}

#[test]
fn what_is_short_is_said_before_long_lists() {
    let many = (0..200).map(|number| {
        let mut secret = secret(&format!("many/{number:03}"), SecretState::Missing, Some(SecretStep::Make));
        secret.engine = "script".to_owned();
        secret.hosts = vec![host("gate")];
        secret
    });
    let mut state = with(many.collect());
    press(&mut state, "a");
    let asked = asked(&state);
    let at = |text: &str| asked.find(text).unwrap_or_else(|| panic!("{text}: {asked}"));
    assert!(at("what they have: gate") < at("makes a new value: 200 secrets: many/000"), "{asked}");
}
