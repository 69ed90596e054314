//! MBG/NBD: as BG/NBD, but a customer may leave after the first purchase already.
//!
//! # Formula
//! Rates are gamma-distributed (shape r, rate alpha); after each purchase, the first included, a customer leaves with
//! a probability of their own, beta-distributed (a, b).
//!
//! `L = (r)_x alpha^r [ B(a, b+x+1) (alpha+T)^-(r+x) + B(a+1, b+x) (alpha+t_x)^-(r+x) ] / B(a, b)`
//!
//! `P(alive) = 1 / (1 + a/(b+x) ((alpha+T)/(alpha+t_x))^(r+x))`
//!
//! # Source
//! Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models for customer base analysis", 2007;
//! Hoppe and Wagner, "Customer base analysis: the case for a central variant of the BG/NBD model", 2007.
//!
//! # Units
//! `alpha` is a time; r, a and b have no unit.

use super::beta_geometric::{Kernel, NAMES};
use super::{Collapsed, Fit, History, PurchaseModel, Undefined, fit};

/// The model at given parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MbgNbd(Kernel);

impl MbgNbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "mbg-nbd";

    /// The model at positive, finite parameters; `None` at others.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Option<Self> {
        Some(Kernel { r, alpha, a, b, first_toss: 1 }).filter(Kernel::is_valid).map(Self)
    }

    /// Estimates the parameters by maximum likelihood.
    pub fn fit(histories: &Collapsed) -> Fit<Self> {
        fit::beta_geometric(histories, 1, Self)
    }
}

impl PurchaseModel for MbgNbd {
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
