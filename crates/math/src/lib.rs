//! Special functions, optimiser, quantiles, distributions and seeded random with the same bits on every platform.

mod beta_dist;
mod binomial;
pub mod bracket;
mod chi_squared;
mod dual;
pub mod elementary;
mod erf;
mod error;
pub mod gamma;
mod gamma_dist;
mod hyp2f1;
mod incomplete;
pub mod linalg;
mod normal;
pub mod optimise;
mod poisson;
mod quantile;
mod random;
mod student;
mod sum;
#[cfg(test)]
mod testing;

pub use beta_dist::Beta;
pub use binomial::Binomial;
pub use chi_squared::ChiSquared;
pub use dual::Dual2;
pub use elementary::*;
pub use erf::{erf, erfc};
pub use error::Error;
pub use gamma::*;
pub use gamma_dist::Gamma;
pub use hyp2f1::{SignedLn, ln_hyp2f1, ln_hyp2f1_dual};
pub use incomplete::{beta_lower, beta_upper, gamma_lower, gamma_upper};
pub use linalg::{Cholesky, Matrix};
pub use normal::Normal;
pub use poisson::Poisson;
pub use quantile::{ExactQuantile, exact_edges, median, part_of, quantile, quantile_sorted};
pub use random::{Rng, keyed_hash};
pub use student::StudentT;
pub use sum::{ExactSum, Neumaier, exact_sum};
