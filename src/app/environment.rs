//! What the environment says of the terminal.

/// What the terminal can show, as far as variables tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// The operator wants no colour: `NO_COLOR` is set and not empty (<https://no-color.org>).
    pub no_color: bool,
    /// How many colours there are.
    pub depth: Depth,
    /// The background is light, which only few terminals say (`COLORFGBG`).
    pub light: bool,
    /// The locale is one of UTF-8.
    pub unicode: bool,
    /// What stands between us and the terminal.
    pub multiplexer: Multiplexer,
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The sixteen whose looks the operator chose.
    Sixteen,
    /// The palette of xterm.
    Indexed,
    /// Any.
    True,
}

/// A program that draws our terminal in its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// None that we know of.
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// Values of `TERM` that promise all colours, though nothing else may say so: `COLORTERM` does not travel over SSH.
const TRUE_COLOR: [&str; 8] =
    ["-direct", "truecolor", "kitty", "ghostty", "alacritty", "wezterm", "foot", "contour"];

impl Environment {
    /// Reads variables with `get`.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        let color_term = get("COLORTERM").is_some_and(|value| matches!(&*value, "truecolor" | "24bit"));
        let depth = if color_term || TRUE_COLOR.iter().any(|known| term.contains(known)) {
            Depth::True
        } else if term.contains("256color") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&get).unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        let multiplexer = if get("TMUX").is_some() {
            Multiplexer::Tmux
        } else if get("STY").is_some() {
            Multiplexer::Screen
        } else {
            Multiplexer::None
        };
        Self {
            no_color: get("NO_COLOR").is_some(),
            depth,
            light: get("COLORFGBG").is_some_and(|value| value.ends_with(";7") || value.ends_with(";15")),
            unicode: locale.contains("utf-8") || locale.contains("utf8"),
            multiplexer,
        }
    }

    /// Reads the variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_are_counted() {
        for (variables, depth) in [
            (&[][..], Depth::Sixteen),
            (&[("TERM", "linux")], Depth::Sixteen),
            (&[("TERM", "tmux-256color")], Depth::Indexed),
            (&[("TERM", "tmux-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "xterm"), ("COLORTERM", "yes")], Depth::Sixteen),
        ] {
            assert_eq!(read(variables).depth, depth, "{variables:?}");
        }
        assert!(read(&[("NO_COLOR", "1")]).no_color);
        assert!(!read(&[("NO_COLOR", "")]).no_color);
        assert!(read(&[("COLORFGBG", "0;default;15")]).light);
        assert!(!read(&[("COLORFGBG", "15;0")]).light);
    }

    #[test]
    fn the_first_locale_that_says_something_counts() {
        for (variables, unicode) in [
            (&[][..], false),
            (&[("LANG", "de_DE.UTF-8")], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")], false),
            (&[("LC_ALL", ""), ("LC_CTYPE", "en_US.UTF-8"), ("LANG", "C")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], false),
        ] {
            assert_eq!(read(variables).unicode, unicode, "{variables:?}");
        }
    }

    #[test]
    fn multiplexers_are_known() {
        assert_eq!(read(&[("TMUX", "/tmp/t,1,0")]).multiplexer, Multiplexer::Tmux);
        assert_eq!(read(&[("STY", "1.pts")]).multiplexer, Multiplexer::Screen);
        assert_eq!(read(&[]).multiplexer, Multiplexer::None);
    }
}
