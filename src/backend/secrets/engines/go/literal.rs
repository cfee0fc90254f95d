//! Constants: texts in quotes, characters and numbers, as Go's `strconv` reads them.

use super::node::Number;

/// What stands between quotes, or nothing if that makes no sense.
pub fn unquote(quoted: &str) -> Option<Vec<u8>> {
    if let Some(raw) = quoted.strip_prefix('`') {
        return Some(raw.strip_suffix('`')?.bytes().filter(|byte| *byte != b'\r').collect());
    }
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Vec::new();
    while !rest.is_empty() {
        let (piece, left) = piece(rest, '"')?;
        match piece {
            Piece::Character(character) => {
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Piece::Byte(byte) => text.push(byte),
        }
        rest = left;
    }
    Some(text)
}

enum Piece {
    Character(char),
    Byte(u8),
}

/// The first character of a text between quotes, which may be written as an escape; and what is left.
fn piece(text: &str, quote: char) -> Option<(Piece, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Piece::Character(first), characters.as_str()));
    }
    let kind = characters.next()?;
    let rest = characters.as_str();
    let number = |text: &str, digits: usize, base: u32| {
        let digits = text.get(..digits)?;
        if !digits.chars().all(|digit| digit.is_digit(base)) {
            return None;
        }
        u32::from_str_radix(digits, base).ok()
    };
    let (piece, length) = match kind {
        'a' => (Piece::Character('\u{7}'), 0),
        'b' => (Piece::Character('\u{8}'), 0),
        'f' => (Piece::Character('\u{c}'), 0),
        'n' => (Piece::Character('\n'), 0),
        'r' => (Piece::Character('\r'), 0),
        't' => (Piece::Character('\t'), 0),
        'v' => (Piece::Character('\u{b}'), 0),
        '\\' => (Piece::Character('\\'), 0),
        '\'' | '"' if kind == quote => (Piece::Character(kind), 0),
        'x' => (Piece::Byte(u8::try_from(number(rest, 2, 16)?).ok()?), 2),
        'u' => (Piece::Character(char::from_u32(number(rest, 4, 16)?)?), 4),
        'U' => (Piece::Character(char::from_u32(number(rest, 8, 16)?)?), 8),
        '0'..='7' => {
            let octal = &text[1..];
            return Some((Piece::Byte(u8::try_from(number(octal, 3, 8)?).ok()?), &octal[3..]));
        }
        _ => return None,
    };
    Some((piece, &rest[length..]))
}

/// `'a'`: a number, too.
pub fn character(quoted: &str) -> Option<Number> {
    let (piece, rest) = piece(quoted.strip_prefix('\'')?, '\'')?;
    let code = match piece {
        Piece::Character(character) => u32::from(character),
        Piece::Byte(byte) => byte.into(),
    };
    (rest == "'").then(|| Number {
        int: Some(code.into()),
        uint: Some(code.into()),
        float: Some(code.into()),
        ..Number::default()
    })
}

/// Why a number is none.
pub enum Malformed {
    /// It is a whole one, and too large.
    TooLarge,
    /// It makes no sense.
    Syntax,
}

/// A number that may be followed by `i`.
pub fn number(text: &str) -> Result<Number, Malformed> {
    if let Some(imaginary) = text.strip_suffix('i').and_then(float) {
        return Ok(simplified(0.0, imaginary));
    }
    let (negative, digits) = signed(text);
    let magnitude = magnitude(digits);
    let mut number = Number::default();
    if let Some(magnitude) = magnitude {
        number.uint = (!text.starts_with(['+', '-']) || magnitude == 0 && negative).then_some(magnitude);
        number.int =
            if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
        if magnitude == 0 {
            number.uint = Some(0);
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "as Go's conversions do")]
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else {
        let float = float(text).ok_or(Malformed::Syntax)?;
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(Malformed::TooLarge);
        }
        number = whole_too(float);
    }
    // `0x1e` is no float, although there is an `e` in it.
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    number.is_float = text.contains(['.', 'e', 'E', 'p', 'P'])
        && !(is_hexadecimal && text.len() > 2 && !text.contains(['p', 'P']));
    Ok(number)
}

/// `1+2i`.
pub fn complex(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let sign = |index: &usize| {
        matches!(bytes[*index], b'+' | b'-') && !matches!(bytes[index - 1], b'e' | b'E' | b'p' | b'P')
    };
    let split = (1..bytes.len()).find(sign)?;
    let (real, imaginary) = text.split_at(split);
    Some(simplified(float(real)?, float(imaginary.strip_suffix('i')?)?))
}

fn simplified(real: f64, imaginary: f64) -> Number {
    let simple = if imaginary == 0.0 { whole_too(real) } else { Number::default() };
    Number { complex: Some((real, imaginary)), ..simple }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the ranges are looked at")]
fn whole_too(float: f64) -> Number {
    let whole = float.fract() == 0.0;
    Number {
        int: (whole && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float))
            .then_some(float as i64),
        uint: (whole && (0.0..18_446_744_073_709_551_616.0).contains(&float)).then_some(float as u64),
        float: Some(float),
        ..Number::default()
    }
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The base that is written before a number, and the number.
fn base(text: &str) -> (u32, &str) {
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &text[2..]),
        [b'0', b'o' | b'O', ..] => (8, &text[2..]),
        [b'0', b'b' | b'B', ..] => (2, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    }
}

/// A whole number without a sign, in the base that is written before it.
fn magnitude(text: &str) -> Option<u64> {
    if text.contains('_') && !underscores_separate(text) {
        return None;
    }
    let (base, digits) = base(text);
    let digits = digits.chars().filter(|digit| *digit != '_').collect::<String>();
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    u64::from_str_radix(&digits, base).ok()
}

/// Whether each underscore stands between two digits, or between the base and one.
fn underscores_separate(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (prefixed, hexadecimal) = match bytes {
        [b'0', b'x' | b'X', ..] => (true, true),
        [b'0', b'b' | b'B' | b'o' | b'O', ..] => (true, false),
        _ => (false, false),
    };
    let mut before = if prefixed { '0' } else { '^' };
    for byte in &bytes[if prefixed { 2 } else { 0 }..] {
        before = match byte {
            b'0'..=b'9' => '0',
            b'a'..=b'f' | b'A'..=b'F' if hexadecimal => '0',
            b'_' if before == '0' => '_',
            b'_' => return false,
            _ if before == '_' => return false,
            _ => '!',
        };
    }
    before != '_'
}

/// A number with a point, an exponent or neither, decimal or hexadecimal.
fn float(text: &str) -> Option<f64> {
    let (negative, number) = signed(text);
    if number.contains('_') && !underscores_separate(number) {
        return None;
    }
    let digits = number.replace('_', "");
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let value = if let Some(hexadecimal) = hexadecimal {
        float_of_hexadecimal(hexadecimal)?
    } else {
        let plain = |byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        digits.parse::<f64>().ok().filter(|_| digits.bytes().all(plain))?
    };
    value.is_finite().then_some(if negative { -value } else { value })
}

fn float_of_hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let (negative, exponent) = signed(exponent);
    if exponent.is_empty() || !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.parse::<i32>().unwrap_or(100_000).min(100_000);
    let mut exponent = if negative { -exponent } else { exponent };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    exponent -= 4 * i32::try_from(fraction.len()).ok()?;
    // More digits than fit are only remembered by whether there were any: they decide how a half is rounded.
    let mut mantissa = 0_u64;
    let mut more = false;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16)?;
        if mantissa >> 58 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            more |= digit != 0;
            exponent += 4;
        }
    }
    Some(scaled(mantissa, more, exponent))
}

/// A whole number times a power of two, rounded once.
#[allow(clippy::cast_precision_loss, reason = "what is cast has 53 bits")]
fn scaled(mantissa: u64, more: bool, exponent: i32) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let bits = 64 - mantissa.leading_zeros().cast_signed();
    // How many of the lowest bits don't fit: those beyond 53, and those below the smallest number.
    let dropped = (bits - 53).max(-1074 - exponent).max(0);
    if dropped > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa);
    let mut kept = wide >> dropped;
    let rest = (wide & ((1 << dropped) - 1)) << 1 | u128::from(more);
    let half = 1_u128 << dropped;
    if dropped > 0 && (rest > half || rest == half && kept & 1 == 1) {
        kept += 1;
    }
    let mut value = kept as f64;
    let mut exponent = exponent + dropped;
    // In steps, each of which is exact.
    while exponent > 0 && value.is_finite() {
        let step = exponent.min(1000);
        value *= 2_f64.powi(step);
        exponent -= step;
    }
    while exponent < 0 {
        let step = (-exponent).min(1000);
        value /= 2_f64.powi(step);
        exponent += step;
    }
    value
}
