//! The outside of an age file, as strict as its specification (<https://c2sp.org/age>) where the crate is lenient, and as lenient where it is strict.

use std::{borrow::Cow, io::Read as _};

use age::{DecryptError, Decryptor, armor::ArmoredReader};

/// How an armored file begins.
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// A line of a stanza's body is full with so many characters; a shorter one, be it empty, ends the body.
const FULL_LINE: usize = 64;

/// Takes off the armor, if it has one. White space around it is allowed.
pub(in super::super) fn disarmed(sealed: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let trimmed = sealed.trim_ascii_start();
    if !trimmed.starts_with(ARMOR) {
        return Ok(Cow::Borrowed(sealed));
    }
    let mut file = Vec::with_capacity(sealed.len());
    ArmoredReader::new(trimmed).read_to_end(&mut file).map_err(|error| error.to_string())?;
    Ok(Cow::Owned(file))
}

/// Reads the header of a file without armor.
pub(in super::super) fn decryptor(file: &[u8]) -> Result<Decryptor<&[u8]>, String> {
    let decryptor = Decryptor::new_buffered(file).map_err(|error| match error {
        DecryptError::Io(_) => "it ends too early".to_owned(),
        error => error.to_string(),
    })?;
    bodies_end(file)?;
    Ok(decryptor)
}

/// Every stanza must end with a line that is not full. The crate lets that pass, as its oldest files were without.
fn bodies_end(file: &[u8]) -> Result<(), String> {
    let mut open = false;
    for line in file.split(|byte| *byte == b'\n').skip(1) {
        let begins = line.starts_with(b"-> ");
        let ends = line.starts_with(b"---");
        if open && (begins || ends) {
            return Err("a stanza of its header has no end".to_owned());
        }
        if ends {
            return Ok(());
        }
        open = begins || (open && line.len() >= FULL_LINE);
    }
    Ok(())
}
