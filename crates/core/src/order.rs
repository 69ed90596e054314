//! What stands for the id of an order, where it is only asked which lines are of the same one.

use crate::intern::hash;

/// A digest of an order's id: a function of its text alone, in seven bytes, so that millions of lines need not hold the
/// texts of their orders.
///
/// Equal ids have equal digests. Two different ids have the same one with a chance of about 2^-56, and they are mistaken
/// for one order only where they meet: as orders of one customer, or as orders without a customer on one day.
///
/// ```
/// use naata_core::OrderDigest;
///
/// assert_eq!(OrderDigest::of("SO0000945455"), OrderDigest::of("SO0000945455"));
/// assert_ne!(OrderDigest::of("SO0000945455"), OrderDigest::of("SO0000945456"));
/// // Ids are text and stay text; an empty one is none.
/// assert_ne!(OrderDigest::of("7"), OrderDigest::of("007"));
/// assert_eq!(OrderDigest::of("").some(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderDigest([u8; 7]);

impl OrderDigest {
    /// Stands for no order; it comes after all others.
    pub const NONE: Self = Self([u8::MAX; 7]);
    /// The last one that stands for an order.
    const LAST: Self = Self([u8::MAX, u8::MAX, u8::MAX, u8::MAX, u8::MAX, u8::MAX, u8::MAX - 1]);

    /// The digest of an order's id, the same on every machine; none for an empty one.
    pub fn of(id: &str) -> Self {
        if id.is_empty() {
            return Self::NONE;
        }
        let [digest @ .., _] = hash(id.as_bytes()).to_be_bytes();
        Self(digest).min(Self::LAST)
    }

    /// The digest, unless there is no order.
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_that_count_up_have_digests_of_their_own() {
        let ids = (0..100_000)
            .flat_map(|i| [format!("{i}"), format!("SO{i:010}"), format!("b7e{i:x}-41d4-a716-{i}")]);
        let digests: BTreeSet<OrderDigest> = ids.map(|id| OrderDigest::of(&id)).collect();
        // Of 300,000 random values of 56 bits about 0.0000006 pairs are equal.
        assert_eq!(digests.len(), 300_000);
        // Each of the seven bytes takes every value about equally often.
        for place in 0..7 {
            let mut counts = [0u32; 256];
            digests.iter().for_each(|d| counts[usize::from(d.0[place])] += 1);
            assert!(counts.iter().all(|n| (1_000..1_350).contains(n)), "byte {place}: {counts:?}");
        }
    }

    #[test]
    fn what_stands_for_none_comes_last_and_is_no_orders() {
        assert_eq!(OrderDigest::NONE.some(), None);
        assert!(OrderDigest::LAST < OrderDigest::NONE && OrderDigest::LAST.some().is_some());
        assert!(OrderDigest::of("a") <= OrderDigest::LAST && OrderDigest::of(" ").some().is_some());
    }
}
