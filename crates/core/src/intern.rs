//! Texts numbered in order of arrival, then sealed in their own order.
//!
//! An own open-addressing table instead of a standard map: the hash is fixed, the texts lie in one allocation, and a
//! look-up touches a slot and then a record, which most often is one line of memory, so that millions of ids stay cheap.

use crate::shelf::{LONGEST, Sealed};
use crate::{Error, Serial};
use naata_machine::fetch;
use std::ops::Range;

/// Texts by number of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    /// Records in order of arrival, each in whole steps: the number, the length, the bytes of the text.
    records: Vec<u8>,
    len: u32,
    /// Where every [`MARKED`]th record begins, in steps.
    marks: Vec<u32>,
    /// 0 is empty; else the upper half is the upper half of the hash, the lower half the step of the record plus one. A
    /// slot's place are the uppermost bits of the hash, so that the table grows without a look at the texts.
    slots: Vec<u64>,
    bits: u32,
}

/// Bytes of a step: counted in steps, 32 bits reach over 34 GB of records.
const STEP: usize = 8;
/// Bytes of a record before its text: four of the number, one of the length.
const HEAD: usize = 5;
/// Stands for a length that does not fit a byte and follows in four.
const LONG: u8 = u8::MAX;
const MARKED: u32 = 16;

/// So many look-ups are between asking for the memory of one and needing it.
pub(crate) const AHEAD: usize = 16;

/// So many texts are gathered to be looked up together.
const TOGETHER: usize = 512;

/// A record, and the step behind it.
pub(crate) struct Record<'a> {
    pub(crate) number: u32,
    pub(crate) text: &'a [u8],
    next: u32,
}

impl<'a> Record<'a> {
    #[inline]
    fn at(records: &'a [u8], step: u32) -> Option<Self> {
        let start = step as usize * STEP;
        let ([a, b, c, d, length], rest) = records.get(start..)?.split_first_chunk::<HEAD>()?;
        let (length, rest) = if *length == LONG {
            let (length, rest) = rest.split_first_chunk()?;
            (u32::from_le_bytes(*length) as usize, rest)
        } else {
            (usize::from(*length), rest)
        };
        let text = rest.get(..length)?;
        let end = records.len() - rest.len() + length;
        Some(Self { number: u32::from_le_bytes([*a, *b, *c, *d]), text, next: end.div_ceil(STEP) as u32 })
    }

    fn text(&self) -> &'a str {
        // Records hold whole texts, so this never fails.
        std::str::from_utf8(self.text).unwrap_or_default()
    }
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        let mut step = *self.marks.get((number / MARKED) as usize)?;
        for _ in 0..number % MARKED {
            step = Record::at(&self.records, step)?.next;
        }
        Some(Record::at(&self.records, step)?.text())
    }

    /// All texts in order of arrival.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.records_of(0..self.marked()).map(|(_, record)| record.text())
    }

    /// The number of a text, new or known.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32, Error> {
        self.intern_hashed(hash(text.as_bytes()), text)
    }

    fn intern_hashed(&mut self, hash: u64, text: &str) -> Result<u32, Error> {
        if self.slots.len() * 3 <= self.len() * 4 && self.bits < 32 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = home(hash, self.bits);
        while let Some(&slot) = self.slots.get(at).filter(|s| **s != 0) {
            if slot >> 32 == hash >> 32
                && let Some(record) = Record::at(&self.records, (slot as u32).wrapping_sub(1))
                && same(record.text, text.as_bytes())
            {
                return Ok(record.number);
            }
            at = (at + 1) & mask;
        }
        let (number, step) = self.push(text)?;
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = (hash >> 32 << 32) | u64::from(step + 1);
        }
        Ok(number)
    }

    /// Adds a record; the answer is its number and its step.
    fn push(&mut self, text: &str) -> Result<(u32, u32), Error> {
        if text.len() > LONGEST {
            return Err(Error::TextTooLong { bytes: text.len() });
        }
        // The last number stands for "none", and a step plus one fits 32 bits.
        let (number, step) = (self.len, u32::try_from(self.records.len() / STEP).unwrap_or(u32::MAX));
        if number >= u32::MAX - 1 || step >= u32::MAX - 1 {
            return Err(Error::TooManyIds);
        }
        if number.is_multiple_of(MARKED) {
            self.marks.push(step);
        }
        self.len += 1;
        self.records.extend_from_slice(&number.to_le_bytes());
        match u8::try_from(text.len()).ok().filter(|n| *n != LONG) {
            Some(length) => self.records.push(length),
            None => {
                self.records.push(LONG);
                self.records.extend_from_slice(&(text.len() as u32).to_le_bytes());
            }
        }
        self.records.extend_from_slice(text.as_bytes());
        let whole = self.records.len().next_multiple_of(STEP);
        self.records.resize(whole, 0);
        Ok((number, step))
    }

    /// The numbers of many texts, the same as one by one: while one is looked up, the slots and the records of later ones
    /// are fetched.
    pub(crate) fn intern_all<'t, T>(
        &mut self,
        all: &[T],
        hash: impl Fn(&T) -> u64,
        text: impl Fn(&T) -> &'t str,
        mut then: impl FnMut(u32),
    ) -> Result<(), Error> {
        let mut found = [0u64; 2 * AHEAD];
        for k in 0..all.len() + 2 * AHEAD {
            if let Some(one) = all.get(k) {
                fetch(&self.slots, home(hash(one), self.bits));
            }
            if let Some(one) = k.checked_sub(AHEAD).and_then(|k| all.get(k)) {
                let slot = self.slot(hash(one));
                self.fetch((slot as u32).wrapping_sub(1));
                found[(k - AHEAD) % (2 * AHEAD)] = slot;
            }
            if let Some(one) = k.checked_sub(2 * AHEAD).and_then(|k| all.get(k)) {
                // A text that is new, perhaps since its slot was looked at, goes the whole way.
                let (slot, text) = (found[k % (2 * AHEAD)], text(one));
                then(self.known(slot, text).map_or_else(|| self.intern_hashed(hash(one), text), Ok)?);
            }
        }
        Ok(())
    }

    /// The same of texts that come one by one, with their hashes.
    pub(crate) fn intern_each<'t>(
        &mut self,
        mut texts: impl Iterator<Item = (u64, &'t str)>,
        mut then: impl FnMut(u32),
    ) -> Result<(), Error> {
        let mut some: Vec<(u64, &str)> = Vec::with_capacity(TOGETHER);
        loop {
            some.clear();
            some.extend(texts.by_ref().take(TOGETHER));
            if some.is_empty() {
                return Ok(());
            }
            self.intern_all(&some, |(hash, _)| *hash, |(_, text)| text, &mut then)?;
        }
    }

    /// The first slot that may be of a text with this hash, or an empty one.
    #[inline]
    fn slot(&self, hash: u64) -> u64 {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = home(hash, self.bits);
        loop {
            match self.slots.get(at).copied().unwrap_or(0) {
                slot if slot == 0 || slot >> 32 == hash >> 32 => return slot,
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The number of a text, if it is the one of this slot and its length fits a byte.
    #[inline]
    fn known(&self, slot: u64, text: &str) -> Option<u32> {
        let start = (slot as u32).checked_sub(1)? as usize * STEP;
        let ([a, b, c, d, length], rest) = self.records.get(start..)?.split_first_chunk::<HEAD>()?;
        let same = usize::from(*length) == text.len()
            && *length != LONG
            && rest.get(..text.len()).is_some_and(|known| same(known, text.as_bytes()));
        same.then(|| u32::from_le_bytes([*a, *b, *c, *d]))
    }

    fn grow(&mut self) {
        self.bits = if self.slots.is_empty() { 4 } else { self.bits + 1 };
        let mask = (1usize << self.bits) - 1;
        let mut slots = vec![0u64; mask + 1];
        for old in self.slots.iter().filter(|s| **s != 0) {
            let mut at = home(*old, self.bits);
            while slots.get(at).is_some_and(|s| *s != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = *old;
            }
        }
        self.slots = slots;
    }

    /// Forgets where texts are found: they are looked up no more, and sorting needs the room.
    pub(crate) fn close(&mut self) {
        (self.slots, self.bits) = (Vec::new(), 0);
    }

    /// How many records have a mark.
    pub(crate) fn marked(&self) -> usize {
        self.marks.len()
    }

    /// The records from one mark to before another, with their steps.
    pub(crate) fn records_of(&self, marks: Range<usize>) -> impl Iterator<Item = (u32, Record<'_>)> {
        let mark = |k: usize| self.marks.get(k).copied();
        let end = mark(marks.end).unwrap_or(u32::MAX);
        let mut step = mark(marks.start).unwrap_or(u32::MAX);
        std::iter::from_fn(move || {
            let record = Record::at(&self.records, step).filter(|_| step < end)?;
            let at = std::mem::replace(&mut step, record.next);
            Some((at, record))
        })
    }

    /// The record at a step.
    pub(crate) fn record(&self, step: u32) -> Option<Record<'_>> {
        Record::at(&self.records, step)
    }

    /// Begins to bring a record near.
    #[inline]
    pub(crate) fn fetch(&self, step: u32) {
        fetch(&self.records, step as usize * STEP);
    }

    /// The texts in byte order, and for each old number its new one.
    pub(crate) fn seal(&self) -> (Sealed, Vec<u32>) {
        self.sort(&Serial, 0, |_| ()).0.seal()
    }
}

/// The place of a hash, or of a slot that keeps its upper half.
fn home(hash: u64, bits: u32) -> usize {
    (hash >> (64 - bits.max(1))) as usize
}

/// The upper half of the product added to the lower one bit by bit: every bit of the answer depends on all of both.
pub(crate) fn fold(x: u64, y: u64) -> u64 {
    let wide = u128::from(x) * u128::from(y);
    (wide as u64) ^ ((wide >> 64) as u64)
}

const A: u64 = 0x9E37_79B9_7F4A_7C15;
const B: u64 = 0xD6E8_FEB8_6659_FD93;
const C: u64 = 0xA076_1D64_78BD_642F;

/// A fixed multiply-and-fold hash, sixteen bytes at a time.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let word = |b: &[u8]| b.first_chunk().map_or(0, |w| u64::from_le_bytes(*w));
    let n = bytes.len();
    let mut h = C;
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<16>().filter(|_| rest.len() > 16) {
        h = fold(word(block) ^ A, word(block.get(8..).unwrap_or_default()) ^ h);
        rest = after;
    }
    let (a, b) = ends(rest);
    fold(fold(a ^ A, b ^ h) ^ C, B ^ n as u64)
}

/// The first and the last word of at most sixteen bytes. They overlap where that spares a copy; the length tells such
/// texts apart.
#[inline]
pub(crate) fn ends(bytes: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    (bytes.iter().fold(0, |w, b| w << 8 | u64::from(*b)), 0)
}

/// Whether two texts are equal: of short ones, as ids are, two words are compared instead of all bytes.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && if a.len() <= 16 { ends(a) == ends(b) } else { a == b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn similar_texts_hash_apart_in_the_upper_half() {
        let ids = |n: u32| {
            (0..n).flat_map(|i| [format!("{i}"), format!("C{i:07}"), format!("customer-{i:012}-x{i}")])
        };
        let mut uppers: Vec<u64> = ids(20_000).map(|i| hash(i.as_bytes()) >> 24).collect();
        uppers.sort_unstable();
        uppers.dedup();
        // Of 60,000 random values of 40 bits about 0.002 pairs are equal.
        assert_eq!(uppers.len(), 60_000);
        let mut homes = [0u32; 256];
        ids(20_000).for_each(|i| homes[home(hash(i.as_bytes()), 8)] += 1);
        assert!(homes.iter().all(|n| (150..320).contains(n)), "{homes:?}");
    }

    proptest! {
        #[test]
        fn numbers_are_stable_and_sealing_sorts(texts in prop::collection::vec(prop_oneof![20 => "(x-common-head)?[a-cঅ-ঈ]{0,12}", 1 => "[ab]{250,260}"], 0..400)) {
            let mut interner = Interner::default();
            let numbers: Vec<u32> = texts.iter().map(|t| interner.intern(t).unwrap()).collect();
            for (t, n) in texts.iter().zip(&numbers) {
                prop_assert_eq!(interner.get(*n), Some(t.as_str()));
                prop_assert_eq!(interner.intern(t).unwrap(), *n);
            }
            prop_assert!(interner.texts().eq((0..interner.len() as u32).map(|n| interner.get(n).unwrap())));
            let mut batched = Interner::default();
            let mut got = Vec::new();
            for batch in texts.chunks(100) {
                let batch: Vec<(u64, &str)> = batch.iter().map(|t| (hash(t.as_bytes()), t.as_str())).collect();
                batched.intern_all(&batch, |t| t.0, |t| t.1, |n| got.push(n)).unwrap();
            }
            prop_assert_eq!(&got, &numbers);
            let (sealed, to) = interner.seal();
            let mut want = texts.clone();
            want.sort();
            want.dedup();
            let got: Vec<&str> = (0..sealed.len() as u32).filter_map(|n| sealed.get(n)).collect();
            prop_assert_eq!(got, want.iter().map(String::as_str).collect::<Vec<_>>());
            for (t, n) in texts.iter().zip(&numbers) {
                prop_assert_eq!(sealed.find(t), Some(to[*n as usize]));
            }
            prop_assert_eq!(sealed.find("zzz"), None);
        }
    }
}
