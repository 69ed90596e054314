//! Numbers, amounts and days as programs read them, put into text by hand: lists have millions of them.

use naata_core::{Day, Minor, MoneyUnit};
use std::io::Write;

/// All numbers of two digits.
static PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    pairs
}

/// The last two digits of a number.
fn two(n: u32) -> [u8; 2] {
    PAIRS[(n % 100) as usize]
}

/// A number on its way into text, from its last digit to its first. Behind it lies room, so that whatever its length as
/// many bytes are copied: that takes no call.
struct Backwards {
    text: [u8; 2 * ROOM],
    left: usize,
}

/// The longest number has twenty digits, a sign and a point.
const ROOM: usize = 24;

impl Backwards {
    #[inline]
    fn new() -> Self {
        Self { text: [b'0'; 2 * ROOM], left: ROOM }
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.left = self.left.saturating_sub(N);
        if let Some(to) = self.text.get_mut(self.left..).and_then(<[u8]>::first_chunk_mut) {
            *to = bytes;
        }
    }

    /// All digits of a number, of zero one.
    #[inline]
    fn digits(&mut self, mut n: u64) {
        while n > 99 {
            self.put(two((n % 100) as u32));
            n /= 100;
        }
        if n > 9 {
            self.put(two(n as u32));
        } else {
            self.put([b'0' + n as u8]);
        }
    }

    #[inline]
    fn end(&self, out: &mut Vec<u8>) {
        if let Some(text) = self.text.get(self.left..).and_then(<[u8]>::first_chunk::<ROOM>) {
            out.extend_from_slice(text);
            out.truncate(out.len() - self.left.min(ROOM));
        }
    }
}

/// A whole number with at least so many digits, without the detour of a format string: lists have millions of them.
#[inline]
pub(crate) fn digits(n: u64, least: usize, out: &mut Vec<u8>) {
    let mut text = Backwards::new();
    text.digits(n);
    text.left = text.left.min(ROOM.saturating_sub(least));
    text.end(out);
}

/// An amount in major units, with all decimals of its unit.
pub(crate) fn amount(m: Minor, unit: MoneyUnit, out: &mut Vec<u8>) {
    let Some(ten) = 10u64.checked_pow(unit.scale.into()) else {
        out.extend_from_slice(unit.decimal(m).to_string().as_bytes());
        return;
    };
    let minor = m.0.unsigned_abs();
    if unit.scale == 2 {
        let [a, b] = two((minor % 100) as u32);
        let mut text = Backwards::new();
        text.put([b'.', a, b]);
        text.digits(minor / 100);
        if m.0 < 0 {
            text.put([b'-']);
        }
        text.end(out);
        return;
    }
    if m.0 < 0 {
        out.push(b'-');
    }
    digits(minor / ten, 1, out);
    if unit.scale > 0 {
        out.push(b'.');
        digits(minor % ten, unit.scale.into(), out);
    }
}

/// A day as `2026-03-31`.
pub(crate) fn day(d: Day, out: &mut Vec<u8>) {
    match d.ymd() {
        Some((year @ 0..=9999, month, day)) => {
            let [[a, b], [c, d]] = [two(year.unsigned_abs() / 100), two(year.unsigned_abs())];
            let [[e, f], [g, h]] = [two(month), two(day)];
            out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h]);
        }
        _ => {
            // A vector takes everything.
            let _ = write!(out, "{d}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naata_core::Currency;

    #[test]
    fn numbers_by_hand_are_those_of_the_formatter() {
        let mut out = Vec::new();
        for n in [0, 1, 9, 10, 99, 100, 1_234_567, i64::MAX, i64::MIN, -1, -5, -100] {
            for scale in [0, 1, 2, 3, 9, 18, 25] {
                let unit = MoneyUnit { currency: Currency::INR, scale };
                out.clear();
                amount(Minor(n), unit, &mut out);
                assert_eq!(String::from_utf8_lossy(&out), unit.decimal(Minor(n)).to_string(), "{n} {scale}");
            }
            out.clear();
            digits(n.unsigned_abs(), 1, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), n.unsigned_abs().to_string());
        }
        for day in [Day::MIN, Day(0), Day(-800_000), Day::MAX] {
            out.clear();
            super::day(day, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), day.to_string());
        }
    }
}
