//! A host with as many options as a NixOS has: keys and answers, in the time of a frame.

use ratatui::{Terminal, backend::TestBackend};
use steading::{
    app::{effect::Effect, filter::Narrowing, keys::Chord, msg::Msg, state::State, update::update},
    backend::{
        job::{End, Order, Report, Work},
        model::{OptionDetail, OptionNode, OptionPath, OptionsAnswer, OptionsQuestion, SetOption},
    },
    views,
};

use crate::{
    app::{console, leaf},
    filter::names,
    measure::{FRAME, Times},
};

/// Options of a NixOS host, and those of them that are set.
const ALL: usize = 13_145;
const SET: usize = 373;

/// What an operator presses who looks around.
const KEYS: [&str; 22] = [
    "j", "j", "enter", "j", "i", "j", "h", "a", "j", "enter", "j", "*", "G", "k", "g g", "-", "/", "n", "g",
    "enter", "esc", "a",
];

pub fn run() {
    let mut names = names().iter().take(ALL).map(|name| path(name)).collect::<Vec<_>>();
    names.sort();
    let set = names.iter().step_by(ALL / SET).cloned().collect::<Vec<_>>();
    let mut state = console(64, 500);
    let mut screen = Terminal::new(TestBackend::new(200, 50)).unwrap();
    let (mut keys, mut answers) = (Times::default(), Times::default());
    let mut matcher = Narrowing::default();
    press(&mut state, "1");
    let mut effects = press(&mut state, "o");
    for _ in 0..8 {
        for key in KEYS {
            while let Some(effect) = effects.pop() {
                let msgs = match effect {
                    Effect::Order(Order::Begin(job, Work::Options { hosts, question })) => {
                        let answer = Ok(answer(&question, &set, &names));
                        let host = hosts[0].clone();
                        let options = Report::Options { job, host, question, answer };
                        [options, Report::Ended(job, End::Done)]
                            .map(|report| Msg::Reported(Box::new(report)))
                            .to_vec()
                    }
                    Effect::Filter(question) => {
                        matcher.answer(&question, || true).map(Msg::Filtered).into_iter().collect()
                    }
                    _ => Vec::new(),
                };
                answers.take(|| {
                    for msg in msgs {
                        effects.extend(update(&mut state, msg));
                    }
                    screen.draw(|frame| views::draw(frame, &state)).unwrap();
                });
            }
            keys.take(|| {
                effects = press(&mut state, key);
                screen.draw(|frame| views::draw(frame, &state)).unwrap();
            });
        }
    }
    keys.against_limit("a key, among 13,145 options", FRAME);
    answers.against_limit("an answer about them", FRAME);
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let keys = keys.parse::<Chord>().unwrap().0.into_iter();
    keys.flat_map(|key| update(state, Msg::Pressed(key))).collect()
}

fn path(name: &str) -> OptionPath {
    OptionPath(name.split('.').map(str::to_owned).collect())
}

/// Every third option has elements.
fn answer(question: &OptionsQuestion, set: &[OptionPath], names: &[OptionPath]) -> OptionsAnswer {
    match question {
        OptionsQuestion::Set => {
            let set = set.iter().map(|path| SetOption {
                path: path.clone(),
                value: Some(true.into()),
                error: None,
            });
            OptionsAnswer::Set(set.collect())
        }
        OptionsQuestion::Names => OptionsAnswer::Names(names.to_vec()),
        OptionsQuestion::Look(path) => {
            let elements = if path.to_string().len() % 3 == 0 { 20 } else { 0 };
            let mut leaf = leaf("option");
            leaf.path = path.clone();
            let option = OptionDetail {
                leaf,
                description: Some("What it is for. ".repeat(20)),
                default: Some("null".to_owned()),
                example: None,
                priority: Some(100),
                folded: 0,
            };
            OptionsAnswer::Look(Box::new(OptionNode {
                path: path.clone(),
                children: (0..elements).map(|number| format!("element-{number}")).collect(),
                option: Some(option),
            }))
        }
    }
}
