//! Digits of other scripts, and numbers written in them.

use naata_machine::Eights;

/// The text with Devanagari and Bengali digits as Latin ones and no-break blanks as blanks; `None` when something
/// beyond ASCII is left.
pub(crate) fn latin(cell: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(cell).ok()?;
    text.chars().map(|c| Some(latin_char(c)).filter(char::is_ascii)).collect()
}

/// One character, with digits of other scripts as Latin ones.
pub(crate) fn latin_char(c: char) -> char {
    let digit = |zero: char| char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c);
    match c {
        '०'..='९' => digit('०'),
        '০'..='৯' => digit('০'),
        '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
        '\u{2212}' => '-',
        c => c,
    }
}

pub(crate) const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
pub(crate) const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// The number that eight digits are.
#[inline]
pub(crate) fn eight(digits: [u8; 8]) -> Option<u32> {
    let d = u64::from_le_bytes(digits) ^ ZEROS;
    // What is no digit is more than nine now.
    (not_digits(d) == 0).then(|| number(d))
}

/// The number of eight values from 0 to 9, the first in the lowest byte.
#[inline]
fn number(d: u64) -> u32 {
    // Neighbours are brought together: to tens, to thousands, to the whole.
    let tens = d.wrapping_mul(10).wrapping_add(d >> 8);
    let low = (tens & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = (tens >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    (low.wrapping_add(high) >> 32) as u32
}

/// Numbers that stand behind the same text and are equally long, sixteen bytes in all at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    length: usize,
    /// What becomes zero of each byte, and what makes the uppermost bit of any other one that may not be there: of the
    /// first bytes and of the last eight.
    first: (u64, u64),
    last: (u64, u64),
}

impl Digits {
    /// Numbers of so many digits behind this text; `None` where a text is too short or too long for this.
    pub(crate) fn behind(text: &str, digits: usize) -> Option<Self> {
        let length = text.len() + digits;
        if digits == 0 || !(8..=16).contains(&length) || !text.is_ascii() {
            return None;
        }
        let (mut zeros, mut most) = ([b'0'; 16], [0x76; 16]);
        // What there is none of counts as a zero.
        zeros.iter_mut().zip(&mut most).take(16 - length).for_each(|(zero, most)| (*zero, *most) = (0, 0x7F));
        for ((zero, most), b) in zeros.iter_mut().zip(&mut most).skip(16 - length).zip(text.bytes()) {
            (*zero, *most) = (b, 0x7F);
        }
        let half =
            |bytes: [u8; 16], k: usize| bytes.as_chunks().0.get(k).map_or(0, |b| u64::from_le_bytes(*b));
        Some(Self { length, first: (half(zeros, 0), half(most, 0)), last: (half(zeros, 1), half(most, 1)) })
    }

    /// The number; `None` of another text, and of one of another length.
    #[inline]
    pub(crate) fn read(self, id: &[u8]) -> Option<u64> {
        if id.len() != self.length {
            return None;
        }
        let (first, last) = (u64::from_le_bytes(*id.first_chunk()?), u64::from_le_bytes(*id.last_chunk()?));
        // Of the first word only what is not in the last one.
        let first = first.checked_shl(128 - 8 * self.length as u32).unwrap_or(0) ^ self.first.0;
        let last = last ^ self.last.0;
        let bad = first.wrapping_add(self.first.1) | first | last.wrapping_add(self.last.1) | last;
        (bad & HIGH == 0).then(|| u64::from(number(first)) * 100_000_000 + u64::from(number(last)))
    }

    /// The same of eight ids, of which these are the first and the last eight bytes and the lengths: the numbers, and
    /// which of the ids have one.
    #[inline(always)]
    pub(crate) fn read_eight<L: Eights>(
        self,
        l: L,
        first: L::Eight,
        last: L::Eight,
        lengths: L::Eight,
    ) -> (L::Eight, u8) {
        let moved = l.up(first, l.all(128 - 8 * self.length as u64));
        let (first, last) = (l.xor(moved, l.all(self.first.0)), l.xor(last, l.all(self.last.0)));
        let first_most = l.or(l.add(first, l.all(self.first.1)), first);
        let last_most = l.or(l.add(last, l.all(self.last.1)), last);
        let bad = l.meet(l.or(first_most, last_most), l.all(HIGH));
        let number = l.add(l.mul(l.number(first), l.all(100_000_000)), l.number(last));
        (number, l.same(lengths, l.all(self.length as u64)) & !bad)
    }
}

/// Three numbers of two digits with these marks between them.
#[inline]
pub(crate) fn three_pairs(cell: [u8; 8], marks: [u8; 2]) -> Option<[u8; 3]> {
    let pattern = u64::from_le_bytes([b'0', b'0', marks[0], b'0', b'0', marks[1], b'0', b'0']);
    let d = u64::from_le_bytes(cell) ^ pattern;
    // Digits are nine at most now, and marks nothing.
    let most = u64::from_le_bytes([0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F, 0x76, 0x76]);
    if (d.wrapping_add(most) | d) & HIGH != 0 {
        return None;
    }
    let tens = d.wrapping_mul(10).wrapping_add(d >> 8).to_le_bytes();
    Some([tens[0], tens[3], tens[6]])
}

/// Digits, a point and two more digits, as the last `length` bytes of eight: the number in hundredths.
#[inline]
pub(crate) fn hundredths(tail: [u8; 8], length: usize) -> Option<u32> {
    if tail[5] != b'.' || !(4..=8).contains(&length) {
        return None;
    }
    let word = u64::from_le_bytes(tail);
    // The digits before the point move up into its place; what stands before the cell becomes zeros.
    let digits = word & 0xFFFF << 48 | (word & !(u64::MAX << 40)) << 8;
    let d = (digits ^ ZEROS) & u64::MAX << (8 * (9 - length as u32));
    (not_digits(d) == 0).then(|| number(d))
}

/// The uppermost bit of each byte that is more than nine.
#[inline]
fn not_digits(d: u64) -> u64 {
    (d.wrapping_add(u64::from_le_bytes([0x76; 8])) | d) & HIGH
}

/// Digits with at most one point, as the last `length` bytes of eight: the number without the point, and the digits
/// after it. A point that no digit stands before or after is none.
#[inline]
pub(crate) fn pointed(tail: [u8; 8], length: usize) -> Option<(u32, u8)> {
    const POINTS: u64 = u64::from_le_bytes([b'.'; 8]);
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    if length == 1 {
        let digit = tail[7].wrapping_sub(b'0');
        return (digit <= 9).then_some((digit.into(), 0));
    }
    if length == 0 || length > 8 {
        return None;
    }
    let before = 64 - 8 * length as u32;
    // What stands before the cell becomes zeros.
    let mine = u64::MAX << before;
    let word = u64::from_le_bytes(tail) & mine | ZEROS & !mine;
    let points = word ^ POINTS;
    let found = points.wrapping_sub(ONES) & !points & HIGH;
    if found == 0 {
        return eight(word.to_le_bytes()).map(|n| (n, 0));
    }
    let at = found.trailing_zeros() & !7;
    if at <= before || at == 56 {
        return None;
    }
    // The digits before the point move up into its place, and a zero follows them.
    let low = word & !(u64::MAX << at);
    let high = word & u64::MAX << at << 8;
    let whole = high | low << 8 | u64::from(b'0');
    eight(whole.to_le_bytes()).map(|n| (n, (7 - at / 8) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tail(text: &str) -> ([u8; 8], usize) {
        let long = format!("9.9.x9,,{text}");
        (*long.as_bytes().last_chunk().unwrap(), text.len())
    }

    /// The slow way, digit by digit.
    fn plainly(text: &str) -> Option<(u32, u8)> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let good =
            !whole.is_empty() && digits(whole) && digits(rest) && (rest.is_empty() != text.contains('.'));
        good.then(|| format!("{whole}{rest}").parse().ok().map(|n| (n, rest.len() as u8))).flatten()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn eight_bytes_at_once_are_read_as_one_by_one(text in prop_oneof!["[0-9]{1,5}\\.[0-9]{0,3}", "[0-9.]{1,8}", "[ -~]{1,8}", "[0-9]{1,8}"]) {
            let (bytes, length) = tail(&text);
            let want = plainly(&text).filter(|_| length <= 8);
            prop_assert_eq!(pointed(bytes, length), want);
            prop_assert_eq!(hundredths(bytes, length), want.filter(|(_, own)| *own == 2).map(|(n, _)| n));
        }

        #[test]
        fn digits_behind_a_text_are_read_as_one_by_one(
            text in "[A-C-]{0,6}",
            id in prop_oneof!["[A-C-]{0,6}[0-9]{2,12}", "[ -~]{7,17}"],
            digits in 0usize..18,
        ) {
            let number = |id: &str| {
                let rest = id.strip_prefix(&*text).filter(|rest| rest.len() == digits)?;
                rest.bytes().all(|b| b.is_ascii_digit()).then(|| rest.parse().ok()).flatten()
            };
            if let Some(form) = Digits::behind(&text, digits) {
                let own = format!("{text}{}", &"987650123498765012"[..digits]);
                prop_assert_eq!(form.read(own.as_bytes()), number(&own));
                prop_assert_eq!(form.read(id.as_bytes()), number(&id));
            }
        }

        #[test]
        fn pairs_are_read_as_one_by_one(text in prop_oneof!["[0-9]{2}:[0-9]{2}:[0-9]{2}", "[0-9:]{8}", "[ -~]{8}"]) {
            let pairs: Vec<Option<u8>> = text.split(':').map(|p| p.parse().ok().filter(|_| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))).collect();
            let want = match pairs[..] { [Some(a), Some(b), Some(c)] => Some([a, b, c]), _ => None };
            prop_assert_eq!(three_pairs(text.as_bytes().try_into().unwrap(), *b"::"), want);
            let signed = text.replacen(':', "+", 1);
            prop_assert_eq!(three_pairs(signed.as_bytes().try_into().unwrap(), *b"+:"), want);
        }
    }

    #[test]
    fn digits_become_latin_and_words_do_not() {
        assert_eq!(latin("०१२३४५६७८९ ০১২৩৪৫৬৭৮৯".as_bytes()).as_deref(), Some("0123456789 0123456789"));
        assert_eq!(latin("−१२".as_bytes()).as_deref(), Some("-12"));
        assert_eq!(latin("१२ रुपये".as_bytes()), None);
        assert_eq!(latin(b"\xFF"), None);
    }
}
