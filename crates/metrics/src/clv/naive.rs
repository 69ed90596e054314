//! The naive forecast: everybody goes on at the rate they had.
//!
//! # Formula
//! `E = t x / T`. It is fitted to nobody's likeness and can say nothing of leaving; a model that forecasts no better is
//! not worth its parameters.
//!
//! # Source
//! Wuebben and von Wangenheim, "Instant Customer Base Analysis: Managerial Heuristics Often 'Get It Right'", 2008.

use super::fit::{Fit, FitOutcome};
use super::{Collapsed, History, PurchaseModel, Undefined};
use naata_math::{Poisson, ln};

/// The naive forecast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Naive;

impl Naive {
    /// The name, as on the command line.
    pub const NAME: &'static str = "naive";

    /// Nothing is estimated: the result has neither parameters nor a criterion.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        let log_likelihood = histories.rows().iter().map(|r| r.weight * Self.ln_likelihood(&r.history)).sum();
        Fit {
            model: Some(Self),
            parameters: Vec::new(),
            coefficients: Vec::new(),
            log_likelihood,
            aic: f64::INFINITY,
            bic: f64::INFINITY,
            outcome: FitOutcome::Interior,
            iterations: 0,
            gradient_norm: 0.0,
            n: histories.customers(),
            ln_covariance: None,
        }
    }

    fn rate(h: &History) -> f64 {
        if h.age() > 0.0 { f64::from(h.x()) / h.age() } else { 0.0 }
    }
}

impl PurchaseModel for Naive {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    fn ln_likelihood(&self, h: &History) -> f64 {
        let x = f64::from(h.x());
        if h.x() == 0 { 0.0 } else { x * ln(Self::rate(h)) - x }
    }

    fn ln_p_alive(&self, _: &History) -> Result<f64, Undefined> {
        Err(Undefined::NobodyLeaves)
    }

    fn expected_purchases(&self, h: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        horizons.iter().map(|t| Some(t * Self::rate(h)).filter(|e| e.is_finite())).collect()
    }

    fn survival(&self, _: &History, _: f64) -> Result<f64, Undefined> {
        Err(Undefined::NobodyLeaves)
    }

    fn purchase_probabilities(&self, h: &History, ahead: f64, most: usize) -> Vec<f64> {
        let count = |k: usize| k as u64;
        match Poisson::new(ahead * Self::rate(h)) {
            Ok(p) => (0..=most).map(|k| p.pmf(count(k))).collect(),
            Err(_) => (0..=most).map(|k| if k == 0 { 1.0 } else { 0.0 }).collect(),
        }
    }

    fn purchase_moments(&self, h: &History, ahead: f64) -> Option<(f64, f64)> {
        let mean = ahead * Self::rate(h);
        mean.is_finite().then_some((mean, mean))
    }

    fn discounted_residual(&self, h: &History, rate: f64) -> Result<f64, Undefined> {
        if rate > 0.0 { Ok(Self::rate(h) / rate) } else { Err(Undefined::Unbounded) }
    }

    fn draw(&self, age: f64, rng: &mut naata_math::Rng) -> Option<History> {
        let _ = rng;
        History::new(0, 0.0, age)
    }
}
