//! Priorities and orders in the words of nixpkgs' lib (`lib/modules.nix`).

/// The priorities that have a name, the strongest first.
const NAMED: [(i64, &str); 6] = [
    (10, "mkVMOverride"),
    (50, "mkForce"),
    (60, "mkImageMediaOverride"),
    (100, "plain"),
    (1000, "mkDefault"),
    (1500, "option default"),
];

/// Those among them that modules are written with: others are told by where they stand between these.
const USUAL: [(i64, &str); 4] =
    [(50, "mkForce"), (100, "a plain definition"), (1000, "mkDefault"), (1500, "the option's default")];

/// The orders that have a name, the first first.
const ORDERS: [(i64, &str); 3] =
    [(500, "mkBefore"), (1000, "what says nothing of its order"), (1500, "mkAfter")];

/// A priority: its name, or where it stands among those that have one.
pub(super) fn words(priority: i64) -> String {
    match NAMED.iter().find(|(known, _)| *known == priority) {
        Some((_, name)) => format!("{name} ({priority})"),
        None => {
            format!("mkOverride {priority} ({})", between(priority, &USUAL, ["weaker than", "stronger than"]))
        }
    }
}

/// The place among what is merged; nothing where nothing was said.
pub(super) fn order(order: Option<i64>) -> String {
    match order {
        None => String::new(),
        Some(500) => ", put first by mkBefore (500)".to_owned(),
        Some(1500) => ", put last by mkAfter (1500)".to_owned(),
        Some(other) => format!(", mkOrder {other} ({})", between(other, &ORDERS, ["after", "before"])),
    }
}

/// Between which of the known ones a number is: above the one, below the other.
fn between(number: i64, known: &[(i64, &str)], [above, below]: [&str; 2]) -> String {
    if let Some((_, same)) = known.iter().find(|(other, _)| *other == number) {
        return format!("as {same}");
    }
    let lower = known.iter().rev().find(|(other, _)| *other < number);
    let higher = known.iter().find(|(other, _)| *other > number);
    let lower = lower.map(|(_, name)| format!("{above} {name}"));
    let higher = higher.map(|(_, name)| format!("{below} {name}"));
    [lower, higher].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_name_is_told_by_its_neighbours() {
        for (priority, told) in [
            (50, "mkForce (50)"),
            (1500, "option default (1500)"),
            (49, "mkOverride 49 (stronger than mkForce)"),
            (75, "mkOverride 75 (weaker than mkForce, stronger than a plain definition)"),
            (900, "mkOverride 900 (weaker than a plain definition, stronger than mkDefault)"),
            (i64::MAX, "mkOverride 9223372036854775807 (weaker than the option's default)"),
        ] {
            assert_eq!(words(priority), told);
        }
        for (said, told) in [
            (None, ""),
            (Some(500), ", put first by mkBefore (500)"),
            (Some(1), ", mkOrder 1 (before mkBefore)"),
            (Some(700), ", mkOrder 700 (after mkBefore, before what says nothing of its order)"),
            (Some(1000), ", mkOrder 1000 (as what says nothing of its order)"),
        ] {
            assert_eq!(order(said), told);
        }
    }
}
