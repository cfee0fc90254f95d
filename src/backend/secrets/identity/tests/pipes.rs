//! Identities out of pipes, and out of what is none.

use std::{
    fs,
    os::{fd::AsRawFd as _, unix::net::UnixListener},
    thread,
    time::Duration,
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;

/// Somebody who has stopped waiting.
struct Gone;

impl Ask for Gone {
    fn ask(&self, question: &Question) -> Result<Passphrase> {
        Nobody.ask(question)
    }

    fn tell(&self, _: &str) {}

    fn is_over(&self) -> bool {
        true
    }
}

fn pipe(room: &Room, mode: u32) -> PathBuf {
    let path = room.path("pipe");
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(mode), 0).unwrap();
    path
}

#[test]
fn a_pipe_with_a_writer_is_read_to_its_end() {
    let (public, secret) = x25519();
    let opens = |path: PathBuf| {
        let ours = open(path, &Prepared::with(&[])).unwrap();
        assert_eq!(ours.unseal(&sealed(&public)).unwrap().bytes(), b"text");
    };
    // As a shell hands over `<(COMMAND)`, which may have ended before it is read, or begin afterwards.
    let (reader, mut writer) = std::io::pipe().unwrap();
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    std::io::Write::write_all(&mut writer, format!("# a comment\n{secret}\n").as_bytes()).unwrap();
    drop(writer);
    opens(path);
    let room = Room::new();
    let path = pipe(&room, 0o600);
    thread::scope(|scope| {
        scope.spawn(|| fs::write(&path, &secret).unwrap());
        opens(path.clone());
    });
}

#[test]
fn a_pipe_without_a_writer_is_given_up() {
    let room = Room::new();
    let path = pipe(&room, 0o600);
    let error = file::read(&path, &Nobody, Duration::ZERO).unwrap_err();
    assert!(error.what.contains("nobody writes to"), "{error}");
    let error = file::read(&path, &Gone, Duration::MAX).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    // Nor is it a reason to look elsewhere.
    let sources = Sources { usual: vec![path.clone(), room.path("other")], ..Sources::default() };
    let ask: Arc<dyn Ask> = Arc::new(Gone);
    assert_eq!(sources.open(&ask).unwrap_err().kind, ErrorKind::Cancelled);
    // One that is open and silent is waited for, until the operator has enough.
    let (reader, _writer) = std::io::pipe().unwrap();
    let silent = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    assert_eq!(file::read(&silent, &Gone, Duration::ZERO).unwrap_err().kind, ErrorKind::Cancelled);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = file::read(&path, &Nobody, Duration::MAX).unwrap_err();
    assert!(error.what.contains("can be read or written by others"), "{error}");
}

#[test]
fn what_is_neither_is_refused() {
    let room = Room::new();
    let socket = room.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    for path in [PathBuf::from("/dev/null"), PathBuf::from("/dev/zero"), socket] {
        let error = open(path.clone(), &Prepared::with(&[])).unwrap_err();
        assert!(error.what.contains("neither a file nor a pipe"), "{error}");
    }
}
