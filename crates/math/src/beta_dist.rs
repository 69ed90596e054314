//! The beta distribution.
//!
//! # Formula
//! Density x^(a-1) (1-x)^(b-1) / B(a, b), for x between 0 and 1; the mean is a / (a + b).

use crate::bracket::rising_root;
use crate::elementary::{exp, ln, ln_1p, logistic};
use crate::error::{Error, positive};
use crate::gamma::ln_beta;
use crate::gamma_dist::Gamma;
use crate::incomplete::{beta_deviation, beta_lower, beta_tails, beta_upper, ln_beta_kernel};
use crate::normal::Normal;
use crate::random::Rng;

/// A beta distribution of given shapes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// Returns the distribution of two shapes above 0.
    pub fn new(a: f64, b: f64) -> Result<Self, Error> {
        Ok(Self { a: positive("first shape", a)?, b: positive("second shape", b)? })
    }

    /// Returns the logarithm of the density at `x`.
    pub fn ln_pdf(&self, x: f64) -> f64 {
        if !(0.0..=1.0).contains(&x) {
            return f64::NEG_INFINITY;
        }
        let at_end = |shape: f64| if shape == 1.0 { 0.0 } else { f64::INFINITY.copysign(1.0 - shape) };
        if x == 0.0 {
            return at_end(self.a) - ln_beta(self.a, self.b);
        }
        if x == 1.0 {
            return at_end(self.b) - ln_beta(self.a, self.b);
        }
        ln_beta_kernel(self.a, self.b, x, 1.0 - x) - ln(x) - ln_1p(-x)
    }

    /// Returns the density at `x`.
    pub fn pdf(&self, x: f64) -> f64 {
        exp(self.ln_pdf(x))
    }

    /// Returns the probability of a value of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        beta_lower(self.a, self.b, x.clamp(0.0, 1.0))
    }

    /// Returns the probability of a value above `x`, accurate where it is small.
    pub fn sf(&self, x: f64) -> f64 {
        beta_upper(self.a, self.b, x.clamp(0.0, 1.0))
    }

    /// Returns the value that is not exceeded with probability `p`; not-a-number outside [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        logistic(self.log_odds_quantile(p, 1.0 - p))
    }

    /// Returns the value that is exceeded with probability `q`, accurate for a tiny `q`.
    pub fn quantile_upper(&self, q: f64) -> f64 {
        logistic(self.log_odds_quantile(1.0 - q, q))
    }

    /// Returns ln(x / (1 - x)) of the quantile x, given the probability on both sides.
    ///
    /// Log odds keep the digits at either end of the unit interval.
    pub(crate) fn log_odds_quantile(&self, p: f64, q: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) || !(0.0..=1.0).contains(&q) {
            return f64::NAN;
        }
        if p == 0.0 {
            return f64::NEG_INFINITY;
        }
        if q == 0.0 {
            return f64::INFINITY;
        }
        let (a, b) = (self.a, self.b);
        let z = if p < q { Normal::STANDARD.quantile(p) } else { Normal::STANDARD.quantile_upper(q) };
        let guess = a / (a + b) + z * beta_deviation(a, b);
        let start = if guess > 0.0 && guess < 1.0 {
            ln(guess) - ln_1p(-guess)
        } else if guess <= 0.0 {
            (ln(p) + ln(a) + ln_beta(a, b)) / a
        } else {
            -(ln(q) + ln(b) + ln_beta(a, b)) / b
        };
        // Beyond 745 the smaller of x and 1 - x is below every float.
        let (low, high) = (-745.0, 745.0);
        let start = start.clamp(low, high);
        let kernel = |u: f64| exp(ln_beta_kernel(a, b, logistic(u), logistic(-u)));
        if p < q {
            let ln_p = ln(p);
            rising_root(low, high, start, |u| {
                let lower = beta_tails(a, b, logistic(u), logistic(-u)).0;
                (ln(lower) - ln_p, kernel(u) / lower)
            })
        } else {
            let ln_q = ln(q);
            rising_root(low, high, start, |u| {
                let upper = beta_tails(a, b, logistic(u), logistic(-u)).1;
                (ln_q - ln(upper), kernel(u) / upper)
            })
        }
    }

    /// Draws a value.
    ///
    /// # Formula
    /// X / (X + Y) for gamma draws X and Y of shapes a and b, formed from their logarithms.
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        let (Ok(first), Ok(second)) = (Gamma::new(self.a, 1.0), Gamma::new(self.b, 1.0)) else {
            return f64::NAN;
        };
        let log_odds = first.sample_ln(rng) - second.sample_ln(rng);
        logistic(log_odds)
    }
}

#[cfg(test)]
mod tests {
    use super::Beta;
    use crate::random::Rng;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    /// a, b, p, quantile, from 40-digit arithmetic.
    #[rustfmt::skip]
    const QUANTILES: [(f64, f64, f64, f64); 9] = [
        (0.5, 0.5, 0.3, 0.20610737385376343),
        (2.0, 3.0, 0.025, 0.06758598648854296),
        (2.0, 3.0, 0.975, 0.8058795503167566),
        (1.0, 20.0, 0.9, 0.10874906186625448),
        (0.05, 0.2, 0.1, 6.561238701737499e-19),
        (0.05, 0.2, 0.97, 0.999929184497468),
        (30.5, 2.0, 0.001, 0.742293888755416),
        (250.0, 800.0, 0.975, 0.2643090154281959),
        (10000.0, 30000.0, 0.025, 0.2457684806672739),
    ];

    #[test]
    fn quantiles() {
        for (a, b, p, expected) in QUANTILES {
            let found = Beta::new(a, b).unwrap().quantile(p);
            assert_close(found, expected, 2e-14, &format!("a {a}, b {b}, p {p}"));
        }
    }

    #[test]
    fn density() {
        let beta = Beta::new(2.0, 3.0).unwrap();
        assert_close(beta.pdf(0.25), 1.6875, 1e-14, "pdf");
        assert_eq!((beta.pdf(0.0), beta.pdf(1.0), beta.pdf(1.5)), (0.0, 0.0, 0.0));
        assert_close(Beta::new(1.0, 3.0).unwrap().pdf(0.0), 3.0, 1e-15, "pdf at 0");
        assert_eq!(Beta::new(0.5, 3.0).unwrap().pdf(0.0), f64::INFINITY);
    }

    #[test]
    fn draws_have_their_mean_and_variance() {
        for (a, b) in [(0.3, 0.2), (2.0, 5.0), (0.001, 0.002)] {
            let beta = Beta::new(a, b).unwrap();
            let mut rng = Rng::stream(1, "beta", 0);
            let n = 100_000.0;
            let draws: Vec<f64> = (0..100_000).map(|_| beta.sample(&mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / n;
            let (true_mean, variance) = (a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1.0)));
            assert!((mean - true_mean).abs() < 4.0 * (variance / n).sqrt(), "{a}, {b}: {mean}");
            let found = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            // The squared distance from the mean is below 1, so its own deviation is below 1/2.
            assert!((found - variance).abs() < 4.0 * 0.5 / n.sqrt(), "{a}, {b}: {found}");
        }
    }

    proptest! {
        #[test]
        fn quantile_undoes_cdf(a in 0.05f64..2000.0, b in 0.05f64..2000.0, p in 1e-8f64..0.5) {
            let beta = Beta::new(a, b).unwrap();
            let low = beta.quantile(p);
            prop_assume!(low < 0.9);
            prop_assert!((beta.cdf(low) / p - 1.0).abs() < 1e-10, "{}", beta.cdf(low) / p - 1.0);
        }
    }
}
