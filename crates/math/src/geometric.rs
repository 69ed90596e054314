//! The geometric distribution: the failures before the first success.
//!
//! # Formula
//! P(k) = (1-p)^k p, for k = 0, 1, 2, ...; the mean is (1-p) / p.

use crate::elementary::{exp, exp_m1, ln, ln_1p};
use crate::error::{Error, probability};
use crate::random::Rng;

/// A geometric distribution of given probability of success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometric {
    p: f64,
}

impl Geometric {
    /// Returns the distribution of a probability above 0 and at most 1.
    pub fn new(p: f64) -> Result<Self, Error> {
        if p == 0.0 {
            return Err(Error::OutOfDomain {
                parameter: "probability of success",
                value: p,
                allowed: "above 0 and at most 1",
            });
        }
        Ok(Self { p: probability("probability of success", p)? })
    }

    /// Returns the logarithm of the probability of `k` failures first.
    pub fn ln_pmf(&self, k: u64) -> f64 {
        // With certain success 0 times minus infinity would spoil the first count.
        if k == 0 { ln(self.p) } else { k as f64 * ln_1p(-self.p) + ln(self.p) }
    }

    /// Returns the probability of `k` failures first.
    pub fn pmf(&self, k: u64) -> f64 {
        exp(self.ln_pmf(k))
    }

    /// Returns the probability of at most `k` failures first.
    pub fn cdf(&self, k: u64) -> f64 {
        -exp_m1((k as f64 + 1.0) * ln_1p(-self.p))
    }

    /// Returns the probability of more than `k` failures first, accurate where it is small.
    pub fn sf(&self, k: u64) -> f64 {
        exp((k as f64 + 1.0) * ln_1p(-self.p))
    }

    /// Draws a count, by inversion.
    pub fn sample(&self, rng: &mut Rng) -> u64 {
        let u = rng.uniform_open();
        // Certain success divides by minus infinity, which gives 0; a count beyond a u64 becomes the largest.
        (ln(u) / ln_1p(-self.p)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Geometric;
    use crate::random::Rng;
    use proptest::prelude::*;

    #[test]
    fn ends() {
        let sure = Geometric::new(1.0).unwrap();
        assert_eq!((sure.pmf(0), sure.pmf(1), sure.cdf(0), sure.sf(0)), (1.0, 0.0, 1.0, 0.0));
        assert_eq!(sure.sample(&mut Rng::new(1)), 0);
        assert!(
            Geometric::new(0.0).is_err() && Geometric::new(1.1).is_err() && Geometric::new(f64::NAN).is_err()
        );
    }

    #[test]
    fn draws_have_their_mean() {
        for p in [0.01, 0.3, 0.9] {
            let geometric = Geometric::new(p).unwrap();
            let mut rng = Rng::stream(8, "geometric", 0);
            let n = 100_000.0;
            let found = (0..100_000).map(|_| geometric.sample(&mut rng) as f64).sum::<f64>() / n;
            let error = ((1.0 - p) / (p * p) / n).sqrt();
            assert!((found - (1.0 - p) / p).abs() < 4.0 * error, "{p}: {found}");
        }
    }

    proptest! {
        #[test]
        fn probabilities_add_up(p in 0.001f64..1.0, k in 0u64..200) {
            let geometric = Geometric::new(p).unwrap();
            let sum: f64 = (0..=k).map(|j| geometric.pmf(j)).sum();
            prop_assert!((sum - geometric.cdf(k)).abs() < 1e-12);
            prop_assert!((geometric.cdf(k) + geometric.sf(k) - 1.0).abs() < 1e-15);
        }
    }
}
