//! The chi-squared distribution.
//!
//! # Formula
//! The gamma distribution of shape df / 2 and rate 1/2.

use crate::error::{Error, positive};
use crate::gamma_dist::Gamma;

/// A chi-squared distribution of given degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    gamma: Gamma,
}

impl ChiSquared {
    /// Returns the distribution of any degrees of freedom above 0.
    pub fn new(degrees: f64) -> Result<Self, Error> {
        Ok(Self { gamma: Gamma::new(0.5 * positive("degrees of freedom", degrees)?, 0.5)? })
    }

    /// Returns the density at `x`.
    pub fn pdf(&self, x: f64) -> f64 {
        self.gamma.pdf(x)
    }

    /// Returns the probability of a value of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.gamma.cdf(x)
    }

    /// Returns the probability of a value above `x`: the p-value of a test.
    pub fn sf(&self, x: f64) -> f64 {
        self.gamma.sf(x)
    }

    /// Returns the value that is not exceeded with probability `p`; not-a-number outside [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        self.gamma.quantile(p)
    }

    /// Returns the value that is exceeded with probability `q`, accurate for a tiny `q`.
    pub fn quantile_upper(&self, q: f64) -> f64 {
        self.gamma.quantile_upper(q)
    }
}

#[cfg(test)]
mod tests {
    use super::ChiSquared;
    use crate::testing::assert_close;

    #[test]
    fn critical_values() {
        // Degrees, upper probability, critical value, from 40-digit arithmetic.
        for (degrees, q, expected) in [
            (1.0, 0.05, 3.841458820694126),
            (2.0, 0.01, 9.210340371976182),
            (4.0, 0.001, 18.466826952903173),
            (10.0, 0.95, 3.940299136119061),
            (100.0, 0.025, 129.5611971858366),
        ] {
            let chi = ChiSquared::new(degrees).unwrap();
            assert_close(chi.quantile_upper(q), expected, 2e-14, &format!("df {degrees}, q {q}"));
            assert_close(chi.sf(expected), q, 1e-13, &format!("df {degrees}, x {expected}"));
        }
    }

    #[test]
    fn degrees_are_checked() {
        assert!(ChiSquared::new(0.0).is_err());
    }
}
