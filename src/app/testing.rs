//! A small fleet and quick fingers, for tests.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    config::Config,
    effect::Effect,
    glyph::Glyphs,
    keymap::Keymap,
    keys::Chord,
    msg::Msg,
    state::{Settings, State},
    theme::Theme,
    update::{begin, update},
};
use crate::{
    backend::{
        error::{Error, ErrorKind},
        fleet::Revision,
        job::{End, FleetFacts, JobId, Order, Part, Report, Seen, Work},
        model::{
            Definition, DefinitionKind, DefinitionState, Deployment, File, Globals, Host, HostName,
            HostOutcome, HostPlan, HostStatus, Kind, Leaf, Outcome, Place, Plan, StorePath, System,
        },
    },
    views::document::{self, Row},
};

/// A point in time.
pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

pub fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

/// A store path that ends in a name.
pub fn store(name: &str) -> StorePath {
    format!("/nix/store/7h8zlqb4l9v3n5w1x2c0y6m8k4j3g1fd-{name}").parse().unwrap()
}

/// A console of a size that knows nothing yet.
pub fn new(size: (u16, u16)) -> State {
    let theme = Theme::default();
    let settings = Settings {
        config: Config::default(),
        read_only: false,
        themes: vec![("dark".to_owned(), theme.clone())].into(),
        theme,
        glyphs: Glyphs::default(),
        keymap: Keymap::default(),
        flake: None,
        folder: "/home/me".into(),
    };
    State::new(settings, size, at(0))
}

/// A console that has read a fleet of these hosts.
pub fn with_fleet(names: &[&str]) -> State {
    let mut state = new((120, 40));
    let effects = begin(&mut state);
    let job = evaluations(&effects)[0];
    read(&mut state, job, Part::Fleet(Ok(facts(names))));
    for name in names {
        read(&mut state, job, Part::System(host(name), Box::new(Ok(system(name)))));
    }
    update(&mut state, Msg::Reported(Box::new(Report::Ended(job, End::Done))));
    state
}

pub fn facts(names: &[&str]) -> FleetFacts {
    let declared = |name: &&str| {
        let declared = Host {
            name: host(name),
            kind: Kind::Nixos,
            system: None,
            folder: format!("hosts/nixos/{name}"),
            deployment: None,
        };
        (host(name), declared)
    };
    FleetFacts {
        name: "/home/me/fleet".to_owned(),
        folder: Some("/home/me/fleet".into()),
        revision: Revision::default(),
        hosts: names.iter().map(declared).collect(),
        warnings: Vec::new(),
    }
}

pub fn system(name: &str) -> System {
    System {
        deployment: Deployment {
            target_host: name.to_owned(),
            target_user: "root".to_owned(),
            target_port: 22,
            tags: Vec::new(),
            build_on: crate::backend::model::BuildOn::Operator,
            after: Vec::new(),
            host_keys: Vec::new(),
        },
        derivation: store(&format!("{name}.drv")),
        toplevel: store(name),
        warnings: Vec::new(),
        reads: None,
    }
}

/// A global that these say: host (`fleet`: nobody's), priority, state, value.
pub fn leaf(path: &str, said: &[(&str, i64, DefinitionState, i64)]) -> Leaf {
    let definition = |(at, (by, priority, state, value)): (usize, &(&str, i64, DefinitionState, i64))| {
        let line = Some(u32::try_from(at + 1).unwrap());
        Definition {
            host: (*by != "fleet").then(|| (*by).to_owned()),
            place: Place { file: File::Fleet(format!("hosts/{by}.nix")), line, column: None },
            via: None,
            items: Vec::new(),
            priority: *priority,
            order: None,
            state: *state,
            kind: DefinitionKind::Definition,
            value: Some((*value).into()),
            error: None,
        }
    };
    let used = said.iter().find(|(_, _, state, _)| *state == DefinitionState::Used);
    Leaf {
        path: path.parse().unwrap(),
        type_description: "integer".to_owned(),
        value: used.map(|(_, _, _, value)| (*value).into()),
        error: None,
        declarations: Vec::new(),
        definitions: said.iter().enumerate().map(definition).collect(),
    }
}

/// The console has read globals.
pub fn with_globals(state: &mut State, leaves: Vec<Leaf>) {
    let namespace = "x.global".parse().unwrap();
    evaluate(state, |state, job| {
        read(state, job, Part::Globals(Ok(Globals { namespace, leaves })));
    });
}

/// The fleet is evaluated anew; its hosts stay as they are.
pub fn evaluate(state: &mut State, tell: impl FnOnce(&mut State, JobId)) -> Vec<Effect> {
    let job = evaluations(&begin(state))[0];
    let facts = state.known.fleet.value.clone().unwrap();
    let effects = read(state, job, Part::Fleet(Ok(facts)));
    tell(state, job);
    report(state, Report::Ended(job, End::Done));
    effects
}

/// The lines of the detail, as text.
pub fn detail(state: &State) -> Vec<String> {
    let text = |row: &Row| row.spans.iter().map(|(_, text)| text.as_str()).collect::<String>();
    document::of(state).rows.iter().map(text).collect()
}

/// What a host says that runs this.
pub fn seen(running: &str, seconds: u64) -> Box<Seen> {
    let status = HostStatus { reachable: true, running: Some(running.to_owned()), ..HostStatus::default() };
    Box::new(Seen { status, deployed: None, at: at(seconds) })
}

pub fn error(what: &str) -> Error {
    Error::new(ErrorKind::Evaluation, what)
}

pub fn report(state: &mut State, report: Report) -> Vec<Effect> {
    update(state, Msg::Reported(Box::new(report)))
}

pub fn read(state: &mut State, job: JobId, part: Part) -> Vec<Effect> {
    report(state, Report::Read(job, part))
}

/// Presses keys, written as in the configuration file, one after the other.
pub fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let chord = keys.parse::<Chord>().unwrap();
    chord.0.into_iter().flat_map(|key| update(state, Msg::Pressed(key))).collect()
}

/// Types a text.
pub fn type_in(state: &mut State, text: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for character in text.chars() {
        let key = super::keys::Key::plain(crossterm::event::KeyCode::Char(character));
        effects.extend(update(state, Msg::Pressed(key)));
    }
    effects
}

/// The orders among effects.
pub fn orders(effects: &[Effect]) -> Vec<Order> {
    let order = |effect: &Effect| match effect {
        Effect::Order(order) => Some(order.clone()),
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

pub fn evaluations(effects: &[Effect]) -> Vec<JobId> {
    let job = |order: Order| match order {
        Order::Begin(job, Work::Evaluate) => Some(job),
        _ => None,
    };
    orders(effects).into_iter().filter_map(job).collect()
}

/// The job that plans, and for which hosts.
pub fn plans(effects: &[Effect]) -> Vec<(JobId, Vec<HostName>)> {
    let plan = |order: Order| match order {
        Order::Begin(job, Work::Plan { hosts, .. }) => Some((job, hosts)),
        _ => None,
    };
    orders(effects).into_iter().filter_map(plan).collect()
}

/// A plan in which each host comes to this.
pub fn plan(outcomes: &[(&str, Outcome)]) -> Plan {
    let planned = |(name, outcome): &(&str, Outcome)| {
        let plan = HostPlan {
            outcome: outcome_of(name, *outcome),
            detail: Vec::new(),
            culprit: None,
            status: None,
            first_contact: false,
            change: None,
            dry_activation: Some(crate::backend::model::DryActivation::default()),
            warnings: Vec::new(),
        };
        (host(name), plan)
    };
    Plan { hosts: outcomes.iter().map(planned).collect::<BTreeMap<_, _>>(), ..Plan::default() }
}

pub fn outcome_of(name: &str, outcome: Outcome) -> HostOutcome {
    HostOutcome { outcome, running: None, wanted: Some(store(name)), reason: String::new() }
}
