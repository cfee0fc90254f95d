//! The full text of a run on disk: `LOGS/RUN/…`.

use std::{
    fs::{DirBuilder, File, OpenOptions, read_dir, remove_dir_all},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use rustix::fs::{FlockOperation, flock};

use super::{
    Limits, LogKey,
    order::{Order, Written},
    time::stamp,
};

/// How many files are kept open.
const OPEN_FILES: usize = 64;

/// Held by the run that writes, so that no other removes its folder.
const LOCK: &str = ".lock";

#[derive(Debug)]
pub(super) struct Disk {
    /// `None`: nothing can be written, or not any more.
    folder: Option<PathBuf>,
    /// Most lately used last.
    open: Vec<(LogKey, File)>,
    /// Which stream each piece of text went to, one after the other.
    order: Option<Order>,
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
            Ok((folder, lock, order)) => {
                disk.order = Some(order);
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
            order: None,
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

    pub(super) fn append(&mut self, key: &LogKey, line: &[u8], at: SystemTime) {
        if self.stopped || self.folder.is_none() {
            return;
        }
        let text = if let Some(room) = self.room.checked_sub(line.len() as u64 + 1) {
            self.room = room;
            [line, b"\n"].concat()
        } else {
            self.stopped = true;
            let limit = self.limit.div_ceil(1 << 20);
            self.problems.push(format!(
                "the log of this run has reached {limit} MiB; the rest is not written to disk"
            ));
            format!("the log of this run is cut off here, at {limit} MiB\n").into_bytes()
        };
        let written = self.open(key).and_then(|file| file.write_all(&text));
        let result = written.and_then(|()| match &mut self.order {
            Some(order) => order.note(key, text.len(), at),
            None => Ok(()),
        });
        if let Err(error) = result {
            let file = self.file(key).unwrap_or_default();
            self.give_up(&format!("{}: {error}", file.display()));
        }
    }

    pub(super) fn take_problem(&mut self) -> Option<String> {
        (!self.problems.is_empty()).then(|| self.problems.remove(0))
    }

    /// What was written, in its order; none if nothing could be.
    pub(super) fn written(&mut self) -> io::Result<Option<Written>> {
        let (Some(folder), Some(order)) = (&self.folder, &mut self.order) else { return Ok(None) };
        order.written(folder, !self.stopped).map(Some)
    }

    fn give_up(&mut self, why: &str) {
        self.problems.push(format!("the log of this run can't be written to disk: {why}"));
        // What was written stays to be read, but nothing is added to it: a text with holes would mislead.
        self.stopped = true;
        self.open.clear();
    }

    fn open(&mut self, key: &LogKey) -> io::Result<&mut File> {
        // From the end: who spoke last mostly goes on.
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == key) {
            self.open[at..].rotate_left(1);
        } else {
            let path = self.file(key).ok_or(io::ErrorKind::NotFound)?;
            if self.open.len() >= OPEN_FILES {
                self.open.remove(0);
            }
            if let Some(folder) = path.parent() {
                private_folders().create(folder)?;
            }
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
            self.open.push((key.clone(), file));
        }
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
fn new_run(logs: &Path, stamp: &str) -> io::Result<(PathBuf, File, Order)> {
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
    let order = Order::begin(&folder)?;
    Ok((folder, lock, order))
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn runs_are_known_by_their_names() {
        for seconds in [0, 951_782_399, 4_107_542_400] {
            assert!(age(&format!("{}-1", stamp(UNIX_EPOCH + Duration::from_secs(seconds)))).is_some());
        }
        for foreign in ["notes", "20261122T212350Z", "20261122-1", "20261122T212350Z-x", "..-1"] {
            assert_eq!(age(foreign), None, "{foreign}");
        }
    }
}
