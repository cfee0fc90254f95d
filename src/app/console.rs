//! The console in a terminal: what is read from it and drawn on it, from the first frame to the exit status.

use std::{mem, path::PathBuf, time::SystemTime};

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::{
    cli::Cli,
    clipboard,
    config::{Config, ReadOnly},
    editor::Editor,
    environment::Environment,
    exit::Exit,
    glyph::Glyphs,
    identities,
    keymap::Keymap,
    keys::Key,
    msg::Msg,
    paths::Paths,
    runtime::{Happened, Runtime, Terminal},
    state::{Settings, State},
    term::{Input, Signal, Signals, Term},
    theme::Theme,
};
use crate::{
    backend::{
        demo, engine,
        error::{Error, ErrorKind, Result},
        fleet,
        model::Place,
    },
    views,
};

/// Lines that one step of the wheel moves.
const WHEEL: i16 = 3;

/// Opens the console, until it is left.
pub async fn open(cli: &Cli) -> Result<Exit> {
    if cli.json {
        return Err(Error::new(ErrorKind::Usage, "--json needs a command")
            .hint("`steading --help` lists them; without one the console is opened"));
    }
    let paths = Paths::find()?;
    let environment = Environment::of_process();
    let config = Config::read(&paths.config)?;
    let keys = identities::sources(&cli.keys, &config.secrets, &paths)?;
    let settings = settings(cli, config, environment)?;
    let now = SystemTime::now();
    let terminal = Screen::enter(settings.config.mouse, environment)?;
    let backend = if cli.demo {
        demo::start(demo::Script { begins: now, ..demo::Script::default() }, demo::Pace::Live(1.0))?
    } else {
        let name = fleet::name_of(&cli.flake);
        engine::start(engine::Site {
            flake: cli.flake.clone(),
            state: paths.fleet_state(&name),
            cache: paths.fleet_cache(&name),
            limit: settings.config.limit.into(),
            keys,
        })?
    };
    let state = State::new(settings, terminal.size()?, now);
    let status = Runtime::new(terminal, state, backend)?.run().await?;
    Ok(Exit::of_status(status))
}

fn settings(cli: &Cli, config: Config, environment: Environment) -> Result<Settings> {
    let mut themes: Vec<(String, Theme)> = Vec::new();
    for name in Theme::built_in() {
        let theme = Theme::for_environment(Some(name), &environment, &config.themes)?;
        // Where there are few colours, several look the same.
        if themes.iter().all(|(_, other)| *other != theme) {
            themes.push((name.to_owned(), theme));
        }
    }
    let chosen = cli.theme.as_deref().or(config.theme.as_deref());
    Ok(Settings {
        read_only: cli.read_only || config.read_only == ReadOnly::Fleet,
        theme: Theme::for_environment(chosen, &environment, &config.themes)?,
        themes: themes.into(),
        glyphs: config.glyphs.unwrap_or_else(|| Glyphs::for_locale(environment.unicode)),
        keymap: Keymap::new(&config.keys)?,
        flake: (cli.flake != ".").then(|| cli.flake.clone()),
        folder: std::env::current_dir().unwrap_or_default(),
        config,
    })
}

/// The terminal, ours or another program's for a while.
#[derive(Debug)]
pub struct Screen {
    hold: Hold,
    environment: Environment,
}

#[derive(Debug)]
enum Hold {
    /// It is ours.
    Ours(Box<Held>),
    /// It is lent, and comes back with what happened.
    Lent(JoinHandle<(Box<Held>, Happened)>),
    /// It was lost.
    Lost,
}

#[derive(Debug)]
struct Held {
    term: Term,
    input: Input,
    signals: Signals,
}

impl Screen {
    /// Takes the terminal.
    pub fn enter(mouse: bool, environment: Environment) -> Result<Self> {
        let term = Term::enter(mouse)?;
        let held = Held { term, input: Input::listen()?, signals: Signals::listen()? };
        Ok(Self { hold: Hold::Ours(Box::new(held)), environment })
    }

    /// Its columns and rows.
    pub fn size(&self) -> Result<(u16, u16)> {
        match &self.hold {
            Hold::Ours(held) => held.term.size(),
            Hold::Lent(_) | Hold::Lost => Err(lost()),
        }
    }

    fn held(&mut self) -> Result<&mut Held> {
        match &mut self.hold {
            Hold::Ours(held) => Ok(held),
            Hold::Lent(_) | Hold::Lost => Err(lost()),
        }
    }

    /// Gives the terminal to an editor, until it is closed.
    fn lend_to(&mut self, editor: impl Future<Output = Result<()>> + Send + 'static) {
        self.lend(move |mut held| async move {
            let Held { term, input, signals } = &mut *held;
            let happened = match term.lend(input, signals, editor).await {
                Ok((_, Some(status))) => Happened::Ended(status),
                Ok((closed, None)) => Happened::Msg(Msg::Edited(closed)),
                Err(_) => Happened::Ended(HUNG_UP),
            };
            (held, happened)
        });
    }

    /// Gives the terminal away; `work` brings it back.
    fn lend<W>(&mut self, work: impl FnOnce(Box<Held>) -> W)
    where
        W: Future<Output = (Box<Held>, Happened)> + Send + 'static,
    {
        self.hold = match mem::replace(&mut self.hold, Hold::Lost) {
            Hold::Ours(held) => Hold::Lent(tokio::spawn(work(held))),
            other => other,
        };
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::Process, "the terminal is another program's")
}

impl Terminal for Screen {
    async fn next(&mut self) -> Happened {
        match &mut self.hold {
            Hold::Ours(held) => held.next().await,
            Hold::Lent(away) => {
                let Ok((held, happened)) = away.await else {
                    self.hold = Hold::Lost;
                    return Happened::Ended(Exit::Bug as u8);
                };
                self.hold = Hold::Ours(held);
                happened
            }
            Hold::Lost => std::future::pending().await,
        }
    }

    fn draw(&mut self, state: &State) -> Result<()> {
        self.held()?.term.draw(|frame| views::draw(frame, state))
    }

    fn redraw(&mut self) -> Result<()> {
        self.held()?.term.redraw()
    }

    fn copy(&mut self, text: &str) -> Result<()> {
        let sequence = Zeroizing::new(clipboard::sequence(text, self.environment.multiplexer)?);
        self.held()?.term.send(&sequence)
    }

    fn edit(&mut self, file: PathBuf, place: &Place) -> Result<()> {
        let editor = Editor::of_process()?;
        let (line, column) = (place.line, place.column);
        self.lend_to(async move { editor.open(&file, line, column).await });
        Ok(())
    }

    fn edit_private(&mut self, file: PathBuf) -> Result<()> {
        let editor = Editor::of_process()?;
        self.lend_to(async move { editor.open_private(&file).await });
        Ok(())
    }

    fn is_lent(&self) -> bool {
        !matches!(self.hold, Hold::Ours(_))
    }

    fn suspend(&mut self) -> Result<()> {
        self.lend(|mut held| async move {
            let Held { term, input, signals } = &mut *held;
            let happened = match term.suspend(input, signals).await {
                Ok(()) => Happened::Spoiled,
                Err(_) => Happened::Ended(HUNG_UP),
            };
            (held, happened)
        });
        Ok(())
    }
}

/// The exit status of a program whose terminal went away: 128 and the number of the signal.
const HUNG_UP: u8 = Exit::HungUp as u8;

impl Held {
    async fn next(&mut self) -> Happened {
        loop {
            tokio::select! {
                event = self.input.next() => match event {
                    None => return Happened::Ended(HUNG_UP),
                    Some(event) => if let Some(msg) = message(event) {
                        return Happened::Msg(msg);
                    },
                },
                signal = self.signals.next() => return match signal {
                    Signal::Resized => match self.term.size() {
                        Ok((width, height)) => Happened::Msg(Msg::Resized { width, height }),
                        Err(_) => Happened::Ended(HUNG_UP),
                    },
                    Signal::Suspended => Happened::Suspended,
                    Signal::Continued => Happened::Spoiled,
                    Signal::Ended(status) => Happened::Ended(status),
                },
            }
        }
    }
}

/// What an event of the terminal means to the state; nothing, where it is none of its business.
fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Pressed(Key::from(key))),
        Event::Paste(text) => Some(Msg::Pasted(text)),
        Event::Resize(width, height) => Some(Msg::Resized { width, height }),
        Event::Mouse(MouseEvent { kind, column, row, .. }) => match kind {
            MouseEventKind::ScrollUp => Some(Msg::Scrolled { column, row, lines: -WHEEL }),
            MouseEventKind::ScrollDown => Some(Msg::Scrolled { column, row, lines: WHEEL }),
            MouseEventKind::Down(MouseButton::Left) => Some(Msg::Clicked { column, row }),
            _ => None,
        },
        _ => None,
    }
}
