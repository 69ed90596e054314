//! The cells of a row as they lie in the text of its stretch. Each reader knows the plain form of a value alone and
//! leaves any other to [`crate::row`], which knows all of them.

use crate::digits::{hundredths, pointed};
use crate::money::plain_digits;
use crate::plan::Plan;
use crate::row::is_scientific;
use naata_core::Minor;

/// A row as it lies in the text of its stretch, cut into cells by an outline.
#[derive(Clone, Copy)]
pub(crate) struct PlainRow<'a, 'o> {
    pub(crate) text: &'a str,
    /// Where each cell begins, and where the next row does; every cell ends one byte before the next begins.
    pub(crate) begins: &'o [u32],
}

impl<'a> PlainRow<'a, '_> {
    /// Where a cell begins and ends.
    #[inline]
    fn span(&self, column: usize) -> Option<(usize, usize)> {
        let (begin, end) = self.written(column)?;
        if self.text.as_bytes().get(begin) == Some(&b'"') {
            self.quoted(begin, end)
        } else {
            Some((begin, end))
        }
    }

    /// The same with the quotes around it.
    #[inline]
    fn written(&self, column: usize) -> Option<(usize, usize)> {
        let (begin, next) = (*self.begins.get(column)?, *self.begins.get(column + 1)?);
        Some((begin as usize, (next as usize).wrapping_sub(1)))
    }

    /// What stands between the quotes of a cell, unless that has quotes of its own.
    #[inline(never)]
    fn quoted(&self, begin: usize, end: usize) -> Option<(usize, usize)> {
        let (begin, end) = (begin + 1, end.checked_sub(1)?);
        let inner = self.text.as_bytes().get(begin..end)?;
        memchr::memchr(b'"', inner).is_none().then_some((begin, end))
    }

    #[inline]
    pub(crate) fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        let (begin, end) = self.span(column)?;
        self.text.as_bytes().get(begin..end)
    }

    /// A cell that may be empty or of a column that is not there.
    #[inline]
    pub(crate) fn optional(&self, column: usize) -> Option<&'a [u8]> {
        if column == Plan::NOWHERE { Some(&[]) } else { self.bytes(column) }
    }

    /// A short cell as it is written: its bytes and its length, from 1 to 16. The bytes are taken by their end, so that no
    /// length is a case of its own.
    #[inline]
    pub(crate) fn short(&self, column: usize) -> Option<(u128, usize)> {
        let (begin, end) = self.written(column)?;
        let length = end.wrapping_sub(begin);
        let tail: &[u8; 16] = self.text.as_bytes().get(..end)?.last_chunk()?;
        (1..=16).contains(&length).then(|| (u128::from_le_bytes(*tail) >> (128 - 8 * length), length))
    }

    /// A text that is neither blank nor with blanks around, nor anything else that needs a second look.
    #[inline(always)]
    pub(crate) fn plain_id(&self, column: usize) -> Option<&'a str> {
        let (begin, end) = self.span(column)?;
        plain_id(self.text.get(begin..end)?)
    }

    /// A plain number in units of `10^-scale`, or nothing where the cell is empty.
    #[inline(always)]
    pub(crate) fn number(&self, column: usize, scale: u8, points: &mut u64) -> Option<Option<Minor>> {
        if column == Plan::NOWHERE {
            return Some(None);
        }
        let (begin, end) = self.written(column)?;
        let tail: Option<&[u8; 8]> = self.text.as_bytes().get(..end)?.last_chunk();
        match (tail, end.wrapping_sub(begin)) {
            (_, 0) => Some(None),
            (Some(tail), 1) if tail[7].is_ascii_digit() => {
                Some(Some(Minor(i64::from(tail[7] - b'0') * ten(scale)?)))
            }
            (Some(tail), length) if let Some(n) = hundredths(*tail, length).filter(|_| scale == 2) => {
                *points += 1;
                Some(Some(Minor(n.into())))
            }
            _ => self.any_number(column, scale, points),
        }
    }

    /// The same for a number with other decimals, a longer one, one in quotes.
    #[inline(never)]
    fn any_number(&self, column: usize, scale: u8, points: &mut u64) -> Option<Option<Minor>> {
        let (begin, end) = self.span(column)?;
        let length = end.wrapping_sub(begin);
        if length == 0 {
            return Some(None);
        }
        let tail = self.text.as_bytes().get(..end)?.last_chunk();
        let (n, own, is_evidence) = match tail.filter(|_| length <= 8) {
            Some(tail) => {
                let (n, own) = pointed(*tail, length)?;
                // Three decimals may be thousands in disguise, unless nothing but a zero stands before.
                let is_evidence = match own {
                    0 => false,
                    3 => length == 5 && tail[3] == b'0',
                    _ => true,
                };
                (n.into(), own, is_evidence)
            }
            None => plain_digits(self.text.as_bytes().get(begin..end)?)?,
        };
        *points += u64::from(is_evidence);
        n.checked_mul(ten(scale.checked_sub(own)?)?).map(|n| Some(Minor(n)))
    }

    /// The text of an item, which may be quoted or begin or end beyond ASCII; not one that needs a second look. One with
    /// doubled quotes is put together in `scratch`.
    #[inline]
    pub(crate) fn item<'s>(&self, column: usize, scratch: &'s mut String) -> Option<&'s str>
    where
        'a: 's,
    {
        let (begin, end, is_quoted) = self.item_between(column)?;
        let text = self.text.get(begin..end)?;
        match memchr::memchr(b'"', text.as_bytes()).filter(|_| is_quoted) {
            Some(at) => halved(text, at, scratch),
            None => Some(text),
        }
    }

    /// Where the same is written, without the quotes around it, and whether there are some.
    #[inline]
    pub(crate) fn item_between(&self, column: usize) -> Option<(usize, usize, bool)> {
        let (begin, end) = self.written(column)?;
        let bytes = self.text.as_bytes();
        let is_quoted = *bytes.get(begin)? == b'"';
        let (begin, end) = (begin + usize::from(is_quoted), end.wrapping_sub(usize::from(is_quoted)));
        let cell = bytes.get(begin..end)?;
        // Doubling a quote changes neither end of a text, nor whether it is a number.
        let (first, last) = (*cell.first()?, *cell.last()?);
        // No character that takes three bytes of which this is the first is a blank: all of India's scripts are there.
        let three = |at: Option<usize>| at.and_then(|at| cell.get(at)).is_some_and(|b| *b == 0xE0);
        let begins = first.is_ascii_graphic() || three(Some(0));
        let ends = last.is_ascii_graphic() || three(cell.len().checked_sub(3));
        let plain = begins && ends || self.text.get(begin..end)?.trim().len() == cell.len();
        let odd = first == b'\'' || first.is_ascii_digit() && is_scientific(cell);
        (plain && !odd).then_some((begin, end, is_quoted))
    }
}

/// A text that is neither blank nor with blanks around, nor anything else that needs a second look.
#[inline(always)]
pub(crate) fn plain_id(cell: &str) -> Option<&str> {
    let (first, last) = (*cell.as_bytes().first()?, *cell.as_bytes().last()?);
    let plain = first.is_ascii_graphic() && first != b'\'' && last.is_ascii_graphic();
    (plain && !(first.is_ascii_digit() && is_scientific(cell.as_bytes()))).then_some(cell)
}

/// A text whose quotes are doubled, the first of them at `at`, with single ones.
fn halved<'s>(text: &str, mut at: usize, scratch: &'s mut String) -> Option<&'s str> {
    scratch.clear();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_at_checked(at + 1)?;
        scratch.push_str(before);
        rest = after.strip_prefix('"')?;
        match memchr::memchr(b'"', rest.as_bytes()) {
            Some(next) => at = next,
            None => break,
        }
    }
    scratch.push_str(rest);
    Some(scratch)
}

/// A power of ten, where a plain number is ever raised by so many decimals.
#[inline]
fn ten(decimals: u8) -> Option<i64> {
    const TENS: [i64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    TENS.get(usize::from(decimals)).copied()
}
