//! Copying to the clipboard of the terminal that shows us, over any number of SSH links: OSC 52 of xterm.

use crossterm::{Command, clipboard::CopyToClipboard};

use super::environment::Multiplexer;
use crate::backend::error::{Error, ErrorKind, Result};

/// The most that is sent, in bytes. Terminals drop what is too long without a word; 100,000 with base64 and all is what hterm's `osc52.sh` found them to take, and leaves this much.
pub const LIMIT: usize = 74_000;

/// GNU screen passes on pieces of so many bytes at most.
const SCREEN_PIECE: usize = 512;

/// The sequence that copies a text. Whether the terminal obeys, it does not say.
pub fn sequence(text: &str, multiplexer: Multiplexer) -> Result<String> {
    if text.len() > LIMIT {
        let what = format!("{} bytes are too much for a terminal's clipboard", text.len());
        return Err(Error::new(ErrorKind::Refused, what)
            .hint(format!("terminals take {LIMIT} bytes; save it to a file instead")));
    }
    let mut sequence = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut sequence)
        .map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
    Ok(match multiplexer {
        Multiplexer::None => sequence,
        // tmux obeys the sequence itself where `set-clipboard` is on. It is `external` by default, which ignores what programs send; passed through, the outer terminal obeys, where `allow-passthrough` is on. Both may happen, and do no harm.
        Multiplexer::Tmux => {
            let passed = sequence.replace('\x1b', "\x1b\x1b");
            format!("{sequence}\x1bPtmux;{passed}\x1b\\")
        }
        // Ended by BEL: the usual end holds the very characters that end screen's own string.
        Multiplexer::Screen => {
            let sequence = sequence.replace("\x1b\\", "\x07");
            let pieces = sequence.as_bytes().chunks(SCREEN_PIECE).map(String::from_utf8_lossy);
            pieces.flat_map(|piece| ["\x1bP".into(), piece, "\x1b\\".into()]).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_to_the_terminal() {
        assert_eq!(sequence("hello", Multiplexer::None).unwrap(), "\x1b]52;c;aGVsbG8=\x1b\\");
        // What the text holds can't end the sequence, nor begin one.
        assert_eq!(sequence("\x1b\\\x07", Multiplexer::None).unwrap(), "\x1b]52;c;G1wH\x1b\\");
    }

    #[test]
    fn multiplexers_pass_it_on() {
        assert_eq!(
            sequence("hello", Multiplexer::Tmux).unwrap(),
            "\x1b]52;c;aGVsbG8=\x1b\\\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x1b\x1b\\\x1b\\"
        );
        assert_eq!(sequence("hello", Multiplexer::Screen).unwrap(), "\x1bP\x1b]52;c;aGVsbG8=\x07\x1b\\");
        let long = sequence(&"x".repeat(3000), Multiplexer::Screen).unwrap();
        let pieces = long.split_terminator("\x1b\\").map(|piece| piece.strip_prefix("\x1bP").unwrap());
        let pieces = pieces.collect::<Vec<_>>();
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.len() <= SCREEN_PIECE));
        let expected = sequence(&"x".repeat(3000), Multiplexer::None).unwrap().replace("\x1b\\", "\x07");
        assert_eq!(pieces.concat(), expected);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(sequence(&"x".repeat(LIMIT), Multiplexer::None).unwrap().len() <= 100_000);
        let error = sequence(&"x".repeat(LIMIT + 1), Multiplexer::None).unwrap_err().to_string();
        assert_eq!(
            error,
            "74001 bytes are too much for a terminal's clipboard; terminals take 74000 bytes; save it to a file instead"
        );
    }
}
