//! Text that nobody else may see.

use std::{
    fmt,
    io::{self, Read},
};

use zeroize::Zeroizing;

use super::seal::LARGEST;

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
        let mut text = Gathering::default();
        let mut buffer = Zeroizing::new([0; 4096]);
        loop {
            match source.read(buffer.as_mut()) {
                Ok(0) => return Ok(text.into()),
                Ok(length) => text.add(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if text.bytes().len() > LARGEST {
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

/// A plaintext that comes in pieces. A vector that grows by itself leaves its old memory behind as it was; this wipes it.
#[derive(Default)]
pub struct Gathering(Zeroizing<Vec<u8>>);

impl Gathering {
    /// Adds a piece at the end.
    pub fn add(&mut self, piece: &[u8]) {
        let length = self.0.len() + piece.len();
        if length > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two().max(256)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(piece);
    }

    /// What is there so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Gathering> for Plaintext {
    fn from(gathering: Gathering) -> Self {
        Self(gathering.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_together() {
        let mut gathering = Gathering::default();
        for piece in [&b"abc"[..], b"", &[b'x'; 1000], b"z"] {
            gathering.add(piece);
        }
        assert_eq!(gathering.bytes().len(), 1004);
        assert_eq!(Plaintext::from(gathering).bytes()[..4], *b"abcx");
    }

    #[test]
    fn it_is_not_told() {
        assert_eq!(format!("{:?}", Plaintext::from(b"hunter2".to_vec())), "Plaintext(..)");
    }
}
