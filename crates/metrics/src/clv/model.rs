//! What every model of repeat purchases answers, and why one may have no answer.

use super::{History, Weighted};
use naata_math::{Rng, exp};

/// Why a model does not say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undefined {
    /// In this model nobody ever leaves, so that there is no probability of having left.
    NobodyLeaves,
    /// Leaving is seen in the data, so that there is nothing to infer.
    Observed,
    /// What is asked for is infinite.
    Unbounded,
    /// The figure is out of numerical reach.
    OutOfReach,
}

impl Undefined {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::NobodyLeaves => "nobody_leaves",
            Self::Observed => "observed",
            Self::Unbounded => "unbounded",
            Self::OutOfReach => "out_of_reach",
        }
    }
}

/// A model of repeat purchases at given parameters.
///
/// Times are in the unit its parameters were estimated in. The figures of a new customer are those of the history
/// [`History::NEW`].
pub trait PurchaseModel: Send + Sync {
    /// The name of the model, as on the command line.
    fn name(&self) -> &'static str;
    /// Names and values of its parameters.
    fn parameters(&self) -> Vec<(&'static str, f64)>;
    /// The logarithm of the likelihood of one history.
    fn ln_likelihood(&self, history: &History) -> f64;
    /// The logarithm of the probability that the customer is still one at the end of their history.
    fn ln_p_alive(&self, history: &History) -> Result<f64, Undefined>;
    /// The expected purchases in the time up to each of `horizons` after the end of the history; `None` where a
    /// figure is out of numerical reach.
    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>>;
    /// The probability that a customer who is one at the end of the history is still one after the time `ahead`.
    fn survival(&self, history: &History, ahead: f64) -> Result<f64, Undefined>;
    /// The probabilities of 0, 1 up to `most` purchases within the time `ahead` of the end of the history; empty
    /// where they are out of numerical reach.
    fn purchase_probabilities(&self, history: &History, ahead: f64, most: usize) -> Vec<f64>;
    /// The mean and the variance of the purchases within the time `ahead` of the end of the history.
    fn purchase_moments(&self, history: &History, ahead: f64) -> Option<(f64, f64)>;
    /// Draws the history of a customer who is seen for `age` after the first purchase.
    fn draw(&self, age: f64, rng: &mut Rng) -> Option<History>;
    /// The purchases still to come, each counted less the later it comes: at `rate`, compounded at every instant.
    fn discounted_residual(&self, history: &History, rate: f64) -> Result<f64, Undefined>;

    /// The expected purchases of several histories; what they share is worked out once.
    fn expected_of_rows(&self, rows: &[Weighted], horizons: &[f64]) -> Vec<Vec<Option<f64>>> {
        rows.iter().map(|r| self.expected_purchases(&r.history, horizons)).collect()
    }

    /// The probability that the customer is still one at the end of their history.
    fn p_alive(&self, history: &History) -> Result<f64, Undefined> {
        self.ln_p_alive(history).map(exp)
    }

    /// The probability that the customer is one still after the further time `ahead`.
    fn p_alive_after(&self, history: &History, ahead: f64) -> Result<f64, Undefined> {
        Ok(self.p_alive(history)? * self.survival(history, ahead)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{AnyModel, BgNbd, MbgNbd, Nbd, ParetoNbd};
    use naata_math::{exact_sum, gauss_16};
    use naata_testkit::{assert_close, relative};
    use proptest::prelude::*;

    fn models(r: f64, alpha: f64, c: f64, d: f64) -> [AnyModel; 4] {
        [
            AnyModel::BgNbd(BgNbd::new(r, alpha, c, d).unwrap()),
            AnyModel::MbgNbd(MbgNbd::new(r, alpha, c, d).unwrap()),
            AnyModel::ParetoNbd(ParetoNbd::new(r, alpha, c, 10.0 * d).unwrap()),
            AnyModel::Nbd(Nbd::new(r, alpha).unwrap()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]
        #[test]
        fn probabilities_add_up_and_have_the_expected_mean(
            x in 0u32..30, part in 0.05f64..1.0, age in 1.0f64..100.0, ahead in 0.1f64..60.0,
            r in 0.1f64..4.0, alpha in 3.0f64..40.0, c in 0.1f64..3.0, d in 0.2f64..6.0,
        ) {
            let h = History::new(x, if x == 0 { 0.0 } else { part * age }, age).unwrap();
            for model in models(r, alpha, c, d) {
                let p = model.purchase_probabilities(&h, ahead, 3_000);
                prop_assert!(p.iter().all(|p| (-1e-15..=1.0 + 1e-12).contains(p)));
                let mean = exact_sum((0u32..).zip(&p).map(|(n, p)| f64::from(n) * p));
                let expected = model.expected_purchases(&h, &[ahead])[0].unwrap();
                prop_assert!((exact_sum(p.iter().copied()) - 1.0).abs() < 1e-11, "{}", model.name());
                prop_assert!(relative(mean, expected) < 1e-9, "{} {} {}", model.name(), mean, expected);
                let off = |n: u32| f64::from(n) - mean;
                let variance = exact_sum((0u32..).zip(&p).map(|(n, p)| off(n) * off(n) * p));
                let moments = model.purchase_moments(&h, ahead).unwrap();
                prop_assert!(relative(moments.0, expected) < 1e-9, "{} {:?}", model.name(), moments);
                prop_assert!(relative(moments.1, variance) < 1e-7, "{} {:?} {}", model.name(), moments, variance);
                // Who has left buys nothing, and who is still there after t was there before.
                if let Ok(alive) = model.p_alive(&h) {
                    prop_assert!(p[0] >= 1.0 - alive - 1e-15);
                    let later = model.p_alive_after(&h, ahead).unwrap();
                    prop_assert!(0.0 <= later && later <= alive * (1.0 + 1e-12));
                    prop_assert!(relative(model.survival(&h, 0.0).unwrap(), 1.0) < 1e-15);
                }
            }
        }
    }

    #[test]
    fn residuals_add_up_the_discounted_purchases_of_all_time() {
        let rate = 0.02;
        for (x, t_x, age) in [(0u32, 0.0, 5.0), (3, 20.0, 38.0), (20, 37.5, 38.0)] {
            let h = History::new(x, t_x, age).unwrap();
            for model in models(0.6, 8.0, 0.9, 2.5) {
                // Partly integrated: rate times the integral of e^(-rate t) E(t).
                let mut sum = 0.0;
                for k in 0..400 {
                    gauss_16(f64::from(k) * 5.0, f64::from(k + 1) * 5.0, |t, w| {
                        sum += w * rate * exp(-rate * t) * model.expected_purchases(&h, &[t])[0].unwrap();
                    });
                }
                let ours = model.discounted_residual(&h, rate).unwrap();
                assert_close(model.name(), ours, sum, 1e-10);
            }
        }
    }
}
