//! Following an activation: what it says, over as many connections as it takes, and in the end its record.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    reach::read_record,
    scripts::{FOLLOW, script},
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    model::{Attempt, HostName},
    ssh::{Login, Ssh},
};

/// Between two tries to reach a host again.
const RETRY: Duration = Duration::from_secs(1);

/// How following an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// The host is not working on it any more. `None`: it has no record of the attempt (any more).
    Ended(Option<Attempt>),
    /// The link was lost and did not come back in time.
    Lost(Error),
    /// The operator did not want to wait any longer.
    Cancelled,
}

/// What is followed, and how patiently.
#[derive(Debug, Clone, Copy)]
pub struct Following<'a> {
    /// The way to the hosts.
    pub ssh: &'a Ssh,
    /// The host.
    pub host: &'a HostName,
    /// Whoever may read the output.
    pub login: &'a Login,
    /// The attempt.
    pub token: &'a str,
    /// How long a lost link is waited for.
    pub patience: Duration,
    /// Ends the waiting.
    pub cancel: &'a CancellationToken,
}

impl Following<'_> {
    /// Hands on what the attempt says until it has ended. Every byte comes once, however often the link breaks.
    pub async fn follow(&self, mut output: impl FnMut(&[u8])) -> Followed {
        let mut at = 0;
        let mut silent_since: Option<Instant> = None;
        loop {
            let mut frames = Frames::new();
            let listened = tokio::select! {
                () = self.cancel.cancelled() => return Followed::Cancelled,
                listened = self.listen(at, &mut frames, &mut output) => listened,
            };
            if let Some(record) = frames.record() {
                return Followed::Ended(
                    read_record(record, false).filter(|attempt| attempt.token == self.token),
                );
            }
            if frames.bytes > 0 {
                at += frames.bytes;
                silent_since = None;
            }
            let since = *silent_since.get_or_insert_with(Instant::now);
            let error = listened.err().unwrap_or_else(|| lost(self.host));
            if since.elapsed() >= self.patience {
                return Followed::Lost(error);
            }
            self.ssh.forget(self.host).await;
            tokio::select! {
                () = self.cancel.cancelled() => return Followed::Cancelled,
                () = sleep(RETRY) => {}
            }
        }
    }

    async fn listen(&self, at: u64, frames: &mut Frames, output: &mut impl FnMut(&[u8])) -> Result<()> {
        let session = self.ssh.session(self.host).await?;
        let script = script(FOLLOW, &[("token", self.token), ("at", &at.to_string())]);
        session.stream(self.login, &script, |bytes| frames.read(bytes, output)).await?;
        Ok(())
    }
}

fn lost(host: &HostName) -> Error {
    Error::new(ErrorKind::Unreachable, format!("the connection to `{host}` was lost"))
}

/// Reads the frames that the script on the host sends.
struct Frames {
    state: State,
    pending: Vec<u8>,
    /// How much of the output came.
    bytes: u64,
}

enum State {
    Header,
    Data(u64),
    Record(u64),
    Done,
}

/// A header is a word and a number.
const HEADER_LIMIT: usize = 64;

/// A record is some lines and the names of the units that had failed.
const RECORD_LIMIT: u64 = 1024 * 1024;

impl Frames {
    fn new() -> Self {
        Self { state: State::Header, pending: Vec::new(), bytes: 0 }
    }

    fn record(&self) -> Option<&str> {
        match self.state {
            State::Done => std::str::from_utf8(&self.pending).ok(),
            _ => None,
        }
    }

    fn read(&mut self, mut input: &[u8], output: &mut impl FnMut(&[u8])) -> Result<()> {
        while !input.is_empty() {
            match &mut self.state {
                State::Done => return Ok(()),
                State::Data(left) => {
                    let length = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
                    output(&input[..length]);
                    self.bytes += length as u64;
                    *left -= length as u64;
                    if *left == 0 {
                        self.state = State::Header;
                    }
                    input = &input[length..];
                }
                State::Record(left) => {
                    let length = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
                    self.pending.extend_from_slice(&input[..length]);
                    *left -= length as u64;
                    if *left == 0 {
                        self.state = State::Done;
                    }
                    input = &input[length..];
                }
                State::Header => {
                    self.pending.push(input[0]);
                    input = &input[1..];
                    if self.pending.last() == Some(&b'\n') {
                        self.state = self.header()?;
                        self.pending.clear();
                    } else if self.pending.len() > HEADER_LIMIT {
                        return Err(nonsense(&self.pending));
                    }
                }
            }
        }
        Ok(())
    }

    fn header(&self) -> Result<State> {
        let line = std::str::from_utf8(&self.pending).unwrap_or_default().trim_end();
        match line.split_once(' ').map(|(word, number)| (word, number.parse::<u64>())) {
            Some(("data", Ok(0))) => Ok(State::Header),
            Some(("data", Ok(length))) => Ok(State::Data(length)),
            Some(("record", Ok(0))) => Ok(State::Done),
            Some(("record", Ok(length))) if length <= RECORD_LIMIT => Ok(State::Record(length)),
            None if line == "tick" => Ok(State::Header),
            _ => Err(nonsense(&self.pending)),
        }
    }
}

fn nonsense(bytes: &[u8]) -> Error {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Error::new(ErrorKind::Process, format!("the host sends what makes no sense: {text:?}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a stream in pieces of a size; returns output, record, and how many bytes count as received.
    fn read(stream: &[u8], size: usize) -> (Result<()>, Vec<u8>, Option<String>, u64) {
        let (mut frames, mut output) = (Frames::new(), Vec::new());
        let mut result = Ok(());
        for piece in stream.chunks(size) {
            result = frames.read(piece, &mut |bytes: &[u8]| output.extend_from_slice(bytes));
            if result.is_err() {
                break;
            }
        }
        (result, output, frames.record().map(str::to_owned), frames.bytes)
    }

    #[test]
    fn frames_are_read_in_any_pieces() {
        let stream = b"data 5\nabc\n\xfftick\ndata 0\ndata 3\ndefrecord 8\nstep=endwhat follows";
        for size in 1..stream.len() {
            let (result, output, record, bytes) = read(stream, size);
            assert_eq!((result, bytes), (Ok(()), 8));
            assert_eq!(
                (output.as_slice(), record.as_deref()),
                (b"abc\n\xffdef".as_slice(), Some("step=end"))
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_a_host_sends_is_read_or_refused(stream in prop::collection::vec(prop_oneof![
            Just(b"data 3\n".to_vec()), Just(b"tick\n".to_vec()), Just(b"record 2\n".to_vec()), prop::collection::vec(any::<u8>(), 0..9),
        ], 0..12), size in 1_usize..20) {
            let (whole, pieces) = (read(&stream.concat(), usize::MAX), read(&stream.concat(), size));
            prop_assert_eq!((whole.0, whole.2, whole.3), (pieces.0, pieces.2, pieces.3));
        }
    }

    #[test]
    fn a_record_is_there_only_when_it_is_whole() {
        assert_eq!(read(b"record 10\ntoken=", 3).2, None);
        assert_eq!(read(b"data 2\nhirecord 7\ntoken=x\nend", 4).2.as_deref(), Some("token=x"));
        assert_eq!(read(b"record 0\n", 1).2.as_deref(), Some(""));
    }

    #[test]
    fn nonsense_is_an_error_not_a_flood() {
        for stream in [
            b"hello\n".as_slice(),
            b"data x\n",
            b"data 99999999999999999999999\n",
            b"record 99999999\n",
            &[b'x'; 100],
        ] {
            let (result, output, ..) = read(stream, 7);
            assert!(result.unwrap_err().what.contains("makes no sense"));
            assert!(output.is_empty());
        }
    }
}
