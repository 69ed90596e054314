//! The Poisson distribution.
//!
//! # Formula
//! P(k) = mean^k exp(-mean) / k!; P(at most k) = Q(k + 1, mean), the upper incomplete gamma function.

use crate::elementary::{exp, ln, sqrt};
use crate::error::{Error, positive};
use crate::incomplete::{gamma_lower, gamma_upper, ln_gamma_kernel};
use crate::random::Rng;

/// A Poisson distribution of given mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    mean: f64,
}

impl Poisson {
    /// Returns the distribution of a mean above 0.
    pub fn new(mean: f64) -> Result<Self, Error> {
        Ok(Self { mean: positive("mean", mean)? })
    }

    /// Returns the logarithm of the probability of `k`.
    pub fn ln_pmf(&self, k: u64) -> f64 {
        ln_gamma_kernel(k as f64 + 1.0, self.mean) - ln(self.mean)
    }

    /// Returns the probability of `k`.
    pub fn pmf(&self, k: u64) -> f64 {
        exp(self.ln_pmf(k))
    }

    /// Returns the probability of at most `k`.
    pub fn cdf(&self, k: u64) -> f64 {
        gamma_upper(k as f64 + 1.0, self.mean)
    }

    /// Returns the probability of more than `k`, accurate where it is small.
    pub fn sf(&self, k: u64) -> f64 {
        gamma_lower(k as f64 + 1.0, self.mean)
    }

    /// Returns the smallest count whose cdf reaches `p`, or none for `p` outside [0, 1).
    pub fn quantile(&self, p: f64) -> Option<u64> {
        if !(0.0..1.0).contains(&p) {
            return None;
        }
        // No float below 1 lies further than nine deviations out, give or take the skew of a small mean.
        let high = self.mean + 12.0 * sqrt(self.mean) + 60.0;
        smallest_reaching(high as u64, |k| self.cdf(k) >= p)
    }

    /// Draws a count.
    ///
    /// # Source
    /// Hoermann, "The Transformed Rejection Method for Generating Poisson Random Variables", 1993 (PTRS), from
    /// a mean of 10 on; below it, inversion by adding up probabilities.
    pub fn sample(&self, rng: &mut Rng) -> u64 {
        if self.mean < 10.0 {
            let mut left = rng.uniform();
            let mut probability = exp(-self.mean);
            let mut k = 0;
            while left >= probability && k < 200 {
                left -= probability;
                k += 1;
                probability *= self.mean / k as f64;
            }
            return k;
        }
        let b = 0.931 + 2.53 * sqrt(self.mean);
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let sure = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = rng.uniform() - 0.5;
            let v = rng.uniform_open();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + self.mean + 0.43).floor();
            if us >= 0.07 && v <= sure {
                return k as u64;
            }
            if k < 0.0 || (us < 0.013 && v > us) {
                continue;
            }
            if ln(v * inverse_alpha / (a / (us * us) + b)) <= self.ln_pmf(k as u64) {
                return k as u64;
            }
        }
    }
}

/// Returns the smallest count from 0 to `high` that satisfies a condition which, once met, stays met.
pub(crate) fn smallest_reaching(high: u64, reached: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::Poisson;
    use crate::random::Rng;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn probabilities() {
        // Mean, k, P(k), P(at most k), from 40-digit arithmetic.
        for (mean, k, probability, at_most) in [
            (0.3, 0, 0.7408182206817179, 0.7408182206817179),
            (0.3, 4, 0.00025002614948007977, 0.9999842149594583),
            (5.5, 3, 0.11332276634574319, 0.20169919870252864),
            (40.0, 25, 0.003083719224293402, 0.007566375789866606),
            (40.0, 60, 0.000678649219814152, 0.9987990206511691),
            (1000.0, 950, 0.0036296190663045957, 0.05783629295532321),
            (100000.0, 100500, 0.0003612942896086919, 0.9431671181815061),
        ] {
            let poisson = Poisson::new(mean).unwrap();
            assert_close(poisson.pmf(k), probability, 5e-14, &format!("pmf, mean {mean}, k {k}"));
            assert_close(poisson.cdf(k), at_most, 5e-14, &format!("cdf, mean {mean}, k {k}"));
        }
    }

    #[test]
    fn draws_fit_their_probabilities() {
        for mean in [0.4, 3.0, 9.99, 10.0, 35.0, 2000.0] {
            let poisson = Poisson::new(mean).unwrap();
            let mut rng = Rng::stream(5, "poisson", 0);
            let n = 50_000.0;
            let draws: Vec<f64> = (0..50_000).map(|_| poisson.sample(&mut rng) as f64).collect();
            let found = draws.iter().sum::<f64>() / n;
            assert!((found - mean).abs() < 4.0 * (mean / n).sqrt(), "{mean}: {found}");
            let variance = draws.iter().map(|x| (x - found) * (x - found)).sum::<f64>() / n;
            let error = mean * ((2.0 + 1.0 / mean) / n).sqrt();
            assert!((variance - mean).abs() < 4.0 * error, "{mean}: variance {variance}");
            let median = poisson.quantile(0.5).unwrap() as f64;
            let share = draws.iter().filter(|&&x| x <= median).count() as f64 / n;
            assert!((share - poisson.cdf(median as u64)).abs() < 4.0 * 0.5 / n.sqrt(), "{mean}: {share}");
        }
    }

    proptest! {
        #[test]
        fn the_quantile_is_the_first_to_reach(mean in 0.01f64..500.0, p in 0.0f64..0.999_999_999) {
            let poisson = Poisson::new(mean).unwrap();
            let k = poisson.quantile(p).unwrap();
            prop_assert!(poisson.cdf(k) >= p);
            prop_assert!(k == 0 || poisson.cdf(k - 1) < p);
        }

        #[test]
        fn probabilities_add_up(mean in 0.01f64..50.0, k in 0u64..100) {
            let poisson = Poisson::new(mean).unwrap();
            let sum: f64 = (0..=k).map(|j| poisson.pmf(j)).sum();
            prop_assert!((sum - poisson.cdf(k)).abs() < 1e-13);
            prop_assert!((poisson.cdf(k) + poisson.sf(k) - 1.0).abs() < 1e-15);
        }
    }
}
