//! Nix code of this program's own, put where Nix can read it as a flake.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// A folder of Nix code, written out of the program: a fleet's flake need not know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// Writes files (by their names) into a folder below `cache` that is named after what they hold. What is there already, and as it should be, stays.
    pub fn write(cache: &Path, name: &str, files: &[(&str, &str)]) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        files.hash(&mut hasher);
        let folder = cache.join(format!("{name}-{:016x}", hasher.finish()));
        let is_written = || {
            files
                .iter()
                .all(|(file, text)| fs::read(folder.join(file)).is_ok_and(|read| read == text.as_bytes()))
        };
        if !is_written() {
            // Whoever else does the same at the same time writes the same; a file is whole from the moment on that it is there.
            for (file, text) in files {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap_or(&folder))?;
                let new = path.with_extension(format!("{}.new", std::process::id()));
                fs::write(&new, text)?;
                fs::rename(&new, &path)?;
            }
        }
        Ok(Self { folder })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What Nix calls it. Whatever could mean something in a URL is written as a number.
    #[must_use]
    pub fn reference(&self) -> String {
        let mut reference = "path:".to_owned();
        for byte in self.folder.as_os_str().as_encoded_bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
                reference.push(char::from(*byte));
            } else {
                reference.push_str(&format!("%{byte:02X}"));
            }
        }
        reference
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 2] = [("flake.nix", "{ outputs = _: { }; }"), ("lib/a.nix", "1")];

    #[test]
    fn what_is_written_is_mended_and_not_written_twice() {
        let cache = tempfile::tempdir().unwrap();
        let library = Library::write(cache.path(), "it", &FILES).unwrap();
        let read = |file: &str| fs::read_to_string(library.folder().join(file)).unwrap();
        assert_eq!(read("lib/a.nix"), "1");
        fs::write(library.folder().join("lib/a.nix"), "2").unwrap();
        assert_eq!(Library::write(cache.path(), "it", &FILES).unwrap(), library);
        assert_eq!(read("lib/a.nix"), "1");
        let other = Library::write(cache.path(), "it", &FILES[..1]).unwrap();
        assert_ne!(other, library);
        let files = fs::read_dir(library.folder().join("lib")).unwrap();
        assert_eq!(files.count(), 1, "nothing else is left behind");
    }

    #[test]
    fn no_folder_means_anything_in_a_url() {
        let cache = tempfile::tempdir().unwrap();
        let odd = cache.path().join("a b?x=1#é");
        let library = Library::write(&odd, "it", &FILES).unwrap();
        assert!(library.reference().contains("/a%20b%3Fx%3D1%23%C3%A9/it-"), "{}", library.reference());
    }
}
