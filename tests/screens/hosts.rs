//! The hosts' pane.

use crate::console::{Console, Dress, SIZES};

#[test]
fn what_was_known_is_there_at_once_with_its_age() {
    let console = Console::new((120, 40), Dress::Dark);
    assert!(console.shot().shows("2 h ago"));
    console.expect("hosts-remembered");
}

#[test]
fn the_fleet_in_every_size_and_dress() {
    for size in SIZES {
        for dress in Dress::ALL {
            Console::ready(size, dress).expect("hosts");
        }
    }
}

#[test]
fn a_host_that_is_off_says_so_in_its_detail() {
    let mut console = Console::ready((80, 24), Dress::Dark);
    console.press("/").type_in("lamp").press("enter").press("enter");
    assert!(console.shot().shows("lamp"));
    console.expect("hosts-detail");
}
