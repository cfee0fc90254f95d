//! Reading an identity file, or the pipe that takes its place: `--identity <(age -d key.age)`.

use std::{
    fs::File,
    io::{self, Read as _, Take},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _},
    path::Path,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::Errno,
};
use zeroize::Zeroizing;

use super::ask::Ask;
use crate::backend::{
    error::{Error, ErrorKind, Result},
    process::quote,
};

/// The largest identity file, in bytes.
pub(super) const LARGEST: usize = 1 << 20;
/// How long a pipe that nobody writes to is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether the operator has stopped waiting for a pipe.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// The bytes of an identity file, if nobody else can read it.
pub(super) fn bytes(path: &Path, ask: &dyn Ask) -> Result<Zeroizing<Vec<u8>>> {
    read(path, ask, PATIENCE)
}

pub(super) fn read(path: &Path, ask: &dyn Ask, patience: Duration) -> Result<Zeroizing<Vec<u8>>> {
    let fail = |what: &str| Error::new(ErrorKind::Configuration, format!("{} {what}", path.display()));
    let neither = || {
        fail("is neither a file nor a pipe")
            .hint("name a file, or hand the identity over by a pipe: `<(COMMAND)`")
    };
    let io = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => fail("does not exist"),
        // What opening a socket comes to.
        _ if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => neither(),
        _ => Error::io(path.display(), error),
    };
    // To open a pipe that nobody writes to would take for ever.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let file = File::from(opened.map_err(|error| io(&error.into()))?);
    let about = file.metadata().map_err(|error| io(&error))?;
    if about.is_dir() {
        return Err(fail("is a folder").hint("name the identity file in it"));
    }
    let is_pipe = about.file_type().is_fifo();
    if !about.is_file() && !is_pipe {
        return Err(neither());
    }
    if about.mode() & 0o077 != 0 {
        let what =
            format!("{} can be read or written by others (mode {:o})", path.display(), about.mode() & 0o777);
        return Err(Error::new(ErrorKind::Refused, what).hint(format!(
            "`chmod 600 {}`, and think about who may have read it",
            quote(&path.to_string_lossy())
        )));
    }
    // Of one size from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST + 1));
    let mut source = file.take(LARGEST as u64 + 1);
    let whole = if is_pipe {
        let waits = Waits { begun: Instant::now(), patience, ask };
        waits.read(&mut source, &mut bytes)
    } else {
        source.read_to_end(&mut bytes).map(|_| true)
    };
    if !whole.map_err(|error| io(&error))? {
        let nobody = fail("is a pipe that nobody writes to").hint("start what writes to it first");
        return Err(if ask.is_over() { Error::cancelled() } else { nobody });
    }
    if bytes.len() > LARGEST {
        return Err(fail("is too large to be an identity file"));
    }
    Ok(bytes)
}

/// Somebody who waits for what comes out of a pipe.
struct Waits<'a> {
    begun: Instant,
    patience: Duration,
    ask: &'a dyn Ask,
}

impl Waits<'_> {
    /// Reads to the end. `false`: nobody writes to it, or the operator has stopped waiting. Who has opened it may take their time: they may ask for a passphrase.
    fn read(&self, pipe: &mut Take<File>, bytes: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let came = poll(&mut [PollFd::new(pipe.get_ref(), PollFlags::IN)], Some(&LOOK))?;
            match pipe.read_to_end(bytes) {
                Ok(_) if came > 0 || !bytes.is_empty() => return Ok(true),
                Ok(_) if self.begun.elapsed() >= self.patience => return Ok(false),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ if self.ask.is_over() => return Ok(false),
                _ => {}
            }
        }
    }
}
