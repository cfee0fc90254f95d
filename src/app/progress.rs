//! Progress on standard error, while a command works.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    backend::{
        event::{Event, Phase},
        model::{HostName, Outcome},
    },
    views::report,
};

/// Shows events: on a terminal a line for each host that is at work, elsewhere a line for what should be known.
pub struct Progress {
    rests: mpsc::Sender<oneshot::Sender<()>>,
    listener: JoinHandle<()>,
}

impl Progress {
    /// Starts to show what comes.
    pub fn show(mut events: mpsc::Receiver<Event>) -> Self {
        let (rests, mut rest) = mpsc::channel::<oneshot::Sender<()>>(1);
        let listener = tokio::spawn(async move {
            let mut shown = Shown::default();
            loop {
                tokio::select! {
                    biased;
                    event = events.recv() => match event {
                        Some(event) => shown.take_in(event),
                        None => break,
                    },
                    Some(done) = rest.recv() => {
                        shown.clear();
                        let _ = done.send(());
                    }
                }
            }
            shown.clear();
        });
        Self { rests, listener }
    }

    /// Takes the lines away, once all that was told so far is shown: now something else may be printed. The next event brings them back.
    pub async fn rest(&self) {
        let (done, rested) = oneshot::channel();
        if self.rests.send(done).await.is_ok() {
            let _ = rested.await;
        }
    }

    /// Waits until the last event was shown. All senders must be gone.
    pub async fn finish(self) {
        let _ = self.listener.await;
    }
}

#[derive(Default)]
struct Shown {
    lines: MultiProgress,
    build: Option<ProgressBar>,
    hosts: BTreeMap<HostName, (Phase, ProgressBar)>,
}

impl Shown {
    fn take_in(&mut self, event: Event) {
        match event {
            Event::PhaseEntered { host, phase } => {
                // One build is for all: when a host is past it, it is over.
                if phase > Phase::Build
                    && let Some(line) = self.build.take()
                {
                    line.finish_and_clear();
                }
                let line = self.line(&host);
                line.set_message(report::progress::host(&host, phase, None));
                self.hosts.insert(host, (phase, line));
            }
            Event::CopyAdvanced { host, transfer } => {
                if let Some((phase, line)) = self.hosts.get(&host) {
                    line.set_message(report::progress::host(&host, *phase, Some(transfer)));
                }
            }
            Event::BuildAdvanced(progress) => {
                let line = self.build.get_or_insert_with(|| spinner(&self.lines));
                line.set_message(report::progress::build(&progress));
            }
            Event::Settled { host, outcome } => {
                if let Some((_, line)) = self.hosts.remove(&host) {
                    line.finish_and_clear();
                }
                // What would be done stands in the plan.
                if !matches!(outcome.outcome, Outcome::WouldActivate | Outcome::WouldStage) {
                    self.say(&report::progress::settled(&host, &outcome));
                }
            }
            Event::Warned { host, warning } => {
                let about = host.map(|host| format!("{host}: ")).unwrap_or_default();
                self.say(report::warning(&format!("{about}{warning}")).trim_end());
            }
            Event::Secret(_) => {}
        }
    }

    fn line(&self, host: &HostName) -> ProgressBar {
        self.hosts.get(host).map_or_else(|| spinner(&self.lines), |(_, line)| line.clone())
    }

    fn say(&self, line: &str) {
        self.lines.suspend(|| anstream::eprintln!("{line}"));
    }

    fn clear(&mut self) {
        let hosts = std::mem::take(&mut self.hosts).into_values().map(|(_, line)| line);
        hosts.chain(self.build.take()).for_each(|line| line.finish_and_clear());
    }
}

/// The lines of [`during`] and [`counting`]: one set, so that all of them make room for a question.
static LINES: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Takes the lines away while something else is on the terminal: a question, and its answer.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    LINES.suspend(work)
}

/// Shows a bar, until it is finished.
pub fn counting(bar: ProgressBar) -> ProgressBar {
    LINES.add(bar)
}

/// Shows on a terminal that something is going on, for as long as it does.
pub async fn during<T>(what: &'static str, work: impl Future<Output = T>) -> T {
    let line = spinner(&LINES);
    line.set_message(what);
    let result = work.await;
    line.finish_and_clear();
    result
}

fn spinner(lines: &MultiProgress) -> ProgressBar {
    let spinner = lines.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
