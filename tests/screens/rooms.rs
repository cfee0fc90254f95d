//! The globals', services' and secrets' panes, and what lies over any pane.

use steading::{
    app::layers::{Layer, Reader},
    views::document::Target,
};

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
fn secrets_say_how_it_stands_with_them() {
    each("secrets", "4", "", "missing");
}

#[test]
fn a_secret_says_what_it_is_made_of_and_where_it_goes() {
    let mut console = Console::ready((120, 40), Dress::Dark);
    console.press("4 /").type_in("mail/passwd");
    console.press("enter enter");
    let shot = console.shot();
    assert!(shot.shows("mail/ada  expired") && shot.shows("reloads dovecot2.service"));
    console.expect("secrets-detail");
    // One may go there, and come back.
    console.press("G");
    for _ in 0..40 {
        console.press("k");
        if console.state.target().is_some_and(|target| target == Target::Secret("mail/ada".to_owned())) {
            break;
        }
    }
    console.press("enter");
    assert_eq!(console.state.secrets.list.selected(), Some("mail/ada"));
    console.press("<");
    assert_eq!(console.state.secrets.list.selected(), Some("mail/passwd"));
}

#[test]
fn a_rotation_is_shown_before_and_followed() {
    for (size, dress) in DRESSES {
        let mut console = Console::ready(size, dress);
        console.press("4 /").type_in("expired");
        console.press("enter R");
        assert!(console.shot().shows("made anew, for they are made from that: mail/passwd"));
        console.expect("secrets-rotate");
        console.press("y").play(0.5);
        assert!(console.shot().shows("passphrase of"));
        console.type_in("open sesame").press("enter").play(20.0);
        assert!(console.shot().shows("2 secrets changed; d plans to deploy to post"));
    }
}

#[test]
fn what_is_due_is_made_and_what_fails_says_why() {
    for (size, dress) in DRESSES {
        let mut console = Console::ready(size, dress);
        console.press("4 a y").play(0.5);
        console.type_in("open sesame").press("enter").play(3.5);
        assert!(console.shot().shows("2 of 5: vpn/gate") && console.shot().shows("being made"));
        console.expect("secrets-generating");
        console.play(20.0).press("/").type_in("watch/probe");
        console.press("enter enter");
        let shot = console.shot();
        assert!(shot.shows("its script ended with status 1") && shot.shows("failed; it is as it was"));
        console.expect("secrets-failed");
        console.press("L");
        assert!(console.shot().shows("+ step-cli ca token"));
    }
}

#[test]
fn a_protected_secret_is_rotated_by_its_name() {
    let mut console = Console::ready((80, 24), Dress::Mono);
    console.press("4 R").type_in("backup/att");
    assert!(console.shot().shows("type backup/attic to go on"));
    console.expect("secrets-protected");
    console.press("enter");
    assert!(!console.state.layers.is_empty());
    console.type_in("ic").press("enter");
    assert!(console.state.layers.is_empty() && console.state.secrets.is_busy());
}

#[test]
fn a_text_is_masked_shown_and_wiped() {
    for (size, dress) in DRESSES {
        let mut console = Console::ready(size, dress);
        console.press("4 /").type_in("git/settings");
        console.press("enter v").play(1.0);
        assert!(console.shot().shows("SECRET_KEY = <git/admin>"));
        console.expect("secrets-masked");
        console.press("v").play(0.5);
        console.type_in("open sesame").press("enter").play(1.0);
        assert!(console.shot().shows("SECRET_KEY = v8#Kp"));
        console.expect("secrets-revealed");
        console.play(31.0);
        assert!(!console.shot().shows("v8#Kp") && console.shot().shows("the text is wiped"));
    }
}

#[test]
fn who_can_read_what_is_told() {
    small("secrets-audit", "4 w", "", "an admin (...");
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
