//! A terminal for the program under test: a pseudo-terminal, and somebody who looks at it.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take. The machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal with a program in it.
pub struct Terminal {
    shown: Arc<Shown>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    process: u32,
    /// How lines were edited and echoed before the program came.
    modes: String,
    ended: mpsc::Receiver<ExitStatus>,
    closing: Arc<AtomicBool>,
    reader: thread::JoinHandle<()>,
    patience: Duration,
}

/// What the program wrote: as a screen, and as bytes.
struct Shown {
    content: Mutex<Content>,
    changed: Condvar,
}

struct Content {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

/// A program, with an environment that holds nothing of whoever runs the tests.
pub fn program(path: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(path);
    command.env_clear();
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("LANG", "C.UTF-8");
    command
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Starts the program.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes = modes(&*pair.master);
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let process = child.process_id().unwrap();
        let (tell, ended) = mpsc::channel();
        thread::spawn(move || tell.send(child.wait().unwrap()));
        let parser = vt100::Parser::new(positive(rows), positive(columns), 0);
        let content = Mutex::new(Content { screen: parser, bytes: Vec::new() });
        let shown = Arc::new(Shown { content, changed: Condvar::new() });
        let closing = Arc::new(AtomicBool::new(false));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (seen, stop) = (shown.clone(), closing.clone());
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of the program is an error here: nobody has the other side any more.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let mut content = seen.content.lock().unwrap();
                content.screen.process(&buffer[..count]);
                content.bytes.extend_from_slice(&buffer[..count]);
                seen.changed.notify_all();
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { shown, master: pair.master, keys, process, modes, ended, closing, reader, patience: PATIENCE }
    }

    /// The same, where one waits longer.
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Makes the terminal larger or smaller.
    pub fn resize(&self, columns: u16, rows: u16) {
        // First ours, so that nothing is drawn for a size that we don't have yet.
        self.content().screen.set_size(positive(rows), positive(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits until the screen is as it should be, and returns what it gives.
    #[track_caller]
    pub fn until<T>(&self, what: &str, mut found: impl FnMut(&vt100::Screen) -> Option<T>) -> T {
        let deadline = Instant::now() + self.patience;
        let mut content = self.content();
        loop {
            if let Some(found) = found(content.screen.screen()) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} on the screen:\n{}", content.screen.screen().contents());
            content = self.shown.changed.wait_timeout(content, left).unwrap().0;
        }
    }

    /// Waits until a text can be read somewhere; returns the row and the column of its first letter.
    #[track_caller]
    pub fn until_shown(&self, text: &str) -> (u16, u16) {
        self.until(text, |screen| position(screen, text))
    }

    /// Whether keys are read one by one and not echoed.
    pub fn is_raw(&self) -> bool {
        modes(&*self.master) != self.modes
    }

    /// Everything that was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.content().bytes.clone()
    }

    /// Looks at the screen.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.content().screen.screen())
    }

    /// The program's id.
    pub fn process(&self) -> Pid {
        Pid::from_raw(self.process.try_into().unwrap()).unwrap()
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    /// Waits for the end, which leaves the terminal as it was found; returns the exit status and what stands on the screen.
    #[track_caller]
    pub fn ends_clean(self) -> (u32, String) {
        let status = self.ended.recv_timeout(PATIENCE);
        assert!(status.is_ok(), "it does not end:\n{}", self.look(vt100::Screen::contents));
        let status = status.unwrap();
        self.reader.join().unwrap();
        let content = self.shown.content.lock().unwrap();
        let screen = content.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes are not bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(modes(&*self.master), self.modes, "lines are edited and echoed as before");
        (status.exit_code(), screen.contents())
    }

    /// Takes the terminal away from under the program; returns its exit status.
    #[track_caller]
    pub fn closes(self) -> u32 {
        let Self { master, keys, ended, closing, reader, .. } = self;
        closing.store(true, Ordering::SeqCst);
        // The reader has the terminal, too: it lets go when the program draws once more.
        master.resize(size(33, 9)).unwrap();
        reader.join().unwrap();
        drop((master, keys));
        ended.recv_timeout(PATIENCE).unwrap().exit_code()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.shown.content.lock().unwrap()
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Where a text stands.
pub fn position(screen: &vt100::Screen, text: &str) -> Option<(u16, u16)> {
    let (rows, columns) = screen.size();
    (0..rows.get()).find_map(|row| {
        let cells = (0..columns.get()).map(|column| screen.cell(row, column).unwrap());
        let letters = cells.map(|cell| if cell.has_contents() { cell.contents() } else { " " });
        let line = letters.collect::<Vec<_>>();
        (0..line.len())
            .find(|start| line[*start..].concat().starts_with(text))
            .map(|column| (row, u16::try_from(column).unwrap()))
    })
}

fn positive(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}
