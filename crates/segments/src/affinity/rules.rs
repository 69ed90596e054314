//! Association rules: who has these items in the basket has that one too.
//!
//! # Formula
//! For sets A and B without common items, in n baskets: support = n(A B) / n; confidence = n(A B) / n(A);
//! lift = n n(A B) / (n(A) n(B)); leverage = n(A B) / n - n(A) n(B) / n^2;
//! conviction = (1 - n(B) / n) / (1 - confidence), which has no end at confidence 1.
//! The bound on the confidence is met in whole numbers.
//!
//! # Source
//! Agrawal, Imielinski and Swami, 1993 (support, confidence); Brin, Motwani, Ullman and Tsur, 1997 (lift,
//! conviction); Piatetsky-Shapiro, 1991 (leverage).

use super::{Fraction, Itemsets};
use crate::estimate;

/// A rule with its exact counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// What is there: positions of items, ascending.
    pub left: Box<[u32]>,
    /// What is there too.
    pub right: Box<[u32]>,
    /// Baskets with both.
    pub both: u64,
    /// Baskets with the left side.
    pub left_count: u64,
    /// Baskets with the right side.
    pub right_count: u64,
    /// All baskets.
    pub baskets: u64,
}

impl Rule {
    /// The share of baskets with both sides.
    pub fn support(&self) -> f64 {
        self.both as f64 / self.baskets as f64
    }

    /// Of the baskets with the left side, the share with the right, with its Wilson interval.
    pub fn confidence(&self) -> Option<estimate::Share> {
        estimate::share(self.both, self.left_count)
    }

    /// How many times as often the right side is there as in any basket.
    pub fn lift(&self) -> f64 {
        self.both as f64 * self.baskets as f64 / (self.left_count as f64 * self.right_count as f64)
    }

    /// The share of baskets with both, less what independence would give.
    pub fn leverage(&self) -> f64 {
        let n = self.baskets as f64;
        self.support() - (self.left_count as f64 / n) * (self.right_count as f64 / n)
    }

    /// How many times as often the rule would fail under independence; `None` where it never fails.
    pub fn conviction(&self) -> Option<f64> {
        let fails = self.left_count - self.both;
        let without = (self.baskets - self.right_count) as f64;
        (fails > 0).then(|| without * self.left_count as f64 / (self.baskets as f64 * fails as f64))
    }

    /// Compares lifts without rounding.
    fn lift_order(&self, other: &Self) -> std::cmp::Ordering {
        let cross =
            |a: &Self, b: &Self| u128::from(a.both) * u128::from(b.left_count) * u128::from(b.right_count);
        cross(self, other).cmp(&cross(other, self))
    }
}

/// All rules of frequent sets whose confidence is reached, with at most so many items on the right side; the
/// highest lift first, equal ones by more baskets, then by their items.
pub fn rules(itemsets: &Itemsets, confidence: Fraction, largest_right: u32) -> Vec<Rule> {
    let mut out = Vec::new();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (set, both) in itemsets.iter().filter(|(set, _)| set.len() > 1) {
        // Sets hold at most 32 items, so that every choice of a right side is a number of 64 bits.
        for mask in right_sides(set.len(), largest_right as usize) {
            left.clear();
            right.clear();
            for (i, item) in set.iter().enumerate() {
                if mask >> i & 1 == 1 { right.push(*item) } else { left.push(*item) }
            }
            // Every part of a frequent set is frequent, so both counts are known.
            let Some(left_count) = itemsets.count(&left) else { continue };
            if !confidence.is_reached(both, left_count) {
                continue;
            }
            let Some(right_count) = itemsets.count(&right) else { continue };
            out.push(Rule {
                left: left.as_slice().into(),
                right: right.as_slice().into(),
                both,
                left_count,
                right_count,
                baskets: itemsets.baskets,
            });
        }
    }
    out.sort_by(|a, b| {
        let by_lift = b.lift_order(a).then_with(|| b.both.cmp(&a.both));
        by_lift.then_with(|| a.left.cmp(&b.left)).then_with(|| a.right.cmp(&b.right))
    });
    out
}

/// The choices of 1 to `largest` of `n` items as bits, at least one item left out.
fn right_sides(n: usize, largest: usize) -> Vec<u64> {
    fn choose(n: usize, from: usize, left: usize, mask: u64, out: &mut Vec<u64>) {
        for i in from..n {
            let mask = mask | 1 << i;
            out.push(mask);
            if left > 1 {
                choose(n, i + 1, left - 1, mask, out);
            }
        }
    }
    let mut out = Vec::new();
    let most = largest.min(n.saturating_sub(1));
    if most > 0 {
        choose(n, 0, most, 0, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Baskets, itemsets};
    use super::*;
    use naata_core::{Serial, Symbol};
    use naata_testkit::assert_close;
    use proptest::prelude::*;

    #[test]
    fn measures_by_hand() {
        let r = Rule {
            left: [0].into(),
            right: [1].into(),
            both: 20,
            left_count: 40,
            right_count: 25,
            baskets: 100,
        };
        assert_eq!((r.support(), r.confidence().unwrap().value, r.lift()), (0.2, 0.5, 2.0));
        assert_close("leverage", r.leverage(), 0.1, 1e-15);
        assert_eq!(r.conviction(), Some(1.5));
        assert_eq!(Rule { both: 40, right_count: 50, ..r }.conviction(), None);
        assert_eq!(right_sides(3, 1), [1, 2, 4]);
        assert_eq!(right_sides(3, 9).len(), 6);
        assert!(right_sides(1, 1).is_empty());
    }

    proptest! {
        #[test]
        fn every_rule_holds_as_counted_and_none_is_missed(
            sets in prop::collection::vec(prop::collection::vec(0u32..5, 0..5), 1..30), c in 0u64..=10,
        ) {
            let symbols: Vec<Vec<Symbol>> = sets.iter().map(|s| s.iter().copied().map(Symbol).collect()).collect();
            let b = Baskets::of_sets(symbols.iter().map(Vec::as_slice)).unwrap();
            let frequent = itemsets(&b, Fraction::percent(5), 9, &Serial).unwrap();
            let bound = Fraction::new(c, 10).unwrap();
            let found = rules(&frequent, bound, 9);
            let holds = |set: &[u32]| {
                let mut n = 0;
                b.each(|x| n += u64::from(set.iter().all(|i| x.items.contains(i))));
                n
            };
            for r in &found {
                let whole: Vec<u32> = r.left.iter().chain(&*r.right).copied().collect();
                prop_assert_eq!((r.both, r.left_count, r.right_count), (holds(&whole), holds(&r.left), holds(&r.right)));
                prop_assert!(r.both * 10 >= c * r.left_count);
            }
            prop_assert!(found.windows(2).all(|w| w[0].lift() >= w[1].lift() * (1.0 - 1e-12)));
            let all = rules(&frequent, Fraction::percent(0), 9).len();
            let want: usize = frequent.iter().map(|(s, _)| (1usize << s.len()) - 2).sum();
            prop_assert_eq!(all, want);
        }
    }
}
