//! The gamma distribution.
//!
//! # Formula
//! Density rate^shape x^(shape - 1) exp(-rate x) / Gamma(shape), for x > 0; the mean is shape / rate.

use crate::bracket::rising_root;
use crate::elementary::{exp, ln, sqrt};
use crate::error::{Error, positive};
use crate::gamma::ln_gamma;
use crate::incomplete::{gamma_lower, gamma_upper, ln_gamma_kernel};
use crate::normal::Normal;
use crate::random::Rng;

/// A gamma distribution of given shape and rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    shape: f64,
    rate: f64,
}

impl Gamma {
    /// Returns the distribution of a shape and a rate, both above 0.
    pub fn new(shape: f64, rate: f64) -> Result<Self, Error> {
        Ok(Self { shape: positive("shape", shape)?, rate: positive("rate", rate)? })
    }

    /// Returns the logarithm of the density at `x`.
    pub fn ln_pdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        if x == 0.0 {
            return match self.shape.total_cmp(&1.0) {
                std::cmp::Ordering::Less => f64::INFINITY,
                std::cmp::Ordering::Equal => ln(self.rate),
                std::cmp::Ordering::Greater => f64::NEG_INFINITY,
            };
        }
        ln_gamma_kernel(self.shape, self.rate * x) - ln(x)
    }

    /// Returns the density at `x`.
    pub fn pdf(&self, x: f64) -> f64 {
        exp(self.ln_pdf(x))
    }

    /// Returns the probability of a value of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_lower(self.shape, self.rate * x) }
    }

    /// Returns the probability of a value above `x`, accurate where it is small.
    pub fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_upper(self.shape, self.rate * x) }
    }

    /// Returns the value that is not exceeded with probability `p`; not-a-number outside [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        standard_quantile(self.shape, p, 1.0 - p) / self.rate
    }

    /// Returns the value that is exceeded with probability `q`, accurate for a tiny `q`.
    pub fn quantile_upper(&self, q: f64) -> f64 {
        standard_quantile(self.shape, 1.0 - q, q) / self.rate
    }

    /// Draws a value.
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        exp(self.sample_ln(rng))
    }

    /// Draws the logarithm of a value, which stays finite where a tiny shape would give 0.
    ///
    /// # Source
    /// Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000, with their lift of a shape
    /// below 1.
    pub fn sample_ln(&self, rng: &mut Rng) -> f64 {
        let lifted = if self.shape < 1.0 { self.shape + 1.0 } else { self.shape };
        let d = lifted - 1.0 / 3.0;
        let c = 1.0 / sqrt(9.0 * d);
        let ln_lifted = loop {
            let z = rng.normal();
            let root = 1.0 + c * z;
            if root <= 0.0 {
                continue;
            }
            let ln_cube = 3.0 * ln(root);
            let cube = root * root * root;
            if ln(rng.uniform_open()) < 0.5 * z * z + d - d * cube + d * ln_cube {
                break ln(d) + ln_cube;
            }
        };
        let lift = if self.shape < 1.0 { ln(rng.uniform_open()) / self.shape } else { 0.0 };
        ln_lifted + lift - ln(self.rate)
    }
}

/// Returns the quantile at rate 1, given the probability on both sides.
///
/// # Formula
/// The root of ln P(shape, e^u) = ln p, or of the upper tail where that is the smaller, over u = ln x; started
/// from Wilson and Hilferty's cube, 1931, or from the leading power of the lower tail.
fn standard_quantile(shape: f64, p: f64, q: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    let z = if p < q { Normal::STANDARD.quantile(p) } else { Normal::STANDARD.quantile_upper(q) };
    let third = 1.0 / (9.0 * shape);
    let cube = 1.0 - third + z * sqrt(third);
    let ln_leading = (ln(p) + ln_gamma(shape + 1.0)) / shape;
    let start = if cube > 0.2 && shape > 0.5 { ln(shape) + 3.0 * ln(cube) } else { ln_leading };
    // Below e^-745 every float is 0; the largest float tail, 1e-323, lies below this upper end.
    let (low, high) = (-745.0, ln(shape + 60.0 * sqrt(shape) + 2000.0));
    let start = start.clamp(low, high);
    let u = if p < q {
        let ln_p = ln(p);
        rising_root(low, high, start, |u| {
            let lower = gamma_lower(shape, exp(u));
            (ln(lower) - ln_p, exp(ln_gamma_kernel(shape, exp(u))) / lower)
        })
    } else {
        let ln_q = ln(q);
        rising_root(low, high, start, |u| {
            let upper = gamma_upper(shape, exp(u));
            (ln_q - ln(upper), exp(ln_gamma_kernel(shape, exp(u))) / upper)
        })
    };
    if u <= low + 1.0 { 0.0 } else { exp(u) }
}

#[cfg(test)]
mod tests {
    use super::Gamma;
    use crate::random::Rng;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    /// shape, p, quantile at rate 1, from 40-digit arithmetic.
    #[rustfmt::skip]
    const QUANTILES: [(f64, f64, f64); 9] = [
        (0.05, 0.01, 5.844632057286532e-41),
        (0.05, 0.9, 0.07631711390918851),
        (0.5, 0.5, 0.2274682115597864),
        (1.0, 0.99, 4.605170185988091),
        (3.3, 1e-06, 0.029637496954609963),
        (3.3, 0.5, 2.9733217820207534),
        (20.0, 0.975, 29.6708535715856),
        (500.0, 0.025, 457.1285768996295),
        (5000.0, 0.6, 5017.60172059519),
    ];

    #[test]
    fn quantiles() {
        for (shape, p, expected) in QUANTILES {
            let found = Gamma::new(shape, 1.0).unwrap().quantile(p);
            assert_close(found, expected, 5e-14, &format!("shape {shape}, p {p}"));
        }
        assert_eq!(Gamma::new(0.001, 1.0).unwrap().quantile(0.1), 0.0);
    }

    #[test]
    fn density_at_zero() {
        assert_close(Gamma::new(1.0, 3.0).unwrap().pdf(0.0), 3.0, 1e-15, "pdf at 0");
        assert_eq!(Gamma::new(2.0, 3.0).unwrap().pdf(0.0), 0.0);
        assert_eq!(Gamma::new(0.5, 3.0).unwrap().pdf(0.0), f64::INFINITY);
        assert_close(Gamma::new(2.0, 3.0).unwrap().pdf(0.5), 1.0040857206679341, 1e-15, "pdf");
    }

    #[test]
    fn draws_have_their_mean_and_variance() {
        for shape in [0.05, 0.7, 1.0, 12.5] {
            let gamma = Gamma::new(shape, 2.0).unwrap();
            let mut rng = Rng::stream(1, "gamma", 0);
            let n = 100_000.0;
            let draws: Vec<f64> = (0..100_000).map(|_| gamma.sample(&mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / n;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            // Four standard errors of the mean and of the variance.
            let (true_mean, true_variance) = (shape / 2.0, shape / 4.0);
            assert!((mean - true_mean).abs() < 4.0 * (true_variance / n).sqrt(), "{shape}: mean {mean}");
            let error = true_variance * ((2.0 + 6.0 / shape) / n).sqrt();
            assert!((variance - true_variance).abs() < 4.0 * error, "{shape}: variance {variance}");
        }
    }

    #[test]
    fn a_tiny_shape_draws_a_finite_logarithm() {
        let gamma = Gamma::new(1e-4, 1.0).unwrap();
        let mut rng = Rng::new(4);
        assert!((0..100).all(|_| gamma.sample_ln(&mut rng).is_finite()));
    }

    proptest! {
        #[test]
        fn quantile_undoes_cdf(shape in 0.05f64..2000.0, p in 1e-8f64..0.5) {
            let gamma = Gamma::new(shape, 0.3).unwrap();
            prop_assert!((gamma.cdf(gamma.quantile(p)) / p - 1.0).abs() < 1e-11);
            prop_assert!((gamma.sf(gamma.quantile_upper(p)) / p - 1.0).abs() < 1e-11);
        }
    }
}
