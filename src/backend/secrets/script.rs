//! The engine of scripts: a program of the fleet's, shut in with the secrets that it may read.
//!
//! It runs in a sandbox of bubblewrap's: it sees the Nix store, `/usr`, and the fleet's folder, none of which it can write to; what it writes elsewhere is in memory and gone at its
//! end. It has no network unless that is declared, an environment of its own, and nothing to ask anybody by. The secrets that it may read are files below `$SECRETS_DIR`; they come to it through
//! files that have no name, so that none of them is ever on a disk, an argument or a variable.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use memchr::memmem;
use rustix::fs::{MemfdFlags, memfd_create};
use tokio_util::sync::CancellationToken;

use super::{Plaintext, Script, buffer::Buffer, seal::LARGEST};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    process::{FIRST_FILE, Invocation, LINE_LIMIT, Lines, Stream, run_raw},
};

/// Where the secrets are that the script may read.
const SECRETS: &str = "/run/secrets";
/// What it writes to, in memory.
const SCRATCH: &str = "/run/scratch";
/// Where public halves are, the only folder of secrets that a script may write to.
const DERIVED: &str = "secrets/derived";
/// Parts of a secret that are shorter than this many bytes are left in what the script says: they would be everywhere.
const TELLING: usize = 4;
/// How many of the last lines of a script that failed are told.
const LAST_LINES: usize = 20;

/// A script that is ready to run.
#[derive(Debug)]
pub struct Ready<'a> {
    /// Its program, built.
    pub program: &'a Path,
    /// What is declared of it.
    pub script: &'a Script,
    /// The fleet's folder, in which it is started.
    pub folder: &'a Path,
    /// The secrets that it may read, by name.
    pub secrets: &'a BTreeMap<String, Arc<Plaintext>>,
}

/// Runs a script and takes what it prints for the secret. `line` hears what it says on standard error, with what is secret in it blotted out.
pub async fn run(
    ready: &Ready<'_>,
    cancel: &CancellationToken,
    mut line: impl FnMut(&str) + Send,
) -> Result<Plaintext> {
    let blotter = Blotter::new(ready.secrets.values().map(Arc::as_ref));
    let mut text = Buffer::new();
    let mut lines = Lines::new(LINE_LIMIT);
    let mut last = Vec::new();
    let stop = cancel.child_token();
    let mut say = |said: &[u8]| {
        let said = blotter.blot(said);
        line(&said);
        if last.len() == LAST_LINES {
            last.remove(0);
        }
        last.push(said);
    };
    let mut too_much = false;
    let ran = run_raw(&sandboxed(ready)?, &stop, |stream, bytes| match stream {
        Stream::Out if text.len() + bytes.len() > LARGEST => {
            too_much = true;
            stop.cancel();
        }
        Stream::Out => text.extend(bytes),
        Stream::Err => lines.push(bytes, |piece| say(piece.bytes)),
    })
    .await;
    lines.finish(|piece| say(piece.bytes));
    let exit = ran.map_err(without_sandbox)?;
    if too_much {
        return Err(Error::new(ErrorKind::Process, format!("the script printed more than {LARGEST} bytes")));
    }
    if exit.cancelled {
        return Err(Error::cancelled());
    }
    let text = Plaintext::from(text);
    if !exit.status.success() {
        // What it printed may be a part of the secret to be.
        let blotter = Blotter::new([&text]);
        return Err(Error::new(ErrorKind::Process, format!("the script failed: {}", exit.status))
            .detail(last.iter().map(|said| blotter.blot(said.as_bytes()))));
    }
    if text.bytes().is_empty() {
        return Err(Error::new(ErrorKind::Process, "the script printed nothing")
            .hint("the secret is what it prints on standard output")
            .detail(last));
    }
    Ok(text)
}

fn without_sandbox(error: Error) -> Error {
    if error.kind != ErrorKind::Missing {
        return error;
    }
    let what = "scripts run in a sandbox of bubblewrap's, and there is no `bwrap` on this machine";
    Error::new(ErrorKind::Missing, what).hint("install bubblewrap; it is for Linux only")
}

/// The call of bubblewrap.
fn sandboxed(ready: &Ready<'_>) -> Result<Invocation> {
    let mut call = Invocation::new("bwrap")
        // No namespace of users but where bubblewrap needs one, which is for everybody but root: a kernel gives none to a root that is shut in by chroot.
        .args(["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"])
        .args(["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"])
        .args(["--ro-bind", "/usr", "/usr"])
        .args(["--ro-bind-try", "/nix/store", "/nix/store"])
        .args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--perms", "0700", "--tmpfs", SCRATCH]);
    for name in ["bin", "lib", "lib64", "sbin"] {
        let path = format!("/{name}");
        // On a merged system these are links into /usr; on NixOS, `/bin` holds but a shell.
        call = match fs::read_link(&path) {
            Ok(target) => call.arg("--symlink").arg(target).arg(path),
            Err(_) => call.args(["--ro-bind-try", &path, &path]),
        };
    }
    if ready.script.network {
        for path in ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki"] {
            call = call.args(["--ro-bind-try", path, path]);
        }
    } else {
        call = call.arg("--unshare-net");
    }
    call = call.arg("--ro-bind").arg(ready.folder).arg(ready.folder);
    for folder in written(ready)? {
        call = call.arg("--bind").arg(&folder).arg(&folder);
    }
    if !ready.program.starts_with("/nix/store") {
        call = call.arg("--ro-bind").arg(ready.program).arg(ready.program);
    }
    call = call.args(["--perms", "0700", "--dir", SECRETS]);
    // Some programs, ssh-keygen among them, don't run for somebody whom nobody knows.
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let accounts = Plaintext::from(format!("operator:x:{user}:{group}::{SCRATCH}:/bin/sh\n").into_bytes());
    let secrets =
        ready.secrets.iter().map(|(name, text)| ("0400", format!("{SECRETS}/{name}"), text.as_ref()));
    let files = secrets.chain([("0444", "/etc/passwd".to_owned(), &accounts)]);
    for ((mode, path, text), number) in files.zip(FIRST_FILE..) {
        let nameless = nameless(text).map_err(|error| Error::io("a file in memory", &error))?;
        call = call.args(["--perms", mode, "--file", &number.to_string(), &path]).file(nameless.into());
    }
    let environment = [
        ("PATH", "/usr/bin:/bin"),
        ("HOME", SCRATCH),
        ("TMPDIR", SCRATCH),
        ("XDG_RUNTIME_DIR", SCRATCH),
        ("SECRETS_DIR", SECRETS),
        ("LC_ALL", "C.UTF-8"),
    ];
    for (name, value) in environment {
        call = call.args(["--setenv", name, value]);
    }
    Ok(call.arg("--chdir").arg(ready.folder).arg("--").arg(ready.program))
}

/// The folders of the fleet that the script may write to, made where they are missing.
fn written(ready: &Ready<'_>) -> Result<Vec<PathBuf>> {
    let folder = |name: &String| {
        let odd = |part: &str| part.is_empty() || part == "." || part == ".." || part == ".git";
        let in_secrets = name == "secrets" || name.starts_with("secrets/");
        let in_derived = name == DERIVED || name.starts_with("secrets/derived/");
        if name.split('/').any(odd) || (in_secrets && !in_derived) {
            let what = format!("a script can't write to {name:?}");
            return Err(Error::new(ErrorKind::Configuration, what)
                .hint("`writes` takes folders of the fleet, relative to it; of secrets only secrets/derived, and not .git"));
        }
        let mut folder = ready.folder.to_owned();
        for part in name.split('/') {
            folder.push(part);
            let made = match fs::create_dir(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                made => made,
            };
            made.map_err(|error| Error::io(folder.display(), &error))?;
            if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                let what = format!("a script can't write to {name:?}: {} is no folder", folder.display());
                return Err(Error::new(ErrorKind::Refused, what).hint("links are not followed"));
            }
        }
        Ok(folder)
    };
    ready.script.writes.iter().map(folder).collect()
}

/// The files in the folders that a script may write to, relative to the fleet: git has to know them, so that Nix does.
pub fn files_beside(folder: &Path, script: &Script) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = script.writes.iter().map(PathBuf::from).collect::<Vec<_>>();
    while let Some(below) = folders.pop() {
        let entries = match fs::read_dir(folder.join(&below)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|error| Error::io(below.display(), &error))?,
        };
        for entry in entries {
            let entry = entry.map_err(|error| Error::io(below.display(), &error))?;
            let path = below.join(entry.file_name());
            let kind = entry.file_type().map_err(|error| Error::io(path.display(), &error))?;
            match path.to_str() {
                _ if kind.is_dir() => folders.push(path),
                Some(name) if kind.is_file() => files.push(name.to_owned()),
                _ => {}
            }
        }
    }
    Ok(files)
}

/// A file in memory that has no name, with the text in it.
fn nameless(text: &Plaintext) -> std::io::Result<File> {
    let mut file = File::from(memfd_create("secret", MemfdFlags::CLOEXEC)?);
    file.write_all(text.bytes())?;
    file.rewind()?;
    Ok(file)
}

/// Blots out what is secret: whole secrets, and each of their lines.
struct Blotter<'a>(Vec<&'a [u8]>);

impl<'a> Blotter<'a> {
    fn new(secrets: impl IntoIterator<Item = &'a Plaintext>) -> Self {
        let parts = secrets.into_iter().flat_map(|secret| secret.bytes().split(|byte| *byte == b'\n'));
        let mut telling =
            parts.map(<[u8]>::trim_ascii).filter(|part| part.len() >= TELLING).collect::<Vec<_>>();
        telling.sort_by_key(|part| std::cmp::Reverse(part.len()));
        Self(telling)
    }

    fn blot(&self, said: &[u8]) -> String {
        let mut left = said;
        let mut shown = String::new();
        while let Some((at, length)) = self.first(left) {
            shown.push_str(&String::from_utf8_lossy(&left[..at]));
            shown.push_str("<secret>");
            left = &left[at + length..];
        }
        shown.push_str(&String::from_utf8_lossy(left));
        shown
    }

    /// Where the next part of a secret is, and how long: the longest, where several begin there.
    fn first(&self, text: &[u8]) -> Option<(usize, usize)> {
        let found = self.0.iter().filter_map(|part| Some((memmem::find(text, part)?, part.len())));
        found.min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_blotted_out() {
        let secrets = [&b"hunter2\nsecond line"[..], b"abc", b"hunter", b"\xff\xfe\xfd\xfc"];
        let secrets = secrets.map(|text| Plaintext::from(text.to_vec()));
        let blotter = Blotter::new(&secrets);
        assert_eq!(blotter.blot(b"the hunter2 and hunter of abc"), "the <secret> and <secret> of abc");
        assert_eq!(blotter.blot(b"a second line\xff\xfe\xfd\xfc."), "a <secret><secret>.");
        assert_eq!(Blotter::new([]).blot(b"all"), "all");
    }
}
