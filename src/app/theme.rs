//! Colours by what they mean. A view names a [`Role`]; what that looks like is a theme's business.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
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
    pub const ALL: [Self; 20] = [
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
}

/// What each role looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

impl Default for Theme {
    fn default() -> Self {
        let plain = Style::new();
        let styles = Role::ALL.map(|role| match role {
            Role::Text | Role::Value => plain,
            Role::Faint | Role::Border | Role::Lost => plain.fg(Color::DarkGray),
            Role::Head => plain.add_modifier(Modifier::BOLD),
            Role::Bar | Role::CursorElsewhere => plain.bg(Color::DarkGray).fg(Color::White),
            Role::BorderFocused | Role::Name => plain.fg(Color::Cyan),
            Role::Cursor => plain.bg(Color::Cyan).fg(Color::Black),
            Role::Marked | Role::Warn => plain.fg(Color::Yellow),
            Role::Place | Role::Busy => plain.fg(Color::Blue),
            Role::Match => plain.fg(Color::Yellow).add_modifier(Modifier::UNDERLINED),
            Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            Role::Good => plain.fg(Color::Green),
            Role::Bad => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            Role::Unknown => plain.fg(Color::Magenta),
        });
        Self { styles }
    }
}
