//! Numbers, amounts and days as programs read them, put into text by hand: lists have millions of them.

use naata_core::{Day, Minor, MoneyUnit};
use std::io::Write;

/// Eight digits are worked out at once.
const EIGHT: u64 = 100_000_000;

/// The digits of a number below [`EIGHT`], the first in the lowest byte: halves of four digits, of two, of one, each
/// division a multiplication within its lane.
#[inline]
fn eight(n: u64) -> u64 {
    let fours = (n / 10_000) | ((n % 10_000) << 32);
    let hundreds = ((fours * 5_243) >> 19) & 0x0000_007F_0000_007F;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (twos - tens * 10) << 8
}

/// Eight zeros as text.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The text of a number below [`EIGHT`] with at least so many digits, up to eight, and its length.
#[inline]
fn short(n: u64, least: usize) -> (u64, usize) {
    let digits = eight(n);
    let spare = (digits.trailing_zeros() as usize / 8).min(8 - least);
    ((digits | ZEROS) >> (8 * spare), 8 - spare)
}

/// Adds the first bytes of a word. As many are copied whatever the length: that takes no call.
#[inline]
fn add<const N: usize>(word: [u8; N], length: usize, out: &mut Vec<u8>) {
    let end = out.len() + length;
    out.extend_from_slice(&word);
    out.truncate(end);
}

/// A whole number with at least so many digits, without the detour of a format string: lists have millions of them.
#[inline]
pub(crate) fn digits(n: u64, least: usize, out: &mut Vec<u8>) {
    if n < 10 && least == 1 {
        out.push(b'0' + n as u8);
    } else if n < EIGHT && (1..=8).contains(&least) {
        let (text, length) = short(n, least);
        add(text.to_le_bytes(), length, out);
    } else {
        digits(n / EIGHT, least.saturating_sub(8).max(1), out);
        out.extend_from_slice(&(eight(n % EIGHT) | ZEROS).to_le_bytes());
    }
}

/// An amount in major units, with all decimals of its unit.
pub(crate) fn amount(m: Minor, unit: MoneyUnit, out: &mut Vec<u8>) {
    let Some(ten) = 10u64.checked_pow(unit.scale.into()) else {
        out.extend_from_slice(unit.decimal(m).to_string().as_bytes());
        return;
    };
    if m.0 < 0 {
        out.push(b'-');
    }
    let minor = m.0.unsigned_abs();
    if unit.scale == 2 && minor < EIGHT {
        // Eight digits with a point before the last two.
        let digits = eight(minor);
        let spare = (digits.trailing_zeros() as usize / 8).min(5);
        let [a, b, c, d, e, f, g, h] = (digits | ZEROS).to_le_bytes();
        let all = u128::from(u64::from_le_bytes([a, b, c, d, e, f, b'.', g])) | u128::from(h) << 64;
        add((all >> (8 * spare)).to_le_bytes(), 9 - spare, out);
        return;
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
            let number = u64::from(year.unsigned_abs()) * 10_000 + u64::from(month * 100 + day);
            let [a, b, c, d, e, f, g, h] = (eight(number) | ZEROS).to_le_bytes();
            let first = u64::from_le_bytes([a, b, c, d, b'-', e, f, b'-']);
            let all = u128::from(first) | u128::from(u16::from_le_bytes([g, h])) << 64;
            add(all.to_le_bytes(), 10, out);
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
        for n in [
            0,
            1,
            9,
            10,
            99,
            100,
            12_345,
            1_234_567,
            99_999_999,
            100_000_000,
            -99_999_999,
            -100_000_001,
            9_999_999_999,
            10_000_000_000,
            -9_999_999_999,
            i64::MAX,
            i64::MIN,
            -1,
            -5,
            -100,
        ] {
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
        for n in
            (0..EIGHT).step_by(9_973).chain(0..20_000).chain([EIGHT - 1, EIGHT, EIGHT + 1, EIGHT * EIGHT])
        {
            out.clear();
            digits(n, 1, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), n.to_string());
        }
        for day in [Day::MIN, Day(0), Day(-800_000), Day::MAX] {
            out.clear();
            super::day(day, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), day.to_string());
        }
    }
}
