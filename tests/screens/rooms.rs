//! The globals', services' and secrets' panes, and what lies over any pane.

use steading::app::layers::{Layer, Reader};

use crate::console::{Console, Dress};

/// What is looked at in two sizes, and once without colours.
const DRESSES: [((u16, u16), Dress); 3] =
    [((80, 24), Dress::Mono), ((120, 40), Dress::Dark), ((200, 50), Dress::Ascii)];

fn each(name: &str, keys: &str, typed: &str, shows: &str) {
    for (size, dress) in DRESSES {
        let mut console = Console::ready(size, dress);
        console.press(keys).type_in(typed);
        assert!(console.shot().shows(shows), "{name} at {size:?} doesn't show {shows}");
        console.expect(name);
    }
}

fn small(name: &str, keys: &str, typed: &str, shows: &str) {
    let mut console = Console::ready((80, 24), Dress::Dark);
    console.press(keys).type_in(typed);
    assert!(console.shot().shows(shows), "{name} doesn't show {shows}");
    console.expect(name);
}

#[test]
fn the_globals_are_open_as_far_as_there_is_room() {
    each("globals", "2", "", "netsrv");
}

#[test]
fn a_value_says_who_won_against_whom() {
    let mut console = Console::ready((120, 40), Dress::Dark);
    console.press("2 /").type_in("keep.daily");
    console.press("enter enter");
    let shot = console.shot();
    assert!(shot.shows("counts  attic hosts/nixos/attic/backup.nix:18"));
    assert!(shot.shows("loses   the fleet"));
    assert!(shot.shows("mkDefault (1000) loses to plain (100) of attic"));
    assert!(shot.shows("beats that of the fleet in"));
    assert!(shot.shows("Read by"));
    console.expect("globals-contest");
}

#[test]
fn what_would_move_is_asked_and_answered() {
    let mut console = Console::ready((120, 40), Dress::Dark);
    console.press("2 /").type_in("netsrv.domain");
    console.press("enter w");
    assert!(console.shot().shows("asking Nix ..."));
    console.play(2.0);
    let shot = console.shot();
    assert!(shot.shows("through 7 globals:") && shot.shows("radio  not known: it does not evaluate"));
    console.expect("globals-would-move");
}

#[test]
fn a_host_says_what_it_reads_and_a_service_who_uses_it() {
    let mut console = Console::ready((120, 40), Dress::Dark);
    console.press("j l G");
    assert!(console.shot().shows("monitoring.alerts.diskPercent  its checks alone"));
    console.press("3 l G");
    assert!(console.shot().shows("Used by"));
    console.expect("services-used-by");
}

#[test]
fn a_broken_value_is_one_key_away() {
    small("globals-error", "E", "", "attribute 'relay' missing");
}

#[test]
fn what_a_filter_found_stands_out() {
    small("globals-filter", "2 /", "tls", "acme");
}

#[test]
fn services_say_where_they_are() {
    each("services", "3", "", "10.20.0.12");
}

#[test]
fn secrets_say_whether_they_are_there() {
    each("secrets", "4", "", "missing");
}

#[test]
fn help_has_the_keys_of_what_is_focused_first() {
    small("help", "2 ?", "", "enter, l, right");
}

#[test]
fn help_says_why_a_key_does_nothing() {
    small("help-reason", "5 ?", "retry", "not now:");
}

#[test]
fn the_palette_has_names_and_their_command_lines() {
    small("palette", ":", "deploy.", "$ steading deploy --all");
}

#[test]
fn a_prompt_hides_a_password() {
    let mut console = Console::ready((80, 24), Dress::Dark);
    console.press(":").type_in("deploy.sudo-password");
    console.press("enter").type_in("hunter2");
    assert!(console.shot().shows("*******") && !console.shot().shows("hunter2"));
    console.expect("prompt");
}

#[test]
fn what_was_run_is_shown_latest_last() {
    small("commands", "@", "", "nix build");
}

#[test]
fn a_text_leads_to_its_place() {
    use steading::{
        app::effect::Effect,
        backend::model::{File, Place},
    };
    let mut console = Console::ready((80, 24), Dress::Dark);
    let fleet = console.state.known.fleet.value.as_mut().unwrap();
    fleet.folder = Some("/home/me/fleet".into());
    let place = Place { file: File::Fleet("flake.nix".to_owned()), line: Some(3), column: None };
    let text = |place| {
        Layer::Reader(Reader {
            title: "error: the fleet".to_owned(),
            lines: vec!["one".to_owned(), "two".to_owned()],
            cursor: steading::app::cursor::Cursor::default(),
            place,
        })
    };
    console.state.layers.push(text(None));
    console.press("e");
    assert!(console.effects.is_empty(), "it is written nowhere: {:?}", console.effects);
    console.press("y");
    assert!(matches!(&console.effects[..], [Effect::Copy(text)] if text == "one\ntwo"));
    console.press("esc");
    console.state.layers.push(text(Some(place.clone())));
    console.press("e");
    assert!(
        matches!(&console.effects[..], [Effect::Edit { place: found, .. }] if *found == place),
        "{:?}",
        console.effects
    );
}
