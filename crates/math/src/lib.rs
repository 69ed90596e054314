//! Special functions, optimiser, quantiles, distributions and seeded random with the same bits on every platform.

pub mod elementary;
mod erf;
mod error;
pub mod gamma;
mod incomplete;
mod quantile;
mod random;
mod sum;
#[cfg(test)]
mod testing;

pub use elementary::*;
pub use erf::{erf, erfc};
pub use error::Error;
pub use gamma::*;
pub use incomplete::{beta_lower, beta_upper, gamma_lower, gamma_upper};
pub use quantile::{ExactQuantile, exact_edges, median, part_of, quantile, quantile_sorted};
pub use random::{Rng, keyed_hash};
pub use sum::{ExactSum, Neumaier, exact_sum};
