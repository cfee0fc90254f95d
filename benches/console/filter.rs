//! The filter over 50,000 names, typed letter by letter, beside the plain matcher on the screen's own thread.

use std::{cmp::Reverse, sync::Arc, time::Instant};

use fuzzy_matcher::FuzzyMatcher;
use steading::app::filter::{Question, Worker, matcher};
use tokio::sync::mpsc;

use crate::measure::{FRAME, Times};

const NAMES: usize = 50_000;
const TYPED: [&str; 4] = ["nginx", "sslport", "host4enable", "zzzz"];
const ROUNDS: usize = 5;

/// Paths as NixOS has them.
pub fn names() -> Arc<[String]> {
    let roots = ["services", "networking", "security.acme", "systemd.services", "boot.loader", "users.users"];
    let nouns = [
        "nginx",
        "postgresql",
        "openssh",
        "grafana",
        "prometheus.exporters.node",
        "home-assistant",
        "unbound",
    ];
    let leaves = [
        "enable",
        "settings.port",
        "virtualHosts.main.sslCertificate",
        "extraConfig",
        "openFirewall",
        "user",
    ];
    let name = |number: usize| {
        let (root, noun, leaf) = (roots[number % 6], nouns[number / 6 % 7], leaves[number / 42 % 6]);
        format!("{root}.{noun}.host{}.{leaf}", number / 252)
    };
    (0..NAMES).map(name).collect()
}

fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    (1..=text.len()).map(|end| &text[..end])
}

pub fn run() {
    let names = names();
    let mut plain = Times::default();
    let skim = matcher();
    let plainly = |query: &str| {
        let mut found = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| Some((skim.fuzzy_indices(name, query)?, index)))
            .collect::<Vec<_>>();
        found.sort_by_key(|((score, _), _)| Reverse(*score));
        found.len()
    };
    let (mut asked, mut answered) = (Times::default(), Times::default());
    let (sender, mut answers) = mpsc::channel(16);
    let worker = Worker::start(sender).unwrap();
    let mut generation = 0;
    let mut ask = |query: &str, asked: &mut Times| {
        generation += 1;
        let question = Question { list: 0, generation, query: query.to_owned(), names: Arc::clone(&names) };
        asked.take(|| worker.ask(question));
        generation
    };
    for _ in 0..ROUNDS {
        for query in TYPED.into_iter().flat_map(prefixes) {
            let count = plain.take(|| plainly(query));
            let start = Instant::now();
            ask(query, &mut asked);
            let answer = answers.blocking_recv().unwrap();
            answered.note(start.elapsed());
            assert_eq!(answer.matches.len(), count);
        }
    }
    asked.against_limit("a key, on the screen's thread", FRAME);
    answered.against_peer(
        "a key, until its answer is there",
        &plain,
        "a key, by the plain matcher in its place",
    );

    let (mut burst, mut plain_burst) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        for text in TYPED {
            plain_burst.take(|| prefixes(text).map(plainly).sum::<usize>());
            burst.take(|| {
                let last = prefixes(text).map(|query| ask(query, &mut asked)).last().unwrap();
                while answers.blocking_recv().unwrap().generation < last {}
            });
        }
    }
    burst.against_peer(
        "a word typed at once, until its answer",
        &plain_burst,
        "the same by the plain matcher",
    );
}
