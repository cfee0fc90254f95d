//! Text that nobody else may see.

use std::{
    fmt,
    io::{self, Read},
};

use zeroize::Zeroizing;

use super::{buffer::Buffer, seal::LARGEST};

/// The text of a secret, or the randomness that it is made from. It is wiped when it is dropped, and says nothing of itself to a log.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads to the end. More than a secret may have is an error.
    pub fn read_from(source: &mut impl Read) -> io::Result<Self> {
        let mut text = Buffer::new();
        let mut buffer = Zeroizing::new([0; 4096]);
        loop {
            match source.read(buffer.as_mut()) {
                Ok(0) => return Ok(text.into()),
                Ok(length) => text.extend(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if text.len() > LARGEST {
                let why = format!("a secret has at most {LARGEST} bytes");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
            }
        }
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_told() {
        assert_eq!(format!("{:?}", Plaintext::from(b"hunter2".to_vec())), "Plaintext(..)");
    }
}
