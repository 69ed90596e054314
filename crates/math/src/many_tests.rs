//! P-values adjusted for the number of tests made.
//!
//! A table of forty drivers shows two at the 5 % level by chance alone; these are the remedies.

/// What an adjustment controls, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Adjustment {
    /// Holm: the probability of any false finding, under any dependence.
    Holm,
    /// Benjamini and Hochberg: the share of false findings, of independent or positively dependent tests.
    BenjaminiHochberg,
    /// Benjamini and Yekutieli: the share of false findings, under any dependence.
    BenjaminiYekutieli,
}

impl Adjustment {
    /// Returns the stable name of the adjustment.
    pub fn name(&self) -> &'static str {
        match self {
            Adjustment::Holm => "holm",
            Adjustment::BenjaminiHochberg => "benjamini-hochberg",
            Adjustment::BenjaminiYekutieli => "benjamini-yekutieli",
        }
    }

    /// Returns the adjusted p-values, in the order of the given ones.
    ///
    /// A p-value that is not a number stays so, and is not counted as a test.
    ///
    /// # Formula
    /// With p sorted ascending and m tests: Holm max over j <= i of (m - j + 1) p_j; Benjamini-Hochberg min over
    /// j >= i of m p_j / j; Benjamini-Yekutieli the same times 1 + 1/2 + ... + 1/m. None exceeds 1.
    ///
    /// # Source
    /// Holm, 1979; Benjamini and Hochberg, 1995; Benjamini and Yekutieli, 2001.
    pub fn adjust(&self, p_values: &[f64]) -> Vec<f64> {
        let mut sorted: Vec<(usize, f64)> =
            p_values.iter().copied().enumerate().filter(|(_, p)| !p.is_nan()).collect();
        sorted.sort_by(|(_, p), (_, q)| p.total_cmp(q));
        let m = sorted.len() as f64;
        let ranks = (0..sorted.len()).map(|before| before as f64 + 1.0);
        match self {
            Adjustment::Holm => {
                let mut highest = 0.0_f64;
                for ((_, p), rank) in sorted.iter_mut().zip(ranks) {
                    highest = highest.max((m - rank + 1.0) * *p);
                    *p = highest.min(1.0);
                }
            }
            Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => {
                let harmonic: f64 = if *self == Adjustment::BenjaminiYekutieli {
                    ranks.clone().map(|rank| 1.0 / rank).sum()
                } else {
                    1.0
                };
                let mut lowest = 1.0_f64;
                for ((_, p), rank) in sorted.iter_mut().zip(ranks).rev() {
                    lowest = lowest.min(harmonic * m / rank * *p);
                    *p = lowest;
                }
            }
        }
        let mut adjusted = vec![f64::NAN; p_values.len()];
        for (index, p) in sorted {
            if let Some(slot) = adjusted.get_mut(index) {
                *slot = p;
            }
        }
        adjusted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    const P: [f64; 5] = [0.03, 0.01, 0.2, 0.015, 0.9];

    #[test]
    fn worked_by_hand() {
        // Sorted: .01 .015 .03 .2 .9; Holm .05 .06 .09 .4 .9; BH .0375 .0375 .05 .25 .9.
        for (adjustment, expected) in [
            (Adjustment::Holm, [0.09, 0.05, 0.4, 0.06, 0.9]),
            (Adjustment::BenjaminiHochberg, [0.05, 0.0375, 0.25, 0.0375, 0.9]),
            (
                Adjustment::BenjaminiYekutieli,
                [0.05 * 137.0 / 60.0, 0.0375 * 137.0 / 60.0, 0.25 * 137.0 / 60.0, 0.0375 * 137.0 / 60.0, 1.0],
            ),
        ] {
            for (found, expected) in adjustment.adjust(&P).into_iter().zip(expected) {
                assert_close(found, expected, 1e-15, adjustment.name());
            }
        }
    }

    #[test]
    fn a_missing_p_value_is_no_test() {
        let found = Adjustment::Holm.adjust(&[0.02, f64::NAN, 0.01]);
        assert_eq!((found[0], found[2]), (0.02, 0.02));
        assert!(found[1].is_nan());
        assert!(Adjustment::BenjaminiHochberg.adjust(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn adjusting_keeps_order_and_never_lowers(p in prop::collection::vec(0.0f64..=1.0, 1..40)) {
            for adjustment in [Adjustment::Holm, Adjustment::BenjaminiHochberg, Adjustment::BenjaminiYekutieli] {
                let adjusted = adjustment.adjust(&p);
                for i in 0..p.len() {
                    prop_assert!(adjusted[i] >= p[i] * (1.0 - 1e-15) && adjusted[i] <= 1.0);
                    for j in 0..p.len() {
                        prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                    }
                }
            }
        }
    }
}
