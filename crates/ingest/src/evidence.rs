//! What the cells of a file say about how it must be read. Collected in the same pass as the rows: when it contradicts
//! what the head suggested, the file is read once more with what is known then.

use crate::date::DateEvidence;
use crate::field::F;
use crate::money::MarkEvidence;
use naata_core::{Currency, Minor};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    dates: Vec<DateEvidence>,
    pub(crate) mark: MarkEvidence,
    /// The most decimals an amount needs, where that is more than the unit has.
    pub(crate) scale: u8,
    /// For each stated currency the rows and the sum of their amounts.
    pub(crate) currencies: BTreeMap<Currency, (u64, i128)>,
    /// The same for amounts without a currency.
    pub(crate) unstated: (u64, i128),
    /// Hashes of order ids, while each is taken to stand on one row.
    pub(crate) orders: Vec<u64>,
    /// Rows that are not UTF-8.
    pub(crate) not_utf8: u64,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            dates: vec![DateEvidence::default(); F::N],
            mark: MarkEvidence::default(),
            scale: 0,
            currencies: BTreeMap::new(),
            unstated: (0, 0),
            orders: Vec::new(),
            not_utf8: 0,
        }
    }
}

impl Evidence {
    pub(crate) fn date(&self, field: F) -> DateEvidence {
        self.dates.get(field as usize).copied().unwrap_or_default()
    }

    pub(crate) fn date_mut(&mut self, field: F) -> &mut DateEvidence {
        &mut self.dates[field as usize]
    }

    pub(crate) fn saw_amount(&mut self, currency: Option<Currency>, amount: Minor) {
        let entry = match currency {
            Some(c) => self.currencies.entry(c).or_default(),
            None => &mut self.unstated,
        };
        entry.0 += 1;
        entry.1 += i128::from(amount.0);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.dates.iter_mut().zip(other.dates) {
            mine.merge(theirs);
        }
        self.mark.merge(other.mark);
        self.scale = self.scale.max(other.scale);
        for (currency, (n, sum)) in other.currencies {
            let entry = self.currencies.entry(currency).or_default();
            entry.0 += n;
            entry.1 += sum;
        }
        self.unstated.0 += other.unstated.0;
        self.unstated.1 += other.unstated.1;
        self.orders.extend(other.orders);
        self.not_utf8 += other.not_utf8;
    }

    /// Whether an order id stands on several rows. Equal hashes of different ids would only cost another reading.
    pub(crate) fn repeats(&mut self) -> bool {
        self.orders.sort_unstable();
        self.orders.windows(2).any(|w| matches!(w, [a, b] if a == b))
    }
}

/// A fixed hash of an order id.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9E37_79B9_7F4A_7C15;
    let fold = |x: u64| {
        let wide = u128::from(x) * u128::from(PRIME);
        (wide as u64) ^ ((wide >> 64) as u64)
    };
    let mut h = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word.iter_mut().zip(chunk).for_each(|(w, b)| *w = *b);
        h = fold(h.rotate_left(29) ^ u64::from_le_bytes(word) ^ PRIME);
    }
    fold(h ^ PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn repeated_ids_are_seen_and_similar_ones_are_not_repeated() {
        let ids: Vec<String> = (0..20_000).map(|i| format!("INV-{i:06}")).collect();
        let hashes: BTreeSet<u64> = ids.iter().map(|i| hash(i.as_bytes())).collect();
        assert_eq!(hashes.len(), ids.len());
        let mut e = Evidence { orders: hashes.into_iter().collect(), ..Evidence::default() };
        assert!(!e.repeats());
        e.orders.push(hash(b"INV-000007"));
        assert!(e.repeats());
    }
}
