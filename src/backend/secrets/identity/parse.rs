//! What is in an identity file.

use std::{path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::{
    Key, Rank,
    ask::Ask,
    locked::{Lock, Locked, check_work},
    plugin::Plugins,
    ssh,
};
use crate::backend::{
    error::{Error, ErrorKind, Result},
    secrets::seal::file,
};

/// What can be in one.
const SUPPORTED: &str = "an identity file has lines AGE-SECRET-KEY-1… or AGE-PLUGIN-…, or is a private key of SSH (ed25519 or rsa), or is such a file of age encrypted with a passphrase";

/// Recognises what a file is, and reads it.
pub(super) fn identities(
    bytes: &[u8],
    path: &Path,
    plugins: &Plugins,
    ask: &Arc<dyn Ask>,
) -> Result<Vec<(Rank, Key)>> {
    let fail = |what: &str| Error::new(ErrorKind::Configuration, format!("{} {what}", path.display()));
    // Some editors begin every text with the mark of its byte order.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(fail("is empty").hint(SUPPORTED));
    }
    let unsealed = file::disarmed(bytes).map_err(|why| fail(&format!("is a damaged file of age: {why}")))?;
    if unsealed.starts_with(b"age-encryption.org/") {
        let decryptor =
            file::decryptor(&unsealed).map_err(|why| fail(&format!("is a damaged file of age: {why}")))?;
        if !decryptor.is_scrypt() {
            return Err(fail("is encrypted to keys: such a file is no identity").hint(SUPPORTED));
        }
        check_work(&unsealed).map_err(|why| fail(&format!("is refused: {why}")))?;
        let lock = Lock::Wrapped(unsealed.to_vec(), plugins.clone());
        return Ok(vec![(Rank::Wrapped, Box::new(Locked::new(path.to_owned(), lock, ask.clone())))]);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(fail("is no text, so it is no identity").hint(SUPPORTED));
    };
    let start = text.trim_start();
    if start.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----")
        || start.starts_with("-----BEGIN RSA PRIVATE KEY-----")
    {
        // Files that were written on Windows are meant, too; an unsealed key leaves no copy behind.
        let mut unix = Zeroizing::new(String::with_capacity(start.len() + 1));
        for line in start.lines() {
            unix.push_str(line.trim_end());
            unix.push('\n');
        }
        return Ok(vec![ssh::read(&unix, path, ask)?]);
    }
    if start.starts_with("-----BEGIN ") {
        return Err(fail("is a key in a format that can't be read here")
            .hint(format!("{SUPPORTED}; `ssh-keygen -p -f FILE` rewrites older private keys of SSH")));
    }
    lines(bytes, plugins)
        .map_err(|error| Error { what: format!("{}: {}", path.display(), error.what), ..error })
}

/// Reads lines of identities.
pub(super) fn lines(bytes: &[u8], plugins: &Plugins) -> Result<Vec<(Rank, Key)>> {
    let fail = |what: String| Error::new(ErrorKind::Configuration, what);
    let text =
        std::str::from_utf8(bytes).map_err(|_| fail("there is no text in it".to_owned()).hint(SUPPORTED))?;
    let mut keys = Vec::<(Rank, Key)>::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line itself is never repeated: it may be a key with a typo.
        if let Ok(key) = line.parse::<age::x25519::Identity>() {
            keys.push((Rank::Plain, Box::new(key)));
        } else if let Ok(key) = line.parse::<age::plugin::Identity>() {
            keys.push((Rank::Plugin, plugins.identity(&key)?));
        } else if line.starts_with("AGE-SECRET-KEY-PQ-") {
            return Err(fail(format!("line {number} is a post-quantum key, which can't be used here yet"))
                .hint(SUPPORTED));
        } else if ["age1", "ssh-", "ecdsa-", "sk-ssh-"].iter().any(|start| line.starts_with(start)) {
            return Err(fail(format!("line {number} is a public key, which decrypts nothing"))
                .hint("name the file with the private half; that of SSH has the same name without `.pub`"));
        } else {
            return Err(fail(format!("line {number} is no identity")).hint(SUPPORTED));
        }
    }
    if keys.is_empty() {
        return Err(fail("there is no identity in it".to_owned()).hint(SUPPORTED));
    }
    Ok(keys)
}
