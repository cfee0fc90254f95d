//! The whole console: from a key to the frame that answers it, and from its start to the first frame.

use std::{
    collections::BTreeMap,
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use ratatui::{Terminal, backend::TestBackend};
use steading::{
    app::{
        config::Config,
        glyph::Glyphs,
        keymap::Keymap,
        keys::Chord,
        msg::Msg,
        state::{Settings, State},
        theme::Theme,
        update::{begin, update},
    },
    backend::{
        event::{Event, Phase},
        fleet::{Revision, cache},
        job::{FleetFacts, Remembered, Report, Seen},
        logstore::{Limits, LogKey, RunLog},
        model::{
            Definition, DefinitionKind, DefinitionState, File, Globals, Host, HostName, HostStatus, Kind,
            Leaf, OptionPath, Place,
        },
    },
    views,
};

use crate::{
    filter::names,
    measure::{FRAME, Times},
};

const SIZE: (u16, u16) = (200, 50);
const LINES_A_SECOND: u128 = 100_000;

/// What the console promises from its start to the first frame.
const FIRST_FRAME: Duration = Duration::from_millis(100);

/// What an operator presses who looks around while a deployment runs.
const KEYS: [&str; 24] = [
    "5", "j", "enter", "j", "L", "k", "k", "f", "2", "j", "enter", "j", "j", "G", "k", "enter", "esc", "1",
    "j", "space", "?", "esc", "3", "j",
];

pub fn key_to_frame() {
    for (leaves, flood) in [(500, false), (50_000, false), (500, true), (50_000, true)] {
        let mut state = console(64, leaves);
        let log = RunLog::in_memory(Limits::default());
        deploy(&mut state, &log);
        let ended = AtomicBool::new(!flood);
        let mut times = Times::default();
        thread::scope(|scope| {
            scope.spawn(|| say(&log, &ended));
            let mut screen = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
            for _ in 0..8 {
                for key in KEYS {
                    let frame = Instant::now();
                    times.take(|| {
                        // What came in since the last frame is taken in with it.
                        update(&mut state, Msg::LogAdvanced);
                        for key in key.parse::<Chord>().unwrap().0 {
                            black_box(update(&mut state, Msg::Pressed(key)));
                        }
                        screen.draw(|frame| views::draw(frame, &state)).unwrap();
                    });
                    thread::sleep(FRAME.saturating_sub(frame.elapsed()));
                }
            }
            ended.store(true, Ordering::Relaxed);
        });
        let flood = if flood { "100,000 lines/s" } else { "no lines" };
        times.against_limit(&format!("a key, {leaves} globals, {flood}"), FRAME);
    }
}

pub fn first_frame() {
    let folder = tempfile::tempdir().unwrap();
    cache::write(folder.path(), &known(64, 5000)).unwrap();
    let (mut read, mut shown) = (Times::default(), Times::default());
    for _ in 0..30 {
        let start = Instant::now();
        let known = read.take(|| cache::read(folder.path()).unwrap());
        let mut state = empty();
        begin(&mut state);
        update(&mut state, Msg::Reported(Box::new(Report::Remembered(Box::new(known)))));
        let mut screen = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        screen.draw(|frame| views::draw(frame, &state)).unwrap();
        shown.note(start.elapsed());
    }
    read.against_limit("the cache of 64 hosts, 5,000 globals, read", FIRST_FRAME);
    shown.against_limit("and on the screen", FIRST_FRAME);
}

/// Says lines as a build of many parts would.
fn say(log: &RunLog, ended: &AtomicBool) {
    let start = Instant::now();
    let keys = (0..8).map(|number| LogKey::host_step(host(number), "activate")).collect::<Vec<_>>();
    let mut said = 0;
    while !ended.load(Ordering::Relaxed) {
        while said < start.elapsed().as_micros() * LINES_A_SECOND / 1_000_000 {
            let key = &keys[usize::try_from(said).unwrap() % keys.len()];
            log.append(key, format!("[{said}] compiling something that takes its time").as_bytes());
            said += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn empty() -> State {
    let theme = Theme::default();
    let settings = Settings {
        config: Config::default(),
        read_only: false,
        themes: vec![("ansi16".to_owned(), theme.clone())].into(),
        theme,
        glyphs: Glyphs::Unicode,
        keymap: Keymap::default(),
        flake: None,
        folder: "/".into(),
    };
    State::new(settings, SIZE, SystemTime::now())
}

pub fn console(hosts: usize, leaves: usize) -> State {
    let mut state = empty();
    begin(&mut state);
    update(&mut state, Msg::Reported(Box::new(Report::Remembered(Box::new(known(hosts, leaves))))));
    state
}

/// A deployment to all hosts, in its middle.
fn deploy(state: &mut State, log: &RunLog) {
    for key in "F".parse::<Chord>().unwrap().0 {
        update(state, Msg::Pressed(key));
    }
    let job = state.deployment.as_ref().unwrap().plan_job;
    update(state, Msg::Reported(Box::new(Report::Began { job, log: log.clone() })));
    for number in 0..64 {
        let event = Event::PhaseEntered { host: host(number), phase: Phase::Build };
        update(state, Msg::Reported(Box::new(Report::Advanced(job, event))));
    }
}

fn host(number: usize) -> HostName {
    format!("host-{number:02}").parse().unwrap()
}

fn known(hosts: usize, leaves: usize) -> Remembered {
    let now = SystemTime::now();
    let declared = |number| {
        let name = host(number);
        let folder = format!("hosts/nixos/{name}");
        (name.clone(), Host { name, kind: Kind::Nixos, system: None, folder, deployment: None })
    };
    let facts = FleetFacts {
        name: "/srv/fleet".to_owned(),
        folder: Some("/srv/fleet".into()),
        revision: Revision::default(),
        hosts: (0..hosts).map(declared).collect(),
        warnings: Vec::new(),
    };
    let mut leaves = names().iter().take(leaves).map(|name| leaf(name)).collect::<Vec<_>>();
    leaves.sort_by(|a, b| a.path.cmp(&b.path));
    let globals = Globals { namespace: OptionPath(vec!["x".to_owned(), "global".to_owned()]), leaves };
    let seen = |number| {
        let status =
            HostStatus { reachable: true, running: Some("/nix/store/x".to_owned()), ..HostStatus::default() };
        (host(number), Seen { status, deployed: None, at: now })
    };
    Remembered {
        fleet: Some((facts, now)),
        globals: Some((globals, now)),
        statuses: (0..hosts).map(seen).collect::<BTreeMap<_, _>>(),
        ..Remembered::default()
    }
}

pub fn leaf(name: &str) -> Leaf {
    let place = |line| Place {
        file: File::Fleet("modules/some/file.nix".to_owned()),
        line: Some(line),
        column: None,
    };
    let definition = |line: u32| Definition {
        host: Some(format!("host-{:02}", line % 64)),
        place: place(line),
        via: None,
        items: Vec::new(),
        priority: 100,
        order: None,
        state: DefinitionState::Used,
        kind: DefinitionKind::Definition,
        value: Some("a value of some length".into()),
        error: None,
    };
    Leaf {
        path: OptionPath(name.split('.').map(str::to_owned).collect()),
        type_description: "string".to_owned(),
        value: Some("a value of some length".into()),
        error: None,
        declarations: vec![place(1)],
        definitions: (1..4).map(definition).collect(),
    }
}
