//! Student's t distribution.
//!
//! # Formula
//! P(|T| > t) = I_y(df/2, 1/2) with y = df / (df + t^2).

use crate::beta_dist::Beta;
use crate::elementary::{exp, ln_1p, sqrt};
use crate::error::{Error, positive};
use crate::gamma::ln_beta;
use crate::incomplete::beta_tails;

/// A t distribution of given degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    degrees: f64,
}

impl StudentT {
    /// Returns the distribution of any degrees of freedom above 0.
    pub fn new(degrees: f64) -> Result<Self, Error> {
        Ok(Self { degrees: positive("degrees of freedom", degrees)? })
    }

    /// Returns the density at `t`.
    pub fn pdf(&self, t: f64) -> f64 {
        let half = 0.5 * self.degrees;
        let power = (half + 0.5) * ln_1p(t * (t / self.degrees));
        exp(-power - ln_beta(half, 0.5)) / sqrt(self.degrees)
    }

    /// Returns the probability of a value of at most `t`.
    pub fn cdf(&self, t: f64) -> f64 {
        let (beyond, within) = self.two_sided(t);
        if t < 0.0 { 0.5 * beyond } else { 0.5 + 0.5 * within }
    }

    /// Returns the probability of a value above `t`, accurate where it is small.
    pub fn sf(&self, t: f64) -> f64 {
        self.cdf(-t)
    }

    /// Returns the probability of a value further from 0 than `t`: the two-sided p-value of a test.
    pub fn two_sided_p(&self, t: f64) -> f64 {
        self.two_sided(t).0
    }

    /// Returns the probability beyond and within `t` on both sides of 0.
    fn two_sided(&self, t: f64) -> (f64, f64) {
        // t^2 / df may overflow; both shares below are then at their limits.
        let ratio = t * (t / self.degrees);
        if ratio == f64::INFINITY {
            return (0.0, 1.0);
        }
        beta_tails(0.5 * self.degrees, 0.5, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
    }

    /// Returns the value that is not exceeded with probability `p`; not-a-number outside [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        let tail = p.min(1.0 - p);
        let Ok(beta) = Beta::new(0.5 * self.degrees, 0.5) else {
            return f64::NAN;
        };
        let log_odds = beta.log_odds_quantile(2.0 * tail, 1.0 - 2.0 * tail);
        let t = sqrt(self.degrees) * exp(-0.5 * log_odds);
        if p < 0.5 { -t } else { t }
    }

    /// Returns the value that is exceeded with probability `q`, accurate for a tiny `q`.
    pub fn quantile_upper(&self, q: f64) -> f64 {
        -self.quantile(q)
    }
}

#[cfg(test)]
mod tests {
    use super::StudentT;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn quantiles() {
        // Degrees, p, quantile, from 40-digit arithmetic.
        for (degrees, p, expected) in [
            (1.0, 0.75, 1.0),
            (2.0, 0.975, 4.302652729749462),
            (5.0, 0.025, -2.5705818356363155),
            (5.0, 0.48, -0.05271538924388148),
            (30.0, 0.995, 2.749995653567225),
            (30.0, 0.501, 0.002527603007215139),
            (2.5, 0.9, 1.7302509288071768),
            (200.0, 0.95, 1.652508100910877),
        ] {
            let t = StudentT::new(degrees).unwrap();
            assert_close(t.quantile(p), expected, 2e-14, &format!("df {degrees}, p {p}"));
        }
        assert_eq!(StudentT::new(3.0).unwrap().quantile(0.5), 0.0);
        assert_eq!(StudentT::new(3.0).unwrap().quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn one_degree_is_cauchy() {
        let cauchy = StudentT::new(1.0).unwrap();
        assert_close(cauchy.cdf(-1.0), 0.25, 1e-15, "cdf");
        assert_close(cauchy.pdf(2.0), 1.0 / (5.0 * std::f64::consts::PI), 1e-15, "pdf");
        assert_eq!(cauchy.sf(1e200), cauchy.cdf(-1e200));
    }

    proptest! {
        #[test]
        fn quantile_undoes_cdf(degrees in 0.5f64..1e6, t in -20.0f64..-0.001) {
            let student = StudentT::new(degrees).unwrap();
            let p = student.cdf(t);
            prop_assert!((student.quantile(p) / t - 1.0).abs() < 1e-11 + 3e-16 / t.abs());
        }
    }
}
