//! BG/NBD: purchases come at a customer's own rate until, after a repeat purchase, the customer leaves unseen.
//!
//! # Formula
//! Rates are gamma-distributed (shape r, rate alpha); after each repeat purchase a customer leaves with a probability
//! of their own, beta-distributed (a, b).
//!
//! `L = (r)_x alpha^r [ B(a, b+x) (alpha+T)^-(r+x) + (x > 0) B(a+1, b+x-1) (alpha+t_x)^-(r+x) ] / B(a, b)`
//!
//! `P(alive) = 1 / (1 + (x > 0) a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x))`: a customer without a repeat purchase cannot
//! have left yet, so theirs is 1 by construction, however long the silence.
//!
//! # Source
//! Fader, Hardie and Lee, "Counting Your Customers the Easy Way", 2005.
//!
//! # Units
//! `alpha` is a time; r, a and b have no unit.

use super::beta_geometric::{Kernel, NAMES};
use super::{Collapsed, Fit, History, PurchaseModel, Undefined, fit};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd(Kernel);

impl BgNbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "bg-nbd";

    /// The model at positive, finite parameters; `None` at others.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Option<Self> {
        Some(Kernel { r, alpha, a, b, first_toss: 0 }).filter(Kernel::is_valid).map(Self)
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        fit::beta_geometric(histories, 0, Self)
    }
}

impl PurchaseModel for BgNbd {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        NAMES.into_iter().zip(self.0.values()).collect()
    }

    fn ln_likelihood(&self, history: &History) -> f64 {
        self.0.ln_likelihood(history)
    }

    fn ln_p_alive(&self, history: &History) -> Result<f64, Undefined> {
        Ok(self.0.ln_p_alive(history))
    }

    fn expected_purchases(&self, history: &History, horizons: &[f64]) -> Vec<Option<f64>> {
        self.0.expected(history, horizons)
    }

    fn survival(&self, history: &History, ahead: f64) -> Result<f64, Undefined> {
        self.0.survival(history, ahead)
    }

    fn purchase_probabilities(&self, history: &History, ahead: f64, most: usize) -> Vec<f64> {
        self.0.probabilities(history, ahead, most)
    }

    fn purchase_moments(&self, history: &History, ahead: f64) -> Option<(f64, f64)> {
        self.0.moments(history, ahead)
    }

    fn draw(&self, age: f64, rng: &mut naata_math::Rng) -> Option<History> {
        self.0.draw(age, rng)
    }

    fn discounted_residual(&self, history: &History, rate: f64) -> Result<f64, Undefined> {
        self.0.discounted_residual(history, rate)
    }
}
