//! Starting an activation on a host.

use std::time::Duration;

use super::{
    last_lines,
    scripts::{LAUNCH, script, supervisor},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    logstore::{Colour, clean_line},
    model::{Action, StorePath},
    ssh::{Login, Session},
};

/// How long a host may take to start a script.
const LAUNCH_DEADLINE: Duration = Duration::from_secs(60);

/// An activation to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch<'a> {
    /// Random name of the attempt.
    pub token: &'a str,
    /// What to do.
    pub action: Action,
    /// With what.
    pub system: &'a StorePath,
    /// What the plan saw the host run: anything else means that somebody came in between.
    pub expected: Option<&'a str>,
}

/// What became of the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launched {
    /// The host works on it, by itself.
    Started,
    /// It was told to, but nothing was seen of it yet.
    Slow,
    /// Another activation runs there: of this system, where it can be read.
    Busy(Option<String>),
    /// The host runs something else than the plan saw.
    Changed(Option<String>),
    /// The system is not in the host's store.
    Absent,
    /// The host lacks these programs.
    Lacks(String),
}

impl Launch<'_> {
    /// Starts it. An error of kind [`ErrorKind::Unreachable`] leaves open whether it was started; after any other it was not.
    pub async fn start(&self, session: &Session, login: &Login) -> Result<Launched> {
        let supervisor = supervisor();
        let variables = [
            ("token", self.token),
            ("action", self.action.word()),
            ("system", self.system.as_str()),
            ("expected", self.expected.unwrap_or_default()),
            ("supervisor", &supervisor),
        ];
        let reply = session.run(login, &script(LAUNCH, &variables), LAUNCH_DEADLINE).await?;
        read(&String::from_utf8_lossy(&reply.stdout)).ok_or_else(|| {
            Error::new(ErrorKind::Process, "the host could not start the activation")
                .detail(last_lines(&reply.stderr))
        })
    }
}

fn read(text: &str) -> Option<Launched> {
    let (key, value) = text.lines().rev().find_map(|line| line.split_once('='))?;
    let plain = |value: &str| clean_line(value.as_bytes(), Colour::Drop);
    let some = |value: &str| Some(plain(value)).filter(|value| !value.is_empty());
    match key {
        "started" => Some(Launched::Started),
        "slow" => Some(Launched::Slow),
        "busy" => Some(Launched::Busy(some(value))),
        "changed" => Some(Launched::Changed(some(value))),
        "absent" => Some(Launched::Absent),
        "missing" => Some(Launched::Lacks(plain(value))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(read("started=abc\n"), Some(Launched::Started));
        assert_eq!(read("slow=abc\n"), Some(Launched::Slow));
        assert_eq!(read("busy=\n"), Some(Launched::Busy(None)));
        assert_eq!(read("noise\nbusy=/nix/store/x\n"), Some(Launched::Busy(Some("/nix/store/x".into()))));
        assert_eq!(read("changed=\n"), Some(Launched::Changed(None)));
        assert_eq!(read("absent=/x\n"), Some(Launched::Absent));
        assert_eq!(read("missing=flock\n"), Some(Launched::Lacks("flock".into())));
        for text in ["", "something\n", "other=1\n"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
