//! A console without a terminal, over the demo: what happens is what the keys and the script say, at times that are always the same.

use std::{path::Path, time::Duration};

use crossterm::event::KeyCode;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use steading::{
    app::{
        config::Config,
        effect::Effect,
        filter::Narrowing,
        glyph::Glyphs,
        keymap::Keymap,
        keys::{Chord, Key},
        msg::Msg,
        state::{Settings, State},
        theme::Theme,
        update::{begin, update},
    },
    backend::{
        demo::{Player, Script},
        process::journal::{End, Ran},
    },
    views,
};

use crate::picture::Picture;

/// The sizes that pictures are taken at.
pub const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 50)];

/// How things look in pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dress {
    /// The dark theme.
    Dark,
    /// No colours.
    Mono,
    /// No colours, and no signs beyond ASCII.
    Ascii,
}

impl Dress {
    pub const ALL: [Self; 3] = [Self::Dark, Self::Mono, Self::Ascii];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Mono => "mono",
            Self::Ascii => "ascii",
        }
    }

    fn theme(self) -> Theme {
        Theme::named(if self == Self::Dark { "dark" } else { "mono" }, Path::new("")).unwrap()
    }

    fn glyphs(self) -> Glyphs {
        if self == Self::Ascii { Glyphs::Ascii } else { Glyphs::Unicode }
    }
}

/// The console.
pub struct Console {
    pub state: State,
    /// What followed from the last keys, besides orders and filters.
    pub effects: Vec<Effect>,
    player: Player,
    narrowing: Narrowing,
    script: Script,
    now: Duration,
    dress: Dress,
}

impl Console {
    /// A console that was opened just now.
    pub fn new(size: (u16, u16), dress: Dress) -> Self {
        Self::of(Script::default(), size, dress)
    }

    /// The same, of another script.
    pub fn of(script: Script, size: (u16, u16), dress: Dress) -> Self {
        let themes =
            Theme::built_in().map(|name| (name.to_owned(), Theme::named(name, Path::new("")).unwrap()));
        let settings = Settings {
            config: Config::default(),
            read_only: false,
            theme: dress.theme(),
            themes: themes.collect::<Vec<_>>().into(),
            glyphs: dress.glyphs(),
            keymap: Keymap::default(),
            flake: None,
            folder: "/home/me".into(),
        };
        let state = State::new(settings, size, script.begins);
        let mut console = Self {
            state,
            effects: Vec::new(),
            player: Player::new(script.clone()).unwrap(),
            narrowing: Narrowing::default(),
            script,
            now: Duration::ZERO,
            dress,
        };
        let effects = begin(&mut console.state);
        console.follow(effects);
        console.play(0.0);
        console
    }

    /// One that has evaluated and asked the hosts.
    pub fn ready(size: (u16, u16), dress: Dress) -> Self {
        let mut console = Self::new(size, dress);
        console.play(60.0);
        console
    }

    /// Lets so many seconds go by.
    pub fn play(&mut self, seconds: f64) -> &mut Self {
        let until = self.now + Duration::from_secs_f64(seconds);
        while let Some(due) = self.player.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            let report = self.player.step();
            self.tell(Msg::Ticked(self.player.time()));
            match report {
                Some(report) => self.tell(Msg::Reported(Box::new(report))),
                None => self.tell(Msg::LogAdvanced),
            }
        }
        self.now = until;
        let nothing_more = self.player.play_until(until);
        assert!(nothing_more.is_empty());
        self.tell(Msg::Ticked(self.script.begins + until));
        self.tell(Msg::LogAdvanced);
        self
    }

    /// Presses keys, written as in the configuration file, one after the other.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.effects.clear();
        for key in keys.parse::<Chord>().unwrap().0 {
            self.tell(Msg::Pressed(key));
        }
        self
    }

    /// Types a text.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        self.effects.clear();
        for character in text.chars() {
            self.tell(Msg::Pressed(Key::plain(KeyCode::Char(character))));
        }
        self
    }

    /// Makes the terminal another size.
    #[allow(dead_code, reason = "not every room of these tests needs it")]
    pub fn resize(&mut self, (width, height): (u16, u16)) -> &mut Self {
        self.tell(Msg::Resized { width, height });
        self
    }

    /// What is on the screen, looked over.
    pub fn shot(&self) -> Picture {
        let picture = Picture::new(self.draw(), &self.state.settings.theme);
        picture.look_over(&self.state, self.dress);
        picture
    }

    /// Compares what is on the screen with what was there: `NAME.WIDTHxHEIGHT.DRESS.snap`.
    pub fn expect(&self, name: &str) {
        let (width, height) = self.state.size;
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = format!("{name}.{width}x{height}.{}", self.dress.name());
        settings.bind(|| insta::assert_snapshot!(name, self.shot()));
    }

    pub fn draw(&self) -> Buffer {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| views::draw(frame, &self.state)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Tells of something that happened.
    pub fn tell(&mut self, msg: Msg) {
        let effects = update(&mut self.state, msg);
        self.follow(effects);
    }

    /// What such a console would have run.
    fn commands(&self) -> Vec<Ran> {
        let ran = |second, command: &str, end| Ran {
            at: self.script.begins + Duration::from_secs(second),
            command: command.to_owned(),
            end,
        };
        let took = |millis, end| Some((Duration::from_millis(millis), end));
        vec![
            ran(0, "git -C /home/me/fleet rev-parse HEAD", took(12, End::Status(0))),
            ran(4, "ssh root@gate.lab.example sh -s  # survey", took(1204, End::Status(255))),
            ran(9, "nix build --no-link '/nix/store/0abc-gate.drv^out'", None),
        ]
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Order(order) => self.player.order(order),
                Effect::Filter(question) => {
                    let answer = self.narrowing.answer(&question, || true).unwrap();
                    self.tell(Msg::Filtered(answer));
                }
                Effect::ReadCommands => self.tell(Msg::Commands(self.commands())),
                other => self.effects.push(other),
            }
        }
    }
}
