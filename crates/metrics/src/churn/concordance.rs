//! How often who is said to leave sooner does leave sooner.
//!
//! # Formula
//! Over all pairs where one leaves while the other, then at risk, stays longer: the share in which the leaver has the
//! higher score, ties of scores counted half. A subject last seen staying at the very time of a leaving stayed longer.
//!
//! # Source
//! Harrell, Califf, Pryor, Lee and Rosati, 1982.

use crate::Error;
use crate::churn::spell::{Spell, check};

/// Pairs in order.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Concordance {
    /// The share of pairs in order, ties half: 0.5 is chance, 1 is perfect.
    pub value: f64,
    /// Pairs in which the one who left had the higher score.
    pub concordant: u64,
    /// Pairs of equal scores.
    pub tied: u64,
    /// All comparable pairs.
    pub pairs: u64,
}

/// Counts the pairs in order; `scores` are higher for those expected to leave sooner. `None` without a comparable pair.
///
/// # Errors
/// As for the survival curve; a score that is not a number; inputs of unequal length.
pub fn concordance(spells: &[Spell], scores: &[f64]) -> Result<Option<Concordance>, Error> {
    check(spells)?;
    if scores.len() != spells.len() {
        return Err(Error::Rows { what: "the scores".into(), expected: spells.len(), found: scores.len() });
    }
    if let Some((row, value)) = scores.iter().enumerate().find(|(_, s)| s.is_nan()) {
        return Err(Error::Covariate { column: "score".into(), row, value: value.to_string() });
    }
    let mut levels: Vec<f64> = scores.iter().map(|s| s + 0.0).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let ranked = |s: &f64| levels.partition_point(|l| *l < s + 0.0);
    let mut rows: Vec<(Spell, usize)> = spells.iter().zip(scores).map(|(s, x)| (*s, ranked(x))).collect();
    rows.sort_by(|(a, _), (b, _)| b.exit.total_cmp(&a.exit));
    let mut entries: Vec<(f64, usize, u64)> =
        rows.iter().filter_map(|(s, rank)| Some((s.entry?, *rank, u64::from(s.weight)))).collect();
    entries.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut late = entries.into_iter().peekable();
    let mut at_risk = Counts::new(levels.len());
    let (mut concordant, mut tied, mut pairs) = (0u64, 0u64, 0u64);
    for at_once in rows.chunk_by(|(a, _), (b, _)| a.exit == b.exit) {
        let time = at_once.first().map_or(0.0, |(s, _)| s.exit);
        let weight = |s: &Spell| u64::from(s.weight);
        for (s, rank) in at_once.iter().filter(|(s, _)| !s.left) {
            at_risk.add(*rank, weight(s));
        }
        while let Some((_, rank, w)) = late.next_if(|(entry, ..)| *entry >= time) {
            at_risk.take(rank, w);
        }
        for (s, rank) in at_once.iter().filter(|(s, _)| s.left) {
            let (below, up_to) = (at_risk.below(*rank), at_risk.below(rank + 1));
            concordant += weight(s) * below;
            tied += weight(s) * (up_to - below);
            pairs += weight(s) * at_risk.total;
        }
        for (s, rank) in at_once.iter().filter(|(s, _)| s.left) {
            at_risk.add(*rank, weight(s));
        }
    }
    let value = (concordant as f64 + 0.5 * tied as f64) / pairs as f64;
    Ok((pairs > 0).then_some(Concordance { value, concordant, tied, pairs }))
}

/// Counts by rank with sums from the left in logarithmic time (Fenwick, 1994).
struct Counts {
    tree: Vec<u64>,
    total: u64,
}

impl Counts {
    fn new(ranks: usize) -> Self {
        Self { tree: vec![0; ranks + 1], total: 0 }
    }

    fn change(&mut self, rank: usize, change: impl Fn(&mut u64)) {
        let mut i = rank + 1;
        while let Some(cell) = self.tree.get_mut(i) {
            change(cell);
            i += i & i.wrapping_neg();
        }
        change(&mut self.total);
    }

    fn add(&mut self, rank: usize, n: u64) {
        self.change(rank, |c| *c += n);
    }

    fn take(&mut self, rank: usize, n: u64) {
        self.change(rank, |c| *c = c.saturating_sub(n));
    }

    /// How many have a rank below this one.
    fn below(&self, rank: usize) -> u64 {
        let (mut i, mut sum) = (rank, 0);
        while i > 0 {
            sum += self.tree.get(i).copied().unwrap_or(0);
            i &= i - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::spell::tests::any_spell;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_counts_pairs_as_defined(rows in prop::collection::vec((any_spell(), -3i8..4), 1..40)) {
            let (spells, scores): (Vec<Spell>, Vec<f64>) = rows.iter().map(|(s, x)| (*s, f64::from(*x))).unzip();
            let (mut in_order, mut tied, mut pairs) = (0, 0, 0);
            for (i, x) in spells.iter().zip(&scores).filter(|(i, _)| i.left) {
                for (j, y) in spells.iter().zip(&scores) {
                    let later = j.exit > i.exit || (j.exit == i.exit && !j.left);
                    if later && j.entry.is_none_or(|e| e < i.exit) {
                        let w = u64::from(i.weight) * u64::from(j.weight);
                        pairs += w;
                        in_order += if x > y { w } else { 0 };
                        tied += if x == y { w } else { 0 };
                    }
                }
            }
            let found = concordance(&spells, &scores).unwrap();
            prop_assert_eq!(found.map_or((0, 0, 0), |c| (c.concordant, c.tied, c.pairs)), (in_order, tied, pairs));
        }
    }
}
