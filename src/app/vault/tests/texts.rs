//! Texts that nobody else may see: shown, copied, typed, edited, and gone.

use super::*;

/// A console that shows the text of `a`.
fn revealing() -> State {
    let mut state = with(some());
    press(&mut state, "v");
    let (job, work) = only(&press(&mut state, "v"));
    assert_eq!(work, SecretsWork::Reveal("a".to_owned()));
    reveal(&mut state, job, "a");
    assert!(seen(&state).contains(POISON));
    state
}

#[test]
fn a_text_is_shown_on_the_second_demand_and_for_half_a_minute() {
    let mut state = with(some());
    let (job, work) = only(&press(&mut state, "v"));
    assert_eq!(work, SecretsWork::Outline("a".to_owned()));
    let outline = Ok(Outline { parts: vec![crate::backend::model::OutlinePart::Random(24)] });
    report(&mut state, Report::Outlined { job, name: "a".to_owned(), outline });
    assert!(seen(&state).contains("<24 random characters>"));
    let mut state = revealing();
    assert!(!format!("{state:?}").contains(POISON), "nothing tells a text to a log");
    update(&mut state, Msg::Ticked(at(29)));
    assert!(seen(&state).contains(POISON) && seen(&state).contains("wiped in 1 s"));
    update(&mut state, Msg::Ticked(at(30)));
    assert!(!seen(&state).contains(POISON) && state.stale);
}

#[test]
fn a_text_goes_with_whatever_takes_the_screen_from_it() {
    type Step = fn(&mut State);
    let steps: [(&str, Step); 8] = [
        ("hidden", |state| drop(press(state, "v"))),
        ("left", |state| drop(press(state, "esc"))),
        ("too small", |state| drop(update(state, Msg::Resized { width: 40, height: 10 }))),
        ("stopped", |state| drop(update(state, Msg::LeavingScreen))),
        ("another pane", |state| state.pane = Pane::Hosts),
        ("the clock set back", |state| drop(update(state, Msg::Ticked(std::time::UNIX_EPOCH)))),
        ("something above it", |state| drop(update(state, Msg::Commands(Vec::new())))),
        ("the end", |state| drop(update(state, Msg::EndRequested))),
    ];
    for (name, step) in steps {
        let mut state = revealing();
        step(&mut state);
        update(&mut state, Msg::LogAdvanced);
        let kept =
            |layer: &Layer| matches!(layer, Layer::Secret(view) if matches!(view.text, Text::Shown(..)));
        assert!(!state.layers.iter().any(kept), "{name}");
        update(&mut state, Msg::Resized { width: 120, height: 40 });
        assert!(!seen(&state).contains(POISON), "{name}");
    }
    let mut state = revealing();
    update(&mut state, Msg::Resized { width: 80, height: 24 });
    assert!(seen(&state).contains(POISON), "it stays where there is room for it");
}

#[test]
fn a_text_that_comes_late_is_seen_by_nobody() {
    let mut state = with(some());
    press(&mut state, "v");
    let (job, _) = only(&press(&mut state, "v"));
    press(&mut state, "esc");
    let text = handle();
    let (name, kept) = ("a".to_owned(), text.clone());
    report(&mut state, Report::Revealed { job, name, text: Ok(text) });
    assert!(kept.take().is_none() && !seen(&state).contains(POISON));
    // One that nobody asked for isn't taken at all.
    press(&mut state, "v");
    reveal(&mut state, JobId(999), "a");
    assert!(!seen(&state).contains(POISON));
}

#[test]
fn a_text_is_copied_only_when_that_was_asked_for() {
    let copies = |effects: &[Effect]| {
        let copied = |effect: &Effect| match effect {
            Effect::CopySecret(text) => Some(text.clone()),
            _ => None,
        };
        effects.iter().filter_map(copied).collect::<Vec<_>>()
    };
    let mut state = revealing();
    let effects = press(&mut state, "y");
    assert_eq!(copies(&effects)[0].take().unwrap().bytes(), POISON.as_bytes());
    // Unseen, too.
    let mut state = with(some());
    press(&mut state, "v");
    let (job, _) = only(&press(&mut state, "y"));
    let effects = reveal(&mut state, job, "a");
    assert_eq!(copies(&effects).len(), 1);
    assert!(!seen(&state).contains(POISON) && !format!("{effects:?}").contains(POISON));
    // Not any more, when one has gone on.
    let (job, _) = only(&press(&mut state, "y"));
    press(&mut state, "esc");
    assert!(copies(&reveal(&mut state, job, "a")).is_empty());
}

#[test]
fn a_question_is_answered_or_declined() {
    let ask = |state: &mut State, job, number, answer| {
        let question = Question { text: "passphrase of key.txt".to_owned(), answer };
        report(state, Report::Asks { job, number, question })
    };
    let answers = |effects: &[Effect]| {
        let answer = |order| match order {
            Order::Answer(job, number, text) => {
                let text = text.map(|text| text.take().unwrap().bytes().to_vec());
                Some((job, number, text.map(|text| String::from_utf8(text).unwrap())))
            }
            _ => None,
        };
        orders(effects).into_iter().filter_map(answer).collect::<Vec<_>>()
    };
    let mut state = with(some());
    let (job, work) = only(&press(&mut state, "s"));
    assert_eq!(work, SecretsWork::Look);
    ask(&mut state, job, 7, Answer::Hidden);
    type_in(&mut state, POISON);
    assert!(!seen(&state).contains("hunter") && !format!("{state:?}").contains("hunter"));
    assert_eq!(answers(&press(&mut state, "enter")), [(job, 7, Some(POISON.to_owned()))]);
    ask(&mut state, job, 8, Answer::Hidden);
    assert_eq!(answers(&press(&mut state, "esc")), [(job, 8, None)]);
    ask(&mut state, job, 9, Answer::Choice { yes: "go on".to_owned(), no: None });
    assert!(seen(&state).contains("go on"));
    assert_eq!(answers(&press(&mut state, "enter")), [(job, 9, Some("no".to_owned()))]);
    // It waits until the keys are free: nobody types a passphrase into a filter, nor a yes into a question.
    press(&mut state, "/");
    ask(&mut state, job, 10, Answer::Choice { yes: "go on".to_owned(), no: None });
    assert!(type_in(&mut state, "y").iter().all(|effect| !matches!(effect, Effect::Order(_))));
    press(&mut state, "esc");
    assert_eq!(answers(&press(&mut state, "y")), [(job, 10, Some("yes".to_owned()))]);
    // One that is over wants no answer; one that we know nothing of gets none.
    ask(&mut state, job, 11, Answer::Shown);
    report(&mut state, Report::Ended(job, End::Failed(error("no key"))));
    assert!(state.layers.is_empty() && seen(&state).contains("no key"));
    assert_eq!(answers(&ask(&mut state, JobId(999), 1, Answer::Hidden)), [(JobId(999), 1, None)]);
}

#[test]
fn a_secret_is_entered_in_the_editor() {
    let mut state = with(some());
    select(&mut state, "a");
    assert!(press(&mut state, "i").is_empty() && notice(&state).contains("not entered by hand"));
    select(&mut state, "m");
    let effects = press(&mut state, "i");
    assert!(matches!(&effects[..], [Effect::EditSecret { name, .. }] if name == "m"));
    assert!(update(&mut state, Msg::SecretEdited("m".to_owned(), Box::new(Ok(None)))).is_empty());
    let edited = |state: &mut State| {
        let text = Box::new(Ok(Some(handle())));
        update(state, Msg::SecretEdited("m".to_owned(), text))
    };
    let (_, work) = only(&edited(&mut state));
    assert!(matches!(work, SecretsWork::Enter { name, text, .. } if name == "m" && text.take().is_some()));
    // What others are made from shows first what follows.
    let mut secrets = some();
    secrets[4].read_by = vec!["c".to_owned()];
    secrets[4].state = SecretState::Ok;
    let mut state = with(secrets);
    select(&mut state, "m");
    let (job, work) = only(&press(&mut state, "i"));
    assert_eq!(work, SecretsWork::Reveal("m".to_owned()));
    let effects = reveal(&mut state, job, "m");
    assert!(matches!(&effects[..], [Effect::EditSecret { .. }]));
    assert!(edited(&mut state).is_empty() && asked(&state).contains("made from it: c"));
    assert!(!format!("{state:?}").contains(POISON));
    let (_, work) = only(&press(&mut state, "y"));
    assert!(matches!(work, SecretsWork::Enter { follow, typed, .. } if follow == ["c"] && typed.is_empty()));
    // No editor opens under the fingers of somebody who went on.
    let mut state = with(some());
    state.secrets.wanted.insert(JobId(77), Wanted { name: "m".to_owned(), what: What::Editing });
    press(&mut state, "1");
    assert!(reveal(&mut state, JobId(77), "m").is_empty());
}
