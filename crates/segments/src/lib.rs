//! Segmentation: who belongs together, who moved, what goes together - by recency, frequency and monetary value,
//! cohorts, clusters and baskets.
//!
//! ```
//! use naata_core::{Context, Currency, Day, Minor, MoneyUnit, Summary};
//! use naata_segments::rfm::{RfmParams, rfm};
//!
//! let bought = |last, days, paise| Summary::stated(Day(0), Day(last), days, Minor(paise), Minor(0));
//! let customers = [
//!     bought(360, 9, 90_000), bought(20, 8, 70_000), bought(350, 1, 4_000),
//!     bought(40, 2, 9_000), bought(100, 4, 20_000),
//! ];
//! let unit = MoneyUnit::of(Currency::INR);
//! let result = rfm(&customers, unit, &RfmParams::default(), &Context::at(Day(365)))?;
//!
//! let scores: Vec<_> = result.rows.iter().map(|c| (c.r, c.f, c.m)).collect();
//! assert_eq!(scores, [(5, 5, 5), (1, 4, 4), (4, 1, 1), (2, 2, 2), (3, 3, 3)]);
//! assert_eq!((result.name(&result.rows[0]), result.name(&result.rows[1])), ("Champions", "At Risk"));
//! # Ok::<(), naata_segments::Error>(())
//! ```
//!
//! A segment depends on the customers' figures alone: the order of rows, the unit of money and the number of
//! threads change nothing.

pub mod affinity;
pub mod clusters;
pub mod cohorts;
pub mod discount;
mod error;
pub mod estimate;
pub mod growth;
pub mod lift;
pub mod migration;
pub mod overlap;
pub mod period;
pub mod rfm;
pub mod rules;
pub mod sets;
#[cfg(test)]
mod testing;

pub use affinity::AffinityAnalysis;
pub use clusters::ClustersAnalysis;
pub use cohorts::RetentionAnalysis;
pub use error::Error;
pub use growth::GrowthAnalysis;
pub use lift::LiftAnalysis;
pub use migration::MigrationAnalysis;
pub use overlap::OverlapAnalysis;
pub use rfm::RfmAnalysis;
pub use rules::RulesAnalysis;

pub(crate) use cohorts::left_out;
