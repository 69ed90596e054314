//! Special functions, optimiser, quantiles, distributions and seeded random with the same bits on every platform.

pub mod elementary;
mod erf;
mod error;
pub mod gamma;
mod incomplete;

pub use elementary::*;
pub use erf::{erf, erfc};
pub use error::Error;
pub use gamma::*;
pub use incomplete::{beta_lower, beta_upper, gamma_lower, gamma_upper};
