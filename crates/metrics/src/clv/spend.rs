//! What customers are expected to spend on an occasion, and whether the model for it may be used.
//!
//! Gamma-Gamma supposes that what a customer spends does not depend on how often they buy. The correlation of the two
//! is worked out and said.
//!
//! # Formula
//! Pearson's correlation of x and m over customers with a repeat purchase; its interval by Fisher's
//! `artanh(c) -+ z / sqrt(n - 3)`.
//!
//! # Source
//! Fader, Hardie and Lee, 2005 (the check); Fisher, 1921.

use super::{Base, Fit, GammaGamma, collapse};
use crate::estimate::{Estimate, Z};
use naata_core::{Finding, Severity};
use naata_math::{exact_sum, exp, ln};

/// Fewer customers with a repeat purchase than this are not fitted.
const LEAST: u64 = 10;

/// The spend model of a base.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpendFit {
    /// The fit; `None` with fewer than ten customers.
    pub fit: Option<Fit<GammaGamma>>,
    /// Customers with a repeat purchase whose mean is not above zero: they are not fitted.
    pub excluded: u64,
    /// The correlation of frequency and mean spend; `None` where it is not defined.
    pub correlation: Option<Estimate>,
}

impl SpendFit {
    /// Fits the spend of a base.
    pub fn of(base: &Base) -> Self {
        Self::of_pairs(base.buyers.iter().filter_map(|b| Some((b.history.x(), b.mean?))).collect())
    }

    /// Fits the spend of customers by their occasions and the mean of these.
    pub(super) fn of_pairs(pairs: Vec<(u32, f64)>) -> Self {
        let correlation = correlation(&pairs);
        let (rows, excluded) = collapse(pairs);
        let n: f64 = rows.iter().map(|r| r.weight).sum();
        let fit = (n >= LEAST as f64).then(|| GammaGamma::fit(&rows));
        Self { fit, excluded, correlation }
    }

    /// The model, where its fit may be used.
    pub fn model(&self) -> Option<GammaGamma> {
        self.fit.as_ref().filter(|f| f.is_interior()).and_then(|f| f.model)
    }

    /// What must be known of the spend before it is believed.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut out = Vec::new();
        if self.excluded > 0 {
            let finding = Finding::new("clv.spend_excluded", Severity::Note);
            out.push(finding.detail("customers", &self.excluded));
        }
        if let Some(m) = self.model().filter(|m| m.population_mean().is_none()) {
            let q = m.parameters()[1].1;
            let finding = Finding::new("clv.spend_unbounded", Severity::Warning);
            out.push(finding.detail("q", &format!("{q:.3}")));
        }
        if let Some(c) = self.correlation
            && c.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        {
            let finding = Finding::new("clv.spend_depends_on_frequency", Severity::Note);
            out.push(finding.detail("correlation", &format!("{:.3}", c.value)).detail("n", &c.n));
        }
        out
    }
}

/// Pearson's correlation, summed exactly so that the order of customers cannot matter.
fn correlation(pairs: &[(u32, f64)]) -> Option<Estimate> {
    let n = pairs.len() as f64;
    if pairs.len() < 4 {
        return None;
    }
    let mean_x = exact_sum(pairs.iter().map(|p| f64::from(p.0))) / n;
    let mean_m = exact_sum(pairs.iter().map(|p| p.1)) / n;
    let sum = |f: &dyn Fn(f64, f64) -> f64| {
        exact_sum(pairs.iter().map(|(x, m)| f(f64::from(*x) - mean_x, m - mean_m)))
    };
    let c = sum(&|x, m| x * m) / (sum(&|x, _| x * x).sqrt() * sum(&|_, m| m * m).sqrt());
    if !c.is_finite() {
        return None;
    }
    let fisher = 0.5 * (ln(1.0 + c) - ln(1.0 - c));
    let back = |z: f64| 1.0 - 2.0 / (exp(2.0 * z) + 1.0);
    let half = Z / (n - 3.0).sqrt();
    let interval = fisher.is_finite().then(|| (back(fisher - half), back(fisher + half)));
    Some(Estimate { value: c, interval, n: pairs.len() as u64 })
}
