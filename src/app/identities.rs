//! The operator's identities: where they are, and how a terminal is asked for what unlocks them.

use std::{path::PathBuf, sync::Arc};

use directories::BaseDirs;
use tokio_util::sync::CancellationToken;

use super::{
    cli::{Cli, Keys},
    config::{self, Config},
    password,
    paths::Paths,
    progress::aside,
};
use crate::{
    backend::{
        error::{Error, ErrorKind, Result},
        secrets::{
            identity::{Answer, Ask, Nobody, Passphrase, Question, Sources},
            seal::Identities,
        },
    },
    views::report,
};

/// Opens the operator's identities for a command; what is locked is asked for on the terminal when it is needed.
pub fn open(cli: &Cli, cancel: &CancellationToken) -> Result<Identities> {
    let paths = Paths::find()?;
    let config = Config::read(&paths.config)?;
    let ask: Arc<dyn Ask> = Arc::new(OnTerminal { is_silent: cli.no_input, cancel: cancel.clone() });
    sources(&cli.keys, &config.secrets, &paths)?.open(&ask)
}

/// Where identities are looked for: what is on the command line (or in `STEADING_IDENTITY`), else what the configuration names, else the usual places.
pub fn sources(keys: &Keys, config: &config::Secrets, paths: &Paths) -> Result<Sources> {
    let home = BaseDirs::new().map(|folders| folders.home_dir().to_owned()).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "this user has no home folder").hint("set HOME")
    })?;
    let named = if keys.identities.is_empty() {
        let place = |path: &String| match path.strip_prefix("~/") {
            Some(rest) => home.join(rest),
            None => paths.config.join(path),
        };
        config.identities.iter().map(place).collect::<Vec<PathBuf>>()
    } else {
        keys.identities.clone()
    };
    let plugins = keys.plugins.iter().chain(&config.plugins).cloned().collect();
    Ok(Sources { named, usual: Sources::usual(&paths.config, &home), plugins })
}

/// Asks on the terminal that we belong to, past every pipe.
struct OnTerminal {
    /// Whether nobody is to be asked, or told anything. Waiting ends by the same Ctrl-C.
    is_silent: bool,
    cancel: CancellationToken,
}

impl Ask for OnTerminal {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        if self.is_silent {
            return Nobody.ask(question);
        }
        let text = report::printable(&question.text);
        let read = |question: &str, hidden| aside(|| password::line(question, hidden, &self.cancel));
        let line = match &question.answer {
            Answer::Hidden => read(&format!("{text}: "), true)?,
            Answer::Shown => read(&format!("{text}: "), false)?,
            Answer::Choice { yes, no } => {
                let (yes, no) = (report::printable(yes), report::printable(no.as_deref().unwrap_or("no")));
                let agreed =
                    matches!(read(&format!("{text} (y: {yes}, n: {no}) "), false)?.trim(), "y" | "Y" | "yes");
                return Ok(Passphrase::from(if agreed { "yes" } else { "no" }.to_owned()));
            }
        };
        Ok(Passphrase::from(line))
    }

    fn tell(&self, message: &str) {
        use std::io::Write as _;
        if self.is_silent {
            return;
        }
        aside(|| {
            let _ = writeln!(anstream::stderr(), "{}", report::printable(message));
        });
    }

    fn is_over(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> Paths {
        Paths { config: "/config".into(), cache: "/cache".into(), state: "/state".into() }
    }

    #[test]
    fn the_command_line_comes_before_the_configuration_and_that_before_the_usual_places() {
        let config = config::Secrets {
            identities: vec!["~/key".to_owned(), "beside".to_owned(), "/else/where".to_owned()],
            plugins: vec!["yubikey".to_owned()],
        };
        let given = Keys { identities: vec!["here".into()], plugins: vec!["tpm".to_owned()] };
        let all = sources(&given, &config, &paths()).unwrap();
        assert_eq!(all.named, [PathBuf::from("here")]);
        assert_eq!(all.plugins.iter().collect::<Vec<_>>(), ["tpm", "yubikey"]);
        let configured = sources(&Keys::default(), &config, &paths()).unwrap().named;
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(configured, [home.join("key"), "/config/beside".into(), "/else/where".into()]);
        let usual = sources(&Keys::default(), &config::Secrets::default(), &paths()).unwrap();
        assert!(usual.named.is_empty());
        assert_eq!(usual.usual[0], PathBuf::from("/config/identity"));
    }
}
