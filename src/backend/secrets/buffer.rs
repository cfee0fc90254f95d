//! A text that is being made, which may hold secrets.

use zeroize::Zeroizing;

use super::Plaintext;

/// Bytes that are wiped when they are dropped, and also where growing leaves them behind.
#[derive(Clone, Default)]
pub struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    /// Starts with nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is there so far.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            // The vector itself would free its old memory as it is.
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(self.0.capacity() * 2).max(64)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    /// Adds a byte at the end.
    pub fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    /// Adds the same byte several times.
    pub fn repeat(&mut self, byte: u8, times: usize) {
        const SOME: usize = 64;
        let several = [byte; SOME];
        for _ in 0..times / SOME {
            self.extend(&several);
        }
        self.extend(&several[..times % SOME]);
    }

    /// Adds a character in UTF-8.
    pub fn character(&mut self, character: char) {
        self.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl From<Buffer> for Plaintext {
    fn from(buffer: Buffer) -> Self {
        buffer.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_together() {
        let mut buffer = Buffer::new();
        for piece in [&b"abc"[..], b"", &[b'x'; 1000], b"z"] {
            buffer.extend(piece);
        }
        assert_eq!(buffer.len(), 1004);
        assert_eq!(Plaintext::from(buffer).bytes()[..4], *b"abcx");
    }
}
