//! Keys and chords, as they are pressed and as they are written: `F`, `ctrl-d`, `alt-enter`, `g g`.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::backend::{
    error::{Error, ErrorKind},
    fleet::nearest,
};

/// One key with what was held down with it.
///
/// Equal keys are equal values, however the terminal told them: `shift` belongs to the character where there is one (`F`, not `shift-f`), the case of a letter to nothing where `ctrl` is held, and `shift-tab` is a `Tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key itself, never `BackTab`.
    pub code: KeyCode,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift; never with a character.
    pub shift: bool,
}

/// Keys pressed one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Chord(pub Vec<Key>);

/// The keys that have a name instead of a character.
const NAMED: [(&str, KeyCode); 15] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
];

/// How others write what we write differently.
const ALIASES: [(&str, &str); 18] = [
    ("c", "ctrl"),
    ("control", "ctrl"),
    ("m", "alt"),
    ("a", "alt"),
    ("meta", "alt"),
    ("option", "alt"),
    ("s", "shift"),
    ("return", "enter"),
    ("ret", "enter"),
    ("cr", "enter"),
    ("escape", "esc"),
    ("bs", "backspace"),
    ("del", "delete"),
    ("ins", "insert"),
    ("pgup", "pageup"),
    ("pgdn", "pagedown"),
    ("spc", "space"),
    ("backtab", "shift-tab"),
];

/// The last function key that terminals have codes for.
const LAST_FUNCTION_KEY: u8 = 24;

impl Key {
    /// A key alone.
    #[must_use]
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// The key that an event presses: none when it is let go, nor when something is held that has no name here, such as Super.
    #[must_use]
    pub fn pressed(event: KeyEvent) -> Option<Self> {
        let nameless = KeyModifiers::SUPER | KeyModifiers::HYPER;
        (event.kind != KeyEventKind::Release && !event.modifiers.intersects(nameless)).then(|| event.into())
    }

    /// The character that this key types into a text, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    fn normal(mut self) -> Self {
        match self.code {
            KeyCode::BackTab => {
                self.code = KeyCode::Tab;
                self.shift = true;
            }
            KeyCode::Char(c) if self.ctrl => {
                self.code = KeyCode::Char(c.to_ascii_lowercase());
                self.shift = false;
            }
            KeyCode::Char(c) if self.shift => {
                self.code = KeyCode::Char(upper(c));
                self.shift = false;
            }
            _ => {}
        }
        self
    }
}

/// The upper case of a letter, where that is one letter: `ß` stays what it is.
fn upper(c: char) -> char {
    let mut letters = c.to_uppercase();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => letter,
        _ => c,
    }
}

impl From<KeyEvent> for Key {
    /// The key of an event, whether it goes down or up: see [`Key::pressed`].
    fn from(event: KeyEvent) -> Self {
        let held = |modifier| event.modifiers.contains(modifier);
        let (ctrl, shift) = (held(KeyModifiers::CONTROL), held(KeyModifiers::SHIFT));
        let alt = held(KeyModifiers::ALT) || held(KeyModifiers::META);
        Self { code: event.code, ctrl, alt, shift }.normal()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            // No binding can name them, but a message may.
            (None, code) => f.write_str(&code.to_string().to_lowercase().replace(' ', "-")),
        }
    }
}

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).map_err(|why| {
            let error = Error::new(ErrorKind::Configuration, format!("{text:?} is no key: {}", why.said));
            match why.instead.or_else(|| guess(text)) {
                Some(guess) => error.hint(format!("did you mean {guess:?}?")),
                None => error.hint("keys are written like F, ctrl-d, alt-enter, space, f5"),
            }
        })
    }
}

/// Why a text is no key, and what would be one.
struct Why {
    said: String,
    instead: Option<String>,
}

fn parse(text: &str) -> Result<Key, Why> {
    let because = |said: &str| Why { said: said.to_owned(), instead: None };
    let mut key = Key::plain(KeyCode::Null);
    let mut name = text;
    while let Some((modifier, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
        let held = match modifier {
            "ctrl" => &mut key.ctrl,
            "alt" => &mut key.alt,
            "shift" => &mut key.shift,
            _ => break,
        };
        if std::mem::replace(held, true) {
            return Err(because(&format!("{modifier} is there twice")));
        }
        name = rest;
    }
    key.code = code(name).ok_or_else(|| because("there is none of that name"))?;
    let Some(c) = (match key.code {
        KeyCode::Char(c) => Some(c),
        _ => None,
    }) else {
        return Ok(key.normal());
    };
    if key.shift && !key.ctrl && upper(c) == c && !c.is_uppercase() {
        return Err(because("with shift, write the character that it makes"));
    }
    let same = match c.to_ascii_lowercase() {
        'i' => "tab",
        'm' => "enter",
        '[' => "esc",
        _ => return Ok(key.normal()),
    };
    if key.ctrl {
        let alt = if key.alt { "alt-" } else { "" };
        let said = format!("terminals tell it as {same}");
        return Err(Why { said, instead: Some(format!("{alt}{same}")) });
    }
    Ok(key.normal())
}

/// The key of a name or a character.
fn code(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        return (!c.is_whitespace() && !c.is_control()).then_some(KeyCode::Char(c));
    }
    let name = name.to_ascii_lowercase();
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some(*code);
    }
    let number = name.strip_prefix('f').filter(|digits| !digits.starts_with(['0', '+']))?.parse().ok()?;
    (1..=LAST_FUNCTION_KEY).contains(&number).then_some(KeyCode::F(number))
}

/// What somebody who writes `<C-d>`, `Ctrl+D` or `pgdown` means.
fn guess(text: &str) -> Option<String> {
    let text = text.trim_start_matches('<').trim_end_matches('>').replace('+', "-");
    let mut parts = text.split('-').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let last = parts.len().checked_sub(1)?;
    for (at, part) in parts.iter_mut().enumerate() {
        let alone = at == last && part.chars().count() == 1;
        let alias = ALIASES.iter().find(|(theirs, _)| part.eq_ignore_ascii_case(theirs) && !alone);
        if let Some((_, ours)) = alias {
            (*ours).clone_into(part);
        } else if at < last {
            nearest(&part.to_lowercase(), ["ctrl", "alt", "shift"])?.clone_into(part);
        } else if code(part).is_none() {
            let names = NAMED.iter().map(|(name, _)| *name);
            nearest(&part.to_lowercase(), names)?.clone_into(part);
        }
    }
    parse(&parts.join("-")).ok().map(|key| key.to_string())
}

impl From<Key> for Chord {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            let between = if at == 0 { "" } else { " " };
            write!(f, "{between}{key}")?;
        }
        Ok(())
    }
}

impl FromStr for Chord {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let keys = text.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "a chord needs a key")
                .hint("the space bar is written space"));
        }
        Ok(Self(keys))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(code: KeyCode, modifiers: KeyModifiers) -> String {
        Key::from(KeyEvent::new(code, modifiers)).to_string()
    }

    #[test]
    fn what_is_written_is_what_a_terminal_tells() {
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const CTRL: KeyModifiers = KeyModifiers::CONTROL;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        for (code, modifiers, written) in [
            (KeyCode::Char('F'), SHIFT, "F"),
            (KeyCode::Char('F'), NONE, "F"),
            (KeyCode::Char('f'), SHIFT, "F"),
            (KeyCode::Char('ü'), SHIFT, "Ü"),
            (KeyCode::Char('?'), SHIFT, "?"),
            (KeyCode::Char('d'), CTRL, "ctrl-d"),
            (KeyCode::Char('D'), CTRL | SHIFT, "ctrl-d"),
            (KeyCode::Char('-'), CTRL, "ctrl--"),
            (KeyCode::Char('-'), NONE, "-"),
            (KeyCode::Char(' '), NONE, "space"),
            (KeyCode::Char(' '), CTRL, "ctrl-space"),
            (KeyCode::Enter, KeyModifiers::ALT, "alt-enter"),
            (KeyCode::BackTab, SHIFT, "shift-tab"),
            (KeyCode::BackTab, NONE, "shift-tab"),
            (KeyCode::Up, CTRL | KeyModifiers::ALT | SHIFT, "ctrl-alt-shift-up"),
            (KeyCode::F(5), NONE, "f5"),
        ] {
            assert_eq!(told(code, modifiers), written);
            assert_eq!(written.parse::<Key>().unwrap(), Key::from(KeyEvent::new(code, modifiers)));
        }
        for (ours, canonical) in [("ctrl-D", "ctrl-d"), ("shift-f", "F"), ("Enter", "enter"), ("F5", "f5")] {
            assert_eq!(ours.parse::<Key>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn only_what_goes_down_counts() {
        let mut event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(Key::pressed(event), Some(Key::plain(KeyCode::Char('q'))));
        event.kind = KeyEventKind::Repeat;
        assert!(Key::pressed(event).is_some());
        event.kind = KeyEventKind::Release;
        assert_eq!(Key::pressed(event), None);
        assert_eq!(Key::pressed(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::SUPER)), None);
        assert_eq!(Key::plain(KeyCode::Char('q')).typed(), Some('q'));
        assert_eq!("alt-q".parse::<Key>().unwrap().typed(), None);
    }

    #[test]
    fn a_mistake_is_met_with_a_guess() {
        for (text, says) in [
            ("<C-d>", "did you mean \"ctrl-d\"?"),
            ("Ctrl+Shift+Up", "did you mean \"ctrl-shift-up\"?"),
            ("crtl-x", "did you mean \"ctrl-x\"?"),
            ("M-Return", "did you mean \"alt-enter\"?"),
            ("pgdn", "did you mean \"pagedown\"?"),
            ("pagedwon", "did you mean \"pagedown\"?"),
            ("escape", "did you mean \"esc\"?"),
            ("f25", "there is none of that name"),
            ("ctrl-ctrl-d", "ctrl is there twice"),
            ("ctrl-", "there is none of that name"),
            ("ctrl-I", "terminals tell it as tab; did you mean \"tab\"?"),
            ("ctrl-alt-m", "did you mean \"alt-enter\"?"),
            ("shift-/", "write the character that it makes"),
            ("\u{1b}", "\"\\u{1b}\" is no key"),
            ("", "\"\" is no key"),
        ] {
            let error = text.parse::<Key>().unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
        assert!("".parse::<Chord>().unwrap_err().to_string().contains("space"));
        assert!("g <C-d>".parse::<Chord>().unwrap_err().to_string().contains("ctrl-d"));
    }

    fn keys() -> impl Strategy<Value = Key> {
        let named = proptest::sample::select(NAMED.map(|(_, code)| code).to_vec());
        let characters = any::<char>()
            .prop_filter("a character that can be written", |c| !c.is_whitespace() && !c.is_control());
        let code = prop_oneof![
            named,
            characters.prop_map(KeyCode::Char),
            proptest::char::range('!', '~').prop_map(KeyCode::Char),
            (1..=LAST_FUNCTION_KEY).prop_map(KeyCode::F),
            Just(KeyCode::BackTab),
        ];
        let key = (code, any::<bool>(), any::<bool>(), any::<bool>());
        let key = key.prop_map(|(code, ctrl, alt, shift)| Key { code, ctrl, alt, shift }.normal());
        key.prop_filter("a key that terminals can tell", |key| {
            !(key.ctrl && matches!(key.code, KeyCode::Char('i' | 'm' | '[')))
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(keys in proptest::collection::vec(keys(), 1..5)) {
            let chord = Chord(keys);
            prop_assert_eq!(chord.to_string().parse::<Chord>().unwrap(), chord);
        }

        #[test]
        fn any_text_is_a_chord_or_an_error(text in "[ -~]{0,12}|(ctrl|alt|shift|C|<)?[-+]?\\PC{0,4}") {
            if let Ok(chord) = text.parse::<Chord>() {
                prop_assert_eq!(chord.to_string().parse::<Chord>().unwrap(), chord);
            }
        }
    }
}
