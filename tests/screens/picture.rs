//! A screen as text: its lines, and where they don't look like plain text, how they look instead.

use std::{collections::BTreeMap, fmt};

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
};
use steading::app::{
    glyph::{Glyph, Glyphs},
    state::{Part, State},
    theme::{Role, Theme},
};
use unicode_width::UnicodeWidthStr;

use crate::console::Dress;

/// A screen as text.
pub struct Picture {
    buffer: Buffer,
    looks: Vec<(String, Look)>,
}

/// Foreground, background and what else there is to a cell.
type Look = (Color, Color, Modifier);

impl Picture {
    pub fn new(buffer: Buffer, theme: &Theme) -> Self {
        Self { buffer, looks: known(theme) }
    }

    /// The lines of the screen, without blanks at their ends.
    pub fn lines(&self) -> Vec<String> {
        (0..self.buffer.area.height).map(|y| self.line(y).trim_end().to_owned()).collect()
    }

    /// Whether a text stands somewhere.
    pub fn shows(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    fn cells(&self, y: u16) -> impl Iterator<Item = (u16, &Cell)> {
        let mut next = 0;
        (0..self.buffer.area.width).filter_map(move |x| {
            let cell = &self.buffer[(x, y)];
            let covered = x < next;
            if !covered {
                next = x + u16::try_from(cell.symbol().width()).unwrap().max(1);
            }
            (!covered).then_some((x, cell))
        })
    }

    fn line(&self, y: u16) -> String {
        self.cells(y).map(|(_, cell)| cell.symbol()).collect()
    }

    /// What is true of every screen.
    pub fn look_over(&self, state: &State, dress: Dress) {
        let screen = self.lines().join("\n");
        for y in 0..self.buffer.area.height {
            let line = self.line(y);
            assert!(!line.contains(char::is_control), "a control character in line {y}:\n{screen}");
            assert_eq!(line.width(), usize::from(self.buffer.area.width), "line {y}:\n{screen}");
            assert!(dress != Dress::Ascii || line.is_ascii(), "line {y}: {line:?}");
            look_for_words(&line);
        }
        if dress != Dress::Dark {
            self.look_for_cursor(state, &screen);
        }
    }

    /// Where the keys go can be seen without any colour.
    fn look_for_cursor(&self, state: &State, screen: &str) {
        let Some(layout) = state.layout() else { return };
        let Some(area) = layout.part(state.part) else { return };
        let empty = match state.part {
            Part::List => state.list(state.pane).is_none_or(steading::app::listing::Listing::is_empty),
            Part::Detail => views_nothing(state),
            Part::Log => true,
        };
        if empty || !state.layers.is_empty() {
            return;
        }
        let sign = state.settings.glyphs.of(Glyph::Cursor);
        let modifiers = state.settings.theme.style(Role::Cursor).add_modifier;
        let row = (area.top() + 1..area.bottom() - 1).find(|y| {
            let marked = self.buffer[(area.left() + 1, *y)].symbol() == sign;
            let whole = (area.left() + 1..area.left() + 5)
                .all(|x| self.buffer[(x, *y)].modifier.contains(modifiers) && !modifiers.is_empty());
            marked && whole
        });
        assert!(row.is_some(), "the row under the cursor can't be seen:\n{screen}");
    }
}

/// No sign of how something stands is left without a word.
fn look_for_words(line: &str) {
    let signs = [Glyph::Good, Glyph::Busy, Glyph::Warn, Glyph::Bad, Glyph::Change];
    let is_sign = |c: char| signs.iter().any(|sign| Glyphs::Unicode.of(*sign).starts_with(c));
    let idle = [Glyph::Idle, Glyph::Unknown];
    let is_idle = |c: char| idle.iter().any(|sign| Glyphs::Unicode.of(*sign).starts_with(c));
    let mut rest = line;
    while let Some(at) = rest.find(is_sign) {
        rest = rest[at..].trim_start_matches(|c| is_sign(c) || is_idle(c) || c == ' ');
        assert!(rest.starts_with(|c: char| c.is_alphanumeric() || "'\"/-(&".contains(c)), "{line}");
    }
}

fn views_nothing(state: &State) -> bool {
    steading::views::document::of(state).rows.is_empty()
}

fn look_of(cell: &Cell) -> Look {
    (cell.fg, cell.bg, cell.modifier)
}

/// The looks that can be named: of a role, and of a role on a surface. Where two are alike the first lends its name.
fn known(theme: &Theme) -> Vec<(String, Look)> {
    let base = Style::reset().patch(theme.style(Role::Screen)).patch(theme.style(Role::Text));
    let surfaces = [None, Some(Role::Bar), Some(Role::Cursor), Some(Role::CursorElsewhere)];
    let mut looks: Vec<(String, Look)> = Vec::new();
    for surface in surfaces {
        for role in [Role::Text].into_iter().chain(Role::ALL) {
            let mut name = role.name().to_owned();
            let own = theme.style(role);
            // A surface is painted before what stands on it, or after.
            let mut styles = vec![base.patch(own)];
            if let Some(surface) = surface {
                let under = theme.style(surface);
                styles = vec![base.patch(own).patch(under), base.patch(under).patch(own)];
                let plain = role == Role::Text || role == surface;
                name = if plain { surface.name().to_owned() } else { format!("{name}@{}", surface.name()) };
            }
            for style in styles {
                let color = |color: Option<Color>| color.unwrap_or(Color::Reset);
                let look = (color(style.fg), color(style.bg), style.add_modifier);
                if looks.iter().all(|(_, known)| *known != look) {
                    looks.push((name.clone(), look));
                }
            }
        }
    }
    looks
}

impl fmt::Display for Picture {
    /// The lines between bars, then for each line the columns that look otherwise than plain text, then what the names of those looks stand for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines() {
            writeln!(f, "|{line}")?;
        }
        let mut used = BTreeMap::new();
        let plain = self.looks[0].1;
        writeln!(f)?;
        let mut lines: Vec<(u16, u16, String)> = Vec::new();
        for y in 0..self.buffer.area.height {
            let mut runs: Vec<(u16, u16, Look)> = Vec::new();
            for (x, cell) in self.cells(y) {
                let look = look_of(cell);
                match runs.last_mut() {
                    Some((_, end, last)) if *last == look => *end = x,
                    _ => runs.push((x, x, look)),
                }
            }
            let runs = runs.into_iter().filter(|(.., look)| *look != plain).map(|(from, to, look)| {
                let name = self.name(look);
                used.insert(name.clone(), look);
                format!("{from}-{to} {name}")
            });
            let runs = runs.collect::<Vec<_>>().join(", ");
            match lines.last_mut() {
                Some((_, last, same)) if *same == runs => *last = y,
                _ => lines.push((y, y, runs)),
            }
        }
        for (from, to, runs) in lines.iter().filter(|(.., runs)| !runs.is_empty()) {
            let lines = if from == to { from.to_string() } else { format!("{from}-{to}") };
            writeln!(f, "{lines}: {runs}")?;
        }
        writeln!(f)?;
        used.insert(self.name(plain), plain);
        for (name, look) in used {
            writeln!(f, "{name} = {}", written(look))?;
        }
        Ok(())
    }
}

impl Picture {
    fn name(&self, look: Look) -> String {
        let known = self.looks.iter().find(|(_, known)| *known == look);
        known.map_or_else(|| written(look), |(name, _)| name.clone())
    }
}

fn written((fg, bg, modifier): Look) -> String {
    let color = |color: Color| if color == Color::Reset { "-".to_owned() } else { color.to_string() };
    let modifiers = modifier.iter_names().map(|(name, _)| format!("/{}", name.to_lowercase()));
    let modifiers = modifiers.collect::<Vec<_>>().concat();
    format!("{}/{}{modifiers}", color(fg), color(bg))
}
