//! Texts numbered in order of arrival, then sealed in their own order.
//!
//! An own open-addressing table instead of a standard map: the hash is fixed, the texts lie in one allocation,
//! and a look-up touches a slot, then a record, then the bytes, so that millions of ids stay cheap.

use crate::Error;

/// Texts side by side in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shelf {
    text: String,
    /// Where each text begins, counted from the base of its block: half the memory of full positions.
    starts: Vec<u32>,
    bases: Vec<usize>,
}

/// Texts of one block; as a power of two.
const BLOCK: usize = 7;
/// The longest text.
const LONGEST: usize = 1 << (32 - BLOCK);

impl Shelf {
    fn with_capacity(texts: usize, bytes: usize) -> Self {
        let (text, starts) = (String::with_capacity(bytes), Vec::with_capacity(texts));
        Self { text, starts, bases: Vec::with_capacity((texts >> BLOCK) + 1) }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn start(&self, i: usize) -> Option<usize> {
        Some(self.bases.get(i >> BLOCK)? + *self.starts.get(i)? as usize)
    }

    fn bounds(&self, number: u32) -> Option<(usize, usize)> {
        let i = number as usize;
        Some((self.start(i)?, self.start(i + 1).unwrap_or(self.text.len())))
    }

    fn get(&self, number: u32) -> Option<&str> {
        let (start, end) = self.bounds(number)?;
        self.text.get(start..end)
    }

    /// Adds a text of at most [`LONGEST`] bytes: a block of such texts is shorter than 32 bits can count.
    fn push(&mut self, text: &str) {
        let at = self.text.len();
        if self.starts.len() >> BLOCK == self.bases.len() {
            self.bases.push(at);
        }
        self.starts.push((at - self.bases.last().copied().unwrap_or(at)) as u32);
        self.text.push_str(text);
    }

    /// How many bytes all texts begin with alike.
    fn common(&self) -> usize {
        let mut common = self.get(0).unwrap_or_default().as_bytes();
        for number in 1..self.len() as u32 {
            let text = self.get(number).unwrap_or_default().as_bytes();
            if !text.starts_with(common) {
                let n = common.iter().zip(text).take_while(|(a, b)| a == b).count();
                common = common.get(..n).unwrap_or_default();
            }
        }
        common.len()
    }
}

/// Texts by number of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    shelf: Shelf,
    /// 0 is empty; else the upper half is the upper half of the hash, the lower half the number plus one. A slot's
    /// place are the uppermost bits of the hash, so that the table grows without a look at the texts.
    slots: Vec<u64>,
    bits: u32,
}

/// How many texts are looked up at once.
pub(crate) const BATCH: usize = 64;

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.shelf.len()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        self.shelf.get(number)
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
            let number = (slot as u32).wrapping_sub(1);
            if slot >> 32 == hash >> 32 && self.get(number).is_some_and(|known| same(known, text)) {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        // The last two numbers are kept free: one for "none", one so that number plus one fits 32 bits.
        let number = u32::try_from(self.len()).ok().filter(|n| *n < u32::MAX - 1);
        let number = number.ok_or(Error::TooManyIds)?;
        if text.len() > LONGEST {
            return Err(Error::TextTooLong { bytes: text.len() });
        }
        self.shelf.push(text);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = (hash >> 32 << 32) | u64::from(number + 1);
        }
        Ok(number)
    }

    /// The numbers of up to [`BATCH`] texts with their hashes, the same as one by one. Slots are fetched first, then
    /// places, then bytes: the waits for memory of a batch pass side by side instead of one after the other.
    pub(crate) fn intern_batch(&mut self, texts: &[(u64, &str)], out: &mut Vec<u32>) -> Result<(), Error> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut found = [0u64; BATCH];
        for (f, (hash, _)) in found.iter_mut().zip(texts) {
            *f = self.slots.get(home(*hash, self.bits)).copied().unwrap_or(0);
        }
        let mut bounds = [(0usize, 0usize); BATCH];
        for ((f, (hash, _)), b) in found.iter_mut().zip(texts).zip(&mut bounds) {
            let mut at = home(*hash, self.bits);
            while *f != 0 && *f >> 32 != hash >> 32 {
                at = (at + 1) & mask;
                *f = self.slots.get(at).copied().unwrap_or(0);
            }
            *b = self.shelf.bounds((*f as u32).wrapping_sub(1)).unwrap_or_default();
        }
        let mut first = [0u8; BATCH];
        for (f, (start, _)) in first.iter_mut().zip(&bounds) {
            *f = self.shelf.text.as_bytes().get(*start).copied().unwrap_or(0);
        }
        for (i, (hash, text)) in texts.iter().enumerate() {
            let (slot, (start, end)) = (found[i & (BATCH - 1)], bounds[i & (BATCH - 1)]);
            let known = slot != 0
                && text.as_bytes().first().is_none_or(|b| *b == first[i & (BATCH - 1)])
                && self.shelf.text.get(start..end).is_some_and(|known| same(known, text));
            // A text that is new, perhaps since earlier in this batch, goes the whole way.
            out.push(if known { (slot as u32).wrapping_sub(1) } else { self.intern_hashed(*hash, text)? });
        }
        Ok(())
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

    /// The texts in byte order, and for each old number its new one.
    pub(crate) fn seal(&self) -> (Sealed, Vec<u32>) {
        // Sorting by the first eight bytes that differ settles nearly every comparison without touching the texts.
        let common = self.shelf.common();
        let key =
            |n: u32| prefix(self.get(n).unwrap_or_default().as_bytes().get(common..).unwrap_or_default());
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32).map(|n| (key(n), n)).collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(&self.get(b.1))));
        let mut sealed = Shelf::with_capacity(self.len(), self.shelf.text.len());
        let mut to = vec![0u32; self.len()];
        for (new, (_, old)) in order.iter().enumerate() {
            sealed.push(self.get(*old).unwrap_or_default());
            if let Some(t) = to.get_mut(*old as usize) {
                *t = new as u32;
            }
        }
        (Sealed(sealed), to)
    }
}

/// The place of a hash, or of a slot that keeps its upper half.
fn home(hash: u64, bits: u32) -> usize {
    (hash >> (64 - bits.max(1))) as usize
}

/// Texts in byte order; the number is the position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sealed(Shelf);

impl Sealed {
    /// Adds a text that comes after all others; `false` where there is no room for it.
    pub(crate) fn push(&mut self, text: &str) -> bool {
        let room = text.len() <= LONGEST && self.len() < (u32::MAX - 1) as usize;
        if room {
            self.0.push(text);
        }
        room
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        self.0.get(number)
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0u32, self.len() as u32);
        while low < high {
            let mid = low + (high - low) / 2;
            match self.get(mid)?.cmp(text) {
                std::cmp::Ordering::Equal => return Some(mid),
                std::cmp::Ordering::Less => low = mid + 1,
                std::cmp::Ordering::Greater => high = mid,
            }
        }
        None
    }
}

fn prefix(text: &[u8]) -> u64 {
    let mut key = [0u8; 8];
    for (k, b) in key.iter_mut().zip(text) {
        *k = *b;
    }
    u64::from_be_bytes(key)
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
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
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
        fn numbers_are_stable_and_sealing_sorts(texts in prop::collection::vec("(x-common-head)?[a-cঅ-ঈ]{0,12}", 0..400)) {
            let mut interner = Interner::default();
            let numbers: Vec<u32> = texts.iter().map(|t| interner.intern(t).unwrap()).collect();
            for (t, n) in texts.iter().zip(&numbers) {
                prop_assert_eq!(interner.get(*n), Some(t.as_str()));
                prop_assert_eq!(interner.intern(t).unwrap(), *n);
            }
            let mut batched = Interner::default();
            let mut got = Vec::new();
            for batch in texts.chunks(BATCH) {
                let batch: Vec<(u64, &str)> = batch.iter().map(|t| (hash(t.as_bytes()), t.as_str())).collect();
                batched.intern_batch(&batch, &mut got).unwrap();
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
