//! The operator's settings: `$XDG_CONFIG_HOME/steading/config.toml`, which need not exist. `docs/config.toml` shows every one of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{cli::Limit, glyph::Glyphs, keys::Chord, settings::Setting};
use crate::backend::{
    error::{Error, Result},
    fleet::Selection,
    model::Place,
};

/// What the operator set, and the defaults of the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The name of a theme; `None`: one that suits the terminal.
    pub theme: Option<String>,
    /// The folder of the operator's own themes.
    pub themes: PathBuf,
    /// Which signs are drawn; `None`: those that the locale can show.
    pub glyphs: Option<Glyphs>,
    /// Whether clicks and the wheel are for us. The terminal's own selecting needs Shift then.
    pub mouse: bool,
    /// When a deployment is asked about.
    pub confirm_deploy: Confirm,
    /// What may not be changed.
    pub read_only: ReadOnly,
    /// How many hosts are worked on at once.
    pub limit: u16,
    /// What to decrypt secrets with.
    pub secrets: Secrets,
    /// Keys for commands, instead of the default ones.
    pub keys: Vec<Binding>,
}

/// The operator's keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// Files with identities; none: the usual places are looked at.
    pub identities: Vec<String>,
    /// Plugins of age that may be run.
    pub plugins: Vec<String>,
}

/// When one is asked before something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// Always.
    Always,
    /// When something about it is risky.
    Risky,
    /// Never.
    Never,
}

/// What may not be changed from this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadOnly {
    /// Nothing is protected.
    Nothing,
    /// The whole fleet is.
    Fleet,
    /// The hosts that these terms name, as [`Selection`] reads them.
    Hosts(Vec<String>),
}

/// The keys of a command. Whether there is such a command is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The command's id.
    pub command: String,
    /// Where this is written.
    pub place: Place,
    /// The keys, each with its place; none: the command has no key.
    pub chords: Vec<(Chord, Place)>,
}

const OPTIONS: [&str; 8] = ["theme", "glyphs", "mouse", "read_only", "limit", "confirm", "secrets", "keys"];
const CONFIRMED: [&str; 1] = ["deploy"];
const SECRETS: [&str; 2] = ["identities", "plugins"];
const AUTO: &str = "auto";

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: None,
            themes: PathBuf::new(),
            glyphs: None,
            mouse: false,
            confirm_deploy: Confirm::Always,
            read_only: ReadOnly::Nothing,
            limit: Limit::default().limit,
            secrets: Secrets::default(),
            keys: Vec::new(),
        }
    }
}

impl Config {
    /// Reads `config.toml` in a folder; without one everything is as by default.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("config.toml");
        let label = file.display().to_string();
        let config = match fs::read_to_string(&file) {
            Ok(text) => Self::parse(&label, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(Error::io(label, &error)),
        };
        Ok(Self { themes: folder.join("themes"), ..config })
    }

    /// Reads the text of a configuration; `file` is its name in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let mut config = Self::default();
        for setting in Setting::read(file, text)?.entries()? {
            match &*setting.name {
                "theme" => config.theme = Some(setting.text()?.to_owned()).filter(|name| name != AUTO),
                "glyphs" => {
                    config.glyphs = match setting.word(&[AUTO, "unicode", "ascii"])? {
                        "unicode" => Some(Glyphs::Unicode),
                        "ascii" => Some(Glyphs::Ascii),
                        _ => None,
                    };
                }
                "mouse" => config.mouse = setting.flag()?,
                "read_only" => config.read_only = read_only(setting)?,
                "limit" => config.limit = setting.number(1)?,
                "confirm" => {
                    for asked in setting.entries()? {
                        match &*asked.name {
                            "deploy" => config.confirm_deploy = confirm(asked)?,
                            _ => return Err(asked.unexpected("action to confirm called", &CONFIRMED)),
                        }
                    }
                }
                "secrets" => config.secrets = secrets(setting)?,
                "keys" => bindings("", setting, &mut config.keys)?,
                _ => return Err(setting.unexpected("option", &OPTIONS)),
            }
        }
        Ok(config)
    }
}

fn confirm(setting: &Setting) -> Result<Confirm> {
    Ok(match setting.word(&["always", "risky", "never"])? {
        "risky" => Confirm::Risky,
        "never" => Confirm::Never,
        _ => Confirm::Always,
    })
}

fn secrets(table: &Setting) -> Result<Secrets> {
    let mut secrets = Secrets::default();
    for setting in table.entries()? {
        let texts = || Ok(setting.texts()?.into_iter().map(|(text, _)| text.to_owned()).collect());
        match &*setting.name {
            "identities" => secrets.identities = texts()?,
            "plugins" => secrets.plugins = texts()?,
            _ => return Err(setting.unexpected("option of secrets called", &SECRETS)),
        }
    }
    Ok(secrets)
}

fn read_only(setting: &Setting) -> Result<ReadOnly> {
    if let Ok(whole) = setting.flag() {
        return Ok(if whole { ReadOnly::Fleet } else { ReadOnly::Nothing });
    }
    let terms =
        setting.texts().map_err(|_| setting.error("read_only must be true, false, or a list of hosts"))?;
    for (term, place) in &terms {
        Selection::parse(&[term]).map_err(|error| error.at((*place).clone()))?;
    }
    Ok(ReadOnly::Hosts(terms.into_iter().map(|(term, _)| term.to_owned()).collect()))
}

/// The bindings in a table. An id holds points, which make tables of it where it stands without quotes.
fn bindings(before: &str, table: &Setting, found: &mut Vec<Binding>) -> Result<()> {
    for setting in table.entries()? {
        let command = format!("{before}{}", setting.name);
        if setting.entries().is_ok() {
            bindings(&format!("{command}."), setting, found)?;
            continue;
        }
        let chords = setting.texts()?.into_iter().map(|(text, place)| {
            let chord = text.parse().map_err(|error: Error| error.at(place.clone()))?;
            Ok((chord, place.clone()))
        });
        let chords = chords.collect::<Result<_>>()?;
        found.push(Binding { command, place: setting.place.clone(), chords });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn parse(text: &str) -> Result<Config> {
        Config::parse("config.toml", text)
    }

    /// The sample with its options in force: they are what follows a `#` without a space.
    fn sample() -> String {
        let sample = fs::read_to_string("docs/config.toml").unwrap();
        let option = |line: &str| match line.strip_prefix('#') {
            Some(option) if !option.starts_with([' ', '#']) => option.to_owned(),
            _ => line.to_owned(),
        };
        sample.lines().map(option).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_sample_shows_every_option_with_its_default() {
        assert_eq!(parse(&sample()).unwrap(), Config::default());
        assert_eq!(parse(&fs::read_to_string("docs/config.toml").unwrap()).unwrap(), Config::default());
        let top = Setting::read("config.toml", &sample()).unwrap();
        let shown = top.entries().unwrap().iter().map(|setting| &*setting.name).collect::<Vec<_>>();
        assert_eq!(shown, OPTIONS);
        let confirmed = top.entries().unwrap().iter().find(|setting| setting.name == "confirm").unwrap();
        let shown = confirmed.entries().unwrap().iter().map(|setting| &*setting.name);
        assert_eq!(shown.collect::<Vec<_>>(), CONFIRMED);
        let secrets = top.entries().unwrap().iter().find(|setting| setting.name == "secrets").unwrap();
        let shown = secrets.entries().unwrap().iter().map(|setting| &*setting.name);
        assert_eq!(shown.collect::<Vec<_>>(), SECRETS);
    }

    #[test]
    fn the_samples_examples_are_understood() {
        let sample = fs::read_to_string("docs/config.toml").unwrap();
        let examples = sample.lines().filter_map(|line| line.strip_prefix("#     ")).collect::<Vec<_>>();
        let config = parse(&examples.join("\n")).unwrap();
        assert!(!config.keys.is_empty());
        assert!(matches!(config.read_only, ReadOnly::Hosts(_)));
        assert!(!config.secrets.identities.is_empty() && !config.secrets.plugins.is_empty());
    }

    #[test]
    fn options_are_read() {
        let text = "theme = 'light'\nglyphs = 'ascii'\nmouse = true\nread_only = ['gate', '!@core']\nlimit = 3\nconfirm.deploy = 'never'\n";
        let expected = Config {
            theme: Some("light".to_owned()),
            glyphs: Some(Glyphs::Ascii),
            mouse: true,
            confirm_deploy: Confirm::Never,
            read_only: ReadOnly::Hosts(vec!["gate".to_owned(), "!@core".to_owned()]),
            limit: 3,
            ..Config::default()
        };
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(parse("read_only = true").unwrap().read_only, ReadOnly::Fleet);
    }

    #[test]
    fn bindings_keep_their_lines() {
        let text = "[keys]\n'deploy.fleet' = [\n  'F',\n  'ctrl-x s',\n]\nhelp = '?'\nhosts.deploy = []\n";
        let keys = parse(text).unwrap().keys;
        let told = keys.iter().map(|binding| {
            let chords = binding.chords.iter().map(|(chord, place)| format!("{chord} at {place}"));
            let chords = chords.collect::<Vec<_>>().join(", ");
            format!("{}: {chords} ({})", binding.command, binding.place)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "deploy.fleet: F at config.toml:3, ctrl-x s at config.toml:4 (config.toml:2)",
                "help: ? at config.toml:6 (config.toml:6)",
                "hosts.deploy:  (config.toml:7)",
            ]
        );
    }

    #[test]
    fn a_mistake_is_met_with_its_line_and_a_guess() {
        for (text, says) in [
            ("\nthme = 'dark'", "config.toml:2: there is no option \"thme\"; did you mean \"theme\"?"),
            ("confirm.delpoy = 'never'", "action to confirm called \"delpoy\"; did you mean \"deploy\"?"),
            ("secrets.identity = 'x'", "option of secrets called \"identity\"; did you mean \"identities\"?"),
            ("confirm.deploy = 'nver'", "config.toml:1: deploy can't be \"nver\"; did you mean \"never\"?"),
            ("glyphs = 1", "config.toml:1: glyphs must be a text in quotes, not 1"),
            ("limit = 0", "config.toml:1: limit must be a number from 1 to 65535, not 0"),
            ("read_only = 3", "config.toml:1: read_only must be true, false, or a list of hosts"),
            ("read_only = [\n'a',\n'[b']", "config.toml:3: \"[b\" names no hosts"),
            ("keys.app.quit = ['q',\n'<C-c>']", "config.toml:2: \"<C-c>\" is no key"),
            ("keys = 1", "config.toml:1: keys must be a table, not 1"),
            ("keys.app = 1", "config.toml:1: app must be a text in quotes, or a list of them, not 1"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_missing_file_is_no_error_but_an_unreadable_one_is() {
        let folder = TempDir::new().unwrap();
        let config = Config::read(folder.path()).unwrap();
        assert_eq!(config, Config { themes: folder.path().join("themes"), ..Config::default() });
        fs::write(folder.path().join("config.toml"), "limit = 2").unwrap();
        assert_eq!(Config::read(folder.path()).unwrap().limit, 2);
        fs::write(folder.path().join("config.toml"), [0xff]).unwrap();
        let error = Config::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("config.toml: "), "{error}");
    }
}
