use std::{collections::BTreeMap, fs, time::Duration};

use proptest::prelude::*;

use super::*;
use crate::backend::nix::internal_json::read;

/// What Nix said when `tests/fixtures/internal-json/record` ran, by version.
const VERSIONS: [&str; 2] = ["2.26.3", "2.34.8"];

/// What a recorded stream comes to.
#[derive(Default)]
struct Replayed {
    activities: Activities,
    /// Lines by derivation name.
    lines: BTreeMap<String, Vec<String>>,
    said: Vec<(u64, String)>,
    plain: Vec<String>,
    /// The state after each message.
    states: Vec<BuildProgress>,
}

fn replay(version: &str, name: &str) -> Replayed {
    let file = format!("{}/tests/fixtures/internal-json/{version}/{name}.log", env!("CARGO_MANIFEST_DIR"));
    let stream = fs::read(&file).unwrap();
    let mut replayed = Replayed::default();
    let start = Instant::now();
    for (second, line) in stream.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let line = String::from_utf8_lossy(line);
        let now = start + Duration::from_secs(second as u64);
        let Some(message) = read(&line) else {
            replayed.plain.push(line.into_owned());
            continue;
        };
        match replayed.activities.take_in(&message, now) {
            Noted::Line { derivation, text } => {
                let lines = replayed.lines.entry(derivation_name(&derivation).to_owned()).or_default();
                lines.push(text.to_owned());
            }
            Noted::Said { level, text } => replayed.said.push((level, text.to_owned())),
            Noted::Nothing => {}
        }
        replayed.states.push(replayed.activities.progress(now));
    }
    assert_eq!(replayed.states.last().unwrap().running, [], "{version} {name}: all has ended");
    assert_eq!(replayed.states.last().unwrap().copying, []);
    assert!(replayed.activities.live.is_empty());
    replayed
}

impl Replayed {
    fn end(&self) -> &BuildProgress {
        self.states.last().unwrap()
    }

    fn failures(&self) -> Vec<(&str, bool, &str)> {
        let failures = self.activities.failures().iter();
        failures
            .map(|failure| {
                let name = failure.derivation.as_ref().map_or("", derivation_name);
                (name, failure.by_dependency, failure.reason.as_str())
            })
            .collect()
    }

    /// The builds that were seen going on, with the phases that they went through.
    fn phases(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut phases = BTreeMap::<&str, Vec<&str>>::new();
        for build in self.states.iter().flat_map(|state| &state.running) {
            let seen = phases.entry(&build.name).or_default();
            if seen.last() != Some(&build.phase.as_str()) {
                seen.push(&build.phase);
            }
        }
        phases
    }
}

#[test]
fn a_build_that_works_is_followed_line_by_line() {
    for version in VERSIONS {
        let replayed = replay(version, "success");
        assert_eq!((replayed.end().builds_done, replayed.end().builds_expected), (3, 3));
        assert_eq!(replayed.failures(), []);
        assert_eq!(replayed.plain, [] as [&str; 0]);
        let lines = &replayed.lines["lib-1.0"];
        assert_eq!(lines[0], "unpacking");
        assert_eq!(lines[1], "tabs\tand \x1b[31mred\x1b[0m text");
        assert!(lines[3].contains('\0') && lines[3].contains('\u{fffd}'), "{lines:?}");
        assert_eq!(lines[4], "no final newline");
        assert_eq!(replayed.lines["tool-2.0"], ["tool says hello"]);
        assert_eq!(replayed.phases()["lib-1.0"], ["", "unpackPhase", "buildPhase"]);
        assert!(replayed.said.iter().any(|(level, text)| *level == 3 && text.starts_with("building '/nix")));
    }
}

#[test]
fn the_culprit_is_told_apart_from_what_needs_it() {
    for version in VERSIONS {
        let replayed = replay(version, "dependency");
        let failures = replayed.failures();
        assert_eq!(failures[0], ("bad-1.0", false, "builder failed with exit code 3"), "{version}");
        assert_eq!(failures.len(), 3, "{failures:?}");
        for (name, (failed, by_dependency, _)) in ["middle-1.0", "linux-post-1.0"].iter().zip(&failures[1..])
        {
            assert_eq!((name, true), (failed, *by_dependency));
        }
        assert_eq!(replayed.lines["bad-1.0"], ["line 1", "line 2", "line 3", "about to fail"]);
        assert_eq!(replayed.end().builds_done, 3, "what doesn't need it is built");
        let told = replayed.states.iter().position(|state| !state.failed.is_empty()).unwrap();
        assert!(replayed.states[told].builds_done < 3, "it is told while the others are still built");
        let [culprit] = replayed.end().failed.as_slice() else { panic!("{:?}", replayed.end().failed) };
        assert_eq!(culprit.derivation.as_ref().map(derivation_name), Some("bad-1.0"));
    }
}

#[test]
fn every_way_to_fail_names_its_derivation() {
    for version in VERSIONS {
        let replayed = replay(version, "failure");
        let failures = replayed.failures();
        let reason = |name| {
            let (_, by_dependency, reason) = failures.iter().find(|failure| failure.0 == name).unwrap();
            assert!(!by_dependency);
            *reason
        };
        assert!(reason("silent-1.0").starts_with("builder failed to produce output path for output 'out'"));
        assert_eq!(reason("killed-1.0"), "builder failed due to signal 9 (Killed)");
        assert!(reason("refers-1.0").contains("is not allowed to refer to"), "{failures:?}");
        assert!(reason("hash-1.0").contains("specified: sha256-AAAA"), "{failures:?}");
        assert_eq!(failures.len(), 4, "{failures:?}");
    }
}

#[test]
fn a_build_that_failed_is_not_shown_as_going_on() {
    for version in VERSIONS {
        let replayed = replay(version, "failure");
        let after = replayed
            .states
            .iter()
            .skip_while(|state| !state.running.iter().any(|build| build.name == "killed-1.0"));
        let lingering =
            after.skip(5).any(|state| state.running.iter().any(|build| build.name == "killed-1.0"));
        assert!(!lingering, "{version}");
    }
}

#[test]
fn a_foreign_platform_is_a_failure_of_its_derivation() {
    for version in VERSIONS {
        let replayed = replay(version, "foreign");
        let (name, by_dependency, reason) = replayed.failures()[0];
        assert_eq!((name, by_dependency), ("foreign-1.0", false));
        assert!(reason.contains("aarch64-linux"), "{reason}");
    }
}

#[test]
fn builds_side_by_side_are_shown_oldest_first() {
    for version in VERSIONS {
        let replayed = replay(version, "parallel");
        let most = replayed.states.iter().max_by_key(|state| state.running.len()).unwrap();
        assert_eq!(most.running.len(), 3, "{version}");
        assert!(most.running.is_sorted_by_key(|build| std::cmp::Reverse(build.elapsed)));
        assert!(most.running.iter().any(|build| build.elapsed > Duration::ZERO));
        assert_eq!(replayed.phases()["three-1.0"], ["", "installPhase"]);
        assert_eq!(replayed.failures()[0], ("two-1.0", false, "builder failed with exit code 1"));
        assert_eq!(replayed.end().builds_done, 2);
    }
}

#[test]
fn a_daemon_says_the_same_in_other_words() {
    for version in VERSIONS {
        let replayed = replay(version, "daemon");
        let failures = replayed.failures();
        let direct = failures
            .iter()
            .filter(|failure| !failure.1)
            .map(|failure| (failure.0, failure.2))
            .collect::<Vec<_>>();
        assert_eq!(direct[0], ("bad-1.0", "builder failed with exit code 3"), "{version}");
        assert_eq!(direct[1].0, "silent-1.0");
        assert_eq!(direct.len(), 2);
        assert_eq!(replayed.lines["bad-1.0"].last().unwrap(), "about to fail");
    }
}

#[test]
fn downloads_are_counted_in_paths_and_bytes() {
    for version in VERSIONS {
        let replayed = replay(version, "substitute");
        let end = replayed.end().copies;
        assert_eq!((end.paths_done, end.paths_expected), (2, 2), "{version}");
        // Nix tells how far it is in steps, and of a small path nothing.
        assert!(end.bytes_done > 250_000 && end.bytes_done <= end.bytes_expected, "{end:?}");
        assert!(end.bytes_expected > 300_000 && end.bytes_expected < 310_000, "{end:?}");
        let copies = replayed.states.iter().flat_map(|state| &state.copying).collect::<Vec<_>>();
        let data = copies.iter().filter(|copy| copy.name == "data-1.0").collect::<Vec<_>>();
        assert!(data.iter().all(|copy| copy.from == "file:///tmp/cache"));
        assert!(data.iter().any(|copy| copy.bytes_done > 0 && copy.bytes_done < copy.bytes_expected));
        assert!(copies.iter().any(|copy| copy.name == "linux-attic-1.0"));
        let at_once = replayed.states.iter().map(|state| state.copying.len()).max();
        assert_eq!(at_once, Some(1), "a substitution and the copying in it are one thing");
    }
}

#[test]
fn copies_to_a_host_are_counted_too() {
    for version in VERSIONS {
        let replayed = replay(version, "copy-target");
        let end = replayed.end().copies;
        assert_eq!(end.paths_expected, 2);
        assert!(end.bytes_done == end.bytes_expected && end.bytes_done > 300_000, "{end:?}");
        assert!(replayed.plain.iter().any(|line| line.starts_with("Warning: Permanently added")));
    }
}

#[test]
fn a_host_that_is_off_says_so_in_plain_text() {
    for version in VERSIONS {
        let replayed = replay(version, "copy-off");
        assert_eq!(replayed.plain, ["ssh: connect to host 127.0.0.2 port 9: Connection refused\r"]);
        assert_eq!(replayed.failures(), [("", false, "failed to start SSH connection to 'off'")]);
    }
}

#[test]
fn a_download_shows_its_file_until_the_path_itself_grows() {
    let mut activities = Activities::default();
    let now = Instant::now();
    let path = "/nix/store/5px84nlas4fjpyyv36mvbhx2i1656igc-data-1.0";
    let mut take = |line: &str| {
        let line = format!("@nix {}", line.replace("PATH", path));
        activities.take_in(&read(&line).unwrap(), now);
        let copying = activities.progress(now).copying;
        copying.iter().map(|copy| (copy.bytes_done, copy.bytes_expected)).collect::<Vec<_>>()
    };
    assert_eq!(take(r#"{"action":"start","id":1,"type":108,"fields":["PATH","https://cache"]}"#), [(0, 0)]);
    assert_eq!(
        take(r#"{"action":"start","id":2,"parent":1,"type":100,"fields":["PATH","https://cache","local"]}"#),
        [(0, 0)]
    );
    take(r#"{"action":"start","id":3,"parent":2,"type":101,"fields":["https://cache/nar/x"]}"#);
    assert_eq!(take(r#"{"action":"result","id":3,"type":105,"fields":[5,10,0,0]}"#), [(5, 10)]);
    assert_eq!(take(r#"{"action":"result","id":2,"type":105,"fields":[1,40,0,0]}"#), [(1, 40)]);
    take(r#"{"action":"start","id":4,"parent":99,"type":101,"fields":["https://narinfo"]}"#);
    take(r#"{"action":"stop","id":3}"#);
    assert_eq!(take(r#"{"action":"result","id":2,"type":105,"fields":[40,40,0,0]}"#), [(40, 40)]);
    assert_eq!(take(r#"{"action":"stop","id":2}"#), [(0, 0)]);
    assert_eq!(take(r#"{"action":"stop","id":1}"#), []);
    assert_eq!(activities.live.len(), 0);
    assert_eq!(activities.transfer().bytes_done, 40);
}

/// Any messages, also such as Nix would never send.
fn messages() -> impl Strategy<Value = Vec<Message<'static>>> {
    let number = prop_oneof![0..6_u64, any::<u64>(), Just(u64::MAX)];
    let path = prop_oneof![
        ".{0,300}",
        "[a-d]".prop_map(|name| format!("/nix/store/5px84nlas4fjpyyv36mvbhx2i1656igc-{name}-1.0.drv"))
    ];
    let text = prop_oneof![
        ".{0,50}",
        path.clone().prop_map(|path| format!("error: builder for '{path}' failed with \x1b]x"))
    ];
    let activity = (0..8_u8, path.clone(), ".{0,300}").prop_map(|(kind, path, from)| {
        let (path, from) = (path.into(), from.into());
        match kind {
            0 => Activity::CopyPath { path, from },
            1 => Activity::FileTransfer,
            2 => Activity::CopyPaths,
            3 => Activity::Builds,
            4 | 5 => Activity::Build { derivation: path, machine: from },
            6 => Activity::Substitute { path, from },
            _ => Activity::Other,
        }
    });
    let report = prop_oneof![
        text.clone().prop_map(|text| Report::Line(text.into())),
        text.clone().prop_map(|text| Report::Phase(text.into())),
        (number.clone(), number.clone(), number.clone(), number.clone()).prop_map(
            |(done, expected, running, failed)| Report::Progress { done, expected, running, failed }
        ),
        (100..106_u64, number.clone()).prop_map(|(kind, amount)| Report::Expect { kind, amount }),
    ];
    let id = 0..12_u64;
    let message = prop_oneof![
        3 => (id.clone(), id.clone(), 0..8_u64, text.clone(), activity).prop_map(|(id, parent, level, text, activity)| {
            Message::Start { id, parent, level, text: text.into(), activity }
        }),
        1 => id.clone().prop_map(|id| Message::Stop { id }),
        4 => (id, report).prop_map(|(id, report)| Message::Result { id, report }),
        1 => (0..8_u64, text).prop_map(|(level, text)| Message::Said { level, text: text.into() }),
    ];
    prop::collection::vec(message, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_said_the_state_holds_together(messages in messages()) {
        let mut activities = Activities::default();
        let now = Instant::now();
        for message in &messages {
            activities.take_in(message, now);
            let state = activities.progress(now);
            prop_assert!(state.builds_done <= state.builds_expected);
            prop_assert!(state.copies.bytes_done <= state.copies.bytes_expected);
            prop_assert!(state.copies.paths_done <= state.copies.paths_expected);
            prop_assert!(state.running.len() + state.copying.len() <= activities.live.len());
            for build in &state.running {
                for word in [&build.name, &build.phase, &build.machine] {
                    prop_assert!(word.len() <= 4 * LONGEST_WORD && !word.contains(char::is_control));
                }
            }
        }
        let ids = 0..12_u64;
        ids.for_each(|id| drop(activities.take_in(&Message::Stop { id }, now)));
        prop_assert!(activities.live.is_empty());
        prop_assert_eq!(activities.announced.bytes, 0);
    }
}

#[test]
fn a_stream_without_end_takes_bounded_memory() {
    let mut activities = Activities::default();
    let now = Instant::now();
    for number in 0..25_000_u64 {
        let derivation = format!("/nix/store/5px84nlas4fjpyyv36mvbhx2i1656igc-{number}.drv");
        let activity =
            Activity::Build { derivation: derivation.clone().into(), machine: "m".repeat(1000).into() };
        activities
            .take_in(&Message::Start { id: number, parent: 0, level: 3, text: "".into(), activity }, now);
        activities
            .take_in(&Message::Said { level: 0, text: format!("cannot build '{derivation}'").into() }, now);
    }
    assert_eq!(activities.live.len(), LIVE);
    assert_eq!(activities.started.len(), STARTED);
    assert_eq!(activities.failures.len(), FAILURES);
    assert_eq!(activities.progress(now).running.len(), SHOWN);
}
