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
