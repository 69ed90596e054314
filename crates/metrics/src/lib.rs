//! Customer metrics: summaries, the week's page, lifetime value, and what customers say.
//!
//! ```
//! use naata_core::{Currency, Day, Minor, MoneyUnit, Summary};
//! use naata_metrics::summary::{mean_repeat, summarise};
//! use naata_metrics::voice::Groups;
//!
//! // Asha bought on three days, for 293.30 the first time and 446.90 since.
//! let asha = Summary::stated(Day(20_000), Day(20_030), 3, Minor(74_020), Minor(29_330));
//! let unit = MoneyUnit::of(Currency::INR);
//! let table = summarise(&std::sync::Arc::new(vec![asha]), unit, Day(20_040))?;
//! assert_eq!((table.repeat_buyers, table.rows[0].0), (1, 0));
//! assert_eq!(mean_repeat(&asha, unit), Some(223.45));
//!
//! // 70 promoters against 10 detractors: 60 points, and how well that is known.
//! let answers = Groups { detractors: 10, passives: 20, promoters: 70 };
//! let (low, high) = answers.score_interval().unwrap();
//! assert_eq!(answers.nps(), Some(0.6));
//! assert!(low < 0.453 && 0.712 < high);
//! # Ok::<(), naata_metrics::Error>(())
//! ```
//!
//! Every metric is a plain function, a result, and an analysis that describes both to the facade. Amounts are exact;
//! what is estimated carries its interval and its number of cases; what cannot be known is missing, never zero.

pub mod churn;
pub mod clv;
mod error;
pub mod estimate;
pub mod pulse;
pub mod summary;
pub mod voice;

pub use churn::{
    ChurnCompareAnalysis, ChurnCoxAnalysis, ChurnDriversAnalysis, ChurnRateAnalysis, ChurnScoreAnalysis,
    ChurnSilenceAnalysis, ChurnSurvivalAnalysis,
};
pub use clv::{ClvAnalysis, ClvContractAnalysis, ClvDiscreteAnalysis};
pub use error::Error;
pub use pulse::PulseAnalysis;
pub use summary::SummaryAnalysis;
pub use voice::NpsAnalysis;
