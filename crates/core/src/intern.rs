//! Texts numbered in order of arrival, then sealed in their own order.
//!
//! An own open-addressing table instead of a standard map: the hash is fixed, the texts lie in one allocation,
//! and a look-up touches a slot, then a record, then the bytes, so that millions of ids stay cheap.

use crate::Error;

/// Texts by number of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    text: String,
    ends: Vec<usize>,
    /// 0 is empty; else the upper half is the upper half of the hash, the lower half the number plus one.
    slots: Vec<u64>,
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        let i = number as usize;
        let end = *self.ends.get(i)?;
        let start = if i == 0 { 0 } else { *self.ends.get(i - 1)? };
        self.text.get(start..end)
    }

    /// The number of a text, new or known.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32, Error> {
        if self.slots.len() * 3 <= self.ends.len() * 4 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let hash = hash(text.as_bytes());
        let mut at = hash as usize & mask;
        while let Some(&slot) = self.slots.get(at).filter(|s| **s != 0) {
            let number = (slot as u32).wrapping_sub(1);
            if slot >> 32 == hash >> 32 && self.get(number) == Some(text) {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        // The last two numbers are kept free: one for "none", one so that number plus one fits 32 bits.
        let number = u32::try_from(self.ends.len()).ok().filter(|n| *n < u32::MAX - 1);
        let number = number.ok_or(Error::TooManyIds)?;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = (hash >> 32 << 32) | u64::from(number + 1);
        }
        Ok(number)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        let mask = size - 1;
        let mut slots = vec![0u64; size];
        for number in 0..self.ends.len() as u32 {
            let hash = hash(self.get(number).unwrap_or_default().as_bytes());
            let mut at = hash as usize & mask;
            while slots.get(at).is_some_and(|s| *s != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (hash >> 32 << 32) | u64::from(number + 1);
            }
        }
        self.slots = slots;
    }

    /// The texts in byte order, and for each old number its new one.
    pub(crate) fn seal(&self) -> (Sealed, Vec<u32>) {
        // Sorting by the first eight bytes settles nearly every comparison without touching the texts.
        let mut order: Vec<(u64, u32)> =
            (0..self.len() as u32).map(|n| (prefix(self.get(n).unwrap_or_default()), n)).collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(&self.get(b.1))));
        let mut sealed =
            Sealed { text: String::with_capacity(self.text.len()), ends: Vec::with_capacity(self.len()) };
        let mut to = vec![0u32; self.len()];
        for (new, (_, old)) in order.iter().enumerate() {
            sealed.text.push_str(self.get(*old).unwrap_or_default());
            sealed.ends.push(sealed.text.len());
            if let Some(t) = to.get_mut(*old as usize) {
                *t = new as u32;
            }
        }
        (sealed, to)
    }
}

/// Texts in byte order; the number is the position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sealed {
    text: String,
    ends: Vec<usize>,
}

impl Sealed {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        let i = number as usize;
        let end = *self.ends.get(i)?;
        let start = if i == 0 { 0 } else { *self.ends.get(i - 1)? };
        self.text.get(start..end)
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

fn prefix(text: &str) -> u64 {
    let mut key = [0u8; 8];
    for (k, b) in key.iter_mut().zip(text.bytes()) {
        *k = b;
    }
    u64::from_be_bytes(key)
}

/// A fixed multiply-and-fold hash, eight bytes at a time.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    const A: u64 = 0x9E37_79B9_7F4A_7C15;
    const B: u64 = 0xD6E8_FEB8_6659_FD93;
    let fold = |x: u64, y: u64| {
        let wide = u128::from(x) * u128::from(y);
        (wide as u64) ^ ((wide >> 64) as u64)
    };
    let mut h = A ^ (bytes.len() as u64).wrapping_mul(B);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0u8; 8];
        word.copy_from_slice(chunk);
        h = fold(h ^ u64::from_le_bytes(word), A);
    }
    let mut word = [0u8; 8];
    for (w, b) in word.iter_mut().zip(chunks.remainder()) {
        *w = *b;
    }
    fold(fold(h ^ u64::from_le_bytes(word), B), A)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_stable_and_sealing_sorts(texts in prop::collection::vec("[a-cঅ-ঈ]{0,12}", 0..200)) {
            let mut interner = Interner::default();
            let numbers: Vec<u32> = texts.iter().map(|t| interner.intern(t).unwrap()).collect();
            for (t, n) in texts.iter().zip(&numbers) {
                prop_assert_eq!(interner.get(*n), Some(t.as_str()));
                prop_assert_eq!(interner.intern(t).unwrap(), *n);
            }
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
