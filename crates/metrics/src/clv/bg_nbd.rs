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

use super::beta_geometric::BetaGeometric;

/// The model at given parameters.
pub type BgNbd = BetaGeometric<0>;

impl BgNbd {
    /// The name of the model, as on the command line.
    pub const NAME: &'static str = "bg-nbd";
}
