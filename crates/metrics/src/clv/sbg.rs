//! Shifted-beta-geometric: customers under contract who renew or leave at the end of each period.
//!
//! Leaving is seen here, so that there is no probability of having left; what is not known is how long those will stay who
//! are still there. Retention rises with time as those who leave easily have left.
//!
//! # Formula
//! Each customer leaves at each renewal with a chance of their own, beta-distributed (alpha, beta):
//! `P(leave at the end of period t) = B(alpha+1, beta+t-1)/B(alpha, beta)`, `S(t) = B(alpha, beta+t)/B(alpha, beta)`, retention
//! `S(t)/S(t-1) = (beta+t-1)/(alpha+beta+t-1)`. Discounted expected lifetime of a new customer, the first payment included:
//! `DEL = sum over t >= 0 of S(t)/(1+d)^t`; of one about to renew for the n-th time:
//! `DERL = sum over t >= n of S(t)/S(n-1)/(1+d)^(t-n)`.
//!
//! # Source
//! Fader and Hardie, "How to Project Customer Retention", 2007; Fader and Hardie, "Customer-Base Valuation in a
//! Contractual Setting: The Perils of Ignoring Heterogeneity", 2010.
//!
//! # Units
//! Periods of the contract; d is the rate of one period.

use super::Undefined;
use super::edges;
use super::fit::{Fit, NEGLIGIBLE, maximise};
use naata_math::optimise::Derivatives;
use naata_math::{Dual2, Matrix, Neumaier, exp, ln, ln_beta};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShiftedBetaGeometric {
    alpha: f64,
    beta: f64,
}

/// Customers who began together, or whose ends are counted together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Renewals {
    /// How many left at the end of period 1, 2, ...
    pub lost: Vec<u64>,
    /// How many were seen to renew exactly 0, 1, 2, ... times and are customers still.
    pub still: Vec<u64>,
}

/// The names of the parameters.
const NAMES: [&str; 2] = ["alpha", "beta"];

/// The most terms of a discounted lifetime.
const MOST_TERMS: u32 = 10_000_000;

impl Renewals {
    /// One cohort: those lost at the end of each period, and those left after the last.
    pub fn cohort(lost: &[u64], survivors: u64) -> Self {
        let mut still = vec![0; lost.len()];
        still.push(survivors);
        Self { lost: lost.to_vec(), still }
    }

    /// All customers.
    pub fn customers(&self) -> u64 {
        self.lost.iter().chain(&self.still).fold(0u64, |sum, n| sum.saturating_add(*n))
    }

    /// Renewals that were made, and those that were refused.
    pub(super) fn chances(&self) -> (f64, f64) {
        let made = |n: &[u64]| (0u32..).zip(n).map(|(t, n)| f64::from(t) * *n as f64).sum::<f64>();
        (made(&self.lost) + made(&self.still), self.lost.iter().map(|n| *n as f64).sum())
    }
}

impl ShiftedBetaGeometric {
    /// The name of the model.
    pub const NAME: &'static str = "sbg";

    /// The model at positive, finite parameters; `None` at others.
    pub fn new(alpha: f64, beta: f64) -> Option<Self> {
        [alpha, beta].iter().all(|p| p.is_finite() && *p > 0.0).then_some(Self { alpha, beta })
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(data: &Renewals) -> Fit<Self> {
        let model = |point: &[f64]| match *point {
            [a, b] => Self::new(exp(a), exp(b)),
            _ => None,
        };
        let is_edge = |m: Self| {
            let sum = m.alpha + m.beta;
            let small = |x: f64| x < NEGLIGIBLE;
            small(sum) || small(1.0 / sum) || small(m.alpha / sum) || small(m.beta / sum)
        };
        maximise(
            &NAMES,
            &[0.0, ln(3.0)],
            data.customers(),
            |point| derivatives(point, data),
            |point| model(point).is_some_and(is_edge),
            || edges::of_renewals(data.chances(), &data.lost, &data.still),
            model,
        )
    }

    /// Names and values of the parameters.
    pub fn parameters(&self) -> [(&'static str, f64); 2] {
        [("alpha", self.alpha), ("beta", self.beta)]
    }

    /// Why there is no probability of having left: it is seen.
    pub fn p_alive(&self) -> Result<f64, Undefined> {
        Err(Undefined::Observed)
    }

    /// The share of customers who renew at the end of period `t` >= 1, of those who came so far.
    pub fn retention(&self, t: u32) -> f64 {
        let before = f64::from(t.max(1) - 1);
        (self.beta + before) / (self.alpha + self.beta + before)
    }

    /// The share of customers who stay for more than `t` periods.
    pub fn survival(&self, t: u32) -> f64 {
        exp(ln_beta(self.alpha, self.beta + f64::from(t)) - ln_beta(self.alpha, self.beta))
    }

    /// The discounted expected lifetime of a new customer in periods, the first payment included.
    pub fn lifetime(&self, rate: f64) -> Result<f64, Undefined> {
        self.sum(0, rate)
    }

    /// The discounted expected residual lifetime of a customer just before the `renewal`-th renewal, 1 or later, whose
    /// outcome is not known yet.
    pub fn residual_lifetime(&self, renewal: u32, rate: f64) -> Result<f64, Undefined> {
        let first = self.retention(renewal);
        self.sum(renewal.max(1), rate).map(|s| first * s)
    }

    /// The sum of S(t)/S(from)/(1+d)^(t-from) over t >= from.
    fn sum(&self, from: u32, rate: f64) -> Result<f64, Undefined> {
        if rate <= 0.0 {
            // E.g. (beta + from)-fold over alpha - 1: finite only where few stay for ever.
            let above = self.alpha - 1.0;
            let all = (self.alpha + self.beta + f64::from(from) - 1.0) / above;
            return if rate == 0.0 && above > 0.0 { Ok(all) } else { Err(Undefined::Unbounded) };
        }
        let (mut sum, mut term) = (Neumaier::new(), 1.0);
        for t in from..from.saturating_add(MOST_TERMS) {
            sum.add(term);
            term *= self.retention(t + 1) / (1.0 + rate);
            // What follows is less than a geometric row.
            if term * (1.0 + rate) <= 1e-17 * rate * sum.total() {
                return Ok(sum.total());
            }
        }
        Err(Undefined::OutOfReach)
    }
}

/// The log-likelihood with its derivatives by the logarithms of the parameters.
fn derivatives(point: &[f64], data: &Renewals) -> Derivatives {
    let [alpha, beta] = *point else {
        return Derivatives { value: f64::NAN, gradient: Vec::new(), hessian: Matrix::zeros(0, 0) };
    };
    let [alpha, beta] = Dual2::<2>::parameters([alpha, beta]).map(|d| d.exp());
    let norm = alpha.ln_beta(&beta);
    let mut sum = Dual2::constant(0.0);
    for (t, n) in (0u32..).zip(&data.lost).filter(|(_, n)| **n > 0) {
        sum += ((alpha + 1.0).ln_beta(&(beta + f64::from(t))) - norm) * *n as f64;
    }
    for (t, n) in (0u32..).zip(&data.still).filter(|(_, n)| **n > 0) {
        sum += (alpha.ln_beta(&(beta + f64::from(t))) - norm) * *n as f64;
    }
    Derivatives::from(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{FitOutcome, Nested};
    use naata_testkit::assert_close;

    #[test]
    fn survival_is_the_product_of_retention() {
        let model = ShiftedBetaGeometric::new(0.67, 3.8).unwrap();
        let mut product = 1.0;
        for t in 1..40 {
            product *= model.retention(t);
            assert_close("survival", model.survival(t), product, 1e-13);
        }
        assert_eq!(model.p_alive(), Err(Undefined::Observed));
    }

    #[test]
    fn lifetimes_without_discount_are_finite_where_few_stay_for_ever() {
        let model = ShiftedBetaGeometric::new(3.0, 4.0).unwrap();
        // The mean of a beta-geometric number of periods: (alpha + beta - 1)/(alpha - 1).
        assert_close("lifetime", model.lifetime(0.0).unwrap(), 3.0, 1e-15);
        let nearly: f64 = (0..200_000).map(|t| model.survival(t)).sum();
        assert_close("by hand", nearly, 3.0, 1e-9);
        let rest: f64 = (2..200_000).map(|t| model.survival(t) / model.survival(1)).sum();
        assert_close("second renewal", model.residual_lifetime(2, 0.0).unwrap(), rest, 1e-8);
        let lasting = ShiftedBetaGeometric::new(0.9, 4.0).unwrap();
        assert_eq!(lasting.lifetime(0.0), Err(Undefined::Unbounded));
        assert_eq!(lasting.lifetime(-0.5), Err(Undefined::Unbounded));
    }

    #[test]
    fn edges_are_named_with_their_exact_likelihood() {
        let edge = |data: &Renewals| match ShiftedBetaGeometric::fit(data).outcome {
            FitOutcome::Boundary { nested, log_likelihood } => (nested, log_likelihood),
            other => panic!("{other:?}"),
        };
        // A fifth leaves every time: nobody differs, and the chance is the share of renewals refused.
        let (nested, ll) = edge(&Renewals::cohort(&[200, 160, 128], 512));
        assert_eq!(nested, Nested::Geometric);
        assert_close("geometric", ll, 488.0 * ln(0.2) + 1_952.0 * ln(0.8), 1e-12);
        // Whoever renews once stays.
        let (nested, ll) = edge(&Renewals::cohort(&[300, 0, 0, 0], 700));
        assert_eq!(nested, Nested::AtOnceOrNever);
        assert_close("at once", ll, 300.0 * ln(0.3) + 700.0 * ln(0.7), 1e-12);
        assert_eq!(edge(&Renewals::cohort(&[0, 0], 50)), (Nested::NobodyLeaves, 0.0));
    }
}
