//! Special functions, distributions, sums, quantiles, seeded random numbers and a minimiser, with the same bits
//! on every platform.
//!
//! Nothing here knows what a customer is. Every function is pure: the same arguments give the same bits on any
//! machine and with any number of threads, as logarithms and their like come from one portable implementation
//! and sums over parallel parts are exact.
//!
//! ```
//! use naata_math::optimise::{Derivatives, Settings, minimise};
//! use naata_math::{Dual2, ln_add_exp};
//!
//! // The rate at which a shop's customers come back: counts over weeks, gamma-distributed rates (the
//! // negative binomial model), fitted with exact derivatives.
//! let data = [(0.0, 30.0), (2.0, 38.0), (1.0, 12.0), (7.0, 35.0), (0.0, 22.0), (3.0, 38.0)];
//! let fit = minimise(&[0.0, 0.0], &Settings::default(), |point| {
//!     let r = Dual2::<2>::parameter(point[0], 0).exp();
//!     let alpha = Dual2::parameter(point[1], 1).exp();
//!     let mut likelihood = Dual2::constant(0.0);
//!     for (purchases, weeks) in data {
//!         likelihood += r.ln_rising(purchases) + r * alpha.ln() - (r + purchases) * (alpha + weeks).ln();
//!     }
//!     Derivatives::from(likelihood).negated()
//! });
//! assert!(fit.outcome.is_converged());
//! assert_eq!(fit.standard_errors()?.len(), 2);
//! assert_eq!(ln_add_exp(0.0, f64::NEG_INFINITY), 0.0);
//! # Ok::<(), naata_math::Error>(())
//! ```
//!
//! | topic | where |
//! |---|---|
//! | ln, exp, pow and friends | [`elementary`], also at the root |
//! | ln Gamma, digamma, rising factorials, ln Beta | [`gamma`], also at the root |
//! | incomplete gamma and beta, erf, 2F1 | [`gamma_lower`], [`beta_lower`], [`erf`], [`ln_hyp2f1`] |
//! | distributions | [`Normal`], [`StudentT`], [`ChiSquared`], [`Beta`], [`Gamma`], [`Poisson`], [`Binomial`], [`Geometric`] |
//! | sums and quantiles | [`ExactSum`], [`Neumaier`], [`quantile`], [`ExactQuantile`] |
//! | random numbers | [`Rng`], [`keyed_hash`] |
//! | derivatives, minima, roots, integrals | [`Dual2`], [`optimise`], [`bracket`], [`gauss_16`] |
//! | small matrices | [`linalg`] |
//! | intervals and tests | [`interval`], [`pearson_chi_square`], [`fisher_exact`], [`Adjustment`] |

#![expect(
    clippy::needless_range_loop,
    reason = "an index that names a parameter in several arrays at once reads better than a zip of them"
)]

mod beta_dist;
mod binomial;
pub mod bracket;
mod chi_squared;
mod contingency;
mod dual;
pub mod elementary;
mod erf;
mod error;
pub mod gamma;
mod gamma_dist;
mod geometric;
mod hyp2f1;
mod incomplete;
pub mod interval;
pub mod linalg;
mod many_tests;
mod normal;
pub mod optimise;
mod poisson;
mod quadrature;
mod quantile;
mod random;
mod student;
mod sum;
#[cfg(test)]
mod testing;

pub use beta_dist::Beta;
pub use binomial::Binomial;
pub use chi_squared::ChiSquared;
pub use contingency::{ChiSquareTest, fisher_exact, pearson_chi_square};
pub use dual::Dual2;
pub use elementary::*;
pub use erf::{erf, erfc};
pub use error::Error;
pub use gamma::*;
pub use gamma_dist::Gamma;
pub use geometric::Geometric;
pub use hyp2f1::{SignedLn, ln_hyp2f1, ln_hyp2f1_dual};
pub use incomplete::{beta_lower, beta_upper, gamma_lower, gamma_upper};
pub use interval::{Interval, Method};
pub use linalg::{Cholesky, Matrix};
pub use many_tests::Adjustment;
pub use normal::Normal;
pub use poisson::Poisson;
pub use quadrature::gauss_16;
pub use quantile::{ExactQuantile, exact_edges, median, part_of, quantile, quantile_sorted};
pub use random::{Rng, keyed_hash};
pub use student::StudentT;
pub use sum::{ExactSum, Neumaier, exact_sum};
