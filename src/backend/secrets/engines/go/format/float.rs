//! Floating-point numbers: their digits, and how Go lays them out.

use super::Printer;

/// More digits than any number has before or after its point.
const ALL_DIGITS: usize = 1100;

/// Digits of a number without zeros at the end, and where the point is among them.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// The fewest digits that tell the number from all others.
    fn shortest(number: f64) -> Self {
        let shortest = format!("{number:e}");
        let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
        // Of two that are as short and as near, Rust takes the larger and Go the one with the even digit.
        let even = format!("{number:.*e}", digits.saturating_sub(1));
        Self::read(if even.parse() == Ok(number) { &even } else { &shortest })
    }

    /// A number of digits, correctly rounded.
    fn rounded(number: f64, digits: usize) -> Self {
        Self::read(&format!("{number:.*e}", digits.clamp(1, ALL_DIGITS) - 1))
    }

    fn read(scientific: &str) -> Self {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let mut digits = digits.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let exponent = exponent.parse::<i32>().unwrap_or_default();
        let point = if digits.is_empty() { 0 } else { exponent + 1 };
        Self { digits, point }
    }

    fn digit(&self, index: i64) -> u8 {
        usize::try_from(index).ok().and_then(|index| self.digits.get(index)).copied().unwrap_or(b'0')
    }

    fn number_of_digits(&self) -> i32 {
        i32::try_from(self.digits.len()).unwrap_or(i32::MAX)
    }

    /// `d.ddde±dd`.
    fn scientific(&self, decimals: usize, letter: u8) -> Vec<u8> {
        let mut text = vec![self.digit(0)];
        if decimals > 0 {
            text.push(b'.');
            text.extend((1..).map(|index| self.digit(index)).take(decimals));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        text.push(letter);
        text.extend_from_slice(format!("{}{:02}", sign(exponent), exponent.abs()).as_bytes());
        text
    }

    /// `ddd.ddd`.
    fn plain(&self, decimals: usize) -> Vec<u8> {
        let point = i64::from(self.point);
        let mut text =
            if point > 0 { (0..point).map(|index| self.digit(index)).collect() } else { vec![b'0'] };
        if decimals > 0 {
            text.push(b'.');
            text.extend((point..).map(|index| self.digit(index)).take(decimals));
        }
        text
    }
}

fn sign(exponent: i32) -> char {
    if exponent < 0 { '-' } else { '+' }
}

/// What a number is as a whole one, where it is one and has no more digits than it can have exactly.
pub fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "the range is looked at")]
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

/// A number that is not negative, as `strconv.FormatFloat` writes it. Without decimals, as few digits as tell it from all others.
fn formatted(number: f64, verb: char, decimals: Option<usize>) -> Vec<u8> {
    let letter = if verb.is_ascii_uppercase() { b'E' } else { b'e' };
    match (verb, decimals) {
        ('b', _) => binary(number),
        ('x' | 'X', _) => hexadecimal(number, decimals, verb == 'X'),
        ('e' | 'E', Some(decimals)) => {
            Decimal::rounded(number, decimals.saturating_add(1)).scientific(decimals, letter)
        }
        ('f', Some(decimals)) => {
            let mut text = format!("{number:.*}", decimals.min(ALL_DIGITS)).into_bytes();
            text.resize(text.len() + decimals.saturating_sub(ALL_DIGITS), b'0');
            text
        }
        ('f', None) => {
            let decimal = Decimal::shortest(number);
            decimal.plain(usize::try_from(decimal.number_of_digits() - decimal.point).unwrap_or_default())
        }
        ('e' | 'E', None) => {
            let decimal = Decimal::shortest(number);
            decimal.scientific(decimal.digits.len().saturating_sub(1), letter)
        }
        (_, decimals) => {
            let decimal = match decimals {
                None => Decimal::shortest(number),
                Some(digits) => Decimal::rounded(number, digits),
            };
            let digits = decimal.number_of_digits();
            let mut longest = match decimals {
                None => 6,
                Some(decimals) => i32::try_from(decimals.max(1)).unwrap_or(i32::MAX),
            };
            if decimals.is_some() && longest > digits && digits >= decimal.point {
                longest = digits;
            }
            let exponent = decimal.point - 1;
            if exponent < -4 || exponent >= longest {
                decimal.scientific(decimal.digits.len().saturating_sub(1), letter)
            } else {
                decimal.plain(usize::try_from(digits - decimal.point).unwrap_or_default())
            }
        }
    }
}

/// The 52 bits of a number behind its point, with the one before it; and the exponent of two.
fn parts(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
    let mantissa = bits & ((1 << 52) - 1);
    if exponent == 0 { (mantissa, -1022) } else { (mantissa | (1 << 52), exponent - 1023) }
}

fn binary(number: f64) -> Vec<u8> {
    let (mantissa, exponent) = parts(number);
    let exponent = exponent - 52;
    format!("{mantissa}p{}{}", sign(exponent), exponent.abs()).into_bytes()
}

fn hexadecimal(number: f64, decimals: Option<usize>, upper: bool) -> Vec<u8> {
    const ONE: u64 = 1 << 60;
    let (mantissa, mut exponent) = parts(number);
    let mut mantissa = mantissa << 8;
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent -= i32::try_from(shift).unwrap_or_default();
    }
    if let Some(decimals @ 0..15) = decimals {
        let shift = decimals * 4;
        let extra = (mantissa << shift) & (ONE - 1);
        mantissa >>= 60 - shift;
        // Half is rounded to what is even.
        if (extra | (mantissa & 1)) > ONE / 2 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (ONE << 1) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", (mantissa >> 60) & 1);
    mantissa <<= 4;
    let shortest = format!("{mantissa:016x}");
    let shortest = shortest.trim_end_matches('0');
    let digits = decimals.unwrap_or(shortest.len());
    if digits > 0 {
        text.push_str(&format!(".{shortest:0<digits$.digits$}"));
    }
    text.push_str(&format!("p{}{:02}", sign(exponent), exponent.abs()));
    if upper { text.to_ascii_uppercase() } else { text }.into_bytes()
}

impl Printer {
    /// Writes a number with its sign, filled up to the width.
    pub(super) fn float(&mut self, number: f64, verb: char, decimals: Option<usize>) {
        let decimals = self.flags.precision.or(decimals);
        if !self.room_for(decimals.unwrap_or(0)) {
            return;
        }
        let flags = self.flags;
        let sign = if number.is_sign_negative() {
            b'-'
        } else if flags.space && !flags.plus {
            b' '
        } else {
            b'+'
        };
        if !number.is_finite() {
            let name: &[u8] = if number.is_nan() { b"NaN" } else { b"Inf" };
            let shown = sign != b'+' || flags.plus || !number.is_nan();
            return self.pad_with_spaces(&if shown { [&[sign], name].concat() } else { name.to_vec() });
        }
        let mut text = formatted(number.abs(), verb, decimals);
        if flags.sharp && verb != 'b' {
            text = with_point(&text, verb, decimals);
        }
        if sign == b'+' && !flags.plus {
            return self.pad(&text);
        }
        let missing = flags.width.unwrap_or(0).saturating_sub(text.len() + 1);
        if flags.zero && !flags.minus && missing > 0 {
            self.write(&[sign]);
            self.fill(missing);
            return self.write(&text);
        }
        text.insert(0, sign);
        self.pad(&text);
    }
}

/// `%#g` and its like: always a point, and the zeros at the end are kept.
fn with_point(text: &[u8], verb: char, decimals: Option<usize>) -> Vec<u8> {
    let hexadecimal = matches!(verb, 'x' | 'X');
    let exponent = |byte: &u8| matches!(byte, b'p' | b'P') || !hexadecimal && matches!(byte, b'e' | b'E');
    let end = text.iter().position(exponent).unwrap_or(text.len());
    let (number, tail) = text.split_at(end);
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => i64::try_from(decimals.unwrap_or(6)).unwrap_or(i64::MAX),
        _ => 0,
    };
    let first = number.iter().position(|byte| !matches!(byte, b'0' | b'.'));
    let counted = first.map_or(0, |first| number[first..].iter().filter(|byte| **byte != b'.').count());
    wanted -= i64::try_from(counted).unwrap_or(i64::MAX);
    let mut result = number.to_vec();
    if !number.contains(&b'.') {
        if number == b"0" {
            wanted -= 1;
        }
        result.push(b'.');
    }
    result.resize(result.len() + usize::try_from(wanted).unwrap_or(0), b'0');
    result.extend_from_slice(tail);
    result
}

/// A number as JSON has it: the fewest digits, with an exponent only where it is very small or very large.
pub fn shortest(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let magnitude = number.abs();
    let plain = magnitude == 0.0 || (1e-6..1e21).contains(&magnitude);
    let text =
        String::from_utf8_lossy(&formatted(magnitude, if plain { 'f' } else { 'e' }, None)).into_owned();
    // `1e-07` is written `1e-7`.
    format!("{sign}{}", if plain { text } else { text.replace("e-0", "e-") })
}
