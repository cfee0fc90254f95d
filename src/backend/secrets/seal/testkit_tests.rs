//! The test files of age's specification (<https://c2sp.org/CCTV/age>). They come with the source of the crate `age`, which is where they are read from.

use std::{
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::*;
use crate::backend::{
    process::{Invocation, capture},
    secrets::identity::{Passphrase, Unwrapping, unwrap},
};

/// A test file: what is expected, with what, and the file itself.
struct Case {
    name: String,
    expect: String,
    payload: String,
    identities: Vec<String>,
    passphrases: Vec<String>,
    sealed: Vec<u8>,
}

impl Case {
    /// Lines `KEY: VALUE`, an empty line, the file.
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let all = |key: &str| {
            let value = |line: &str| line.strip_prefix(key)?.strip_prefix(": ").map(str::to_owned);
            head.lines().filter_map(value).collect::<Vec<_>>()
        };
        let mut sealed = bytes[end + 2..].to_vec();
        if all("compressed") == ["zlib"] {
            let packed = std::mem::take(&mut sealed);
            flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut sealed).unwrap();
        }
        Self {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            expect: all("expect").concat(),
            payload: all("payload").concat(),
            identities: all("identity"),
            passphrases: all("passphrase"),
            sealed,
        }
    }

    /// What our loader makes of it, in the words of the test files.
    fn outcome(&self) -> Result<Plaintext, Unreadable> {
        let identity = |text: &String| {
            let key: Box<dyn age::Identity + Send + Sync> =
                Box::new(text.parse::<age::x25519::Identity>().unwrap());
            key
        };
        let ours = Identities::of(self.identities.iter().map(identity).collect());
        let [passphrase] = &self.passphrases[..] else { return ours.unseal(&self.sealed) };
        match unwrap(&self.sealed, &Passphrase::from(passphrase.clone())) {
            Ok(text) => Ok(text.into()),
            Err(Unwrapping::WrongPassphrase | Unwrapping::NoPassphrase) => Err(Unreadable::NotForUs),
            Err(Unwrapping::Damaged(why)) => Err(Unreadable::Damaged(why)),
        }
    }

    fn check(&self) -> Result<(), String> {
        let outcome = self.outcome();
        let as_expected = match (self.expect.as_str(), &outcome) {
            ("success", Ok(text)) => hex(&Sha256::digest(text.bytes())) == self.payload,
            ("no match", Err(Unreadable::NotForUs)) => true,
            ("header failure" | "HMAC failure" | "payload failure" | "armor failure", Err(error)) => {
                matches!(error, Unreadable::Damaged(_))
            }
            _ => false,
        };
        if as_expected {
            Ok(())
        } else {
            Err(format!("{}: {} expected, {outcome:?}", self.name, self.expect))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Where cargo keeps the source of `age`.
async fn folder() -> Option<PathBuf> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let call = Invocation::new(cargo).args([
        "metadata",
        "--offline",
        "--format-version=1",
        "--manifest-path",
        manifest,
    ]);
    let output = capture(&call, &tokio_util::sync::CancellationToken::new()).await.ok()?;
    let metadata = serde_json::from_slice::<serde_json::Value>(&output.stdout).ok()?;
    let packages = metadata["packages"].as_array()?;
    let age = packages.iter().find(|package| package["name"] == "age")?;
    let folder = Path::new(age["manifest_path"].as_str()?).parent()?.join("tests/testdata/testkit");
    folder.is_dir().then_some(folder)
}

#[tokio::test]
async fn each_file_of_the_testkit_is_in_its_right_state() {
    let Some(folder) = folder().await else {
        assert!(env::var_os("CI").is_none(), "the source of the crate `age` must be there");
        eprintln!("skipped: cargo does not have the source of the crate `age`");
        return;
    };
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let cases = paths.map(|path| Case::read(&path)).collect::<Vec<_>>();
    assert!(cases.len() >= 108, "{} cases", cases.len());
    for expect in
        ["success", "no match", "header failure", "HMAC failure", "payload failure", "armor failure"]
    {
        assert!(cases.iter().any(|case| case.expect == expect), "{expect}");
    }
    let wrong = cases.iter().filter_map(|case| case.check().err()).collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What a passphrase opens is nobody's secret: it is not damaged, but never ours.
    let scrypt = cases.iter().find(|case| case.name == "scrypt").unwrap();
    let ours = Identities::of(vec![Box::new(age::x25519::Identity::generate())]);
    assert_eq!(ours.unseal(&scrypt.sealed), Err(Unreadable::NotForUs));
}
