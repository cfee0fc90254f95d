//! Scripts on a host.
//!
//! A script goes through standard input to `sh -s`: no login shell, be it fish or csh, gets to see any of it. What it prints stands between two lines with a random word, so that a noisy login
//! (`motd`, `.bashrc`) is told apart from it, and so is a link that broke in the middle.

use std::{fmt, fs::File, io::Read as _, sync::Arc, time::Duration};

use openssh::Stdio;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use super::{config::Endpoint, failure};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::HostName,
    process::journal,
};

/// How much a script may print before the host is taken for mad, in bytes.
const OUTPUT_LIMIT: usize = 64 * 1024 * 1024;

/// How much of a script's standard error is kept, in bytes.
const ERROR_LIMIT: usize = 64 * 1024;

/// A connection to a host that is logged in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {
    host: HostName,
    endpoint: Arc<Endpoint>,
    connection: Arc<openssh::Session>,
}

/// A password, which no message or log ever shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// As whom a script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// As the user that logged in.
    Plain,
    /// As root, by a `sudo` that asks nothing.
    Sudo,
    /// As root, by a `sudo` that is told the password through standard input.
    SudoPassword(Password),
}

/// What a script came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its exit status.
    pub status: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// The end of its standard error.
    pub stderr: Vec<u8>,
}

/// A script for a host, which has a name by which one can speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub name: &'static str,
    /// Its text, for any POSIX shell.
    pub text: String,
}

impl Script {
    /// A script.
    pub fn new(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into() }
    }
}

impl Password {
    /// Takes a password; it must be one line.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.contains(['\n', '\r', '\0']) {
            return Err(Error::new(ErrorKind::Usage, "a password must be one line"));
        }
        Ok(Self(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Login {
    /// The words before `sh -s`. Every login shell understands them alike.
    fn words(&self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["sh", "-s"],
            Self::Sudo => &["sudo", "-n", "sh", "-s"],
            Self::SudoPassword(_) => &["sudo", "-S", "-p", "''", "sh", "-s"],
        }
    }
}

impl Session {
    pub(super) fn new(host: HostName, endpoint: Arc<Endpoint>, connection: Arc<openssh::Session>) -> Self {
        Self { host, endpoint, connection }
    }

    /// Runs a script to its end.
    ///
    /// An error of kind [`ErrorKind::Unreachable`] means that the link broke, or the deadline passed: whether the script ran is not known then.
    pub async fn run(&self, login: &Login, script: &Script, deadline: Duration) -> Result<Reply> {
        let marker = random_word()?;
        let running = self.begin(login, script);
        let input = enclosed(&script.text, &marker);
        let mut output = Vec::new();
        let conversation = self.converse(login, &input, &marker, |bytes| {
            output.extend_from_slice(bytes);
            if output.len() > OUTPUT_LIMIT { Err(self.too_much()) } else { Ok(()) }
        });
        let stderr = match timeout(deadline, conversation).await {
            Ok(stderr) => stderr?,
            Err(_) => return Err(self.lost(&format!("did not finish within {} s", deadline.as_secs()), &[])),
        };
        match ending(&output, &marker) {
            Some((length, status)) => {
                output.truncate(length);
                running.ended(journal::End::Status(status));
                Ok(Reply { status, stdout: output, stderr })
            }
            None => Err(self.lost("broke off", &stderr)),
        }
    }

    /// Runs a script and hands on what it prints while it runs. Returns its standard error when the link ends, for whatever reason: the script must say itself when it is done.
    pub async fn stream(
        &self,
        login: &Login,
        script: &Script,
        receive: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let marker = random_word()?;
        let running = self.begin(login, script);
        let said = self.converse(login, &enclosed(&script.text, &marker), &marker, receive).await?;
        running.ended(journal::End::Status(0));
        Ok(said)
    }

    /// Enters it into the journal: the script by its name, and no password.
    fn begin(&self, login: &Login, script: &Script) -> journal::Running {
        let call = self.endpoint.typed(&login.words().join(" "));
        journal::Running::begin(&format!("{call}  # {}", script.name))
    }

    async fn converse(
        &self,
        login: &Login,
        input: &str,
        marker: &str,
        mut receive: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let words = login.words();
        let mut command = self.connection.raw_command(words[0]);
        command.raw_args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().await.map_err(|error| self.broken(&error))?;
        let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) =
            (child.stdin().take(), child.stdout().take(), child.stderr().take())
        else {
            return Err(self.lost("has no pipes", &[]));
        };
        let talk = async {
            if let Login::SudoPassword(Password(password)) = login {
                stdin.write_all(format!("{password}\n").as_bytes()).await?;
            }
            stdin.write_all(input.as_bytes()).await?;
            stdin.shutdown().await?;
            drop(stdin);
            std::io::Result::Ok(())
        };
        // It owns the pipe: when it has heard enough, whoever writes there ends, and with it the rest.
        let listen = async move {
            let mut preamble = Some(Preamble::new(marker));
            let mut chunk = vec![0; 16 * 1024];
            loop {
                let length = match stdout.read(&mut chunk).await {
                    Ok(0) | Err(_) => return Ok(preamble.is_none()),
                    Ok(length) => length,
                };
                match preamble.as_mut() {
                    None => receive(&chunk[..length])?,
                    Some(waiting) => {
                        if let Some(rest) = waiting.read(&chunk[..length])? {
                            preamble = None;
                            receive(&rest)?;
                        }
                    }
                }
            }
        };
        let overhear = async {
            let (mut kept, mut chunk) = (Vec::new(), vec![0; 4096]);
            while let Ok(length @ 1..) = stderr.read(&mut chunk).await {
                kept.extend_from_slice(&chunk[..length]);
                let excess = kept.len().saturating_sub(ERROR_LIMIT);
                kept.drain(..excess);
            }
            kept
        };
        // A shell that ends before it has read everything is no failure of its own: what it said counts.
        let (_, begun, said) = tokio::join!(talk, listen, overhear);
        if begun? {
            // Reaps the process; what counts was printed.
            let _ = child.wait().await;
            return Ok(said);
        }
        // 127 is an error of its own to `openssh`; 255, or no status at all, is the link's end.
        let ended = matches!(child.wait().await, Ok(_) | Err(openssh::Error::Remote(_)));
        Err(self.refusal(login, &said, ended))
    }

    /// Why no script was begun.
    fn refusal(&self, login: &Login, said: &[u8], ended: bool) -> Error {
        let text = String::from_utf8_lossy(said);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        let says =
            |needles: &[&str]| lines.iter().any(|line| needles.iter().any(|needle| line.contains(needle)));
        let (host, user) = (&self.host, &self.endpoint.user);
        if !matches!(login, Login::Plain) {
            let rule = format!("{user} ALL=(ALL) NOPASSWD: ALL");
            if says(&["password is required", "terminal is required", "askpass"]) {
                return Error::new(
                    ErrorKind::Refused,
                    format!("sudo on `{host}` asks `{user}` for a password"),
                )
                .hint(format!("give the password with --ask-sudo-password, or let sudoers say `{rule}`"))
                .detail(lines);
            }
            if says(&["Sorry, try again", "incorrect password", "incorrect authentication"]) {
                return Error::new(
                    ErrorKind::Refused,
                    format!("sudo on `{host}` does not take the password for `{user}`"),
                )
                .hint("nothing was changed; try it again")
                .detail(lines);
            }
            if says(&["not in the sudoers", "may not run sudo", "not allowed to", "I'm sorry"]) {
                return Error::new(ErrorKind::Refused, format!("`{user}` may not use sudo on `{host}`"))
                    .hint(format!("set deployment.targetUser to root, or let sudoers say `{rule}`"))
                    .detail(lines);
            }
            if says(&["sudo: not found", "sudo: command not found", "Unknown command"]) {
                return Error::new(
                    ErrorKind::Refused,
                    format!("`{host}` has no sudo, and `{user}` is not root"),
                )
                .hint("set deployment.targetUser to root, or install sudo there")
                .detail(lines);
            }
        }
        // Who shares a connection reads the operator's own configuration once more (openssh starts it without `-F`), and more strictly.
        if let Some(error) = failure::configuration(&lines) {
            return error;
        }
        if !ended {
            return self.lost("broke off", said);
        }
        let last = lines.last().copied().unwrap_or("it said nothing");
        Error::new(ErrorKind::Process, format!("the login of `{user}` on `{host}` runs no commands: {last}"))
            .hint(format!("`ssh {user}@{} true` tries it by hand", self.endpoint.target()))
    }

    fn broken(&self, error: &openssh::Error) -> Error {
        self.lost(&error.to_string(), &[])
    }

    fn lost(&self, how: &str, said: &[u8]) -> Error {
        let text = String::from_utf8_lossy(said);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Error::new(ErrorKind::Unreachable, format!("the connection to `{}` {how}", self.endpoint.target()))
            .detail(lines)
    }

    fn too_much(&self) -> Error {
        Error::new(ErrorKind::Process, format!("`{}` sends more than {} MiB", self.host, OUTPUT_LIMIT >> 20))
    }
}

/// A random word of 32 hexadecimal digits.
pub fn random_word() -> Result<String> {
    let mut bytes = [0; 16];
    let filled = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    filled.map_err(|error| Error::io("/dev/urandom", &error))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// A script between its marks, as one command: a shell reads it whole before it runs any of it, so nothing in it can eat the rest.
fn enclosed(script: &str, marker: &str) -> String {
    format!(
        "{{ printf '%s\\n' 'begin-{marker}'; (\n{script}\n); printf '\\n%s\\n' \"end-{marker} $?\"; exit 0; }} </dev/null\n"
    )
}

/// Where what a script printed ends, and its exit status.
fn ending(output: &[u8], marker: &str) -> Option<(usize, i32)> {
    let mark = format!("\nend-{marker} ").into_bytes();
    let at = output.windows(mark.len()).rposition(|window| window == mark)?;
    let rest = std::str::from_utf8(&output[at + mark.len()..]).ok()?;
    Some((at, rest.strip_suffix('\n')?.parse().ok()?))
}

/// What comes before a script's own output.
struct Preamble {
    mark: Vec<u8>,
    seen: Vec<u8>,
}

impl Preamble {
    fn new(marker: &str) -> Self {
        Self { mark: format!("begin-{marker}\n").into_bytes(), seen: Vec::new() }
    }

    /// Takes more of it; returns what follows the mark once it has come.
    fn read(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let from = self.seen.len().saturating_sub(self.mark.len());
        self.seen.extend_from_slice(bytes);
        if self.seen.len() > OUTPUT_LIMIT {
            return Err(Error::new(ErrorKind::Process, "the login prints without end"));
        }
        let at = self.seen[from..].windows(self.mark.len()).position(|window| window == self.mark);
        Ok(at.map(|at| self.seen.split_off(from + at + self.mark.len())))
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, process::Command, process::Stdio};

    use super::*;

    /// Runs a script as a host's `sh` would, and reads the answer as we would.
    fn answer(shell: &str, noise: &str, script: &str) -> Option<(String, i32)> {
        let marker = random_word().unwrap();
        let mut child =
            Command::new(shell).arg("-s").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(enclosed(script, &marker).as_bytes()).unwrap();
        let stdout = [noise.as_bytes(), &child.wait_with_output().unwrap().stdout].concat();
        let mut preamble = Preamble::new(&marker);
        let mut output = None;
        for byte in stdout.chunks(7) {
            match &mut output {
                None => output = preamble.read(byte).unwrap(),
                Some(output) => output.extend_from_slice(byte),
            }
        }
        let output = output?;
        let (length, status) = ending(&output, &marker)?;
        Some((String::from_utf8(output[..length].to_vec()).unwrap(), status))
    }

    #[test]
    fn a_scripts_output_is_told_from_noise() {
        for shell in ["sh", "bash"] {
            for noise in ["", "Welcome!\n", "no newline at the end"] {
                assert_eq!(
                    answer(shell, noise, "echo hello"),
                    Some(("hello\n".into(), 0)),
                    "{shell} {noise}"
                );
            }
            assert_eq!(answer(shell, "", "printf 'no end'; exit 7"), Some(("no end".into(), 7)));
            assert_eq!(answer(shell, "", "false"), Some((String::new(), 1)));
            assert_eq!(
                answer(shell, "", "cat; read x; echo \"<$x>\""),
                Some(("<>\n".into(), 0)),
                "standard input is empty"
            );
            assert_eq!(answer(shell, "", "cat <<'END'\n$HOME )\nEND"), Some(("$HOME )\n".into(), 0)));
        }
    }

    #[test]
    fn an_answer_that_breaks_off_is_none() {
        assert_eq!(answer("sh", "", "echo half; kill -9 $$"), None);
        assert_eq!(ending(b"half\nend-abc 1", "abc"), None, "the status may go on");
        assert_eq!(ending(b"half\nend-abc 12\n", "abc"), Some((4, 12)));
    }

    #[test]
    fn a_password_is_one_line_and_never_shown() {
        assert!(Password::new("a\nb").is_err());
        assert_eq!(
            format!("{:?}", Login::SudoPassword(Password::new("hunter2").unwrap())),
            "SudoPassword(Password(…))"
        );
    }
}
