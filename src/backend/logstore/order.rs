//! In which order a run's streams were written: what makes one text of them again.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{LogKey, time::millis};

/// The file, in the folder of the run.
const FILE: &str = ".order";

/// Bytes of a record in it: stream (4), bytes (4), milliseconds since 1970 (8), each with the lowest byte first.
pub(super) const RECORD: usize = 16;

/// Pieces of one stream and one millisecond become one record, up to so many bytes.
const LARGEST_PIECE: u32 = 64 << 10;

/// Notes which stream each piece of text goes to.
#[derive(Debug)]
pub(super) struct Order {
    file: BufWriter<File>,
    streams: HashMap<LogKey, u32>,
    /// Not in the file yet: the next piece may belong to it.
    last: Option<Record>,
    records: u64,
}

/// A piece of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub stream: u32,
    pub bytes: u32,
    pub millis: u64,
}

/// What was written of a run up to some moment.
#[derive(Debug)]
pub(super) struct Written {
    pub order: PathBuf,
    pub records: u64,
    /// The streams by their numbers, and their files.
    pub streams: Vec<(LogKey, PathBuf)>,
    /// Whether that is all that was said.
    pub whole: bool,
}

impl Order {
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(FILE))?;
        Ok(Self { file: BufWriter::new(file), streams: HashMap::new(), last: None, records: 0 })
    }

    pub(super) fn note(&mut self, key: &LogKey, bytes: usize, at: SystemTime) -> io::Result<()> {
        let stream = if let Some(stream) = self.streams.get(key) {
            *stream
        } else {
            let stream = u32::try_from(self.streams.len()).map_err(io::Error::other)?;
            self.streams.insert(key.clone(), stream);
            stream
        };
        let bytes = u32::try_from(bytes).map_err(io::Error::other)?;
        let new = Record { stream, bytes, millis: millis(at) };
        match &mut self.last {
            Some(last)
                if (last.stream, last.millis) == (stream, new.millis) && last.bytes < LARGEST_PIECE =>
            {
                last.bytes = last.bytes.checked_add(bytes).ok_or(io::ErrorKind::FileTooLarge)?;
            }
            _ => {
                self.flush_last()?;
                self.last = Some(new);
            }
        }
        Ok(())
    }

    /// What was written so far below the folder of the run, all of it in the files.
    pub(super) fn written(&mut self, folder: &Path, whole: bool) -> io::Result<Written> {
        self.flush_last()?;
        self.file.flush()?;
        let mut streams = self.streams.iter().collect::<Vec<_>>();
        streams.sort_by_key(|(_, number)| **number);
        Ok(Written {
            order: folder.join(FILE),
            records: self.records,
            streams: streams.into_iter().map(|(key, _)| (key.clone(), folder.join(key.file()))).collect(),
            whole,
        })
    }

    fn flush_last(&mut self) -> io::Result<()> {
        if let Some(last) = self.last.take() {
            self.file.write_all(&last.to_bytes())?;
            self.records += 1;
        }
        Ok(())
    }
}

impl Record {
    fn to_bytes(self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        bytes[..4].copy_from_slice(&self.stream.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[8..].copy_from_slice(&self.millis.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; RECORD]) -> Self {
        let [s0, s1, s2, s3, b0, b1, b2, b3, millis @ ..] = bytes;
        Self {
            stream: u32::from_le_bytes([s0, s1, s2, s3]),
            bytes: u32::from_le_bytes([b0, b1, b2, b3]),
            millis: u64::from_le_bytes(millis),
        }
    }
}
