//! A host's own options, one option over all hosts, and what a global is host by host.

use crate::console::{Console, Dress};

/// The options of a host of the demo, with what is set in sight.
fn open(host: &str, size: (u16, u16), dress: Dress) -> Console {
    let mut console = Console::ready(size, dress);
    console.press("/").type_in(host);
    console.press("enter o");
    console
}

#[test]
fn what_is_set_on_a_host_comes_first() {
    for (size, dress) in [
        ((80, 24), Dress::Mono),
        ((120, 40), Dress::Dark),
        ((200, 50), Dress::Ascii),
        ((60, 16), Dress::Dark),
    ] {
        let mut console = open("gate", size, dress);
        assert!(console.shot().shows("asking"), "no key waits: {size:?}");
        console.play(3.0);
        assert!(console.shot().shows("cleanOnBoot"), "{size:?}");
        console.expect("options");
    }
}

#[test]
fn an_option_says_all_that_is_known_of_it() {
    let mut console = open("gate", (120, 40), Dress::Dark);
    console.play(3.0).press("/").type_in("PermitRoot");
    console.play(3.0).press("enter").play(3.0).press("enter");
    let shot = console.shot();
    assert!(shot.shows("mkForce (50)") && shot.shows("plain (100) loses to mkForce (50) of gate in"));
    assert!(shot.shows("Whether the root user can login using ssh."));
    console.expect("options-detail");
}

#[test]
fn elements_are_opened_like_branches() {
    let mut console = open("gate", (120, 40), Dress::Dark);
    console.play(3.0).press("G").play(2.0).press("enter j").play(2.0).press("enter j");
    console.play(2.0);
    assert!(console.shot().shows("users.users.ada.extraGroups"));
    console.expect("options-elements");
}

#[test]
fn equal_values_stand_together_over_all_hosts() {
    let mut console = open("gate", (120, 40), Dress::Dark);
    console.play(3.0).press("/").type_in("PermitRoot");
    console.play(3.0).press("enter").play(3.0).press("C");
    assert!(console.shot().shows("Asking ..."));
    console.play(5.0);
    let shot = console.shot();
    assert!(shot.shows("2 hosts, differs") && shot.shows("lamp: not known"));
    console.expect("options-compared");
    let mut small = open("gate", (80, 24), Dress::Mono);
    small.play(3.0).press("/").type_in("PermitRoot");
    small.play(3.0).press("enter").play(3.0).press("C").play(5.0);
    small.expect("options-compared");
}

#[test]
fn a_host_that_can_not_be_evaluated_says_why() {
    let mut console = open("lamp", (80, 24), Dress::Dark);
    console.play(5.0);
    assert!(console.shot().shows("enter shows why"));
    console.press("enter");
    assert!(console.shot().shows("attribute 'wifi' missing"));
    console.expect("options-error");
}

#[test]
fn a_global_is_told_host_by_host() {
    let mut console = Console::ready((80, 24), Dress::Mono);
    console.press("2 /").type_in("netsrv.mtu");
    console.press("enter C");
    assert!(console.shot().shows("counts 1412  mkForce (50)"));
    console.expect("globals-compared");
}
