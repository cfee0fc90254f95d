//! The full text of runs, as one file for people.

use std::{
    fs::{File, OpenOptions, remove_file},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::{
    Colour, RunLog, Scope, clean_line,
    order::{RECORD, Record, Written},
    time::{millis, precise},
};
use crate::backend::error::{Error, ErrorKind, Result};

/// How many streams are read from at once.
const OPEN_FILES: usize = 32;

/// What a file got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Saved {
    /// Lines.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// Whether nothing is missing that was said up to then.
    pub whole: bool,
}

/// Writes all that a scope of some runs said to a new file, one run after the other, each in the order in which it was said: from disk, or what is in memory where nothing is on disk.
///
/// Lines are safe to look at, without colours. Where there may be several streams each line begins with its time (UTC) and its stream. Nobody else may read the file: logs can hold what others shouldn't see.
///
/// # Errors
/// The file exists, or something can't be read or written; then no file is left.
pub async fn save(logs: Vec<RunLog>, scope: Scope, path: &Path) -> Result<Saved> {
    let target = path.to_owned();
    let task = tokio::task::spawn_blocking(move || save_now(&logs, &scope, &target));
    task.await.unwrap_or_else(|error| Err(Error::io(path.display(), &error.into())))
}

fn save_now(logs: &[RunLog], scope: &Scope, path: &Path) -> Result<Saved> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|error| {
        let failure = Error::io(path.display(), &error);
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let what = format!("{} is there already, and is not written over", path.display());
                Error::new(ErrorKind::Refused, what).hint("choose another name")
            }
            io::ErrorKind::NotFound => failure.hint("make its folder first"),
            _ => failure,
        }
    })?;
    let mut writer =
        Writer { file: BufWriter::new(file), scope, saved: Saved { whole: true, ..Saved::default() } };
    let result = logs.iter().try_for_each(|log| writer.log(log)).and_then(|()| writer.file.flush());
    match result {
        Ok(()) => Ok(writer.saved),
        Err(error) => {
            // Half a log would pass for a whole one.
            let _ = remove_file(path);
            Err(Error::io(path.display(), &error))
        }
    }
}

struct Writer<'a> {
    file: BufWriter<File>,
    scope: &'a Scope,
    saved: Saved,
}

impl Writer<'_> {
    fn log(&mut self, log: &RunLog) -> io::Result<()> {
        let written = log.streams().disk.written()?;
        match written {
            Some(written) => self.copy_disk(&written),
            None => self.copy_memory(log),
        }
    }

    fn copy_memory(&mut self, log: &RunLog) -> io::Result<()> {
        let read = log.read(self.scope, 0, usize::MAX);
        self.saved.whole &= read.lines.len() as u64 == read.said;
        for line in read.lines {
            self.line(millis(line.at), &line.key.to_string(), line.text.as_bytes())?;
        }
        Ok(())
    }

    fn copy_disk(&mut self, written: &Written) -> io::Result<()> {
        self.saved.whole &= written.whole;
        let wanted = written.streams.iter().map(|(key, _)| self.scope.holds(key).then(|| key.to_string()));
        let wanted = wanted.collect::<Vec<_>>();
        let mut order = BufReader::new(File::open(&written.order)?);
        let mut texts = Texts { written, read: vec![0; written.streams.len()], open: Vec::new() };
        for _ in 0..written.records {
            let mut bytes = [0; RECORD];
            order.read_exact(&mut bytes)?;
            let record = Record::from_bytes(bytes);
            let Some(label) = wanted.get(record.stream as usize).ok_or(io::ErrorKind::InvalidData)? else {
                continue;
            };
            let text = texts.next(record)?;
            let text = text.strip_suffix(b"\n").unwrap_or(&text);
            for line in text.split(|byte| *byte == b'\n') {
                self.line(record.millis, label, line)?;
            }
        }
        Ok(())
    }

    fn line(&mut self, millis: u64, label: &str, line: &[u8]) -> io::Result<()> {
        let text = clean_line(line, Colour::Drop);
        let line = if self.scope.is_merged() {
            format!("{} {label}: {text}\n", precise(millis))
        } else {
            text + "\n"
        };
        self.saved.lines += 1;
        self.saved.bytes += line.len() as u64;
        self.file.write_all(line.as_bytes())
    }
}

/// The files of streams, each read piece by piece.
struct Texts<'a> {
    written: &'a Written,
    /// How far each was read.
    read: Vec<u64>,
    /// Most lately used last.
    open: Vec<(u32, BufReader<File>)>,
}

impl Texts<'_> {
    fn next(&mut self, record: Record) -> io::Result<Vec<u8>> {
        let stream = record.stream as usize;
        let mut entry = if let Some(at) = self.open.iter().position(|(open, _)| *open == record.stream) {
            self.open.remove(at)
        } else {
            if self.open.len() >= OPEN_FILES {
                self.open.remove(0);
            }
            let mut file = File::open(&self.written.streams[stream].1)?;
            file.seek(SeekFrom::Start(self.read[stream]))?;
            (record.stream, BufReader::new(file))
        };
        let mut text = vec![0; record.bytes as usize];
        entry.1.read_exact(&mut text)?;
        self.read[stream] += u64::from(record.bytes);
        self.open.push(entry);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        time::{Duration, UNIX_EPOCH},
    };

    use proptest::prelude::*;

    use super::*;
    use crate::backend::logstore::{Limits, LogKey};

    fn key(stream: u8) -> LogKey {
        match stream {
            0 => LogKey::step("build"),
            _ => LogKey::host_step("gate".parse().unwrap(), format!("step-{stream}")),
        }
    }

    fn say(log: &RunLog, stream: u8, text: &str, second: u64) {
        log.append_at(&key(stream), text.as_bytes(), UNIX_EPOCH + Duration::from_secs(second));
    }

    async fn saved(logs: &[&RunLog], scope: Scope) -> (Saved, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let logs = logs.iter().copied().cloned().collect();
        let saved = save(logs, scope, &path).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!((saved.bytes, saved.lines), (text.len() as u64, text.lines().count() as u64));
        (saved, text)
    }

    #[tokio::test]
    async fn all_that_was_said_is_saved_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::begin(folder.path(), Limits { lines: 1, ..Limits::default() });
        for (second, (stream, text)) in
            (0..).zip([(0, "b1"), (1, "\x1b[31ma1\x1b[0m\x1b[2J"), (0, "b2"), (0, ""), (2, "c1"), (1, "a2")])
        {
            say(&log, stream, text, second / 2);
        }
        let (all, text) = saved(&[&log], Scope::All).await;
        assert!(all.whole);
        insta::assert_snapshot!(text, @r"
        1970-01-01T00:00:00.000Z build: b1
        1970-01-01T00:00:00.000Z gate/step-1: a1
        1970-01-01T00:00:01.000Z build: b2
        1970-01-01T00:00:01.000Z build: 
        1970-01-01T00:00:02.000Z gate/step-2: c1
        1970-01-01T00:00:02.000Z gate/step-1: a2
        ");
        let (_, text) = saved(&[&log], Scope::Host("gate".parse().unwrap())).await;
        assert_eq!(
            text.lines().map(|line| line.rsplit(' ').next().unwrap()).collect::<Vec<_>>(),
            ["a1", "c1", "a2"]
        );
        let (_, text) = saved(&[&log], Scope::Stream(key(0))).await;
        assert_eq!(text, "b1\nb2\n\n");
    }

    #[tokio::test]
    async fn without_a_disk_it_is_what_is_in_memory() {
        let (plan, apply) = (
            RunLog::in_memory(Limits { lines: 2, ..Limits::default() }),
            RunLog::in_memory(Limits::default()),
        );
        for number in 0..3 {
            say(&plan, 0, &format!("p{number}"), 0);
        }
        say(&apply, 0, "a0", 0);
        let (saved, text) = saved(&[&plan, &apply], Scope::Stream(key(0))).await;
        assert_eq!((saved.whole, text.as_str()), (false, "p1\np2\na0\n"));
    }

    #[tokio::test]
    async fn a_log_that_was_cut_off_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::begin(folder.path(), Limits { disk: 10, ..Limits::default() });
        for _ in 0..3 {
            say(&log, 0, "12345678", 0);
        }
        let (saved, text) = saved(&[&log], Scope::Stream(key(0))).await;
        assert!(!saved.whole);
        assert_eq!(text, "12345678\nthe log of this run is cut off here, at 1 MiB\n");
    }

    #[tokio::test]
    async fn nothing_is_written_over_and_nothing_half_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::begin(&folder.path().join("logs"), Limits::default());
        say(&log, 0, "x", 0);
        let path = folder.path().join("mine");
        fs::write(&path, "precious").unwrap();
        let error = save(vec![log.clone()], Scope::All, &path).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        let error = save(vec![log.clone()], Scope::All, &folder.path().join("no/where")).await.unwrap_err();
        assert!(
            error.to_string().contains("no/where") && error.to_string().contains("make its folder"),
            "{error}"
        );
        fs::remove_file(log.file(&key(0)).unwrap()).unwrap();
        let path = folder.path().join("half");
        save(vec![log], Scope::All, &path).await.unwrap_err();
        assert!(!path.exists());
    }

    proptest! {
        // Each case makes a folder with files.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_file_is_what_was_said(lines in prop::collection::vec((0..50_u8, "[a-z ]{0,20}", 0..3_u64), 0..150)) {
            let folder = tempfile::tempdir().unwrap();
            let log = RunLog::begin(&folder.path().join("logs"), Limits::default());
            let path = folder.path().join("a.log");
            let mut expected = String::new();
            for (stream, text, second) in &lines {
                say(&log, *stream, text, *second);
                let time = precise(second * 1000);
                expected.push_str(&format!("{time} {}: {text}\n", key(*stream)));
            }
            let saved = save_now(&[log], &Scope::All, &path).unwrap();
            prop_assert_eq!(saved.lines, lines.len() as u64);
            prop_assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
    }
}
