//! The terminal: taken over, handed to others and back, and left clean however it ends.

mod input;
mod signals;

use std::{
    io::{self, Write},
    panic::{self, PanicHookInfo},
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
    thread::{self, ThreadId},
};

use crossterm::{
    QueueableCommand,
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, EnableBracketedPaste},
    style::{self, Attribute, SetAttribute},
    terminal::{self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen},
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend, layout::Rect};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    stdio,
    termios::{OptionalActions, Termios, isatty, tcgetattr, tcsetattr},
};
use tokio::task;

pub use self::{
    input::Input,
    signals::{Signal, Signals},
};
use crate::{
    backend::error::{Error, ErrorKind, Result},
    views::report::printable,
};

/// The terminal while it is ours. Dropping it gives it back.
///
/// There is one at a time, and it belongs to the task (or thread) that took it: a panic of that one gives the terminal back before anything is said about it, while the panics of others are kept until the screen is gone.
#[derive(Debug)]
pub struct Term {
    screen: Terminal<CrosstermBackend<Collected>>,
    drawn: Collected,
    mouse: bool,
    owner: Owner,
    /// How lines were edited and echoed when it was taken.
    found: Termios,
}

impl Term {
    /// Takes the terminal: the alternate screen, every key as it is pressed, pastes told apart, and clicks if they are wanted.
    pub fn enter(mouse: bool) -> Result<Self> {
        if !isatty(stdio::stdin()) || !isatty(stdio::stdout()) {
            return Err(Error::new(ErrorKind::Usage, "the console needs a terminal to show itself on")
                .hint("run it in one, or use the commands that `steading --help` lists"));
        }
        // Under NO_COLOR crossterm writes colours as nothing: the "default colours" after a reversed cell become `ESC [ ; m`, which ends the reversal too. Our theme has no colours then, so nothing is lost by letting it write what we say.
        style::force_color_output(true);
        HOOK.call_once(|| {
            let usual = panic::take_hook();
            panic::set_hook(Box::new(move |info| panicked(info, &*usual)));
        });
        let found = tcgetattr(stdio::stdin()).map_err(|error| failed(&error.into()))?;
        let owner = Owner::current();
        take(owner, mouse)?;
        let drawn = Collected::default();
        let screen = Terminal::new(CrosstermBackend::new(drawn.clone())).map_err(|error| {
            give_back();
            failed(&error)
        })?;
        Ok(Self { screen, drawn, mouse, owner, found })
    }

    /// Draws what changed since the last time, at one go.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> Result<()> {
        let drawn = self.screen.draw(render).map(drop);
        let frame = std::mem::take(&mut *lock(&self.drawn.0));
        let sent = drawn.and_then(|()| write_out(&[FRAME_BEGINS, &frame, FRAME_ENDS].concat()));
        sent.map_err(|error| failed(&error))
    }

    /// Its columns and rows.
    pub fn size(&self) -> Result<(u16, u16)> {
        let size = self.screen.size().map_err(|error| failed(&error))?;
        Ok((size.width, size.height))
    }

    /// Forgets what the terminal shows, so that the next drawing is a whole one.
    pub fn redraw(&mut self) -> Result<()> {
        // Not by ratatui's `clear`: it asks the terminal where the cursor is, and the answer would have to be read past whoever reads the keys.
        let (width, height) = self.size()?;
        self.screen.resize(Rect::new(0, 0, width, height)).map_err(|error| failed(&error))
    }

    /// Lends the terminal to another program, as it was before we took it, while `work` waits for that program; every key from now on is for it. With what comes of the work comes the exit status that we were asked meanwhile to end with, if we were.
    ///
    /// Whatever the program leaves on the terminal is gone afterwards, and so are the modes that it forgets to restore; the next drawing is a whole one.
    pub async fn lend<T>(
        &mut self,
        input: &mut Input,
        signals: &mut Signals,
        work: impl Future<Output = T>,
    ) -> Result<(T, Option<u8>)> {
        input.pause();
        give_back();
        let done = signals.while_lent(work).await;
        self.take_back(input)?;
        Ok(done)
    }

    /// Stops this program as Ctrl-Z stops any other, and takes the terminal back when it goes on. Where no shell could ever make it go on, nothing happens.
    pub async fn suspend(&mut self, input: &mut Input, signals: &mut Signals) -> Result<()> {
        if signals::nobody_would_resume_us() {
            return Ok(());
        }
        input.pause();
        give_back();
        let stopped = signals.stop().await;
        self.found = tcgetattr(stdio::stdin()).map_err(|error| failed(&error.into()))?;
        self.take_back(input)?;
        stopped
    }

    fn take_back(&mut self, input: &mut Input) -> Result<()> {
        tcsetattr(stdio::stdin(), OptionalActions::Now, &self.found)
            .map_err(|error| failed(&error.into()))?;
        take(self.owner, self.mouse)?;
        input.resume()?;
        self.redraw()
    }

    /// Sends a sequence that shows nothing, such as one for the clipboard.
    pub fn send(&mut self, sequence: &str) -> Result<()> {
        write_out(sequence.as_bytes()).map_err(|error| failed(&error))
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        give_back();
        let missed = std::mem::take(&mut *lock(&MISSED));
        for message in missed {
            let _ = writeln!(io::stderr(), "{message}");
        }
    }
}

fn failed(error: &io::Error) -> Error {
    Error::io("the terminal", error)
}

/// Who took the terminal. A task moves from thread to thread, so the thread tells nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Task(task::Id),
    Thread(ThreadId),
}

impl Owner {
    fn current() -> Self {
        task::try_id().map_or_else(|| Self::Thread(thread::current().id()), Self::Task)
    }
}

/// Whose the terminal is, as long as it is somebody's.
static OWNER: Mutex<Option<Owner>> = Mutex::new(None);

/// Set once: whoever takes the terminal again finds it there.
static HOOK: Once = Once::new();

/// What panics had to say while there was a screen that it would have spoiled.
static MISSED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How many of them are kept: one bug is enough to report, and a loop of them should not fill the memory.
const MISSED_AT_MOST: usize = 8;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panicked(info: &PanicHookInfo<'_>, usual: &dyn Fn(&PanicHookInfo<'_>)) {
    let owner = *lock(&OWNER);
    if owner.is_none() || owner == Some(Owner::current()) {
        give_back();
        usual(info);
        return;
    }
    let mut missed = lock(&MISSED);
    if missed.len() < MISSED_AT_MOST {
        missed.push(printable(&info.to_string()));
    }
}

fn take(owner: Owner, mouse: bool) -> Result<()> {
    *lock(&OWNER) = Some(owner);
    let mut bytes = Vec::new();
    let taken = terminal::enable_raw_mode().and_then(|()| {
        bytes.queue(EnterAlternateScreen)?.queue(Clear(ClearType::All))?;
        bytes.queue(Hide)?.queue(EnableBracketedPaste)?;
        if mouse {
            bytes.extend_from_slice(MOUSE_ON);
        }
        write_out(&bytes)
    });
    taken.map_err(|error| {
        give_back();
        failed(&error)
    })
}

/// Leaves the terminal as it was found. Does nothing when it isn't ours.
fn give_back() {
    let Some(_) = lock(&OWNER).take() else { return };
    let mut bytes = Vec::from(MOUSE_OFF);
    let queued =
        bytes.queue(DisableBracketedPaste).and_then(|bytes| bytes.queue(SetAttribute(Attribute::Reset)));
    let queued =
        queued.and_then(|bytes| bytes.queue(LeaveAlternateScreen)).and_then(|bytes| bytes.queue(Show));
    // A terminal that is gone needs no cleaning.
    let _ = queued.map(drop).and_then(|()| write_out(&bytes));
    let _ = terminal::disable_raw_mode();
}

/// Clicks, drags and the wheel, in decimal (modes 1000, 1002 and 1006 of xterm); crossterm's own command asks for every movement as well.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// What a frame is wrapped in, so that the terminal shows it whole or not at all (mode 2026); those that don't know it ignore it.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// Collects a frame until it is whole. What ratatui writes when a drawing broke off, or when it is dropped, is never sent: the terminal may be somebody else's by then.
#[derive(Debug, Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes to the terminal past the locks and the buffer of [`io::stdout`]: a panic may come while somebody holds them.
fn write_out(mut bytes: &[u8]) -> io::Result<()> {
    let out = stdio::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(out, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::INTR) => {}
            // Some program that shares the terminal set it to not block.
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(&out, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
