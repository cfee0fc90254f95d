//! What this machine last deployed to a host: by it, somebody else's deployment is told from our own.

use std::{
    fs::{self, File},
    io::{ErrorKind as IoKind, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Action, HostName, Outcome},
};

/// Version of the file's format.
const VERSION: u32 = 1;

/// How many systems are remembered for a host.
const REMEMBERED: usize = 200;

/// The record of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    version: u32,
    /// What was last to be activated: a store path.
    pub system: String,
    /// The attempt's token.
    pub token: String,
    /// What was done with it.
    pub action: Action,
    /// How it ended; `None`: nobody here saw its end.
    pub outcome: Option<Outcome>,
    /// Everything that this machine ever deployed there or met there when it first came, the latest last.
    pub known: Vec<String>,
}

/// The records of one fleet.
#[derive(Debug, Clone)]
pub struct History {
    folder: PathBuf,
}

impl History {
    /// Below the state folder of a fleet.
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join("deployed") }
    }

    /// What is known of a host. A record that can't be read is an error: to take it for none would let somebody else's deployment be overwritten.
    pub fn read(&self, host: &HostName) -> Result<Option<Record>> {
        let path = self.path(host);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == IoKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path.display(), &error)),
        };
        let damaged = |why: String| {
            Error::new(ErrorKind::Refused, format!("{} can't be read: {why}", path.display()))
                .hint("look at what the host runs, then remove the file: the next deployment counts as the first from here")
        };
        let record = serde_json::from_slice::<Record>(&text).map_err(|error| damaged(error.to_string()))?;
        if record.version == VERSION {
            Ok(Some(record))
        } else {
            Err(damaged(format!("its version is {}", record.version)))
        }
    }

    /// Notes that an attempt begins. `met` is what the host was seen to run before.
    pub fn begin(
        &self,
        host: &HostName,
        token: &str,
        action: Action,
        system: &str,
        met: Option<&str>,
    ) -> Result<()> {
        let mut known = self.read(host)?.map(|record| record.known).unwrap_or_default();
        for path in met.into_iter().chain([system]) {
            known.retain(|other| other != path);
            known.push(path.to_owned());
        }
        known.drain(..known.len().saturating_sub(REMEMBERED));
        let (system, token) = (system.to_owned(), token.to_owned());
        self.write(host, &Record { version: VERSION, system, token, action, outcome: None, known })
    }

    /// Notes that what somebody else brought to a host is what we want there, too. Of a host that nobody deployed to from here nothing is noted.
    pub fn recognize(&self, host: &HostName, running: &str) -> Result<()> {
        match self.read(host)? {
            Some(mut record) if record.is_foreign(running) => {
                record.known.push(running.to_owned());
                self.write(host, &record)
            }
            _ => Ok(()),
        }
    }

    /// Notes how an attempt ended, unless another one has begun.
    pub fn end(&self, host: &HostName, token: &str, outcome: Outcome) -> Result<()> {
        match self.read(host)? {
            Some(mut record) if record.token == token => {
                record.outcome = Some(outcome);
                self.write(host, &record)
            }
            _ => Ok(()),
        }
    }

    fn path(&self, host: &HostName) -> PathBuf {
        self.folder.join(format!("{host}.json"))
    }

    /// Replaces a record in one step: after a power cut there is the old one or the new one.
    fn write(&self, host: &HostName, record: &Record) -> Result<()> {
        let path = self.path(host);
        let text = serde_json::to_vec_pretty(record)
            .map_err(|error| Error::new(ErrorKind::Io, format!("{}: {error}", path.display())))?;
        let write = || {
            fs::create_dir_all(&self.folder)?;
            let new = path.with_extension(format!("{}.new", std::process::id()));
            let mut file = File::create(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| Error::io(path.display(), &error))
    }
}

impl Record {
    /// Whether a host that runs `running` was deployed to by somebody else since.
    pub fn is_foreign(&self, running: &str) -> bool {
        self.system != running && !self.known.iter().any(|known| known == running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_here_is_known_and_the_rest_is_foreign() {
        let state = tempfile::tempdir().unwrap();
        let (history, gate) = (History::of(state.path()), "gate".parse().unwrap());
        assert_eq!(history.read(&gate).unwrap(), None);
        history.begin(&gate, "one", Action::Switch, "/new", Some("/first")).unwrap();
        let record = history.read(&gate).unwrap().unwrap();
        assert_eq!(record.outcome, None, "nobody saw its end yet");
        assert!(!record.is_foreign("/new") && !record.is_foreign("/first") && record.is_foreign("/theirs"));
        history.end(&gate, "other", Outcome::Activated).unwrap();
        assert_eq!(history.read(&gate).unwrap().unwrap().outcome, None);
        history.end(&gate, "one", Outcome::Activated).unwrap();
        history.begin(&gate, "two", Action::Test, "/newer", Some("/new")).unwrap();
        let record = history.read(&gate).unwrap().unwrap();
        assert_eq!(
            (record.system.as_str(), record.known),
            ("/newer", vec!["/first".into(), "/new".into(), "/newer".into()])
        );
    }

    #[test]
    fn what_is_wanted_here_too_is_not_foreign() {
        let state = tempfile::tempdir().unwrap();
        let (history, gate) = (History::of(state.path()), "gate".parse().unwrap());
        history.recognize(&gate, "/theirs").unwrap();
        assert_eq!(history.read(&gate).unwrap(), None);
        history.begin(&gate, "one", Action::Switch, "/ours", None).unwrap();
        history.recognize(&gate, "/theirs").unwrap();
        let record = history.read(&gate).unwrap().unwrap();
        assert_eq!((record.system.as_str(), record.is_foreign("/theirs")), ("/ours", false));
    }

    #[test]
    fn a_damaged_record_is_no_first_contact() {
        let state = tempfile::tempdir().unwrap();
        let (history, gate) = (History::of(state.path()), "gate".parse().unwrap());
        history.begin(&gate, "one", Action::Switch, "/new", None).unwrap();
        for text in
            ["", "{", r#"{"version":2,"system":"","token":"","action":"switch","outcome":null,"known":[]}"#]
        {
            fs::write(history.path(&gate), text).unwrap();
            let error = history.read(&gate).unwrap_err();
            assert!(error.kind == ErrorKind::Refused && error.hint.is_some(), "{text}: {error}");
        }
    }

    #[test]
    fn only_so_many_systems_are_remembered() {
        let state = tempfile::tempdir().unwrap();
        let (history, gate) = (History::of(state.path()), "gate".parse().unwrap());
        for number in 0..REMEMBERED + 10 {
            history.begin(&gate, "t", Action::Switch, &format!("/{number}"), None).unwrap();
        }
        let record = history.read(&gate).unwrap().unwrap();
        assert_eq!((record.known.len(), record.known[0].as_str()), (REMEMBERED, "/10"));
    }
}
