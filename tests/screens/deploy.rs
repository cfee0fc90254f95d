//! The deployment's pane, from the first key to the last host.

use crate::console::{Console, Dress, SIZES};

/// One whose whole fleet is being planned, for so many seconds.
fn planning(size: (u16, u16), dress: Dress, seconds: f64) -> Console {
    let mut console = Console::ready(size, dress);
    console.press("F");
    console.play(seconds);
    console
}

/// One whose plan waits.
fn planned(size: (u16, u16), dress: Dress) -> Console {
    planning(size, dress, 60.0)
}

/// One whose plan is being applied, for so many seconds.
fn applying(size: (u16, u16), dress: Dress, seconds: f64) -> Console {
    let mut console = planned(size, dress);
    console.press("F");
    console.play(seconds);
    console
}

#[test]
fn the_plan_in_every_size_and_dress() {
    for size in SIZES {
        for dress in Dress::ALL {
            planned(size, dress).expect("deploy-planned");
        }
    }
}

#[test]
fn builds_stay_in_sight_while_the_plan_is_made() {
    planning((120, 40), Dress::Dark, 8.0).expect("deploy-building");
}

#[test]
fn a_flood_of_lines_leaves_the_rest_as_it_is() {
    applying((200, 50), Dress::Dark, 4.0).expect("deploy-applying");
}

#[test]
fn what_came_of_it_is_there_in_the_end() {
    applying((120, 40), Dress::Dark, 120.0).expect("deploy-ended");
}

#[test]
fn two_keys_lead_to_the_host_that_failed_to_its_error_and_to_the_line_that_caused_it() {
    let mut console = planned((80, 24), Dress::Dark);
    console.press("E");
    let shot = console.shot();
    assert!(shot.shows("forge") && shot.shows("error[E0425]") && shot.shows("src/fetch.rs:118:37"));
    console.expect("deploy-failed-host");
    console.press("enter");
    assert!(console.shot().shows("Log of relay-0.9.2"));
    console.expect("log-of-failed-build");
}

#[test]
fn an_error_is_told_while_the_rest_goes_on_and_the_same_key_leads_to_it() {
    let mut console = planning((120, 40), Dress::Dark, 11.0);
    assert!(console.shot().shows("relay-0.9.2: error[E0425]"));
    console.expect("deploy-building-failed");
    console.press("E");
    assert!(console.shot().shows("Log of relay-0.9.2"));
    console.play(14.5);
    console.press("E");
    let shot = console.shot();
    assert!(shot.shows("planning switch"), "the plan is not made yet");
    assert!(shot.shows("forge: error[E0425]") && shot.shows("src/fetch.rs:118:37"));
}

#[test]
fn an_empty_log_says_what_to_do() {
    let mut console = planned((80, 24), Dress::Dark);
    console.press("E enter m");
    assert!(console.shot().shows("nothing was said here; m shows"));
    console.press("m &").type_in("no such line").press("enter");
    assert!(console.shot().shows("no line passes the filter"));
}

#[test]
fn the_next_error_is_the_same_key_again() {
    let mut console = planned((120, 40), Dress::Dark);
    let mut seen = Vec::new();
    for _ in 0..6 {
        console.press("E");
        seen.push(console.state.selected_host().unwrap().to_string());
    }
    assert_eq!(seen, ["forge", "ada", "studio", "post", "lamp", "forge"]);
}

#[test]
fn lines_are_looked_for_and_left_out() {
    let mut console = planned((80, 24), Dress::Dark);
    console.press("L").press("&").type_in("error").press("enter");
    assert!(console.shot().shows("&error 3 of "));
    console.expect("log-filter");
    console.press("esc").press("/").type_in("explore").press("enter");
    console.expect("log-search");
}

#[test]
fn who_quits_is_told_what_is_going_on() {
    let mut console = applying((80, 24), Dress::Mono, 2.0);
    console.press("q");
    console.expect("deploy-quit");
}

#[test]
fn builds_stay_in_sight_above_the_log_of_a_small_screen() {
    let mut console = planning((80, 24), Dress::Dark, 11.0);
    console.press("L");
    let shot = console.shot();
    assert!(shot.shows("linux-6.12.58 configurePhase") && shot.shows("relay-0.9.2: error[E0425]"));
    console.expect("log-building");
}

#[test]
fn what_is_stopped_says_so_until_it_is() {
    let mut console = applying((120, 40), Dress::Dark, 2.0);
    console.press("c").press("y");
    assert!(console.shot().shows("stopping, "));
    console.play(60.0);
    assert!(console.shot().shows("stopped after"));
    console.expect("deploy-stopped");
}

#[test]
fn one_host_is_given_up_and_the_others_go_on() {
    let mut console = applying((120, 40), Dress::Dark, 2.0);
    console.press("j j j x");
    assert!(console.shot().shows("give up gate?"));
    console.press("y");
    assert!(console.shot().shows("giving up"));
    console.play(60.0);
    assert!(console.shot().shows("activated"));
}

#[test]
fn the_deployment_is_in_sight_from_every_pane_of_a_wide_screen() {
    let mut console = planning((200, 50), Dress::Dark, 11.0);
    console.press("1");
    assert!(console.shot().shows("relay-0.9.2: error[E0425]"));
    console.expect("hosts-while-deploying");
}
