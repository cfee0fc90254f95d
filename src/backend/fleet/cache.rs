//! What was known of a fleet when it was last looked at, kept for the next start.
//!
//! It is a convenience: whatever is wrong with the file, there is then nothing that was known. Secrets' values are not in it, since they are nowhere in the model.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::backend::job::Remembered;

/// Version of the file's format: another one is not read.
const VERSION: u32 = 2;

/// The name of the file in the fleet's folder.
const FILE: &str = "known.json";

/// The largest file that is read, in bytes. A fleet with 5,000 globals has some 2 MB.
const LARGEST: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct Kept<K> {
    version: u32,
    known: K,
}

#[derive(Deserialize)]
struct Format {
    version: u32,
}

/// Reads what was known; `None`: nothing, or nothing that can be understood.
#[must_use]
pub fn read(folder: &Path) -> Option<Remembered> {
    let file = folder.join(FILE);
    let usable = fs::metadata(&file).ok().filter(|file| file.is_file() && file.len() <= LARGEST);
    usable.and_then(|_| understand(&fs::read(&file).ok()?))
}

fn understand(bytes: &[u8]) -> Option<Remembered> {
    // The version first: another one may well be understood, and wrongly.
    let format = serde_json::from_slice::<Format>(bytes).ok()?;
    (format.version == VERSION).then_some(())?;
    serde_json::from_slice::<Kept<Remembered>>(bytes).ok().map(|kept| kept.known)
}

/// Writes what is known: a new file takes the place of the old one, so that nobody ever reads half of one.
pub fn write(folder: &Path, known: &Remembered) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let bytes = serde_json::to_vec(&Kept { version: VERSION, known })?;
    // Two consoles of one fleet must not write into the same file.
    let new = folder.join(format!("{FILE}.{}", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new);
    let renamed = written
        .and_then(|mut file| file.write_all(&bytes))
        .and_then(|()| fs::rename(&new, folder.join(FILE)));
    renamed.inspect_err(|_| drop(fs::remove_file(&new)))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, time::Duration, time::Instant};

    use proptest::prelude::*;

    use super::*;
    use crate::backend::{
        demo::{Player, Script},
        job::Report,
    };

    fn known() -> Remembered {
        let mut player = Player::new(Script::default()).unwrap();
        match player.play().into_iter().next() {
            Some(Report::Remembered(known)) => *known,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_kept_is_read_again_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/fleet");
        assert_eq!(read(&folder), None);
        write(&folder, &known()).unwrap();
        write(&folder, &known()).unwrap();
        assert_eq!(read(&folder), Some(known()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left behind");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(FILE))), (0o700, 0o600));
    }

    #[test]
    fn another_version_is_nothing() {
        let bytes = serde_json::to_vec(&Kept { version: VERSION + 1, known: known() }).unwrap();
        assert_eq!(understand(&bytes), None);
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FILE)).unwrap();
        assert_eq!(read(folder.path()), None, "a folder is no file");
    }

    #[test]
    fn five_thousand_globals_are_read_fast() {
        let mut known = known();
        if let Some((globals, _)) = &mut known.globals {
            let leaves = globals.leaves.iter().cycle().take(5000).cloned().collect();
            globals.leaves = leaves;
        }
        let bytes = serde_json::to_vec(&Kept { version: VERSION, known }).unwrap();
        let since = Instant::now();
        assert!(understand(&bytes).is_some());
        // 2 MB: some 20 ms in a release build, 100 ms in this one. The bound only catches what grows out of proportion.
        assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn a_damaged_file_is_nothing_or_something_but_never_worse(cut in 0.0_f64..1.0, changes in prop::collection::vec((0.0_f64..1.0, any::<u8>()), 0..6)) {
            let mut bytes = serde_json::to_vec(&Kept { version: VERSION, known: known() }).unwrap();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any place will do")]
            let place = |part: f64, length: usize| (part * length as f64) as usize;
            let length = bytes.len();
            for (at, byte) in changes {
                bytes[place(at, length)] = byte;
            }
            bytes.truncate(place(cut, length));
            prop_assert_eq!(understand(&bytes), None, "what is cut off is never whole");
        }
    }
}
