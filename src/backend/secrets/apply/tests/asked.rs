//! What a verb leaves to the operator, and what it insists on.

use std::fs;

use serde_json::json;

use super::fleet::{Fleet, names};
use crate::backend::secrets::{Plaintext, Request, SecretName, Wish};

/// What is left where all are meant.
#[track_caller]
fn left(fleet: &Fleet, request: Request) -> Vec<String> {
    fleet.plan(Wish::to(request)).unwrap().left().into_iter().map(ToOwned::to_owned).collect()
}

fn all() -> [Request; 4] {
    let names = names(&[]);
    [
        Request::Generate { names: names.clone(), expired: false },
        Request::Restore { names: names.clone() },
        Request::Rekey { names: names.clone() },
        Request::Prune { names },
    ]
}

#[test]
fn a_verb_answers_for_what_it_is_about() {
    let mut fleet = Fleet::new();
    fleet.random("password", 12);
    fleet.manual("token");
    fleet.generate();
    // What nobody entered is no fault of a verb that can't enter it.
    let of_each = all().map(|request| left(&fleet, request));
    assert_eq!(of_each, [vec!["token".to_owned()], vec![], vec![], vec![]]);
    assert_eq!(left(&fleet, Request::Restore { names: names(&["token"]) }), ["token"]);
    // A file that nobody can read may be encrypted to the wrong keys, and its value is not there to be restored.
    fs::write(fleet.data("password"), "nonsense").unwrap();
    let of_each = all().map(|request| left(&fleet, request));
    let password = vec!["password".to_owned()];
    assert_eq!(
        of_each,
        [vec!["password".to_owned(), "token".to_owned()], password.clone(), password, vec![]]
    );
}

#[test]
fn a_protected_value_is_entered_over_only_by_its_name() {
    let mut fleet = Fleet::new();
    fleet.manual("token");
    fleet.set("token", "protect", json!(true));
    let name = || "token".parse::<SecretName>().unwrap();
    let entered =
        |text: &[u8]| Wish::to(Request::Enter { name: name(), text: Plaintext::from(text.to_vec()) });
    fleet.carry_out(&fleet.plan(entered(b"first")).unwrap()).unwrap();
    let refused = fleet.plan(entered(b"second")).map(|_| ()).unwrap_err();
    assert!(refused.hint.as_ref().unwrap().contains("--protected token"), "{refused:?}");
    let confirmed = Wish { confirmed: names(&["token"]), ..entered(b"second") };
    fleet.carry_out(&fleet.plan(confirmed).unwrap()).unwrap();
    assert_eq!(fleet.text("token"), "second");
}
