//! What happens when in each kind of job. Times are those that a small fleet takes.

use std::time::Duration;

use super::{
    data::BuildScript,
    player::{Player, read},
    step::Act,
};
use crate::backend::{
    error::{Error, ErrorKind},
    event::{BuildProgress, Event, FailedBuild, Phase, RunningBuild, RunningCopy, Transfer},
    job::{End, JobId, Part, Report},
    logstore::LogKey,
    model::{
        File, HostName, HostOutcome, Kind, OptionPath, OptionsQuestion, Outcome, Place, Plan, StorePath,
    },
};

/// How often the progress of a build or a copy is told.
const TICK: Duration = Duration::from_millis(500);

/// For how long the first seconds of a build fetch what others built.
const FETCHING: Duration = Duration::from_secs(6);

const MIB: u64 = 1 << 20;

/// Milliseconds.
fn ms(number: usize) -> Duration {
    Duration::from_millis(number as u64)
}

impl Player {
    /// The fleet is read, piece by piece.
    pub(super) fn evaluate(&mut self, job: JobId) {
        self.evaluations += 1;
        let breaks = self.script.evaluation_fails && self.evaluations == 2;
        self.schedule(job, None, ms(400), read(job, Part::Fleet(Ok(self.data.facts()))));
        let globals = if breaks { Err(broken()) } else { Ok(self.data.globals.clone()) };
        self.schedule(job, None, ms(1500), read(job, Part::Globals(globals)));
        self.schedule(job, None, ms(1800), read(job, Part::Services(Ok(self.data.services.clone()))));
        self.schedule(job, None, ms(2000), Act::Secrets);
        let systems = self.data.hosts.iter().map(|(name, host)| (name.clone(), host.system.clone()));
        for (number, (name, system)) in systems.collect::<Vec<_>>().into_iter().enumerate() {
            let system = if breaks && name.as_str() == "forge" { Err(broken()) } else { Ok(system) };
            self.schedule(
                job,
                None,
                ms(1200 + 250 * number),
                read(job, Part::System(name, Box::new(system))),
            );
        }
        self.schedule(job, None, ms(4000), Act::End(End::Done));
    }

    /// Hosts are asked; one that is off takes its time.
    pub(super) fn ask(&mut self, job: JobId, hosts: &[HostName]) {
        let mut last = Duration::ZERO;
        for (number, name) in hosts.iter().enumerate() {
            let Some(host) = self.data.hosts.get(name) else { continue };
            let at = if host.script.unreachable.is_some() { ms(3100) } else { ms(250 + 120 * number) };
            last = last.max(at);
            self.schedule(job, Some(name.clone()), at, Act::Answer(name.clone()));
        }
        self.schedule(job, None, last + ms(50), Act::End(End::Done));
    }

    /// What would move is found out by evaluating, which takes a moment.
    pub(super) fn affected(&mut self, job: JobId, path: OptionPath) {
        let hosts = self.data.hosts.iter().map(|(name, host)| (name, host.system.reads.as_ref()));
        let affected = self.data.makings.affected(&path, &self.data.globals, hosts);
        self.schedule(job, None, ms(1400), Act::Tell(Report::Affected(job, path, Ok(affected))));
        self.schedule(job, None, ms(1400), Act::End(End::Done));
    }

    /// A host's options come one host after the other; the first takes a moment, as it has to be evaluated.
    pub(super) fn options(&mut self, job: JobId, hosts: &[HostName], question: &OptionsQuestion) {
        for (number, host) in hosts.iter().enumerate() {
            let answer = self.data.options.answer(host, question);
            let told = Report::Options { job, host: host.clone(), question: question.clone(), answer };
            self.schedule(job, Some(host.clone()), ms(60 + 40 * number), Act::Tell(told));
        }
        self.schedule(job, None, ms(70 + 40 * hosts.len()), Act::End(End::Done));
    }

    /// The plan: evaluate, reach, build, compare, copy, ask what would happen.
    pub(super) fn plan(&mut self, job: JobId, hosts: &[HostName]) {
        let at = self.time();
        let options = self.job(job).map(|playing| playing.options.clone()).unwrap_or_default();
        let (mut go_on, mut reached) = (Vec::new(), ms(1200));
        self.schedule(job, None, ms(300), read(job, Part::Fleet(Ok(self.data.facts()))));
        for (number, name) in hosts.iter().enumerate() {
            self.phase(job, name, ms(40 * number), Phase::Evaluate);
            let Some(host) = self.data.hosts.get(name).cloned() else {
                let reason = format!("the fleet has no host `{name}`");
                let outcome = HostOutcome { outcome: Outcome::Refused, running: None, wanted: None, reason };
                self.row(job, name, outcome.into());
                self.settle_at(job, name, ms(400));
                continue;
            };
            let evaluated = ms(700 + 110 * number);
            self.schedule(
                job,
                None,
                evaluated,
                read(job, Part::System(name.clone(), Box::new(Ok(host.system.clone())))),
            );
            for warning in &host.system.warnings {
                let event = Event::Warned { host: Some(name.clone()), warning: warning.clone() };
                self.tell(job, Some(name), evaluated, event);
            }
            let plan = self.world.plan(&host, &options, at);
            let outcome = plan.outcome.outcome;
            self.row(job, name, plan);
            let answered = match host.host.kind {
                Kind::Darwin | Kind::Home | Kind::Push => evaluated,
                _ => {
                    self.phase(job, name, evaluated, Phase::Reach);
                    evaluated + if host.script.unreachable.is_some() { ms(3100) } else { ms(350) }
                }
            };
            reached = reached.max(answered);
            if matches!(outcome, Outcome::WouldActivate | Outcome::WouldStage | Outcome::BuildFailed) {
                go_on.push((name.clone(), outcome, host.host.kind));
            } else {
                self.settle_at(job, name, answered);
            }
        }
        let from = reached + ms(100);
        for (name, ..) in &go_on {
            self.phase(job, name, from, Phase::Build);
        }
        let built = self.build(job, from, &go_on.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>());
        let mut end = built;
        for (number, (name, outcome, kind)) in go_on.iter().enumerate() {
            let settled = match outcome {
                Outcome::BuildFailed => built,
                _ => self.prepare(job, name, *kind, built + ms(90 * number), options.no_copy),
            };
            self.settle_at(job, name, settled);
            end = end.max(settled);
        }
        self.schedule(job, None, end + ms(50), Act::Conclude);
        self.schedule(job, None, end + ms(50), Act::End(End::Done));
    }

    /// What happens to a host between the build and the end of its plan; when that is.
    fn prepare(
        &mut self,
        job: JobId,
        name: &HostName,
        kind: Kind,
        from: Duration,
        no_copy: bool,
    ) -> Duration {
        if kind == Kind::Push {
            self.phase(job, name, from, Phase::Reach);
            self.phase(job, name, from + ms(400), Phase::DryActivate);
            return from + ms(900);
        }
        self.phase(job, name, from, Phase::Compare);
        if no_copy {
            return from + ms(400);
        }
        let change =
            self.job(job).and_then(|playing| playing.planned.get(name)?.change.clone()).unwrap_or_default();
        self.phase(job, name, from + ms(400), Phase::Copy);
        for part in 1..=4_u64 {
            let transfer = Transfer {
                paths_done: change.paths_added * part / 4,
                paths_expected: change.paths_added,
                bytes_done: change.bytes_added * part / 4,
                bytes_expected: change.bytes_added,
            };
            let at = from + ms(400) + Duration::from_millis(300 * part);
            self.tell(job, Some(name), at, Event::CopyAdvanced { host: name.clone(), transfer });
        }
        self.phase(job, name, from + ms(1700), Phase::DryActivate);
        from + ms(2300)
    }

    /// The common build; when it ends.
    fn build(&mut self, job: JobId, from: Duration, hosts: &[HostName]) -> Duration {
        let of_host = |name| self.data.hosts.get(name).map(|host| host.builds.clone()).unwrap_or_default();
        let builds = hosts.iter().flat_map(of_host).collect::<Vec<_>>();
        let end = builds.iter().map(|(_, build)| build.until).max().unwrap_or_default();
        for (derivation, build) in &builds {
            self.speak(
                job,
                &LogKey::derivation(derivation.clone()),
                &build.lines,
                build.repeat,
                (from + build.from, from + build.until),
            );
        }
        let mut at = Duration::ZERO;
        while !builds.is_empty() && at <= end {
            self.tell(job, None, from + at, Event::BuildAdvanced(progress(&builds, at)));
            at += TICK;
        }
        from + end + ms(150)
    }

    /// The plan is carried out, on four hosts at once.
    pub(super) fn apply(&mut self, job: JobId, plan: Plan) {
        let (mut end, mut free) = (ms(100), [ms(100); 4]);
        for (name, row) in plan.hosts {
            let changes = row.would_change();
            self.row(job, &name, row);
            let script = self.data.hosts.get(&name).map(|host| host.script.apply.clone()).unwrap_or_default();
            free.sort();
            let from = free[0];
            let settled = if changes {
                let until = from + script.seconds;
                self.schedule(job, Some(name.clone()), from, Act::Activate(name.clone()));
                let key = LogKey::host_step(name.clone(), "activate");
                self.speak(job, &key, &script.lines, 0, (from, until));
                let flood = (0..script.flood.min(1)).map(|_| FLOOD.to_owned()).collect::<Vec<_>>();
                self.speak(job, &key, &flood, script.flood, (from + script.seconds / 4, until));
                self.phase(job, &name, until, Phase::Verify);
                free[0] = until + ms(600);
                free[0]
            } else {
                ms(50)
            };
            self.settle_at(job, &name, settled);
            end = end.max(settled);
        }
        self.schedule(job, None, end + ms(50), Act::Conclude);
        self.schedule(job, None, end + ms(50), Act::End(End::Done));
    }

    /// Logs lines, spread over a time; over and over, with a number in them, where `repeat` says how many there are.
    fn speak(
        &mut self,
        job: JobId,
        key: &LogKey,
        lines: &[String],
        repeat: usize,
        (from, until): (Duration, Duration),
    ) {
        let count = if repeat == 0 { lines.len() } else { repeat };
        let line = |number: usize| lines[number % lines.len()].replace("{number}", &number.to_string());
        // 20 times a second at most: a flood comes in waves.
        let waves =
            count.min(usize::try_from(until.saturating_sub(from).as_millis() / 50).unwrap_or(1)).max(1);
        for wave in 0..waves {
            let said = (count * wave / waves..count * (wave + 1) / waves).map(line).collect::<Vec<_>>();
            let at = from
                + until.saturating_sub(from) * u32::try_from(wave).unwrap_or(0)
                    / u32::try_from(waves).unwrap_or(1);
            if !said.is_empty() {
                self.schedule(job, key.host.clone(), at, Act::Say(key.clone(), said));
            }
        }
    }

    fn row(&mut self, job: JobId, name: &HostName, plan: crate::backend::model::HostPlan) {
        if let Some(playing) = self.job(job) {
            playing.planned.insert(name.clone(), plan);
        }
    }

    fn settle_at(&mut self, job: JobId, name: &HostName, at: Duration) {
        self.schedule(job, Some(name.clone()), at, Act::Settle(name.clone()));
    }

    fn phase(&mut self, job: JobId, name: &HostName, at: Duration, phase: Phase) {
        self.tell(job, Some(name), at, Event::PhaseEntered { host: name.clone(), phase });
    }

    fn tell(&mut self, job: JobId, host: Option<&HostName>, at: Duration, event: Event) {
        self.schedule(job, host.cloned(), at, Act::Tell(Report::Advanced(job, event)));
    }
}

/// The line of a flood.
const FLOOD: &str = "metrics-reindex[913]: block {number}: 4096 series, 122880 samples, checksum ok";

/// Where the common build is.
fn progress(builds: &[(StorePath, BuildScript)], at: Duration) -> BuildProgress {
    const PHASES: [&str; 6] =
        ["unpackPhase", "patchPhase", "configurePhase", "buildPhase", "buildPhase", "installPhase"];
    let fetched = u64::try_from(at.min(FETCHING).as_millis() * 214 / FETCHING.as_millis()).unwrap_or(214);
    let running = builds.iter().filter(|(_, build)| build.from <= at && at < build.until);
    let running = running.map(|(derivation, build)| {
        let elapsed = at.saturating_sub(build.from);
        let phase = elapsed.as_millis() * 6 / build.until.saturating_sub(build.from).as_millis().max(1);
        RunningBuild {
            derivation: derivation.clone(),
            name: derivation.name().trim_end_matches(".drv").to_owned(),
            phase: PHASES[usize::try_from(phase).unwrap_or(0).min(5)].to_owned(),
            machine: build.machine.clone(),
            elapsed,
        }
    });
    let over = |(_, build): &&(StorePath, BuildScript)| build.until <= at;
    let failed = builds.iter().filter(over).filter_map(|(derivation, build)| {
        Some(FailedBuild { derivation: Some(derivation.clone()), reason: build.fails.clone()? })
    });
    let copying = RunningCopy {
        name: "linux-6.12.58-modules".to_owned(),
        from: "https://cache.nixos.org".to_owned(),
        bytes_done: fetched * MIB / 2,
        bytes_expected: 107 * MIB,
    };
    BuildProgress {
        builds_done: builds.iter().filter(over).filter(|(_, build)| build.fails.is_none()).count() as u64,
        builds_expected: builds.len() as u64,
        copies: Transfer {
            paths_done: fetched,
            paths_expected: 214,
            bytes_done: fetched * 3 * MIB,
            bytes_expected: 214 * 3 * MIB,
        },
        running: running.collect(),
        copying: Some(copying).filter(|_| at < FETCHING).into_iter().collect(),
        failed: failed.collect(),
    }
}

/// The error of the evaluation that fails.
fn broken() -> Error {
    Error::new(ErrorKind::Evaluation, "undefined variable `runnerCount`")
        .at(Place {
            file: File::Fleet("hosts/nixos/forge/ci.nix".to_owned()),
            line: Some(23),
            column: Some(17),
        })
        .detail([
            "at hosts/nixos/forge/ci.nix:23:17:",
            "    22|   services.runners = {",
            "    23|     count = runnerCount;",
            "      |             ^",
            "    24|     labels = [ \"nix\" ];",
        ])
}
