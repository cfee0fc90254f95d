use std::{cell::Cell, collections::BTreeSet};

use proptest::prelude::*;
use tokio::sync::mpsc;

use super::*;

fn names(names: &[&str]) -> Arc<[String]> {
    names.iter().map(ToString::to_string).collect()
}

fn question(query: &str, names: &Arc<[String]>) -> Question {
    Question { list: 0, generation: 1, query: query.to_owned(), names: Arc::clone(names) }
}

fn found(query: &str, names: &Arc<[String]>) -> Vec<String> {
    let answer = Narrowing::default().answer(&question(query, names), || true).unwrap();
    answer.matches.into_iter().map(|found| names[found.index].clone()).collect()
}

/// What the matcher says about each name alone.
fn plainly(query: &str, names: &[String]) -> Vec<Match> {
    let (inverted, term) = query.strip_prefix('!').map_or((false, query), |term| (true, term));
    let mut matches = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match matcher().fuzzy_indices(name, term) {
            Some((score, positions)) if !inverted => matches.push(Match { index, score, positions }),
            Some(_) if term.is_empty() => matches.push(Match { index, score: 0, positions: Vec::new() }),
            None if inverted => matches.push(Match { index, score: 0, positions: Vec::new() }),
            _ => {}
        }
    }
    matches.sort_by_key(|found| Reverse(found.score));
    matches
}

#[test]
fn letters_in_order_match_and_the_best_come_first() {
    let names = names(&["services.nginx.enable", "networking.hostName", "nginx", "Nginx"]);
    assert_eq!(found("ngx", &names), ["nginx", "Nginx", "services.nginx.enable"]);
    assert_eq!(found("", &names), *names, "all, in order");
    assert_eq!(found("N", &names), ["Nginx", "networking.hostName"], "a capital makes case count");
    assert_eq!(found("xyz", &names), Vec::<String>::new());
}

#[test]
fn an_exclamation_mark_asks_for_the_others() {
    let names = names(&["b", "ab", "c", "a"]);
    assert_eq!(found("!a", &names), ["b", "c"]);
    assert_eq!(found("!", &names), ["b", "ab", "c", "a"]);
}

#[test]
fn a_query_that_grows_looks_at_what_is_left_only() {
    let names = (0..10_000).map(|number| format!("host-{number}")).collect::<Arc<[String]>>();
    let mut narrowing = Narrowing::default();
    let chunks = Cell::new(0);
    let mut ask = |query: &str| {
        chunks.set(0);
        let wanted = || {
            chunks.set(chunks.get() + 1);
            true
        };
        let answer = narrowing.answer(&question(query, &names), wanted).unwrap();
        (answer.matches.len(), chunks.get())
    };
    assert_eq!(ask("9"), (3439, 40));
    assert_eq!(ask("99"), (523, 14));
    assert_eq!(ask("!999"), (10_000 - 37, 3), "the others are what doesn't match");
    assert_eq!(ask("9"), (3439, 40), "a shorter one begins anew");
}

#[test]
fn what_nobody_waits_for_is_abandoned() {
    let names = (0..10_000).map(|number| format!("host-{number}")).collect::<Arc<[String]>>();
    let left = Cell::new(3);
    let wanted = || {
        left.set(left.get() - 1);
        left.get() > 0
    };
    let mut narrowing = Narrowing::default();
    assert_eq!(narrowing.answer(&question("h", &names), wanted), None);
    assert_eq!(left.get(), 0);
    assert_eq!(narrowing.answer(&question("h", &names), || true).unwrap().matches.len(), 10_000);
}

#[test]
fn of_many_questions_the_last_is_answered_for_each_list() {
    let names = (0..20_000).map(|number| format!("services.host-{number}.enable")).collect::<Arc<[String]>>();
    // Room for one answer only: a worker that has to wait must not make the asker wait.
    let (sender, mut answers) = mpsc::channel(1);
    let worker = Worker::start(sender).unwrap();
    let questions = 300;
    for generation in 1..=questions {
        for list in 0..3 {
            let query = format!("s{}", generation % 7);
            worker.ask(Question { list, generation, query, names: Arc::clone(&names) });
        }
    }
    let mut seen = [0; 3];
    while seen != [questions; 3] {
        let answer = answers.blocking_recv().unwrap();
        let list = answer.list as usize;
        assert!(answer.generation > seen[list], "never an older one after a newer one");
        seen[list] = answer.generation;
        assert_eq!(answer.matches, plainly(&format!("s{}", answer.generation % 7), &names));
    }
    drop(worker);
    assert_eq!(answers.blocking_recv(), None, "the thread ends");
}

#[test]
fn a_worker_that_nobody_listens_to_ends() {
    let (sender, answers) = mpsc::channel(1);
    let worker = Worker::start(sender.clone()).unwrap();
    drop(answers);
    worker.ask(question("a", &names(&["a"])));
    // The worker's end of the channel goes with its thread.
    while sender.strong_count() > 1 {
        std::thread::yield_now();
    }
}

#[test]
fn a_name_as_long_as_it_likes_is_matched_all_the_same() {
    let long = format!("{}z", "ab".repeat(400_000));
    let names: Arc<[String]> = [long, "abz".to_owned()].into_iter().collect();
    assert_eq!(found("abz", &names).len(), 2);
    assert_eq!(found("z", &names).len(), 2);
}

proptest! {
    #[test]
    fn what_matches_is_what_the_plain_matcher_finds(
        names in prop::collection::vec("[a-dA-D.\\-é日]{0,12}|\\PC{0,8}", 0..60),
        queries in prop::collection::vec("!?[a-dA-Dé]{0,4}|\\PC{0,3}", 1..6),
        grown in "[a-d]{1,4}",
    ) {
        let names: Arc<[String]> = names.into_iter().collect();
        let mut narrowing = Narrowing::default();
        let grown = (0..=grown.len()).map(|end| grown[..end].to_owned());
        for query in queries.into_iter().chain(grown) {
            let answer = narrowing.answer(&question(&query, &names), || true).unwrap();
            let (ours, plain) = (answer.matches, plainly(&query, &names));
            // Scores and positions of skim's depend a little on the names that it looked at before.
            let which = |matches: &[Match]| matches.iter().map(|found| found.index).collect::<BTreeSet<_>>();
            prop_assert_eq!(which(&ours), which(&plain), "{:?}", query);
            prop_assert!(ours.iter().is_sorted_by_key(|found| Reverse(found.score)), "the best first");
            for found in &ours {
                let letters = names[found.index].chars().collect::<Vec<_>>();
                let spelt = found.positions.iter().map(|at| letters[*at]).collect::<String>();
                prop_assert!(spelt.is_empty() || spelt.eq_ignore_ascii_case(&query), "{:?} for {:?}", spelt, query);
            }
        }
    }
}
