//! The loop that everything meets in: what happens becomes messages, what follows becomes orders and frames.
//!
//! Nothing here waits for anything but the loop itself: orders that the backend has no room for yet lie in a box, and log lines are noticed once a frame at most.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    pin::pin,
    time::{Duration, SystemTime},
};

use futures_util::future::select_all;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    effect::Effect,
    filter::{Answer, Worker},
    msg::Msg,
    private::Editing,
    state::State,
    update::{begin, update},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    job::{Backend, Order, Report},
    logstore::{Saved, save},
    model::{File, Place},
    process::journal,
    secrets::Handover,
};

/// The least time from frame to frame.
pub const FRAME: Duration = Duration::from_millis(33);

/// How long programs that were told to stop are waited for at the end: as long as it takes to kill them.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// How long that is waited for without a word.
const SILENT_FOR: Duration = Duration::from_millis(500);

/// How many reports are taken in before the screen has its turn.
const REPORTS: usize = 256;

/// What the loop needs of a terminal. The real one is in [`super::console`]; tests have their own.
pub trait Terminal {
    /// Waits for what the operator or the system does next. Cancelling it loses nothing.
    fn next(&mut self) -> impl Future<Output = Happened> + Send;
    /// Shows a state.
    fn draw(&mut self, state: &State) -> Result<()>;
    /// Makes the next frame a whole one.
    fn redraw(&mut self) -> Result<()>;
    /// Puts a text into the clipboard.
    fn copy(&mut self, text: &str) -> Result<()>;
    /// Starts the editor in this terminal, which is then its own: `next` tells when it is closed.
    fn edit(&mut self, file: PathBuf, place: &Place) -> Result<()>;
    /// The same with a file of which nothing may be left anywhere else.
    fn edit_private(&mut self, file: PathBuf) -> Result<()>;
    /// Whether the terminal is the editor's, or the shell's.
    fn is_lent(&self) -> bool;
    /// Stops as a job of the shell: `next` tells when it is continued.
    fn suspend(&mut self) -> Result<()>;
}

/// What the operator or the system did.
#[derive(Debug)]
pub enum Happened {
    /// Something for the state.
    Msg(Msg),
    /// The screen is not what we drew.
    Spoiled,
    /// The shell wants its job to stop.
    Suspended,
    /// The terminal is gone, or the system wants us to end: with this exit status.
    Ended(u8),
}

/// The console at work.
#[derive(Debug)]
pub struct Runtime<T> {
    terminal: T,
    /// The state; the loop alone changes it.
    pub state: State,
    orders: mpsc::Sender<Order>,
    reports: mpsc::Receiver<Report>,
    waiting: VecDeque<Order>,
    filter: Worker,
    answers: mpsc::Receiver<Answer>,
    /// Questions that are not answered yet, by their list.
    asked: BTreeMap<u32, u64>,
    /// The logs that the screen shows.
    logs: Vec<watch::Receiver<u64>>,
    tasks: JoinSet<(PathBuf, Result<Saved>)>,
    ticker: Interval,
    next_frame: Instant,
    end: Option<u8>,
    /// The secret that is in the editor.
    editing: Option<(String, Editing)>,
}

/// One turn of the loop: what came first.
enum Turn {
    Happened(Happened),
    Reports(Vec<Report>),
    Gone,
    Answered(Answer),
    Log,
    Frame,
    Tick,
    Ordered,
    Saved(PathBuf, Result<Saved>),
}

impl<T: Terminal> Runtime<T> {
    /// Prepares the loop, and orders the first evaluation.
    pub fn new(terminal: T, state: State, backend: Backend) -> Result<Self> {
        let (sender, answers) = mpsc::channel(16);
        let filter = Worker::start(sender).map_err(|error| Error::io("a thread for filters", &error))?;
        let mut ticker = interval(Duration::from_secs(1));
        ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let Backend { orders, reports } = backend;
        let mut runtime = Self {
            terminal,
            state,
            orders,
            reports,
            waiting: VecDeque::new(),
            filter,
            answers,
            asked: BTreeMap::new(),
            logs: Vec::new(),
            tasks: JoinSet::new(),
            ticker,
            next_frame: Instant::now(),
            end: None,
            editing: None,
        };
        let first = begin(&mut runtime.state);
        for effect in first {
            if let Effect::Order(order) = effect {
                runtime.waiting.push_back(order);
            }
        }
        Ok(runtime)
    }

    /// Runs until it is to end; hands back the exit status, once the terminal is given back and what the backend did has stopped.
    pub async fn run(mut self) -> Result<u8> {
        let mut result = Ok(());
        while self.end.is_none() && result.is_ok() {
            result = self.turn().await;
        }
        let Self { terminal, orders, mut reports, end, .. } = self;
        drop((terminal, orders));
        let mut stopped = pin!(async { while reports.recv().await.is_some() {} });
        if timeout(SILENT_FOR, &mut stopped).await.is_err() {
            anstream::eprintln!("waiting for the programs that were started to stop");
            // Whoever doesn't stop by then is left behind.
            let _ = timeout(STOPS_WITHIN, stopped).await;
        }
        result.map(|()| end.unwrap_or_default())
    }

    /// Runs until nothing is going on any more and all of it is on the screen.
    pub async fn settle(&mut self) -> Result<()> {
        while self.end.is_none() && !self.is_idle() {
            self.turn().await?;
        }
        Ok(())
    }

    /// Takes in a message as if it had come from the terminal.
    pub fn take(&mut self, msg: Msg) -> Result<()> {
        let effects = update(&mut self.state, msg);
        for effect in effects {
            self.effect(effect)?;
        }
        Ok(())
    }

    /// The terminal.
    pub fn terminal(&self) -> &T {
        &self.terminal
    }

    fn is_idle(&self) -> bool {
        let quiet = self.waiting.is_empty()
            && self.asked.is_empty()
            && self.tasks.is_empty()
            && self.reports.is_empty();
        quiet && !self.state.stale && !self.state.is_busy()
    }

    /// Waits for whatever comes first, and deals with it.
    async fn turn(&mut self) -> Result<()> {
        match self.wait().await {
            Turn::Happened(Happened::Msg(Msg::Edited(closed))) => {
                let msg = match self.editing.take() {
                    Some((name, editing)) => {
                        let text = closed.and_then(|()| editing.end());
                        Msg::SecretEdited(name, Box::new(text.map(|text| text.map(Handover::from))))
                    }
                    None => Msg::Edited(closed),
                };
                self.take(msg)?;
            }
            Turn::Happened(Happened::Msg(msg)) => self.take(msg)?,
            Turn::Happened(Happened::Spoiled) => {
                self.terminal.redraw()?;
                self.state.stale = true;
            }
            Turn::Happened(Happened::Suspended) => {
                self.take(Msg::LeavingScreen)?;
                self.terminal.suspend()?;
            }
            Turn::Happened(Happened::Ended(status)) => self.end = Some(status),
            Turn::Reports(reports) => {
                for report in reports {
                    if let Report::Began { job, log } = &report
                        && self.state.shows_log_of(*job)
                    {
                        self.logs.push(log.subscribe());
                    }
                    self.take(Msg::Reported(Box::new(report)))?;
                }
            }
            Turn::Gone => {
                return Err(Error::new(ErrorKind::Process, "an error in Steading itself: its backend ended"));
            }
            Turn::Answered(answer) => {
                if self.asked.get(&answer.list) == Some(&answer.generation) {
                    self.asked.remove(&answer.list);
                }
                self.take(Msg::Filtered(answer))?;
            }
            Turn::Log => self.take(Msg::LogAdvanced)?,
            Turn::Frame => {
                self.state.stale = false;
                self.terminal.draw(&self.state)?;
                self.next_frame = Instant::now() + FRAME;
            }
            Turn::Tick => self.take(Msg::Ticked(SystemTime::now()))?,
            Turn::Ordered => {}
            Turn::Saved(path, result) => self.take(Msg::Saved(path, result))?,
        }
        Ok(())
    }

    async fn wait(&mut self) -> Turn {
        let mut reports = Vec::new();
        let stale = self.state.stale && !self.terminal.is_lent();
        tokio::select! {
            happened = self.terminal.next() => Turn::Happened(happened),
            count = self.reports.recv_many(&mut reports, REPORTS) => {
                if count == 0 { Turn::Gone } else { Turn::Reports(reports) }
            }
            Some(answer) = self.answers.recv() => Turn::Answered(answer),
            // Lines are looked at when a frame is to be drawn; until then they only pile up in their ring.
            () = advanced(&mut self.logs), if !self.state.stale => Turn::Log,
            () = sleep_until(self.next_frame), if stale => Turn::Frame,
            _ = self.ticker.tick() => Turn::Tick,
            Ok(permit) = self.orders.reserve(), if !self.waiting.is_empty() => {
                if let Some(order) = self.waiting.pop_front() {
                    permit.send(order);
                }
                Turn::Ordered
            }
            Some(Ok((path, saved))) = self.tasks.join_next() => Turn::Saved(path, saved),
        }
    }

    fn effect(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Order(order) => self.waiting.push_back(order),
            Effect::Filter(question) => {
                self.asked.insert(question.list, question.generation);
                self.filter.ask(question);
            }
            Effect::Edit { folder, place } => {
                if let File::Fleet(file) = &place.file
                    && let Err(error) = self.terminal.edit(folder.join(file), &place)
                {
                    return self.take(Msg::Edited(Err(error)));
                }
            }
            Effect::Copy(text) => {
                if let Err(error) = self.terminal.copy(&text) {
                    self.state.complain(error.to_string());
                }
            }
            Effect::CopySecret(text) => {
                let text = text.take().unwrap_or_default();
                let copied = std::str::from_utf8(text.bytes()).map(|text| self.terminal.copy(text));
                if let Ok(Err(error)) = copied {
                    self.state.complain(error.to_string());
                }
            }
            Effect::EditSecret { name, text } => {
                let opened = Editing::begin(text.take().unwrap_or_default()).and_then(|(editing, file)| {
                    self.terminal.edit_private(file)?;
                    Ok(editing)
                });
                match opened {
                    Ok(editing) => self.editing = Some((name, editing)),
                    Err(error) => return self.take(Msg::SecretEdited(name, Box::new(Err(error)))),
                }
            }
            Effect::Save { logs, scope, path } => {
                self.tasks.spawn(async move {
                    let saved = save(logs, scope, &path).await;
                    (path, saved)
                });
            }
            Effect::ReadCommands => return self.take(Msg::Commands(journal::commands())),
            Effect::Redraw => {
                self.terminal.redraw()?;
                self.state.stale = true;
            }
            Effect::Suspend => self.terminal.suspend()?,
            Effect::Quit => self.end = Some(0),
        }
        Ok(())
    }
}

/// Waits until one of the logs has more lines; for ever where there is none, or no more will come.
async fn advanced(logs: &mut Vec<watch::Receiver<u64>>) {
    while !logs.is_empty() {
        let (changed, at, _) = select_all(logs.iter_mut().map(|log| Box::pin(log.changed()))).await;
        if changed.is_ok() {
            return;
        }
        // Nobody holds it any more, so nobody shows it.
        drop(logs.swap_remove(at));
    }
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests;
