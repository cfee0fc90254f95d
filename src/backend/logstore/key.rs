//! Names of streams, and of their files.

use std::{
    fmt::{self, Write},
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

use crate::backend::model::{HostName, StorePath};

/// The longest name of a file that every file system takes, less room for an ending.
const LONGEST_NAME: usize = 200;

/// A stream of a run's log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    /// The host that it is about; `None`: all of them.
    pub host: Option<HostName>,
    /// What speaks.
    pub subject: Subject,
}

/// What speaks in a stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The build of a derivation.
    Derivation(StorePath),
    /// A step of the run: `build`, `copy`, `activate`.
    Step(String),
}

impl LogKey {
    /// The build of a derivation on this machine or its builders.
    #[must_use]
    pub fn derivation(derivation: StorePath) -> Self {
        Self { host: None, subject: Subject::Derivation(derivation) }
    }

    /// A step that is common to all hosts.
    #[must_use]
    pub fn step(step: impl Into<String>) -> Self {
        Self { host: None, subject: Subject::Step(step.into()) }
    }

    /// A step for one host.
    #[must_use]
    pub fn host_step(host: HostName, step: impl Into<String>) -> Self {
        Self { host: Some(host), subject: Subject::Step(step.into()) }
    }

    /// The stream's file, relative to the folder of its run. Two keys never have the same.
    pub(super) fn file(&self) -> PathBuf {
        let mut file = PathBuf::new();
        if let Some(host) = &self.host {
            file.extend(["hosts", host.as_str()]);
        }
        match &self.subject {
            Subject::Derivation(path) => {
                let name = path.as_str().rsplit('/').next().unwrap_or_default();
                file.extend(["build", &safe_name(name.strip_suffix(".drv").unwrap_or(name))]);
            }
            Subject::Step(step) => file.push(safe_name(step)),
        }
        file.as_mut_os_string().push(".log");
        file
    }
}

impl fmt::Display for LogKey {
    /// Short, as it stands beside a line: `gate/activate`, `build`; of a derivation its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        match &self.subject {
            Subject::Derivation(path) => f.write_str(path.name().strip_suffix(".drv").unwrap_or(path.name())),
            Subject::Step(step) => f.write_str(step),
        }
    }
}

/// A name that is one on any file system: odd bytes as `%XX`, a long one cut and told apart by a hash.
fn safe_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for (at, byte) in name.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || b"-_+=".contains(&byte) || (byte == b'.' && at > 0) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    if safe.is_empty() {
        safe.push('%');
    }
    if safe.len() > LONGEST_NAME {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        safe.truncate(LONGEST_NAME - 17);
        let _ = write!(safe, "~{:016x}", hasher.finish());
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn files_are_found_by_their_name() {
        let host: HostName = "gate".parse().unwrap();
        let derivation: StorePath =
            "/nix/store/5gmmdb83n9ykjajgq7dz19g8abwhdv06-lib-1.0.drv".parse().unwrap();
        let file = |key: LogKey| key.file().display().to_string();
        assert_eq!(LogKey::derivation(derivation.clone()).to_string(), "lib-1.0");
        assert_eq!(LogKey::host_step(host.clone(), "copy").to_string(), "gate/copy");
        assert_eq!(file(LogKey::host_step(host, "dry-activate")), "hosts/gate/dry-activate.log");
        assert_eq!(file(LogKey::step("build")), "build.log");
        assert_eq!(
            file(LogKey::derivation(derivation)),
            "build/5gmmdb83n9ykjajgq7dz19g8abwhdv06-lib-1.0.log"
        );
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_folder_or_meets_another(one in ".{0,90}", other in ".{0,90}") {
            let (safe, safe_other) = (safe_name(&one), safe_name(&other));
            prop_assert!(!safe.is_empty() && safe.len() <= LONGEST_NAME);
            prop_assert!(!safe.starts_with('.') && !safe.contains(['/', '\0', '\\']) && safe.is_ascii());
            prop_assert_eq!(one == other, safe == safe_other);
        }
    }
}
