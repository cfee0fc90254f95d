//! Cuts a stream of bytes into lines.

/// Cuts a stream into lines with bounded memory: a line over the limit comes in pieces.
#[derive(Debug)]
pub struct Lines {
    limit: usize,
    pending: Vec<u8>,
    continues: bool,
}

/// A line without its end, or a piece of a line that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The bytes, as they came.
    pub bytes: &'a [u8],
    /// Whether the piece before it belongs to the same line.
    pub continues: bool,
    /// Whether the line goes on in the next piece.
    pub cut: bool,
}

impl Piece<'_> {
    /// Whether it is a whole line.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.continues && !self.cut
    }
}

impl Lines {
    /// Hands on pieces of at most `limit` bytes (at least 1).
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), pending: Vec::new(), continues: false }
    }

    /// Takes the next bytes and hands on every line that ends in them.
    pub fn push(&mut self, bytes: &[u8], mut piece: impl FnMut(Piece<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest);
            let segment = &rest[..end.unwrap_or(rest.len())];
            rest = &rest[segment.len() + usize::from(end.is_some())..];
            self.take(segment, end.is_some(), &mut piece);
        }
    }

    /// Hands on what stands behind the last line's end.
    pub fn finish(&mut self, mut piece: impl FnMut(Piece<'_>)) {
        if !self.pending.is_empty() {
            self.take(&[], true, &mut piece);
        }
    }

    fn take(&mut self, mut segment: &[u8], ended: bool, piece: &mut impl FnMut(Piece<'_>)) {
        while self.pending.len() + segment.len() > self.limit {
            let (head, tail) = segment.split_at(self.limit - self.pending.len());
            self.emit(head, true, piece);
            segment = tail;
        }
        if ended {
            self.emit(segment, false, piece);
        } else {
            self.pending.extend_from_slice(segment);
        }
    }

    fn emit(&mut self, last: &[u8], cut: bool, piece: &mut impl FnMut(Piece<'_>)) {
        let continues = std::mem::replace(&mut self.continues, cut);
        if self.pending.is_empty() {
            piece(Piece { bytes: last, continues, cut });
        } else {
            self.pending.extend_from_slice(last);
            piece(Piece { bytes: &self.pending, continues, cut });
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Owned = (Vec<u8>, bool, bool);

    fn cut(limit: usize, chunks: &[&[u8]]) -> Vec<Owned> {
        let mut lines = Lines::new(limit);
        let mut pieces = Vec::new();
        let mut keep = |piece: Piece<'_>| pieces.push((piece.bytes.to_vec(), piece.continues, piece.cut));
        for chunk in chunks {
            lines.push(chunk, &mut keep);
        }
        lines.finish(&mut keep);
        pieces
    }

    #[test]
    fn lines_are_whole_wherever_the_stream_was_cut() {
        let whole = |text: &str| (text.as_bytes().to_vec(), false, false);
        let expected = vec![whole("one"), whole(""), whole("two"), whole("last")];
        assert_eq!(cut(8, &[b"one\n\ntwo\nlast"]), expected);
        assert_eq!(cut(8, &[b"o", b"ne", b"\n", b"\ntw", b"o\nlas", b"t", b""]), expected);
        assert_eq!(cut(8, &[b"a\n"]), vec![whole("a")], "a final line's end makes no empty line");
    }

    #[test]
    fn a_line_over_the_limit_is_known_by_its_pieces() {
        let expected = vec![
            (b"abcd".to_vec(), false, true),
            (b"efgh".to_vec(), true, true),
            (b"i".to_vec(), true, false),
            (b"abcd".to_vec(), false, false),
        ];
        assert_eq!(cut(4, &[b"abcdefghi\nabcd\n"]), expected);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_piece_is_over_the_limit(
            chunks in prop::collection::vec(prop::collection::vec(prop::sample::select(b"ab\n\0".to_vec()), 0..40), 0..20),
            limit in 1..12_usize,
        ) {
            let stream = chunks.concat();
            let chunks = chunks.iter().map(Vec::as_slice).collect::<Vec<_>>();
            let mut again = Vec::new();
            let mut before = false;
            for (bytes, continues, cut) in cut(limit, &chunks) {
                prop_assert!(bytes.len() <= limit);
                prop_assert_eq!(continues, before);
                prop_assert!(!continues || !bytes.is_empty());
                again.extend(bytes);
                if !cut {
                    again.push(b'\n');
                }
                before = cut;
            }
            prop_assert!(!before);
            let mut expected = stream.clone();
            if !expected.is_empty() && !expected.ends_with(b"\n") {
                expected.push(b'\n');
            }
            prop_assert_eq!(again, expected);
        }
    }
}
