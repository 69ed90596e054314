//! The binomial distribution.
//!
//! # Formula
//! P(k) = (n choose k) p^k (1-p)^(n-k); P(at most k) = I_(1-p)(n - k, k + 1).

use crate::elementary::{exp, ln, ln_1p, sqrt};
use crate::error::{Error, probability};
use crate::incomplete::{beta_tails, ln_beta_kernel};
use crate::poisson::smallest_reaching;
use crate::random::Rng;

/// A binomial distribution: the successes among `n` independent trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binomial {
    n: u64,
    p: f64,
}

impl Binomial {
    /// Returns the distribution of `n` trials, each successful with probability `p`.
    pub fn new(n: u64, p: f64) -> Result<Self, Error> {
        Ok(Self { n, p: probability("probability of success", p)? })
    }

    /// Returns the logarithm of the probability of `k` successes.
    pub fn ln_pmf(&self, k: u64) -> f64 {
        if k > self.n {
            return f64::NEG_INFINITY;
        }
        let certain = |sure: bool| if sure { 0.0 } else { f64::NEG_INFINITY };
        if self.p == 0.0 {
            return certain(k == 0);
        }
        if self.p == 1.0 {
            return certain(k == self.n);
        }
        let (n, success, failure) = (self.n as f64, k as f64, (self.n - k) as f64);
        // At the ends one power is all there is.
        if k == 0 {
            return n * ln_1p(-self.p);
        }
        if k == self.n {
            return n * ln(self.p);
        }
        ln_beta_kernel(success + 1.0, failure + 1.0, self.p, 1.0 - self.p)
            - ln((n + 1.0) * self.p)
            - ln_1p(-self.p)
    }

    /// Returns the probability of `k` successes.
    pub fn pmf(&self, k: u64) -> f64 {
        exp(self.ln_pmf(k))
    }

    /// Returns the probability of at most `k` successes, and of more.
    fn tails(&self, k: u64) -> (f64, f64) {
        if k >= self.n {
            return (1.0, 0.0);
        }
        let (above, at_most) = beta_tails(k as f64 + 1.0, (self.n - k) as f64, self.p, 1.0 - self.p);
        (at_most, above)
    }

    /// Returns the probability of at most `k` successes.
    pub fn cdf(&self, k: u64) -> f64 {
        self.tails(k).0
    }

    /// Returns the probability of more than `k` successes, accurate where it is small.
    pub fn sf(&self, k: u64) -> f64 {
        self.tails(k).1
    }

    /// Returns the smallest count whose cdf reaches `p`, or none for `p` outside [0, 1].
    pub fn quantile(&self, p: f64) -> Option<u64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        smallest_reaching(self.n, |k| self.cdf(k) >= p)
    }

    /// Draws a count.
    ///
    /// # Source
    /// Hoermann, "The Generation of Binomial Random Variates", 1993 (BTRS), from 10 expected successes on;
    /// below it, inversion by adding up probabilities.
    pub fn sample(&self, rng: &mut Rng) -> u64 {
        if self.p > 0.5 {
            let mirrored = Binomial { n: self.n, p: 1.0 - self.p };
            return self.n - mirrored.sample(rng);
        }
        if self.n == 0 || self.p == 0.0 {
            return 0;
        }
        let (n, p) = (self.n as f64, self.p);
        if n * p < 10.0 {
            let odds = p / (1.0 - p);
            let mut left = rng.uniform();
            let mut chance = exp(n * ln_1p(-p));
            let mut k = 0;
            while left >= chance && k < self.n && k < 200 {
                left -= chance;
                k += 1;
                chance *= odds * ((self.n - k + 1) as f64 / k as f64);
            }
            return k;
        }
        let deviation = sqrt(n * p * (1.0 - p));
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let centre = n * p + 0.5;
        let sure = 0.92 - 4.2 / b;
        let alpha = (2.83 + 5.1 / b) * deviation;
        let ln_mode = self.ln_pmf(((n + 1.0) * p).floor() as u64);
        loop {
            let u = rng.uniform() - 0.5;
            let v = rng.uniform_open();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + centre).floor();
            if k < 0.0 || k > n {
                continue;
            }
            if us >= 0.07 && v <= sure {
                return k as u64;
            }
            if ln(v * alpha / (a / (us * us) + b)) <= self.ln_pmf(k as u64) - ln_mode {
                return k as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Binomial;
    use crate::random::Rng;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn probabilities() {
        // n, p, k, P(k), P(at most k), from 40-digit arithmetic.
        for (n, p, k, probability, at_most) in [
            (10, 0.3, 0, 0.028247524900000005, 0.028247524900000005),
            (10, 0.3, 3, 0.266827932, 0.6496107184000001),
            (10, 0.3, 9, 0.00013778099999999996, 0.9999940951),
            (100, 0.02, 5, 0.035346804727720935, 0.9845163593582206),
            (500, 0.4, 180, 0.006872247595242853, 0.036929771721517214),
            (500, 0.4, 240, 5.099667552312642e-05, 0.9998773020237777),
            (100000, 0.25, 25200, 0.0010019123185410358, 0.9283418693609468),
        ] {
            let binomial = Binomial::new(n, p).unwrap();
            assert_close(binomial.pmf(k), probability, 5e-14, &format!("pmf, n {n}, p {p}, k {k}"));
            assert_close(binomial.cdf(k), at_most, 5e-14, &format!("cdf, n {n}, p {p}, k {k}"));
        }
    }

    #[test]
    fn certain_and_impossible() {
        let never = Binomial::new(5, 0.0).unwrap();
        assert_eq!((never.pmf(0), never.pmf(1), never.cdf(0), never.sf(0)), (1.0, 0.0, 1.0, 0.0));
        let always = Binomial::new(5, 1.0).unwrap();
        assert_eq!((always.pmf(5), always.cdf(4), always.quantile(0.5)), (1.0, 0.0, Some(5)));
        assert_eq!(Binomial::new(0, 0.5).unwrap().sample(&mut Rng::new(1)), 0);
        assert!(Binomial::new(5, 1.1).is_err());
        assert_eq!(Binomial::new(5, 0.3).unwrap().pmf(6), 0.0);
    }

    #[test]
    fn draws_fit_their_probabilities() {
        for (n, p) in [(10, 0.3), (1000, 0.009), (50, 0.2), (400, 0.5), (3000, 0.97)] {
            let binomial = Binomial::new(n, p).unwrap();
            let mut rng = Rng::stream(6, "binomial", 0);
            let draws: Vec<f64> = (0..50_000).map(|_| binomial.sample(&mut rng) as f64).collect();
            let count = draws.len() as f64;
            let (mean, variance) = (n as f64 * p, n as f64 * p * (1.0 - p));
            let found = draws.iter().sum::<f64>() / count;
            assert!((found - mean).abs() < 4.0 * (variance / count).sqrt(), "{n}, {p}: {found}");
            let spread = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            let error = variance * ((2.0 + 1.0 / variance) / count).sqrt();
            assert!((spread - variance).abs() < 4.0 * error, "{n}, {p}: variance {spread}");
        }
    }

    proptest! {
        #[test]
        fn the_quantile_is_the_first_to_reach(n in 1u64..400, success in 0.001f64..0.999, p in 0.0f64..1.0) {
            let binomial = Binomial::new(n, success).unwrap();
            let k = binomial.quantile(p).unwrap();
            prop_assert!(binomial.cdf(k) >= p);
            prop_assert!(k == 0 || binomial.cdf(k - 1) < p);
        }

        #[test]
        fn probabilities_add_up(n in 1u64..80, p in 0.0f64..=1.0) {
            let binomial = Binomial::new(n, p).unwrap();
            let sum: f64 = (0..=n).map(|k| binomial.pmf(k)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-13);
        }
    }
}
