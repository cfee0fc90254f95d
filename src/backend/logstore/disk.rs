//! The full text of a run on disk: `LOGS/RUN/…`.

use std::{
    fs::{DirBuilder, File, OpenOptions, read_dir, remove_dir_all},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use rustix::fs::{FlockOperation, flock};

use super::{Limits, LogKey};

/// How many files are kept open.
const OPEN_FILES: usize = 32;

/// Held by the run that writes, so that no other removes its folder.
const LOCK: &str = ".lock";

#[derive(Debug)]
pub(super) struct Disk {
    /// `None`: nothing can be written, or not any more.
    folder: Option<PathBuf>,
    /// Most lately used last.
    open: Vec<(LogKey, File)>,
    lock: Option<File>,
    room: u64,
    limit: u64,
    stopped: bool,
    problems: Vec<String>,
}

impl Disk {
    /// Begins a run. That it can't is a problem to be told, not a reason to fail.
    pub(super) fn begin(logs: &Path, now: SystemTime, limits: Limits) -> Self {
        let mut disk = Self::nowhere(limits);
        match new_run(logs, &stamp(now)) {
            Ok((folder, lock)) => {
                disk.folder = Some(folder);
                disk.lock = Some(lock);
                rotate(logs, limits.runs);
            }
            Err(error) => disk.give_up(&format!("{}: {error}", logs.display())),
        }
        disk
    }

    /// Writes nothing.
    pub(super) fn nowhere(limits: Limits) -> Self {
        Self {
            folder: None,
            open: Vec::new(),
            lock: None,
            room: limits.disk,
            limit: limits.disk,
            stopped: false,
            problems: Vec::new(),
        }
    }

    pub(super) fn file(&self, key: &LogKey) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key.file()))
    }

    pub(super) fn append(&mut self, key: &LogKey, line: &[u8]) {
        let Some(file) = self.file(key) else { return };
        if self.stopped {
            return;
        }
        let text = [line, b"\n"].concat();
        let result = if let Some(room) = self.room.checked_sub(text.len() as u64) {
            self.room = room;
            self.open(key, &file).and_then(|file| file.write_all(&text))
        } else {
            self.stopped = true;
            let limit = self.limit.div_ceil(1 << 20);
            self.problems.push(format!(
                "the log of this run has reached {limit} MiB; the rest is not written to disk"
            ));
            let notice = format!("the log of this run is cut off here, at {limit} MiB");
            self.open(key, &file).and_then(|file| writeln!(file, "{notice}"))
        };
        if let Err(error) = result {
            self.give_up(&format!("{}: {error}", file.display()));
        }
    }

    pub(super) fn take_problem(&mut self) -> Option<String> {
        (!self.problems.is_empty()).then(|| self.problems.remove(0))
    }

    fn give_up(&mut self, why: &str) {
        self.problems.push(format!("the log of this run can't be written to disk: {why}"));
        // What was written stays to be read, but nothing is added to it: a text with holes would mislead.
        self.stopped = true;
        self.open.clear();
    }

    fn open(&mut self, key: &LogKey, path: &Path) -> io::Result<&mut File> {
        let entry = if let Some(at) = self.open.iter().position(|(open, _)| open == key) {
            self.open.remove(at)
        } else {
            if self.open.len() >= OPEN_FILES {
                self.open.remove(0);
            }
            if let Some(folder) = path.parent() {
                private_folders().create(folder)?;
            }
            (key.clone(), OpenOptions::new().append(true).create(true).mode(0o600).open(path)?)
        };
        self.open.push(entry);
        self.open.last_mut().map(|(_, file)| file).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// What builds and activations say is nobody else's business.
fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

/// Makes the folder of a run and takes its lock. Two runs in one second get two folders.
fn new_run(logs: &Path, stamp: &str) -> io::Result<(PathBuf, File)> {
    private_folders().create(logs)?;
    let mut number = 1;
    let folder = loop {
        let folder = logs.join(format!("{stamp}-{number}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => break folder,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    };
    let lock = File::create(folder.join(LOCK))?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    Ok((folder, lock))
}

/// Removes the oldest runs but `keep`. One that can't be removed stays for the next time.
fn rotate(logs: &Path, keep: usize) {
    let Ok(entries) = read_dir(logs) else { return };
    let mut runs = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| Some((age(entry.file_name().to_str()?)?, entry.path())))
        .collect::<Vec<_>>();
    runs.sort();
    let surplus = runs.len().saturating_sub(keep);
    for (_, folder) in runs.into_iter().take(surplus) {
        let lock = File::open(folder.join(LOCK));
        if lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err()) {
            continue;
        }
        let _ = remove_dir_all(&folder);
    }
}

/// What sorts runs by their age; `None`: the folder is none of ours.
fn age(name: &str) -> Option<(String, u64)> {
    let (stamp, number) = name.split_once('-')?;
    let shape = stamp.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    (stamp.len() == 16 && shape.eq(*b"00000000T000000Z")).then_some(())?;
    Some((stamp.to_owned(), number.parse().ok()?))
}

/// A point in time as `20261122T212350Z` (ISO 8601, basic format, UTC).
fn stamp(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Counted from 0000-03-01, so that the leap day is a year's last: eras of 400 years have 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stamp_is_the_date() {
        for (seconds, expected) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_795_382_630, "20261122T212350Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
            assert!(age(&format!("{expected}-1")).is_some());
        }
        for foreign in ["notes", "20261122T212350Z", "20261122-1", "20261122T212350Z-x", "..-1"] {
            assert_eq!(age(foreign), None, "{foreign}");
        }
    }
}
