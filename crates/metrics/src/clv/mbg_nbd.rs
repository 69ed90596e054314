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

use super::beta_geometric::BetaGeometric;

/// The model at given parameters.
pub type MbgNbd = BetaGeometric<1>;

impl MbgNbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "mbg-nbd";
}
