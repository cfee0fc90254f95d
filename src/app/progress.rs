//! Progress on standard error, while a command works.

use std::{collections::BTreeMap, io::IsTerminal, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::{sync::mpsc::Receiver, task::JoinHandle};

use crate::{
    backend::{
        event::{Event, Phase},
        model::{HostName, Outcome},
    },
    views::report,
};

/// Shows events: on a terminal a line for each host that is at work, elsewhere a line for what should be known.
pub struct Progress {
    lines: MultiProgress,
    listener: JoinHandle<()>,
}

impl Progress {
    /// Starts to show what comes.
    pub fn show(mut events: Receiver<Event>) -> Self {
        let lines = MultiProgress::new();
        let mut shown = Shown {
            on_terminal: std::io::stderr().is_terminal(),
            lines: lines.clone(),
            build: None,
            hosts: BTreeMap::new(),
        };
        let listener = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                shown.take_in(event);
            }
            shown.clear();
        });
        Self { lines, listener }
    }

    /// Takes the lines away while something else is printed.
    pub fn pause(&self, print: impl FnOnce()) {
        self.lines.suspend(print);
    }

    /// Waits until the last event was shown. All senders must be gone.
    pub async fn finish(self) {
        let _ = self.listener.await;
    }
}

struct Shown {
    on_terminal: bool,
    lines: MultiProgress,
    build: Option<ProgressBar>,
    hosts: BTreeMap<HostName, (Phase, ProgressBar)>,
}

impl Shown {
    fn take_in(&mut self, event: Event) {
        match event {
            Event::PhaseEntered { host, phase } => {
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
        }
    }

    fn line(&self, host: &HostName) -> ProgressBar {
        self.hosts.get(host).map_or_else(|| spinner(&self.lines), |(_, line)| line.clone())
    }

    fn say(&self, line: &str) {
        self.lines.suspend(|| anstream::eprintln!("{line}"));
    }

    fn clear(&self) {
        if self.on_terminal {
            let _ = self.lines.clear();
        }
    }
}

fn spinner(lines: &MultiProgress) -> ProgressBar {
    let spinner = lines.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
