//! What eight cells say at once. Each is known by its last eight bytes, where it needs more by its first eight too; a cell
//! of any other form is not known here.
//!
//! # Source
//! Digits of one word: Lemire and Mula (2022). Days: Neri and Schneider (2023).

use crate::digits::{HIGH, ZEROS};
use naata_machine::Eights;

/// Which words hold a byte that is more than nine.
#[inline(always)]
fn not_digits<L: Eights>(l: L, digits: L::Eight) -> u8 {
    let more = l.add(digits, l.all(u64::from_le_bytes([0x76; 8])));
    l.meet(l.or(more, digits), l.all(HIGH))
}

/// One to eight digits, or so many with a point before the last two of them: the numbers in hundredths, which have a
/// point, and which are known.
#[inline(always)]
pub(crate) fn hundredths<L: Eights>(l: L, tails: L::Eight, lengths: L::Eight) -> (L::Eight, u8, u8) {
    let (one, eight) = (l.all(1), l.all(8));
    let sixth = l.and(l.down(tails, l.all(40)), l.all(0xFF));
    let pointed = l.same(sixth, l.all(b'.'.into())) & l.less(l.all(3), lengths);
    // The digits before the point move up into its place; what stands before the cell becomes zeros.
    let (before, after) = (l.and(tails, l.all(!(u64::MAX << 40))), l.and(tails, l.all(0xFFFF << 48)));
    let text = l.pick(pointed, l.or(l.up(before, eight), after), tails);
    let count = l.pick(pointed, l.sub(lengths, one), lengths);
    let mine = l.up(l.all(u64::MAX), l.sub(l.all(64), l.up(count, l.all(3))));
    let digits = l.and(l.xor(text, l.all(ZEROS)), mine);
    let known = l.less(l.sub(count, one), eight) & !not_digits(l, digits);
    let number = l.number(digits);
    (l.pick(pointed, number, l.mul(number, l.all(100))), pointed, known)
}

/// Three numbers of two digits with these marks between them, and which words are such.
#[inline(always)]
fn three_pairs<L: Eights>(l: L, words: L::Eight, mark: u8) -> ([L::Eight; 3], u8) {
    let pattern = [b'0', b'0', mark, b'0', b'0', mark, b'0', b'0'];
    let digits = l.xor(words, l.all(u64::from_le_bytes(pattern)));
    // Digits are nine at most now, and marks nothing.
    let most = u64::from_le_bytes([0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F, 0x76, 0x76]);
    let odd = l.meet(l.or(l.add(digits, l.all(most)), digits), l.all(HIGH));
    let ten = l.add(l.up(digits, l.all(3)), l.up(digits, l.all(1)));
    let tens = l.add(ten, l.down(digits, l.all(8)));
    let byte = l.all(0xFF);
    let (second, third) = (l.and(l.down(tens, l.all(24)), byte), l.and(l.down(tens, l.all(48)), byte));
    ([l.and(tens, byte), second, third], !odd)
}

/// The seconds of cells that are `23:59:58`, and which are known.
#[inline(always)]
pub(crate) fn seconds<L: Eights>(l: L, tails: L::Eight) -> (L::Eight, u8) {
    let ([h, m, s], known) = three_pairs(l, tails, b':');
    let (sixty, day) = (l.all(60), l.all(24));
    let seconds = l.add(l.add(l.mul(h, l.all(3600)), l.mul(m, sixty)), s);
    (seconds, known & l.less(h, day) & l.less(m, sixty) & l.less(s, sixty))
}

/// The days of cells that are `2026-03-31`, counted from the first of March of year 0, and which are known: those of the
/// years 1900 to 2099.
#[inline(always)]
pub(crate) fn day_and_known<L: Eights>(l: L, heads: L::Eight, tails: L::Eight) -> (L::Eight, u8) {
    let (one, two, byte) = (l.all(1), l.all(2), l.all(0xFF));
    let century = l.and(l.xor(heads, l.all(ZEROS)), l.all(0xFFFF));
    let hundreds = l.add(l.mul(l.and(century, byte), l.all(10)), l.down(century, l.all(8)));
    let ([of_century, month, day], pairs) = three_pairs(l, tails, b'-');
    let year = l.add(l.mul(hundreds, l.all(100)), of_century);
    let is_near = l.less(l.sub(hundreds, l.all(19)), two) & !not_digits(l, century);

    let is_leap = l.same(l.and(year, l.all(3)), l.all(0)) & !l.same(year, l.all(1900));
    let long = l.and(l.xor(month, l.down(month, l.all(3))), one);
    let february = l.pick(is_leap, l.all(29), l.all(28));
    let length = l.pick(l.same(month, two), february, l.add(long, l.all(30)));
    let is_there = l.less(l.sub(month, one), l.all(12)) & l.less(l.sub(day, one), length);

    // Years begin in March here, so that the leap day is the last of its year.
    let early = l.less(month, l.all(3));
    let year = l.pick(early, l.sub(year, one), year);
    let month = l.pick(early, l.add(month, l.all(12)), month);
    // The leap days there were not, in years that a hundred divides and four hundred does not.
    let missing = l.pick(l.less(l.all(1899), year), l.all(15), l.all(14));
    let before = l.sub(l.down(l.mul(year, l.all(1461)), two), missing);
    let of_year = l.down(l.sub(l.mul(month, l.all(979)), l.all(2919)), l.all(5));
    (l.add(l.add(before, of_year), l.sub(day, one)), pairs & is_near & is_there)
}

/// Which bytes are letters, digits or marks of ASCII.
#[inline(always)]
pub(crate) fn is_graphic<L: Eights>(l: L, bytes: L::Eight) -> u8 {
    l.less(l.sub(bytes, l.all(0x21)), l.all(0x5E))
}

/// Which words begin a text that needs no second look: with a quote none does, nor with what may be a number in scientific
/// notation, which is what is left of a damaged id.
#[inline(always)]
pub(crate) fn may_begin<L: Eights>(l: L, words: L::Eight) -> u8 {
    let byte = l.all(0xFF);
    let (first, second) = (l.and(words, byte), l.and(l.down(words, l.all(8)), byte));
    let digit = l.less(l.sub(first, l.all(b'0'.into())), l.all(10));
    // An E becomes an e.
    let is_e = l.same(l.or(second, l.all(0x20)), l.all(b'e'.into()));
    let scientific = digit & (is_e | l.same(second, l.all(b'.'.into())));
    let quote = l.same(first, l.all(b'"'.into())) | l.same(first, l.all(b'\''.into()));
    is_graphic(l, first) & !(scientific | quote)
}
