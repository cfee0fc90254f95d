//! Colours by what they mean. A view names a [`Role`]; what that looks like is a theme's business.
//!
//! A theme is a file of TOML: `[roles]` gives each role `fg`, `bg`, `bold`, `dim`, `italic`, `underline` and `reverse`; `inherits` names the theme that gives the roles which are left out. Ours are in `themes/`, the operator's own in `$XDG_CONFIG_HOME/steading/themes/`.

mod color;
#[cfg(test)]
mod tests;

use std::{fs, io, path::Path};

use ratatui::style::{Modifier, Style};

use super::{
    environment::{Depth, Environment},
    settings::{self, Setting},
};
use crate::backend::error::{Error, ErrorKind, Result};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What everything else is drawn on: the whole screen is filled with it first.
    Screen,
    /// Ordinary text.
    Text,
    /// Text beside the point: units, hints, what is disabled.
    Faint,
    /// Column heads and titles.
    Head,
    /// The line at the top, and the one at the bottom.
    Bar,
    /// Frames of panes that don't have the keys.
    Border,
    /// The frame of the pane that has the keys.
    BorderFocused,
    /// The row under the cursor, where the keys go.
    Cursor,
    /// The row under the cursor of a pane that doesn't have the keys.
    CursorElsewhere,
    /// A row that is marked.
    Marked,
    /// Names of hosts, options, services, secrets.
    Name,
    /// Values.
    Value,
    /// A place in a file.
    Place,
    /// What a filter or a search found.
    Match,
    /// A key that can be pressed.
    Key,
    /// Well.
    Good,
    /// At work.
    Busy,
    /// Worth a look.
    Warn,
    /// Failed.
    Bad,
    /// Not known.
    Unknown,
    /// A definition that lost, a host that was left out.
    Lost,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Screen,
        Self::Text,
        Self::Faint,
        Self::Head,
        Self::Bar,
        Self::Border,
        Self::BorderFocused,
        Self::Cursor,
        Self::CursorElsewhere,
        Self::Marked,
        Self::Name,
        Self::Value,
        Self::Place,
        Self::Match,
        Self::Key,
        Self::Good,
        Self::Busy,
        Self::Warn,
        Self::Bad,
        Self::Unknown,
        Self::Lost,
    ];

    /// What others are drawn on. Only these may have a background, so that it doesn't matter whether a row or what stands in it is styled first.
    pub const SURFACES: [Self; 4] = [Self::Screen, Self::Bar, Self::Cursor, Self::CursorElsewhere];

    /// Its name in a theme.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Text => "text",
            Self::Faint => "faint",
            Self::Head => "head",
            Self::Bar => "bar",
            Self::Border => "border",
            Self::BorderFocused => "border-focused",
            Self::Cursor => "cursor",
            Self::CursorElsewhere => "cursor-elsewhere",
            Self::Marked => "marked",
            Self::Name => "name",
            Self::Value => "value",
            Self::Place => "place",
            Self::Match => "match",
            Self::Key => "key",
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
            Self::Lost => "lost",
        }
    }
}

/// The themes that are always there.
const BUILT_IN: [(&str, &str); 7] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("deuteranopia", include_str!("../../themes/deuteranopia.toml")),
    ("tritanopia", include_str!("../../themes/tritanopia.toml")),
    (SIXTEEN, include_str!("../../themes/ansi16.toml")),
    (MONO, include_str!("../../themes/mono.toml")),
];
const SIXTEEN: &str = "ansi16";
const MONO: &str = "mono";

/// What each role looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

/// A theme while it is put together.
type Styles = [Option<Style>; Role::ALL.len()];

impl Theme {
    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The names of the themes that are always there.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.into_iter().map(|(name, _)| name)
    }

    /// The theme of a name. A file in `folder` wins over ours of the same name, and may inherit from it.
    pub fn named(name: &str, folder: &Path) -> Result<Self> {
        let mut styles: Styles = [None; Role::ALL.len()];
        let mut seen = Vec::new();
        let mut next = Some((name.to_owned(), None));
        while let Some((name, asked)) = next.take() {
            let source = Source::find(&name, folder, &seen).map_err(|error| match &asked {
                Some(setting) => locate(error, setting),
                None => error,
            })?;
            seen.push(source.label.clone());
            next = source.apply(&mut styles)?;
        }
        let mut whole = [Style::new(); Role::ALL.len()];
        for role in Role::ALL {
            whole[role as usize] = styles[role as usize].ok_or_else(|| {
                let label = seen.first().map_or(name, String::as_str);
                let error =
                    Error::new(ErrorKind::Configuration, format!("{label} leaves out {:?}", role.name()));
                error.hint("inherit it: inherits = \"dark\"")
            })?;
        }
        Ok(Self { styles: whole })
    }

    /// The theme for this terminal: `mono` where no colour is wanted, else the chosen one as far as the terminal has the colours for it; and where none was chosen one that surely can be read.
    pub fn for_environment(chosen: Option<&str>, environment: &Environment, folder: &Path) -> Result<Self> {
        // What was chosen is read in any case: a mistake in it should not wait for another terminal.
        let theme = chosen.map(|name| Self::named(name, folder)).transpose()?;
        let name = match (theme, environment.depth) {
            _ if environment.no_color => MONO,
            (Some(theme), Depth::True) => return Ok(theme),
            (Some(theme), Depth::Indexed) => return Ok(theme.mapped(color::indexed)),
            (Some(theme), Depth::Sixteen) if !theme.needs_more_than_sixteen() => return Ok(theme),
            (None, Depth::True) if environment.light => "light",
            (None, Depth::True) => "dark",
            _ => SIXTEEN,
        };
        Self::named(name, folder)
    }

    fn mapped(mut self, map: fn(ratatui::style::Color) -> ratatui::style::Color) -> Self {
        for style in &mut self.styles {
            style.fg = style.fg.map(map);
            style.bg = style.bg.map(map);
        }
        self
    }

    fn needs_more_than_sixteen(&self) -> bool {
        let colors = self.styles.iter().flat_map(|style| [style.fg, style.bg]);
        colors.flatten().any(color::is_beyond_sixteen)
    }
}

impl Default for Theme {
    /// `ansi16`, which suits every terminal.
    fn default() -> Self {
        // A built-in theme that can't be read is caught by the tests; a screen without styles is still a screen.
        let plain = Self { styles: [Style::new(); Role::ALL.len()] };
        Self::named(SIXTEEN, Path::new("")).unwrap_or(plain)
    }
}

/// The text of a theme.
struct Source {
    /// What it is called in errors: its file.
    label: String,
    text: String,
}

impl Source {
    fn find(name: &str, folder: &Path, seen: &[String]) -> Result<Self> {
        let error = |what: String| Error::new(ErrorKind::Configuration, what);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(error(format!("{name:?} is no name of a theme"))
                .hint("names have letters, digits, - and _; a theme of your own is themes/NAME.toml"));
        }
        let mut again = None;
        let file = folder.join(format!("{name}.toml"));
        let label = file.display().to_string();
        // Without a folder there are no themes of one's own; the working directory is not asked.
        if !folder.as_os_str().is_empty() {
            if seen.contains(&label) {
                again = Some(label);
            } else {
                match fs::read_to_string(&file) {
                    Ok(text) => return Ok(Self { label, text }),
                    Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                    Err(cause) => return Err(Error::io(label, &cause)),
                }
            }
        }
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
        let label = format!("themes/{name}.toml");
        match built_in {
            Some((_, text)) if !seen.contains(&label) => return Ok(Self { label, text: (*text).to_owned() }),
            Some(_) => again = Some(label),
            None => {}
        }
        if let Some(again) = again {
            let first = seen.iter().position(|label| *label == again).unwrap_or_default();
            let round = seen[first..].join(" → ");
            return Err(error(format!("themes inherit from each other without an end: {round} → {again}")));
        }
        let known = known(folder);
        let known = known.iter().map(String::as_str).collect::<Vec<_>>();
        Err(settings::unknown(error(format!("there is no theme {name:?}")), name, &known))
    }

    /// Gives the roles that nobody gave yet, and says who is to be asked for the others.
    fn apply(&self, styles: &mut Styles) -> Result<Option<(String, Option<Setting>)>> {
        let mut parent = None;
        for setting in Setting::read(&self.label, &self.text)?.entries()? {
            match &*setting.name {
                "inherits" => parent = Some((setting.text()?.to_owned(), Some(setting.clone()))),
                "roles" => {
                    for entry in setting.entries()? {
                        let role = Role::ALL.into_iter().find(|role| role.name() == entry.name);
                        let role =
                            role.ok_or_else(|| entry.unexpected("role", &Role::ALL.map(Role::name)))?;
                        let style = style(entry, role)?;
                        styles[role as usize].get_or_insert(style);
                    }
                }
                _ => return Err(setting.unexpected("part of a theme called", &["inherits", "roles"])),
            }
        }
        Ok(parent)
    }
}

/// Every theme that could be named.
fn known(folder: &Path) -> Vec<String> {
    let mut names = Theme::built_in().map(str::to_owned).collect::<Vec<_>>();
    let own = fs::read_dir(folder).into_iter().flatten().flatten();
    names.extend(own.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_owned())));
    names.sort();
    names.dedup();
    names
}

fn locate(error: Error, setting: &Setting) -> Error {
    if error.place.is_some() { error } else { error.at(setting.place.clone()) }
}

fn style(setting: &Setting, role: Role) -> Result<Style> {
    let mut style = Style::new();
    for part in setting.entries()? {
        let modifier = match &*part.name {
            "fg" => {
                style = style.fg(color::parse(part)?);
                continue;
            }
            "bg" if Role::SURFACES.contains(&role) => {
                style = style.bg(color::parse(part)?);
                continue;
            }
            "bg" => {
                let surfaces = Role::SURFACES.map(Role::name).join(", ");
                let error = part.error(format!("{} has no background of its own", role.name()));
                return Err(error.hint(format!("those that have: {surfaces}")));
            }
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            _ => {
                let known = ["fg", "bg", "bold", "dim", "italic", "underline", "reverse"];
                return Err(part.unexpected("attribute", &known));
            }
        };
        if part.flag()? {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}
