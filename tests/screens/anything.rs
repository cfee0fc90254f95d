//! Whatever is pressed, pasted or heard: the console goes on, and everything stays within its bounds.

use proptest::prelude::*;
use steading::app::{
    command::COMMANDS,
    layers::Layer,
    msg::Msg,
    state::{Pane, State},
    vault::Text,
};

use crate::console::{Console, Dress};

#[derive(Debug, Clone)]
enum Step {
    Keys(String),
    Type(String),
    Paste(String),
    Size(u16, u16),
    Click(u16, u16),
    Wheel(u16, u16, i16),
    Play(f64),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = COMMANDS.iter().flat_map(|command| command.keys).map(|keys| (*keys).to_owned());
    let keys = keys.collect::<Vec<_>>();
    prop_oneof![
        8 => prop::sample::select(keys).prop_map(Step::Keys),
        // Where nothing is typed they lead far from what there is to do about secrets.
        2 => prop::sample::select(vec!["4", "4 v", "v", "enter", "a y", "R y"]).prop_map(|keys| Step::Keys(keys.to_owned())),
        2 => "[a-z0-9!./ 日é]{1,6}".prop_map(Step::Type),
        1 => prop_oneof![Just("two\nlines\u{1b}[31m".to_owned()), any::<String>()].prop_map(Step::Paste),
        1 => (0..=300u16, 0..=100u16).prop_map(|(width, height)| Step::Size(width, height)),
        1 => Just(Step::Size(80, 24)),
        1 => (0..320u16, 0..110u16).prop_map(|(column, row)| Step::Click(column, row)),
        1 => (0..320u16, 0..110u16, -9..9i16).prop_map(|(column, row, lines)| Step::Wheel(column, row, lines)),
        2 => (0..9u8).prop_map(|seconds| Step::Play(seconds.into())),
    ]
}

fn take(console: &mut Console, step: &Step) {
    match step {
        Step::Keys(keys) => _ = console.press(keys),
        Step::Type(text) => _ = console.type_in(text),
        Step::Paste(text) => console.tell(Msg::Pasted(text.clone())),
        Step::Size(width, height) => _ = console.resize((*width, *height)),
        Step::Click(column, row) => console.tell(Msg::Clicked { column: *column, row: *row }),
        Step::Wheel(column, row, lines) => {
            console.tell(Msg::Scrolled { column: *column, row: *row, lines: *lines });
        }
        Step::Play(seconds) => _ = console.play(*seconds),
    }
}

fn is_sound(state: &State) {
    assert!(state.parts().contains(&state.part), "{:?} of {:?}", state.part, state.pane);
    for pane in Pane::ALL {
        if let Some(list) = state.list(pane) {
            assert!(list.cursor.selected < list.len().max(1), "{pane:?}");
        }
    }
    for paths in Pane::ALL.into_iter().filter_map(|pane| state.paths(pane)) {
        assert!(paths.tree.cursor.selected < paths.tree.len().max(1));
    }
    for (at, layer) in state.layers.iter().enumerate() {
        match layer {
            Layer::Help(chooser) | Layer::Palette(chooser) => {
                assert!(chooser.cursor.selected < chooser.rows.len().max(1));
                is_plain(chooser.input.value());
            }
            Layer::Prompt(prompt) => is_plain(prompt.input.value()),
            Layer::Reader(text) => assert!(text.cursor.selected < text.lines.len().max(1)),
            Layer::Secret(view) => {
                let seen = state.pane == Pane::Secrets && at + 1 == state.layers.len();
                let shown = matches!(view.text, Text::Shown(..));
                assert!(!shown || seen && state.layout().is_some(), "a text is kept that nobody sees");
            }
            Layer::Filter(_) | Layer::LogSearch { .. } | Layer::Confirm(_) => {}
        }
    }
    if let Some(layout) = state.layout() {
        let areas = layout.parts.iter().map(|(_, area)| *area).chain(layout.activity);
        for area in areas.chain([layout.header, layout.tabs, layout.footer]) {
            assert_eq!(area.intersection(layout.screen), area);
        }
    }
}

fn is_plain(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_upsets_the_console(steps in prop::collection::vec(step(), 1..40)) {
        let mut console = Console::ready((80, 24), Dress::Dark);
        for step in &steps {
            take(&mut console, step);
            is_sound(&console.state);
            console.draw();
        }
        console.resize((80, 24));
        console.press("esc esc esc esc esc esc esc esc");
        prop_assert!(console.state.layers.is_empty(), "{:?}", console.state.layers);
    }

    #[test]
    fn what_is_typed_is_a_text_and_no_command(text in "[a-zA-Z1-5?@:*-]{1,12}") {
        for open in ["2 /", ":", "?"] {
            let mut console = Console::ready((80, 24), Dress::Dark);
            console.press(open);
            let (layers, pane) = (console.state.layers.len(), console.state.pane);
            console.type_in(&text);
            prop_assert_eq!((console.state.layers.len(), console.state.pane), (layers, pane));
            prop_assert!(console.state.deployment.is_none());
            let typed = match console.state.layers.last().unwrap() {
                Layer::Help(chooser) | Layer::Palette(chooser) => chooser.input.value(),
                _ => console.state.globals.paths.filter.value(),
            };
            prop_assert_eq!(typed, &text);
            console.press("esc");
            prop_assert!(console.state.layers.is_empty());
        }
    }
}
